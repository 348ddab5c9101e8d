package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// planned is a transfer that was set up.
func setUpToRun(t *testing.T) (*xaccttest.Cloud, *xacct.Plan, *xacct.Result) {
	t.Helper()
	cloud := kittest.World(t)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	return cloud, p, kittest.MustApply(t, t.Context(), cloud.Clients(), p)
}

// TestRunOfAPlan starts, attaches to and records a run by the name of its transfer alone.
func TestRunOfAPlan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, p, r := setUpToRun(t)
		const name = "media-archive"
		var never *task.NoRunError
		if _, err := p.Attach(t.Context(), cloud.Clients(), name); !errors.As(err, &never) {
			t.Errorf("attached to a run that there is not: %v", err)
		}
		for _, result := range []*xacct.Result{r, nil} {
			run, err := p.Start(t.Context(), cloud.Clients(), result, name, func(o *task.StartOptions) { o.Token = time.Now().String()[:19] })
			if err != nil {
				t.Fatal(err)
			}
			under, err := p.Attach(t.Context(), cloud.Clients(), name)
			if err != nil || under.ARN() != run.ARN() {
				t.Errorf("attached to %v, want %s: %v", under, run.ARN(), err)
			}
			if out, err := run.Wait(t.Context()); err != nil || out.Verdict != task.Complete {
				t.Errorf("%v, %v", out, err)
			}
			receipt, err := run.Receipt(t.Context())
			if err != nil || receipt.ExecutionARN != run.ARN() || len(receipt.OwnershipConfirmed) > 0 {
				t.Errorf("%+v, %v", receipt, err)
			}
			if n := len(receipt.RequestIDs); (n > 1) != (result != nil) {
				t.Errorf("request ids of %d calls, with the Result %v", n, result != nil)
			}
			latest, err := p.Attach(t.Context(), cloud.Clients(), name)
			if err != nil || latest.ARN() != run.ARN() {
				t.Errorf("attached to %v, want %s: %v", latest, run.ARN(), err)
			}
			if receipt, err := latest.Receipt(t.Context()); err != nil || receipt.Verdict != "complete" {
				t.Errorf("%+v, %v", receipt, err)
			}
			time.Sleep(time.Minute)
		}
	})
}

// TestRunIsExplained takes the access away after the set-up, before the start and while the run goes on: the error has the plan's verdict on the end.
func TestRunIsExplained(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"start", "wait", "watch"} {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, p, r := setUpToRun(t)
				away := func() { cloud.SetBucketPolicy("media-archive", []byte(kittest.ForeignPolicy)) }
				if how == "start" {
					away()
				}
				run, err := p.Start(t.Context(), cloud.Clients(), r, "media-archive")
				if how != "start" {
					if err != nil {
						t.Fatal(err)
					}
					away()
				}
				switch how {
				case "wait":
					_, err = run.Wait(t.Context())
				case "watch":
					for progress, e := range run.Watch(t.Context()) {
						if err = e; progress.Outcome != nil {
							break
						}
					}
				}
				var access *xacct.AccessTestError
				if explained := errors.As(err, &access) && len(xacct.Hints(err)) > 0; explained != (how != "watch") { // Watch reports a failed run as its Outcome
					t.Errorf("%v", err)
				}
				if how == "start" {
					return
				}
				if receipt, err := run.Receipt(t.Context()); err != nil || receipt.Verdict == "complete" {
					t.Errorf("%+v, %v", receipt, err)
				}
			})
		})
	}
}

