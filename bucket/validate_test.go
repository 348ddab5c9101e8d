package bucket

import (
	"strings"
	"testing"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

func grant() policy.Statement { return Read(arn, "").WithSid("Read").By(policy.AWS(role)) }

func spec() Spec {
	return Spec{Name: "amzn-s3-demo-bucket", Account: "444455556666", Region: "eu-west-1", Statements: policy.Statements{grant()}, DisableACLs: true}
}

func TestRules(t *testing.T) {
	only := func(st policy.Statement) func(*Spec) { return func(s *Spec) { s.Statements = policy.Statements{st} } }
	except, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":"` + arn + `/*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	notResource, _ := except.Statement("A")
	tests := []struct {
		rule, name string
		change     func(*Spec)
		refuse     bool
	}{
		{"account", "twelve digits", func(s *Spec) {}, false},
		{"account", "none", func(s *Spec) { s.Account = "" }, true},
		{"region", "name", func(s *Spec) {}, false},
		{"region", "none", func(s *Spec) { s.Region = "" }, true},
		{"bucket-name", "good", func(s *Spec) {}, false},
		{"bucket-name", "bad", func(s *Spec) { s.Name = "A" }, true},
		{"bucket-address", "name", func(s *Spec) {}, false},
		{"bucket-address", "ARN", func(s *Spec) { s.Name = arn }, true},
		{"bucket-kind", "general purpose", func(s *Spec) {}, false},
		{"bucket-kind", "directory", func(s *Spec) { s.Name = "demo--use1-az4--x-s3" }, true},
		{"statement-sid", "has one", func(s *Spec) {}, false},
		{"statement-sid", "has none", only(grant().WithSid("")), true},
		{"statement-resource", "bucket and objects", func(s *Spec) {}, false},
		{"statement-resource", "other bucket", only(grant().On("arn:aws:s3:::amzn-s3-demo-bucket2", "arn:aws:s3:::amzn-s3-demo-bucket2/*")), true},
		{"statement-resource", "everything", only(grant().On("*")), true},
		{"statement-resource", "other partition", func(s *Spec) { s.Region = "cn-north-1" }, true},
		{"statement-resource", "NotResource", only(notResource), true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: s.Validate()})
	}
	for value, refuse := range map[s3types.ObjectOwnership]bool{s3types.ObjectOwnershipObjectWriter: false, "Everybody": true} {
		_, err := spec().RestoreOwnershipInput(value)
		cases = append(cases, problemtest.Case{Rule: "object-ownership", Name: string(value), Refuse: refuse, Err: err})
	}
	for _, tt := range []struct {
		rule, name string
		document   policy.Document
		refuse     bool
	}{
		{"policy-size", "fits", long(20000), false},
		{"policy-size", "does not fit", long(20480), true},
		{"policy-empty", "one statement", policy.New(grant()), false},
		{"policy-empty", "none", policy.New(grant()).Without("Read"), true},
		{"policy-empty", "no document", policy.Document{}, true},
	} {
		_, err := spec().ReplacePolicyInput(tt.document)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: err})
	}
	problemtest.Run(t, rules, cases)
}

// long returns a policy of a little more than n bytes.
func long(n int) policy.Document {
	return policy.New(policy.Allow("s3:GetObject").WithSid("Long").By(policy.AWS(role)).On(arn + "/" + strings.Repeat("a", n)))
}

// Problems inside a statement are reported under the field that contains the statement.
func TestStatementPaths(t *testing.T) {
	s := spec()
	s.Statements = append(s.Statements, policy.Allow("s3:GetObject").WithSid("Objects").By(policy.AWS(role)).On(arn))
	all := problem.All(s.Validate())
	if len(all) == 0 {
		t.Fatal("an action on objects passes for the bucket alone")
	}
	for _, p := range all {
		if !strings.HasPrefix(p.Path, "Statements[1]") {
			t.Errorf("unexpected: %v", p)
		}
	}
	if err := spec().Validate(); err != nil {
		t.Error(err)
	}
	if err := (Spec{Name: "amzn-s3-demo-bucket", Account: "444455556666", Region: "eu-west-1"}).Validate(); err != nil {
		t.Errorf("without statements: %v", err)
	}
}
