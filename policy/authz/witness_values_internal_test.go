package authz

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/policy"
)

// extremes are, by the type of an operator, values of policies and requests: those at the ends of what can be read, those beside them, and some that
// cannot be read.
var extremes = map[family][]string{
	numbers: {
		"0", "-0", "1", "2", "2.5", "1e-300", "1e-405", "-1e-405", "1e405", "-1e405", "1e-999", "-1e-999", "1e999", "-1e999", strings.Repeat("9", 395) + "e999",
		"-" + strings.Repeat("9", 395) + "e999", "." + strings.Repeat("9", 394) + "e-999", strings.Repeat("9", 400), strings.Repeat("9", 401), "1e1000", "x", "",
		"." + strings.Repeat("0", 398) + "1", "1." + strings.Repeat("0", 397) + "1", "+7.", "9E+2",
	},
	dates: {
		"2026", "2026-01", "2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5+01:00", "0000", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:59", "9999",
		"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999999-23:59", "-99999999999",
		"-99999999999.999999999", "-99999999999.5", "99999999999", "99999999999.999999999", "0", "999", "12345", "-12345", "-62167219200", "-62167219201.25",
		"-0001-01-01", "10000-01-01", "100000000000", "x", "2026-01-02T03:04:05.000000001Z",
	},
	booleans: {"true", "false", "TRUE", "False", "x", "", "1"},
	binaries: {"", "eA==", "eHg=", "AA==", "eGFjY3QgbWF0Y2hlcyBub3RoaW5n", "eA", "?", "AAA=", "////"},
	addresses: {
		"0.0.0.0", "0.0.0.0/0", "255.255.255.255", "255.255.255.254/31", "10.0.0.0/24", "10.0.1.0", "::/0", "::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:db8::/32", "::fffe:0:0/96", "::fffe:ffff:ffff", "::ffff:0:0/96", "::ffff:10.0.0.0/120", "::ffff:10.0.0.1", "::ffff:0:0/90", "::1:0:0:0/96", "::1:0:0:0", "::/80",
		"fe80::1%eth0", "x", "", "10.0.0.0/33",
	},
	strings_: {"", "a", "A", "ab", "a*", "*b", "?", "*", "**", "*?*", "x", "y*z", "xyz019~_-", "é", "İ", "K", "\x00"},
	arns: {
		"arn:aws:s:r:1:a", "arn:aws:s:*:1:a", "arn:*:*:*:*:*", "*", "arn:aws:s:r:1:*", "arn:aws:s:r:1:a:b", "arn:aws:s:?:1:a", "arn:aws:s", "", "arn:aws:s::1:", "arn:aws:s:r:1:**a*?",
	},
	nulls: {"true", "false", "x"},
}

// unknownConditions returns a judge, and the key that all conditions are about, as a decision has them.
func unknownConditions(operators []string, values [][]string) (*judge, *unknownKey) {
	j := newJudge(&Request{Principal: "arn:aws:iam::111122223333:role/x", Action: "s3:GetObject", Resource: "*"}, &Policies{}).about()
	u := &unknownKey{keys: []string{"k:x"}}
	for i, op := range operators {
		c := compileCondition(policy.Where(op, "k:x", values[i]...), true)
		u.atoms = append(u.atoms, j.addCondition(&c))
	}
	return j, u
}

// TestWitnessesAreReadable makes up values for every operator and every pair of values of its type: the operator can read each of them, and together
// they show each combination of answers that any value of a request gives.
func TestWitnessesAreReadable(t *testing.T) {
	made := 0
	for _, op := range slices.Sorted(maps.Keys(operators)) {
		f := operators[op].family
		pool := extremes[f]
		if len(pool) == 0 {
			t.Fatalf("no values for %s", op)
		}
		for a := range pool {
			for b := range pool[:a+1] {
				ops, values := []string{op, op}, [][]string{{pool[a]}, {pool[b]}}
				j, u := unknownConditions(ops, values)
				witnesses, complete := j.witnesses(u, glob{}, false)
				for _, v := range witnesses {
					made++
					if !readable(f, v) {
						t.Errorf("%s %q: cannot read %q", op, values, v)
					}
				}
				if !complete && f != dates { // there is nothing readable beyond the first and the last date that is
					t.Errorf("%s %q: incomplete", op, values)
				}
				checkKinds(t, j, u, fmt.Sprintf("%s %q", op, values), f, pool)
			}
		}
	}
	if made == 0 {
		t.Error("no value was made up")
	}
}

// checkKinds tests that each readable value of the pool, and an absent key, is of one of the kinds of u.
func checkKinds(t *testing.T, j *judge, u *unknownKey, about string, f family, pool []string) {
	t.Helper()
	if kinds := j.kinds(u); !slices.ContainsFunc(kinds, func(kind []truth) bool { return slices.Contains(kind, maybe) }) {
		have := map[string]bool{}
		for _, kind := range kinds {
			have[idOf(kind)] = true
		}
		lists := [][]string{nil}
		for _, v := range pool {
			if readable(f, v) {
				lists = append(lists, []string{v})
			}
		}
		for _, list := range lists {
			if !have[idOf(j.answer(u, list))] {
				t.Errorf("%s: none of the %d kinds is that of %.40q", about, len(kinds), list)
			}
		}
	}
}

// TestKindsOfSeveralOperators mixes the operators of a type, each with several values.
func TestKindsOfSeveralOperators(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	byFamily := map[family][]string{}
	for _, op := range slices.Sorted(maps.Keys(operators)) {
		byFamily[operators[op].family] = append(byFamily[operators[op].family], op, op+"IfExists")
	}
	byFamily[nulls] = []string{"null"}
	for _, f := range slices.Sorted(maps.Keys(byFamily)) {
		ops := byFamily[f]
		pool := extremes[f]
		for range 300 {
			var chosen []string
			var values [][]string
			for range 1 + rnd.IntN(4) {
				chosen = append(chosen, ops[rnd.IntN(len(ops))])
				var some []string
				for range 1 + rnd.IntN(3) {
					some = append(some, pool[rnd.IntN(len(pool))])
				}
				values = append(values, some)
			}
			j, u := unknownConditions(chosen, values)
			checkKinds(t, j, u, fmt.Sprintf("%s %.60q", chosen, values), f, pool)
		}
	}
}

// FuzzDates formats every date as a text that is read as the same date.
func FuzzDates(f *testing.F) {
	for _, s := range extremes[dates] {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, ok := parseDate(s)
		if !ok {
			return
		}
		for _, v := range []time.Time{at.Add(-1), at, at.Add(1)} {
			text := formatDate(v)
			if got, ok := parseDate(text); ok && !got.Equal(v) || !ok && v.Equal(at) {
				t.Errorf("%s is read as %s, %v; want %s", text, got, ok, v)
			}
		}
	})
}

// FuzzNumbers writes every number of a policy without its exponent, with all its digits.
func FuzzNumbers(f *testing.F) {
	for _, s := range extremes[numbers] {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseNumber(s)
		if !ok {
			return
		}
		if text := n.FloatString(fractionDigits(s)); len(text) > maxRequestNumber {
			t.Errorf("%q has %d characters", s, len(text))
		} else if got, ok := readNumber(text); !ok || got.Cmp(n) != 0 {
			t.Errorf("%q is written %q", s, text)
		}
	})
}