// TestStartRefuses has what no run is started for, and what the error says.
func TestStartRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit func(*testing.T, *xaccttest.Cloud, xacct.Clients, *xacct.Plan) (transfer string, o func(*task.StartOptions))
		want string
		hint string
	}{
		"a name that is not there": {func(_ *testing.T, _ *xaccttest.Cloud, _ xacct.Clients, p *xacct.Plan) (string, func(*task.StartOptions)) {
			return "media", nil
		},
			`run: the plan has no transfer "media"; it has ["media-archive"]`, ""},
		"a plan to tear down": {func(_ *testing.T, _ *xaccttest.Cloud, _ xacct.Clients, p *xacct.Plan) (string, func(*task.StartOptions)) {
			p.Mode = xacct.TearDown
			return "media-archive", nil
		}, "the plan is one to tear down", ""},
		"nobody who proves the ownership": {func(_ *testing.T, _ *xaccttest.Cloud, c xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			delete(c, accountB)
			return "media-archive", nil
		}, "who will own the objects is not known", "give a client of account 444455556666 that may s3:GetBucketOwnershipControls, or have its owner confirm that ACLs are disabled: OwnershipConfirmed(bucket, by) is an option of Plan.Start"},
		"a word about another bucket": {func(_ *testing.T, _ *xaccttest.Cloud, c xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			delete(c, accountB)
			return "media-archive", xacct.OwnershipConfirmed("media-other", "ops")
		}, "who will own the objects is not known", "OwnershipConfirmed"},
		"a word against what can be seen": {func(t *testing.T, cloud *xaccttest.Cloud, _ xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			owner := cloud.Clients()[accountB].S3("us-east-2")
			if _, err := owner.PutBucketOwnershipControls(t.Context(), &s3.PutBucketOwnershipControlsInput{Bucket: new("media-archive"), OwnershipControls: &s3types.OwnershipControls{
				Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}}}}); err != nil {
				t.Fatal(err)
			}
			return "media-archive", xacct.OwnershipConfirmed("media-archive", "ops")
		}, "objects would belong to the task account", "DisableACLs"},
		"a word of nobody": {func(_ *testing.T, _ *xaccttest.Cloud, c xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			delete(c, accountB)
			return "media-archive", xacct.OwnershipConfirmed("media-archive", " ")
		}, "who will own the objects is not known", "OwnershipConfirmed"},
		"a client that may not look": {func(_ *testing.T, cloud *xaccttest.Cloud, c xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			c[accountB] = cloud.ClientsAs(cloud.AddRole(accountB, "blind"))
			return "media-archive", nil
		}, "starting arn:aws:datasync:us-east-2:" + accountA + ":task/", "OwnershipConfirmed"},
		"a report from ahead, in an edited plan": {func(_ *testing.T, _ *xaccttest.Cloud, c xacct.Clients, p *xacct.Plan) (string, func(*task.StartOptions)) {
			delete(c, accountB)
			p.Settings.Reported = []xacct.Claim{{Account: accountB, Region: "us-east-2", Kind: xacct.BucketOwnership, Name: "media-archive", Time: time.Now().Add(time.Hour),
				Ownership: s3types.ObjectOwnershipBucketOwnerEnforced}}
			return "media-archive", nil
		}, "Settings.Reported[0].Time", ""},
		"a client of another account": {func(t *testing.T, cloud *xaccttest.Cloud, c xacct.Clients, _ *xacct.Plan) (string, func(*task.StartOptions)) {
			c[accountA] = c[accountB]
			return "media-archive", nil
		}, accountA, ""},
		"deletions with NoDelete": {func(_ *testing.T, _ *xaccttest.Cloud, _ xacct.Clients, p *xacct.Plan) (string, func(*task.StartOptions)) {
			p.Transfers[0].Destination.NoDelete = true
			return "media-archive", func(o *task.StartOptions) {
				o.Options.PreserveDeletedFiles, o.AllowDelete = dstypes.PreserveDeletedFilesRemove, true
			}
		}, "Options.PreserveDeletedFiles", "leave it out of the options of this run"},
		"no task": {func(t *testing.T, cloud *xaccttest.Cloud, _ xacct.Clients, p *xacct.Plan) (string, func(*task.StartOptions)) {
			p.Transfers[0].Name = "other"
			return "other", nil
		}, "no task is tagged as that of transfer other", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, p, _ := setUpToRun(t)
				clients := cloud.Clients()
				transfer, o := tt.edit(t, cloud, clients, p)
				cloud.ResetCalls()
				_, err := p.Start(t.Context(), clients, nil, transfer, o)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				if hints := xacct.Hints(err); tt.hint != "" && (len(hints) == 0 || !strings.Contains(hints[0], tt.hint)) {
					t.Errorf("hints %q, want %q", hints, tt.hint)
				}
				if slices.ContainsFunc(cloud.Calls(), func(c xaccttest.Call) bool { return c.Operation == "StartTaskExecution" }) {
					t.Error("a run was started")
				}
			})
		})
	}
}

// TestStartOfAnotherTask hands in the Result of another apply: the task of another account, Region or kind is not started.
func TestStartOfAnotherTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, p, r := setUpToRun(t)
		theirs := kittest.Pull(cloud)
		theirs.Name = "theirs"
		arn := kittest.SetUp(t, cloud, theirs).TaskARN("theirs")
		for _, other := range []string{arn, strings.Replace(r.TaskARN("media-archive"), "us-east-2", "us-west-2", 1), "none"} {
			forged := &xacct.Result{Changes: []xacct.ChangeResult{{Kind: xacct.DataSyncTask, Transfers: []string{"media-archive"}, ARN: other}}}
			cloud.ResetCalls()
			if _, err := p.Start(t.Context(), cloud.Clients(), forged, "media-archive"); err == nil || !strings.Contains(err.Error(), other) {
				t.Errorf("%s: %v", other, err)
			}
			if calls := cloud.Calls(); len(calls) > 0 {
				t.Errorf("%s: %d calls", other, len(calls))
			}
		}
	})
}

// TestOwnershipByWord starts a run for two teams: nobody here can look at the bucket, somebody has confirmed, and the receipt says who.
func TestOwnershipByWord(t *testing.T) {
	t.Parallel()
	for _, blind := range []bool{false, true} { // no client, or one that may not look
		t.Run(strconv.FormatBool(blind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { startByWord(t, blind) })
		})
	}
}

func startByWord(t *testing.T, blind bool) {
	cloud, p, r := setUpToRun(t)
	clients := cloud.Clients()
	if delete(clients, accountB); blind {
		clients[accountB] = cloud.ClientsAs(cloud.AddRole(accountB, "blind"))
	}
	checked := false
	run, err := p.Start(t.Context(), clients, r, "media-archive", xacct.OwnershipConfirmed("media-archive", "storage team, ticket 12"),
		func(o *task.StartOptions) { o.Before = func(context.Context) error { checked = true; return nil } })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	receipt, err := run.Receipt(t.Context())
	if err != nil || receipt.OwnershipConfirmed["media-archive"] != "storage team, ticket 12" || !checked {
		t.Errorf("%+v, %v, Before was called: %v", receipt, err, checked)
	}
}
