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
	first := authz.Decide(req, c.Policies)
	samples := append([]sample{{base + "~", ""}}, samplesBelow(c.Policies, base)...)
	var depends, deniedBy []string
	request, decision := req, first
	for _, s := range samples {
		other := req
		other.Resource = s.resource
		d := authz.Decide(other, c.Policies)
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
			request, decision = other, d
		}
	}
	if len(depends) > 0 {
		decision.Effect = authz.Undetermined
		decision.DependsOn = slices.Concat(first.DependsOn, depends)
		slices.Sort(decision.DependsOn)
		decision.DependsOn = slices.Compact(decision.DependsOn)
	}
	c.add(request, decision, u, why)
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

// samplesBelow returns a sample for each pattern of the policies that names some of the objects below base, but not all.
func samplesBelow(p authz.Policies, base string) []sample {
	var out []sample
	for _, d := range documents(p) {
		for st := range d.All() {
			patterns, _ := st.Resources()
			for _, pattern := range patterns {
				for _, rest := range below(pattern, base) {
					s := sample{base + strings.NewReplacer("*", "x", "?", "x").Replace(rest), rest}
					if !slices.Contains(out, s) {
						out = append(out, s)
					}
				}
			}
		}
	}
	return out
}

// documents returns all documents of the policies.
func documents(p authz.Policies) []policy.Document {
	single := []policy.Document{p.Resource, p.Boundary, p.Session}
	return slices.Concat(single, p.Identity, slices.Concat(p.SCPs...), slices.Concat(p.RCPs...))
}

// variable matches a policy variable, which may have any value.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// below returns what a resource pattern may demand of the part of an ARN after base, one entry for each way to match base with its beginning.
// It is nil if the pattern matches nothing below base, or everything.
func below(pattern, base string) []string {
	pattern = variable.ReplaceAllString(pattern, "*")
	var out []string
	seen := map[[2]int]bool{}
	var walk func(p, s int)
	walk = func(p, s int) {
		if seen[[2]int{p, s}] {
			return
		}
		seen[[2]int{p, s}] = true
		switch {
		case s == len(base):
			out = append(out, pattern[p:])
		case p == len(pattern):
		case pattern[p] == '*':
			walk(p+1, s)
			walk(p, s+1)
		case pattern[p] == '?', pattern[p] == base[s]:
			walk(p+1, s+1)
		}
	}
	walk(0, 0)
	if slices.ContainsFunc(out, func(rest string) bool { return rest != "" && strings.Trim(rest, "*") == "" }) {
		return nil
	}
	return slices.DeleteFunc(out, func(rest string) bool { return rest == "" })
}
