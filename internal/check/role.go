package check

import (
	"fmt"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// checkRole decides every action that DataSync will use on the side's bucket.
func (c *checker) checkRole(side plan.Side, role string) []plan.Finding {
	t, e := c.Transfer, c.Transfer.End(side)
	verdicts := c.newCase(side, "DataSync", fmt.Sprintf("%s the %s", accessVerb(side), side), verdict.Case{
		Policies: c.onBucket(role, e.Bucket, e.Account), Principal: role, Bucket: e.Bucket, Owner: e.Account})
	call := c.dataCall(role, e.Account, e.Region)
	verdicts.Facts = call.Facts()
	common := authz.Request{Principal: role, ResourceAccount: e.Account}.With(verdicts.Facts, authz.Assumed)
	requests := verdicts.Like(c.known(common, role, e.Account)) // what is known of every action is found out once
	actions := usedActions(t, side)
	verdicts.Verdicts = make([]verdict.Verdict, 0, len(actions))
	for _, action := range actions {
		u, why := useOf(t, side, action)
		switch resource := resourceFor(e, action); {
		case action == "s3:ListBucket":
			requests.DecideList(action, resource, u, why)
		case resource == e.BucketARN:
			requests.Decide(action, resource, u, why)
		default:
			requests.DecideBelow(action, resource, e.BucketARN+"/"+transfer.Slashed(e.Prefix), u, why)
		}
	}
	return verdicts.Conclude()
}

// accessVerb names what DataSync does with the bucket of the side.
func accessVerb(side plan.Side) string {
	if side == plan.DestinationSide {
		return "write"
	}
	return "read"
}

// checkTrust decides whether DataSync may assume the role of the side.
func (c *checker) checkTrust(side plan.Side, role string) []plan.Finding {
	return c.trusted(side, role, string(side), c.Transfer.End(side).Region, c.Transfer.Destination.Region)
}

// trusted decides whether DataSync may assume a role, which its findings call by the name. The guide wants the trust policy to cover the location,
// in region. Whether DataSync also presents an ARN of the task, in taskRegion, is not documented: a trust policy that allows the one and not the
// other is undetermined.
// https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func (c *checker) trusted(side plan.Side, role, name, region, taskRegion string) []plan.Finding {
	t := c.Transfer
	p := authz.Policies{RCPs: c.facts.RCPs[t.TaskAccount]}
	if spec, ours := c.role(role); ours {
		p.Resource = spec.Trust
	} else if trust, ok := c.facts.Trusts[role]; ok {
		p.Resource = trust
	} else {
		p.Unread = authz.Resource
	}
	verdicts := c.newCase(side, "DataSync", fmt.Sprintf("assume the %s role", name), verdict.Case{
		Policies: p, Principal: role, Trust: true, Resource: role, Owner: t.TaskAccount})
	known := func(regions ...string) (authz.Request, []authz.Fact) {
		facts := authz.AssumeRoleCall{RoleARN: role, Account: t.TaskAccount, Regions: regions, OrgID: c.facts.OrgIDs[t.TaskAccount]}.Facts()
		return authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role}.With(facts, authz.Assumed), facts
	}
	request, facts := known(region)
	if region != taskRegion {
		ofTask, _ := known(taskRegion)
		if authz.Decide(ofTask, p).Effect != authz.Allowed && authz.Decide(request, p).Effect == authz.Allowed {
			request, facts = known(region, taskRegion)
		}
	}
	verdicts.Facts = facts
	verdicts.Decide(request, verdict.Always, "")
	return verdicts.Conclude()
}
