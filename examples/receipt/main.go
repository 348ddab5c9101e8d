// Command receipt copies, and prints the record of what was planned, ran and arrived. It does so on an in-memory AWS:
//
//	go run ./examples/receipt
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"

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
	execution, err := task.Start(ctx, ready.API, ready.TaskARN, func(o *task.StartOptions) { o.Before = xacct.VerifyOwnership(ready.Clients, t) })
	if err != nil {
		return err
	}
	outcome, runErr := execution.Wait(ctx, demo.Often)
	if outcome == nil {
		return runErr
	}
	receipt, err := ready.Plan.Receipt(ctx, ready.Clients, t.Name, ready.Result, outcome) // also of a run that failed
	if err != nil {
		return errors.Join(runErr, err)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return errors.Join(runErr, e.Encode(receipt))
}
