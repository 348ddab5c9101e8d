package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

// journey is one transfer from the plan to the last trace.
type journey struct {
	clients  xacct.Clients
	transfer xacct.Transfer
	out      output
	watch    func(*task.WatchOptions)
	keep     bool
	ask      func(ctx context.Context, question string) error // whether to write; nil does not ask
	takeAway string                                           // the command that takes away what was made; "" if nothing outlives the program
	dump     func() string                                    // everything in both accounts but the transferred objects; nil where that cannot be had
}

// output is where to print, and whether lines may be rewritten there.
type output struct {
	io.Writer
	terminal bool
}

func (o output) heading(s string) { fmt.Fprintf(o, "\n== %s\n", s) }

// run makes the journey and prints it. If it ends badly after the first write, it says what stands.
func (j journey) run(ctx context.Context) error {
	var before string
	if j.dump != nil {
		before = j.dump()
	}
	j.out.heading("Plan")
	p, err := xacct.NewPlan(ctx, j.clients, []xacct.Transfer{j.transfer})
	if err != nil {
		return err
	}
	question := "Make these changes, copy the objects, and take the changes back at the end?"
	if j.keep {
		question = "Make these changes and copy the objects?"
	}
	if err := j.agree(ctx, p, question); err != nil {
		return err
	}
	err = j.setUp(ctx, p)
	if err == nil && !j.keep {
		err = j.destroy(ctx, before)
	}
	if j.takeAway != "" && (err != nil || j.keep) {
		j.stands(ctx, p)
	}
	return err
}

// agree prints the plan and returns an error if something blocks it or the answer is no. Nothing has been written by then.
func (j journey) agree(ctx context.Context, p *xacct.Plan, question string) error {
	fmt.Fprintln(j.out, p)
	var blocking []xacct.Finding
	for _, f := range p.Findings {
		if f.Severity == xacct.Blocking {
			blocking = append(blocking, f)
		}
	}
	if len(blocking) > 0 {
		return &xacct.BlockedError{Transfer: j.transfer.Name, Findings: blocking}
	}
	if j.ask == nil {
		return nil
	}
	return j.ask(ctx, question)
}

// setUp applies the plan, runs the task, and plans again.
func (j journey) setUp(ctx context.Context, p *xacct.Plan) error {
	j.out.heading("Apply")
	result, err := j.apply(ctx, p)
	if err != nil {
		return err
	}

	j.out.heading("Run")
	run, err := p.Start(ctx, j.clients, result, j.transfer.Name) // nothing is written that the destination's owner could not read
	if err != nil {
		return err
	}
	outcome, err := j.watched(ctx, run)
	if outcome == nil {
		return err
	}
	if err := errors.Join(err, j.receipt(ctx, run)); err != nil { // a run that left something behind has a receipt, too
		return err
	}

	j.out.heading("Plan again")
	again, err := xacct.NewPlan(ctx, j.clients, []xacct.Transfer{j.transfer})
	if err != nil {
		return err
	}
	if !again.Empty() {
		fmt.Fprintln(j.out, again)
		return errors.New("the second plan is not empty")
	}
	fmt.Fprintln(j.out, "nothing to do: the plan is empty")
	return nil
}

// apply makes the changes of a plan, a line each.
func (j journey) apply(ctx context.Context, p *xacct.Plan) (*xacct.Result, error) {
	result, err := p.Apply(ctx, j.clients, func(o *xacct.ApplyOptions) {
		o.OnEvent = func(e xacct.Event) {
			switch e.State {
			case xacct.EventWaiting:
				fmt.Fprintf(j.out, "  … %s %s: %s\n", e.Kind, e.Name, e.Detail)
			case xacct.EventEnded:
				fmt.Fprintf(j.out, "  %-18s %s: %s\n", e.Kind, e.Name, e.Detail)
			}
		}
	})
	if err != nil {
		return result, err
	}
	fmt.Fprintf(j.out, "%d done, %d unchanged\n", result.Count(xacct.Done), result.Count(xacct.Unchanged))
	if n := result.Count(xacct.Waiting); n > 0 {
		return result, fmt.Errorf("%d changes wait for the operator of another account", n)
	}
	return result, nil
}

