package excess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// identity compares a statement of an inline policy. It tries the actions and resources that the patterns of all statements stand for: with nothing
// in place of a wildcard, and with a word that no other pattern has. Where a Deny hits what is tried, it tries other words.
func (o *opened) identity(st policy.Statement, m *more) {
	c := &comparison{opened: o, st: st, m: m, whole: o.document(st, o.denies, guards(o.presets)), bare: o.document(st, nil, guards(o.presets))}
	c.actions, c.notAction = st.Actions()
	c.resources, c.notResource = st.Resources()
	actions, resources := o.instances(st)
	if n := len(actions) * len(resources); n > maxOpenedCalls {
		m.why = fmt.Sprintf("it and the role's Deny statements tell %d requests apart, and more than %d are not compared", n, maxOpenedCalls)
		return
	}
	for _, action := range actions {
		needed := o.needs(action)
		for _, resource := range resources {
			if needed && !o.within(action, resource) && slices.Contains(m.resources, c.resourceName(resource)) {
				continue
			}
			if !c.try(action, resource) {
				c.hide(action, resource)
			} else if !needed {
				break
			}
		}
	}
	c.unhide()
}

// needs reports whether a preset has the action.
func (o *opened) needs(action string) bool {
	return slices.ContainsFunc(o.presets, func(preset policy.Statement) bool { return allows(preset, action) })
}

// within reports whether a preset has the action on the resource.
func (o *opened) within(action, resource string) bool {
	return slices.ContainsFunc(o.presets, func(preset policy.Statement) bool { return allows(preset, action) && covers(preset, resource) })
}

// conditions finds the conditions of the presets for the action on the resource that the statement does not set.
func (o *opened) conditions(st policy.Statement, action, resource string, m *more) {
	byKey, order := map[string]policy.Statements{}, []string(nil)
	var presets policy.Statements
	for _, preset := range o.presets {
		if !allows(preset, action) || !covers(preset, resource) {
			continue
		}
		presets = append(presets, preset)
		as, _ := preset.Actions()
		for _, cond := range preset.Conditions() {
			byKey[cond.Key()] = append(byKey[cond.Key()], policy.Deny(as...).On("*").When(cond))
			order = appendNew(order, cond.Key())
		}
	}
	found := false
	for _, key := range order {
		if !o.call(o.document(st, o.denies, byKey[key]), action, resource).Effect.Denied() {
			m.conditions, found = appendNew(m.conditions, wanted(presets, key)), true
		}
	}
	if !found {
		m.conditions = appendNew(m.conditions, wanted(presets, order...))
	}
}

// guards returns a Deny for each preset, with all that it has.
func guards(presets policy.Statements) policy.Statements {
	var out policy.Statements
	for _, preset := range presets {
		actions, _ := preset.Actions()
		resources, _ := preset.Resources()
		out = append(out, policy.Deny(actions...).On(resources...).When(preset.Conditions()...))
	}
	return out
}

// document holds the statement, what is denied, and the guards.
func (o *opened) document(st policy.Statement, denies, guards policy.Statements) policy.Document {
	return policy.New(policy.Statements{st}, denies, guards)
}

// call decides whether the document allows the role the action, whatever the condition keys. It stands in the place of an SCP: of all layers this is
// the one that limits a role's requests in its own account and in others alike.
func (o *opened) call(d policy.Document, action, resource string) authz.Decision {
	if o.stop() {
		return authz.Decision{Effect: authz.ExplicitlyDenied}
	}
	return authz.Decide(authz.Request{Principal: o.role.ARN(o.t.Partition, o.role.Account), Action: action, Resource: resource}, authz.Policies{
		SCPs:     [][]policy.Document{{d}},
		RCPs:     [][]policy.Document{},
		Identity: []policy.Document{anything},
		Resource: policy.New(policy.Allow("*").By(policy.Everyone()).On("*")),
	})
}

// word stands in the place of wildcards: no name of AWS has it. A Deny may name it all the same: then the other words are tried, which have no beginning,
// end or pair of letters in common.
const word = "zzqqxz"

var words = []string{"", word, "bdkmvw", "0j7", "Yx", "e", "hgtru"}

// instance is the pattern with the word in place of its wildcards.
func instance(pattern, w string) string {
	letter := "q"
	if w != "" {
		letter = w[:1]
	}
	return strings.NewReplacer("*", w, "?", letter).Replace(strings.ReplaceAll(loose(pattern), "**", "*"))
}

