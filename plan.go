package xacct

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/apply"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/part"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/plantext"
	"github.com/xacct/xacct/internal/residue"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// PlanOptions are the settings of [NewPlan] and [NewDestroyPlan]. The zero value is a good choice.
type PlanOptions struct {
	AllowReplace bool // a task may be replaced where AWS cannot change it in place; false blocks such a transfer
	AllowDelete  bool // a task may delete objects at the destination (PreserveDeletedFiles REMOVE), else it is blocked; log groups that were left may go
	CancelRuns   bool // a tear-down may cancel executions under way; false blocks it while there are any
	// DeleteAdopted lets a plan delete what was adopted (see [Adopt]); a task of others that uses it blocks the plan. False leaves it, without our tags.
	DeleteAdopted bool
	// Ownership is the Object Ownership that a tear-down puts back, by the name of a destination bucket whose transfer has DisableACLs. Only the
	// bucket's owner knows what it was before. A bucket that is missing keeps what it has; any other bucket is an error.
	Ownership map[string]s3types.ObjectOwnership
	// HandOver are the accounts that are read and never written: their changes are for their own operators. One that no transfer names, and where
	// nothing lies that a transfer used before, is a warning of [CodeUnknownAccount].
	HandOver []string
	// SCPs are the service control policies of the accounts of principals, RCPs the resource control policies of the accounts of buckets, by
	// account id: for each level of the organisation, the outermost first, its documents. An account that is missing was not given, and the plan
	// says so. An empty list means that there are none.
	SCPs, RCPs map[string][][]policy.Document
	// OrgIDs are the organisations (o-…) of accounts, by account id, for policies that ask for aws:PrincipalOrgID or aws:ResourceOrgID. Of an
	// account that is missing it is unknown. An id of a wrong form is an error. Here, in SCPs and in RCPs an account that no transfer names is
	// normal, and one that is not twelve digits is an error.
	OrgIDs map[string]string
	// Regions are the opt-in Regions that accounts have enabled, by account id, as account:ListRegions tells them. Regions that every account has may
	// stand there too. Any other opt-in Region of such an account counts as not enabled and blocks transfers that use it, unless a call of DataSync there
	// succeeds, which proves it enabled. Of an account without an entry it is unknown then. Only task accounts matter. A wrong name is an error.
	Regions map[string][]string
	// Reported are what operators of other accounts handed back, each by Result.Report. What they say of a policy or of Object Ownership that nobody here can
	// read is a claim: what was handed over counts as done by their word, and a verdict that rests on it stays undetermined. It lifts no blocking
	// finding, and a role is deleted on it only with Override "reported-removal". What does not match what the transfers want now, or is about a role
	// that was made later, counts for nothing and is a warning of [CodeReported]. A time more than five minutes ahead is an error. The plan keeps the claims.
	Reported []*Result
	// Drift makes NewPlan read and show only what differs: the Mode is [Drift], and Findings say what could not be read or told apart. Nothing is checked, not
	// what policies allow, nor whether buckets will do: the plan cannot be applied, handed over or reviewed, which is a *[DriftError]. Not for NewDestroyPlan.
	Drift bool
	// BulkIAM lets the plan read the roles of an account with iam:GetAccountAuthorizationDetails: one call for a page of them, in place of four for each role of
	// the transfers. It reads the whole account, and may raise an alarm there. Where it is refused, roles are read one by one, with a warning that says so.
	BulkIAM     bool
	Override    []string // codes of blocking findings that only warn; see [Overridable]
	Concurrency int      // how many calls go to one service of one account and Region at once; 0 is 16, less is an error
	// LookAtKeys is how many keys below the prefix of each source NewPlan lists, to say in a finding of [CodeSkippedKeys] which of their objects DataSync
	// skips: keys that begin with a slash, that hold //, /./ or /../, or that would be too long at the destination. A call lists 1,000 keys. 0 looks
	// at none, less is an error. A tear-down and Apply look at none: the plan keeps the finding.
	LookAtKeys int
	// Logger gets a record at Debug for each call, with its service, operation, account, Region, attempt, duration, request id and class of error,
	// and at Info one for each change, each finding and the plan. No record has a document, a tag, credentials or a text that may quote one:
	// those are in the plan and in the errors. An attempt is a call of the client, which may retry by itself. Nil logs nothing.
	Logger *slog.Logger
}

