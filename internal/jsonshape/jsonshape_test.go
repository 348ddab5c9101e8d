package jsonshape

import (
	"reflect"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

type inner struct {
	Name string
	N    int64  `json:",omitempty"`
	On   bool   `json:"on"`
	Not  string `json:"-"`
}

type outer struct {
	inner
	One  inner
	Many []inner
	Ref  *inner
	By   map[string]inner
	Doc  policy.Document
	Docs map[string][][]policy.Document
}

func TestRules(t *testing.T) {
	var cases []problemtest.Case
	for _, tt := range []struct{ rule, name, json, path string }{
		{"json-kind", "nothing", `{}`, ""},
		{"json-kind", "null for nil", `{"Many":null,"Ref":null,"By":null}`, ""},
		{"json-kind", "null for a document", `{"Doc":null}`, ""},
		{"json-kind", "a promoted field", `{"Name":"a"}`, ""},
		{"json-kind", "every kind", `{"One":{"Name":"a","N":1,"on":true},"Many":[{"Name":"b"}],"Ref":{"N":-1},"By":{"x":{"Name":"c"}}}`, ""},
		{"json-kind", "space around", " {\"One\" : { \"N\" : 2 } }\n", ""},
		{"json-kind", "null", `null`, "*"},
		{"json-kind", "a list for the whole", `[]`, "*"},
		{"json-kind", "a string for the whole", `"x"`, "*"},
		{"json-kind", "null for a struct", `{"One":null}`, "One"},
		{"json-kind", "null for a string", `{"One":{"Name":null}}`, "One.Name"},
		{"json-kind", "null for a number", `{"One":{"N":null}}`, "One.N"},
		{"json-kind", "a number for a string", `{"One":{"Name":1}}`, "One.Name"},
		{"json-kind", "a string for a number", `{"One":{"N":"1"}}`, "One.N"},
		{"json-kind", "a fraction", `{"One":{"N":1.5}}`, "One.N"},
		{"json-kind", "too large a number", `{"One":{"N":9223372036854775808}}`, "One.N"},
		{"json-kind", "a string for a boolean", `{"One":{"on":"yes"}}`, "One.on"},
		{"json-kind", "an object for a list", `{"Many":{}}`, "Many"},
		{"json-kind", "an element that is a number", `{"Many":[{},5]}`, "Many[1]"},
		{"json-kind", "an element that is null", `{"Many":[null]}`, "Many[0]"},
		{"json-kind", "a list for a map", `{"By":[]}`, "By"},
		{"json-kind", "an entry of a map", `{"By":{"x y":7}}`, `By["x y"]`},
		{"json-kind", "a list for a pointer", `{"Ref":[]}`, "Ref"},
		{"json-unknown", "known", `{"One":{"on":true}}`, ""},
		{"json-unknown", "at the top", `{"Two":{}}`, "Two"},
		{"json-unknown", "below", `{"Many":[{"Nmae":"a"}]}`, "Many[0].Nmae"},
		{"json-unknown", "another letter case", `{"one":{}}`, "one"},
		{"json-unknown", "the name of the field, not of JSON", `{"One":{"On":true}}`, "One.On"},
		{"json-unknown", "a field that is not in JSON", `{"One":{"Not":"x"}}`, "One.Not"},
		{"json-unknown", "the embedded struct", `{"inner":{}}`, "inner"},
		{"json-unknown", "empty", `{"":1}`, "*"},
		{"json-twice", "keys of a map that differ in case", `{"By":{"a":{},"A":{}}}`, ""},
		{"json-twice", "a member", `{"One":{},"One":{}}`, "One"},
		{"json-twice", "a key", `{"By":{"a":{},"a":{}}}`, `By["a"]`},
		{"json-twice", "written differently", `{"One":{"Name":"a","N\u0061me":"b"}}`, "One.Name"},
		{"json-value", "a document", `{"Doc":{"Version":"2012-10-17","Statement":[]}}`, ""},
		{"json-value", "what is in a document is its own", `{"Doc":{"Version":"2012-10-17","Statement":[],"Foo":null}}`, ""},
		{"json-value", "a number for a document", `{"Doc":5}`, "Doc"},
		{"json-value", "a document in lists", `{"Docs":{"a":[[{"Statement":[]},"x"]]}}`, `Docs["a"][0][1]`},
	} {
		err := Check([]byte(tt.json), reflect.TypeFor[outer]())
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.path != "", Err: err})
		problems := problem.All(err)
		if want := strings.Trim(tt.path, "*"); tt.path != "" && (len(problems) != 1 || problems[0].Path != want) {
			t.Errorf("%s: %v, want one problem at %q", tt.name, err, want)
		} else if tt.path == "" && err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	problemtest.Run(t, rules, cases)
}

func TestEveryProblemAtOnce(t *testing.T) {
	err := Check([]byte(`{"One":{"Name":1,"Foo":2},"Many":[3],"Bar":4}`), reflect.TypeFor[outer]())
	if n := len(problem.All(err)); n != 4 {
		t.Errorf("%d problems, want 4: %v", n, err)
	}
}
