package verdict

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// sample is a key below a prefix that some statement tells from others.
type sample struct{ resource, pattern string }

// DecideBelow judges an action on the objects below base, an ARN that ends where their names begin: by a key that no statement speaks of,
// and by one for each pattern that is about some of the objects only. Where these differ the answer hangs on which objects there are.
func (j *Case) DecideBelow(req authz.Request, base string, u Use, why string) {
	first := authz.Decide(req, j.Policies)
	samples := append([]sample{{base + "~", ""}}, samplesBelow(j.Policies, base)...)
	var depends, by []string
	request, decision := req, first
	for _, s := range samples {
		other := req
		other.Resource = s.resource
		d := authz.Decide(other, j.Policies)
		if effectClass(d.Effect) == effectClass(first.Effect) {
			continue
		}
		if name := Deciding(d); d.Effect.Denied() && name != "" { // of several patterns that one statement covers, the first says it
			if slices.Contains(by, name) {
				continue
			}
			by = append(by, name)
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
		if first.Effect == authz.Allowed && !decision.Effect.Denied() { // what denies is what has to be looked at
			request, decision = other, d
		}
	}
	if len(depends) > 0 {
		decision.Effect = authz.Undetermined
		decision.DependsOn = slices.Concat(first.DependsOn, depends)
		slices.Sort(decision.DependsOn)
		decision.DependsOn = slices.Compact(decision.DependsOn)
	}
	j.add(request, decision, u, why)
}

// effectClass makes one of the two ways of being denied.
func effectClass(e authz.Effect) authz.Effect {
	if e.Denied() {
		return authz.ExplicitlyDenied
	}
	return e
}

// key is the pattern of the sample's key, in the bucket.
func (s sample) key(base string) string {
	return strings.SplitN(base, "/", 2)[1] + s.pattern
}

// samplesBelow are keys below base that patterns of the policies are about, where they are not about all of them.
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

func documents(p authz.Policies) []policy.Document {
	return slices.Concat([]policy.Document{p.Resource, p.Boundary, p.Session}, p.Identity, slices.Concat(p.SCPs...), slices.Concat(p.RCPs...))
}

// variable is a policy variable, which may stand for anything.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// below gives what a resource pattern asks of what follows base; nil if it is about nothing below base, or about everything.
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
