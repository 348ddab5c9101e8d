// Command retry copies, reads in the report what did not arrive, and runs again just that. It does so on an in-memory AWS, where some objects fail to be
// transferred, and some to be verified, which are copied anew:
//
//	go run ./examples/retry
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

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
	// What DataSync's roles need for both joins them by itself.
	t.Task.Report = &task.Report{Bucket: "media-lists", Prefix: "reports/"}
	t.Retries = &task.Manifest{Bucket: "media-lists", Key: "retry.csv"}
	ready, err := demo.SetUp(ctx, cloud.Clients(), t)
	if err != nil {
		return err
	}
	careful := func(o *task.StartOptions) { o.Before = xacct.VerifyOwnership(ready.Clients, t) }
	execution, err := task.Start(ctx, ready.API, ready.TaskARN, careful)
	if err != nil {
		return err
	}
	fail(cloud, true)
	outcome, err := execution.Wait(ctx, demo.Often)
	fail(cloud, false)
	var incomplete *task.IncompleteError
	if err != nil && !errors.As(err, &incomplete) {
		return err
	}
	fmt.Fprintf(out, "first run: %s, %d failed\n", outcome.Verdict, outcome.Counters.Failed())

	objects, err := ready.Clients.Objects(demo.AccountA, "us-east-2")
	if err != nil {
		return err
	}
	again, err := task.Retry(ctx, ready.API, objects, execution.ARN(), *t.Task.Report, t.RetryManifest(), careful)
	if err != nil || again == nil {
		return err // nil: nothing failed
	}
	if outcome, err = again.Wait(ctx, demo.Often); err != nil {
		return err
	}
	fmt.Fprintf(out, "second run: %s, %d objects\n", outcome.Verdict, outcome.Counters.Files)
	return nil
}

// fail makes some objects fail, or no longer.
func fail(cloud *xaccttest.Cloud, on bool) {
	if !on {
		cloud.OnStep(nil)
		return
	}
	cloud.OnStep(func(s xaccttest.Step) error {
		transfer := s.Phase == dstypes.TaskExecutionStatusTransferring && strings.HasSuffix(s.Key, "7.mov")
		verification := s.Phase == dstypes.TaskExecutionStatusVerifying && strings.HasSuffix(s.Key, "8.mov")
		if transfer || verification {
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
}
