package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/operator"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// checkOperator judges whether whoever creates the location may list the bucket: AWS tests that with the caller's own credentials.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (r *checker) checkOperator(side plan.Side, op string) []plan.Finding {
	t, e := r.Transfer, r.Transfer.End(side)
	if e.LocationARN != "" {
		return nil // it is there already
	}
	if moved := r.facts.Moved[op]; moved != "" {
		return []plan.Finding{{Severity: plan.Blocking, Code: plan.CodeNoRole, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: op,
			Detail: "operator " + op + " does not exist, but " + moved + " does", Remedy: "name " + moved + " in Operators"}}
	}
	j := verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: r.policies(side, op), Principal: op, Caller: true, Bucket: e.Bucket, Owner: e.Account,
		May: fmt.Sprintf("the operator may create the %s location", side), MayNot: fmt.Sprintf("the operator may not create the %s location", side),
		Finding: plan.Finding{Transfer: t.Name, Side: side, Account: e.Account, Subject: op}}
	call := authz.OperatorCall{PrincipalARN: op, PrincipalID: r.facts.IDs[op], Tags: r.facts.Tags[op], OrgID: r.facts.OrgIDs[t.TaskAccount], Account: e.Account, Region: e.Region, Forwarded: true}
	j.Facts = call.Facts()
	j.Decide(inOrganisations(r.facts, call.Request("s3:ListBucket", e.BucketARN), e.Account), verdict.Always, "")
	return j.Conclude()
}

// ownCall is a call that the operator makes in the task account.
type ownCall struct {
	action, resource, region string
	context                  map[string][]string
	when                     []policy.Condition // that a grant of it should have
	absent                   []string           // condition keys, as in authz.Request
	use                      verdict.Use
	why                      string
}

// ownUse is the table of the calls that are not always made.
var ownUse = map[string]string{
	"iam:UpdateAssumeRolePolicy":  "it is needed only to change a role that is there",
	"iam:DeleteRolePolicy":        "it is needed only to change a role that is there",
	"iam:UntagRole":               "it is needed only to change a role that is there",
	"datasync:UpdateLocationS3":   "it is needed only to change a location that is there",
	"datasync:UpdateTask":         "it is needed only to change a task that is there",
	"iam:CreateServiceLinkedRole": "it is needed only while the account has no AWSServiceRoleForDataSync",
}

// ownCalls are the calls of a phase, from the table that [OperatorPolicy] is made from. The IAM actions are judged in the Region that IAM's calls
// go to.
func (r *checker) ownCalls(phase plan.Phase) []ownCall {
	t := r.Transfer
	on := operator.Scopes(t.TaskAccount, []*transfer.Transfer{t})
	var out []ownCall
	for _, n := range operator.TaskNeeds {
		if len(n.Phases) > 1 || n.Phases[0] != phase || n.On == operator.OnMadeBuckets { // reads are made by whoever plans, and the buckets have a finding of their own
			continue
		}
		for _, action := range n.Actions {
			for _, resource := range on[n.On] {
				out = append(out, r.ownCall(n, action, resource)...)
			}
		}
	}
	return out
}

// ownCall is the call as it is made, for each side that it is made for.
func (r *checker) ownCall(n operator.Need, action, resource string) []ownCall {
	t := r.Transfer
	c := ownCall{action: action, resource: resource, why: ownUse[action], context: map[string][]string{}}
	if n.ServiceKey != "" {
		service := region.DataSync(t.Partition)
		c.context[n.ServiceKey] = []string{service}
		c.when = append(c.when, policy.StringEquals(n.ServiceKey, service))
	}
	if c.why == "" && n.On == operator.OnRoles && r.facts.IDs[resource] != "" {
		c.why = ownUse["iam:UpdateAssumeRolePolicy"]
	}
	if c.why != "" {
		c.use = verdict.Rarely
	}
	a, _ := region.ParseARN(resource)
	switch {
	case strings.HasPrefix(action, "iam:"):
		c.region = region.IAM(t.Partition)
		spec, _ := r.role(resource)
		return []ownCall{c.sending(spec.Tags).bound(r.facts, resource, spec.PermissionsBoundary)}
	case n.On == operator.OnNewLocations || n.On == operator.OnMadeLocations:
		var out []ownCall
		for _, side := range transfer.Sides {
			if e := t.End(side); e.LocationARN == "" && (n.On == operator.OnNewLocations || e.Region == a.Region) {
				c.region = e.Region
				out = append(out, c.sending(t.TagsFor(side)))
			}
		}
		return out
	}
	c.region = t.Destination.Region
	if n.Phases[0] == plan.RunPhase {
		return []ownCall{c} // with the tags of the run, which are not known
	}
	return []ownCall{c.sending(r.Task.Tags)}
}