// watched shows the run and prints how it ended. There is an outcome whenever the run has ended; the error is nil only if everything arrived.
func (j journey) watched(ctx context.Context, run *xacct.Run) (*task.Outcome, error) {
	bar := progressBar{out: j.out}
	var outcome *task.Outcome
	for p, err := range run.Watch(ctx, j.watch) {
		if err != nil {
			return nil, err
		}
		bar.show(p)
		outcome = p.Outcome
	}
	bar.end()
	if outcome == nil {
		return nil, errors.New("the run was not watched to its end")
	}
	n := outcome.Counters
	fmt.Fprintf(j.out, "%s: %d objects, %d bytes arrived; %d skipped\n", outcome.Verdict, n.Files, n.BytesWritten, n.Skipped)
	for _, e := range outcome.Exceptions() {
		fmt.Fprintf(j.out, "  %s: %d (%s)\n", e.What, e.Count, e.Reason)
	}
	if outcome.Verdict != task.Complete {
		return outcome, &task.IncompleteError{Outcome: *outcome}
	}
	return outcome, nil
}

// receipt prints the record of the run, complete or not.
func (j journey) receipt(ctx context.Context, run *xacct.Run) error {
	j.out.heading("Receipt")
	receipt, err := run.Receipt(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "  execution %s\n  verdict   %s\n  plan      %s\n", receipt.ExecutionARN, receipt.Verdict, receipt.Plan)
	for _, what := range slices.Sorted(maps.Keys(receipt.Policies)) {
		fmt.Fprintf(j.out, "  %.19s… %s\n", receipt.Policies[what], what)
	}
	return nil
}

// destroy takes everything away again and looks for what is left.
func (j journey) destroy(ctx context.Context, before string) error {
	p, err := j.planDestroy(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(j.out, p)
	fmt.Fprintln(j.out)
	if err := j.clear(ctx, p); err != nil || j.dump == nil {
		return err
	}
	if diff := firstDifference(before, j.dump()); diff != "" {
		return fmt.Errorf("the accounts are not as before: %s", diff)
	}
	fmt.Fprintln(j.out, "both accounts are as before, the bucket policy included; only the transferred objects stayed")
	return nil
}

// destroyOnly takes away what an earlier journey left.
func (j journey) destroyOnly(ctx context.Context) error {
	p, err := j.planDestroy(ctx)
	if err != nil {
		return err
	}
	if err := j.agree(ctx, p, "Take these things away?"); err != nil {
		return err
	}
	fmt.Fprintln(j.out)
	err = j.clear(ctx, p)
	if err != nil {
		j.stands(ctx, p)
	}
	return err
}

// planDestroy plans to take away what is ours. A run that is under way is cancelled.
func (j journey) planDestroy(ctx context.Context) (*xacct.Plan, error) {
	j.out.heading("Destroy")
	return xacct.NewDestroyPlan(ctx, j.clients, []xacct.Transfer{j.transfer}, func(o *xacct.PlanOptions) { o.CancelRuns = true })
}

// clear applies a destroy plan and looks for what is left.
func (j journey) clear(ctx context.Context, p *xacct.Plan) error {
	if _, err := j.apply(ctx, p); err != nil {
		return err
	}
	j.out.heading("What is left")
	left, err := p.Residue(ctx, j.clients)
	if err != nil {
		return err
	}
	ours, unknown := 0, 0
	for _, item := range left {
		fmt.Fprintln(j.out, " ", item)
		switch {
		case item.Ours:
			ours++
		case item.Unknown:
			unknown++
		}
	}
	if ours > 0 {
		return fmt.Errorf("%d things of ours are left", ours)
	}
	if unknown > 0 {
		fmt.Fprintln(j.out, "nothing of ours was found, but not everything could be read")
		return nil
	}
	fmt.Fprintln(j.out, "nothing of ours")
	return nil
}

// stands says what there is of ours, and how to take it away. It reads AWS even if ctx is done, because an interruption may be why it is called.
func (j journey) stands(ctx context.Context, p *xacct.Plan) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	j.out.heading("What stands")
	found, err := p.Residue(ctx, j.clients)
	ours, unknown := 0, err != nil
	for _, item := range found {
		switch {
		case item.Ours:
			ours++
		case item.Unknown:
			unknown = true
		default: // AWS's, or of the runs
			continue
		}
		fmt.Fprintln(j.out, " ", item)
	}
	switch {
	case err != nil:
		fmt.Fprintf(j.out, "  it could not be read (%v): the lines above say what was made\n", err)
	case ours == 0 && !unknown:
		fmt.Fprintln(j.out, "nothing of ours")
		return
	case ours == 0:
		fmt.Fprintln(j.out, "nothing of ours was found, but not everything could be read")
	}
	fmt.Fprintf(j.out, "\nTo take away what is ours (objects that were copied stay):\n\n  %s\n", j.takeAway)
}