// instances returns the actions and resources to be tried for the statement: those that its patterns match.
func (o *opened) instances(st policy.Statement) (actions, resources []string) {
	actionPatterns, _ := st.Actions()
	resourcePatterns, _ := st.Resources()
	ownActions, ownResources := slices.Clone(actionPatterns), slices.Clone(resourcePatterns)
	for _, s := range append(slices.Clone(o.presets), o.denies...) {
		as, _ := s.Actions()
		rs, _ := s.Resources()
		actionPatterns, resourcePatterns = append(actionPatterns, as...), append(resourcePatterns, rs...)
	}
	for _, s := range o.denies {
		as, _ := s.Actions()
		rs, _ := s.Resources()
		actionPatterns, resourcePatterns = append(actionPatterns, crossed(ownActions, as)...), append(resourcePatterns, crossed(ownResources, rs)...)
	}
	bucket := region.Bucket(o.t.Partition, word)
	generic := []string{"*", bucket, bucket + "/" + word}
	accounts := o.accounts(st)
	for _, account := range append([]string{"000000000000", o.role.Account}, accounts...) {
		generic = append(generic, region.ARN{Partition: o.t.Partition, Service: "kms", Region: "us-east-1", Account: account, Resource: "key/" + word}.String())
	}
	for _, account := range accounts { // an ARN tells who owns what it names, but for those of S3
		for _, p := range ownResources {
			generic = appendNew(generic, strings.ReplaceAll(loose(p), "*", account))
		}
	}
	actions = slices.DeleteFunc(instances(actionPatterns, "s3:Zzqqxz", "xacct:Zzqqxz"), func(a string) bool { return !allows(st, a) })
	resources = slices.DeleteFunc(instances(resourcePatterns, generic...), func(r string) bool { return !covers(st, r) })
	return actions, resources
}

// accounts are the account ids that the conditions name.
func (o *opened) accounts(st policy.Statement) []string {
	var out []string
	for _, s := range append(policy.Statements{st}, o.denies...) {
		for _, c := range s.Conditions() {
			for _, v := range c.Values() {
				if region.ValidAccount(v) {
					out = appendNew(out, v)
				}
			}
		}
	}
	return out
}

// crossed returns patterns for what some of the one and some of the other match: the other's text up to its first wildcard, in the place of the first
// wildcard of the one.
func crossed(ones, others []string) []string {
	var out []string
	for _, one := range ones {
		before, after, wild := strings.Cut(one, "*")
		for _, other := range others {
			text, _, _ := strings.Cut(other, "*")
			if rest, ok := strings.CutPrefix(text, before); wild && ok && rest != "" {
				out = append(out, before+rest+"*"+after)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// instances returns texts that the patterns match, and the others, each once.
func instances(patterns []string, others ...string) []string {
	seen := map[string]bool{}
	var out []string
	add := func(s string) {
		if !seen[s] {
			seen[s], out = true, append(out, s)
		}
	}
	for _, p := range patterns {
		for _, w := range []string{"", word} {
			s := strings.NewReplacer("*", w, "?", "q").Replace(strings.ReplaceAll(loose(p), "**", "*"))
			if strings.Contains(s, ":") && !strings.HasSuffix(s, ":") {
				add(s)
			}
		}
	}
	for _, s := range others {
		add(s)
	}
	return out
}

// allows reports whether the actions of the statement match.
func allows(st policy.Statement, action string) bool {
	patterns, not := st.Actions()
	return slices.ContainsFunc(patterns, func(p string) bool { return like(strings.ToLower(p), strings.ToLower(action)) }) != not
}

// covers reports whether the resources of the statement match. A policy variable matches anything.
func covers(st policy.Statement, resource string) bool {
	patterns, not := st.Resources()
	return not || slices.ContainsFunc(patterns, func(p string) bool { return resource == "*" && p == "*" || like(loose(p), resource) })
}

// loose is the pattern with wildcards in place of policy variables.
func loose(p string) string {
	for strings.Contains(p, "${") {
		before, rest, _ := strings.Cut(p, "${")
		_, after, _ := strings.Cut(rest, "}")
		p = before + "*" + after
	}
	return p
}

// named is the pattern by which a statement has the text; the text itself if none has it.
func named(patterns []string, s string) string {
	for _, p := range patterns {
		if like(strings.ToLower(loose(p)), strings.ToLower(s)) {
			return p
		}
	}
	return s
}

// excepted is the name, or in a statement of exceptions what they are the exceptions from.
func excepted(not bool, patterns []string, name, every string) string {
	if not {
		return every + " but " + listed(patterns)
	}
	return name
}

// like matches a text with a pattern, in which * stands for any characters and ? for one.
func like(pattern, s string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}
