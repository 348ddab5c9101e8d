package planner

import (
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const mainTask = "arn:aws:datasync:us-east-2:111122223333:task/task-nightly"

// foreign is a statement of somebody else's.
var foreign = policy.Allow("s3:GetObject").By(policy.Account(accountC)).On("arn:aws:s3:::media/*").WithSid("Theirs")

// running lets the task run.
func running(w *world) {
	edit(w.Tasks, mainTask, func(s *task.State) { s.Status = dstypes.TaskStatusRunning })
}

// otherMode lets the task have a mode that cannot be changed in place.
func otherMode(w *world) {
	w.Transfers[0].Task.Mode = dstypes.TaskModeEnhanced
	edit(w.Tasks, mainTask, func(s *task.State) { s.Mode = dstypes.TaskModeBasic })
}

// former adds a location of the transfer's that no end uses, and the bucket of it.
func former(owner snapshot.FormerOwner, policies ...policy.Fragment) func(*world) {
	return func(w *world) {
		w.Locations[formerLocation] = location.State{Exists: true, ARN: formerLocation, URI: "s3://before/", RoleARN: roleARN,
			Tags: w.Transfers[0].TagsFor(plan.DestinationSide)}
		w.Owners["before"] = owner
		if owner.Account != "" {
			w.Buckets["before"] = bucket.State{Exists: true, Policy: policy.New(policies...)}
		}
	}
}

// ours is the statement of the transfer's by which its role writes a bucket.
func ours(w *world, name string) policy.Statement {
	return bucket.Write("arn:aws:s3:::"+name, "").By(policy.AWS(roleARN)).WithSid(w.Transfers[0].End(plan.DestinationSide).Sids[0])
}

// row is a plan of the transfer nightly, whose resources are all made as it wants them, and then edited.
type row struct {
	name     string
	edit     func(*world)
	changes  []string
	findings []string
}

func testPlans(t *testing.T, mode plan.Mode, rows []row) {
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(given("nightly", "media")).made()
			w.mode = mode
			tt.edit(w)
			_, p := w.plan()
			for _, c := range p.Changes {
				if c.Op == plan.NoOp && (c.Hold != "" || len(c.Calls) > 0) {
					t.Errorf("nothing is done by %s, and it is held %q and calls %q", c.ID, c.Hold, c.Calls)
				}
			}
			if diff := cmp.Diff(tt.changes, changes(p)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.findings, findings(p)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSetUp(t *testing.T) {
	testPlans(t, plan.SetUp, []row{
		{"all is there", func(*world) {}, nil, nil},
		{"nothing is there", func(w *world) { *w = *newWorld(given("nightly", "media")) }, []string{
			"create role source",
			"create role destination",
			"create location source after role source",
			"create location destination after role destination, policy media",
			"create task nightly after location source, location destination",
			"create policy media after role destination",
		}, nil},
		{"a policy of a role was changed", func(w *world) {
			edit(w.Roles, roleARN, func(r *iamrole.State) {
				r.Policies = map[string]policy.Document{"xacct-nightly-destination": policy.New(foreign)}
			})
		}, []string{"update role destination"}, nil},
		{"a role of somebody else's", func(w *world) { edit(w.Roles, roleARN, func(r *iamrole.State) { r.Tags = nil }) }, nil, []string{
			"nightly: blocking foreign-role arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"a role unread", func(w *world) { w.Failures[roleARN] = errThrottled }, nil, []string{
			"nightly: blocking unread arn:aws:iam::111122223333:role/nightly-destination",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"the bucket's policy has only others' statements", func(w *world) {
			edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = policy.New(foreign) })
		},
			[]string{"update policy media after role destination"}, nil},
		{"the bucket has no policy", func(w *world) { edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = policy.Document{} }) },
			[]string{"create policy media after role destination"}, nil},
		{"somebody else's statement bears our Sid", func(w *world) {
			edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = policy.New(foreign.WithSid(ours(w, "media").Sid())) })
		}, []string{"update policy media (blocked) after role destination"}, []string{"nightly: blocking sid-taken media"}},
		{"the bucket's policy unread", func(w *world) {
			edit(w.Buckets, "media", func(b *bucket.State) {
				b.Policy, b.Unread = policy.Document{}, map[string]error{bucket.PartPolicy: errThrottled}
			})
		}, nil, []string{
			"nightly: blocking unread media",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/nightly-destination",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
		}},
		{"a location of another prefix", func(w *world) {
			edit(w.Locations, locationARN("us-east-2", "destination"), func(l *location.State) { l.URI = "s3://media/old/" })
		}, []string{"update location destination after role destination, policy media"}, nil},
		{"a location is gone", func(w *world) { delete(w.Locations, locationARN("us-east-2", "destination")) }, []string{
			"create location destination (blocked) after role destination, policy media",
			"replace task nightly (blocked) after location source, location destination",
		}, []string{
			"nightly: blocking replace arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
		}},
		{"the locations unread", func(w *world) { w.Failures[accountA+"/us-east-2"] = errThrottled },
			nil, []string{"nightly: blocking unread locations in us-east-2"}},
		{"two locations", func(w *world) {
			former(snapshot.FormerOwner{})(w)
			edit(w.Locations, formerLocation, func(l *location.State) { l.URI = "s3://media/other/" })
		}, []string{
			"delete location loc-09 (blocked) after task nightly",
			"delete location loc-nightly-destination (blocked) after task nightly",
			"replace task nightly (blocked) after location source, location destination",
		}, []string{
			"nightly: blocking ambiguous s3://media/",
			"nightly: blocking replace arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
		}},
		{"the task is gone", func(w *world) { clear(w.Tasks) }, []string{"create task nightly after location source, location destination"}, nil},
		{"another option", func(w *world) { edit(w.Tasks, mainTask, func(s *task.State) { s.Name = "before" }) },
			[]string{"update task nightly after location source, location destination"}, nil},
		{"another mode", otherMode, []string{"replace task nightly (blocked) after location source, location destination"}, []string{
			"nightly: blocking replace arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
		}},
		{"another mode, replaced", func(w *world) { otherMode(w); w.settings.AllowReplace = true },
			[]string{"replace task nightly after location source, location destination"}, nil},
		{"another mode, while it runs", func(w *world) { otherMode(w); running(w); w.settings.AllowReplace = true },
			[]string{"replace task nightly (blocked) after location source, location destination"}, []string{
				"nightly: blocking running arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
			}},
		{"a task in another Region", func(w *world) {
			s := w.Tasks[mainTask]
			s.ARN = "arn:aws:datasync:eu-central-1:111122223333:task/task-moved"
			w.Tasks[s.ARN] = s
			delete(w.Tasks, mainTask)
			w.settings.AllowReplace = true
		}, []string{
			"delete task task-moved after task nightly",
			"replace task nightly after location source, location destination",
		}, nil},
		{"a second task", func(w *world) {
			s := w.Tasks[mainTask]
			s.ARN, s.SourceLocationARN = formerTask, formerLocation
			w.Tasks[s.ARN] = s
		}, []string{"delete task task-09 after task nightly"}, nil},
		{"two tasks that fit and differ", func(w *world) { s := w.Tasks[mainTask]; s.ARN, s.Name = formerTask, "other"; w.Tasks[s.ARN] = s },
			nil, []string{"nightly: blocking ambiguous nightly"}},
		{"a location and bucket that were left", func(w *world) {
			former(snapshot.FormerOwner{Account: accountB, Region: "us-east-2"}, ours(w, "before"), foreign)(w)
		}, []string{
			"delete location loc-09 after task nightly, policy before",
			"update policy before after task nightly",
		}, nil},
		{"a left bucket of nobody", former(snapshot.FormerOwner{Err: errThrottled}),
			[]string{"delete location loc-09 (blocked) after task nightly"}, []string{"nightly: warning unread before"}},
		{"a left bucket of an account without clients", func(w *world) {
			former(snapshot.FormerOwner{})(w)
			edit(w.Roles, roleARN, func(r *iamrole.State) {
				r.Tags["xacct:left:nightly:before"] = accountC + " destination us-east-2"
			})
		}, []string{
			"delete location loc-09 (blocked) after task nightly, policy before",
			"update policy before (handover) after task nightly",
		}, nil},
		{"a left bucket that is gone", former(snapshot.FormerOwner{Gone: true}), []string{"delete location loc-09 after task nightly"}, nil},
		{"no clients of the bucket's account", func(w *world) { w.without(accountB) },
			[]string{"update policy media (handover) after role destination"}, []string{
				"nightly: warning undetermined arn:aws:iam::111122223333:role/nightly-destination",
				"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
			}},
		{"no clients of the task account", func(w *world) {
			*w = *newWorld(given("nightly", "media"))
			w.without(accountA)
			clear(w.Roles)
			clear(w.Listed)
		}, []string{
			"create role source (handover)",
			"create role destination (handover)",
			"create location source (handover) after role source",
			"create location destination (handover) after role destination, policy media",
			"create task nightly (handover) after location source, location destination",
			"create policy media after role destination",
		}, []string{
			"nightly: warning undetermined arn:aws:iam::111122223333:role/nightly-source",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
			"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
		}},
		{"handed over", func(w *world) { *w = *newWorld(given("nightly", "media")); w.settings.HandOver = []string{accountB} }, []string{
			"create role source",
			"create role destination",
			"create location source after role source",
			"create location destination after role destination, policy media",
			"create task nightly after location source, location destination",
			"create policy media (handover) after role destination",
		}, nil},
		{"handed over, and made", func(w *world) { w.settings.HandOver = []string{accountB} }, nil, nil},
	})
}

