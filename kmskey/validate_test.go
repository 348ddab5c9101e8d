package kmskey

import (
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// defaultPolicy is the policy that KMS gives to a key which was created through the API without one.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
const defaultPolicy = `{"Version":"2012-10-17","Id":"key-default-1","Statement":[
  {"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"}
]}`

func parse(t *testing.T, text string) policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func grant() policy.Statement { return Read(Everywhere).WithSid("Decrypt").By(policy.AWS(role)) }

func spec() Spec { return Spec{ARN: arn, Statements: policy.Statements{grant()}} }

func TestRules(t *testing.T) {
	only := func(st policy.Statement) func(*Spec) { return func(s *Spec) { s.Statements = policy.Statements{st} } }
	named := func(arn string) func(*Spec) { return func(s *Spec) { s.ARN = arn } }
	except, _ := parse(t, `{"Statement":{"Sid":"A","Effect":"Deny","Principal":"*","Action":"kms:*","NotResource":"`+arn+`"}}`).Statement("A")
	tests := []struct {
		rule, name string
		change     func(*Spec)
		refuse     bool
	}{
		{"key-arn", "full ARN", func(*Spec) {}, false},
		{"key-arn", "multi-Region key", named("arn:aws:kms:eu-west-1:444455556666:key/mrk-1234abcd12ab34cd56ef1234567890ab"), false},
		{"key-arn", "China", named("arn:aws-cn:kms:cn-north-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"), false},
		{"key-arn", "none", named(""), true},
		{"key-arn", "bare id", named("1234abcd-12ab-34cd-56ef-1234567890ab"), true},
		{"key-arn", "bare multi-Region id", named("mrk-1234abcd12ab34cd56ef1234567890ab"), true},
		{"key-arn", "not an id", named("arn:aws:kms:eu-west-1:444455556666:key/media"), true},
		{"key-arn", "pattern", named("arn:aws:kms:eu-west-1:444455556666:key/*"), true},
		{"key-arn", "no Region", named("arn:aws:kms::444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"), true},
		{"key-arn", "no account", named("arn:aws:kms:eu-west-1::key/1234abcd-12ab-34cd-56ef-1234567890ab"), true},
		{"key-arn", "other partition", named("arn:aws:kms:cn-north-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"), true},
		{"key-arn", "other service", named("arn:aws:s3:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"), true},
		{"key-alias", "key", func(*Spec) {}, false},
		{"key-alias", "alias name", named("alias/media"), true},
		{"key-alias", "alias ARN", named("arn:aws:kms:eu-west-1:444455556666:alias/media"), true},
		{"key-managed", "customer managed key", func(*Spec) {}, false},
		{"key-managed", "name", named("aws/s3"), true},
		{"key-managed", "alias name", named("alias/aws/s3"), true},
		{"key-managed", "alias ARN", named("arn:aws:kms:eu-west-1:444455556666:alias/aws/s3"), true},
		{"statement-sid", "has one", func(*Spec) {}, false},
		{"statement-sid", "has none", only(grant().WithSid("")), true},
		{"statement-resource", "everywhere", func(*Spec) {}, false},
		{"statement-resource", "the key's ARN", only(grant().On(arn)), false},
		{"statement-resource", "another key", only(grant().On(strings.Replace(arn, "1234abcd", "5678abcd", 1))), true},
		{"statement-resource", "NotResource", only(except), true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: s.Validate()})
	}
	root := parse(t, defaultPolicy)
	with := func(statements string) policy.Document {
		return parse(t, `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
	}
	const admin = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:role/Admin"},"Action":["kms:Put*","kms:Get*"],"Resource":"*"}`
	for _, tt := range []struct {
		rule, name string
		document   policy.Document
		refuse     bool
	}{
		{"policy-size", "fits", root.With(long(30000)), false},
		{"policy-size", "does not fit", root.With(long(32768)), true},
		{"policy-lockout", "account", root, false},
		{"policy-lockout", "account by its id", with(`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"*","Resource":"*"}`), false},
		{"policy-lockout", "one role of the account", with(admin), false},
		{"policy-lockout", "everybody of the account", with(`{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"444455556666"}}}`), false},
		{"policy-lockout", "no document", policy.Document{}, true},
		{"policy-lockout", "only our grant", policy.New(grant()), true},
		{"policy-lockout", "another account", with(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`), true},
		{"policy-lockout", "account may use only", with(`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["kms:Decrypt","kms:GetKeyPolicy"],"Resource":"*"}`), true},
		{"policy-lockout", "a Deny for all", with(admin + `,{"Effect":"Deny","Principal":"*","Action":"kms:PutKeyPolicy","Resource":"*"}`), true},
	} {
		_, err := spec().ReplacePolicyInput(tt.document)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: err})
	}
	problemtest.Run(t, rules, cases)
}

// long returns a statement of a little more than n bytes.
func long(n int) policy.Statement {
	return grant().WithSid("Long").When(policy.StringEquals("kms:EncryptionContext:aws:s3:arn", strings.Repeat("a", n)))
}

// Problems inside a statement are reported under the field that contains the statement.
func TestStatementPaths(t *testing.T) {
	s := spec()
	s.Statements = append(s.Statements, policy.Allow("s3:GetObject").WithSid("Objects").By(policy.AWS(role)).On(Everywhere))
	all := problem.All(s.Validate())
	if len(all) == 0 {
		t.Fatal("an action of S3 passes for a key")
	}
	for _, p := range all {
		if !strings.HasPrefix(p.Path, "Statements[1]") {
			t.Errorf("unexpected: %v", p)
		}
	}
	if err := (Spec{ARN: arn}).Validate(); err != nil {
		t.Errorf("without statements: %v", err)
	}
}

func TestWhere(t *testing.T) {
	if s := spec(); s.Account() != "444455556666" || s.Region() != "eu-west-1" {
		t.Errorf("%s, %s", s.Account(), s.Region())
	}
	if s := (Spec{ARN: "alias/media"}); s.Account() != "" || s.Region() != "" {
		t.Errorf("of an alias: %s, %s", s.Account(), s.Region())
	}
}
