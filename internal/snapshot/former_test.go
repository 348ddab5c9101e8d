package snapshot

import (
	"maps"
	"slices"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// writes is the policy by which the role of the destination writes another bucket.
func writes(name, account string) policy.Document {
	return policy.New(bucket.Write("arn:aws:s3:::"+name, "").WithSid("Write").When(policy.StringEquals("aws:ResourceAccount", account)))
}

// Roles that locations name, or named before, may still hold policies of the transfer's.
func TestFormerRoles(t *testing.T) {
	source, destination := []plan.Side{plan.SourceSide}, []plan.Side{plan.DestinationSide}
	for _, tt := range []struct {
		name string
		edit func(world)
		want map[string][]plan.Side
	}{
		{"those of the locations", func(world) {}, map[string][]plan.Side{sourceRole: source, destRole: destination}},
		{"another at a location", func(w world) { w.editLocation(destLocation, func(l *location.State) { l.RoleARN = formerRole }) },
			map[string][]plan.Side{sourceRole: source, formerRole: destination}},
		{"noted at a location", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Tags["xacct:replaces"] = "/before /path/older" })
		}, map[string][]plan.Side{sourceRole: source, destRole: destination, formerRole: destination,
			"arn:aws:iam::111122223333:role/path/older": destination}},
		{"at a location that is left", func(w world) { w.former(formerLocation, "s3://before/", formerRole, plan.DestinationSide) },
			map[string][]plan.Side{sourceRole: source, destRole: destination, formerRole: destination}},
		{"of both ends", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.RoleARN = formerRole })
			w.editLocation(sourceLocation, func(l *location.State) { l.RoleARN = formerRole })
		}, map[string][]plan.Side{formerRole: {plan.SourceSide, plan.DestinationSide}}},
		{"of another account", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.RoleARN = "arn:aws:iam::444455556666:role/theirs" })
		}, map[string][]plan.Side{sourceRole: source}},
		{"not clear which location", func(w world) {
			w.editLocation(destLocation, func(l *location.State) { l.Unread = map[string]error{location.PartTags: errThrottled} })
		}, map[string][]plan.Side{sourceRole: source, destRole: destination}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			if diff := cmp.Diff(tt.want, w.FormerRoles(w.t)); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}

// A role is left over if a location tells of it, it is ours, and no transfer wants or was given it.
func TestOrphanRoles(t *testing.T) {
	before := func(w world) {
		w.editLocation(destLocation, func(l *location.State) { l.RoleARN = formerRole })
		w.editRole(formerRole, func(r *iamrole.State) {
			*r = iamrole.State{Exists: true, ARN: formerRole, Path: "/", Tags: w.t.TagsFor("")}
		})
	}
	unmarked := func(w world) {
		before(w)
		w.editRole(formerRole, func(r *iamrole.State) { delete(r.Tags, "xacct:transfer") })
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want []string
	}{
		{"none", func(world) {}, nil},
		{"tagged as the transfer's", before, []string{formerRole}},
		{"gone", func(w world) { before(w); w.editRole(formerRole, func(r *iamrole.State) { r.Exists = false }) }, nil},
		{"not ours", func(w world) { before(w); w.editRole(formerRole, func(r *iamrole.State) { r.Tags = nil }) }, nil},
		{"of another transfer", func(w world) {
			before(w)
			w.editRole(formerRole, func(r *iamrole.State) { r.Tags["xacct:transfer"] = "weekly" })
		}, nil},
		{"of a user's name, with a policy of the transfer's", func(w world) {
			unmarked(w)
			w.editRole(formerRole, func(r *iamrole.State) {
				r.Policies = map[string]policy.Document{"xacct-nightly-destination": {}, "xacct-weekly-source": {}}
			})
		}, []string{formerRole}},
		{"of a user's name, empty", unmarked, []string{formerRole}},
		{"of a user's name, with others' policies", func(w world) {
			unmarked(w)
			w.editRole(formerRole, func(r *iamrole.State) { r.Policies = map[string]policy.Document{"xacct-weekly-source": {}} })
		}, nil},
		{"its policies unread", func(w world) {
			before(w)
			w.editRole(formerRole, func(r *iamrole.State) { r.Unread = map[string]error{iamrole.PartPolicies: errThrottled} })
		}, nil},
		{"given", func(w world) { before(w); w.addTransfer(func(g *transfer.Given) { g.Source.RoleARN = formerRole }) }, nil},
		{"an operator's", func(w world) {
			before(w)
			w.addTransfer(func(g *transfer.Given) { g.Operators = []string{formerRole} })
		}, nil},
		{"a report's", func(w world) {
			before(w)
			w.addTransfer(func(g *transfer.Given) { g.Task.Report = &task.Report{Bucket: "reports", RoleARN: formerRole} })
		}, nil},
		{"another transfer's", func(w world) {
			unmarked(w)
			w.addTransfer(func(g *transfer.Given) { g.Source.Role.Name = "before" })
		}, []string{formerRole + " shared"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			var got []string
			for _, r := range w.OrphanRoles(desired.Of([]*transfer.Transfer{w.t})) {
				what := r.Arn
				if r.Shared {
					what += " shared"
				}
				if !r.Former || r.Account != accountA || r.Spec.Name != "before" {
					t.Errorf("role %+v", r)
				}
				got = append(got, what)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("left over (-want +got):\n%s", diff)
			}
		})
	}
}

