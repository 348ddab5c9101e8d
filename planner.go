package xacct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// draft is a plan: what would be done for transfers that are resolved.
type draft struct {
	Schema    string
	Mode      plan.Mode
	Transfers []*transfer.Transfer
	Settings  plan.Settings
	Changes   []plan.Change
	Findings  []plan.Finding
}

// overridable are the codes that Settings.Override may hold.
var overridable = []plan.Code{plan.CodeACLsEnabled, plan.CodeDenied, plan.CodeKeyNotListed, plan.CodeKeyUnusable, plan.CodeRequesterPays}

// newPlan reads AWS and plans in the direction of the mode.
func newPlan(ctx context.Context, mode plan.Mode, c client.Set, transfers []*transfer.Transfer, s plan.Settings, concurrency int) (*draft, error) {
	if err := judgeInput(transfers, s); err != nil {
		return nil, err
	}
	read, err := survey.Read(ctx, c, transfers, concurrency, nil)
	if err != nil {
		return nil, err
	}
	b := newBuilder(mode, read.Snapshot, transfers, s, read.Callers)
	b.planAll()
	return b.result(), nil
}

// judgeInput judges the transfers and the settings of a plan.
func judgeInput(transfers []*transfer.Transfer, s plan.Settings) error {
	if len(transfers) == 0 {
		return errors.New("plan: no transfers were given: give at least one")
	}
	if err := transfer.Validate(transfers); err != nil {
		return err
	}
	for _, code := range s.Override {
		if !slices.Contains(overridable, code) {
			return fmt.Errorf("plan: Override %q is not a code that can be overridden: use one of %s", code, strings.Join(overridable, ", "))
		}
	}
	return ownership(s, transfers)
}

// blockingOf are the blocking findings, by transfer.
func blockingOf(findings []plan.Finding) map[string][]plan.Finding {
	m := map[string][]plan.Finding{}
	for _, f := range findings {
		if f.Severity == plan.Blocking {
			m[f.Transfer] = append(m[f.Transfer], f)
		}
	}
	return m
}

// builder turns a snapshot into a plan.
type builder struct {
	mode      plan.Mode
	snap      *snapshot.Snapshot
	transfers []*transfer.Transfer
	settings  plan.Settings
	callers   map[string]string // by account: the ARN of who plans
	ids       map[string]string // unique id → role ARN
	desired   desired.Set       // what the transfers being planned want, and what they have left
	held      map[string]bool   // transfers that were blocked when the plan to be applied was made

	changes  []plan.Change
	findings []plan.Finding
	orphans  map[string]bool // IDs of changes that delete what is ours and unused: what they delete has its ARN in the change
}

func newBuilder(mode plan.Mode, s *snapshot.Snapshot, transfers []*transfer.Transfer, settings plan.Settings, callers map[string]string) *builder {
	return &builder{mode: mode, snap: s, transfers: transfers, settings: settings, callers: callers, ids: s.RoleIDs(), orphans: map[string]bool{}}
}

// planAll finds out which transfers are blocked, then plans the changes of the others together and those of the blocked ones on hold, so
// that one bad bucket never holds up the rest.
func (b *builder) planAll() {
	b.plan(b.transfers)
	b.check()
	b.override()
	blocked := b.blocked()
	if len(blocked) == 0 {
		return
	}
	findings := b.findings
	b.changes = nil
	b.plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return blocked[t.Name] }))
	free := b.changes
	b.changes = nil
	b.plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return !blocked[t.Name] }))
	held := b.changes
	for i := range held {
		c := &held[i]
		if slices.ContainsFunc(free, func(f plan.Change) bool { return f.ID == c.ID }) {
			c.ID += "#blocked"
		}
		if c.Op != plan.NoOp {
			c.Hold, c.Reason = plan.Blocked, "see the findings of "+strings.Join(c.Transfers, ", ")
		}
	}
	b.changes, b.findings = append(free, held...), findings
}

