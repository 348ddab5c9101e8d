package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// logging is a BASIC transfer with a log group.
func logging(cloud *xaccttest.Cloud, name string) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.Name, tr.Destination.Prefix = name, name
	tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:"+name
	return tr
}

func kinds(p *xacct.Plan, k xacct.Kind) []xacct.Change {
	var out []xacct.Change
	for _, c := range p.Changes {
		if c.Kind == k {
			out = append(out, c)
		}
	}
	return out
}

// Two BASIC tasks of a Region share one resource policy; it is there before they log, and goes with the last of them.
func TestLogPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.AddLogGroup(accountA, "us-east-2", "one")
		start := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
		both := []xacct.Transfer{logging(cloud, "one"), logging(cloud, "two")}
		clients := cloud.Clients()
		p := kittest.MustPlan(t, t.Context(), clients, both)
		if cs := kinds(p, xacct.LogPolicy); len(cs) != 1 || cs[0].Op != xacct.Create || cs[0].Region != "us-east-2" || len(cs[0].Transfers) != 2 {
			t.Fatalf("%+v", cs)
		}
		r := kittest.MustApply(t, t.Context(), clients, p)
		if again := kittest.MustPlan(t, t.Context(), clients, both); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}
		api, err := clients.DataSync(r.TaskARN("one"))
		if err != nil {
			t.Fatal(err)
		}
		e, err := task.Start(t.Context(), api, r.TaskARN("one"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if lines := cloud.LogLines(accountA, "us-east-2", "one"); len(lines) != 1 || !strings.Contains(lines[0], "SUCCESS") {
			t.Errorf("log %q", lines)
		}

		down, err := xacct.NewDestroyPlan(t.Context(), clients, both[:1])
		if err != nil || len(kinds(down, xacct.LogPolicy)) != 0 {
			t.Errorf("the other task needs it: %v\n%s", err, down)
		}
		kittest.MustApply(t, t.Context(), clients, down)
		if down, err = xacct.NewDestroyPlan(t.Context(), clients, both[1:]); err != nil || len(kinds(down, xacct.LogPolicy)) != 1 {
			t.Errorf("nobody needs it: %v\n%s", err, down)
		}
		kittest.MustApply(t, t.Context(), clients, down)
		if left := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true }); left != start {
			t.Errorf("left behind:\n%s", left)
		}
	})
}

func TestLogPolicyOfOthers(t *testing.T) {
	whole := policy.New(policy.Allow("logs:PutLogEvents", "logs:CreateLogStream").By(policy.Service("datasync.amazonaws.com")).On("arn:aws:logs:us-east-2:111122223333:log-group:*:*"))
	foreign := policy.New(policy.Allow("logs:PutLogEvents").WithSid("Theirs").By(policy.Service("es.amazonaws.com")).On("*"))
	conflict := policy.New(policy.Allow("logs:PutLogEvents").WithSid("XacctDataSyncLogs").By(policy.Service("es.amazonaws.com")).On("*"))
	for _, tt := range []struct {
		name   string
		set    func(*xaccttest.Cloud)
		op     xacct.Op
		code   xacct.Code
		detail string
	}{
		{"made by the console", func(c *xaccttest.Cloud) { c.AddLogPolicy(accountA, "us-east-2", "DataSync", whole) }, xacct.NoOp, "", ""},
		{"in our name, with a statement of others", func(c *xaccttest.Cloud) { c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, foreign) }, xacct.Update, "", ""},
		{"our statement says something else", func(c *xaccttest.Cloud) { c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, conflict) }, "", xacct.CodeSidTaken, "XacctDataSyncLogs"},
		{"ten others", func(c *xaccttest.Cloud) {
			for i := range 10 {
				c.AddLogPolicy(accountA, "us-east-2", fmt.Sprint("p", i), foreign)
			}
		}, xacct.Create, xacct.CodeSize, "10 of 10"},
		{"ten in another Region", func(c *xaccttest.Cloud) {
			for i := range 10 {
				c.AddLogPolicy(accountA, "eu-west-1", fmt.Sprint("p", i), foreign)
			}
		}, xacct.Create, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tt.set(cloud)
				before := cloud.Dump()
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{logging(cloud, "one")})
				cs := kinds(p, xacct.LogPolicy)
				if tt.op == "" && len(cs) != 0 || tt.op != "" && (len(cs) != 1 || cs[0].Op != tt.op) {
					t.Errorf("%+v", cs)
				}
				if tt.code != "" {
					if !kittest.HasFinding(p, tt.code, xacct.Blocking) || !strings.Contains(p.String(), tt.detail) {
						t.Errorf("no blocking %s:\n%s", tt.code, p)
					}
					return
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				time.Sleep(time.Minute)
				down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{logging(cloud, "one")})
				if err != nil {
					t.Fatal(err)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), down)
				after := cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoServiceLinkedRoles = true })
				if after != before {
					t.Errorf("others' policies are not as before:\n%s\nwant\n%s", after, before)
				}
			})
		})
	}
}

// An ENHANCED task logs to /aws/datasync without anybody's doing.
func TestEnhancedNeedsNoLogPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p, _, _ := ran(t, cloud, kittest.Push(cloud))
		if cs := kinds(p, xacct.LogPolicy); len(cs) != 0 {
			t.Errorf("%+v", cs)
		}
		if lines := cloud.LogLines(accountA, "us-east-2", "/aws/datasync"); len(lines) != 1 {
			t.Errorf("log %q", lines)
		}
	})
}

// The clients of a task with a log group must be able to look.
func TestLogClientIsNeeded(t *testing.T) {
	cloud := kittest.World(t)
	clients := cloud.Clients()
	a := clients[accountA]
	a.Logs = nil
	clients[accountA] = a
	if _, err := xacct.NewPlan(t.Context(), clients, []xacct.Transfer{logging(cloud, "one")}); err == nil || !strings.Contains(err.Error(), "CloudWatch Logs") {
		t.Error(err)
	}
	if _, err := xacct.NewPlan(t.Context(), clients, []xacct.Transfer{kittest.Push(cloud)}); err != nil {
		t.Errorf("not needed: %v", err)
	}
}
