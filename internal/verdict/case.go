package verdict

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Verdict is the decision on one action.
type Verdict struct {
	action  string
	Use     Use
	Why     string // what a denial means where the use is seldom
	request authz.Request
	When    []policy.Condition // that a grant of the action should have
	authz.Decision
	assumed []string // the keys on whose assumed values an allowing decision hangs
}

// Case gathers the verdicts on one principal and one resource.
type Case struct {
	Transfer    *transfer.Transfer
	Policies    authz.Policies
	Principal   string
	Bucket      string // "" is none
	Owner       string // the account of the resource
	Resource    string // other than a bucket
	Trust       bool   // the service assumes the role; principal is then the role that is assumed
	Caller      bool   // the principal is no role of DataSync's
	Own         bool   // its calls set up and run the transfer
	May, MayNot string // the sentence: "DataSync may read the source"
	Part        string
	Finding     plan.Finding // what all findings have in common
	Facts       []authz.Fact // what the requests were made from
	Verdicts    []Verdict

	Shared        *Exemptions       // of all findings
	Organisations map[string]string // by account
}

func (j *Case) Decide(req authz.Request, u Use, why string) {
	if slices.ContainsFunc(j.Verdicts, func(v Verdict) bool { return v.action == req.Action && v.request.Resource == req.Resource }) && j.Bucket != "" {
		return
	}
	j.add(req, authz.Decide(req, j.Policies), u, why)
}

func (j *Case) add(req authz.Request, d authz.Decision, u Use, why string) {
	if u == Conditionally && d.Effect.Denied() {
		d.Effect, d.DependsOn = authz.Undetermined, []string{why}
	}
	v := Verdict{action: req.Action, Use: u, Why: why, request: req, Decision: d}
	if d.Effect == authz.Allowed {
		v.assumed = authz.Decide(certain(req, j.Facts), j.Policies).DependsOn
	}
	j.Verdicts = append(j.Verdicts, v)
}

// certain is the request without what is only assumed.
func certain(req authz.Request, facts []authz.Fact) authz.Request {
	req.Context, req.Like, req.Among = maps.Clone(req.Context), maps.Clone(req.Like), maps.Clone(req.Among)
	for _, f := range facts {
		if f.Certainty != authz.Assumed {
			continue
		}
		delete(req.Context, f.Key)
		delete(req.Like, f.Key)
		delete(req.Among, f.Key)
		req.Absent = slices.DeleteFunc(slices.Clone(req.Absent), func(k string) bool { return k == f.Key })
	}
	return req
}

// code is what the verdict makes of its action.
func (v Verdict) code() plan.Code {
	switch {
	case v.Effect == authz.Allowed:
		return plan.CodeAllowed
	case v.Effect == authz.Undetermined:
		return plan.CodeUndetermined
	case v.Use == Rarely:
		return plan.CodeLimited
	}
	return plan.CodeDenied
}

// Conclude makes one finding of the verdicts that are alike: the same effect, by the same statement or for want of the same layers.
func (j *Case) Conclude() []plan.Finding {
	type key struct {
		code      plan.Code
		effect    authz.Effect
		statement string
		layers    authz.Layer // that do not allow
	}
	var keys []key
	groups := map[key][]Verdict{}
	for _, v := range j.Verdicts {
		k := key{code: v.code(), effect: v.Effect, statement: Deciding(v.Decision)}
		if v.Effect == authz.ImplicitlyDenied { // what lacks in one layer does not help in another
			for _, m := range v.Deciding {
				k.layers |= m.Layer
			}
		}
		if k.code == plan.CodeAllowed {
			k.statement = "" // several statements may allow; the first is named
		}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], v)
	}
	order := []plan.Code{plan.CodeDenied, plan.CodeLimited, plan.CodeUndetermined, plan.CodeAllowed}
	slices.SortStableFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.code), slices.Index(order, b.code)), cmp.Compare(b.effect, a.effect))
	})
	blocked := slices.ContainsFunc(keys, func(k key) bool { return k.code == plan.CodeDenied || k.code == plan.CodeUndetermined })
	var out []plan.Finding
	for _, k := range keys {
		vs := groups[k]
		f := j.Finding
		f.Code, f.Statement = k.code, Deciding(vs[0].Decision)
		for _, v := range vs {
			if !slices.Contains(f.Actions, v.action) {
				f.Actions = append(f.Actions, v.action)
			}
		}
		switch k.code {
		case plan.CodeAllowed:
			how := "allowed" + text.By(f.Statement) + assuming(vs)
			f.Severity, f.Detail = plan.Info, fmt.Sprintf("%s (%s)", j.May, how)
			if blocked {
				f.Detail = fmt.Sprintf("%s in part: %s (%s)", j.May, ListActions(f.Actions), how)
			}
		case plan.CodeUndetermined:
			j.undetermined(&f, vs)
		default:
			j.denied(&f, vs)
		}
		out = append(out, f)
	}
	return out
}

