package xacct

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/residue"
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
}

// settings are the options that the plan keeps, because Apply has to know them.
func (o PlanOptions) settings() Settings {
	return Settings{AllowReplace: o.AllowReplace, CancelRuns: o.CancelRuns, Ownership: o.Ownership, AllowDelete: o.AllowDelete, HandOver: o.HandOver,
		Override: o.Override, OrgIDs: o.OrgIDs, SCPs: o.SCPs, RCPs: o.RCPs}
}

// Overridable are the codes that PlanOptions.Override may hold. The others have no meaning that could be overridden.
func Overridable() []Code { return slices.Clone(planner.Overridable) }

// Plan is what would be done, and what is known about it. It is data: it can be stored as JSON, reviewed, and applied elsewhere, another day.
type Plan struct {
	Schema    string // of the JSON
	Mode      Mode
	Transfers []Transfer // what it was made from; Apply derives what to write from these, not from the texts below
	Settings  Settings   // what it was made with
	Changes   []Change   // in the order in which they are shown: by account, then by kind and name
	Findings  []Finding
}

// draft is the plan as the machinery takes it.
func (p *Plan) draft() *planner.Plan {
	return &planner.Plan{Schema: p.Schema, Mode: p.Mode, Transfers: resolveAll(p.Transfers), Settings: p.Settings, Changes: p.Changes, Findings: p.Findings}
}

// NewPlan reads AWS, compares it with what the transfers want, and says what would change and who will be let in. It only reads.
//
// It fails for what concerns all transfers: invalid input, a client that is missing or belongs to another account, a cancelled context.
// All else is a blocking finding of the transfer it concerns, and the others proceed.
func NewPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	return makePlan(ctx, SetUp, c, transfers, optFns)
}

// NewDestroyPlan plans the way back: the task, its locations, our statements in bucket policies, and the roles last, because a bucket
// policy that names a deleted role can no longer be written by its owner. It deletes what is provably ours and nothing else: transferred
// objects, given roles and locations stay as they are, and so does object ownership unless PlanOptions.Ownership asks otherwise.
// Like [NewPlan] it only reads.
func NewDestroyPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	return makePlan(ctx, TearDown, c, transfers, optFns)
}

func makePlan(ctx context.Context, mode Mode, c Clients, transfers []Transfer, optFns []func(*PlanOptions)) (*Plan, error) {
	o := PlanOptions{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	option.Apply(&o, optFns)
	d, err := planner.New(ctx, mode, c.set(), resolveAll(transfers), o.settings(), o.Concurrency)
	if err != nil {
		return nil, err
	}
	p := &Plan{Schema: d.Schema, Mode: d.Mode, Transfers: slices.Clone(transfers), Settings: d.Settings, Changes: d.Changes, Findings: d.Findings}
	slices.SortFunc(p.Transfers, func(x, y Transfer) int { return cmp.Compare(x.Name, y.Name) })
	if o.Logger != nil {
		o.Logger.Info("xacct plan", "mode", string(p.Mode), "transfers", len(p.Transfers), "changes", len(p.Changes), "findings", len(p.Findings))
	}
	return p, nil
}

// Empty reports whether nothing is left that the clients it was made with could do. What is blocked or handed over does not count:
// the one is in the Findings, the other in the Changes.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Op != NoOp && c.Hold == "" })
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

// transfer is the index of the transfer of that name; -1 if the plan has none.
func (p *Plan) transfer(name string) int {
	return slices.IndexFunc(p.Transfers, func(t Transfer) bool { return t.Name == name })
}

// Explain links an error of a transfer's run, or of its start, to what the plan said of that transfer: the *[AccessTestError] that it returns
// wraps the error, and has the end that it is about and the verdict on it in its Hint. An error that is not about access, that has its
// verdict already, as those of Apply, or of a transfer that the plan has not, comes back as it is; nil is nil.
func (p *Plan) Explain(transfer string, err error) error {
	i := p.transfer(transfer)
	if i < 0 {
		return err
	}
	return check.Explain(p.Findings, p.Transfers[i].resolve(), err)
}

// Residue looks for what is left of the plan's transfers: roles, locations and tasks that bear our mark, statements that bear our Sids, and
// what AWS and the runs of the task have made on our behalf. What could not be looked at is in the list too, never left out. If no item is
// Ours and none is "not known", nothing of ours is left. The error is that of a read that concerns everything.
func (p *Plan) Residue(ctx context.Context, c Clients) ([]Residue, error) {
	return residue.Find(ctx, c.set(), resolveAll(p.Transfers))
}

// String is the plan as text for people: what changes in which account, what was checked, and what is unknown. It ends without a newline.
// The same plan always prints the same text.
func (p *Plan) String() string { return p.draft().Text() }
