package xacct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/report"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/task"
)

// Run is one run of a transfer's task. It has the methods of [task.Execution]; the errors of Watch and Wait are explained by what the plan found, as
// [Plan.Explain] does. The methods may be called from one goroutine at a time.
type Run struct {
	*task.Execution

	plan     *Plan
	clients  Clients
	transfer string
	result   *Result
	words    map[string]string // who confirmed the ownership of objects, by bucket
	outcome  *task.Outcome     // once it was seen
}

// Start runs the task of the transfer and returns once DataSync has accepted the run. The task is that of r, the Result of Apply; if r is nil or has
// none, it is looked up by its tags. A token, a run that is under way and settings of the run's own are options, as for [task.Start].
//
// Before the run is requested, Start proves that the client of the task account is that account's, and as [VerifyOwnership] does, that the objects will
// belong to the destination's owner. Where no client of that owner is given that may look, the word of somebody is needed: see [OwnershipConfirmed]. A report by which
// the plan was made (PlanOptions.Reported) serves too if it says BucketOwnerEnforced.
//
// An error about access is explained by what the plan found, as [Plan.Explain] does. Others are those of [task.Start], an *[IdentityError], an
// *[OwnershipError], an *[AmbiguousError], and a *[BlockedError] once Until has come. A name that the plan does not have is an error that lists its names.
func (p *Plan) Start(ctx context.Context, c Clients, r *Result, transfer string, optFns ...func(*task.StartOptions)) (*Run, error) {
	t, err := p.runnable(transfer)
	if err != nil {
		return nil, err
	}
	var given task.StartOptions
	option.Apply(&given, optFns)
	if err := errors.Join(t.CheckRun(given.Options), report.Check(p.Settings.Reported, "Settings.", time.Now())); err != nil {
		return nil, fmt.Errorf("start of %s: %w", transfer, err)
	}
	arn, err := survey.TaskToRun(ctx, c.set(t.Accounts()...), t, r.TaskARN(transfer))
	if err != nil {
		return nil, p.Explain(transfer, err)
	}
	api, err := c.DataSync(arn)
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	e, err := task.Start(ctx, api, arn, append(slices.Clone(optFns), func(o *task.StartOptions) {
		o.DestinationStorageClass = cmp.Or(o.DestinationStorageClass, t.Destination.StorageClass)
		more := o.Before
		o.Before = func(ctx context.Context) error {
			if err := t.CheckEnd(time.Now()); err != nil {
				return err
			}
			e := t.End(DestinationSide)
			word := cmp.Or(o.OwnershipConfirmed[e.Bucket], p.Settings.OwnershipReported(e.Account, e.Region, e.Bucket))
			if err := survey.ProveOwnership(ctx, c.set(t.Accounts()...), t); err != nil {
				if strings.TrimSpace(word) == "" || !survey.Unproved(err) {
					return err
				}
				words[e.Bucket] = word
			}
			if more == nil {
				return nil
			}
			return more(ctx)
		}
	})...)
	if err != nil {
		return nil, p.Explain(transfer, err)
	}
	return &Run{Execution: e, plan: p, clients: c, transfer: transfer, result: r, words: words}, nil
}

// Attach returns the run of the transfer's task that is under way, or if there is none, the latest. The task is looked up by its tags. It changes
// nothing. A task that never ran is an error, and so is a name that the plan does not have.
func (p *Plan) Attach(ctx context.Context, c Clients, transfer string) (*Run, error) {
	t, err := p.runnable(transfer)
	if err != nil {
		return nil, err
	}
	arn, err := survey.TaskToRun(ctx, c.set(t.Accounts()...), t, "")
	if err != nil {
		return nil, p.Explain(transfer, err)
	}
	api, err := c.DataSync(arn)
	if err != nil {
		return nil, err
	}
	e, err := task.Current(ctx, api, arn)
	if err != nil {
		return nil, p.Explain(transfer, err)
	}
	return &Run{Execution: e, plan: p, clients: c, transfer: transfer}, nil
}

// runnable is the transfer of that name, of a plan to set up.
func (p *Plan) runnable(name string) (*transfer.Transfer, error) {
	i := p.transfer(name)
	switch {
	case i < 0:
		var known []string
		for _, t := range p.Transfers {
			known = append(known, t.Name)
		}
		return nil, fmt.Errorf("run: the plan has no transfer %q; it has %q", name, known)
	case p.Mode == Drift:
		return nil, &DriftError{Use: "run"}
	case p.Mode == TearDown:
		return nil, fmt.Errorf("run of %s: the plan is one to tear down", name)
	}
	t := p.Transfers[i].resolve()
	return t, t.Validate()
}

// Watch is [task.Execution.Watch].
func (r *Run) Watch(ctx context.Context, optFns ...func(*task.WatchOptions)) iter.Seq2[task.Progress, error] {
	return func(yield func(task.Progress, error) bool) {
		for progress, err := range r.Execution.Watch(ctx, optFns...) {
			r.outcome = cmp.Or(progress.Outcome, r.outcome)
			if !yield(progress, r.plan.Explain(r.transfer, err)) {
				return
			}
		}
	}
}

// Wait is [task.Execution.Wait].
func (r *Run) Wait(ctx context.Context, optFns ...func(*task.WatchOptions)) (*task.Outcome, error) {
	out, err := r.Execution.Wait(ctx, optFns...)
	r.outcome = cmp.Or(out, r.outcome)
	return out, r.plan.Explain(r.transfer, err)
}

// Receipt is the record of the run, as [Plan.Receipt] writes it. It waits for the run's end if neither Watch nor Wait has seen it.
func (r *Run) Receipt(ctx context.Context) (*Receipt, error) {
	if r.outcome == nil {
		out, err := r.Execution.Wait(ctx)
		if out == nil {
			return nil, cmp.Or(err, errors.New("receipt: the run has no outcome"))
		}
		r.outcome = out
	}
	receipt, err := r.plan.Receipt(ctx, r.clients, r.transfer, r.result, r.outcome)
	if err == nil && len(r.words) > 0 {
		receipt.OwnershipConfirmed = r.words
	}
	return receipt, err
}

// OwnershipConfirmed returns an option of [Plan.Start] for a bucket whose owner's account has no client, or none that may look: somebody, named by by, has
// confirmed that the bucket's Object Ownership is BucketOwnerEnforced. The word stands in the receipt. Where a client can look, the word counts for
// nothing, and so does one of nobody.
func OwnershipConfirmed(bucket, by string) func(*task.StartOptions) {
	return func(o *task.StartOptions) {
		words := map[string]string{}
		maps.Copy(words, o.OwnershipConfirmed)
		words[bucket], o.OwnershipConfirmed = by, words
	}
}

// VerifyOwnership returns a function for [task.StartOptions].Before. It proves that the objects that a run writes will belong to the owner of the
// destination bucket: a run into another account's bucket that still has ACLs would leave objects that the owner cannot read
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html). A bucket of the task account needs no proof. The error is an
// *[OwnershipError], also if the ownership could not be read, and if the keys of the clients or the accounts, Region or bucket of the transfer
// are not valid.
func VerifyOwnership(c Clients, t Transfer) func(context.Context) error {
	return func(ctx context.Context) error {
		return survey.ProveOwnership(ctx, c.set(t.Destination.Account), t.resolve())
	}
}
