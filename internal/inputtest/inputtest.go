// Package inputtest prints the inputs of SDK calls in tests, and compares them with golden files.
package inputtest

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/model"
)

// JSON returns the input as indented JSON without the members that are not sent, as --cli-input-json of the AWS CLI accepts it. For an input of
// DataSync that violates the service model, it returns the violation instead.
func JSON(in any) string {
	if err := Model(in); err != nil {
		return err.Error()
	}
	b, err := json.MarshalIndent(value(reflect.ValueOf(in)), "", "  ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Model returns an error if the input violates DataSync's service model. It returns nil for inputs of other services.
func Model(in any) error {
	t := reflect.TypeOf(in)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	operation, isInput := strings.CutSuffix(t.Name(), "Input")
	if !isInput || t.PkgPath() != reflect.TypeFor[datasync.Client]().PkgPath() {
		return nil
	}
	return model.Check(operation, in)
}

func value(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return value(v.Elem())
	case reflect.Struct:
		members := map[string]any{}
		for f, field := range v.Fields() {
			if f.IsExported() && sent(field) {
				members[f.Name] = value(field)
			}
		}
		return members
	case reflect.Slice:
		items := make([]any, v.Len())
		for i := range items {
			items[i] = value(v.Index(i))
		}
		return items
	default:
		return v.Interface()
	}
}

// sent reports whether the SDK puts the member into the request. It leaves out nil members and enums without a value.
func sent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return !v.IsNil()
	case reflect.String:
		return v.Len() > 0
	default:
		return true
	}
}

// Pinned compares JSON with a golden file that was written by hand. White space and the order of members do not matter. No test rewrites such
// a file.
func Pinned(t *testing.T, file, got string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decode(t, file, string(text)), decode(t, "the result", got)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", file, diff)
	}
}

func decode(t *testing.T, what, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return v
}
