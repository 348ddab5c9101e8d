package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const ownGroup = "/transfers/media"

// grouped is a BASIC transfer with a log group of its own.
func grouped(cloud *xaccttest.Cloud) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.Task.Mode, tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: ownGroup, RetentionDays: 30}
	return tr
}

// groupOf is what account A's CloudWatch Logs tell of a group.
func groupOf(t *testing.T, cloud *xaccttest.Cloud, name string) task.LogGroupState {
	t.Helper()
	s, err := task.ObserveLogGroup(t.Context(), cloud.Clients()[accountA].Logs("us-east-2"), name, true)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLogGroup: a group is made with its tags, retention and key, is written to, changed in place, and deleted with the transfer.
func TestLogGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		key := cloud.AddKey(accountA, "us-east-2", func(o *xaccttest.KeyOptions) { o.Policy = kittest.LogKeyPolicy(accountA, "us-east-2").Bytes() })
		for _, name := range []string{ownGroup + "-2", ownGroup + "/a", "/transfers", "/transfers/medi"} { // the list is by prefix, and in pages
			cloud.AddLogGroup(accountA, "us-east-2", name)
		}
		start := kittest.StableDump(cloud)
		tr := grouped(cloud)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		cs := kinds(p, xacct.LogGroup)
		if len(cs) != 1 || cs[0].Op != xacct.Create || cs[0].Name != ownGroup || cs[0].Region != "us-east-2" || len(kinds(p, xacct.LogPolicy)) != 1 {
			t.Fatalf("%+v", cs)
		}
		if again, before := slices.IndexFunc(p.Changes, func(c xacct.Change) bool { return c.Kind == xacct.DataSyncTask }), cs[0].ID; !slices.Contains(p.Changes[again].Requires, before) {
			t.Error("the task does not wait for its log group")
		}
		r := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		s := groupOf(t, cloud, ownGroup)
		if s.RetentionDays != 30 || s.KMSKey != "" || s.Tags["xacct:managed-by"] != "xacct" || s.Tags["xacct:transfer"] != tr.Name {
			t.Errorf("%+v", s)
		}
		api, err := cloud.Clients().DataSync(r.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		run, err := task.Start(t.Context(), api, r.TaskARN(tr.Name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(t.Context()); err != nil || len(cloud.LogLines(accountA, "us-east-2", ownGroup)) != 1 {
			t.Errorf("%v, log %q", err, cloud.LogLines(accountA, "us-east-2", ownGroup))
		}
		if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}

		tr.Task.Log = &task.Log{Name: ownGroup, RetentionDays: 90, KMSKey: key}
		tr.Tags = map[string]string{"team": "media"}
		p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if cs = kinds(p, xacct.LogGroup); len(cs) != 1 || cs[0].Op != xacct.Update || !strings.Contains(strings.Join(cs[0].Details, "\n"), "retention for 30 days → for 90 days") {
			t.Fatalf("%+v", cs)
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		if s = groupOf(t, cloud, ownGroup); s.RetentionDays != 90 || s.KMSKey != key || s.Tags["team"] != "media" {
			t.Errorf("%+v", s)
		}
		tr.Task.Log = &task.Log{Name: ownGroup} // leaves both alone
		if p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !p.Empty() {
			t.Errorf("not left alone:\n%s", p)
		}
		kittest.TearDown(t, cloud, tr)
		if left := kittest.StableDump(cloud); left != start {
			t.Errorf("left behind:\n%s\nwant\n%s", left, start)
		}
	})
}

// A group that is not tagged as this transfer's is neither changed nor deleted, whoever made it and whenever.
func TestLogGroupOfOthers(t *testing.T) {
	tagged := func(managed, transfer string) func(*testing.T, *xaccttest.Cloud) {
		return func(t *testing.T, c *xaccttest.Cloud) {
			_, err := c.Clients()[accountA].Logs("us-east-2").CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: new(ownGroup),
				Tags: map[string]string{"xacct:managed-by": managed, "xacct:transfer": transfer}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		make func(*testing.T, *xaccttest.Cloud)
		why  string
	}{
		{"without tags", func(_ *testing.T, c *xaccttest.Cloud) { c.AddLogGroup(accountA, "us-east-2", ownGroup) }, "without the tag xacct:managed-by=xacct"},
		{"of another tool", tagged("terraform", "media-archive"), "without the tag xacct:managed-by=xacct"},
		{"of another transfer", tagged("xacct", "other"), "it belongs to transfer other"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := grouped(cloud)
				early := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				tt.make(t, cloud)
				before := kittest.StableDump(cloud)

				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if !kittest.HasFinding(p, xacct.CodeForeignLogGroup, xacct.Blocking) || !strings.Contains(p.String(), tt.why) {
					t.Errorf("not blocked:\n%s", p)
				}
				_, err := early.Apply(t.Context(), cloud.Clients())
				var blocked *xacct.BlockedError
				if !errors.As(err, &blocked) {
					t.Errorf("an older plan: %v", err)
				}
				down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if err != nil || len(kinds(down, xacct.LogGroup)) != 0 || !kittest.HasFinding(down, xacct.CodeForeignLogGroup, xacct.Warning) {
					t.Errorf("%v\n%s", err, down)
				}
				if after := kittest.StableDump(cloud); after != before {
					t.Errorf("changed:\n%s\nwant\n%s", after, before)
				}
			})
		})
	}
}

