package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestExemptionOfEveryDeny: a decision names the statements that deny whatever is not known. Others deny as well once the principal is exempt from these,
// and the remedy has them all.
func TestExemptionOfEveryDeny(t *testing.T) {
	network := deny("Network", "s3:*").When(policy.StringNotEquals("aws:SourceVpce", "vpce-1a2b3c4d"))
	ids := deny("Ids", "s3:*").When(policy.StringNotLike("aws:userid", "AROAOTHEROTHEROTHER12:*")) // settled: the form of the key is known, not its value
	scp := policy.Deny("s3:*").On("*").WithSid("Org").When(policy.StringNotLike("aws:userid", "AROAOTHEROTHEROTHER12:*"))
	byOrganisation := strings.Replace(exempting("Org"), "owner of bucket media", "organisation of account 111122223333", 1)
	for _, tt := range []struct {
		name string
		edit func(*Case)
		want []string
	}{
		{"one of an id", func(c *Case) { c.denying(ids) }, []string{exempting("Ids")}},
		{"one that is certain, and one of an id", func(c *Case) { c.denying(ids, network) }, []string{exempting("Network"), exempting("Ids")}},
		{"the same, of an organisation", func(c *Case) {
			c.denying(network)
			c.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("*").On("*"), scp)}}
		}, []string{exempting("Network"), byOrganisation}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase()
			tt.edit(c)
			c.Decide(authz.DataSyncCall{RoleARN: role, RoleID: "AROAEXAMPLEEXAMPLE123", Account: c.Owner, Region: "us-east-2"}.S3("s3:PutObject", media+"/in/object"), Always, "")
			f := c.Conclude()[0]
			if diff := cmp.Diff(strings.Join(tt.want, "; and "), f.Remedy); diff != "" {
				t.Errorf("%s: -want +got:\n%s", f.Detail, diff)
			}
			if len(f.Proposal) != len(tt.want) {
				t.Errorf("%d statements proposed, want %d: %v", len(f.Proposal), len(tt.want), f.Proposal)
			}
		})
	}
}

// TestExemptionWithoutAStatement: where no condition can exempt the role, the remedy still names who keeps the statement.
func TestExemptionWithoutAStatement(t *testing.T) {
	c := newCase()
	c.denying(swapped(t, swapped(t, policy.Deny("s3:GetObject").By(policy.AWS(other)).On(objects).WithSid("Guard"), "Principal", "NotPrincipal"), "Action", "NotAction"))
	c.Decide(authz.DataSyncCall{RoleARN: role, Account: c.Owner, Region: "us-east-2"}.S3("s3:PutObject", media+"/in/object"), Always, "")
	f := c.Conclude()[0]
	if want := "let the owner of bucket media exempt " + role + " from statement \"Guard\""; f.Remedy != want || len(f.Proposal) > 0 {
		t.Errorf("%s: %q, %v; want %q", f.Detail, f.Remedy, f.Proposal, want)
	}
}
