package enginetest_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// Every field of a transfer counts: with any of them set to something else, either the resources or the problems are others. A field that is
// not handed on to where transfers are resolved would change neither.
func TestEveryFieldOfATransferCounts(t *testing.T) {
	base := kittest.Push(xaccttest.NewCloud())
	outcome := func(tr xacct.Transfer) string {
		r, err := tr.Resources()
		if err != nil {
			return err.Error()
		}
		r.Transfer = xacct.Transfer{} // which repeats the input
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before := outcome(base)
	fields := 0
	var visit func(path string, at func(*xacct.Transfer) reflect.Value)
	visit = func(path string, at func(*xacct.Transfer) reflect.Value) {
		typ := at(new(xacct.Transfer)).Type()
		if typ == reflect.TypeFor[xacct.Transfer]() || typ == reflect.TypeFor[xacct.Endpoint]() {
			for i := range typ.NumField() {
				visit(path+"."+typ.Field(i).Name, func(tr *xacct.Transfer) reflect.Value { return at(tr).Field(i) })
			}
			return
		}
		fields++
		tr := base
		if !set(at(&tr)) {
			t.Errorf("%s: the test knows no value of %s", path, typ)
			return
		}
		if path == ".Destination.KMSViaS3" || path == ".Source.KMSViaS3" { // it is about keys, and there are none
			tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{kittest.FirstKey(kittest.AccountA, "eu-west-1")}, []string{kittest.FirstKey(kittest.AccountB, "us-east-2")}
			keyed := tr
			keyed.Source.KMSViaS3, keyed.Destination.KMSViaS3 = false, false
			if outcome(tr) == outcome(keyed) {
				t.Errorf("%s makes no difference", path)
			}
			return
		}
		if outcome(tr) == before {
			t.Errorf("%s makes no difference", path)
		}
	}
	visit("", func(tr *xacct.Transfer) reflect.Value { return reflect.ValueOf(tr).Elem() })
	if fields < 25 {
		t.Errorf("%d fields were looked at, want all", fields)
	}
}

// set gives the field a value that it does not have; false if none is known for its type.
func set(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.Append(v, reflect.ValueOf("x")))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"x": "y"}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct: // a time, or a spec: every one has a Name, and what is adopted a Role
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)))
			return true
		}
		name := v.FieldByName("Name")
		if v.Type() == reflect.TypeFor[xacct.Adopt]() {
			name = v.FieldByName("Role")
		}
		if !name.IsValid() {
			return false
		}
		name.SetString("another")
	default:
		return false
	}
	return true
}
