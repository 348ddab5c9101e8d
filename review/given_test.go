package review

import (
	"reflect"
	"testing"
	"time"

	"github.com/xacct/xacct"
)

// Every field of a transfer is taken over: what is derived without one would be another transfer's.
func TestGivenIsWhole(t *testing.T) {
	var whole xacct.Transfer
	v := reflect.ValueOf(&whole).Elem()
	for i := range v.NumField() {
		fill(v.Field(i))
	}
	got := reflect.ValueOf(given(whole))
	if got.NumField() != v.NumField() {
		t.Errorf("%d fields, want %d", got.NumField(), v.NumField())
	}
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if f := got.FieldByName(name); !f.IsValid() || f.IsZero() || v.Field(i).IsZero() {
			t.Errorf("%s is not taken over", name)
		}
	}
}

// fill sets the value to one that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		fill(v.Field(0))
	}
}
