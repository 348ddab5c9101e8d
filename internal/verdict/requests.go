package verdict

import (
	"slices"

	"github.com/xacct/xacct/policy/authz"
)

// Requests decides requests of a case that differ in action and resource alone. What they have in common is prepared once.
type Requests struct {
	of      *Case
	common  authz.Request
	decider *authz.Decider // under the policies of the case
	certain *authz.Decider // the same without what is only assumed; nil until it is needed

	base    string   // of samples
	samples []sample // of the policies below base
	all     bool     // there are no more
}

// Like returns what decides requests that are like req but for action and resource. The policies and the facts of the case are complete then.
func (c *Case) Like(req authz.Request) *Requests { return &Requests{of: c, common: req} }

// Decide is [Case.Decide] for the action on the resource.
func (r *Requests) Decide(action, resource string, u Use, why string) {
	c := r.of
	if c.Bucket != "" {
		for i := range c.Verdicts {
			if v := &c.Verdicts[i]; v.action == action && v.request.Resource == resource {
				return
			}
		}
	}
	r.add(action, resource, r.decide(action, resource), u, why)
	c.hear(func(alt *Case) { alt.Decide(r.request(action, resource), u, why) })
}

// request returns the request for the action on the resource.
func (r *Requests) request(action, resource string) authz.Request {
	req := r.common
	req.Action, req.Resource = action, resource
	return req
}

// decide decides the action on the resource, unless the findings are wanted no more.
func (r *Requests) decide(action, resource string) authz.Decision {
	if r.of.stopped() {
		return authz.Decision{}
	}
	if r.decider == nil {
		r.decider = authz.NewDecider(r.common, r.of.Policies)
	}
	return r.decider.Decide(action, resource)
}

// assumed returns what the decision on an allowed action depends on without what is only assumed. If no decision asked for anything that is
// assumed, it is decided the same.
func (r *Requests) assumed(action, resource string) []string {
	if r.of.stopped() {
		return nil
	}
	if !slices.ContainsFunc(r.of.Facts, r.asksAssumed) {
		return nil
	}
	if r.certain == nil {
		r.certain = authz.NewDecider(certain(r.common, r.of.Facts), r.of.Policies)
	}
	return r.certain.Decide(action, resource).DependsOn
}

// asksAssumed reports whether the fact is only assumed and a decision asked for its key.
func (r *Requests) asksAssumed(f authz.Fact) bool {
	return f.Certainty == authz.Assumed && r.decider.Considered(f.Key)
}

// below is samplesBelow, which is asked once for each base.
func (r *Requests) below(base string) ([]sample, bool) {
	if r.base != base || r.samples == nil {
		r.base = base
		r.samples, r.all = samplesBelow(r.of.Policies, base)
		r.samples = append([]sample{{base + "~", ""}}, r.samples...)
	}
	return r.samples, r.all
}

func (r *Requests) add(action, resource string, d authz.Decision, u Use, why string) {
	if u == Conditionally && d.Effect.Denied() {
		d.Effect, d.DependsOn = authz.Undetermined, []string{why}
	}
	v := Verdict{action: action, Use: u, Why: why, request: r.request(action, resource), Decision: d}
	if d.Effect == authz.Allowed {
		v.assumed = r.assumed(action, resource)
	}
	v.ends = r.of.ends(v)
	r.of.Verdicts = append(r.of.Verdicts, v)
}
