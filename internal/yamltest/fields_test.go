package yamltest

import (
	"bytes"
	"strings"
	"testing"

	goccy "github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	v3 "gopkg.in/yaml.v3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

const (
	trustYAML = "{Version: 2012-10-17, Statement: [{Effect: Allow, Principal: {Service: datasync.amazonaws.com}, Action: 'sts:AssumeRole'}]}"
	trustJSON = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	wrongYAML = "{Statement: [{Effect: Allow, Principal: {AWS: 012345670123}, Action: 'sts:AssumeRole'}]}"
)

// fields are the public fields that hold documents or statements: how a configuration sets them, and what then stands there.
var fields = []struct {
	name string
	yaml string // DOC stands for the document, STATEMENT for its statement
	read func(t *testing.T, unmarshal func(any) error) (string, error)
}{
	{"Transfer.Source.Role.Trust", "source: {role: {trust: DOC}}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var tr xacct.Transfer
		err := unmarshal(&tr)
		return string(tr.Source.Role.Trust.Bytes()), err
	}},
	{"Transfer.Destination.Role.Policies", "destination: {role: {policies: {read: DOC}}}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var tr xacct.Transfer
		err := unmarshal(&tr)
		return string(tr.Destination.Role.Policies["read"].Bytes()), err
	}},
	{"PlanOptions.SCPs", "scps: {'111122223333': [[DOC]]}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var o xacct.PlanOptions
		err := unmarshal(&o)
		return first2(o.SCPs["111122223333"]), err
	}},
	{"PlanOptions.RCPs", "rcps: {'111122223333': [[DOC]]}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var o xacct.PlanOptions
		err := unmarshal(&o)
		return first2(o.RCPs["111122223333"]), err
	}},
	{"Facts.Trusts", "trusts: {arn: DOC}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var f plan.Facts
		err := unmarshal(&f)
		return string(f.Trusts["arn"].Bytes()), err
	}},
	{"Facts.Identity", "identity: {arn: [DOC]}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var f plan.Facts
		err := unmarshal(&f)
		return first(f.Identity["arn"]), err
	}},
	{"iamrole.Spec.Trust", "trust: DOC", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s iamrole.Spec
		err := unmarshal(&s)
		return string(s.Trust.Bytes()), err
	}},
	{"iamrole.State.Policies", "policies: {read: DOC}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s iamrole.State
		err := unmarshal(&s)
		return string(s.Policies["read"].Bytes()), err
	}},
	{"bucket.State.Policy", "policy: DOC", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s bucket.State
		err := unmarshal(&s)
		return string(s.Policy.Bytes()), err
	}},
	{"kmskey.State.Policy", "policy: DOC", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s kmskey.State
		err := unmarshal(&s)
		return string(s.Policy.Bytes()), err
	}},
	{"bucket.Spec.Statements", "statements: [STATEMENT]", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s bucket.Spec
		err := unmarshal(&s)
		return asDocument(s.Statements), err
	}},
	{"kmskey.Spec.Statements", "statements: [STATEMENT]", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s kmskey.Spec
		err := unmarshal(&s)
		return asDocument(s.Statements), err
	}},
	{"pointer", "d: DOC", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s struct{ D *policy.Document }
		if err := unmarshal(&s); err != nil {
			return "", err
		}
		return string(s.D.Bytes()), nil
	}},
	{"list", "[DOC]", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s []policy.Document
		err := unmarshal(&s)
		return first(s), err
	}},
	{"map", "{a: DOC}", func(_ *testing.T, unmarshal func(any) error) (string, error) {
		var s map[string]policy.Document
		err := unmarshal(&s)
		return string(s["a"].Bytes()), err
	}},
}

func first(list []policy.Document) string {
	if len(list) == 0 {
		return ""
	}
	return string(list[0].Bytes())
}

func first2(list [][]policy.Document) string {
	if len(list) == 0 {
		return ""
	}
	return first(list[0])
}

func asDocument(list policy.Statements) string {
	return string(policy.New(list).Bytes())
}

func TestFields(t *testing.T) {
	everyLibrary(t, libraries, func(t *testing.T, lib library) {
		for _, tc := range fields {
			t.Run(tc.name, func(t *testing.T) {
				with := func(document string) string {
					_, one, _ := strings.Cut(document, "Statement: [")
					return strings.ReplaceAll(strings.ReplaceAll(tc.yaml, "DOC", document), "STATEMENT", strings.TrimSuffix(one, "]}"))
				}
				got, err := tc.read(t, func(v any) error { return lib.unmarshal([]byte(with(trustYAML)), v) })
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(trustJSON, got); diff != "" {
					t.Errorf("document (-want +got):\n%s", diff)
				}
				got, err = tc.read(t, func(v any) error { return lib.unmarshal([]byte(with(wrongYAML)), v) })
				if err == nil || !strings.Contains(err.Error(), "quote it: YAML read 012345670123 as 1402433619") {
					t.Errorf("a number: error %v, document %s", err, got)
				}
			})
		}
	})
}

