// Package planner turns what was read into a plan: a change for each resource, and findings for all that speaks against it.
//
// [New] reads AWS and plans. A [Builder] plans from a snapshot, for a set-up or a tear-down. Transfers that findings block do not hold up the
// others. Policies that others write too are planned by one policyStep, whatever they belong to.
package planner

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/report"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
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
var Overridable = []plan.Code{plan.CodeACLsEnabled, plan.CodeDenied, plan.CodeKeyNotListed, plan.CodeKeyUnusable, plan.CodeNoOperator, plan.CodeReportedRemoval,
	plan.CodeRequesterPays, plan.CodeWrongOwner}

// Reading says how AWS is read for a plan. It is no part of the plan. Every field may be zero.
type Reading struct {
	Concurrency int  // how many calls go to one service of one account and Region at once; 0 is the default
	Drift       bool // what differs from a set-up is all that is asked for
	BulkIAM     bool // the roles of an account are read with one list of all
	LookAtKeys  int  // how many keys of each source are looked at for a set-up; 0 is none

	Reported []*plan.Result // what operators of other accounts handed in
}

// New reads AWS and plans in the direction of the mode. With Drift it reads only what it compares, and checks nothing.
func New(ctx context.Context, mode plan.Mode, c client.Set, transfers []*transfer.Transfer, s plan.Settings, r Reading) (*Plan, error) {
	claims, ignored, err := report.Claims(r.Reported, time.Now())
	if err := errors.Join(CheckConcurrency(r.Concurrency), checkLookAtKeys(r.LookAtKeys), c.Validate(), CheckInput(transfers, s, ""), err); err != nil {
		return nil, err
	}
	s.Reported = claims
	if mode, err = driftMode(mode, r); err != nil {
		return nil, err
	}
	readAll := survey.ForPlan
	if r.BulkIAM {
		readAll = survey.ForPlanInBulk
	}
	read, err := readAll(ctx, mode, c, transfers, s, r.Concurrency, nil)
	if err != nil {
		return nil, err
	}
	if mode == plan.SetUp {
		read.LookFromOutside(ctx, read.Transfers)
	}
	if r.LookAtKeys > 0 && mode == plan.SetUp {
		if err := read.LookAtKeys(ctx, transfers, r.LookAtKeys); err != nil {
			return nil, err
		}
	}
	if transfers = read.Transfers; mode == plan.TearDown {
		transfers = transfer.WithoutAdoption(transfers)
	}
	b := NewBuilder(mode, read.Snapshot, transfers, s, read.Callers)
	if r.Drift {
		b.mode = plan.SetUp
	}
	b.unfit, b.ignored, b.drift = read.Unfit, ignored, r.Drift
	if err := b.PlanAll(ctx, func(accounts []string) { read.ReadCallers(ctx, accounts) }); err != nil {
		return nil, err
	}
	p := b.result()
	p.Transfers = slices.SortedFunc(slices.Values(read.Transfers), func(x, y *transfer.Transfer) int { return cmp.Compare(x.Name, y.Name) })
	return p, nil
}

// Builder turns a snapshot into a plan.
type Builder struct {
	mode      plan.Mode
	drift     bool // what differs is all that is asked for
	Snap      *snapshot.Snapshot
	transfers []*transfer.Transfer
	settings  plan.Settings
	callers   map[string]string // by account: the ARN of who plans
	Ids       map[string]string // unique id → role ARN
	Desired   desired.Set       // what the transfers being planned want, and what they have left
	Held      map[string]bool   // transfers that were blocked when the plan to be applied was made

	Changes  []plan.Change
	byID     map[string]int            // positions in Changes, of several with one ID the first
	numbered int                       // how many of Changes are in byID
	buckets  map[string]desired.Bucket // the set's, by name
	Findings check.Findings
	policyIndex
	partly   bool            // the transfers that are blocked are left out of what is planned
	deleting map[string]bool // transfers whose tasks delete at their destinations
	unfit    []survey.Unfit
	Causes   map[string][]error // by transfer: the errors that blocking findings come from
	Orphans  map[string]bool    // IDs of changes that delete what is ours and unused: what they delete has its ARN in the change
	Twins    map[string]bool    // IDs of those of a set-up that delete what was made twice

	reports *reports         // nil until they were looked at
	ignored []report.Ignored // of the reports as they were handed in
}

