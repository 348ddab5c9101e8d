package excess

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
)

// A request that a Deny denies proves nothing about the others that the Allow's pattern stands for: the Deny may name just the word that was tried. Only
// Deny statements that together deny all of the pattern make an Allow harmless.

// maxCoverSteps bounds the comparisons for one statement. What takes more is not decided.
const maxCoverSteps = 5000

// cover finds out whether Deny statements deny everything that an action pattern and a resource pattern stand for.
type cover struct {
	fine   func(action, resource string) bool                        // none of it is the Allow's, or what it is is looked at elsewhere
	denied func(all policy.Statements, action, resource string) bool // Deny statements that have all of it, with the presets, leave nothing
	sure   func(d policy.Statement, action, resource string) bool    // the Deny denies what it has of it, whatever the condition keys
	steps  int
}

// whole reports whether the Deny statements deny all of it but what is fine. It reports false if that would take too long to find out.
func (c *cover) whole(denies policy.Statements, action, resource string) bool {
	if c.steps++; c.steps > maxCoverSteps {
		return false
	}
	if c.fine(action, resource) {
		return true
	}
	all := slices.DeleteFunc(slices.Clone(denies), func(d policy.Statement) bool {
		actions, resources := leftOf(d, action, resource)
		return len(actions)+len(resources) > 0
	})
	if c.denied(all, action, resource) {
		return true
	}
	for i, d := range denies {
		actions, resources := leftOf(d, action, resource)
		if slices.Contains(actions, action) || slices.Contains(resources, resource) || !c.sure(d, action, resource) {
			continue
		}
		others := slices.Delete(slices.Clone(denies), i, i+1)
		if !slices.ContainsFunc(actions, func(a string) bool { return !c.whole(others, a, resource) }) &&
			!slices.ContainsFunc(resources, func(r string) bool { return !c.whole(others, action, r) }) {
			return true
		}
	}
	return false
}

// leftOf returns patterns for what the statement leaves of the actions, and of the resources.
func leftOf(d policy.Statement, action, resource string) (actions, resources []string) {
	as, notAction := d.Actions()
	rs, notResource := d.Resources()
	return left(as, notAction, action, actionHas), left(rs, notResource, resource, resourceHas)
}

// left returns patterns for what a statement with the patterns leaves of one: nothing, all of it, or what a Not element names. No patterns are all.
func left(patterns []string, not bool, one string, has func(pattern, one string) bool) []string {
	switch whole := slices.ContainsFunc(patterns, func(p string) bool { return has(p, one) }); {
	case len(patterns) == 0, whole && !not:
		return nil
	case whole || !not:
		return []string{one}
	}
	var out []string
	for _, p := range patterns {
		if p = loose(p); !disjoint(strings.ToLower(p), strings.ToLower(loose(one))) {
			out = append(out, p)
		}
	}
	return out
}

// actionHas reports whether all actions that one stands for are the pattern's.
func actionHas(pattern, one string) bool {
	return patternHas(strings.ToLower(pattern), strings.ToLower(one), func(int) bool { return false })
}

// resourceHas reports whether all resources that one stands for are the pattern's. In the first five segments of an ARN a wildcard matches no colon,
// but for a * at the end of its segment. It may report false where that is hard to tell.
func resourceHas(pattern, one string) bool {
	if pattern == one || pattern == "*" {
		return true
	}
	return !strings.Contains(pattern, "${") && patternHas(pattern, loose(one), func(at int) bool {
		atEnd := pattern[at] == '*' && (at+1 == len(pattern) || pattern[at+1] == ':')
		return strings.Count(pattern[:at], ":") < 5 && !atEnd
	})
}

// patternHas reports whether everything that one matches is matched by the pattern: its wildcards match those of one, and nothing else does. narrow reports
// whether the pattern's wildcard at an index matches only what is neither a colon nor a wildcard.
func patternHas(pattern, one string, narrow func(at int) bool) bool {
	star, mark := -1, 0
	i, j := 0, 0
	plain := func(c byte) bool { return c != ':' && c != '*' && c != '?' }
	for i < len(one) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == one[i] && (plain(one[i]) || one[i] == ':') || pattern[j] == '?' && one[i] != '*' && (!narrow(j) || plain(one[i]))):
			i, j = i+1, j+1
		case star >= 0 && (!narrow(star) || plain(one[mark])):
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}

// disjoint reports whether no text matches both patterns. It may report false where that is hard to tell.
func disjoint(a, b string) bool {
	wild := func(s string) bool { return strings.ContainsAny(s, "*?") }
	switch {
	case !wild(a):
		return !like(b, a)
	case !wild(b):
		return !like(a, b)
	}
	before := func(s string) string { return s[:strings.IndexAny(s, "*?")] }
	after := func(s string) string { return s[strings.LastIndexAny(s, "*?")+1:] }
	return !strings.HasPrefix(before(a), before(b)) && !strings.HasPrefix(before(b), before(a)) ||
		!strings.HasSuffix(after(a), after(b)) && !strings.HasSuffix(after(b), after(a))
}
