package client

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	smithy "github.com/aws/smithy-go"
)

// Every read of every client is tried again, and every call holds a slot. Reads of task executions are tried again by
// package task.
func TestEveryCallIsLimited(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "calls.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{} // method → the function that it calls with
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				by[f.Recv.List[0].Type.(*ast.Ident).Name+"."+f.Name.Name] = call.Fun.(*ast.Ident).Name
				return false
			}
			return true
		})
	}
	calls := 0
	for _, api := range []any{limitedSTS{}, limitedIAM{}, limitedS3{}, limitedDataSync{}, limitedKMS{}, limitedLogs{}} {
		outer := reflect.TypeOf(api)
		inner := outer.Field(0).Type
		for i := range inner.NumMethod() {
			name := inner.Method(i).Name
			want := "bounded"
			if isRead(name) && !strings.Contains(name, "TaskExecution") {
				want = "retried"
			}
			calls++
			if got := by[outer.Name()+"."+name]; got != want {
				t.Errorf("%s.%s is made by %q, want %s", outer.Name(), name, got, want)
			}
		}
	}
	if calls == 0 {
		t.Error("no call was looked at")
	}
}

func isRead(name string) bool {
	for _, p := range []string{"Get", "List", "Describe", "Head"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func TestRetriedGivesUp(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want int // calls at least; 1 is exactly one
	}{
		{"refused", &smithy.GenericAPIError{Code: "AccessDenied"}, 1},
		{"throttled for ever", &smithy.GenericAPIError{Code: "ThrottlingException"}, 12},
		{"broken for ever", &smithy.GenericAPIError{Code: "InternalError", Fault: smithy.FaultServer}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				call := func(context.Context, *int, ...func(*int)) (*int, error) { n++; return nil, tt.err }
				if _, err := retried(t.Context(), newSlots(1, "111122223333", "eu-west-1"), call, nil, nil); err != tt.err {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if n < tt.want || tt.want == 1 && n != 1 {
					t.Errorf("%d calls, want %d", n, tt.want)
				}
			})
		})
	}
}
