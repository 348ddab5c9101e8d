package enginetest_test

import (
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// appliedWorld is a world with a plan in it. It is made with appliers in all accounts, whom its transfers name as operators.
type appliedWorld struct {
	name string
	make func(*testing.T) (*xaccttest.Cloud, kittest.Appliers, *xacct.Plan)
}

// play makes the world, and applies the plan with what restrict makes of the policies.
func (a appliedWorld) play(t *testing.T, restrict func(all, needed map[string]policy.Document) map[string]policy.Document) (refused map[string]bool, end string) {
	synctest.Test(t, func(t *testing.T) {
		_, appliers, p := a.make(t)
		refused, end = appliers.Apply(t, p, restrict(appliers.Everything(), appliers.Policies(t, p)))
	})
	return refused, end
}

// permission is an action of a statement, or one of its resources.
type permission struct{ account, sid, action, on string }

func (p permission) key() string {
	return p.sid + " " + p.action + kittest.GeneratedID.ReplaceAllString(strings.NewReplacer(accountA, "ACCOUNT", accountB, "ACCOUNT", accountC, "ACCOUNT").Replace(p.on), "$1")
}

func permissions(policies map[string]policy.Document) []permission {
	var out []permission
	for _, account := range slices.Sorted(maps.Keys(policies)) {
		for st := range policies[account].All() {
			actions, _ := st.Actions()
			for _, a := range actions {
				out = append(out, permission{account: account, sid: st.Sid(), action: a})
			}
			resources, _ := st.Resources()
			for _, r := range resources {
				out = append(out, permission{account: account, sid: st.Sid(), on: r})
			}
		}
	}
	return out
}

// withoutPermission are the policies without the one permission.
func withoutPermission(policies map[string]policy.Document, one permission) map[string]policy.Document {
	phases := map[xacct.Phase]policy.Document{xacct.ApplyPhase: policies[one.account]}
	g := grants{one.account: phases}.without(grant{one.account, xacct.ApplyPhase, one.sid, one.action, one.on})
	out := maps.Clone(policies)
	out[one.account] = g[one.account][xacct.ApplyPhase]
	return out
}

// TestPlanOperatorPolicyByEnforcement applies plans by roles that have the plan's own policy and nothing else: no call is refused that an administrator's
// would not be, and all ends as it does with an administrator. Then it takes out every action and every resource once: a call must be refused in some
// world, or the apply end otherwise. Without -faults it takes a sample of the worlds and of them.
func TestPlanOperatorPolicyByEnforcement(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	needed, all := map[string]bool{}, map[string][]string{}
	for i, a := range appliedWorlds() {
		if i%kittest.Sample(4, 1) != 0 {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			free, want := a.play(t, func(all, _ map[string]policy.Document) map[string]policy.Document { return all })
			var list []permission
			refused, end := a.play(t, func(_, needed map[string]policy.Document) map[string]policy.Document {
				list = permissions(needed)
				return needed
			})
			if diff := cmp.Diff(want, end); diff != "" {
				t.Errorf("with the plan's policies it ends otherwise than with an administrator's (-want +got):\n%s", diff)
			}
			if more := kittest.Refused(refused, free); len(more) > 0 {
				t.Fatalf("refused:\n%s", strings.Join(more, "\n"))
			}
			for _, one := range list {
				key := one.key()
				if crc32.ChecksumIEEE([]byte(key))%uint32(kittest.Sample(80*testlimit.UnderRace, 1)) != 0 {
					continue
				}
				all[key] = append(all[key], a.name)
				if needed[key] {
					continue
				}
				refused, end := a.play(t, func(_, policies map[string]policy.Document) map[string]policy.Document {
					return withoutPermission(policies, one)
				})
				needed[key] = end != want || len(kittest.Refused(refused, free)) > 0
			}
		})
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !needed[key] && !optional(key) && kittest.EveryFault() { // another world may need it
			t.Errorf("nothing fails without %s, in any of %s", key, strings.Join(all[key], ", "))
		}
	}
	t.Logf("%d actions and resources, %d needed", len(all), len(needed))
}
