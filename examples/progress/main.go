// Command progress copies and shows how it goes: percent, rate, and the time to go while it can be told. It does so on an in-memory AWS:
//
//	go run ./examples/progress
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/examples/internal/demo"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func main() {
	demo.Main(func(ctx context.Context) error { return run(ctx, os.Stdout, demo.Cloud()) })
}

func run(ctx context.Context, out io.Writer, cloud *xaccttest.Cloud) error {
	t := demo.Transfer(cloud)
	ready, err := demo.SetUp(ctx, cloud.Clients(), t)
	if err != nil {
		return err
	}
	execution, err := task.Start(ctx, ready.API, ready.TaskARN, func(o *task.StartOptions) {
		o.Token = "first copy"        // a second start with it finds this run again
		o.IfRunning = task.AttachToIt // and if somebody else started one, watch that
		o.Before = xacct.VerifyOwnership(ready.Clients, t)
	})
	if err != nil {
		return err
	}
	for p, err := range execution.Watch(ctx, demo.Often, func(o *task.WatchOptions) { o.CancelOnDone = true }) { // Ctrl-C cancels the run
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
