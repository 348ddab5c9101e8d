package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const otherGroup = "arn:aws:logs:us-east-2:111122223333:log-group:/theirs"

// leavings are the ways in which a transfer leaves the log group that was made for it.
var leavings = map[string]func(*xaccttest.Cloud, *xacct.Transfer){
	"renamed": func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Task.Log = &task.Log{Name: "/transfers/renamed", RetentionDays: 30}
	},
	"a group as it is": func(c *xaccttest.Cloud, tr *xacct.Transfer) {
		c.AddLogGroup(accountA, "us-east-2", "/theirs")
		tr.Task.Log, tr.Task.LogGroupARN = nil, otherGroup
	},
	"another mode": func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
		tr.Task.Log, tr.Task.Mode = nil, dstypes.TaskModeEnhanced
	},
	"another Region": func(c *xaccttest.Cloud, tr *xacct.Transfer) {
		c.AddBucket(accountB, "eu-west-1", "media-near")
		tr.Destination.Bucket, tr.Destination.Region = "media-near", "eu-west-1"
	},
	"another source": func(c *xaccttest.Cloud, tr *xacct.Transfer) { // the task is replaced and the group renamed
		c.AddBucket(accountA, "eu-west-1", "media-new")
		tr.Source.Bucket, tr.Task.Log = "media-new", &task.Log{Name: "/transfers/renamed"}
	},
}

// replacingWith allows what a leaving needs.
func replacingWith(allowDelete bool) func(*xacct.PlanOptions) {
	return func(o *xacct.PlanOptions) { o.AllowReplace, o.AllowDelete = true, allowDelete }
}

// groupChange is the plan's deletion of the group that was made first; nil if it has none.
func groupChange(p *xacct.Plan) *xacct.Change {
	i := slices.IndexFunc(p.Changes, func(c xacct.Change) bool {
		return c.Kind == xacct.LogGroup && c.Name == ownGroup && c.Region == "us-east-2" && c.Op == xacct.Delete
	})
	if i < 0 {
		return nil
	}
	return &p.Changes[i]
}

// TestFormerLogGroup leaves a log group that was made for the transfer. Without AllowDelete it stays with its lines and every plan says so, also once the task
// logs elsewhere; with it the group goes, in the same plan or a later one. A tear-down deletes it too.
func TestFormerLogGroup(t *testing.T) {
	t.Parallel()
	for name, leave := range leavings {
		for _, end := range []string{"deleted at once", "deleted later", "destroyed"} {
			t.Run(name+", "+end, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := grouped(cloud)
					kittest.SetUp(t, cloud, tr)
					time.Sleep(time.Minute) // virtual
					leave(cloud, &tr)
					plan := func(allowDelete bool) *xacct.Plan {
						return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacingWith(allowDelete))
					}
					apply := func(p *xacct.Plan) {
						t.Helper()
						if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
							t.Fatalf("%v\n%s", err, p)
						}
					}
					if end != "deleted at once" {
						for range 2 {
							p := plan(false)
							c := groupChange(p)
							if c == nil || c.Hold != xacct.Blocked || !strings.Contains(c.Reason, "AllowDelete") || !kittest.HasFinding(p, xacct.CodeLogGroup, xacct.Warning) {
								t.Fatalf("the group is not held: %+v\n%s", c, p)
							}
							apply(p)
							if again := plan(false); !again.Empty() {
								t.Errorf("not empty:\n%s", again)
							}
							if !groupOf(t, cloud, ownGroup).Exists {
								t.Fatal("the group is gone without AllowDelete")
							}
						}
					}
					switch end {
					case "destroyed":
						p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
						if err != nil {
							t.Fatal(err)
						}
						if c := groupChange(p); c == nil || c.Hold != "" {
							t.Errorf("the group is not deleted: %+v\n%s", c, p)
						}
						apply(p)
						if strings.Contains(kittest.Dump(cloud), "tag xacct") {
							t.Errorf("left:\n%s", kittest.Dump(cloud))
						}
					default:
						p := plan(true)
						if c := groupChange(p); c == nil || c.Hold != "" || !slices.Contains(c.Details, "with all of its lines") {
							t.Fatalf("the group is not deleted: %+v\n%s", c, p)
						}
						apply(p)
						again := plan(true)
						if !again.Empty() || groupChange(again) != nil || kittest.HasFinding(again, xacct.CodeLogGroup, xacct.Warning) {
							t.Errorf("not empty:\n%s", again)
						}
					}
					if groupOf(t, cloud, ownGroup).Exists {
						t.Error("the group is still there")
					}
				})
			})
		}
	}
}

