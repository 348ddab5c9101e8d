package verdict

import (
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestListBucketIsForHeadBucketToo decides on s3:ListBucket under conditions on the keys that only a listing has.
func TestListBucketIsForHeadBucketToo(t *testing.T) {
	allow := policy.Allow("s3:ListBucket").By(policy.AWS(role)).On(media)
	deny := policy.Deny("s3:ListBucket").By(policy.Everyone()).On(media)
	for _, tt := range []struct {
		name      string
		statement policy.Statement
		want      authz.Effect
	}{
		{"allowed below a prefix", allow.When(policy.StringLike("s3:prefix", "in/*")), authz.ImplicitlyDenied},
		{"allowed for one prefix", allow.When(policy.StringEquals("s3:prefix", "in/")), authz.ImplicitlyDenied},
		{"allowed with a delimiter", allow.When(policy.StringEquals("s3:delimiter", "/")), authz.ImplicitlyDenied},
		{"allowed for few keys", allow.When(policy.Where("NumericLessThanEquals", "s3:max-keys", "100")), authz.ImplicitlyDenied},
		{"allowed below a prefix, if there is one", allow.When(policy.Where("StringLikeIfExists", "s3:prefix", "in/*")), authz.Undetermined},
		{"allowed without a prefix", allow.When(policy.Where("Null", "s3:prefix", "true")), authz.Undetermined},
		{"denied without a prefix", deny.When(policy.Where("Null", "s3:prefix", "true")), authz.ExplicitlyDenied},
		{"denied for other prefixes", deny.When(policy.StringNotLike("s3:prefix", "in/*")), authz.ExplicitlyDenied},
		{"denied for other prefixes, if there is one", deny.When(policy.Where("StringNotLikeIfExists", "s3:prefix", "in/*")), authz.ExplicitlyDenied},
		{"denied below a prefix", deny.When(policy.StringLike("s3:prefix", "secret/*")), authz.Undetermined},
		{"denied for many keys", deny.When(policy.Where("NumericGreaterThan", "s3:max-keys", "100")), authz.Undetermined},
		{"denied by something else", deny.When(policy.StringEquals("aws:PrincipalArn", role)), authz.ExplicitlyDenied},
		{"allowed", allow, authz.Allowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase()
			c.Policies.Resource = policy.New(tt.statement)
			if tt.statement.Effect() == "Deny" {
				c.Policies.Resource = policy.New(granting, tt.statement)
			}
			call := authz.DataSyncCall{RoleARN: role, Account: "444455556666", Region: "us-east-2"}
			c.DecideList(call.S3("s3:ListBucket", media), Always, "")
			if got := c.Verdicts[0].Effect; len(c.Verdicts) != 1 || got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}
