// Command nightly lets DataSync copy every night by itself, and looks after three nights what became of it. It does so on an in-memory AWS:
//
//	go run ./examples/nightly
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/xacct/xacct/examples/internal/demo"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func main() {
	demo.Main(func(ctx context.Context) error { return run(ctx, os.Stdout, demo.Cloud(), 0) })
}

// run sets the schedule up and waits. Outside a testing/synctest bubble three nights are long: then it only says when the first one is.
func run(ctx context.Context, out io.Writer, cloud *xaccttest.Cloud, nights int) error {
	t := demo.Transfer(cloud)
	t.Task.Schedule = &task.Schedule{Expression: "cron(0 2 * * ? *)"} // at two, UTC
	t.Task.Options.BytesPerSecond = 50 * task.MiBPerSecond
	ready, err := demo.SetUp(ctx, cloud.Clients(), t)
	if err != nil {
		return err
	}
	next, _ := t.Task.Schedule.Next(time.Now())
	fmt.Fprintf(out, "the first run is at %s\n", next.Format(time.RFC3339))
	if nights == 0 {
		return nil
	}
	time.Sleep(time.Duration(nights) * 24 * time.Hour)
	state, err := task.Observe(ctx, ready.API, ready.TaskARN)
	if err != nil {
		return err
	}
	if s := state.Schedule; s.DisabledBy != "" {
		return fmt.Errorf("the schedule is disabled by %s: %s", s.DisabledBy, s.DisabledReason)
	}
	outcome, err := task.Attach(ready.API, state.LastExecutionARN).Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the last run began at %s: %s, %d objects\n", outcome.StartTime.Format(time.RFC3339), outcome.Verdict, outcome.Counters.Files)
	return nil
}
