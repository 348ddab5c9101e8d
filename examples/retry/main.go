// Command retry copies, reads in the report what did not arrive, and runs again just that. It does so on an in-memory AWS, where some objects are not
// transferred and others fail verification:
//
//	go run ./examples/retry
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	// The permissions for the report and for the manifest of retries are added to DataSync's roles by the plan.
	Task:    task.Spec{Report: &task.Report{Bucket: "media-lists", Prefix: "reports/"}},
	Retries: &task.Manifest{Bucket: "media-lists", Key: "retry.csv"},
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
	execution, err := p.Start(ctx, clients, result, transfer.Name)
	if err != nil {
		return err
	}
	outcome, err := execution.Wait(ctx, lookOften)
	var incomplete *task.IncompleteError
	if err != nil && !errors.As(err, &incomplete) {
		return err
	}
	fmt.Fprintf(out, "first run: %s, %d failed\n", outcome.Verdict, outcome.Counters.Failed())

	api, err := clients.DataSync(execution.ARN())
	if err != nil {
		return err
	}
	lists, err := clients.Objects("111122223333", "us-east-2") // reads and writes the bucket of reports and manifests
	if err != nil {
		return err
	}
	again, err := task.Retry(ctx, api, lists, execution.ARN(), *transfer.Task.Report, transfer.RetryManifest(), func(o *task.StartOptions) {
		o.Before = xacct.VerifyOwnership(clients, transfer) // as Plan.Start does
	})
	if err != nil || again == nil {
		return err // nil: nothing failed
	}
	if outcome, err = again.Wait(ctx, lookOften); err != nil {
		return err
	}
	fmt.Fprintf(out, "second run: %s, %d objects\n", outcome.Verdict, outcome.Counters.Files)
	return nil
}
