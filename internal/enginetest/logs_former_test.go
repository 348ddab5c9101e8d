package enginetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func replacing(o *xacct.PlanOptions) { o.AllowReplace = true }

// A log group that a transfer names no longer takes our statement along, at once or at the end, though its task keeps it.
func TestLogGroupTakenAway(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	quiet := func(tr *xacct.Transfer) { tr.Task.LogGroupARN, tr.Task.Options.LogLevel = "", dstypes.LogLevelOff }
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer)
		kept bool // the plan says that the task keeps it
	}{
		{"no log group", quiet, true},
		{"another mode", func(tr *xacct.Transfer) { tr.Task.LogGroupARN, tr.Task.Mode = "", dstypes.TaskModeEnhanced }, false},
	} {
		for _, others := range []string{"", "Theirs"} {
			for _, between := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s, others' statement %q, set up without it: %v", tt.name, others, between), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cloud := kittest.World(t)
						if others != "" {
							cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement(others)))
						}
						start := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
						tr := logging(cloud, "one")
						kittest.SetUp(t, cloud, tr)
						tt.edit(&tr)
						ctx, clients := t.Context(), cloud.Clients()
						if between {
							p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}, replacing)
							if got := strings.Contains(p.String(), "the task keeps log group one"); got != tt.kept {
								t.Errorf("told that the log group is kept: %v, want %v\n%s", got, tt.kept, p)
							}
							kittest.MustApply(t, ctx, clients, reload(t, p))
							if got := logStatements(t, cloud); got != others {
								t.Errorf("statements %q, want %q", got, others)
							}
							if again := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}); !again.Empty() {
								t.Errorf("not converged:\n%s", again)
							}
						}
						down, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
						if err != nil {
							t.Fatal(err)
						}
						kittest.MustApply(t, ctx, clients, reload(t, down))
						if after := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true }); after != start {
							t.Errorf("left behind:\n%s", after)
						}
					})
				})
			}
		}
	}
}

// The statement stays as long as another task of ours needs it, of the same plan or not.
func TestLogPolicyThatOthersNeed(t *testing.T) {
	for _, together := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			one, two := logging(cloud, "one"), logging(cloud, "two")
			kittest.SetUp(t, cloud, one, two)
			one.Task.LogGroupARN, one.Task.Options.LogLevel = "", dstypes.LogLevelOff
			transfers := []xacct.Transfer{one}
			if together {
				transfers = append(transfers, two)
			}
			kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers))
			if got := logStatements(t, cloud); got != "XacctDataSyncLogs" {
				t.Errorf("together %v: statements %q", together, got)
			}
			down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{one, two})
			if err != nil {
				t.Fatal(err)
			}
			kittest.MustApply(t, t.Context(), cloud.Clients(), down)
			if got := logStatements(t, cloud); got != "" {
				t.Errorf("together %v: left behind: %q", together, got)
			}
		})
	}
}

// The task that tells of the log policy stays until our statement is gone: a refused write is made up for by the next plan.
func TestTaskStaysUntilItsLogPolicyIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := logging(cloud, "one")
		kittest.SetUp(t, cloud, tr)
		tr.Task.LogGroupARN, tr.Task.Options.LogLevel = "", dstypes.LogLevelOff
		down := func() error {
			p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Apply(t.Context(), cloud.Clients())
			return err
		}
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "DeleteResourcePolicy" {
				return kittest.AccessDenied(call)
			}
			return next()
		})
		if down() == nil {
			t.Fatal("nothing was refused")
		}
		cloud.Intercept(nil)
		if err := down(); err != nil {
			t.Fatal(err)
		}
		if got := logStatements(t, cloud); got != "" {
			t.Errorf("left behind: %q", got)
		}
	})
}

// Whether our statement stands is not guessed: a plan that cannot look at the log policies is blocked, there and back.
func TestLeftLogPolicyUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := logging(cloud, "one")
		kittest.SetUp(t, cloud, tr)
		tr.Task.LogGroupARN, tr.Task.Options.LogLevel = "", dstypes.LogLevelOff
		clients := cloud.Clients()
		a := clients[accountA]
		a.Logs = nil
		clients[accountA] = a
		for _, newPlan := range []func(context.Context, xacct.Clients, []xacct.Transfer, ...func(*xacct.PlanOptions)) (*xacct.Plan, error){xacct.NewPlan, xacct.NewDestroyPlan} {
			if p, err := newPlan(t.Context(), clients, []xacct.Transfer{tr}); err != nil || !kittest.HasFinding(p, xacct.CodeUnread, xacct.Blocking) {
				t.Errorf("%v\n%s", err, p)
			}
		}
	})
}

// TestLogsLeftAlone names neither mode nor log group any more: the task goes on logging, so the statement stays.
func TestLogsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := logging(cloud, "one")
		kittest.SetUp(t, cloud, tr)
		tr.Task.LogGroupARN, tr.Task.Mode = "", ""
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !p.Empty() {
			t.Errorf("a change of nothing:\n%s", p)
		}
	})
}