// NewBuilder returns a builder without changes and findings. callers are the ARNs of those whose clients read, by account.
func NewBuilder(mode plan.Mode, s *snapshot.Snapshot, transfers []*transfer.Transfer, settings plan.Settings, callers map[string]string) *Builder {
	return &Builder{mode: mode, Snap: s, transfers: transfers, settings: settings, callers: callers, Ids: s.RoleIDs(), Orphans: map[string]bool{}, Twins: map[string]bool{}, Causes: map[string][]error{},
		deleting: map[string]bool{}}
}

// PlanAll finds out which transfers are blocked, then plans the changes of the others together and those of the blocked ones on hold, so
// that one bad bucket never holds up the rest. readCallers reads the roles of the callers in the accounts, and is called only if one of them has
// something to make or a policy to write there; nil reads none. When ctx ends, PlanAll stops before its next decision and returns the error of ctx; nothing was planned then.
func (b *Builder) PlanAll(ctx context.Context, readCallers func(accounts []string)) error {
	b.Plan(b.transfers)
	b.unfitted(b.unfit)
	b.notInBulk()
	b.reported()
	if b.drift {
		b.differing()
		return ctx.Err()
	}
	b.observed()
	b.foreignBuckets()
	b.readMakers(readCallers)
	b.idleHandOver()
	if err := b.check(ctx); err != nil {
		return err
	}
	b.override()
	if blocked := b.Blocked(); len(blocked) > 0 {
		b.planPartly(blocked)
	}
	return ctx.Err()
}

// planPartly plans the transfers that are not blocked together, and those that are on hold. A transfer that needs a write which only the blocked ones make
// possible is blocked with them.
func (b *Builder) planPartly(blocked map[string]bool) {
	defer func() { b.partly = false }()
	findings := slices.Clone(b.Findings.List) // planning again finds them again
	for {
		b.Changes, b.byID, b.partly = nil, nil, true
		b.Plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return blocked[t.Name] }))
		more := slices.DeleteFunc(slices.Clone(b.Findings.List), func(f plan.Finding) bool {
			return f.Code != plan.CodeDeadPrincipal || f.Severity != plan.Blocking || blocked[f.Transfer]
		})
		if len(more) == 0 {
			break
		}
		findings = append(findings, more...)
		for _, f := range more {
			blocked[f.Transfer] = true
		}
		b.Findings.Restore(slices.Clone(findings))
	}
	free := b.Changes
	b.Changes, b.byID, b.partly = nil, nil, false
	b.Plan(slices.DeleteFunc(slices.Clone(b.transfers), func(t *transfer.Transfer) bool { return !blocked[t.Name] }))
	held, isFree := b.Changes, map[string]bool{}
	for _, c := range free {
		isFree[c.ID] = true
	}
	for i := range held {
		c := &held[i]
		if isFree[c.ID] {
			c.ID += "#blocked"
		}
		if c.Op != plan.NoOp && c.Hold != plan.Reported {
			c.Hold, c.Reason = plan.Blocked, "see the findings of "+text.Few(c.Transfers)
		}
	}
	b.Changes, b.byID = append(free, held...), nil
	b.Findings.Restore(findings)
}

