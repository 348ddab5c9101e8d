// Command canary copies one small folder first, and everything only if all of that arrived. It does so on an in-memory AWS:
//
//	go run ./examples/canary
package main

import (
	"context"
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
	for _, step := range []struct {
		name     string
		includes []string // in place of the task's filters; nil leaves those
	}{
		{"canary", []string{task.Folder("dt=2026-03-01")}},
		{"everything", nil},
	} {
		execution, err := p.Start(ctx, clients, result, transfer.Name, func(o *task.StartOptions) { o.Includes = step.includes })
		if err != nil {
			return err
		}
		outcome, err := execution.Wait(ctx, lookOften)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err) // the rest is not copied
		}
		fmt.Fprintf(out, "%s: %s, %d objects\n", step.name, outcome.Verdict, outcome.Counters.Files)
	}
	return nil
}
