package planner

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

// Plan is a plan: what would be done for transfers that are resolved.
type Plan struct {
	Schema    string
	Mode      plan.Mode
	Transfers []*transfer.Transfer
	Settings  plan.Settings
	Changes   []plan.Change
	Findings  []plan.Finding
}

// Overridable are the codes that Settings.Override may hold.
var Overridable = []plan.Code{plan.CodeACLsEnabled, plan.CodeDenied, plan.CodeKeyNotListed, plan.CodeKeyUnusable, plan.CodeRequesterPays}

// New reads AWS and plans in the direction of the mode.
func New(ctx context.Context, mode plan.Mode, c client.Set, transfers []*transfer.Transfer, s plan.Settings, concurrency int) (*Plan, error) {
	if err := CheckInput(transfers, s); err != nil {
		return nil, err
	}
	read, err := survey.Read(ctx, c, transfers, concurrency, nil)
	if err != nil {
		return nil, err
	}
	b := NewBuilder(mode, read.Snapshot, transfers, s, read.Callers)
	b.PlanAll()
	return b.result(), nil
}

// CheckInput judges the transfers and the settings of a plan.
func CheckInput(transfers []*transfer.Transfer, s plan.Settings) error {
	if len(transfers) == 0 {
		return errors.New("plan: no transfers were given: give at least one")
	}
	if err := transfer.Validate(transfers); err != nil {
		return err
	}
	for _, code := range s.Override {
		if !slices.Contains(Overridable, code) {
			return fmt.Errorf("plan: Override %q is not a code that can be overridden: use one of %s", code, strings.Join(Overridable, ", "))
		}
	}
	return ownership(s, transfers)
}

// BlockingByTransfer are the blocking findings, by transfer.
func BlockingByTransfer(findings []plan.Finding) map[string][]plan.Finding {
	m := map[string][]plan.Finding{}
	for _, f := range findings {
		if f.Severity == plan.Blocking {
			m[f.Transfer] = append(m[f.Transfer], f)
		}
	}
	return m
}

// Builder turns a snapshot into a plan.
type Builder struct {
	mode      plan.Mode
	Snap      *snapshot.Snapshot
	transfers []*transfer.Transfer
	settings  plan.Settings
	callers   map[string]string // by account: the ARN of who plans
	Ids       map[string]string // unique id → role ARN
	Desired   desired.Set       // what the transfers being planned want, and what they have left
	Held      map[string]bool   // transfers that were blocked when the plan to be applied was made

	Changes  []plan.Change
	Findings []plan.Finding
	Orphans  map[string]bool // IDs of changes that delete what is ours and unused: what they delete has its ARN in the change
}

func NewBuilder(mode plan.Mode, s *snapshot.Snapshot, transfers []*transfer.Transfer, settings plan.Settings, callers map[string]string) *Builder {
	return &Builder{mode: mode, Snap: s, transfers: transfers, settings: settings, callers: callers, Ids: s.RoleIDs(), Orphans: map[string]bool{}}
}

// PlanAll finds out which transfers are blocked, then plans the changes of the others together and those of the blocked ones on hold, so
// that one bad bucket never holds up the rest.
func (b *Builder) PlanAll() {
	b.Plan(b.transfers)
	b.check()
	b.override()
	blocked := b.Blocked()
	if len(blocked) == 0 {
		return
	}
	findings := b.Findings
	b.Changes = nil
	b.Plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return blocked[t.Name] }))
	free := b.Changes
	b.Changes = nil
	b.Plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return !blocked[t.Name] }))
	held := b.Changes
	for i := range held {
		c := &held[i]
		if slices.ContainsFunc(free, func(f plan.Change) bool { return f.ID == c.ID }) {
			c.ID += "#blocked"
		}
		if c.Op != plan.NoOp {
			c.Hold, c.Reason = plan.Blocked, "see the findings of "+strings.Join(c.Transfers, ", ")
		}
	}
	b.Changes, b.Findings = append(free, held...), findings
}

// Blocked are the transfers of which nothing is to be done.
func (b *Builder) Blocked() map[string]bool {
	out := maps.Clone(b.Held)
	if out == nil {
		out = map[string]bool{}
	}
	for name := range BlockingByTransfer(b.Findings) {
		out[name] = true
	}
	return out
}

// override turns the overridden blocking findings into warnings that say so.
func (b *Builder) override() {
	for i := range b.Findings {
		f := &b.Findings[i]
		if f.Severity == plan.Blocking && slices.Contains(b.settings.Override, f.Code) {
			f.Severity, f.Overridden = plan.Warning, true
		}
	}
}

// find adds a finding for each of the transfers.
func (b *Builder) find(transfers []*transfer.Transfer, f plan.Finding) {
	for _, name := range desired.Names(transfers) {
		f.Transfer = name
		if !slices.ContainsFunc(b.Findings, func(g plan.Finding) bool {
			return g.Code == f.Code && g.Transfer == f.Transfer && g.Subject == f.Subject && g.Detail == f.Detail
		}) {
			b.Findings = append(b.Findings, f)
		}
	}
}

// handedOver reports whether the account's changes are for its own operator, because we have no client for it or were told so.
func (b *Builder) handedOver(account string) bool {
	ok := b.Snap.Readable[account]
	return !ok || slices.Contains(b.settings.HandOver, account)
}

// CanRead reports whether the account can be looked at.
func (b *Builder) CanRead(account string) bool {
	return b.Snap.Readable[account]
}

// result is what was planned, in the order in which it is shown.
func (b *Builder) result() *Plan {
	p := &Plan{Schema: plan.Schema, Mode: b.mode, Transfers: slices.Clone(b.transfers), Settings: b.settings, Changes: b.Changes, Findings: b.Findings}
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

// Facts are what the snapshot settles.
func (b *Builder) Facts() plan.Facts {
	return snapshot.Facts(b.Snap, b.transfers, b.settings, b.callers, b.Ids)
}