func TestTearDown(t *testing.T) {
	testPlans(t, plan.TearDown, []row{
		{"all is there", func(*world) {}, []string{
			"delete role source after location source, location destination",
			"delete role destination after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"delete policy media after location source, location destination",
		}, nil},
		{"nothing is there", func(w *world) { *w = *newWorld(given("nightly", "media")); w.mode = plan.TearDown }, nil, nil},
		{"others' statements stay", func(w *world) { edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = b.Policy.With(foreign) }) },
			[]string{
				"delete role source after location source, location destination",
				"delete role destination after location source, location destination, policy media",
				"delete location source after task nightly",
				"delete location destination after task nightly",
				"delete task nightly",
				"update policy media after location source, location destination",
			}, nil},
		{"others' policies on a role stay", func(w *world) { edit(w.Roles, roleARN, func(r *iamrole.State) { r.Attached = []string{"managed"} }) },
			[]string{
				"delete role source after location source, location destination",
				"update role destination after location source, location destination, policy media",
				"delete location source after task nightly",
				"delete location destination after task nightly",
				"delete task nightly",
				"delete policy media after location source, location destination",
			}, nil},
		{"a role of somebody else's", func(w *world) { edit(w.Roles, roleARN, func(r *iamrole.State) { r.Tags = nil }) }, []string{
			"delete role source after location source, location destination",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"delete policy media after location source, location destination",
		}, []string{
			"nightly: warning foreign-role arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"somebody else's statement names the role", func(w *world) {
			edit(w.Buckets, "media", func(b *bucket.State) { b.Policy = b.Policy.With(foreign.By(policy.AWS(roleARN))) })
		}, []string{
			"delete role source after location source, location destination",
			"delete role destination (blocked) after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"update policy media after location source, location destination",
		}, []string{
			"nightly: warning dead-principal arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"the task runs", running, []string{
			"delete role source (blocked) after location source, location destination",
			"delete role destination (blocked) after location source, location destination, policy media",
			"delete location source (blocked) after task nightly",
			"delete location destination (blocked) after task nightly",
			"delete task nightly (blocked)",
			"delete policy media (blocked) after location source, location destination",
		}, []string{
			"nightly: blocking running arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
		}},
		{"the task runs, and is cancelled", func(w *world) { running(w); w.settings.CancelRuns = true }, []string{
			"delete role source after location source, location destination",
			"delete role destination after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"delete policy media after location source, location destination",
		}, []string{
			"nightly: warning running arn:aws:datasync:us-east-2:111122223333:task/task-nightly",
		}},
		{"the tasks unread", func(w *world) { w.Failures[accountA+"/us-east-2"] = errThrottled }, []string{
			"delete role source (blocked) after location source",
			"delete role destination (blocked) after location source, policy media",
			"delete location source (blocked)",
			"delete policy media (blocked) after location source",
		}, []string{
			"nightly: blocking unread tasks in us-east-2",
			"nightly: blocking unread locations in us-east-2",
		}},
		{"the bucket unread", func(w *world) { delete(w.Buckets, "media") }, []string{
			"delete role source (blocked) after location source, location destination",
			"delete role destination (blocked) after location source, location destination",
			"delete location source (blocked) after task nightly",
			"delete location destination (blocked) after task nightly",
			"delete task nightly (blocked)",
		}, []string{"nightly: blocking unread media"}},
		{"a location and bucket that were left", func(w *world) {
			former(snapshot.FormerOwner{Account: accountB, Region: "us-east-2"}, ours(w, "before"), foreign)(w)
		}, []string{
			"delete role source after location source, location destination, location loc-09",
			"delete role destination after location source, location destination, location loc-09, policy before, policy media",
			"delete location source after task nightly, policy before",
			"delete location destination after task nightly, policy before",
			"delete location loc-09 after task nightly, policy before",
			"delete task nightly",
			"update policy before after task nightly",
			"delete policy media after location loc-09, location source, location destination",
		}, nil},
		{"a left bucket of nobody", former(snapshot.FormerOwner{Err: errThrottled}), []string{
			"delete role source after location source, location destination, location loc-09",
			"delete role destination (blocked) after location source, location destination, location loc-09, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete location loc-09 (blocked) after task nightly",
			"delete task nightly",
			"delete policy media after location loc-09, location source, location destination",
		}, []string{
			"nightly: warning unread before",
			"nightly: warning dead-principal arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"no clients of the bucket's account", func(w *world) { w.without(accountB) }, []string{
			"delete role source after location source, location destination",
			"delete role destination (blocked) after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"update policy media (handover) after location source, location destination",
		}, []string{
			"nightly: warning dead-principal arn:aws:iam::111122223333:role/nightly-destination",
		}},
		{"handed over", func(w *world) { w.settings.HandOver = []string{accountB} }, []string{
			"delete role source after location source, location destination",
			"delete role destination after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"delete policy media (handover) after location source, location destination",
		}, nil},
		{"ACLs again", func(w *world) {
			g := given("nightly", "media")
			g.Destination.DisableACLs = true
			*w = *newWorld(g).made()
			w.mode, w.settings.Ownership = plan.TearDown, map[string]s3types.ObjectOwnership{"media": s3types.ObjectOwnershipObjectWriter}
		}, []string{
			"delete role source after location source, location destination",
			"delete role destination after location source, location destination, policy media",
			"delete location source after task nightly",
			"delete location destination after task nightly",
			"delete task nightly",
			"delete policy media after location source, location destination",
			"update ownership media after location source, location destination",
		}, nil},
	})
}
