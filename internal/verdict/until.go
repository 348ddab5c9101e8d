package verdict

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy/authz"
)

// ends reports whether the verdict is allowed only as long as our statements are, or is denied only because they have ended.
func (c *Case) ends(v Verdict) bool {
	other := c.Policies
	switch {
	case c.Until.IsZero():
		return false
	case v.Effect == authz.Allowed && !c.Over:
		other.Resource = c.Ended
		return c.decide(v.request, other).Effect != authz.Allowed
	case v.Effect.Denied() && c.Over:
		other.Resource = c.Live
		return c.decide(v.request, other).Effect != v.Effect
	}
	return false
}

// until says when what is allowed ends; "" if it does not, or if what is allowed does not rest on a statement that ends.
func (c *Case) until(vs []Verdict) string {
	if slices.ContainsFunc(vs, func(v Verdict) bool { return v.ends }) {
		return " until " + transfer.UntilText(c.Until)
	}
	return ""
}

// dates says with which times the statements that leave the verdicts open compare that of the request; "" if they do not.
func (c *Case) dates(vs []Verdict) string {
	var out []string
	for _, m := range decidingAll(vs) {
		st, ok := statementOf(c.Policies, m)
		if !ok || m.Outcome != authz.MayApply {
			continue
		}
		for _, cond := range st.Conditions() {
			words := cond.String()
			if (transfer.AboutTime(cond) || strings.EqualFold(cond.Key(), "aws:EpochTime")) && !slices.Contains(out, words) {
				out = append(out, words)
			}
		}
	}
	if len(out) == 0 {
		return ""
	}
	return ": it applies if " + text.List(out, " and ")
}
