package enginetest_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

func operatorRole(account string, phase xacct.Phase) string {
	return "arn:aws:iam::" + account + ":role/operator-" + string(phase)
}

// grants are the documents of the operators, by account and phase.
type grants map[string]map[xacct.Phase]policy.Document

func grantsOf(t *testing.T, tr xacct.Transfer) grants {
	t.Helper()
	out := grants{}
	for _, account := range []string{accountA, accountB} {
		out[account] = map[xacct.Phase]policy.Document{}
		for _, phase := range []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase} {
			d, err := xacct.OperatorPolicy(account, []xacct.Transfer{tr}, phase)
			if err != nil {
				t.Fatal(err)
			}
			out[account][phase] = d
		}
	}
	return out
}

// grant is one action of one statement, or one of its resources.
type grant struct {
	account string
	phase   xacct.Phase
	sid     string
	action  string // "" is all
	on      string // likewise
}

// key is the same for the same statement of the same phase, whichever account has it.
func (g grant) key() string {
	return fmt.Sprintf("%s: %s %s", g.phase, g.sid, g.action+strings.NewReplacer(accountA, "ACCOUNT", accountB, "ACCOUNT").Replace(g.on))
}

func (g grants) all() []grant {
	var out []grant
	for _, account := range slices.Sorted(maps.Keys(g)) {
		for _, phase := range slices.Sorted(maps.Keys(g[account])) {
			for st := range g[account][phase].All() {
				actions, _ := st.Actions()
				for _, a := range actions {
					out = append(out, grant{account, phase, st.Sid(), a, ""})
				}
				resources, _ := st.Resources()
				for _, r := range resources {
					out = append(out, grant{account, phase, st.Sid(), "", r})
				}
			}
		}
	}
	return out
}

// without are the documents without one action, or without one resource.
func (g grants) without(one grant) grants {
	out := grants{}
	for account, phases := range g {
		out[account] = maps.Clone(phases)
	}
	var kept policy.Statements
	for st := range g[one.account][one.phase].All() {
		if st.Sid() == one.sid {
			actions, _ := st.Actions()
			actions = slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == one.action })
			resources, _ := st.Resources()
			resources = slices.DeleteFunc(slices.Clone(resources), func(r string) bool { return r == one.on })
			if len(actions) == 0 || len(resources) == 0 {
				continue
			}
			st = policy.Allow(actions...).WithSid(st.Sid()).On(resources...).When(st.Conditions()...)
		}
		kept = append(kept, st)
	}
	out[one.account][one.phase] = policy.New(kept)
	return out
}

// operate plays the whole life of the transfer, and says what went wrong: an error, a finding, or a call that was refused.
func (o operated) operate(t *testing.T, restrict func(grants) grants) (wrong error) {
	cloud := o.world(t)
	tr := o.make(cloud)
	g := restrict(grantsOf(t, tr))
	as := func(phase xacct.Phase) xacct.Clients {
		out := xacct.Clients{}
		for account := range g {
			out[account] = cloud.ClientsAs(operatorRole(account, phase))
		}
		return out
	}
	for account, phases := range g {
		for phase, d := range phases {
			if d.Len() == 0 {
				cloud.AddRole(account, "operator-"+string(phase))
				continue
			}
			cloud.AddRole(account, "operator-"+string(phase), d)
		}
	}
	cloud.ResetCalls()
	defer func() {
		for _, c := range cloud.Calls() {
			if wrong == nil && awserr.Denied(c.Err) && !ofPlanner(c, cmp.Or(tr.TaskAccount, tr.Source.Account)) {
				wrong = fmt.Errorf("refused: %v", c)
			}
		}
	}()
	cloud.Intercept(loseFirst())
	return life(t.Context(), cloud, as, tr)
}

// ofPlanner reports whether the call reads the role that plans, or the one that applies outside the task account: an operator's policy cannot tell which
// role that is, unless Operators names it.
func ofPlanner(call xaccttest.Call, taskAccount string) bool {
	name := ""
	switch in := call.Input.(type) {
	case *iam.GetRoleInput:
		name = *in.RoleName
	case *iam.ListRolePoliciesInput:
		name = *in.RoleName
	case *iam.ListAttachedRolePoliciesInput:
		name = *in.RoleName
	}
	return name == "operator-"+string(xacct.PlanPhase) || name == "operator-"+string(xacct.ApplyPhase) && call.Account != taskAccount
}

// loseFirst loses the answer of the first call of every operation that makes or starts something.
func loseFirst() func(context.Context, xaccttest.Call, func() error) error {
	var once onceEach
	return func(_ context.Context, c xaccttest.Call, next func() error) error {
		err := next()
		if err == nil && (strings.HasPrefix(c.Operation, "Create") || strings.HasPrefix(c.Operation, "Start")) && once.first(c.Operation) {
			return xaccttest.Fault(500, "InternalFailure", "the answer got lost")
		}
		return err
	}
}

var everyLife = flag.Bool("every-life", false, "try every action and resource in every life, also those that are known to be needed from another")

// optional reports whether nothing needs to fail without the action or resource: the policy of a bucket is emptied only where a transfer that had
// statements there wants none any more, which no life here does; and of AWS's own policies the in-memory AWS has AdministratorAccess alone, which is not read.
func optional(key string) bool {
	return strings.HasPrefix(key, "apply: EmptyBuckets ") || strings.HasSuffix(key, "ReadPolicies arn:aws:iam::aws:policy/*")
}

// TestOperatorPoliciesByEnforcement plays each life with the operators' policies, and then once for every action and every resource of a
// statement without it: something must then fail, or it is not needed. What is not needed in one life may be in another. Without -faults it
// takes a sample of them.
func TestOperatorPoliciesByEnforcement(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	needed, all := map[string]bool{}, map[string][]string{}
	lives := 0
	for _, o := range operatedTransfers {
		t.Run(o.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var list []grant
				if err := o.operate(t, func(g grants) grants { list = g.all(); return g }); err != nil {
					t.Fatalf("with the whole policies: %v", err)
				}
				lives++
				for _, one := range list {
					key := one.key()
					if crc32.ChecksumIEEE([]byte(key))%uint32(kittest.Sample(60*testlimit.UnderRace, 1)) != 0 {
						continue
					}
					all[key] = append(all[key], o.name)
					if needed[key] && !*everyLife {
						continue
					}
					lives++
					if err := o.operate(t, func(g grants) grants { return g.without(one) }); err != nil {
						needed[key] = true
					}
				}
			})
		})
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !needed[key] && !optional(key) {
			t.Errorf("nothing fails without %s, in any of %s", key, strings.Join(all[key], ", "))
		}
	}
	t.Logf("%d lives, %d actions and resources of statements and phases, %d needed", lives, len(all), len(needed))
}

// onceEach tells the first time of each name.
type onceEach struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (o *onceEach) first(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	first := !o.seen[name]
	o.seen[name] = true
	return first
}
