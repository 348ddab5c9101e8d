package authz

import (
	"maps"
	"slices"
	"strings"
)

// maxKinds bounds the number of kinds of values of one key.
const maxKinds = 1 << 10

// kinds returns the kinds of values of u. Two values are of the same kind if all atoms give the same answers for them, so that a kind is
// a list of answers. It finds kinds by trying values. If no complete list of values is known, it returns every combination of answers,
// which may include impossible ones.
func (j *judge) kinds(u *unknownKey) [][]truth {
	first := j.atoms[u.atoms[0]]
	if first.key == "" { // a free atom may have either answer
		return combinations(len(u.atoms))
	}
	if values := j.facts.among(first.key); values != nil {
		lists := make([][]string, len(values))
		for i, v := range values {
			if v != "" {
				lists[i] = []string{v}
			}
		}
		return j.try(u, lists)
	}
	if first.key == keyPrincipalARN && len(j.facts.choices) > 0 {
		return j.try(u, nil, singles(slices.Sorted(maps.Keys(j.facts.choices))))
	}
	text, formed := j.facts.form(first.key)
	form := parsePattern(text, style{wild: true}).glob
	none := [][]string{nil}
	if formed || first.key == keyResourceAccount { // the key cannot be absent
		none = nil
	}
	impossible := func(v string) bool { return !j.possible(first.key, v) || formed && !form.match(v) }
	if len(u.atoms) == 1 { // simple values nearly always show both answers
		if kinds := j.try(u, none, singles(slices.DeleteFunc(j.simpleValues(first), impossible))); shown(kinds, 1) {
			return kinds
		}
	}
	values, complete := j.witnesses(u, form, formed)
	values = slices.DeleteFunc(values, impossible)
	if !complete {
		if n := len(u.atoms); n <= 10 {
			return combinations(n)
		}
		return append(j.try(u, [][]string{nil}, singles(values)), j.undecided(u))
	}
	lists := singles(values)
	kinds := j.try(u, none, lists)
	if !formed && !shown(kinds, len(u.atoms)) && j.several(u) { // a form describes a single value
		kinds = j.addLists(u, kinds, lists)
	}
	return kinds
}

// undecided returns a kind without any answer.
func (j *judge) undecided(u *unknownKey) []truth {
	out := make([]truth, len(u.atoms))
	for i := range out {
		out[i] = maybe
	}
	return out
}

func combinations(n int) [][]truth {
	out := make([][]truth, 0, 1<<n)
	for bits := range 1 << n {
		kind := make([]truth, n)
		for i := range kind {
			kind[i] = truthOf(bits>>i&1 != 0)
		}
		out = append(out, kind)
	}
	return out
}

func singles(values []string) [][]string {
	out := make([][]string, len(values))
	for i, v := range values {
		out[i] = []string{v}
	}
	return out
}

// shown reports whether the kinds are all combinations of n answers.
func shown(kinds [][]truth, n int) bool {
	return n <= 10 && len(kinds) == 1<<n && !slices.Contains(kinds[len(kinds)-1], maybe)
}

// try returns the kinds of the given lists of values, each once. A nil list stands for an absent key.
func (j *judge) try(u *unknownKey, lists ...[][]string) [][]truth {
	var out [][]truth
	seen := map[string]bool{}
	cost := j.costOf(u)
	for _, all := range lists {
		for _, values := range all {
			if !j.spend(cost) {
				return append(out, j.undecided(u))
			}
			kind := j.answer(u, values)
			if id := idOf(kind); !seen[id] {
				seen[id] = true
				if out = append(out, kind); shown(out, len(u.atoms)) {
					return out
				}
			}
		}
	}
	return out
}

// idOf returns a text that only equal kinds have.
func idOf(kind []truth) string {
	out := make([]byte, len(kind))
	for i, t := range kind {
		out[i] = byte(t)
	}
	return string(out)
}

