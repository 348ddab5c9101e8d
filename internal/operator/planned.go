package operator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Planned is a plan as far as it says what its operators call. It may come from elsewhere and may have been edited.
type Planned struct {
	Mode       plan.Mode
	CancelRuns bool // a tear-down may cancel executions
	Transfers  []*transfer.Transfer
	Changes    []plan.Change
	Findings   []plan.Finding
}

// PlanPolicy returns what whoever applies the plan needs in the account: the reads by which an apply begins, and the writes of the changes there that
// are not blocked, or blocked for want of permissions alone. It is the zero Document if an apply reads and writes nothing there. The text of the plan decides nothing but which of the calls
// that xacct makes are allowed, and on what of the account: another call, account or a pattern in place of a name is a *[plan.MismatchError].
func PlanPolicy(account string, p Planned) (policy.Document, error) {
	if p.Mode == plan.Drift {
		return policy.Document{}, &plan.DriftError{Use: "applied"}
	}
	if err := transfer.Validate(p.Transfers); err != nil {
		return policy.Document{}, err
	}
	if known := p.accounts(); !slices.Contains(known, account) {
		return policy.Document{}, fmt.Errorf("operator policy: the plan has nothing for account %q: it knows %s",
			account, cmp.Or(strings.Join(known, ", "), "no account"))
	}
	g := &planGrants{account: account, plan: p}
	g.reads()
	var errs []error
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Account == account {
			if err := g.change(c); err != nil {
				errs = append(errs, &plan.MismatchError{Change: c.ID, Detail: err.Error()})
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return policy.Document{}, err
	}
	statements := g.statements()
	if len(statements) == 0 {
		return policy.Document{}, nil
	}
	d := policy.New(statements)
	if used, _ := d.Size(policy.Identity); used > managedSize {
		return policy.Document{}, fmt.Errorf("operator policy: %d of %d characters: plan fewer transfers at a time, or use OperatorPolicies",
			used, managedSize)
	}
	return d, nil
}

// CallsOf returns the resources on which the changes of the transfer write in the task account, by action. The reads of an apply are among them.
func CallsOf(t *transfer.Transfer, p Planned) map[string][]string {
	p.Transfers = []*transfer.Transfer{t}
	g := &planGrants{account: t.TaskAccount, plan: p}
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Account == g.account && slices.Contains(c.Transfers, t.Name) {
			_ = g.change(c) // the planner's own changes are as they should be
		}
	}
	out := map[string][]string{}
	for _, actions := range g.actions {
		for action, resources := range actions {
			out[action] = append(out[action], resources...)
		}
	}
	return out
}

// accounts are those that the transfers name or that changes are in, sorted. A plan without transfers is for nobody to apply.
func (p Planned) accounts() []string {
	if len(p.Transfers) == 0 {
		return nil
	}
	var out []string
	for _, t := range p.Transfers {
		out = append(out, t.Accounts()...)
	}
	for _, c := range p.Changes {
		out = append(out, c.Account)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// grantKey is what actions and resources have in common that may stand in one statement.
type grantKey struct{ sid, serviceKey string }

// planGrants collects the actions of one account and the resources of each.
type planGrants struct {
	account string
	plan    Planned
	keys    []grantKey // in the order in which they were added
	actions map[grantKey]map[string][]string
}

// allow adds an action on resources to the statement of the Sid, unless an earlier one allows it. serviceKey is as in Need.
func (g *planGrants) allow(sid, serviceKey, action string, resources ...string) {
	k := grantKey{sid, serviceKey}
	if g.actions == nil {
		g.actions = map[grantKey]map[string][]string{}
	}
	for _, r := range resources {
		if slices.ContainsFunc(g.keys, func(have grantKey) bool {
			return have.serviceKey == serviceKey && slices.Contains(g.actions[have][action], r)
		}) {
			continue
		}
		if g.actions[k] == nil {
			g.keys, g.actions[k] = append(g.keys, k), map[string][]string{}
		}
		g.actions[k][action] = append(g.actions[k][action], r)
	}
}

// statements are the collected actions, those with the same resources in one statement. Further statements of a Sid get a number.
func (g *planGrants) statements() policy.Statements {
	var out policy.Statements
	for _, k := range g.keys {
		byResources := map[string][]string{}
		for action, resources := range g.actions[k] {
			slices.Sort(resources)
			on := strings.Join(resources, "\n")
			byResources[on] = append(byResources[on], action)
		}
		groups := make([]string, 0, len(byResources))
		for on, actions := range byResources {
			slices.Sort(actions)
			groups = append(groups, on)
		}
		slices.SortFunc(groups, func(a, b string) int { return cmp.Compare(byResources[a][0], byResources[b][0]) })
		for i, on := range groups {
			st := policy.Allow(byResources[on]...).WithSid(k.sid).On(strings.Split(on, "\n")...)
			if i > 0 {
				st = st.WithSid(fmt.Sprintf("%s%d", k.sid, i+1))
			}
			if k.serviceKey != "" {
				st = st.When(policy.StringEquals(k.serviceKey, region.DataSync(g.partition())))
			}
			out = append(out, st)
		}
	}
	return out
}

// partition is that of the account.
func (g *planGrants) partition() string {
	for _, t := range g.plan.Transfers {
		if slices.Contains(t.Accounts(), g.account) {
			return t.Partition
		}
	}
	for _, c := range g.plan.Changes { // of what a transfer used before
		for _, t := range g.plan.Transfers {
			if c.Account == g.account && slices.Contains(c.Transfers, t.Name) {
				return t.Partition
			}
		}
	}
	return g.plan.Transfers[0].Partition
}

// reads adds what an apply reads in the account before it writes: all that the transfers use, and what the changes tell of beyond that.
func (g *planGrants) reads() {
	resources := Scopes(g.account, g.plan.Transfers)
	for _, n := range slices.Concat(TaskNeeds, bucketNeeds, dataNeeds, logNeeds, keyNeeds) {
		if slices.Contains(n.Phases, plan.PlanPhase) {
			for _, action := range n.Actions {
				g.allow(n.sid, n.ServiceKey, action, resources[n.On]...)
			}
		}
	}
	for _, name := range g.ownerless() {
		g.allow("ReadBuckets", "", "s3:GetBucketPolicy", region.Bucket(g.partition(), name))
	}
}

// ownerless are the buckets of locations that the transfers leave, without those whose policies the plan changes. Whose they are nobody knows before
// an apply has tried to read their policies in every account.
func (g *planGrants) ownerless() []string {
	known := map[string]bool{}
	for _, t := range g.plan.Transfers {
		for _, side := range transfer.Sides {
			known[t.End(side).Bucket] = true
		}
	}
	for _, c := range g.plan.Changes {
		known[c.Name] = known[c.Name] || c.Kind == plan.BucketPolicy
	}
	var out []string
	for _, c := range g.plan.Changes {
		if name, _, ok := location.ParseURI(c.Name); c.Kind == plan.DataSyncLocation && ok && !known[name] && bucketName(name) == nil {
			out = append(out, name)
		}
	}
	return out
}

// bucketName refuses what is no name of a bucket, above all patterns.
func bucketName(name string) error {
	if name == "" || strings.ContainsAny(name, "*?$/:") {
		return fmt.Errorf("its name %q is no bucket's", name)
	}
	return nil
}

// readAlso adds the reads of the need with that Sid, on a resource that the transfers may not name.
func (g *planGrants) readAlso(needs []Need, sid string, resource string) {
	i := slices.IndexFunc(needs, func(n Need) bool { return n.sid == sid })
	for _, action := range needs[i].Actions {
		g.allow(sid, "", action, resource)
	}
}