// A location that gets another role notes the one that it had, unless that is gone or cannot stand in a tag.
func TestNoteRoles(t *testing.T) {
	for _, tt := range []struct {
		name, had, noted, want string
	}{
		{"another role", formerRole, "", "/before"},
		{"behind it what was noted", formerRole, "/older /before", "/before /older"},
		{"the wanted one", destRole, "", ""},
		{"the wanted one noted", formerRole, "/nightly-destination", "/before"},
		{"one that is gone", "arn:aws:iam::111122223333:role/gone", "", ""},
		{"of another account", "arn:aws:iam::444455556666:role/theirs", "", ""},
		{"a comma in the name", "arn:aws:iam::111122223333:role/a,b", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			w.Roles["arn:aws:iam::111122223333:role/gone"] = iamrole.State{}
			tags := map[string]string{"xacct:replaces": tt.noted}
			if diff := cmp.Diff(tt.want, w.NoteRoles(w.location(plan.DestinationSide), tags, tt.had)); diff != "" {
				t.Errorf("tag (-want +got):\n%s", diff)
			}
		})
	}
}

// Policies of our roles, and the plan, tell of keys that the transfer does not list any more.
func TestWithFormerKeys(t *testing.T) {
	uses := policy.New(kmskey.Read(keyC).WithSid("Decrypt"))
	listing := func(g *transfer.Given) { g.Destination.KMSKeys = []string{keyB} }
	type row struct {
		ARN     string
		Former  bool
		NamedBy []string
		Ours    bool // all Sids of the transfer's are looked for
	}
	named := func(policyName string) func(world) {
		return func(w world) { w.editRole(destRole, func(r *iamrole.State) { r.Policies[policyName] = uses }) }
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want []row
	}{
		{"none", func(world) {}, []row{{keyB, false, nil, true}}},
		{"by a policy of ours", named("xacct-nightly-destination"), []row{{keyB, false, nil, true}, {keyC, true, []string{destRole}, true}}},
		{"by a policy of the user's, unseen", named("theirs"), []row{{keyB, false, nil, true}}},
		{"by a policy of the user's, seen", func(w world) { named("theirs")(w); w.Readable[accountC] = true },
			[]row{{keyB, false, nil, true}, {keyC, true, []string{destRole}, true}}},
		{"by a role that is not ours", func(w world) {
			named("xacct-nightly-destination")(w)
			w.editRole(destRole, func(r *iamrole.State) { r.Tags = nil })
		}, []row{{keyB, false, nil, true}}},
		{"by a policy, of the task account", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) {
				r.Policies["xacct-nightly-destination"] = policy.New(kmskey.Read("arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"))
			})
		}, []row{{keyB, false, nil, true}}},
		{"by the plan", func(w world) { w.KeysNamed = map[string][]string{"nightly": {keyC}, "weekly": {"other"}} },
			[]row{{keyB, false, nil, true}, {keyC, true, nil, true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete(listing)
			tt.edit(w)
			var got []row
			for _, k := range w.WithFormerKeys(w.set()).Keys {
				ours := !slices.ContainsFunc(w.t.KeySids, func(sid string) bool { return !slices.Contains(k.Ours, sid) })
				got = append(got, row{k.Spec.ARN, k.Former, k.NamedBy, ours})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
}

// A role goes on naming a key whose policy cannot be seen, by a statement that allows it next to nothing; without it the policies are as wanted.
func TestRoleKeepsFormerKeys(t *testing.T) {
	for _, tt := range []struct {
		name string
		seen bool
		want []string
	}{
		{"unseen", false, []string{"Write", "Left"}},
		{"seen", true, []string{"Write"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			w.Readable[accountC] = tt.seen
			w.editRole(destRole, func(r *iamrole.State) { r.Policies["xacct-nightly-destination"] = policy.New(kmskey.Read(keyC)) })
			all := w.WithFormerKeys(w.set())
			i := slices.IndexFunc(all.Roles, func(r desired.Role) bool { return r.Arn == destRole })
			var got []string
			for st := range all.Roles[i].Spec.Policies["xacct-nightly-destination"].All() {
				got = append(got, st.Sid())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
			without, plain := WithoutFormerKeys(all.Roles[i].Spec.Policies), w.set().Roles[i].Spec.Policies
			if !maps.EqualFunc(without, plain, policy.Document.Equal) {
				t.Errorf("without the names of left keys:\n%v\nwant\n%v", without, plain)
			}
		})
	}
}

// A task may be in the Regions that the source location and the roles tell of.
func TestFormerRegions(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(world)
		want []string
	}{
		{"none", func(world) {}, nil},
		{"by the source location", func(w world) {
			w.editLocation(sourceLocation, func(l *location.State) { l.Tags["xacct:region"] = "us-east-2 eu-central-1" })
		}, []string{"eu-central-1"}},
		{"by a role's tag", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) { r.Tags["xacct:region"] = "eu-central-1 eu-central-1" })
		}, []string{"eu-central-1"}},
		{"by a role's trust", func(w world) {
			w.editRole(destRole, func(r *iamrole.State) { r.Trust = iamrole.DataSyncTrust("aws", accountA, "eu-central-1", "us-east-2") })
		}, nil}, // the source location knows better
		{"by a role's trust, without a source location", func(w world) {
			delete(w.Locations, sourceLocation)
			w.editRole(destRole, func(r *iamrole.State) {
				r.Trust = iamrole.DataSyncTrust("aws", accountA, "eu-central-1", "us-east-2", "eu-west-1")
			})
		}, []string{"eu-central-1"}},
		{"by a trust of every Region", func(w world) {
			delete(w.Locations, sourceLocation)
			w.editRole(destRole, func(r *iamrole.State) { r.Trust = iamrole.DataSyncTrust("aws", accountA) })
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			got := w.FormerRegions(w.t)
			if diff := cmp.Diff(tt.want, append([]string(nil), got...)); diff != "" {
				t.Errorf("Regions (-want +got):\n%s", diff)
			}
		})
	}
}

