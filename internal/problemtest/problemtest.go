// Package problemtest checks that every rule of a package has a case that it accepts and one that it refuses.
package problemtest

import (
	"slices"
	"testing"

	"github.com/xacct/xacct/problem"
)

// Case is one value, judged by a Validate function.
type Case struct {
	Rule   string // the rule that the case is about
	Name   string
	Refuse bool  // true: Err must hold a problem with the rule's ID; false: it must not
	Err    error // what Validate returned
}

// Run checks the cases, and fails for each rule that lacks an accepting or a refusing one.
func Run(t *testing.T, rules []problem.Rule, cases []Case) {
	t.Helper()
	type seen struct{ accept, refuse bool }
	covered := map[string]*seen{}
	for _, r := range rules {
		if covered[r.ID] != nil {
			t.Errorf("rule %s stands twice in the table", r.ID)
		}
		if r.Text == "" || r.Remedy == "" || r.Source == "" {
			t.Errorf("rule %s lacks its text, remedy or source", r.ID)
		}
		covered[r.ID] = &seen{}
	}
	for _, c := range cases {
		t.Run(c.Rule+"/"+c.Name, func(t *testing.T) {
			s := covered[c.Rule]
			if s == nil {
				t.Fatalf("no rule %q in the table", c.Rule)
			}
			found := slices.ContainsFunc(problem.All(c.Err), func(p *problem.Problem) bool { return p.ID == c.Rule })
			if found != c.Refuse {
				t.Fatalf("refused by %s = %v, want %v: %v", c.Rule, found, c.Refuse, c.Err)
			}
			s.accept = s.accept || !c.Refuse
			s.refuse = s.refuse || c.Refuse
		})
	}
	for _, r := range rules {
		if s := covered[r.ID]; !s.accept {
			t.Errorf("rule %s has no accepting case", r.ID)
		} else if !s.refuse {
			t.Errorf("rule %s has no refusing case", r.ID)
		}
	}
	t.Logf("%d rules, %d cases", len(rules), len(cases))
}
