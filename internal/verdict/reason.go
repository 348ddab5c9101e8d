package verdict

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// Explain tells in words why the first Deny among the deciding statements denies, or on what it depends; "" if there is none, or nothing to say. The
// words are about the statement that [Deciding] names, or they name the other one.
func (c *Case) Explain(v Verdict) string {
	for _, m := range inOrder(v.Deciding) {
		st, ok := statementOf(c.Policies, m)
		if !ok || st.Effect() != "Deny" {
			continue
		}
		words := strings.Join(c.reasons(v, m, st), "; otherwise ")
		if name := nameOf(m); words != "" && name != Deciding(v.Decision) {
			words = text.Statement(name) + ": " + words
		}
		return words
	}
	return ""
}

// reasons returns what the statement demands of the request, one sentence for each pattern: the request would have to meet one of them. A condition
// that merely holds, because it limits the statement to requests such as this one, is a reason only where the statement demands nothing.
func (c *Case) reasons(v Verdict, m authz.Match, st policy.Statement) []string {
	conditions := st.Conditions()
	open := m.Outcome == authz.MayApply && !c.denies(v, m, st)
	if open {
		if conditions = unsettled(conditions, v, m); len(conditions) == 0 {
			return sentences(shape(st).explain(c, open))
		}
	}
	var out []string
	if _, not := st.Principals(); not && !open {
		out = sentences(notPrincipalPattern.explain(c, open))
	}
	for _, p := range matching(conditions, Pattern.demands) {
		out = append(out, p.explain(c, open))
	}
	if len(out) > 0 || open {
		return out
	}
	if words := shape(st).explain(c, open); words != "" {
		return []string{words}
	}
	if slices.ContainsFunc(conditions, Pattern{}.asks) { // a demand that has no words
		return nil
	}
	return sentences(c.listed(v, m, st))
}

// sentences returns the sentence, or nothing if it is "".
func sentences(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// unsettled returns the conditions that the verdict depends on: those on a key that it depends on, and those whose values have such a key as a variable.
func unsettled(conditions []policy.Condition, v Verdict, m authz.Match) []policy.Condition {
	keys := slices.DeleteFunc(slices.Clone(m.Keys), func(k string) bool {
		return !slices.ContainsFunc(v.DependsOn, func(d string) bool { return strings.EqualFold(d, k) })
	})
	if len(keys) == 0 { // the verdict depends on something else, and of several such statements one denies in any case
		keys = m.Keys
	}
	return slices.DeleteFunc(slices.Clone(conditions), func(c policy.Condition) bool {
		return !slices.ContainsFunc(keys, func(k string) bool {
			variable := func(value string) bool { return strings.Contains(strings.ToLower(value), "${"+strings.ToLower(k)) }
			return strings.EqualFold(k, c.Key()) || slices.ContainsFunc(c.Values(), variable)
		})
	})
}

// byWhom are the patterns that tell the most about whom a Deny keeps out, the narrowest first.
var byWhom = []string{"arns", "tags", "ids", "accounts", "organisation", "resource-perimeter"}

// mostTried is how many conditions of one statement are tried: statements of others can have hundreds.
const mostTried = 10

// rank is the place of the pattern in byWhom; those that are not there come last.
func rank(p Pattern) int {
	if at := slices.Index(byWhom, p.Name); at >= 0 {
		return at
	}
	return len(byWhom)
}

// listed returns what the narrowest condition means that denies whom it lists. It decides again with the condition made strict: one that holds only because
// its key is absent lists nobody.
func (c *Case) listed(v Verdict, m authz.Match, st policy.Statement) string {
	narrowest := slices.Clone(keyPatterns)
	slices.SortStableFunc(narrowest, func(a, b Pattern) int { return cmp.Compare(rank(a), rank(b)) })
	tries := mostTried
	for _, p := range narrowest {
		words := p.listed
		if p.key != "" && strings.HasPrefix(c.Resource, "key ") {
			words = p.key
		}
		lists := func(cond policy.Condition) bool {
			if !p.about(cond.Key()) || tries == 0 {
				return false
			}
			tries--
			return c.denies(v, m, st.When(strict(cond)))
		}
		if words != "" && slices.ContainsFunc(st.Conditions(), lists) {
			return words
		}
	}
	return ""
}

// strict returns the condition in the form that an absent key does not meet.
func strict(cond policy.Condition) policy.Condition {
	set, base := "", strings.TrimSuffix(cond.Operator(), "IfExists")
	if _, rest, found := strings.Cut(base, ":"); found {
		set, base = "ForAnyValue:", rest
	}
	return policy.Where(set+base, cond.Key(), cond.Values()...)
}

// denies reports whether the statement, in the place of the one that matched and without any other, denies the request of the verdict.
func (c *Case) denies(v Verdict, m authz.Match, st policy.Statement) bool {
	var p authz.Policies
	alone, one := policy.New(st), [][]policy.Document{{policy.New(st)}}
	switch m.Layer {
	case authz.SCP:
		p.SCPs = one
	case authz.RCP:
		p.RCPs = one
	case authz.Resource:
		p.Resource = alone
	case authz.Boundary:
		p.Boundary = alone
	case authz.Session:
		p.Session = alone
	default:
		p.Identity = one[0]
	}
	return c.decide(v.request, p).Effect == authz.ExplicitlyDenied
}

// demands reports whether a condition of a Deny demands something that the pattern is about.
func (p Pattern) demands(cond policy.Condition) bool { return p.about(cond.Key()) && p.asks(cond) }

// asks reports whether a condition of a Deny demands something, so that what meets the demand is not denied: one of certain values, TLS, a second
// factor, or that the key is there at all. Otherwise the condition denies what it lists. The pattern tells what is demanded of a number.
func (p Pattern) asks(cond policy.Condition) bool {
	_, base, found := strings.Cut(cond.Operator(), ":") // without ForAnyValue: or ForAllValues:
	if !found {
		base = cond.Operator()
	}
	not := strings.Contains(base, "Not")
	switch {
	case strings.HasPrefix(base, "Null"):
		return has(cond, "true")
	case strings.HasPrefix(base, "NumericLess"):
		return !p.most
	case strings.HasPrefix(base, "NumericGreater"):
		return p.most
	case has(cond, "true"), has(cond, "false"): // a key that is true or false, whatever the operator
		return has(cond, "false") != not
	}
	return not
}

// has reports whether the condition has the value, in any letter case.
func has(cond policy.Condition, value string) bool {
	return slices.ContainsFunc(cond.Values(), func(v string) bool { return strings.EqualFold(v, value) })
}
