package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// Conclude returns one finding for each group of verdicts that have the same code, effect and cause: the statement that decided, or the layers
// that should allow and do not. The worst come first.
func (c *Case) Conclude() []plan.Finding {
	groups := c.groups()
	blocked := slices.ContainsFunc(groups, func(g members) bool { return g.code == plan.CodeDenied || g.code == plan.CodeUndetermined })
	out := make([]plan.Finding, 0, len(groups))
	for _, g := range groups {
		vs := g.verdicts
		f := c.Finding
		f.Code, f.Statement, f.Actions = g.code, Deciding(vs[0].Decision), actionsOf(vs)
		switch g.code {
		case plan.CodeAllowed:
			c.allowed(&f, vs, blocked)
		case plan.CodeUndetermined:
			if g.reported {
				c.hearsay(&f, vs)
			} else {
				c.undetermined(&f, vs)
			}
		default:
			c.denied(&f, vs)
		}
		out = append(out, f)
	}
	return append(out, c.advice()...)
}

// group is what verdicts of one finding have in common.
type group struct {
	code      plan.Code
	effect    authz.Effect
	statement string
	layers    authz.Layer // that should allow and do not
	reported  bool        // allowed if a report holds
}

// members are the verdicts of one group.
type members struct {
	group
	verdicts []Verdict
}

// groups returns the groups of the case's verdicts, the worst first.
func (c *Case) groups() []members {
	var out []members
	for i := range c.Verdicts {
		g := c.Verdicts[i].group()
		if !slices.ContainsFunc(out, func(m members) bool { return m.group == g }) {
			out = append(out, members{group: g})
		}
	}
	if len(out) == 1 {
		out[0].verdicts = c.Verdicts[:len(c.Verdicts):len(c.Verdicts)]
		return out
	}
	for at := range out {
		for i := range c.Verdicts {
			if c.Verdicts[i].group() == out[at].group {
				out[at].verdicts = append(out[at].verdicts, c.Verdicts[i])
			}
		}
	}
	codes := []plan.Code{plan.CodeDenied, plan.CodeLimited, plan.CodeUndetermined, plan.CodeAllowed}
	slices.SortStableFunc(out, func(a, b members) int {
		return cmp.Or(cmp.Compare(slices.Index(codes, a.code), slices.Index(codes, b.code)), cmp.Compare(b.effect, a.effect))
	})
	return out
}

// group returns the group of the verdict.
func (v *Verdict) group() group {
	g := group{code: v.code(), effect: v.Effect, reported: v.reported != nil}
	if v.Effect == authz.ImplicitlyDenied { // each layer needs a remedy of its own
		for _, m := range v.Deciding {
			g.layers |= m.Layer
		}
	}
	if g.code != plan.CodeAllowed && !g.reported { // several statements may allow: the first is named
		g.statement = Deciding(v.Decision)
	}
	return g
}

// actionsOf returns the actions of the verdicts, each once.
func actionsOf(vs []Verdict) []string {
	var out []string
	for _, v := range vs {
		if !slices.Contains(out, v.action) {
			out = append(out, v.action)
		}
	}
	return out
}

// allowed completes the finding on what is allowed. blocked tells that other actions of the case are not.
func (c *Case) allowed(f *plan.Finding, vs []Verdict, blocked bool) {
	how := "allowed" + text.By(f.Statement) + c.until(vs) + assuming(vs)
	f.Severity, f.Detail = plan.Info, fmt.Sprintf("%s (%s)", c.May, how)
	if blocked {
		f.Detail = fmt.Sprintf("%s in part: %s (%s)", c.May, ListActions(f.Actions), how)
	}
}

// denied completes the finding on what is denied, or what a denial limits.
func (c *Case) denied(f *plan.Finding, vs []Verdict) {
	f.Severity = plan.Blocking
	f.Detail = fmt.Sprintf("%s: %s (%s%s)", c.MayNot, ListActions(f.Actions), vs[0].Effect, text.By(f.Statement))
	if f.Code == plan.CodeLimited {
		f.Severity = plan.Warning
		f.Detail = fmt.Sprintf("%s, but not %s (%s%s)", c.May, ListActions(f.Actions), vs[0].Effect, text.By(f.Statement))
	}
	if why := c.Explain(vs[0]); why != "" {
		f.Detail += ": " + why
	}
	if f.Remedy, f.Proposal = c.remedy(vs); slices.ContainsFunc(vs, func(v Verdict) bool { return v.ends }) {
		f.Detail += ": our statement ended at " + transfer.UntilText(c.Until)
		f.Remedy, f.Proposal = "set Until of transfer "+c.Transfer.Name+" to a later time", nil
	}
	if f.Code == plan.CodeLimited {
		f.Detail += "; " + vs[0].Why
		f.Remedy = "leave that as it is, unless a run fails for lack of it: then " + f.Remedy
	}
}

