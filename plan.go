package xacct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/policy"
)

// PlanOptions are the settings of [NewPlan] and [NewDestroyPlan].
type PlanOptions struct {
	AllowReplace bool // let a task be replaced where AWS cannot change it in place; false blocks such a transfer
	AllowDelete  bool // let a transfer delete objects at the destination (PreserveDeletedFiles REMOVE); false blocks it
	CancelRuns   bool // let a tear-down cancel the executions under way; false blocks it while there are any
	// Ownership is the Object Ownership that a tear-down puts back, by the name of a destination bucket whose transfer has DisableACLs: what
	// the bucket had before, which only its owner knows. A bucket that is missing keeps what it has; other buckets are an error.
	Ownership map[string]s3types.ObjectOwnership

	HandOver []string // accounts that are read but never written: their changes are for their own operator

	// SCPs of the accounts of principals and RCPs of the accounts of buckets, by account id: for each level of the organisation, outermost
	// first, its documents. An account that is missing was not given, and the plan says so; an empty list is "there are none".
	SCPs, RCPs map[string][][]policy.Document

	// OrgIDs are the organisations (o-…) of accounts, by account id, for policies that ask for aws:PrincipalOrgID or aws:ResourceOrgID.
	// An account that is missing is not known to be in one.
	OrgIDs map[string]string

	Override    []string     // codes of blocking findings that are to be warnings; see [Overridable]
	Concurrency int          // how many calls go to one service of one account and Region at once; 0 is 16
	Logger      *slog.Logger // nil logs nothing

	callers map[string]string // by account: the ARN of who plans
	handed  []string          // further accounts that a plan to be applied names
}

// Overridable are the codes that PlanOptions.Override may hold. The others have no meaning that could be overridden.
func Overridable() []Code {
	return []Code{CodeACLsEnabled, CodeDenied, CodeKeyNotListed, CodeKeyUnusable, CodeRequesterPays}
}

// schema is the version of a plan's JSON: of one with the same number before the dot, what is newer can read what is older.
const schema = "1.0"

// Mode is the direction of a plan.
type Mode string

const (
	SetUp    Mode = "set-up"    // made by NewPlan
	TearDown Mode = "tear-down" // made by NewDestroyPlan
)

// Plan is what would be done, and what is known about it. It is data: it can be stored as JSON, reviewed, and applied elsewhere, another day.
type Plan struct {
	Schema    string // of the JSON
	Mode      Mode
	Transfers []Transfer // what it was made from; Apply derives what to write from these, not from the texts below
	Settings  Settings   // what it was made with
	Changes   []Change   // in the order in which they are shown: by account, then by kind and name
	Findings  []Finding
}

// Settings are the options that Apply has to know about.
type Settings struct {
	AllowReplace bool                               `json:",omitempty"`
	CancelRuns   bool                               `json:",omitempty"`
	Ownership    map[string]s3types.ObjectOwnership `json:",omitempty"`
	AllowDelete  bool                               `json:",omitempty"`
	HandOver     []string                           `json:",omitempty"`
	Override     []string                           `json:",omitempty"`
	OrgIDs       map[string]string                  `json:",omitempty"`
	SCPs         map[string][][]policy.Document     `json:",omitempty"`
	RCPs         map[string][][]policy.Document     `json:",omitempty"`
}

// Empty reports whether nothing is left that the clients it was made with could do. What is blocked or handed over does not count:
// the one is in the Findings, the other in the Changes.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.writes() })
}

// For is the plan of the operator of one account: its changes, to be applied with that account's clients. What the other accounts still
// have to do stands in Requires.
func (p *Plan) For(account string) *Plan {
	q := &Plan{Schema: p.Schema, Mode: p.Mode, Transfers: p.Transfers, Settings: p.Settings}
	q.Settings.HandOver = slices.DeleteFunc(slices.Clone(p.Settings.HandOver), func(a string) bool { return a == account })
	mine := map[string]bool{}
	for _, c := range p.Changes {
		if c.Account != account {
			continue
		}
		if c.Hold == Handover {
			c.Hold, c.Reason = "", ""
		}
		q.Changes = append(q.Changes, c)
		for _, t := range c.Transfers {
			mine[t] = true
		}
	}
	for _, f := range p.Findings {
		if f.Account == account || f.Account == "" && f.Transfer == "" || mine[f.Transfer] && (f.Account == "" || f.Severity == Blocking) {
			q.Findings = append(q.Findings, f)
		}
	}
	return q
}

