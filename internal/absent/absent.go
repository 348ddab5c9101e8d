// Package absent tells clients that are missing, so that a missing one is an error before the first call and no panic.
package absent

import (
	"reflect"

	"github.com/xacct/xacct/problem"
)

// Is reports whether the client is nil: no value at all, or a nil pointer or function in an interface, such as (*s3.Client)(nil).
func Is(api any) bool {
	if api == nil {
		return true
	}
	v := reflect.ValueOf(api)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

var ruleClient = problem.Rule{
	ID: "client", Text: "must not be nil", Remedy: "give a client, made from an aws.Config of the account and Region", Source: "xacct",
}

// rules are the rules of this package.
var rules = []problem.Rule{ruleClient}

// Check returns a [problem.Problem] if the client is nil. path is the name of the parameter; example is a function that makes such a client.
func Check(path string, api any, example string) error {
	var l problem.List
	rule := ruleClient
	rule.Remedy += ", such as " + example + "(cfg)"
	l.Check(!Is(api), rule, path, "")
	return l.Err()
}