// Plan plans the changes of some of the transfers, all of them together.
func (b *Builder) Plan(transfers []*transfer.Transfer) {
	w := b.Snap.WithFormer(desired.Of(transfers))
	b.Desired, b.policyIndex, b.buckets = w, policyIndex{}, map[string]desired.Bucket{}
	for _, bw := range w.Buckets {
		b.buckets[bw.Spec.Name] = bw
	}
	for _, t := range transfers {
		b.nowGiven(t)
	}
	if b.reports == nil {
		b.readReports()
	}
	if b.mode == plan.TearDown {
		b.tearDown(w)
		return
	}
	b.dropFormerKeyStatements(w)
	b.dropFormerLogPolicies(w)
	for _, bw := range w.Buckets {
		if !bw.Former {
			b.bucket(bw)
		}
	}
	for _, k := range w.Keys {
		if !k.Former {
			b.key(k)
		}
	}
	for _, r := range w.Roles { // after the keys, for whose policies a role may have to wait
		b.role(r)
	}
	for _, l := range w.Logs {
		if !l.Former {
			b.logPolicy(l)
		}
	}
	for _, g := range w.LogGroups {
		if !g.Former {
			b.logGroup(g)
		}
	}
	arns := map[string]string{} // of locations, by change ID
	for _, l := range w.Locations {
		arns[l.ID()] = b.location(l)
	}
	for _, t := range w.Tasks {
		b.task(t, arns)
	}
	for _, f := range check.Overlaps(transfers, b.deleting) {
		b.Findings.Add(f)
	}
	b.dropFormer(w)
	b.dropFormerLogGroups(w)
	b.quotas(w)
}

// Blocked are the transfers of which nothing is to be done.
func (b *Builder) Blocked() map[string]bool {
	out := maps.Clone(b.Held)
	if out == nil {
		out = map[string]bool{}
	}
	for name := range BlockingByTransfer(b.Findings.List) {
		out[name] = true
	}
	return out
}

// override turns the overridden blocking findings into warnings that say so.
func (b *Builder) override() {
	for i := range b.Findings.List {
		f := &b.Findings.List[i]
		if f.Severity == plan.Blocking && slices.Contains(b.settings.Override, f.Code) {
			f.Severity, f.Overridden = plan.Warning, true
		}
	}
}

// check judges every transfer with what was read.
func (b *Builder) check(ctx context.Context) error {
	if b.mode == plan.TearDown {
		return nil
	}
	facts := b.Facts()
	facts.Makers, facts.Writes = b.makers(), b.writes()
	set := func(i int) *transfer.Resources { return b.transfers[i].Resources() }
	if err := check.Each(ctx, len(b.transfers), set, facts, b.Findings.Add); err != nil {
		return err
	}
	for _, t := range b.transfers {
		b.dataBuckets(t)
		if look, asked := b.Snap.SourceKeys[t.Name]; asked {
			for _, f := range check.SourceKeys(t, look) {
				b.Findings.Add(f)
			}
		}
	}
	return nil
}

// Facts are what the snapshot and the clock settle.
func (b *Builder) Facts() plan.Facts {
	f := b.Snap.Facts(b.transfers, b.settings, b.callers)
	f.Now = time.Now().UTC()
	f.Reported = b.factsReported()
	return f
}

// result is what was planned, in the order in which it is shown.
func (b *Builder) result() *Plan {
	p := &Plan{Schema: plan.Schema, Mode: b.mode, Transfers: slices.Clone(b.transfers), Settings: b.settings, Changes: b.Changes, Findings: b.Findings.List}
	slices.SortFunc(p.Transfers, func(x, y *transfer.Transfer) int { return cmp.Compare(x.Name, y.Name) })
	if b.drift {
		p.Mode = plan.Drift
	}
	sortChanges(p.Changes, p.Transfers)
	slices.SortStableFunc(p.Findings, func(x, y plan.Finding) int {
		return cmp.Or(cmp.Compare(x.Transfer, y.Transfer), cmp.Compare(check.Weight(y.Severity), check.Weight(x.Severity)), cmp.Compare(codeOrder(x.Code), codeOrder(y.Code)))
	})
	return p
}

// BlockingByTransfer are the blocking findings, by transfer, in the order in which they are shown.
func BlockingByTransfer(findings []plan.Finding) map[string][]plan.Finding {
	m := map[string][]plan.Finding{}
	for _, f := range findings {
		if f.Severity == plan.Blocking {
			m[f.Transfer] = append(m[f.Transfer], f)
		}
	}
	for _, blocking := range m {
		slices.SortStableFunc(blocking, func(x, y plan.Finding) int { return cmp.Compare(codeOrder(x.Code), codeOrder(y.Code)) })
	}
	return m
}
