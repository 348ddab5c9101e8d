package enginetest_test

import (
	"context"
	"fmt"
	"slices"
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

// toAnotherRegion moves a transfer that logs to a bucket of another Region.
func toAnotherRegion(cloud *xaccttest.Cloud, tr xacct.Transfer) xacct.Transfer {
	cloud.AddBucket(accountB, "eu-west-1", "media-near")
	tr.Destination.Bucket, tr.Destination.Region = "media-near", "eu-west-1"
	if tr.Task.LogGroupARN != "" {
		tr.Task.LogGroupARN = "arn:aws:logs:eu-west-1:111122223333:log-group:" + tr.Name
	}
	return tr
}

// TestLogPolicyOfFormerRegion moves a transfer that logs to another Region: our statement leaves the log policy of the former one, once the new task is there and
// before the old one goes, unless another task of ours logs there. So does it with a tear-down.
func TestLogPolicyOfFormerRegion(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit   func(*xacct.Transfer) // beside the move
		others string                // the Sid of a statement of others in the policy
		two    bool                  // another transfer of ours logs in the Region
		want   string                // the statements there
	}{
		"a log group there":           {edit: func(*xacct.Transfer) {}},
		"others' statement":           {edit: func(*xacct.Transfer) {}, others: "Theirs", want: "Theirs"},
		"another mode":                {edit: func(tr *xacct.Transfer) { tr.Task.LogGroupARN, tr.Task.Mode = "", dstypes.TaskModeEnhanced }},
		"another transfer logs there": {edit: func(*xacct.Transfer) {}, two: true, want: "XacctDataSyncLogs"},
	} {
		for _, destroyed := range []bool{false, true} {
			for _, together := range []bool{false, true} {
				if together && !tt.two {
					continue
				}
				t.Run(fmt.Sprintf("%s, destroyed %v, planned with the other one %v", name, destroyed, together), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						cloud := kittest.World(t)
						if tt.others != "" {
							cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement(tt.others)))
						}
						tr, second := logging(cloud, "one"), logging(cloud, "two")
						all := []xacct.Transfer{tr}
						if tt.two {
							kittest.SetUp(t, cloud, tr, second)
						} else {
							kittest.SetUp(t, cloud, tr)
						}
						time.Sleep(time.Minute) // virtual
						tr = toAnotherRegion(cloud, tr)
						tt.edit(&tr)
						if all[0] = tr; together {
							all = append(all, second)
						}
						var order []string // of the writes that matter
						cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
							if slices.Contains([]string{"CreateTask", "DeleteTask", "PutResourcePolicy", "DeleteResourcePolicy"}, call.Operation) {
								order = append(order, call.Operation+" "+call.Region)
							}
							return next()
						})
						if !destroyed {
							p := kittest.MustPlan(t, t.Context(), cloud.Clients(), all, replacing)
							kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, p))
							if got := logStatements(t, cloud); got != tt.want {
								t.Errorf("statements %q, want %q\n%s", got, tt.want, p)
							}
							if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), all); !again.Empty() {
								t.Errorf("not empty:\n%s", again)
							}
							made, gone := slices.Index(order, "CreateTask eu-west-1"), slices.Index(order, "DeleteTask us-east-2")
							if left := slices.IndexFunc(order, func(s string) bool {
								return s == "PutResourcePolicy us-east-2" || s == "DeleteResourcePolicy us-east-2"
							}); (left < 0) != tt.two || left >= 0 && (left < made || left > gone) {
								t.Errorf("in the order %q", order)
							}
						}
						down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), all)
						if err != nil {
							t.Fatal(err)
						}
						kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, down))
						want := tt.want
						if together {
							want = ""
						}
						if got := logStatements(t, cloud); got != want {
							t.Errorf("after the tear-down: statements %q, want %q", got, want)
						}
						residue, err := down.Residue(t.Context(), cloud.Clients())
						if err != nil {
							t.Error(err)
						}
						for _, r := range residue {
							if r.Ours {
								t.Errorf("left: %+v", r)
							}
						}
					})
				})
			}
		}
	}
}

// TestLogPolicyOfFormerRegionInterrupted ends the process after every write of such a move: the next plan and apply lead to the same end, and so does a
// destroy plan in their place.
func TestLogPolicyOfFormerRegionInterrupted(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	for _, destroyed := range []bool{false, true} {
		t.Run(fmt.Sprintf("destroyed %v", destroyed), func(t *testing.T) {
			for n := 1; ; n++ {
				writes := 0
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := logging(cloud, "one")
					kittest.SetUp(t, cloud, tr)
					time.Sleep(time.Minute) // virtual
					tr = toAnotherRegion(cloud, tr)
					writes = cutOff(t, cloud, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacing), n)
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacing)
					if destroyed {
						p = destroyPlan(t, cloud, tr, false)
					}
					kittest.MustApply(t, t.Context(), cloud.Clients(), p)
					if got := logStatements(t, cloud); got != "" {
						t.Errorf("after write %d: left in the former Region: %q", n, got)
					}
				})
				if writes < n || t.Failed() {
					break
				}
			}
		})
	}
}

// TestLogPolicyOfFormerRegionUnread has a move whose plan can read neither the tasks nor the log policies of the former Region: what is not known to be needed by
// nobody stays.
func TestLogPolicyOfFormerRegionUnread(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"ListTasks", "DescribeResourcePolicies"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := logging(cloud, "one")
				kittest.SetUp(t, cloud, tr)
				time.Sleep(time.Minute) // virtual
				tr = toAnotherRegion(cloud, tr)
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					if call.Operation == operation && call.Region == "us-east-2" && kittest.KeyOf(call).Resource == "" {
						return kittest.AccessDenied(call)
					}
					return next()
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, replacing)
				if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeUnread }) {
					t.Errorf("nothing is said to be unread:\n%s", p)
				}
				_, _ = p.Apply(t.Context(), cloud.Clients())
				cloud.Intercept(nil)
				if got := logStatements(t, cloud); got != "XacctDataSyncLogs" {
					t.Errorf("statements %q", got)
				}
			})
		})
	}
}
