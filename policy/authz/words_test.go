package authz_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/xacct/xacct/policy"
	. "github.com/xacct/xacct/policy/authz"
)

// The text of a decision quotes statements of others, and none of it steers a terminal or begins a line.
func TestDecisionIsEscaped(t *testing.T) {
	const hostile = "\x1b[2J\r\nallowed\u202e\u0085\u2028\u2029\u009b31m"
	everyone := func(effect func(...string) policy.Statement, action, resource string) policy.Statement {
		return effect(action).By(policy.Everyone()).On(resource).WithSid("Sid" + hostile)
	}
	all := policy.New(policy.Allow("*").On("*"))
	for _, tt := range []struct {
		name      string
		statement policy.Statement
	}{
		{"a Deny", everyone(policy.Deny, "s3:*", "*")},
		{"a Deny that depends on a key", everyone(policy.Deny, "s3:*", "*").When(policy.StringEquals("aws:PrincipalTag/"+hostile, "x"))},
		{"a Deny with a value", everyone(policy.Deny, "s3:*", "*").When(policy.StringNotEquals("aws:UserAgent", hostile))},
		{"a Deny with an operator", everyone(policy.Deny, "s3:*", "*").When(policy.Where("String"+hostile, "aws:UserAgent", "x"))},
		{"an Allow", everyone(policy.Allow, "s3:*", "*")},
		{"an Allow of another action", everyone(policy.Allow, "s3:"+hostile, "*")},
		{"an Allow of another resource", everyone(policy.Allow, "s3:*", "arn:aws:s3:::"+hostile)},
		{"an Allow to another principal", policy.Allow("s3:*").By(policy.AWS("arn:aws:iam::444455556666:role/" + hostile)).On("*")},
		{"an Allow to a service", policy.Allow("s3:*").By(policy.Service(hostile)).On("*")},
		{"a request for a key of others", everyone(policy.Allow, "s3:GetObject", "arn:aws:s3:::b/k")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Principal: "arn:aws:iam::111122223333:role/r", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/" + hostile, ResourceAccount: "444455556666"}
			p := Policies{Identity: []policy.Document{all}, Resource: policy.New(tt.statement)}
			d := Decide(r, p)
			lines := strings.Split(d.String(), "\n")
			for _, m := range append(d.Deciding, d.Explain()...) {
				lines = append(lines, m.String(), m.Why)
			}
			for _, line := range lines {
				if strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }) || strings.HasPrefix(line, "allowed\\u202e") {
					t.Errorf("not printable, or a line of others: %q", line)
				}
			}
		})
	}
}