// settings are the options that a plan keeps, because Apply keeps to them.
func (o PlanOptions) settings() Settings {
	return Settings{AllowReplace: o.AllowReplace, CancelRuns: o.CancelRuns, DeleteAdopted: o.DeleteAdopted, Ownership: o.Ownership, AllowDelete: o.AllowDelete, HandOver: o.HandOver,
		Override: o.Override, OrgIDs: o.OrgIDs, Regions: o.Regions, SCPs: o.SCPs, RCPs: o.RCPs}
}

// Overridable returns the codes that PlanOptions.Override may hold.
func Overridable() []Code { return slices.Clone(planner.Overridable) }

// Plan is what would be done, and what is known about it. It is data: it can be stored as JSON, reviewed, and applied elsewhere, another day.
type Plan struct {
	Schema    string // the version of the JSON; see UnmarshalJSON
	Mode      Mode
	Transfers []Transfer // what it was made from, by name; Apply derives what it writes from these, not from the texts below
	Settings  Settings   // the options that it was made with
	Changes   []Change   // in the order in which they are shown: by account, then by kind and name
	Findings  []Finding  // by transfer, the heaviest first
}

// MarshalJSON returns the plan as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the plan.
func (p Plan) MarshalJSON() ([]byte, error) {
	type members Plan
	return text.Marshal(members(p))
}

// UnmarshalJSON reads the JSON of a plan and checks it: that this version reads its schema, else the error is a *[SchemaError], and that it is a plan's,
// else the error has [Problems] that name the member. A newer minor version of the schema is refused, because it may hold settings that this version
// would not keep to. A member that this version does not know is therefore a mistake and refused too, and so are members of another letter case or
// twice, null in place of what is not a list, an unknown mode, kind, operation or severity. Whether the transfers are valid is for [Plan.Apply] to
// say. What is for people, such as Detail and Remedy of a finding, is escaped again, because the JSON may have been edited. After an error the plan is as it was.
func (p *Plan) UnmarshalJSON(data []byte) error {
	type members Plan
	var q members
	if err := planner.Decode(data, &q); err != nil {
		return err
	}
	if err := planner.CheckWords(q.Mode, len(q.Transfers), q.Changes, q.Findings); err != nil {
		return err
	}
	planner.EscapeWords(q.Changes, q.Findings)
	*p = Plan(q)
	return nil
}

// internal is the plan as the internal packages take it.
func (p *Plan) internal() *planner.Plan {
	return &planner.Plan{Schema: p.Schema, Mode: p.Mode, Transfers: resolveAll(p.Transfers), Settings: p.Settings, Changes: p.Changes, Findings: p.Findings}
}

// NewPlan reads AWS, compares what it reads with what the transfers want, and says what would change and what the policies will allow. It makes
// read calls only.
//
// It fails for what concerns all transfers: invalid input, as [Problems] that name the field or entry, a client that is missing or belongs to another
// account, a cancelled context.
// Everything else is a blocking finding of the transfer that it concerns, and the other transfers are not affected.
func NewPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	return newPlan(ctx, SetUp, c, transfers, optFns)
}

// NewDestroyPlan plans to remove what is provably ours, and nothing else: the task, its locations, our statements in policies, and the roles
// last, because the owner of a bucket cannot write a policy that names a deleted role. Transferred objects and given roles and locations stay.
// Object Ownership stays too, unless PlanOptions.Ownership puts it back. Like [NewPlan] it makes read calls only.
func NewDestroyPlan(ctx context.Context, c Clients, transfers []Transfer, optFns ...func(*PlanOptions)) (*Plan, error) {
	return newPlan(ctx, TearDown, c, transfers, optFns)
}

