// Command progress copies and shows how it goes: percent, rate, and the time to go while it can be told. It does so on an in-memory AWS:
//
//	go run ./examples/progress
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	// On AWS, each account has an aws.Config with credentials of its own:
	//
	//	clients := xacct.Clients{
	//		"111122223333": xacct.NewAccountClients(sourceConfig),
	//		"444455556666": xacct.NewAccountClients(destinationConfig),
	//	}
	clients := newCloud().Clients()
	if err := run(ctx, os.Stdout, clients); err != nil {
		fmt.Fprintln(os.Stderr, err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "  hint:", hint)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, clients xacct.Clients) error {
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}) // reads only
	if err != nil {
		return err
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		return err
	}
	execution, err := p.Start(ctx, clients, result, transfer.Name, func(o *task.StartOptions) {
		o.Token = "first copy"        // a second start with it finds this run again
		o.IfRunning = task.AttachToIt // and if somebody else started one, watch that
	})
	if err != nil {
		return err
	}
	for p, err := range execution.Watch(ctx, lookOften, func(o *task.WatchOptions) { o.CancelOnDone = true }) { // Ctrl-C cancels the run
		if err != nil {
			return err
		}
		fmt.Fprintln(out, line(p))
		if p.Outcome != nil && p.Outcome.Verdict != task.Complete {
			return &task.IncompleteError{Outcome: *p.Outcome}
		}
	}
	return nil
}

// line is one look at the run.
func line(p task.Progress) string {
	const width = 20
	full := int(max(p.Percent, 0) / 100 * width)
	text := fmt.Sprintf("%-12s [%s%s]", p.Status, strings.Repeat("#", full), strings.Repeat(".", width-full))
	switch {
	case p.Percent < 0:
		return text + "   ?"
	case p.Estimating:
		text += fmt.Sprintf(" %3.0f%% of what is listed so far", p.Percent)
	default:
		text += fmt.Sprintf(" %3.0f%%", p.Percent)
	}
	if p.BytesPerSecond > 0 {
		text += fmt.Sprintf(", %.0f bytes/s", p.BytesPerSecond)
	}
	if p.Remaining > 0 {
		text += fmt.Sprintf(", %s to go", p.Remaining.Round(10*time.Millisecond))
	}
	return text
}
