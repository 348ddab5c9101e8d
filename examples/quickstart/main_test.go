package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// journeyOf makes the in-memory journey and returns what it printed.
func journeyOf(t *testing.T, ctx context.Context, cloud *xaccttest.Cloud) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := inMemory(cloud, output{&out, false}).run(ctx)
	return out.String(), err
}

func TestQuickstart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		printed, err := journeyOf(t, t.Context(), newWorld())
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		for _, want := range []string{
			"media-archive: 5 to create, 1 to update, 0 blocked", "6 done, 0 unchanged", "complete: 300 objects", "plan      sha256:",
			"nothing to do: the plan is empty", "nothing of ours", "both accounts are as before",
		} {
			if !strings.Contains(printed, want) {
				t.Errorf("the output lacks %q:\n%s", want, printed)
			}
		}
	})
}

// A run that leaves something behind has a receipt, and the journey is an error.
func TestReceiptOfAnIncompleteRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newWorld()
		cloud.OnStep(func(s xaccttest.Step) error {
			if s.Phase == dstypes.TaskExecutionStatusTransferring && strings.HasSuffix(s.Key, "7.mov") {
				return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
			}
			return nil
		})
		printed, err := journeyOf(t, t.Context(), cloud)
		var incomplete *task.IncompleteError
		if !errors.As(err, &incomplete) {
			t.Fatalf("%v\n%s", err, printed)
		}
		for _, want := range []string{"failed to transfer: 30", "== Receipt", "verdict   with exceptions"} {
			if !strings.Contains(printed, want) {
				t.Errorf("the output lacks %q:\n%s", want, printed)
			}
		}
	})
}

// Nothing is written into a bucket whose owner could not read it.
func TestRunNeedsOwnership(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newWorld()
		cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "CreateTask" { // somebody turns ACLs on again after the plan
				_, err := cloud.Clients()[accountB].S3("us-east-2").PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{Bucket: new("media-archive"),
					OwnershipControls: &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}}}})
				if err != nil {
					t.Error(err)
				}
			}
			return next()
		})
		printed, err := journeyOf(t, t.Context(), cloud)
		var ownership *xacct.OwnershipError
		if !errors.As(err, &ownership) || len(cloud.Objects("media-archive")) > 0 {
			t.Errorf("%v\n%s", err, printed)
		}
	})
}

// TestSabotage makes one call of the way back answer without doing anything, or do something else besides: the journey must say so.
func TestSabotage(t *testing.T) {
	for _, tt := range []struct {
		name, operation string
		instead         func(cloud *xaccttest.Cloud)
	}{
		{"the role stays", "DeleteRole", nil},
		{"the inline policies stay", "DeleteRolePolicy", nil},
		{"a location stays", "DeleteLocation", nil},
		{"the task stays", "DeleteTask", nil},
		{"somebody changes the policy", "DeleteRole", func(cloud *xaccttest.Cloud) {
			cloud.SetBucketPolicy("media-archive", bytes.Replace([]byte(existingPolicy), []byte("AuditorsRead"), []byte("AuditorsPeek"), 1))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := newWorld()
				var hits atomic.Int64
				cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
					if call.Operation != tt.operation {
						return next()
					}
					hits.Add(1)
					if tt.instead != nil {
						tt.instead(cloud)
						return next()
					}
					return nil
				})
				printed, err := journeyOf(t, t.Context(), cloud)
				if hits.Load() == 0 {
					t.Fatal("nothing was sabotaged")
				}
				if err == nil {
					t.Errorf("the journey claims success:\n%s", printed)
				}
			})
		})
	}
}

func TestFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-live"}, "-source-bucket and -source-region must be set"},
		{[]string{"-destroy"}, "-destroy needs -live or -endpoint"},
		{[]string{"stray"}, `unexpected argument "stray"`},
		{[]string{"-nonsense"}, "flag provided but not defined"},
	} {
		if err := start(t.Context(), tt.args, strings.NewReader(""), output{io.Discard, false}, connectAWS); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: %v, want %s", tt.args, err, tt.want)
		}
	}
}

func TestFirstDifference(t *testing.T) {
	if d := firstDifference("a\nb", "a\nb"); d != "" {
		t.Errorf("equal: %s", d)
	}
	if d := firstDifference("a\nb", "a"); !strings.Contains(d, "line 2") {
		t.Errorf("a line less: %s", d)
	}
}
