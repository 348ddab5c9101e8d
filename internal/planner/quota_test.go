package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// TestTaskQuota has tasks of others in the Region beside three transfers: what fits, and what would help.
func TestTaskQuota(t *testing.T) {
	pull := func(g *transfer.Given) {
		g.TaskAccount, g.Operators = accountB, []string{"arn:aws:iam::444455556666:role/ops"}
	}
	local := func(g *transfer.Given) { g.Destination.Account = accountA }
	const raise = "have the quota raised with Service Quotas, or use another account or Region"
	for _, tt := range []struct {
		name         string
		others       int
		edit         func(*transfer.Given)
		detail, help string
	}{
		{"room for many", 80, nil, "", ""},
		{"little room", 88, nil, "account 111122223333 will have 91 tasks in us-east-2; the quota is 100 unless it was raised: 9 are left",
			"make some of the transfers a pull by the TaskAccount 444455556666, " + raise},
		{"just enough", 97, nil, "account 111122223333 will have 100 tasks in us-east-2; the quota is 100 unless it was raised: 0 are left",
			"make some of the transfers a pull by the TaskAccount 444455556666, " + raise},
		{"one too many", 98, nil, "account 111122223333 will have 101 tasks in us-east-2; the quota is 100 unless it was raised: 1 too many, and 2 of the 3 transfers fit",
			"make some of the transfers a pull by the TaskAccount 444455556666, " + raise},
		{"full by others", 130, nil, "account 111122223333 will have 133 tasks in us-east-2; the quota is 100 unless it was raised: 33 too many, and 0 of the 3 transfers fit",
			"make some of the transfers a pull by the TaskAccount 444455556666, " + raise},
		{"of a pull", 99, pull, "account 444455556666 will have 102 tasks in us-east-2; the quota is 100 unless it was raised: 2 too many, and 1 of the 3 transfers fit",
			"make some of the transfers a push by the TaskAccount 111122223333, " + raise},
		{"in one account", 99, local, "account 111122223333 will have 102 tasks in us-east-2; the quota is 100 unless it was raised: 2 too many, and 1 of the 3 transfers fit",
			raise},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var all []transfer.Given
			for i := range 3 {
				g := given(fmt.Sprintf("t%d", i), fmt.Sprintf("media%d", i))
				if tt.edit != nil {
					tt.edit(&g)
				}
				all = append(all, g)
			}
			w := newWorld(all...)
			w.TaskCount[transfer.Place{Account: w.Transfers[0].TaskAccount, Region: "us-east-2"}] = tt.others
			_, p := w.plan()
			var found plan.Finding
			for _, f := range p.Findings {
				if f.Code == plan.CodeSize && strings.HasPrefix(f.Subject, "tasks in ") {
					found = f
				}
			}
			if diff := cmp.Diff([]string{tt.detail, tt.help}, []string{found.Detail, found.Remedy}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if tt.detail != "" && found.Severity != plan.Warning {
				t.Errorf("it is %s: the quota can be raised", found.Severity)
			}
		})
	}
}

// TestFitting has transfers with roles of their own and with roles that they share, and a quota on roles.
func TestFitting(t *testing.T) {
	shared := func(g *transfer.Given) { g.Source.Role.Name, g.Destination.Role.Name = "read", "write" }
	for _, tt := range []struct {
		name  string
		edit  func(i int, g *transfer.Given)
		quota int
		want  int
	}{
		{"two roles each", func(int, *transfer.Given) {}, 8, 4},
		{"half of the roles", func(int, *transfer.Given) {}, 5, 2},
		{"none", func(int, *transfer.Given) {}, 1, 0},
		{"all share two", func(_ int, g *transfer.Given) { shared(g) }, 2, 4},
		{"three share two", func(i int, g *transfer.Given) {
			if i > 0 {
				shared(g)
			}
		}, 3, 1},
		{"one role for both ends", func(i int, g *transfer.Given) {
			g.Source.Role.Name = "both-" + g.Name
			g.Destination.Role.Name = g.Source.Role.Name
		}, 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var all []*transfer.Transfer
			for i := range 4 {
				g := given(fmt.Sprintf("t%d", i), "media")
				g.Source.Prefix, g.Destination.Prefix = g.Name, g.Name
				tt.edit(i, &g)
				all = append(all, transfer.Resolve(g))
			}
			slices.Reverse(all)
			ts, fit := fitting(desired.Of(all).Roles, tt.quota)
			if len(ts) != 4 || ts[0].Name != "t0" || fit != tt.want {
				t.Errorf("%d of %d fit, want %d", fit, len(ts), tt.want)
			}
		})
	}
}

// TestRoleQuota says what would help where roles are too many.
func TestRoleQuota(t *testing.T) {
	b, _ := newWorld(given("t0", "media")).plan()
	before := len(b.Findings.List)
	b.quota([]*transfer.Transfer{transfer.Resolve(given("t0", "media")), transfer.Resolve(given("t1", "media"))}, quota{account: accountA, what: "roles", used: 1002,
		most: rolesPerAccount, fit: 1, beside: ", if the account has no other roles", first: "let several transfers share roles by the same Role.Name, "})
	got := b.Findings.List[before:]
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	want := []string{"account 111122223333 will have 1002 roles; the quota is 1000 unless it was raised: 2 too many, and 1 of the 2 transfers fit, if the account has no other roles",
		"let several transfers share roles by the same Role.Name, make some of the transfers a pull by the TaskAccount 444455556666, have the quota raised with Service Quotas, or use another account or Region"}
	if diff := cmp.Diff(want, []string{got[0].Detail, got[0].Remedy}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