func newPlan(ctx context.Context, mode Mode, c Clients, transfers []Transfer, optFns []func(*PlanOptions)) (*Plan, error) {
	var o PlanOptions
	option.Apply(&o, optFns)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	reading := planner.Reading{Concurrency: o.Concurrency, LookAtKeys: o.LookAtKeys, Reported: o.Reported, Drift: o.Drift, BulkIAM: o.BulkIAM}
	made, err := planner.New(client.WithLogger(ctx, o.Logger), mode, c.set(), resolveAll(transfers), o.settings(), reading)
	if err != nil {
		return nil, err
	}
	made.Log(ctx, o.Logger)
	p := &Plan{Schema: made.Schema, Mode: made.Mode, Settings: made.Settings, Changes: made.Changes, Findings: made.Findings}
	for _, t := range made.Transfers {
		p.Transfers = append(p.Transfers, given(t.Given))
	}
	slices.SortFunc(p.Transfers, func(x, y Transfer) int { return cmp.Compare(x.Name, y.Name) })
	return p, nil
}

// Empty reports whether Apply would make no change with the clients that the plan was made with. What is blocked or handed over does not count:
// see Findings and Changes for that. Of a plan of the mode [Drift] it reports whether nothing differs of what could be read.
func (p *Plan) Empty() bool {
	return !slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Op != NoOp && c.Hold == "" })
}

// Held returns the changes of ours that are held back. Reason says for whom or why, and what would end it. A plan that is Empty may hold some: then
// nothing is left that these clients could do. What is done by somebody's report is not among them.
func (p *Plan) Held() []Change { return plantext.Held(p.Changes, p.Findings) }

// For returns the part of the plan that is for one account's operator: its changes, to be applied with that account's clients, the transfers that
// touch the account, and the findings that concern the changes. What other accounts have to do first stands in Requires. Of the settings it has what
// Apply needs there: the SCPs, RCPs, organisation and opt-in Regions of that account alone, and Ownership of its own buckets. Nothing in it names an account, bucket
// or policy of a transfer that does not touch the account, but what stands in the account's own policies. A finding that rests on such
// a thing, or on an SCP or RCP of another account, alone or with others, keeps its Severity and Code and says that it is not told; it still names
// a deciding statement of the account's own. Of an account that the plan does not know,
// the part has no transfers and no changes, and its blocking finding, of [CodeUnknownAccount], says so: applying it is a *[BlockedError].
func (p *Plan) For(account string) *Plan {
	cut := part.Of(p.internal(), account)
	q := &Plan{Schema: cut.Schema, Mode: cut.Mode, Settings: cut.Settings, Changes: cut.Changes, Findings: cut.Findings}
	for _, t := range cut.Transfers {
		q.Transfers = append(q.Transfers, p.Transfers[p.transfer(t.Name)])
	}
	return q
}

// transfer is the index of the transfer of that name, -1 if the plan has none.
func (p *Plan) transfer(name string) int {
	return slices.IndexFunc(p.Transfers, func(t Transfer) bool { return t.Name == name })
}

// Explain connects an error of a transfer's run, or of its start, with what the plan found about that transfer. If the error is about access, it
// returns an *[AccessTestError] that wraps it, with the end that it is about, the plan's verdict on that end, and a Hint that follows from both.
// A message may name an end by its location (loc-…), which the plan knows if the location was there when the plan was made.
// Any other error comes back as it is, and so does one that Apply has explained already, or one of a transfer that is not in the plan. Nil is nil.
func (p *Plan) Explain(transfer string, err error) error {
	i := p.transfer(transfer)
	if i < 0 {
		return err
	}
	at := check.Locations{}
	for _, c := range p.Changes {
		if c.Kind == DataSyncLocation && slices.Contains(c.Transfers, transfer) {
			at[c.Side] = append(at[c.Side], c.ARN)
		}
	}
	return check.Explain(p.Findings, p.Transfers[i].resolve(), at, err)
}