// undetermined completes the finding on what the policies that were read do not decide.
func (c *Case) undetermined(f *plan.Finding, vs []Verdict) {
	f.Severity = plan.Warning
	var unread []unread
	for _, v := range vs {
		f.DependsOn = append(f.DependsOn, v.DependsOn...)
		for _, u := range c.unreadOf(v, f.Actions) {
			f.DependsOn, unread = append(f.DependsOn, u.what), append(unread, u)
		}
	}
	exhausted := slices.ContainsFunc(vs, func(v Verdict) bool { return v.Exhausted })
	slices.Sort(f.DependsOn)
	f.DependsOn = slices.Compact(f.DependsOn)
	f.Detail = fmt.Sprintf("whether %s: %s depends on %s%s", c.May, ListActions(f.Actions), text.List(f.DependsOn, " and "), text.Within(f.Statement))
	if exhausted {
		f.Detail += ": " + NotExamined
	}
	if why := c.Explain(vs[0]); why != "" {
		f.Detail += ": " + why
	}
	f.Detail += c.dates(vs)
	f.Remedy, f.Proposal = c.settle(f.DependsOn, unread, vs)
	if exhausted {
		f.Remedy += ", or " + c.simplify(vs)
	}
}

// NotExamined says why a verdict whose budget is spent may be undetermined although it could be decided.
const NotExamined = "not every case was examined, because too many conditions on unknown keys meet there"

// simplify asks whoever keeps the policies for conditions that can be examined.
func (c *Case) simplify(vs []Verdict) string {
	var keepers []string
	for _, m := range decidingAll(vs) {
		if keeper := c.keeper(m.Layer); m.Statement >= 0 && !slices.Contains(keepers, keeper) {
			keepers = append(keepers, keeper)
		}
	}
	return "let " + cmp.Or(strings.Join(keepers, " and "), "the owners of the policies") + " write statements with fewer conditions"
}

// assuming names the condition keys whose assumed values allow the requests; "" if there are none.
func assuming(vs []Verdict) string {
	var keys []string
	for _, v := range vs {
		keys = append(keys, v.assumed...)
	}
	slices.Sort(keys)
	if keys = slices.Compact(keys); len(keys) == 0 {
		return ""
	}
	return "; assumed: " + text.List(keys, ", ")
}

// Deciding names the statement that decided, by its Sid or number; "" if none did. Of several it names the one in the bucket or trust policy,
// because that is the policy that the other account looks at.
func Deciding(d authz.Decision) string {
	for _, m := range inOrder(d.Deciding) {
		if m.Statement >= 0 {
			return nameOf(m)
		}
	}
	return ""
}

// nameOf names a statement by its Sid or number.
func nameOf(m authz.Match) string {
	if m.Sid != "" && !text.Numbered(m.Sid) { // a Sid that looks like our number would name another statement
		return m.Sid
	}
	return fmt.Sprintf("statement %d of the %s", m.Statement+1, m.Layer)
}

// inOrder returns the deciding statements and layers in the order in which they are named.
func inOrder(ms []authz.Match) []authz.Match {
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b authz.Match) int { return cmp.Compare(matchOrder(a), matchOrder(b)) })
	return ms
}

// matchOrder tells in which order the layers of deciding statements are named.
func matchOrder(m authz.Match) int {
	switch m.Layer {
	case authz.Resource:
		return 0
	case authz.SCP: // most of these allow everything, which explains nothing
		return 2
	}
	return 1
}

// ListActions names up to three actions and counts the rest.
func ListActions(actions []string) string {
	if len(actions) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(actions[:3], ", "), len(actions)-3)
	}
	return strings.Join(actions, ", ")
}
