package verdict

import (
	"slices"

	"github.com/xacct/xacct/policy/authz"
)

// listingKeys are the condition keys that a listing can have and HeadBucket has not, although both need s3:ListBucket.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
var listingKeys = []string{"s3:prefix", "s3:delimiter", "s3:max-keys"}

// DecideList adds the verdict on s3:ListBucket, which DataSync needs twice: for HeadBucket, with which its access test begins, and to list objects. What
// is denied for either is denied. An Allow that asks for a prefix does not suffice, because HeadBucket has none.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (c *Case) DecideList(req authz.Request, u Use, why string) {
	c.Like(req).DecideList(req.Action, req.Resource, u, why)
}

// DecideList is [Case.DecideList] for the action on the resource.
func (r *Requests) DecideList(action, resource string, u Use, why string) {
	head := r.common
	head.Absent = slices.Concat(head.Absent, listingKeys)
	heads := r.of.Like(head)
	if d := heads.decide(action, resource); d.Effect.Denied() || d.Effect == authz.Undetermined && !r.decide(action, resource).Effect.Denied() {
		heads.Decide(action, resource, u, why)
		return
	}
	r.Decide(action, resource, u, why)
}
