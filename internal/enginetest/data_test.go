package enginetest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// What a manifest and a report need joins the roles, and the policy of a remote bucket, and goes with them.
func TestManifestAndReport(t *testing.T) {
	for _, grant := range []xacct.GrantShape{xacct.ByRole, xacct.ByAccount} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			cloud.AddBucket(accountA, "us-east-2", "media-lists")
			cloud.PutObject("media-lists", "today.csv", []byte("00.mov\n01.mov\nnowhere.mov\n"))
			before := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
			tr := kittest.Push(cloud)
			tr.Grant, tr.Destination.Prefix = grant, "in/"
			tr.Task.Manifest = &task.Manifest{Bucket: "media-lists", Key: "today.csv"}
			tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports", Level: dstypes.ReportLevelSuccessesAndErrors}
			_, _, outcome := ran(t, cloud, tr)
			if outcome == nil || outcome.Verdict != task.WithExceptions || outcome.Counters.Files != 2 || outcome.Report.Status != dstypes.PhaseStatusSuccess {
				t.Fatalf("%+v", outcome)
			}
			if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
				t.Errorf("not converged:\n%s", again)
			}
			var got []string
			objects, err := cloud.Clients().Objects(accountB, "us-east-2")
			if err != nil {
				t.Fatal(err)
			}
			for e, err := range task.ReadReport(t.Context(), objects, *tr.Task.Report, outcome.ExecutionARN) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(e.Kind)+" "+e.Key+" "+e.Status)
			}
			slices.Sort(got)
			if want := "Transferred 00.mov SUCCESS, Transferred 01.mov SUCCESS, Transferred nowhere.mov FAILED, Verified 00.mov SUCCESS, Verified 01.mov SUCCESS"; strings.Join(got, ", ") != want {
				t.Errorf("report\n%s\nwant\n%s", strings.Join(got, ", "), want)
			}

			edited := tr
			edited.Task.Manifest, edited.Task.Report = nil, nil
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{edited})
			for _, want := range []string{"iam-role", "bucket-policy", "datasync-task"} {
				if !slices.ContainsFunc(p.Changes, func(c xacct.Change) bool { return string(c.Kind) == want && c.Op == xacct.Update }) {
					t.Errorf("nothing is taken from the %s:\n%s", want, p)
				}
			}
			kittest.MustApply(t, t.Context(), cloud.Clients(), p)
			if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{edited}); !again.Empty() {
				t.Errorf("not converged without them:\n%s", again)
			}
			down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{edited})
			if err != nil {
				t.Fatal(err)
			}
			kittest.MustApply(t, t.Context(), cloud.Clients(), down)
			if after := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true }); after != before {
				t.Errorf("left behind:\n%s", after)
			}
		})
	}
}

// A schedule is made, changed, stopped and taken away by plans, and nothing is planned twice.
func TestScheduleConverges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		for _, s := range []*task.Schedule{
			{Expression: "cron(0 2 * * ? *)"}, {Expression: "rate(1 day)"}, {Expression: "rate(1 day)", Status: dstypes.ScheduleStatusDisabled},
			{Expression: "rate(1 day)"}, {Expression: "rate(1 day)", Status: dstypes.ScheduleStatusEnabled}, nil,
		} {
			tr := kittest.Push(cloud)
			tr.Task.Schedule = s
			r := kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
				t.Errorf("%+v: not converged:\n%s", s, again)
			}
			api, err := cloud.Clients().DataSync(r.TaskARN(tr.Name))
			if err != nil {
				t.Fatal(err)
			}
			state, err := task.Observe(t.Context(), api, r.TaskARN(tr.Name))
			switch {
			case err != nil:
				t.Fatal(err)
			case s == nil && state.Schedule != nil, s != nil && (state.Schedule == nil || state.Schedule.Expression != s.Expression):
				t.Errorf("%+v: %+v", s, state.Schedule)
			case s != nil && s.Status != "" && state.Schedule.Status != s.Status:
				t.Errorf("%+v: %+v", s, state.Schedule)
			}
		}
	})
}

func TestRetries(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	if m := tr.RetryManifest(); m != (task.Manifest{}) {
		t.Errorf("none: %+v", m)
	}
	tr.Retries = &task.Manifest{Bucket: "media-lists", Key: "retry.csv"}
	if m := tr.RetryManifest(); m.RoleARN != "arn:aws:iam::111122223333:role/media-archive-source" || m.Account != accountA || tr.Retries.RoleARN != "" {
		t.Errorf("%+v", m)
	}
	tr.Retries = &task.Manifest{Bucket: "media-lists", Key: "dt=1/retry.csv"}
	var p *xacct.Problem
	if err := tr.Validate(); !errors.As(err, &p) || p.ID != "manifest-key" || p.Path != "Retries.Key" {
		t.Errorf("%+v", p)
	}
}