// A group that somebody else makes, or untags, between the last read and the write stays as it is.
func TestLogGroupTakenMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := grouped(cloud)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		var once onceEach
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			if c.Operation == "CreateLogGroup" && once.first("taken") {
				cloud.AddLogGroup(accountA, "us-east-2", ownGroup)
			}
			return next()
		})
		_, err := p.Apply(t.Context(), cloud.Clients())
		cloud.Intercept(nil)
		var owner *xacct.OwnerError
		if !errors.As(err, &owner) || owner.Kind != xacct.LogGroup {
			t.Errorf("%v", err)
		}
		if s := groupOf(t, cloud, ownGroup); s.RetentionDays != 0 || len(s.Tags) != 0 {
			t.Errorf("changed: %+v", s)
		}
	})
}

// A group without tags that the plan cannot read blocks; one that is only named warns.
func TestLogGroupUnread(t *testing.T) {
	for _, tt := range []struct {
		name, refuse string
		edit         func(*xacct.Transfer)
		severity     xacct.Severity
	}{
		{"the list, of its own", "DescribeLogGroups", func(*xacct.Transfer) {}, xacct.Blocking},
		{"the tags, of its own", "ListTagsForResource", func(*xacct.Transfer) {}, xacct.Blocking},
		{"the list, of others", "DescribeLogGroups", func(tr *xacct.Transfer) {
			tr.Task.LogGroupARN, tr.Task.Log = tr.Task.Log.ARN(accountA, "us-east-2"), nil
		}, xacct.Warning},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddLogGroup(accountA, "us-east-2", ownGroup)
				tr := grouped(cloud)
				tt.edit(&tr)
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Service == "CloudWatch Logs" && c.Operation == tt.refuse {
						return xaccttest.Fault(400, "AccessDeniedException", "no")
					}
					return next()
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if !kittest.HasFinding(p, xacct.CodeUnread, tt.severity) || tt.severity == xacct.Warning && !strings.Contains(p.String(), "logs:DescribeLogGroups") {
					t.Errorf("\n%s", p)
				}
			})
		})
	}
}

