package authz

import (
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// maxKinds bounds how many kinds of values of one key are told apart by listing every combination of answers.
const maxKinds = 1 << 10

// kinds finds the kinds of values that the atoms of u tell apart, by trying values: each gives its answers.
// Where no complete list of values is known, it gives every combination of answers: then more may look possible than is.
func (j *judge) kinds(u *unknownKey) [][]truth {
	first := j.atoms[u.atoms[0]]
	if first.key == "" { // free: each atom may have either answer
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
		return j.try(u, nil, singles(j.facts.choices))
	}
	text, formed := j.facts.form(first.key)
	form := parsePattern(text, style{wild: true}).glob
	values, complete := j.telling(u, form, formed)
	if !complete {
		if n := len(u.atoms); n <= 10 {
			return combinations(n)
		}
		return append(j.try(u, [][]string{nil}, singles(values)), j.perhaps(u))
	}
	lists := singles(values)
	none := [][]string{nil}
	if formed || first.key == keyResourceAccount { // every resource has an owner
		none = nil
	}
	kinds := j.try(u, none, lists)
	if !formed && j.several(u) { // a form is that of one value
		kinds = j.close(u, kinds, lists)
	}
	return kinds
}

// perhaps is a kind of value of which nothing is known.
func (j *judge) perhaps(u *unknownKey) []truth {
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

// try gives the distinct answers of the values; a nil list is an absent key.
func (j *judge) try(u *unknownKey, lists ...[][]string) [][]truth {
	var out [][]truth
	for _, all := range lists {
		for _, values := range all {
			kind := j.answer(u, values)
			if !slices.ContainsFunc(out, func(k []truth) bool { return slices.Equal(k, kind) }) {
				out = append(out, kind)
			}
		}
	}
	return out
}

func (j *judge) answer(u *unknownKey, values []string) []truth {
	kind := make([]truth, len(u.atoms))
	for i, n := range u.atoms {
		kind[i] = truthOf(j.atoms[n].holds(values, values != nil))
	}
	return kind
}

// several reports whether the key may have several values at once, and the policies could tell.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (which keys are multivalued)
func (j *judge) several(u *unknownKey) bool {
	key := u.keys[0]
	if strings.HasPrefix(key, "aws:") && !multivalued[key] {
		return false
	}
	return slices.ContainsFunc(u.atoms, func(n int) bool { return j.atoms[n].lists })
}

// multivalued are the global keys that can have several values.
var multivalued = map[string]bool{
	"aws:calledvia": true, "aws:principalorgpaths": true, "aws:principalservicenameslist": true, "aws:resourceorgpaths": true,
	"aws:sourceorgpaths": true, "aws:tagkeys": true, "aws:vpceorgpaths": true,
}

// close adds the kinds of lists of values. The answers to a list follow from those to its members, so it is enough to go on from one
// list of each kind, by one value at a time.
func (j *judge) close(u *unknownKey, kinds [][]truth, one [][]string) [][]truth {
	var queue [][]string
	seen := kinds
	add := func(list []string) {
		kind := j.answer(u, list)
		if len(seen) < maxKinds && !slices.ContainsFunc(seen, func(k []truth) bool { return slices.Equal(k, kind) }) {
			seen = append(seen, kind)
			queue = append(queue, list)
		}
	}
	queue = append(queue, one...)
	for len(queue) > 0 {
		list := queue[0]
		queue = queue[1:]
		for _, v := range one {
			add(append(slices.Clip(list), v...))
		}
	}
	return seen
}

// telling gives values that between them show every combination of answers the atoms can have; complete is false if that is not sure.
// formed: only values of that form count.
func (j *judge) telling(u *unknownKey, form glob, formed bool) (values []string, complete bool) {
	families := map[family][]*atom{}
	for _, n := range u.atoms {
		a := j.atoms[n]
		switch a.family {
		case nulls: // any value will do
		case arns:
			families[strings_] = append(families[strings_], a)
		default:
			families[a.family] = append(families[a.family], a)
		}
	}
	complete = len(families) <= 1
	switch {
	case formed && len(families[strings_]) == 0 && len(families) > 0:
		return nil, false // a form for numbers and the like tells too little
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
			more, ok = tellingStrings(globs)
			if formed {
				more = slices.DeleteFunc(more, func(v string) bool { return !form.match(v) })
			}
		case booleans:
			more = []string{"true", "false"}
		case numbers:
			more = tellingNumbers(texts)
		case dates:
			more = tellingDates(texts)
		case addresses:
			more = tellingAddresses(texts)
		case binaries:
			more = append(texts, "eGFjY3QgbWF0Y2hlcyBub3RoaW5n")
		}
		values = append(values, more...)
		complete = complete && ok
	}
	slices.Sort(values)
	return slices.Compact(values), complete
}

// tellingNumbers are the numbers in texts, one between each two neighbours, and one on either side.
func tellingNumbers(texts []string) []string {
	var at []*big.Rat
	for _, text := range texts {
		at = appendIf(at, text, parseNumber)
	}
	slices.SortFunc(at, (*big.Rat).Cmp)
	if len(at) == 0 {
		return []string{"0"}
	}
	one := big.NewRat(1, 1)
	all := []*big.Rat{new(big.Rat).Sub(at[0], one), new(big.Rat).Add(at[len(at)-1], one)}
	for i, n := range at {
		all = append(all, n)
		if i > 0 {
			all = append(all, new(big.Rat).Quo(new(big.Rat).Add(at[i-1], n), big.NewRat(2, 1)))
		}
	}
	var out []string
	for _, n := range all {
		digits, _ := n.FloatPrec() // halves of decimals are decimals
		out = append(out, n.FloatString(digits))
	}
	return out
}

func tellingDates(texts []string) []string {
	var at []time.Time
	for _, text := range texts {
		at = appendIf(at, text, parseDate)
	}
	slices.SortFunc(at, time.Time.Compare)
	if len(at) == 0 {
		return []string{"2006-01-02T15:04:05Z"}
	}
	all := []time.Time{at[0].Add(-time.Second), at[len(at)-1].Add(time.Second)}
	for i, t := range at {
		all = append(all, t)
		if i > 0 {
			all = append(all, at[i-1].Add(t.Sub(at[i-1])/2))
		}
	}
	var out []string
	for _, t := range all {
		out = append(out, t.Format(time.RFC3339Nano))
	}
	return out
}

// tellingAddresses are the first address of each range, the one after its last, and the lowest of all: between these nothing changes.
func tellingAddresses(texts []string) []string {
	out := []string{"0.0.0.0", "::"}
	for _, text := range texts {
		p, ok := parseRange(text)
		if !ok {
			continue
		}
		out = append(out, p.Addr().String())
		if next := lastOf(p).Next(); next.IsValid() {
			out = append(out, next.String())
		}
	}
	return out
}

func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}