// costOf is the work of answering all atoms for one value.
func (j *judge) costOf(u *unknownKey) int {
	n := 0
	for _, i := range u.atoms {
		a := j.atoms[i]
		if n++; a.size > 0 {
			n += a.size
		} else {
			n += len(a.globs)
		}
	}
	return n
}

func (j *judge) answer(u *unknownKey, values []string) []truth {
	kind := make([]truth, len(u.atoms))
	for i, n := range u.atoms {
		kind[i] = truthOf(j.atoms[n].holds(values, values != nil))
	}
	return kind
}

// several reports whether the key may have several values at once and a set operator is used on it.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (which keys are multivalued)
func (j *judge) several(u *unknownKey) bool {
	key := u.keys[0]
	if strings.HasPrefix(key, "aws:") && !multivalued[key] {
		return false
	}
	return slices.ContainsFunc(u.atoms, func(n int) bool { return j.atoms[n].lists })
}

// multivalued are the global condition keys that can have several values, in lower case.
var multivalued = map[string]bool{
	"aws:calledvia": true, "aws:principalorgpaths": true, "aws:principalservicenameslist": true, "aws:resourceorgpaths": true,
	"aws:sourceorgpaths": true, "aws:tagkeys": true, "aws:vpceorgpaths": true,
}

// addLists adds the kinds of lists with several values. The answers for a list follow from the answers for its members, so it extends
// one list of each kind by one value at a time until no new kind is found.
func (j *judge) addLists(u *unknownKey, kinds [][]truth, one [][]string) [][]truth {
	seen := map[string]bool{}
	for _, kind := range kinds {
		seen[idOf(kind)] = true
	}
	queue := slices.Clone(one)
	cost := j.costOf(u)
	for len(queue) > 0 && len(kinds) < maxKinds {
		list := queue[0]
		queue = queue[1:]
		for _, v := range one {
			longer := append(slices.Clip(list), v...)
			if !j.spend(cost * len(longer)) {
				return append(kinds, j.undecided(u))
			}
			kind := j.answer(u, longer)
			if id := idOf(kind); !seen[id] {
				seen[id] = true
				kinds = append(kinds, kind)
				queue = append(queue, longer)
			}
		}
	}
	j.work.cut = j.work.cut || len(kinds) >= maxKinds
	return kinds
}

// witnesses returns values of the key that together show every combination of answers which the atoms can have. complete is false if
// some combination may be missing. If formed, only values that match form are considered.
func (j *judge) witnesses(u *unknownKey, form glob, formed bool) (values []string, complete bool) {
	families := map[family][]*atom{}
	for _, n := range u.atoms {
		a := j.atoms[n]
		switch a.family {
		case nulls: // any value is a witness
		case arns:
			families[strings_] = append(families[strings_], a)
		default:
			families[a.family] = append(families[a.family], a)
		}
	}
	complete = len(families) <= 1
	switch {
	case formed && len(families[strings_]) == 0 && len(families) > 0:
		return nil, false // the other families have no witnesses of a given form
	case len(families) == 0:
		families[strings_] = nil
	}
	for f, atoms := range families {
		var texts []string
		var globs []glob
		for _, a := range atoms {
			texts = append(texts, a.texts...)
			globs = append(globs, a.globs...)
		}
		var more []string
		ok := true
		switch f {
		case strings_:
			if formed {
				globs = append(globs, form)
			}
			more, ok = j.witnessStrings(globs)
		case booleans:
			more = []string{"true", "false"}
		case numbers:
			more, ok = j.witnessNumbers(texts)
		case dates:
			more = witnessDates(texts)
		case addresses:
			more = witnessAddresses(texts)
		case binaries:
			more = witnessBinaries(texts)
		}
		for _, v := range more {
			if readable(f, v) {
				values = append(values, v)
			} else {
				ok = false
			}
		}
		complete = complete && ok
	}
	slices.Sort(values)
	return slices.Compact(values), complete
}