// TestNamedLogGroup: a group that is only named is told of: whether it exists, and what is set on it. An ENHANCED task may name that of DataSync.
func TestNamedLogGroup(t *testing.T) {
	arn := "arn:aws:logs:us-east-2:111122223333:log-group:"
	for _, tt := range []struct {
		name     string
		mode     dstypes.TaskMode
		arn      string
		log      *task.Log
		there    bool // the group exists, with 90 days
		severity xacct.Severity
		code     xacct.Code
		detail   string
	}{
		{"of BASIC, missing", "BASIC", arn + "media", nil, false, xacct.Warning, xacct.CodeNoLogGroup, "log group media does not exist in us-east-2"},
		{"of BASIC, missing, with star", "BASIC", arn + "media:*", nil, false, xacct.Warning, xacct.CodeNoLogGroup, "log group media does not exist in us-east-2"},
		{"of BASIC, there", "BASIC", arn + "media", nil, true, xacct.Info, xacct.CodeLogGroup, "lines are kept for 90 days, without a key of its own"},
		{"of DataSync, missing", "ENHANCED", arn + "/aws/datasync", nil, false, xacct.Info, xacct.CodeNoLogGroup, "DataSync makes it with the first run, and keeps its lines for ever"},
		{"of DataSync, there", "", arn + "/aws/datasync", nil, true, xacct.Info, xacct.CodeLogGroup, "lines are kept for 90 days"},
		{"of DataSync by Log, missing", "", "", &task.Log{Name: "/aws/datasync", RetentionDays: 30}, false, xacct.Warning, xacct.CodeNoLogGroup, "Log wants that lines are kept for 30 days"},
		{"of DataSync by Log, there", "", "", &task.Log{Name: "/aws/datasync", RetentionDays: 30}, true, xacct.Warning, xacct.CodeLogGroup, "Log wants that lines are kept for 30 days"},
		{"of DataSync by Log, as it wants", "", "", &task.Log{Name: "/aws/datasync", RetentionDays: 90}, true, xacct.Info, xacct.CodeLogGroup, "lines are kept for 90 days"},
		{"of DataSync for BASIC", "BASIC", "", &task.Log{Name: "/aws/datasync"}, true, xacct.Info, xacct.CodeLogGroup, "lines are kept for 90 days"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Task.Mode, tr.Task.LogGroupARN, tr.Task.Log = tt.mode, tt.arn, tt.log
				name := "/aws/datasync"
				if tt.log == nil {
					name = task.LogGroupName(tt.arn)
				}
				if tt.there {
					cloud.AddLogGroup(accountA, "us-east-2", name)
					_, err := cloud.Clients()[accountA].Logs("us-east-2").PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: new(int32(90))})
					if err != nil {
						t.Fatal(err)
					}
				}
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				found := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
					return f.Code == tt.code && f.Severity == tt.severity && strings.Contains(f.Detail, tt.detail)
				})
				if !found || len(kinds(p, xacct.LogGroup)) != 0 {
					t.Errorf("no %s %s %q:\n%s", tt.severity, tt.code, tt.detail, p.Details())
				}
				if enhanced := tt.mode != "BASIC"; enhanced != (len(kinds(p, xacct.LogPolicy)) == 0) {
					t.Errorf("log policies: %+v", kinds(p, xacct.LogPolicy))
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
					t.Errorf("not converged:\n%s", again)
				}
				kittest.TearDown(t, cloud, tr)
				if tt.there && groupOf(t, cloud, name).RetentionDays != 90 {
					t.Error("the group was changed")
				}
			})
		})
	}
}

// A task that is BASIC already needs its mode said before it can log to the group of DataSync, because the log policy goes by that.
func TestLogGroupOfDataSyncAndABasicTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Task.Mode = dstypes.TaskModeBasic
		kittest.SetUp(t, cloud, tr)
		tr.Task.Mode, tr.Task.LogGroupARN = "", "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync"
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if !kittest.HasFinding(p, xacct.CodeTaskOption, xacct.Blocking) {
			t.Errorf("not blocked:\n%s", p)
		}
		tr.Task.Mode = dstypes.TaskModeBasic
		if p = kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); len(kinds(p, xacct.LogPolicy)) != 1 {
			t.Errorf("no log policy:\n%s", p)
		}
	})
}

// A group that one transfer makes may be named by another; and residue names one that is left.
func TestLogGroupNamedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		one, two := grouped(cloud), kittest.Push(cloud)
		two.Name, two.Destination.Prefix = "second", "second"
		two.Task.Mode, two.Task.LogGroupARN = dstypes.TaskModeBasic, one.Task.Log.ARN(accountA, "us-east-2")
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{two, one})
		if kittest.HasFinding(p, xacct.CodeNoLogGroup, xacct.Warning) || len(kinds(p, xacct.LogGroup)) != 1 {
			t.Errorf("\n%s", p)
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{two, one}); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}
		left, err := p.Residue(t.Context(), cloud.Clients())
		if err != nil || !slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Kind == xacct.LogGroup && r.Ours && r.Name == ownGroup }) {
			t.Errorf("%v %v", left, err)
		}
	})
}

// A group that a transfer leaves stays with its lines, and the plan says so.
func TestLogGroupLeft(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer)
	}{
		{"another name", func(tr *xacct.Transfer) { tr.Task.Log = &task.Log{Name: "/transfers/other"} }},
		{"another mode", func(tr *xacct.Transfer) { tr.Task.Mode, tr.Task.Log = dstypes.TaskModeEnhanced, nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := grouped(cloud)
				kittest.SetUp(t, cloud, tr)
				tt.edit(&tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
				if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
					return f.Code == xacct.CodeLogGroup && f.Severity == xacct.Warning && strings.Contains(f.Detail, "log group "+ownGroup+" was made for the transfer") && strings.Contains(f.Detail, "it stays with its lines")
				}) {
					t.Errorf("not told:\n%s", p.Details())
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), p)
				if !groupOf(t, cloud, ownGroup).Exists {
					t.Error("the group was deleted")
				}
				if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !again.Empty() {
					t.Errorf("not converged:\n%s", again)
				}
			})
		})
	}
}
