package authz_test

import (
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestQuoteInAKey decides with a key that holds a quote before the comma of its default.
func TestQuoteInAKey(t *testing.T) {
	for _, text := range []string{"${a'b, 'x'}", "${', 'x'}", "a${a'b,'x'}${c}", "${aws:PrincipalTag/it's, 'x'}", "${a','}", "${'a, ", "${'a,}"} {
		d := policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/"+text), policy.Deny("s3:*").By(policy.Everyone()).On("*").When(policy.StringLike("k:x", text)))
		got := authz.Decide(authz.Request{Principal: role, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}, authz.Policies{Identity: one(all), Resource: d})
		if got.Effect != authz.Undetermined || len(got.Explain()) == 0 {
			t.Errorf("%s: %s", text, got)
		}
	}
}