// blocked are the transfers of which nothing is to be done.
func (b *builder) blocked() map[string]bool {
	out := maps.Clone(b.held)
	if out == nil {
		out = map[string]bool{}
	}
	for name := range blockingOf(b.findings) {
		out[name] = true
	}
	return out
}

// override turns the overridden blocking findings into warnings that say so.
func (b *builder) override() {
	for i := range b.findings {
		f := &b.findings[i]
		if f.Severity == plan.Blocking && slices.Contains(b.settings.Override, f.Code) {
			f.Severity, f.Overridden = plan.Warning, true
		}
	}
}

// find adds a finding for each of the transfers.
func (b *builder) find(transfers []*transfer.Transfer, f plan.Finding) {
	for _, name := range desired.Names(transfers) {
		f.Transfer = name
		if !slices.ContainsFunc(b.findings, func(g plan.Finding) bool {
			return g.Code == f.Code && g.Transfer == f.Transfer && g.Subject == f.Subject && g.Detail == f.Detail
		}) {
			b.findings = append(b.findings, f)
		}
	}
}

// handedOver reports whether the account's changes are for its own operator, because we have no client for it or were told so.
func (b *builder) handedOver(account string) bool {
	ok := b.snap.Readable[account]
	return !ok || slices.Contains(b.settings.HandOver, account)
}

// canRead reports whether the account can be looked at.
func (b *builder) canRead(account string) bool {
	return b.snap.Readable[account]
}

// result is what was planned, in the order in which it is shown.
func (b *builder) result() *draft {
	p := &draft{Schema: plan.Schema, Mode: b.mode, Transfers: slices.Clone(b.transfers), Settings: b.settings, Changes: b.changes, Findings: b.findings}
	slices.SortFunc(p.Transfers, func(x, y *transfer.Transfer) int { return cmp.Compare(x.Name, y.Name) })
	sortChanges(p.Changes, p.Transfers)
	slices.SortStableFunc(p.Findings, func(x, y plan.Finding) int {
		return cmp.Or(cmp.Compare(x.Transfer, y.Transfer), cmp.Compare(weight(y.Severity), weight(x.Severity)), cmp.Compare(codeOrder(x.Code), codeOrder(y.Code)))
	})
	return p
}

func weight(s plan.Severity) int {
	return slices.Index([]plan.Severity{plan.Info, plan.Warning, plan.Blocking}, s)
}

// kindOrder is the order in which kinds are shown, which is also one in which they could be made.
var kindOrder = []plan.Kind{plan.IAMRole, plan.BucketPolicy, plan.KeyPolicy, plan.BucketOwnership, plan.LogPolicy, plan.DataSyncLocation, plan.DataSyncTask}

// sortChanges puts the accounts of tasks first.
func sortChanges(changes []plan.Change, transfers []*transfer.Transfer) {
	taskAccount := map[string]bool{}
	for _, t := range transfers {
		taskAccount[t.TaskAccount] = true
	}
	rank := func(account string) int {
		if taskAccount[account] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(changes, func(a, b plan.Change) int {
		return cmp.Or(cmp.Compare(rank(a.Account), rank(b.Account)), cmp.Compare(a.Account, b.Account),
			cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
			cmp.Compare(orderKey(&a), orderKey(&b)), cmp.Compare(a.ID, b.ID))
	})
}

// orderKey sorts changes of one kind in one account: by transfer, sources before destinations, what belongs to both ends by name.
func orderKey(c *plan.Change) string {
	if c.Side == "" {
		return c.Name
	}
	return fmt.Sprintf("%s\x00%d", strings.Join(c.Transfers, ","), sideOrder(c.Side))
}

func sideOrder(s plan.Side) int { return slices.Index(transfer.Sides, s) }

// facts are what the snapshot settles.
func (b *builder) facts() plan.Facts {
	return snapshot.Facts(b.snap, b.transfers, b.settings, b.callers, b.ids)
}
