package authz_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy/authz"
)

// assignment is one way in which the unknown keys of a request turn out.
type assignment struct {
	choice []int // index of the value of each unknown key
	effect authz.Effect
}

// assignmentsOf decides the complete request for every combination of values of the unknown keys.
func assignmentsOf(r authz.Request, p authz.Policies, open []int) []assignment {
	var out []assignment
	choice := make([]int, len(open))
	for {
		full := r
		full.Context = maps.Clone(r.Context)
		full.Complete = true
		for i, k := range open {
			assume1(&full, unknownValues[k].key, unknownValues[k].values[choice[i]])
		}
		out = append(out, assignment{slices.Clone(choice), authz.Decide(full, p).Effect})
		i := 0
		for ; i < len(open); i++ {
			if choice[i]++; choice[i] < len(unknownValues[open[i]].values) {
				break
			}
			choice[i] = 0
		}
		if i == len(open) {
			return out
		}
	}
}

// expect returns the three-valued answer that follows from all assignments, and the keys that matter.
func expect(all []assignment, open []int) (authz.Effect, []string) {
	allowed := map[string]bool{}
	effects := map[authz.Effect]int{}
	for _, w := range all {
		effects[w.effect]++
		allowed[fmt.Sprint(w.choice)] = w.effect == authz.Allowed
	}
	switch n := len(all); {
	case effects[authz.Allowed] == n:
		return authz.Allowed, nil
	case effects[authz.ExplicitlyDenied] == n:
		return authz.ExplicitlyDenied, nil
	case effects[authz.Allowed] == 0:
		return authz.ImplicitlyDenied, nil
	}
	var keys []string
	for i, k := range open {
		matters := slices.ContainsFunc(all, func(w assignment) bool {
			for v := range unknownValues[k].values {
				other := slices.Clone(w.choice)
				other[i] = v
				if allowed[fmt.Sprint(other)] != (w.effect == authz.Allowed) {
					return true
				}
			}
			return false
		})
		if matters {
			keys = append(keys, unknownValues[k].key)
		}
	}
	slices.Sort(keys)
	return authz.Undetermined, keys
}

// checkAssignments compares the answer for unknown keys with those for all their values.
func checkAssignments(t *testing.T, s *source) (d authz.Decision) {
	p := s.policies()
	r, open := s.request()
	got := authz.Decide(r, p)
	effect, keys := expect(assignmentsOf(r, p, open), open)
	if got.Effect != effect || !slices.Equal(got.DependsOn, keys) {
		t.Errorf("got %s depends on %v, but deciding for every value gives %s depends on %v\nrequest %+v\n%s", got.Effect, got.DependsOn, effect, keys, r, show(p, got))
	}
	if got.Effect.Denied() && len(got.Deciding) == 0 {
		t.Errorf("%s, and no statement or layer says why\nrequest %+v\n%s", got.Effect, r, show(p, got))
	}
	return got
}

func show(p authz.Policies, d authz.Decision) string {
	var b strings.Builder
	for _, d := range p.Identity {
		fmt.Fprintf(&b, "identity %s\n", d.Bytes())
	}
	fmt.Fprintf(&b, "resource %s\nboundary %s\nsession %s\nSCPs %v\nRCPs %v\n", p.Resource.Bytes(), p.Boundary.Bytes(), p.Session.Bytes(), p.SCPs, p.RCPs)
	for _, m := range d.Explain() {
		fmt.Fprintln(&b, m)
	}
	return b.String()
}

// An answer is undetermined if and only if the answers for the values of the unknown keys differ, and it names exactly the keys that
// make them differ.
func TestUndeterminedMeansIt(t *testing.T) {
	rounds := 800
	if testing.Short() || testlimit.UnderRace > 1 {
		rounds = 300
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	seen := map[authz.Effect]int{}
	for range rounds {
		s := &source{bytes: make([]byte, 64)}
		for i := range s.bytes {
			s.bytes[i] = byte(rnd.Uint32())
		}
		seen[checkAssignments(t, s).Effect]++
		if t.Failed() {
			return
		}
	}
	for e := authz.Undetermined; e <= authz.ExplicitlyDenied; e++ {
		t.Logf("%s: %d", e, seen[e])
		if seen[e] < rounds/100 {
			t.Errorf("only %d of %d cases ended %s", seen[e], rounds, e)
		}
	}
}

func FuzzWorlds(f *testing.F) {
	f.Add([]byte("any choice will do"))
	f.Fuzz(func(t *testing.T, b []byte) { checkAssignments(t, &source{bytes: b}) })
}
