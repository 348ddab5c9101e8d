package xacct

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// receiptSchema is the version of a receipt's JSON; it changes like that of a plan.
const receiptSchema = "1.0"

// Receipt is the record of one run: what was planned, what ran and what arrived. It is data, to be kept as JSON, because DataSync forgets a run
// after 30 days (https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html). It holds no secrets, but the names of accounts,
// buckets and roles.
type Receipt struct {
	Schema   string
	Written  time.Time
	Transfer Transfer // as it was planned
	Plan     string   // the digest of the plan, see [Plan.Digest]

	// Policies are the digests of the documents in force when the receipt was written, by what they belong to: "trust ROLE-ARN",
	// "policy NAME of ROLE-ARN", "boundary of ROLE-ARN", "bucket NAME", "key ARN", "log policy NAME in REGION". Every role that DataSync uses is
	// among them, given ones too. NotRead has the documents that could not be read, and why.
	Policies map[string]string
	NotRead  map[string]string `json:",omitempty"`

	TaskARN      string
	ExecutionARN string
	Mode         dstypes.TaskMode
	Verdict      string    // complete, with exceptions, failed or cancelled
	ErrorCode    string    `json:",omitempty"`
	ErrorDetail  string    `json:",omitempty"`
	Start        time.Time `json:",omitzero"`
	Launch       time.Time `json:",omitzero"` // when the run left the queue
	End          time.Time `json:",omitzero"`
	Seconds      float64   // from launch to end
	Options      task.Options
	Counters     task.Counters
	Exceptions   []task.Exception    `json:",omitempty"`
	Report       *task.ReportOutcome `json:",omitempty"` // of the task report, if there was one

	// OwnershipConfirmed says who confirmed, by bucket, that its ACLs are disabled, where nobody could look: see the function of that name.
	OwnershipConfirmed map[string]string `json:",omitempty"`

	// RequestIDs are the AWS request ids of the writes that set the transfer up, by the ID of the change, and of the start, by "start". The events
	// are found by them in CloudTrail.
	RequestIDs map[string][]string `json:",omitempty"`
}

// MarshalJSON returns the receipt as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the receipt.
func (r Receipt) MarshalJSON() ([]byte, error) {
	type members Receipt
	return text.Marshal(members(r))
}

// Digest returns "sha256:" and the hash of the plan's JSON in hexadecimal. It is equal for plans that say the same, and so for a plan and what was read
// from its JSON. Whoever can edit a plan file has the power of its applier: compare the digest of what is applied with that of what was reviewed. The
// digest is no signature, because it can be computed anew for an edited plan: keep it where the file's editors cannot write, or sign it.
func (p *Plan) Digest() (string, error) {
	if p == nil {
		return "", errors.New("digest of the plan: there is no plan")
	}
	return text.Digest(p)
}

// Receipt records a run of the transfer. result is what became of the plan's changes, nil if nothing was applied now; outcome is how the run ended.
// Receipt reads the policies in force and changes nothing. What cannot be read is in NotRead and is no error. A run of a task that is no longer the
// transfer's is refused: write the receipt before the task is replaced.
func (p *Plan) Receipt(ctx context.Context, c Clients, transfer string, result *Result, outcome *task.Outcome) (*Receipt, error) {
	written, err := p.Receipts(ctx, c, result, map[string]*task.Outcome{transfer: outcome})
	return written[transfer], err
}

// Receipts records runs of several transfers, by name, as [Plan.Receipt] does that of one, and reads what they share once. The error joins those of runs
// that are refused; the others have their receipts. If it is about the clients or a transfer is invalid, there is no receipt.
func (p *Plan) Receipts(ctx context.Context, c Clients, result *Result, outcomes map[string]*task.Outcome) (map[string]*Receipt, error) {
	names := slices.Sorted(maps.Keys(outcomes))
	transfers := make([]Transfer, len(names))
	for n, name := range names {
		switch i := p.transfer(name); {
		case i < 0:
			return nil, fmt.Errorf("receipt: the plan has no transfer %q", name)
		case outcomes[name] == nil:
			return nil, fmt.Errorf("receipt of %s: the run has no outcome: wait for its end first", name)
		default:
			transfers[n] = p.Transfers[i]
		}
	}
	planDigest, err := p.Digest()
	if err != nil {
		return nil, err
	}
	force, err := survey.InForce(ctx, c.set(), resolveAll(transfers))
	if err != nil {
		return nil, err
	}
	out, errs := map[string]*Receipt{}, []error(nil)
	for i, t := range transfers {
		ran := taskOf(outcomes[t.Name].ExecutionARN)
		if force[i].TaskARN != "" && force[i].TaskARN != ran {
			errs = append(errs, fmt.Errorf("receipt of %s: the run is one of %s, and the transfer's task is %s", t.Name, ran, force[i].TaskARN))
			continue
		}
		out[t.Name] = newReceipt(t, planDigest, force[i], result, outcomes[t.Name])
	}
	return out, errors.Join(errs...)
}

func newReceipt(t Transfer, planDigest string, force survey.Force, result *Result, outcome *task.Outcome) *Receipt {
	r := &Receipt{
		Schema: receiptSchema, Written: time.Now().UTC(), Transfer: t, Plan: planDigest,
		TaskARN: taskOf(outcome.ExecutionARN), ExecutionARN: outcome.ExecutionARN, Mode: outcome.Mode, Verdict: outcome.Verdict.String(),
		ErrorCode: outcome.ErrorCode, ErrorDetail: outcome.ErrorDetail, Start: outcome.StartTime.UTC(), Launch: outcome.LaunchTime.UTC(), End: outcome.EndTime.UTC(),
		Seconds: outcome.Duration.Seconds(), Options: outcome.Options, Counters: outcome.Counters, Exceptions: outcome.Exceptions(),
	}
	if outcome.Report.Status != "" {
		r.Report = &outcome.Report
	}
	r.Policies, r.NotRead = force.Digests(text.Sum)
	r.RequestIDs = result.RequestIDs(t.Name)
	if outcome.RequestID != "" {
		r.RequestIDs["start"] = []string{outcome.RequestID}
	}
	return r
}

// taskOf is the ARN of an execution's task.
func taskOf(executionARN string) string {
	arn, _, _ := strings.Cut(executionARN, "/execution/")
	return arn
}
