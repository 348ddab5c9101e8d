package check

import (
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

// ownCall is a call that the operator makes in the task account.
type ownCall struct {
	action, resource, region string
	context                  map[string][]string
	when                     []policy.Condition // that a statement which allows it should have
	absent                   []string           // condition keys, as in authz.Request
	like                     int                // the number of the first call that differs from this one in action and resource alone
	use                      verdict.Use
	why                      string // what a denial means if it is rarely made
}

// ownUse is the table of the calls that are rarely made, and when they are.
var ownUse = map[string]string{
	"iam:UpdateAssumeRolePolicy":  "it is needed only to change a role that is there",
	"iam:DeleteRolePolicy":        "it is needed only to change a role that is there",
	"iam:UntagRole":               "it is needed only to change a role that is there",
	"datasync:UpdateLocationS3":   "it is needed only to change a location that is there",
	"datasync:UpdateTask":         "it is needed only to change a task that is there",
	"iam:CreateServiceLinkedRole": "it is needed only while the account has no AWSServiceRoleForDataSync",
}

// ownCalls returns the calls of a phase in the task account, from the table that operator policies are made from. Reading is not among them,
// because whoever plans reads, and neither are calls on buckets, on which checkOperator decides.
func (c *checker) ownCalls(phase plan.Phase) []ownCall {
	if known, ok := c.own[phase]; ok {
		return known
	}
	t := c.Transfer
	if c.scopes == nil {
		c.scopes = operator.Scopes(t.TaskAccount, []*transfer.Transfer{t})
	}
	on, out := c.scopes, make([]ownCall, 0, len(operator.TaskNeeds))
	for _, n := range operator.TaskNeeds {
		if len(n.Phases) > 1 || n.Phases[0] != phase || n.On == operator.OnMadeBuckets {
			continue
		}
		for _, action := range n.Actions {
			for _, resource := range on[n.On] {
				now, ok := c.madeNow(action, resource)
				for _, r := range now {
					out = append(out, c.ownCall(n, action, r, phase == plan.ApplyPhase && !ok)...)
				}
			}
		}
	}
	for i := range out {
		for out[i].like < i && !out[i].isLike(&out[out[i].like]) {
			out[i].like++
		}
	}
	c.own[phase] = out
	return out
}

// isLike reports whether the calls have everything in common that is known of their requests but for action and resource.
func (call *ownCall) isLike(o *ownCall) bool {
	return call.region == o.region && slices.Equal(call.absent, o.absent) && maps.EqualFunc(call.context, o.context, slices.Equal[[]string])
}

// notNow is what the denial of a call means that no change of the plan makes.
const notNow = "no change of this plan needs it"

// madeNow returns the resources on which the changes of the plan make the call, as far as the given one, which may be a pattern, covers them. It returns the
// given one alone if they make no such call, with false, or if that is not known.
func (c *checker) madeNow(action, resource string) ([]string, bool) {
	m := c.facts.Makers[c.Transfer.Name]
	if m.Calls == nil {
		return []string{resource}, true
	}
	var out []string
	start, pattern := strings.CutSuffix(resource, "*")
	for _, r := range m.Calls[action] {
		if r == resource || pattern && start != "" && strings.HasPrefix(r, start) {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return []string{resource}, false
	}
	return out, true
}

// ownCall returns the call as the operator makes it, once for each side that it is made for. rarely says that no change of the plan makes it.
func (c *checker) ownCall(n operator.Need, action, resource string, rarely bool) []ownCall {
	t := c.Transfer
	call := ownCall{action: action, resource: resource, why: ownUse[action]}
	if n.ServiceKey != "" {
		service := region.DataSync(t.Partition)
		call.context = map[string][]string{n.ServiceKey: {service}}
		call.when = append(call.when, policy.StringEquals(n.ServiceKey, service))
	}
	if call.why == "" && n.On == operator.OnRoles && c.facts.IDs[resource] != "" {
		call.why = ownUse["iam:UpdateAssumeRolePolicy"]
	}
	if call.why == "" && rarely {
		call.why = notNow
	}
	if call.why != "" {
		call.use = verdict.Rarely
	}
	a, _ := region.ParseARN(resource)
	switch {
	case strings.HasPrefix(action, "iam:"):
		call.region = region.IAM(t.Partition)
		spec, _ := c.role(resource)
		return []ownCall{call.withTags(spec.Tags).withBoundary(c.facts, resource, spec.PermissionsBoundary)}
	case n.On == operator.OnNewLocations || n.On == operator.OnMadeLocations:
		var out []ownCall
		for _, side := range transfer.Sides {
			e, tags := t.End(side), c.Source.Tags
			if side == plan.DestinationSide {
				tags = c.Destination.Tags
			}
			if e.LocationARN == "" && (n.On == operator.OnNewLocations || e.Region == a.Region) {
				call.region = e.Region
				out = append(out, call.withTags(tags))
			}
		}
		return out
	}
	call.region = t.Destination.Region
	if n.Phases[0] == plan.RunPhase {
		return []ownCall{call} // it has the tags of the task execution, which are not known
	}
	return []ownCall{call.withTags(c.Task.Tags)}
}

// checkOwnCalls decides the operator's own calls in the task account: those that set the transfer up, and those that run it.
func (c *checker) checkOwnCalls(op string) []plan.Finding {
	p := c.callPolicies(op)
	setUp := c.ownCase("the operator", op, p, plan.ApplyPhase, makesAll)
	c.leaveRoles(setUp, op)
	return append(setUp.Conclude(), c.runs("the operator", op, p)...)
}

// runs decides the calls of the principal, whom the findings call who, that run the task. A principal that no policy allows to run it is not reported,
// because somebody else may run it. One that a Deny keeps from running it is.
func (c *checker) runs(who, principal string, p authz.Policies) []plan.Finding {
	if p.Unread&authz.Identity != 0 {
		return nil // the findings on the set-up say that the policies were not read
	}
	run := c.ownCase(who, principal, p, plan.RunPhase, "run the task")
	run.Verdicts = slices.DeleteFunc(run.Verdicts, func(v verdict.Verdict) bool { return v.Effect == authz.ImplicitlyDenied })
	for i := range run.Verdicts {
		run.Verdicts[i].Use, run.Verdicts[i].Why = verdict.Rarely, "only whoever runs the task needs it"
	}
	return run.Conclude()
}

// makesAll is what the calls of an apply do in the task account, in words.
const makesAll = "make roles, locations and task"

// leaveRoles lets an operator who may not make roles pass, if the caller may: an administrator of IAM can make the roles, and the operator the rest.
func (c *checker) leaveRoles(setUp *verdict.Case, op string) {
	m := c.facts.Makers[c.Transfer.Name]
	if m.ARN == "" || m.ARN == op {
		return
	}
	caller := c.ownCase("the caller", m.ARN, c.callPolicies(m.ARN), plan.ApplyPhase, makesAll)
	for i := range setUp.Verdicts {
		v := &setUp.Verdicts[i]
		if v.Effect == authz.ImplicitlyDenied && v.MakesRole() && caller.Verdicts[i].Effect == authz.Allowed {
			v.Use, v.Why = verdict.Rarely, "the caller may make the roles"
		}
	}
}

// callPolicies returns the policies that apply to a principal's own calls in the task account. Resource control policies do not cover DataSync and
// IAM.
func (c *checker) callPolicies(principal string) authz.Policies {
	p := c.identity(principal, c.Transfer.TaskAccount)
	p.RCPs = [][]policy.Document{}
	return p
}

// ownCase decides the calls of a phase that the principal, whom the findings call who, makes itself. do tells in words what they are for.
func (c *checker) ownCase(who, principal string, p authz.Policies, phase plan.Phase, do string) *verdict.Case {
	t := c.Transfer
	verdicts := c.newCase("", who, do, verdict.Case{Policies: p, Principal: principal, Caller: true, OwnCalls: true, Owner: t.TaskAccount})
	calls := c.ownCalls(phase)
	requests := make([]*verdict.Requests, len(calls))
	verdicts.Verdicts = make([]verdict.Verdict, 0, len(calls))
	for i, own := range calls {
		in := c.operatorCalls(principal, t.TaskAccount, own.region, false)
		verdicts.Facts = in.facts
		if own.like == i {
			req := in.request
			req.Absent = slices.Concat(req.Absent, own.absent)
			if len(own.context) > 0 {
				req.Context = maps.Clone(req.Context)
				maps.Copy(req.Context, own.context)
			}
			requests[i] = verdicts.Like(req)
		}
		requests[own.like].Decide(own.action, own.resource, own.use, own.why)
		verdicts.Verdicts[len(verdicts.Verdicts)-1].When = own.when
	}
	return verdicts
}

// withTags returns the call with the tags that it sends; a call of an action that takes none sends none.
func (call ownCall) withTags(tags map[string]string) ownCall {
	if !slices.Contains(verdict.TaggingCalls, call.action) || len(tags) == 0 {
		call.absent = slices.Concat(call.absent, []string{"aws:RequestTag/*", "aws:TagKeys"})
		return call
	}
	call.absent = slices.Concat(call.absent, []string{"aws:RequestTag/*"})
	context := make(map[string][]string, len(call.context)+len(tags)+1)
	maps.Copy(context, call.context)
	call.context = context
	call.context["aws:TagKeys"] = slices.Sorted(maps.Keys(tags))
	for k, v := range tags {
		call.context["aws:RequestTag/"+k] = []string{v}
	}
	return call
}

// withBoundary returns the call with the permissions boundary that it sets, or that the role has when it is made. Which one an existing role has
// is not known if none is given.
func (call ownCall) withBoundary(f plan.Facts, role, boundary string) ownCall {
	isNew := call.action == "iam:CreateRole" || f.IDs[role] == "" && !slices.Contains(f.Unjudged, role)
	switch {
	case !slices.Contains(verdict.BoundaryCalls, call.action):
		call.absent = append(slices.Clone(call.absent), verdict.KeyBoundary)
	case boundary != "":
		context := map[string][]string{verdict.KeyBoundary: {boundary}}
		maps.Copy(context, call.context)
		call.context = context
	case isNew:
		call.absent = append(slices.Clone(call.absent), verdict.KeyBoundary)
	}
	return call
}
