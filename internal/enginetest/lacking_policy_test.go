package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestOperatorPolicyOfWhoMayNothing plans while the operators may do nothing yet, and asks what they need: it is what the plan asks for that is not blocked, and
// who has it can apply that one. Where something else blocks the transfer, the reads are all there is.
func TestOperatorPolicyOfWhoMayNothing(t *testing.T) {
	t.Parallel()
	type world struct {
		t     *testing.T
		cloud *xaccttest.Cloud
		tr    *xacct.Transfer
		c     xacct.Clients
	}
	nothing := policy.New(policy.Allow("sts:GetCallerIdentity").On("*"))
	named := func(w world) { w.tr.Operators = []string{w.cloud.AddRole(accountA, "mover", nothing)} }
	for name, tt := range map[string]struct {
		edit   func(world)
		writes bool
	}{
		"an operator that may do nothing": {named, true},
		"an operator that may read":       {func(w world) { w.tr.Operators = []string{w.cloud.AddRole(accountA, "mover", reading)} }, true},
		"an operator that is not there":   {func(w world) { w.tr.Operators = []string{"arn:aws:iam::" + accountA + ":role/mover"} }, true},
		"the caller, nobody named": {func(w world) {
			w.tr.Operators = nil
			w.c[accountA] = w.cloud.ClientsAs(w.cloud.AddRole(accountA, "mover", reading))
		}, true},
		"the bucket's caller, nobody named": {func(w world) {
			w.tr.Operators = nil
			w.cloud.SetBucketPolicy("media-archive", lets(policy.AWS("arn:aws:iam::111122223333:root")))
			w.c[accountB] = w.cloud.ClientsAs(w.cloud.AddRole(accountB, "owner", reading))
		}, true},
		"the task account's clients alone": {func(w world) { named(w); delete(w.c, accountB) }, true},
		"as in the tutorial":               {func(w world) { named(w); w.tr.Grant = xacct.Tutorial }, true},
		"a bucket that is missing too": {func(w world) {
			named(w)
			w.tr.Source.Bucket = "nowhere"
		}, false},
		"a role of somebody else too": {func(w world) {
			named(w)
			w.cloud.AddRole(accountA, "media-archive-source")
		}, false},
		"a role that DataSync may not use too": {func(w world) {
			named(w)
			w.tr.Source.RoleARN = w.cloud.AddRole(accountA, "given", nothing)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.OperatorARN(accountA)
				tr := kittest.Push(cloud)
				w := world{t, cloud, &tr, cloud.Clients()}
				tt.edit(w)
				p := kittest.MustPlan(t, t.Context(), w.c, []xacct.Transfer{tr})
				if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity == xacct.Blocking }) {
					t.Fatalf("nothing is blocked:\n%s", p)
				}
				free := kittest.MustPlan(t, t.Context(), w.c, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Override = xacct.Overridable() })
				for i := range free.Findings { // an operator that is not there cannot be overridden
					if free.Findings[i].Severity == xacct.Blocking && tt.writes {
						free.Findings[i].Severity = xacct.Warning
					}
				}
				for i := range free.Changes {
					if tt.writes {
						free.Changes[i].Hold = ""
					}
				}
				for _, account := range []string{accountA, accountB} {
					for _, of := range []*xacct.Plan{p, p.For(account)} {
						got, err := of.OperatorPolicy(account)
						if err != nil {
							t.Fatal(err)
						}
						want, err := free.OperatorPolicy(account)
						if err != nil {
							t.Fatal(err)
						}
						if diff := cmp.Diff(pairs(want), pairs(got)); tt.writes && diff != "" {
							t.Errorf("account %s (-what is not blocked needs +got):\n%s", account, diff)
						}
						for _, pair := range pairs(got) {
							if !tt.writes && (strings.Contains(pair, ":Create") || strings.Contains(pair, ":Put")) {
								t.Errorf("account %s: %s although something else blocks the transfer", account, pair)
							}
						}
					}
				}
			})
		})
	}
}

// TestOperatorPolicyLeadsOn gives the operators of both accounts what a blocked plan says that they need, plans again and applies as them.
func TestOperatorPolicyLeadsOn(t *testing.T) {
	t.Parallel()
	for _, grant := range []xacct.GrantShape{xacct.ByRole, xacct.ByAccount, xacct.Tutorial} {
		t.Run(string(grant), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Grant = grant
				appliers := kittest.AddAppliers(cloud)
				tr.Operators = []string{appliers.ARNs[accountA]}
				appliers.May(t, map[string]policy.Document{})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				policies := appliers.Policies(t, p)
				if p.Empty() == false {
					t.Fatalf("nothing is blocked:\n%s", p)
				}
				appliers.May(t, policies)
				again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if refused, end := appliers.Apply(t, again, policies); len(refused) > 0 || !strings.HasSuffix(end, "<nil>") {
					t.Errorf("refused %v, ended\n%s\n%s", refused, end, again)
				}
			})
		})
	}
}