// checkOwnCalls judges the operator's own calls: those that set the transfer up, and those that run it. Not to be allowed to run it is
// nothing to report, because that may be somebody else's part; to be kept from it by a Deny is.
func (r *checker) checkOwnCalls(op string) []plan.Finding {
	p := r.identity(op, r.Transfer.TaskAccount)
	p.RCPs = [][]policy.Document{} // resource control policies do not cover DataSync and IAM
	setUp := r.judgeOwn(op, p, plan.ApplyPhase, "make roles, locations and task")
	run := r.judgeOwn(op, p, plan.RunPhase, "run the task")
	if p.Unread&authz.Identity != 0 {
		run.Verdicts = nil // and the set-up says so
	}
	run.Verdicts = slices.DeleteFunc(run.Verdicts, func(v verdict.Verdict) bool { return v.Effect == authz.ImplicitlyDenied })
	for i := range run.Verdicts {
		run.Verdicts[i].Use, run.Verdicts[i].Why = verdict.Rarely, "only whoever runs the task needs it"
	}
	return append(setUp.Conclude(), run.Conclude()...)
}

func (r *checker) judgeOwn(op string, p authz.Policies, phase plan.Phase, what string) *verdict.Case {
	t := r.Transfer
	j := &verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: p, Principal: op, Caller: true, OwnCalls: true, Owner: t.TaskAccount, May: "the operator may " + what, MayNot: "the operator may not " + what,
		Finding: plan.Finding{Transfer: t.Name, Account: t.TaskAccount, Subject: op}}
	for _, c := range r.ownCalls(phase) {
		call := authz.OperatorCall{PrincipalARN: op, PrincipalID: r.facts.IDs[op], Tags: r.facts.Tags[op], OrgID: r.facts.OrgIDs[t.TaskAccount], Account: t.TaskAccount, Region: c.region}
		req := call.Request(c.action, c.resource)
		maps.Copy(req.Context, c.context)
		req.Absent = append(slices.Clone(req.Absent), c.absent...)
		j.Facts = call.Facts()
		j.Decide(inOrganisations(r.facts, req, t.TaskAccount), c.use, c.why)
		j.Verdicts[len(j.Verdicts)-1].When = c.when
	}
	return j
}

// sending is the call with its tags. A call that takes none sends none.
func (c ownCall) sending(tags map[string]string) ownCall {
	c.context = maps.Clone(c.context)
	c.absent = append(slices.Clone(c.absent), "aws:RequestTag/*")
	if !slices.Contains(verdict.TaggingCalls, c.action) || len(tags) == 0 {
		c.absent = append(c.absent, "aws:TagKeys")
		return c
	}
	c.context["aws:TagKeys"] = slices.Sorted(maps.Keys(tags))
	for k, v := range tags {
		c.context["aws:RequestTag/"+k] = []string{v}
	}
	return c
}

// bound is the call with the boundary that it sets, or that the role has by then. Of a role that is there and for which none is given it is
// not known which it has.
func (c ownCall) bound(f plan.Facts, role, boundary string) ownCall {
	made := c.action == "iam:CreateRole" || f.IDs[role] == "" && !slices.Contains(f.Unjudged, role)
	switch {
	case !slices.Contains(verdict.BoundaryCalls, c.action):
		c.absent = append(slices.Clone(c.absent), verdict.KeyBoundary)
	case boundary != "":
		c.context = maps.Clone(c.context)
		c.context[verdict.KeyBoundary] = []string{boundary}
	case made:
		c.absent = append(slices.Clone(c.absent), verdict.KeyBoundary)
	}
	return c
}
