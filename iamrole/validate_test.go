package iamrole

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

func spec() Spec {
	return Spec{
		Name: "datasync", Path: "/team/", Trust: DataSyncTrust("aws", "111122223333", "eu-west-1"),
		Policies: map[string]policy.Document{"read": policy.New(policy.Allow("s3:GetObject").On("arn:aws:s3:::amzn-s3-demo-bucket/*"))},
	}
}

// long returns a policy of about n characters.
func long(n int) policy.Document {
	return policy.New(policy.Allow("s3:GetObject").On("arn:aws:s3:::amzn-s3-demo-bucket/" + strings.Repeat("a", n)))
}

func TestRules(t *testing.T) {
	tests := []struct {
		rule, name string
		change     func(*Spec)
		refuse     bool
	}{
		{"role-name", "all the marks", func(s *Spec) { s.Name = "aZ09_+=,.@-" }, false},
		{"role-name", "longest", func(s *Spec) { s.Name = strings.Repeat("a", 64) }, false},
		{"role-name", "too long", func(s *Spec) { s.Name = strings.Repeat("a", 65) }, true},
		{"role-name", "none", func(s *Spec) { s.Name = "" }, true},
		{"role-name", "with path", func(s *Spec) { s.Name = "team/datasync" }, true},
		{"role-name", "ARN", func(s *Spec) { s.Name = "arn:aws:iam::111122223333:role/datasync" }, true},
		{"role-path", "none", func(s *Spec) { s.Path = "" }, false},
		{"role-path", "root", func(s *Spec) { s.Path = "/" }, false},
		{"role-path", "deep", func(s *Spec) { s.Path = "/a/b/" }, false},
		{"role-path", "no slash in front", func(s *Spec) { s.Path = "a/" }, true},
		{"role-path", "no slash at the end", func(s *Spec) { s.Path = "/a" }, true},
		{"role-path", "space", func(s *Spec) { s.Path = "/a b/" }, true},
		{"role-path", "too long", func(s *Spec) { s.Path = "/" + strings.Repeat("a", 511) + "/" }, true},
		{"description", "umlaut", func(s *Spec) { s.Description = "für DataSync" }, false},
		{"description", "dash", func(s *Spec) { s.Description = "DataSync — read" }, true},
		{"description", "too long", func(s *Spec) { s.Description = strings.Repeat("a", 1001) }, true},
		{"boundary", "none", func(s *Spec) {}, false},
		{"boundary", "of the account", func(s *Spec) { s.PermissionsBoundary = "arn:aws:iam::111122223333:policy/team/boundary" }, false},
		{"boundary", "of AWS", func(s *Spec) { s.PermissionsBoundary = "arn:aws:iam::aws:policy/PowerUserAccess" }, false},
		{"boundary", "name", func(s *Spec) { s.PermissionsBoundary = "boundary" }, true},
		{"boundary", "role", func(s *Spec) { s.PermissionsBoundary = "arn:aws:iam::111122223333:role/boundary" }, true},
		{"policy-name", "good", func(s *Spec) {}, false},
		{"policy-name", "slash", func(s *Spec) { s.Policies["a/b"] = long(1) }, true},
		{"policy-name", "none", func(s *Spec) { s.Policies[""] = long(1) }, true},
		{"policies-size", "two that fit", func(s *Spec) { s.Policies["b"], s.Policies["c"] = long(4000), long(4000) }, false},
		{"policies-size", "two that do not", func(s *Spec) { s.Policies["b"], s.Policies["c"] = long(6000), long(6000) }, true},
		{"tag-key", "good", func(s *Spec) { s.Tags = map[string]string{"xacct:transfer": "a"} }, false},
		{"tag-key", "bad", func(s *Spec) { s.Tags = map[string]string{"a!": "c"} }, true},
		{"tag-value", "good", func(s *Spec) { s.Tags = map[string]string{"a": ""} }, false},
		{"tag-value", "bad", func(s *Spec) { s.Tags = map[string]string{"a": "{}"} }, true},
		{"tag-count", "few", func(s *Spec) { s.Tags = map[string]string{"a": "b"} }, false},
		{"tag-count", "many", func(s *Spec) {
			s.Tags = map[string]string{}
			for i := range 51 {
				s.Tags[fmt.Sprint(i)] = "v"
			}
		}, true},
		{"tag-reserved", "no", func(s *Spec) { s.Tags = map[string]string{"laws:a": "b"} }, false},
		{"tag-reserved", "yes", func(s *Spec) { s.Tags = map[string]string{"aws:a": "b"} }, true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: s.Validate()})
	}
	for name, refuse := range map[string]bool{"read": false, "write": true} {
		_, err := spec().PutPolicyInput(name)
		cases = append(cases, problemtest.Case{Rule: "policy-unknown", Name: name, Refuse: refuse, Err: err})
	}
	problemtest.Run(t, rules, cases)
}

// Problems inside a document are reported under the field that contains the document.
func TestDocuments(t *testing.T) {
	s := spec()
	s.Trust = policy.Document{}
	s.Policies["write"] = policy.New(policy.Allow("s3:PutObject"))
	want := map[string]bool{"Trust": true, "Policies[write].Statement[0]": true}
	for _, p := range problem.All(s.Validate()) {
		if !want[p.Path] {
			t.Errorf("unexpected: %v", p)
		}
		delete(want, p.Path)
	}
	if len(want) > 0 {
		t.Errorf("no problem at %v", want)
	}
	if err := spec().Validate(); err != nil {
		t.Error(err)
	}
}