// A role's tag tells of the Regions in which tasks still are, before its trust forgets them.
func TestNoteRegions(t *testing.T) {
	w := complete()
	w.tasks(w.task(mainTask), w.task(movedTask), w.task("arn:aws:datasync:ap-south-1:111122223333:task/task-04"),
		w.task("arn:aws:datasync:ap-south-1:111122223333:task/task-05"))
	if diff := cmp.Diff("ap-south-1 eu-central-1", w.NoteRegions(w.set(), w.Transfers)); diff != "" {
		t.Errorf("tag (-want +got):\n%s", diff)
	}
	if got := w.NoteRegions(w.set(), nil); got != "" {
		t.Errorf("of no transfers %q", got)
	}
}

// A log policy stays for as long as a task that may need it does.
func TestLogsNeeded(t *testing.T) {
	const group = "arn:aws:logs:us-east-2:111122223333:log-group:nightly"
	basic := func(g *transfer.Given) { g.Task.Mode, g.Task.LogGroupARN = dstypes.TaskModeBasic, group }
	another := task.State{Exists: true, ARN: secondTask, Mode: dstypes.TaskModeBasic, LogGroupARN: group,
		Tags: map[string]string{"xacct:managed-by": "xacct", "xacct:transfer": "elsewhere"}}
	edited := func(edit func(*task.State)) func(world) {
		return func(w world) {
			s := another
			s.Tags = maps.Clone(s.Tags)
			edit(&s)
			w.LogUsers[s.ARN] = s
		}
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want bool
	}{
		{"by its own task only", func(world) {}, false},
		{"by a task of another plan", edited(func(*task.State) {}), true},
		{"by a task that is not ours", edited(func(s *task.State) { s.Tags = nil }), false},
		{"by a task in another Region", edited(func(s *task.State) { s.ARN = movedTask }), false},
		{"by a task without a log group", edited(func(s *task.State) { s.LogGroupARN = "" }), false},
		{"by a task that is gone", edited(func(s *task.State) { s.Exists = false }), false},
		{"by a task that could not be read", edited(func(s *task.State) {
			*s = task.State{ARN: secondTask, Unread: map[string]error{task.PartTask: errThrottled}}
		}), true},
		{"by a transfer that is blocked", func(w world) {
			w.addTransfer(basic)
			s := w.task(secondTask)
			s.Tags["xacct:transfer"] = "weekly"
			w.Tasks[secondTask] = s
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete(basic)
			set := w.set()
			tt.edit(w)
			if got := w.LogsNeeded(set.Logs[0]); got != tt.want {
				t.Errorf("needed: %v, want %v", got, tt.want)
			}
		})
	}
}

