package fleet_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestSkippedKeyIsNeverComplete has an object whose key DataSync skips: no number of retries brings it.
func TestSkippedKeyIsNeverComplete(t *testing.T) {
	for retries := range 4 {
		for left := range 3 {
			t.Run(fmt.Sprintf("%d retries, an object is left behind by %d runs", retries, left), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := withLists(t, 2, -1)
					from := w.plan.Transfers[0].Source
					w.cloud.PutObject(from.Bucket, from.Prefix+"x//y", []byte("never"))
					w.leavingBehind(name(0), left)
					for process := range 2 { // the second finds what the first did
						r := w.runner(t, func(o *fleet.Options) { o.Retries, o.NoReceipts = retries, true })
						if _, err := run(t.Context(), r); err != nil {
							t.Fatal(err)
						}
						row := r.Results()[0]
						var incomplete *task.IncompleteError
						if row.Complete() || r.Counts().WithExceptions != 1 || !errors.As(row.Err, &incomplete) || r.Err() == nil || !strings.Contains(r.Table(), "with exceptions") {
							t.Errorf("process %d: %s: %s, Complete %t", process, r.Counts(), row, row.Complete())
						}
						time.Sleep(10 * time.Minute)
					}
				})
			})
		}
	}
}

// TestFailedDeletionIsNotComplete has an object that could not be deleted: a retry brings what did not arrive, and deletes nothing.
func TestFailedDeletionIsNotComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud()
		cloud.AddBucket(kittest.AccountA, "us-east-2", "lists")
		cloud.AddBucket(kittest.AccountA, "eu-west-1", "source")
		cloud.AddBucket(kittest.AccountB, "us-east-2", "target")
		cloud.PutObject("source", "a", []byte("abc"))
		tr := xacct.Transfer{
			Name:        "mirror",
			Source:      xacct.Endpoint{Account: kittest.AccountA, Region: "eu-west-1", Bucket: "source"},
			Destination: xacct.Endpoint{Account: kittest.AccountB, Region: "us-east-2", Bucket: "target"},
			Operators:   []string{cloud.OperatorARN(kittest.AccountA)},
			Retries:     &task.Manifest{Bucket: "lists", Key: "left.csv"},
		}
		tr.Task.Report = &task.Report{Bucket: "lists", Prefix: "reports"}
		tr.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.AllowDelete = true })
		result := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		time.Sleep(time.Minute)
		cloud.PutObject("target", "old", []byte("old"))
		existing, err := policy.Parse(cloud.BucketPolicy("target"))
		if err != nil {
			t.Fatal(err)
		}
		cloud.SetBucketPolicy("target", existing.With(policy.Deny("s3:DeleteObject").WithSid("Keep").By(policy.Everyone()).On("arn:aws:s3:::target/*")).Bytes())
		first := ""
		cloud.OnStep(func(s xaccttest.Step) error {
			if first == "" {
				first = s.Execution
			}
			if s.Execution == first && s.Key == "a" && s.Phase == dstypes.TaskExecutionStatusTransferring {
				return xaccttest.Fault(403, "AccessDenied", "Access Denied")
			}
			return nil
		})
		r, err := fleet.New(p, cloud.Clients(), result, func(o *fleet.Options) { o.MaxRunning, o.Retries, o.NoReceipts = 1, 2, true })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		row := r.Results()[0]
		_, arrived := cloud.Objects("target")["a"]
		_, stale := cloud.Objects("target")["old"]
		if !arrived || !stale || row.Complete() || row.Err == nil || r.Counts().WithExceptions != 1 {
			t.Errorf("arrived %t, not deleted %t: %s, %s", arrived, stale, r.Counts(), row)
		}
	})
}

// TestRetryIsFoundAfterUntil has a second process that comes when the transfer has ended: a retry that was begun before is taken as it ended.
func TestRetryIsFoundAfterUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(40 * time.Minute)
		w := newWorld(t, 2, func(i int, tr *xacct.Transfer) { lists(i, tr); tr.Until = until })
		w.leavingBehind(name(0), 1)
		for range 2 {
			r := w.runner(t, func(o *fleet.Options) { o.Retries, o.NoReceipts = 1, true })
			if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
				t.Fatalf("at %s: %v, %v", time.Now(), err, r.Err())
			}
			time.Sleep(time.Hour)
		}
	})
}

// TestObjectsOfEarlierRuns counts what earlier runs wrote also where nothing is known of the retry.
func TestObjectsOfEarlierRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withLists(t, 2, -1)
		from, arn := w.plan.Transfers[0].Source, w.result.TaskARN(name(0))
		w.cloud.PutObject(from.Bucket, from.Prefix+"b.mov", []byte("0123456789"))
		first := ""
		w.cloud.OnStep(func(s xaccttest.Step) error {
			if !strings.HasPrefix(s.Execution, arn+"/") {
				return nil
			}
			if first == "" {
				first = s.Execution
			}
			if s.Execution == first && s.Key == "b.mov" && s.Phase == dstypes.TaskExecutionStatusTransferring {
				return xaccttest.Fault(403, "AccessDenied", "Access Denied")
			}
			return nil
		})
		w.meter.fault = func(call xaccttest.Call) error {
			of := arnOf(call.Input)
			if call.Operation == "DescribeTaskExecution" && strings.HasPrefix(of, arn) && first != "" && of != first {
				return kittest.AccessDenied(call)
			}
			return nil
		}
		r := w.runner(t, func(o *fleet.Options) { o.Retries, o.NoReceipts = 1, true })
		if _, err := run(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if c := r.Counts(); c.Unknown != 1 || c.Complete != 1 || c.Objects != 2 {
			t.Errorf("%s, %d objects, want 2", c, c.Objects)
		}
	})
}
