// Command nightly lets DataSync copy every night by itself, and says what became of the last night. It does so on an in-memory AWS, where no night
// has passed yet:
//
//	go run ./examples/nightly
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	Task: task.Spec{
		Schedule: &task.Schedule{Expression: "cron(0 2 * * ? *)"}, // at two, UTC
		Options:  task.Options{BytesPerSecond: 50 * task.MiBPerSecond},
	},
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
	taskARN, err := setUp(ctx, out, clients)
	if err != nil {
		return err
	}
	return lastNight(ctx, out, clients, taskARN) // on AWS, another program calls it every morning
}

// setUp makes the task with its schedule, and returns the task's ARN.
func setUp(ctx context.Context, out io.Writer, clients xacct.Clients) (string, error) {
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}) // reads only
	if err != nil {
		return "", err
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		return "", err
	}
	if err := xacct.VerifyOwnership(clients, transfer)(ctx); err != nil { // now, because DataSync starts the runs by itself
		return "", err
	}
	next, _ := transfer.Task.Schedule.Next(time.Now())
	fmt.Fprintf(out, "the first run is at %s\n", next.Format(time.RFC3339))
	return result.TaskARN(transfer.Name), nil
}

// lastNight prints how the last run ended. It is an error if not everything arrived, or if the schedule does not start runs any more.
func lastNight(ctx context.Context, out io.Writer, clients xacct.Clients, taskARN string) error {
	api, err := clients.DataSync(taskARN)
	if err != nil {
		return err
	}
	state, err := task.Observe(ctx, api, taskARN)
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
	case state.LastExecutionARN == "":
		fmt.Fprintln(out, "there was no run yet")
		return nil
	}
	outcome, err := task.Attach(api, state.LastExecutionARN).Wait(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "the last run began at %s: %s, %d objects\n", outcome.StartTime.Format(time.RFC3339), outcome.Verdict, outcome.Counters.Files)
	return nil
}
