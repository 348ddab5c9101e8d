// Command fleet sets up many transfers, runs them all and removes them again, and prints what each phase took. It does so on an in-memory AWS, whose own
// work is part of the figures:
//
//	go run ./examples/fleet
//	go run ./examples/fleet -n 2000
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
)

func main() {
	n := flag.Int("n", 20, "number of transfers")
	most := flag.Int("max", 10, "how many of them may run at once in each Region of each account")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *n, *most); err != nil {
		fmt.Fprintln(os.Stderr, err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "  hint:", hint)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, n, most int) error {
	cloud, transfers := newCloud(n)
	m := newMeter(cloud)
	// On AWS, each account has an aws.Config with credentials of its own:
	//
	//	clients := xacct.Clients{
	//		"111122223300": xacct.NewAccountClients(sourceConfig),
	//		"444455556600": xacct.NewAccountClients(destinationConfig),
	//	}
	clients := cloud.Clients()

	var p *xacct.Plan
	if err := m.phase("plan", func() (err error) {
		p, err = xacct.NewPlan(ctx, clients, transfers) // reads only
		return err
	}); err != nil {
		return err
	}
	for _, f := range p.Findings {
		if f.Severity == xacct.Blocking { // Apply leaves the transfer out and sets the others up
			fmt.Fprintln(out, cmp.Or(f.Transfer, f.Subject)+":", f.Detail)
		}
	}
	var result *xacct.Result
	var notApplied error // what was left out or failed; the others are set up
	if err := m.phase("apply", func() (err error) {
		result, notApplied = p.Apply(ctx, clients)
		if result == nil {
			return notApplied
		}
		return nil
	}); err != nil {
		return err
	}
	if err := m.phase("plan again", func() error {
		again, err := xacct.NewPlan(ctx, clients, transfers)
		if err == nil && notApplied == nil && differs(again) {
			err = fmt.Errorf("the second plan is not empty:\n%s", again)
		}
		return err
	}); err != nil {
		return err
	}
	if err := m.phase("run", func() error { return runAll(ctx, out, p, clients, result, most) }); err != nil {
		return errors.Join(notApplied, err)
	}
	var down *xacct.Plan
	if err := m.phase("destroy plan", func() (err error) {
		down, err = xacct.NewDestroyPlan(ctx, clients, transfers)
		return err
	}); err != nil {
		return err
	}
	if err := m.phase("destroy", func() error {
		_, err := down.Apply(ctx, clients)
		return err
	}); err != nil {
		return err
	}
	m.print(out, n)
	return notApplied
}

// differs reports whether the plan would change anything.
func differs(p *xacct.Plan) bool {
	for _, c := range p.Changes {
		if c.Op != xacct.NoOp {
			return true
		}
	}
	return false
}

// runAll runs the transfers of the plan, the first one as a canary, and prints a line whenever another tenth of them has ended.
func runAll(ctx context.Context, out io.Writer, p *xacct.Plan, clients xacct.Clients, result *xacct.Result, most int) error {
	runner, err := fleet.New(p, clients, result, func(o *fleet.Options) {
		o.MaxRunning = most
		o.RunID = "first copy" // a later process with it would start nothing twice
		o.Canaries = []string{p.Transfers[0].Name}
		o.Every = 50 * time.Millisecond // on AWS, leave it out: runs take minutes
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%8s %8s %9s %6s\n", "waiting", "running", "complete", "other")
	printed := -1
	for event, err := range runner.Run(ctx) {
		if err != nil {
			return err
		}
		c := event.Counts
		ended := c.Transfers() - c.Waiting - c.Running
		if tenth := 10 * ended / c.Transfers(); tenth > printed {
			fmt.Fprintf(out, "%8d %8d %9d %6d\n", c.Waiting, c.Running, c.Complete, ended-c.Complete)
			printed = tenth
		}
	}
	fmt.Fprintln(out)
	if c := runner.Counts(); c.Transfers() <= 20 {
		fmt.Fprint(out, runner.Table(), "\n\n")
	}
	if err := runner.Err(); err != nil { // nil only if everything arrived
		return err
	}
	for _, row := range runner.Results() {
		if row.Receipt == nil { // on AWS, keep the receipts: DataSync forgets a run after 30 days
			return fmt.Errorf("%s has no receipt: %w", row.Transfer, row.ReceiptErr)
		}
	}
	return nil
}
