package enginetest_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// TestExplainRuns has an owner close a bucket before or after a run has begun: the error of the start or the run gets the verdict of a plan made
// by then, for the end or list that it is about.
func TestExplainRuns(t *testing.T) {
	const roles = "arn:aws:iam::111122223333:role/media-archive-"
	closed := func(role, action, resource string) policy.Statement {
		return policy.Deny(action).WithSid("Closed").By(policy.Everyone()).On("arn:aws:s3:::" + resource).When(policy.ArnEquals("aws:PrincipalArn", roles+role))
	}
	for _, tt := range []struct {
		name   string
		bucket string // whose owner closes it
		deny   policy.Statement
		after  bool // the run has begun by then
		side   xacct.Side
		cause  task.Cause
		as     error // what it wraps
	}{
		{"the start, by the destination", "media-archive", closed("destination", "s3:ListBucket", "media-archive"), false, xacct.DestinationSide, task.CauseList, new(task.StartError)},
		{"the start, by the source", "media-raw", closed("source", "s3:GetObject", "media-raw/*"), false, xacct.SourceSide, task.CauseRead, new(task.StartError)},
		{"the run, by the destination", "media-archive", closed("destination", "s3:ListBucket", "media-archive"), true, xacct.DestinationSide, task.CauseBucket, new(task.IncompleteError)},
		{"the run, by the source", "media-raw", closed("source", "s3:ListBucket", "media-raw"), true, xacct.SourceSide, task.CauseSource, new(task.IncompleteError)},
		{"single objects", "media-archive", closed("destination", "s3:PutObject", "media-archive/*"), true, xacct.DestinationSide, task.CauseFilesErrors, new(task.IncompleteError)},
		{"the manifest", "media-raw", closed("source", "s3:GetObject", "media-raw/lists/*"), true, xacct.SourceSide, task.CauseManifest, new(task.IncompleteError)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.cause == task.CauseManifest {
					cloud.PutObject("media-raw", "lists/nightly.csv", []byte("01.mov\n"))
					tr.Task.Manifest = &task.Manifest{Bucket: "media-raw", Key: "lists/nightly.csv"}
				}
				arn := kittest.SetUp(t, cloud, tr).TaskARN(tr.Name)
				api, err := cloud.Clients().DataSync(arn)
				if err != nil {
					t.Fatal(err)
				}
				closing := func() *xacct.Plan {
					d := policy.New()
					if text := cloud.BucketPolicy(tt.bucket); len(text) > 0 {
						d = kittest.BucketPolicy(t, cloud, tt.bucket)
					}
					cloud.SetBucketPolicy(tt.bucket, d.With(tt.deny).Bytes())
					return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				}
				var p *xacct.Plan
				if !tt.after {
					p = closing()
				}
				run, err := task.Start(t.Context(), api, arn)
				if tt.after {
					if err != nil {
						t.Fatal(err)
					}
					p = closing()
					_, err = run.Wait(t.Context())
				}
				err = p.Explain(tr.Name, err)
				var e *xacct.AccessTestError
				if !errors.As(err, &e) {
					t.Fatalf("%v has no verdict", err)
				}
				if e.Side != tt.side || e.Cause != tt.cause || e.Verdict != xacct.CodeDenied || e.Statement != "Closed" || e.Bucket != tt.bucket || e.RoleARN != roles+string(tt.side) {
					t.Errorf("%s of the %s bucket %s as %s: %s by %q, want %s, %s by Closed", e.Cause, e.Side, e.Bucket, e.RoleARN, e.Verdict, e.Statement, tt.cause, xacct.CodeDenied)
				}
				if hint := xacct.Hints(err)[0]; !strings.Contains(hint, "the plan found it denied, by statement \"Closed\": ") {
					t.Errorf("hint %q", hint)
				}
				var start *task.StartError
				var incomplete *task.IncompleteError
				if _, atStart := tt.as.(*task.StartError); atStart != errors.As(err, &start) || atStart == errors.As(err, &incomplete) {
					t.Errorf("%v does not wrap a %T", err, tt.as)
				}
			})
		})
	}
}
