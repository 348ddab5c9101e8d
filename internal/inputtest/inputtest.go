// Package inputtest prints the inputs of SDK calls in tests, and compares them with golden files.
package inputtest

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/internal/model"
)

// JSON returns what [awscli.Input] says of the input, or its error. For an input of DataSync that violates the service model, it returns the
// violation instead.
func JSON(in any) string {
	if err := Model(in); err != nil {
		return err.Error()
	}
	text, err := awscli.Input(in)
	if err != nil {
		return err.Error()
	}
	return text
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

// PinnedBytes compares JSON with a golden file that was written by hand, byte for byte but for white space between tokens. No test rewrites such a file.
func PinnedBytes(t *testing.T, file string, got []byte) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(compact(t, file, text), compact(t, "the result", got)); diff != "" {
		t.Errorf("%s: -want +got:\n%s", file, diff)
	}
}

func compact(t *testing.T, what string, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return b.String()
}

func decode(t *testing.T, what, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return v
}