// blocking are the blocking findings, by transfer.
func (p *Plan) blocking() map[string][]Finding {
	m := map[string][]Finding{}
	for _, f := range p.Findings {
		if f.Severity == Blocking {
			m[f.Transfer] = append(m[f.Transfer], f)
		}
	}
	return m
}

// NewPlan reads AWS, compares it with what the transfers want, and says what would change and who will be let in. It only reads.
//
// It fails for what concerns all transfers: invalid input, a client that is missing or belongs to another account, a cancelled context.
// All else is a blocking finding of the transfer it concerns, and the others proceed.
func NewPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	c, o, err := prepare(ctx, c, transfers, optFns)
	if err != nil {
		return nil, err
	}
	snap, err := observe(ctx, c, transfers)
	if err != nil {
		return nil, err
	}
	b := newBuilder(SetUp, snap, transfers, o)
	b.planAll()
	return b.plan(), nil
}

// prepare judges the input of a plan and proves whose the clients are. The clients returned are steady.
func prepare(ctx context.Context, c Clients, transfers []Transfer, optFns []func(*PlanOptions)) (Clients, PlanOptions, error) {
	var o PlanOptions
	for _, fn := range optFns {
		fn(&o)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if len(transfers) == 0 {
		return nil, o, errors.New("plan: no transfers were given: give at least one")
	}
	if err := validateAll(transfers); err != nil {
		return nil, o, err
	}
	for _, code := range o.Override {
		if !slices.Contains(Overridable(), code) {
			return nil, o, fmt.Errorf("plan: Override %q is not a code that can be overridden: use one of %s", code, strings.Join(Overridable(), ", "))
		}
	}
	if err := o.ownership(transfers); err != nil {
		return nil, o, err
	}
	accounts := accountsOf(c, transfers)
	for _, account := range o.handed {
		if _, ok := c[account]; ok && !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
	}
	if len(accounts) == 0 {
		return nil, o, fmt.Errorf("plan: Clients hold none of the transfers' accounts: give a client for at least one, such as Clients[%q]", transfers[0].taskAccount())
	}
	if err := c.complete(transfers); err != nil {
		return nil, o, err
	}
	var err error
	c = c.steady(o.Concurrency)
	o.callers, err = identify(ctx, c, accounts)
	return c, o, err
}

// complete reports the clients that the transfers need and that are nil.
func (c Clients) complete(transfers []Transfer) error {
	var errs []error
	seen := map[ClientError]bool{}
	need := func(account, region, service string, missing bool) {
		e := ClientError{Account: account, Region: region, Service: service}
		if missing && !seen[e] {
			seen[e] = true
			errs = append(errs, &e)
		}
	}
	for _, t := range transfers {
		if ac, ok := c[t.taskAccount()]; ok {
			need(t.taskAccount(), "", "STS", ac.STS == nil)
			need(t.taskAccount(), "", "IAM", ac.IAM == nil)
			if t.logChange() != "" {
				_, err := c.logs(t.taskAccount(), t.Destination.Region)
				need(t.taskAccount(), t.Destination.Region, "CloudWatch Logs", err != nil)
			}
			for _, e := range []Endpoint{t.Source, t.Destination} {
				need(t.taskAccount(), e.Region, "DataSync", ac.DataSync == nil || ac.DataSync(e.Region) == nil)
			}
		}
		for _, e := range []Endpoint{t.Source, t.Destination} {
			if ac, ok := c[e.Account]; ok {
				need(e.Account, "", "STS", ac.STS == nil)
				need(e.Account, e.Region, "S3", ac.S3 == nil || ac.S3(e.Region) == nil)
			}
		}
		for _, key := range t.keySpecs() {
			if ac, ok := c[key.Account()]; ok {
				need(key.Account(), "", "STS", ac.STS == nil)
				_, err := c.kms(key.ARN)
				need(key.Account(), key.Region(), "KMS", err != nil)
			}
		}
	}
	return errors.Join(errs...)
}

// builder turns a snapshot into a plan.
type builder struct {
	mode      Mode
	snap      *snapshot
	transfers []Transfer
	opts      PlanOptions
	ids       map[string]string // unique id → role ARN
	all       wants             // what the transfers being planned want, and what they have left
	held      map[string]bool   // transfers that were blocked when the plan to be applied was made

	changes  []Change
	findings []Finding
}

func newBuilder(mode Mode, s *snapshot, transfers []Transfer, o PlanOptions) *builder {
	return &builder{mode: mode, snap: s, transfers: transfers, opts: o, ids: s.roleIDs()}
}

// planAll finds out which transfers are blocked, then plans the changes of the others together and those of the blocked ones on hold, so
// that one bad bucket never holds up the rest.
func (b *builder) planAll() {
	b.change(b.transfers)
	b.check()
	b.override()
	blocked := b.blocked()
	if len(blocked) == 0 {
		return
	}
	findings := b.findings
	b.changes = nil
	b.change(slices.DeleteFunc(slices.Clone(b.transfers), func(t Transfer) bool { return blocked[t.Name] }))
	free := b.changes
	b.changes = nil
	b.change(slices.DeleteFunc(slices.Clone(b.transfers), func(t Transfer) bool { return !blocked[t.Name] }))
	held := b.changes
	for i := range held {
		c := &held[i]
		if slices.ContainsFunc(free, func(f Change) bool { return f.ID == c.ID }) {
			c.ID += "#blocked"
		}
		if c.Op != NoOp {
			c.Hold, c.Reason = Blocked, "see the findings of "+strings.Join(c.Transfers, ", ")
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
	for name := range (&Plan{Findings: b.findings}).blocking() {
		out[name] = true
	}
	return out
}

// override turns the overridden blocking findings into warnings that say so.
func (b *builder) override() {
	for i := range b.findings {
		f := &b.findings[i]
		if f.Severity == Blocking && slices.Contains(b.opts.Override, f.Code) {
			f.Severity, f.Detail = Warning, f.Detail+" (overridden)"
		}
	}
}

// find adds a finding for each of the transfers.
func (b *builder) find(transfers []Transfer, f Finding) {
	for _, name := range names(transfers) {
		f.Transfer = name
		if !slices.ContainsFunc(b.findings, func(g Finding) bool {
			return g.Code == f.Code && g.Transfer == f.Transfer && g.Subject == f.Subject && g.Detail == f.Detail
		}) {
			b.findings = append(b.findings, f)
		}
	}
}

// handedOver reports whether the account's changes are for its own operator, because we have no client for it or were told so.
func (b *builder) handedOver(account string) bool {
	_, ok := b.snap.clients[account]
	return !ok || slices.Contains(b.opts.HandOver, account)
}

// canRead reports whether the account can be looked at.
func (b *builder) canRead(account string) bool {
	_, ok := b.snap.clients[account]
	return ok
}

func (b *builder) plan() *Plan {
	p := &Plan{Schema: schema, Mode: b.mode, Transfers: slices.Clone(b.transfers), Changes: b.changes, Findings: b.findings,
		Settings: Settings{AllowReplace: b.opts.AllowReplace, CancelRuns: b.opts.CancelRuns, Ownership: b.opts.Ownership, AllowDelete: b.opts.AllowDelete, HandOver: b.opts.HandOver,
			Override: b.opts.Override, OrgIDs: b.opts.OrgIDs, SCPs: b.opts.SCPs, RCPs: b.opts.RCPs}}
	slices.SortFunc(p.Transfers, func(x, y Transfer) int { return cmp.Compare(x.Name, y.Name) })
	sortChanges(p.Changes, p.Transfers)
	slices.SortStableFunc(p.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.Transfer, y.Transfer), cmp.Compare(weight(y.Severity), weight(x.Severity)), cmp.Compare(codeOrder(x.Code), codeOrder(y.Code)))
	})
	return p
}

func weight(s Severity) int { return slices.Index([]Severity{Info, Warning, Blocking}, s) }

// kindOrder is the order in which kinds are shown, which is also one in which they could be made.
var kindOrder = []Kind{IAMRole, BucketPolicy, KeyPolicy, BucketOwnership, LogPolicy, DataSyncLocation, DataSyncTask}

// sortChanges puts the accounts of tasks first.
func sortChanges(changes []Change, transfers []Transfer) {
	taskAccount := map[string]bool{}
	for _, t := range transfers {
		taskAccount[t.taskAccount()] = true
	}
	rank := func(account string) int {
		if taskAccount[account] {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank(a.Account), rank(b.Account)), cmp.Compare(a.Account, b.Account),
			cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)),
			cmp.Compare(a.orderKey(), b.orderKey()), cmp.Compare(a.ID, b.ID))
	})
}

// orderKey sorts changes of one kind in one account: by transfer, sources before destinations, what belongs to both ends by name.
func (c *Change) orderKey() string {
	if c.Side == "" {
		return c.Name
	}
	return fmt.Sprintf("%s\x00%d", strings.Join(c.Transfers, ","), sideOrder(c.Side))
}

func sideOrder(s Side) int { return slices.Index(sides, s) }