// A transfer whose task logged, and that names no log group any more, has left the log policy.
func TestFormerLogs(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*task.State)
		want []string
	}{
		{"it logged", func(*task.State) {}, []string{accountA + "/us-east-2/log-policy/xacct-datasync"}},
		{"it did not", func(s *task.State) { s.LogGroupARN = "" }, nil},
		{"ENHANCED", func(s *task.State) { s.Mode = dstypes.TaskModeEnhanced }, nil},
		{"in another Region", func(s *task.State) { s.ARN = movedTask }, []string{accountA + "/eu-central-1/log-policy/xacct-datasync"}},
		{"not ours", func(s *task.State) { s.Tags = nil }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			s := w.task(mainTask)
			s.Mode, s.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:nightly"
			tt.edit(&s)
			w.tasks(s)
			var got []string
			for _, l := range w.WithFormer(w.set()).Logs {
				got = append(got, l.ID())
				if !l.Former || len(l.Transfers) != 1 {
					t.Errorf("%s: former %v, of %d transfers", l.ID(), l.Former, len(l.Transfers))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
		})
	}
}

// What the changes of a plan name is read too, each as its account's.
func TestNamedByPlan(t *testing.T) {
	changes := []plan.Change{
		{Kind: plan.KeyPolicy, ARN: keyC, Account: accountC, Transfers: []string{"nightly", "weekly"}},
		{Kind: plan.KeyPolicy, ARN: keyC, Account: accountB, Transfers: []string{"nightly"}}, // a plan that somebody has edited
		{Kind: plan.KeyPolicy, ARN: "alias/x", Account: accountB, Transfers: []string{"nightly"}},
		{Kind: plan.BucketPolicy, Name: "before", Account: accountB, Region: "us-east-2", Transfers: []string{"nightly"}},
		{Kind: plan.BucketOwnership, Name: "media", Account: accountA, Transfers: []string{"nightly"}},
	}
	if diff := cmp.Diff(map[string][]string{"nightly": {keyC}, "weekly": {keyC}}, KeysNamedBy(changes)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]FormerBucket{"nightly": {{Name: "before", Regions: []string{"us-east-2"}, ToldOwner: accountB}}},
		BucketsNamedBy(changes)); diff != "" {
		t.Errorf("buckets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{accountB, accountC}, NamedByPlan(changes)); diff != "" {
		t.Errorf("accounts (-want +got):\n%s", diff)
	}
}
