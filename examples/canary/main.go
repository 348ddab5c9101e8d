// Command canary copies one small folder first, and everything only if all of that arrived. It does so on an in-memory AWS:
//
//	go run ./examples/canary
package main

import (
	"context"
	"fmt"
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
	for _, step := range []struct {
		name     string
		includes []string // in place of the task's filters; nil leaves those
	}{
		{"canary", []string{task.Folder("dt=2026-03-01")}},
		{"everything", nil},
	} {
		execution, err := task.Start(ctx, ready.API, ready.TaskARN, func(o *task.StartOptions) {
			o.Includes = step.includes
			o.Before = xacct.VerifyOwnership(ready.Clients, t)
		})
		if err != nil {
			return err
		}
		outcome, err := execution.Wait(ctx, demo.Often)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err) // the rest is not copied
		}
		fmt.Fprintf(out, "%s: %s, %d objects\n", step.name, outcome.Verdict, outcome.Counters.Files)
	}
	return nil
}