func (j *Case) denied(f *plan.Finding, vs []Verdict) {
	f.Severity = plan.Blocking
	f.Detail = fmt.Sprintf("%s: %s (%s%s)", j.MayNot, ListActions(f.Actions), vs[0].Effect, text.By(f.Statement))
	if f.Code == plan.CodeLimited {
		f.Severity = plan.Warning
		f.Detail = fmt.Sprintf("%s, but not %s (%s%s)", j.May, ListActions(f.Actions), vs[0].Effect, text.By(f.Statement))
	}
	if why := j.Explain(vs[0].Decision); why != "" {
		f.Detail += ": " + why
	}
	f.Remedy, f.Proposal = j.remedy(vs)
	if f.Code == plan.CodeLimited {
		f.Detail += "; " + vs[0].Why
	}
}

func (j *Case) undetermined(f *plan.Finding, vs []Verdict) {
	f.Severity = plan.Warning
	of := cmp.Or(j.Bucket, j.Resource, j.Owner)
	for _, v := range vs {
		f.DependsOn = append(f.DependsOn, v.DependsOn...)
		for _, l := range []authz.Layer{authz.Identity, authz.Boundary, authz.Session, authz.SCP, authz.RCP, authz.Resource} {
			subject := f.Subject
			if l == authz.Resource || l == authz.RCP {
				subject = of
			}
			if v.Unread&l != 0 {
				f.DependsOn = append(f.DependsOn, "the "+l.String()+" of "+subject+", which was not read")
			}
		}
	}
	slices.Sort(f.DependsOn)
	f.DependsOn = slices.Compact(f.DependsOn)
	f.Detail = fmt.Sprintf("whether %s: %s depends on %s%s", j.May, ListActions(f.Actions), strings.Join(f.DependsOn, " and "), text.Within(f.Statement))
	if why := j.Explain(vs[0].Decision); why != "" {
		f.Detail += ": " + why
	}
	f.Remedy = "find out " + strings.Join(f.DependsOn, ", ")
	if remedy, proposal := j.exemption(vs); remedy != "" {
		f.Remedy += ", or " + remedy
		f.Proposal = proposal
	}
}

// assuming names the condition keys of which a value is assumed that lets the requests in; "" if there are none.
func assuming(vs []Verdict) string {
	var keys []string
	for _, v := range vs {
		keys = append(keys, v.assumed...)
	}
	slices.Sort(keys)
	if keys = slices.Compact(keys); len(keys) == 0 {
		return ""
	}
	return "; assumed: " + strings.Join(keys, ", ")
}

// Deciding names the statement that decided, that of the bucket or trust policy first, because it is the one that the other account looks at.
func Deciding(d authz.Decision) string {
	ms := slices.Clone(d.Deciding)
	slices.SortStableFunc(ms, func(a, b authz.Match) int {
		return cmp.Compare(matchOrder(a), matchOrder(b))
	})
	for _, m := range ms {
		switch {
		case m.Statement < 0:
			continue
		case m.Sid != "":
			return m.Sid
		default:
			return fmt.Sprintf("statement %d of the %s", m.Statement+1, m.Layer)
		}
	}
	return ""
}

func matchOrder(m authz.Match) int {
	switch m.Layer {
	case authz.Resource:
		return 0
	case authz.SCP: // which mostly allow everything
		return 2
	}
	return 1
}

func ListActions(actions []string) string {
	if len(actions) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(actions[:3], ", "), len(actions)-3)
	}
	return strings.Join(actions, ", ")
}
