// Command nightly lets DataSync copy every night by itself, and looks after three nights what became of it. It does so on an in-memory AWS:
//
//	go run ./examples/nightly
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
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
	if err := xacct.VerifyOwnership(ready.Clients, t)(ctx); err != nil { // before the first night: DataSync starts these runs, not we
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
	switch s := state.Schedule; {
	case s == nil:
		return errors.New("somebody has taken the schedule away")
	case s.Held(): // it failed again and again: no plan enables it without a person
		return fmt.Errorf("DataSync has disabled the schedule: %s", s.DisabledReason)
	case s.Status == dstypes.ScheduleStatusDisabled:
		return errors.New("somebody has disabled the schedule")
	}
	outcome, err := task.Attach(ready.API, state.LastExecutionARN).Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the last run began at %s: %s, %d objects\n", outcome.StartTime.Format(time.RFC3339), outcome.Verdict, outcome.Counters.Files)
	return nil
}
