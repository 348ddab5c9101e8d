package xacct

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/smithy-go"
)

// TestEveryReadIsSteady finds a read of any client that a single throttle would end. Reads of executions are package task's own.
func TestEveryReadIsSteady(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "steady.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
			if on, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
				declared[on.Name+"."+f.Name.Name] = true
			}
		}
	}
	reads := 0
	for _, api := range []any{steadySTS{}, steadyIAM{}, steadyS3{}, steadyDataSync{}, steadyKMS{}} {
		outer := reflect.TypeOf(api)
		inner := outer.Field(0).Type
		for i := range inner.NumMethod() {
			m := inner.Method(i)
			if !isRead(m.Name) || strings.Contains(m.Name, "TaskExecution") {
				continue
			}
			reads++
			if !declared[outer.Name()+"."+m.Name] {
				t.Errorf("%s.%s is not tried again: declare it in steady.go", outer.Name(), m.Name)
			}
		}
	}
	if reads == 0 {
		t.Error("no read was looked at")
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

func TestAgainGivesUp(t *testing.T) {
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
				if _, err := again(t.Context(), call, nil, nil); err != tt.err {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if n < tt.want || tt.want == 1 && n != 1 {
					t.Errorf("%d calls, want %d", n, tt.want)
				}
			})
		})
	}
}