// Residue looks for what is left of the plan's transfers after a tear-down: roles, locations and tasks with our tags, statements with our Sids,
// and what AWS and the runs of the task made on our behalf. What could not be looked at is an item too, with Unknown set. Nothing of ours is left if
// no item is Ours and none is Unknown.
//
// The list is nil if a read failed that concerns everything. Otherwise it is complete, and the error joins what a caller has to decide on before more
// is known: an *[AmbiguousError] where several resources are tagged as ours, a *[WrongOwnerError] where a bucket is not proved to be the account's.
// Residue.Err has the error of each item.
func (p *Plan) Residue(ctx context.Context, c Clients) ([]Residue, error) {
	if len(p.Transfers) == 0 {
		return nil, errors.New("plan: it has no transfers, so that there is nothing to look for: see its findings")
	}
	return residue.Find(ctx, c.set(), resolveAll(p.Transfers))
}

// String returns the plan as text for people: what changes in which account, what was checked, what stands in the way, what is unknown, and what would
// help. Of more than three transfers it sums up what is made, deleted and allowed, a line for each transfer; [Plan.Details] has every line. The same
// plan always gives the same text, without a newline at its end.
func (p *Plan) String() string { return plantext.Short(p.text()) }

// Details returns the text of [Plan.String] with a line for every change, statement and check, however many transfers the plan has.
func (p *Plan) Details() string { return plantext.Long(p.text()) }

func (p *Plan) text() *plantext.Plan {
	out := &plantext.Plan{Mode: p.Mode, Changes: p.Changes, Findings: p.Findings}
	for _, t := range p.Transfers {
		out.Transfers = append(out.Transfers, t.Name)
		out.TaskAccounts = append(out.TaskAccounts, cmp.Or(t.TaskAccount, t.Source.Account))
	}
	return out
}

// ApplyOptions are the settings of [Plan.Apply]. The zero value is a good choice.
type ApplyOptions struct {
	OnEvent     func(Event)  // called for each step, in order and never concurrently; it must return soon; nil is none
	Concurrency int          // how many calls go to one service of one account and Region at once; 0 is 16, less is an error
	Logger      *slog.Logger // gets calls as PlanOptions.Logger does, and at Info the findings and each step of a change; nil logs nothing

	// Budget is how long to retry a call that the policies allow and that a new role or policy does not allow yet; 0 is 2 minutes, less is an error.
	Budget time.Duration

	// Settle is how long to look for what a call with a lost answer made, and for a written policy to show; 0 is 30 seconds, less is an error.
	Settle time.Duration

	// Grace is how long Apply goes on after its context has ended, to finish what it has sent and look at what became of it; 0 is a minute, less is an
	// error. A write that is not answered by then is cut off, and may have been carried out or not: the next plan shows it.
	Grace time.Duration
}

// Apply makes the changes of the plan that are not on hold. It reads AWS again first, and derives everything that it writes from the plan's
// transfers and from what it reads, never from the plan's texts. What is as desired already is left alone, and statements of others are merged
// again. A resource of ours that was changed since the plan was made is a *[StaleError]. When a change fails, those that require it are skipped
// and the others go on.
//
// The Result is nil only if no change was begun. All failures are joined in the error. A change that waits for another account's operator is
// not a failure.
//
// Once ctx has ended, no further write is begun. One that was sent is waited for within ApplyOptions.Grace.
func (p *Plan) Apply(ctx context.Context, c Clients, optFns ...func(*ApplyOptions)) (*Result, error) {
	var o ApplyOptions
	option.Apply(&o, optFns)
	return apply.Run(ctx, p.internal(), c.set(), apply.Options(o))
}