// TestFormerLogGroupInterrupted ends the process after every write of a plan that leaves a log group: the next plan and apply lead to the same end.
func TestFormerLogGroupInterrupted(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	for name, leave := range leavings {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n += kittest.Sample(3, 1) {
				writes := 0
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := grouped(cloud)
					kittest.SetUp(t, cloud, tr)
					time.Sleep(time.Minute) // virtual
					leave(cloud, &tr)
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacingWith(true))
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
						if ctx.Err() != nil {
							return kittest.ErrProcessGone
						}
						err := next()
						if !kittest.Reads(call.Operation) {
							if writes++; writes == n {
								cancel()
								return kittest.ErrProcessGone
							}
						}
						return err
					})
					_, _ = p.Apply(ctx, cloud.Clients())
					cloud.Intercept(nil)
					time.Sleep(time.Minute) // virtual
					kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacingWith(true)))
					if groupOf(t, cloud, ownGroup).Exists {
						t.Errorf("after write %d the group is forgotten", n)
					}
				})
				if writes < n || t.Failed() {
					break
				}
			}
		})
	}
}

// TestLogGroupKept has groups that a transfer leaves and that are not its to delete.
func TestLogGroupKept(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit func(*testing.T, *xaccttest.Cloud, *xacct.Transfer) (others []xacct.Transfer)
		warn bool // it is not known whose the group is
	}{
		"its tag is another": {edit: func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) []xacct.Transfer {
			arn := groupOf(t, c, ownGroup).ARN
			if _, err := c.Clients()[accountA].Logs("us-east-2").TagResource(t.Context(), &cloudwatchlogs.TagResourceInput{ResourceArn: &arn,
				Tags: map[string]string{"xacct:managed-by": "hand"}}); err != nil {
				t.Fatal(err)
			}
			leavings["renamed"](c, tr)
			return nil
		}},
		"another transfer names it": {edit: func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) []xacct.Transfer {
			leavings["renamed"](c, tr)
			other := kittest.Push(c)
			other.Name, other.Task.Mode, other.Task.LogGroupARN = "other", dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:"+ownGroup
			other.Destination.Prefix, other.Source.Prefix = "other", "2025"
			return []xacct.Transfer{other}
		}},
		"the task keeps it": {edit: func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) []xacct.Transfer {
			tr.Task.Log = nil
			return nil
		}},
		"it could not be read": {edit: func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) []xacct.Transfer {
			leavings["another mode"](c, tr)
			c.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
				if call.Operation == "DescribeLogGroups" {
					return kittest.AccessDenied(call)
				}
				return next()
			})
			return nil
		}, warn: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := grouped(cloud)
				kittest.SetUp(t, cloud, tr)
				time.Sleep(time.Minute) // virtual
				all := append(tt.edit(t, cloud, &tr), tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), all, replacingWith(true))
				if c := groupChange(p); c != nil {
					t.Errorf("deleted: %+v", c)
				}
				if kittest.HasFinding(p, xacct.CodeUnread, xacct.Warning) != tt.warn {
					t.Errorf("a warning: want %v\n%s", tt.warn, p)
				}
				if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
					t.Fatalf("%v\n%s", err, p)
				}
				cloud.Intercept(nil)
				if !groupOf(t, cloud, ownGroup).Exists {
					t.Error("the group is gone")
				}
			})
		})
	}
}

// TestLogGroupOfATaskThatKeepsIt: a task whose transfer names no group any more goes on with the one that was made for it, and a tear-down deletes it.
func TestLogGroupOfATaskThatKeepsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		before := kittest.StableDump(cloud)
		tr := grouped(cloud)
		kittest.SetUp(t, cloud, tr)
		tr.Task.Log = nil
		kittest.SetUp(t, cloud, tr)
		kittest.TearDown(t, cloud, tr)
		if diff := cmp.Diff(before, kittest.StableDump(cloud)); diff != "" {
			t.Errorf("not as before (-want +got):\n%s", diff)
		}
	})
}

// TestLogKeyIsChecked: a key of another place is a problem of the field that was set, before any call.
func TestLogKeyIsChecked(t *testing.T) {
	for _, key := range []string{"alias/logs", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"} {
		tr := grouped(xaccttest.NewCloud())
		tr.Task.Log.KMSKey = key
		if err := tr.Validate(); err == nil || !strings.Contains(err.Error(), "Task.Log.KMSKey") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
