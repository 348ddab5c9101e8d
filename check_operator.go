package xacct

import (
	"fmt"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// checkOperator judges whether whoever creates the location may list the bucket: AWS tests that with the caller's own credentials.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (r *Resources) checkOperator(f Facts, side Side, op string) []Finding {
	t, e := r.Transfer, r.Transfer.end(side)
	if e.LocationARN != "" {
		return nil // it is there already
	}
	if moved := f.Moved[op]; moved != "" {
		return []Finding{{Severity: Blocking, Code: CodeNoRole, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: op,
			Detail: "operator " + op + " does not exist, but " + moved + " does", Remedy: "name " + moved + " in Operators"}}
	}
	j := judged{transfer: t, policies: r.policies(f, side, op), principal: op, bucket: e.Bucket, owner: e.Account,
		may: fmt.Sprintf("the operator may create the %s location", side), mayNot: fmt.Sprintf("the operator may not create the %s location", side),
		finding: Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: op}}
	call := authz.OperatorCall{PrincipalARN: op, PrincipalID: f.IDs[op], Tags: f.Tags[op], OrgID: f.OrgIDs[t.TaskAccount], Account: e.Account, Region: e.Region, Forwarded: true}
	j.decide(f.inOrganisations(call.Request("s3:ListBucket", e.bucketARN()), e.Account), always, "")
	return j.conclude()
}

// ownCall is a call that the operator makes in the task account.
type ownCall struct {
	action, resource, region string
	context                  map[string][]string
	use                      use
	why                      string
}

// ownCalls are those that create locations and task. The IAM actions are judged without a Region, because IAM has none.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_datasync.html
func (r *Resources) ownCalls() []ownCall {
	t := r.Transfer
	var out []ownCall
	any := func(region, kind string) string {
		return "arn:" + t.partition() + ":datasync:" + region + ":" + t.TaskAccount + ":" + kind + "/*"
	}
	for _, side := range sides {
		e := t.end(side)
		if e.LocationARN != "" {
			continue
		}
		out = append(out, ownCall{action: "datasync:CreateLocationS3", resource: "*", region: e.Region},
			ownCall{action: "iam:PassRole", resource: t.roleARN(side), region: region.IAM(t.partition()), context: map[string][]string{"iam:PassedToService": {region.DataSync(t.partition())}}})
	}
	return append(out, ownCall{action: "datasync:CreateTask", resource: or(t.Destination.LocationARN, any(t.Destination.Region, "location")), region: t.Destination.Region},
		ownCall{action: "iam:CreateServiceLinkedRole", resource: serviceLinkedRole(t.partition(), t.TaskAccount), region: region.IAM(t.partition()), use: seldom,
			context: map[string][]string{"iam:AWSServiceName": {region.DataSync(t.partition())}},
			why:     "it is needed only while the account has no AWSServiceRoleForDataSync"})
}

// serviceLinkedRole is the ARN of the role that DataSync makes for itself in an account.
// https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html
func serviceLinkedRole(partition, account string) string {
	return region.Role(partition, account, "/aws-service-role/"+region.DataSync(partition)+"/", "AWSServiceRoleForDataSync")
}

// checkOwnCalls judges the operator's own calls, as far as its policies or the SCPs are known.
func (r *Resources) checkOwnCalls(f Facts, op string) []Finding {
	t := r.Transfer
	p := r.identity(f, op, t.TaskAccount)
	p.RCPs = [][]policy.Document{} // resource control policies do not cover DataSync and IAM
	j := judged{transfer: t, policies: p, principal: op, owner: t.TaskAccount,
		may: "the operator may make locations and task", mayNot: "the operator may not make locations and task",
		finding: Finding{Transfer: t.Name, Account: t.TaskAccount, Subject: op}}
	for _, c := range r.ownCalls() {
		call := authz.OperatorCall{PrincipalARN: op, PrincipalID: f.IDs[op], Tags: f.Tags[op], OrgID: f.OrgIDs[t.TaskAccount], Account: t.TaskAccount, Region: c.region}
		req := call.Request(c.action, c.resource)
		for k, v := range c.context {
			req.Context[k] = v
		}
		j.decide(req, c.use, c.why)
	}
	if p.Unread&authz.Identity != 0 && !j.settled() {
		return nil // nothing is known of this operator
	}
	return j.conclude()
}