// TestNull: null is no document.
func TestNull(t *testing.T) {
	everyLibrary(t, libraries, func(t *testing.T, lib library) {
		for _, text := range []string{"trust: ~", "trust:", "{}", "trust: null", "a: &a ~\ntrust: *a"} {
			var config struct {
				A     any
				Trust policy.Document
			}
			if err := lib.unmarshal([]byte(text), &config); err != nil || !config.Trust.IsZero() {
				t.Errorf("%q: %v, %s", text, err, config.Trust)
			}
		}
	})
}

// TestAnchorsAroundADocument: a document may use an anchor of the rest of the configuration, and the rest one of the document.
func TestAnchorsAroundADocument(t *testing.T) {
	const text = `
bucket: &bucket amzn-s3-demo-bucket
statement: &statement {Effect: Allow, Action: &action 's3:GetObject', Resource: *bucket}
read: {Statement: [*statement, {Effect: Deny, Sid: &sid Read, Action: &actions [b, a]}]}
again: &again {Statement: *statement}
copy: *again
action: *action
sid: *sid
actions: *actions
any: *again
`
	everyLibrary(t, libraries, func(t *testing.T, lib library) {
		var config struct {
			Bucket, Action, Sid string
			Actions             []string
			Read, Again, Copy   policy.Document
			Any, Statement      any
		}
		if err := lib.unmarshal([]byte(text), &config); err != nil {
			t.Fatal(err)
		}
		const one = `{"Effect":"Allow","Action":"s3:GetObject","Resource":"amzn-s3-demo-bucket"}`
		got := []string{string(config.Read.Bytes()), string(config.Again.Bytes()), string(config.Copy.Bytes()),
			config.Action, config.Sid, strings.Join(config.Actions, " ")}
		want := []string{`{"Statement":[` + one + `,{"Effect":"Deny","Sid":"Read","Action":["b","a"]}]}`,
			`{"Statement":` + one + `}`, `{"Statement":` + one + `}`,
			"s3:GetObject", "Read", "b a"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("configuration (-want +got):\n%s", diff)
		}
	})
}

// TestDecoderOptions: options of the libraries change neither what is read nor what is refused.
func TestDecoderOptions(t *testing.T) {
	options := []library{
		{name: "yaml.v3 KnownFields", unmarshal: func(b []byte, v any) error {
			d := v3.NewDecoder(bytes.NewReader(b))
			d.KnownFields(true)
			return d.Decode(v)
		}},
		{name: "yaml.v3 Node", unmarshal: func(b []byte, v any) error {
			var n v3.Node
			if err := v3.Unmarshal(b, &n); err != nil {
				return err
			}
			return n.Decode(v)
		}},
	}
	for name, o := range map[string]goccy.DecodeOption{
		"Strict": goccy.Strict(), "UseOrderedMap": goccy.UseOrderedMap(), "AllowDuplicateMapKey": goccy.AllowDuplicateMapKey(),
		"UseJSONUnmarshaler": goccy.UseJSONUnmarshaler(),
		"CommentToMap":       goccy.CommentToMap(goccy.CommentMap{}),
	} {
		options = append(options, library{name: "goccy " + name, unmarshal: func(b []byte, v any) error { return goccy.UnmarshalWithOptions(b, v, o) }})
	}
	everyLibrary(t, options, func(t *testing.T, lib library) {
		var config struct{ Trust policy.Document }
		want := `{"Version":"2012-10-17","Statement":[{"Sid":"<<","Effect":"Allow","Action":["b","a"]}]}`
		good := "trust:\n  # <<: comment\n  Version: 2012-10-17 # <<: comment\n  Statement:\n  - Sid: '<<'\n    Effect: Allow\n    Action: [b, a]\n"
		if err := lib.unmarshal([]byte(good), &config); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(config.Trust.Bytes())); diff != "" {
			t.Errorf("document (-want +got):\n%s", diff)
		}
		for _, bad := range []string{
			"trust: {Statement: {Effect: Allow, Action: a, Effect: Deny}}", "trust: {Statement: {Effect: Allow, <<: {Action: a}}}",
			"trust: {Statement: {Effect: Allow, Action: 5}}", "trust: {Statement: {Effect: Allow, Action: ~}}",
		} {
			if err := lib.unmarshal([]byte(bad), &config); err == nil {
				t.Errorf("%s is accepted as %s", bad, config.Trust.Bytes())
			}
		}
	})
}

// TestOthers: the other libraries read the document, and refuse or keep what they can see.
func TestOthers(t *testing.T) {
	everyLibrary(t, others, func(t *testing.T, lib library) {
		var config struct {
			Trust policy.Document `json:"trust" yaml:"trust"`
		}
		if err := lib.unmarshal([]byte("trust: "+trustYAML), &config); err != nil {
			t.Fatal(err)
		}
		if want, err := policy.Parse([]byte(trustJSON)); err != nil || !config.Trust.Equal(want) {
			t.Errorf("%v, %s", err, config.Trust)
		}
		if err := lib.unmarshal([]byte("trust: "+wrongYAML), &config); err == nil {
			t.Errorf("a number is accepted as %s", config.Trust.Bytes())
		}
	})
}
