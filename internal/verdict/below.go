package verdict

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// DecideBelow adds the verdict on an action on all objects below base, the ARN in front of their names; u and why are as in Decide. It decides
// for several objects: the one in the request, one that no pattern names, and one for each pattern that names only some of the objects. If the
// decisions differ, the verdict depends on which objects there are.
func (c *Case) DecideBelow(req authz.Request, base string, u Use, why string) {
	c.Like(req).DecideBelow(req.Action, req.Resource, base, u, why)
}

// DecideBelow is [Case.DecideBelow] for the action on the resource.
func (r *Requests) DecideBelow(action, resource, base string, u Use, why string) {
	c, first := r.of, r.decide(action, resource)
	samples, all := r.below(base)
	var depends, deniedBy []string
	exhausted := 0
	decided, decision := resource, first
	if first.Exhausted { // what depends on further objects would change nothing
		samples, all = nil, true
	}
	for _, s := range samples {
		if c.stopped() {
			break
		}
		d := r.decide(action, s.resource)
		if d.Exhausted {
			exhausted++
		}
		if exhausted > maxExhausted {
			all = false
			break
		}
		if effectClass(d.Effect) == effectClass(first.Effect) {
			continue
		}
		if name := Deciding(d); d.Effect.Denied() && name != "" { // one pattern of a statement is enough
			if slices.Contains(deniedBy, name) {
				continue
			}
			deniedBy = append(deniedBy, name)
		}
		switch {
		case first.Effect == authz.Allowed && s.pattern == "":
			depends = append(depends, "which objects there are")
		case first.Effect.Denied():
			depends = append(depends, "whether all objects are at "+s.key(base))
		default:
			depends = append(depends, "whether there are objects at "+s.key(base))
		}
		depends = append(depends, d.DependsOn...)
		if first.Effect == authz.Allowed && !decision.Effect.Denied() { // the finding is about the request that is denied
			decided, decision = s.resource, d
		}
	}
	if !all {
		depends = append(depends, tooMany)
	}
	if len(depends) > 0 {
		decision.Effect = authz.Undetermined
		decision.DependsOn = slices.Concat(first.DependsOn, depends)
		slices.Sort(decision.DependsOn)
		decision.DependsOn = slices.Compact(decision.DependsOn)
	}
	r.add(action, decided, decision, u, why)
	c.hear(func(alt *Case) { alt.DecideBelow(r.request(action, resource), base, u, why) })
}

// effectClass returns the effect, where explicitly and implicitly denied count as the same.
func effectClass(e authz.Effect) authz.Effect {
	if e.Denied() {
		return authz.ExplicitlyDenied
	}
	return e
}

// sample is an object that stands for those which a pattern names.
type sample struct {
	resource string // its ARN
	pattern  string // what follows base in the pattern; "" if no pattern names the object
}

// key returns the pattern of the object's key in the bucket.
func (s sample) key(base string) string {
	return strings.SplitN(base, "/", 2)[1] + s.pattern
}

// maxSamples bounds the number of objects for which one action is decided. A bucket policy of 20 KB has room for about as many patterns.
const maxSamples = 1000

// maxExhausted bounds how many of the decisions on them may spend their whole budget.
const maxExhausted = 10

// tooMany is what a verdict depends on if the policies have more patterns.
const tooMany = "which objects there are: the policies have too many patterns to try one object for each"

// samplesBelow returns a sample for each pattern of the policies that names some of the objects below base, but not all; false if there are more
// than maxSamples.
func samplesBelow(p authz.Policies, base string) (out []sample, all bool) {
	seen := map[string]bool{}
	for _, d := range documents(p) {
		for st := range d.All() {
			patterns, _ := st.Resources()
			for _, pattern := range patterns {
				for _, rest := range below(pattern, base) {
					if seen[rest] {
						continue
					}
					if len(out) == maxSamples {
						return out, false
					}
					seen[rest] = true
					out = append(out, sample{base + wildcards.Replace(rest), rest})
				}
			}
		}
	}
	return out, true
}

// wildcards makes a text that a pattern matches.
var wildcards = strings.NewReplacer("*", "x", "?", "x")

// documents returns all documents of the policies.
func documents(p authz.Policies) []policy.Document {
	single := []policy.Document{p.Resource, p.Boundary, p.Session}
	return slices.Concat(single, p.Identity, slices.Concat(p.SCPs...), slices.Concat(p.RCPs...))
}

// variable matches a policy variable, which may have any value.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// inARow matches wildcards that follow each other.
var inARow = regexp.MustCompile(`[*?]{2,}`)

// shorten returns wildcards in a row, of equal meaning, with at most one star: that after the question marks.
func shorten(run string) string {
	marks := strings.ReplaceAll(run, "*", "")
	if len(marks) == len(run) {
		return run
	}
	return marks + "*"
}

// below returns what a resource pattern may demand of the part of an ARN after base, one entry for each way to match base with its beginning, or
// maxSamples+1 of more. It is nil if the pattern matches nothing below base, or everything.
func below(pattern, base string) []string {
	pattern = inARow.ReplaceAllStringFunc(variable.ReplaceAllString(pattern, "*"), shorten)
	var out []string
	everything := false
	stars := len(strings.TrimRight(pattern, "*")) // where the stars at the end begin
	seen := make([]bool, (len(pattern)+1)*(len(base)+1))
	var walk func(p, s int)
	walk = func(p, s int) {
		at := p*(len(base)+1) + s
		if seen[at] || everything {
			return
		}
		seen[at] = true
		switch {
		case s == len(base) && p == len(pattern):
		case s == len(base):
			everything = p >= stars
			if len(out) <= maxSamples {
				out = append(out, pattern[p:])
			}
		case p == len(pattern):
		case pattern[p] == '*':
			walk(p+1, s)
			walk(p, s+1)
		case pattern[p] == '?', pattern[p] == base[s]:
			walk(p+1, s+1)
		}
	}
	walk(0, 0)
	if everything {
		return nil
	}
	return out
}
