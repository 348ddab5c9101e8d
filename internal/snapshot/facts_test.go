package snapshot

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const theirs = "arn:aws:iam::111122223333:role/theirs"

var (
	all      = policy.New(policy.Allow("s3:*").On("*").WithSid("All"))
	boundary = policy.New(policy.Allow("*").On("*").WithSid("Boundary"))
)

// texts are the documents as text, so that they can be compared; "" is the zero document.
func texts[K comparable](docs map[K]policy.Document) map[K]string {
	out := map[K]string{}
	for k, d := range docs {
		out[k] = string(d.Bytes())
	}
	return out
}

// What is known of a role: nothing is absent that was not read, and what the plan is to write is left out.
func TestFactsOfRoles(t *testing.T) {
	type facts struct {
		Identity []string // nil is not known
		Boundary string
		Unjudged bool
		Moved    string
		Trusted  bool // its trust policy is known
		Tagged   bool // so are its tags
	}
	own := string(all.Bytes())
	state := iamrole.State{Exists: true, ARN: theirs, ID: "AROATHEIRS", Policies: map[string]policy.Document{"inline": all},
		Attached: []string{"managed"}, Managed: map[string]policy.Document{"managed": boundary, "bound": boundary}}
	edited := func(edit func(*iamrole.State)) func(world) string {
		return func(w world) string {
			s := state
			edit(&s)
			w.Roles[theirs] = s
			return theirs
		}
	}
	for _, tt := range []struct {
		name string
		edit func(world) (arn string)
		want facts
	}{
		{"given", edited(func(*iamrole.State) {}), facts{[]string{own, string(boundary.Bytes())}, "", false, "", true, true}},
		{"given, bound", edited(func(s *iamrole.State) { s.PermissionsBoundary = "bound" }),
			facts{[]string{own, string(boundary.Bytes())}, string(boundary.Bytes()), false, "", true, true}},
		{"given and absent", edited(func(s *iamrole.State) { *s = iamrole.State{} }), facts{[]string{}, "", false, "", true, false}},
		{"given, at another path", edited(func(s *iamrole.State) { s.ARN = "arn:aws:iam::111122223333:role/path/theirs" }),
			facts{[]string{}, "", false, "arn:aws:iam::111122223333:role/path/theirs", true, false}},
		{"given, its policies unread", edited(func(s *iamrole.State) { s.Unread = map[string]error{iamrole.PartPolicies: errThrottled} }),
			facts{nil, "", true, "", true, true}},
		{"given and unread", edited(func(s *iamrole.State) {
			*s = iamrole.State{Unread: map[string]error{iamrole.PartRole: errThrottled}}
		}), facts{nil, "", true, "", false, false}},
		{"given and failed", func(w world) string { w.Failures[theirs] = errThrottled; return theirs }, facts{nil, "", true, "", false, false}},
		{"not looked at", func(world) string { return theirs }, facts{}},
		{"ours", func(world) string { return sourceRole }, facts{[]string{}, "", false, "", true, true}},
		{"ours, with a policy of others", func(w world) string {
			w.editRole(sourceRole, func(r *iamrole.State) { r.Policies["theirs"] = all })
			return sourceRole
		}, facts{[]string{own}, "", false, "", true, true}},
		{"ours, not made yet", func(w world) string { w.Roles[sourceRole] = iamrole.State{}; return sourceRole }, facts{}},
		{"ours, not made yet, to be bound", func(w world) string {
			w.Roles[sourceRole] = iamrole.State{Managed: map[string]policy.Document{"wanted": boundary}}
			return sourceRole
		}, facts{nil, string(boundary.Bytes()), false, "", false, false}},
		{"ours, to be bound otherwise", func(w world) string {
			w.editRole(sourceRole, func(r *iamrole.State) {
				r.PermissionsBoundary, r.Managed = "before", map[string]policy.Document{"before": all, "wanted": boundary}
			})
			return sourceRole
		}, facts{[]string{}, string(boundary.Bytes()), false, "", true, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete(func(g *transfer.Given) {
				g.Destination.RoleARN = theirs
				if strings.Contains(tt.name, "to be bound") {
					g.Source.Role.PermissionsBoundary = "wanted"
				}
			})
			arn := tt.edit(w)
			f := w.Facts(w.Transfers, plan.Settings{}, nil)
			var got facts
			if docs, known := f.Identity[arn]; known {
				got.Identity = []string{}
				for _, d := range docs {
					got.Identity = append(got.Identity, string(d.Bytes()))
				}
			}
			d := f.Boundaries[arn]
			got.Boundary, got.Moved, got.Unjudged = string(d.Bytes()), f.Moved[arn], slices.Contains(f.Unjudged, arn)
			_, got.Trusted = f.Trusts[arn]
			_, got.Tagged = f.Tags[arn]
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

// Policies are as they mean roles, and unread ones are not there; statements of ours that are no longer wanted leave.
func TestFactsOfPolicies(t *testing.T) {
	w := complete(func(g *transfer.Given) {
		g.Destination.KMSKeys = []string{keyB, "arn:aws:kms:us-east-2:444455556666:key/2234abcd-12ab-34cd-56ef-1234567890ab"}
	})
	unreadKey := "arn:aws:kms:us-east-2:444455556666:key/2234abcd-12ab-34cd-56ef-1234567890ab"
	w.Keys[unreadKey] = kmskey.State{Exists: true, Unread: map[string]error{kmskey.PartPolicy: errThrottled}}
	w.Buckets["raw"] = bucket.State{Exists: true, Unread: map[string]error{bucket.PartPolicy: errThrottled}}
	list := w.t.End(plan.DestinationSide).Sids[1]
	b := w.Buckets["media"]
	b.Policy = policy.New(bucket.List("arn:aws:s3:::media").By(policy.AWS("AROAnightly-destination")).WithSid(list))
	w.Buckets["media"] = b
	f := w.Facts(w.Transfers, plan.Settings{OrgIDs: map[string]string{accountA: "o-1"}}, map[string]string{accountA: "caller"})
	byARN := policy.New(bucket.List("arn:aws:s3:::media").By(policy.AWS(destRole)).WithSid(list))
	if diff := cmp.Diff(map[string]string{"media": string(byARN.Bytes())}, texts(f.BucketPolicies)); diff != "" {
		t.Errorf("policies of buckets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{keyB}, slices.Sorted(maps.Keys(f.KeyPolicies))); diff != "" {
		t.Errorf("keys with policies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{list}, f.Leaving["media"]); diff != "" {
		t.Errorf("statements that leave (-want +got):\n%s", diff)
	}
	if f.OrgIDs[accountA] != "o-1" || f.Writers[accountA] != "caller" {
		t.Errorf("organisations %v and writers %v", f.OrgIDs, f.Writers)
	}
}

// What lies at the destination matters until the transfer has its task: then it may be its own.
func TestFactsOfDestination(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(world)
		want bool
	}{
		{"no task", func(w world) { w.tasks() }, true},
		{"a task", func(world) {}, false},
		{"not known whether", func(w world) {
			w.tasks(task.State{ARN: mainTask, Unread: map[string]error{task.PartTask: errThrottled}})
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			w.Samples["nightly"], w.Unlisted["nightly"] = bucket.Sample{Objects: 3}, errThrottled
			tt.edit(w)
			f := w.Facts(w.Transfers, plan.Settings{}, nil)
			if filled, unlisted := f.Filled["nightly"].Objects == 3, f.NotListed["nightly"] != nil; filled != tt.want || unlisted != tt.want {
				t.Errorf("filled %v, not listed %v, want %v", filled, unlisted, tt.want)
			}
		})
	}
}

// Locations that were read are facts.
func TestFactsOfLocations(t *testing.T) {
	w := complete()
	w.editLocation(destLocation, func(l *location.State) { l.Unread = map[string]error{location.PartLocation: errThrottled} })
	w.Failures[formerLocation] = errThrottled
	w.Locations[formerLocation] = location.State{Exists: true}
	f := w.Facts(w.Transfers, plan.Settings{}, nil)
	if diff := cmp.Diff([]string{sourceLocation}, slices.Collect(maps.Keys(f.Locations))); diff != "" {
		t.Errorf("locations (-want +got):\n%s", diff)
	}
}

// Roles are read in accounts with clients only: those to make, those given, and the operators'.
func TestRolesToRead(t *testing.T) {
	w := complete(func(g *transfer.Given) {
		g.Destination.RoleARN, g.Operators = theirs,
			[]string{"arn:aws:iam::444455556666:role/ops", "arn:aws:iam::777788889999:role/ops", "arn:aws:iam::111122223333:user/ops"}
		g.Task.Report = &task.Report{Bucket: "media", RoleARN: "arn:aws:iam::111122223333:role/reports"}
	})
	got := map[string]string{}
	for arn, spec := range w.RolesToRead(w.set(), false) {
		got[arn] = spec.Name
	}
	want := map[string]string{sourceRole: "nightly-source", theirs: "theirs", "arn:aws:iam::444455556666:role/ops": "ops",
		"arn:aws:iam::111122223333:role/reports": "reports"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
}

// Only the location tells the role of a given location.
func TestGivenRoles(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(world)
		want []string
	}{
		{"told", func(world) {}, []string{theirs}},
		{"read already", func(w world) { w.Roles[theirs] = iamrole.State{} }, nil},
		{"failed already", func(w world) { w.Failures[theirs] = errThrottled }, nil},
		{"no location", func(w world) { delete(w.Locations, formerLocation) }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete(func(g *transfer.Given) { g.Destination.LocationARN = formerLocation })
			w.Locations[formerLocation] = location.State{Exists: true, RoleARN: theirs}
			tt.edit(w)
			if diff := cmp.Diff(tt.want, slices.Collect(maps.Keys(w.GivenRoles(w.set())))); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
}

// A role tells by its tags of buckets that it was allowed into, before its policies become others.
func TestNoteBuckets(t *testing.T) {
	for _, tt := range []struct {
		name          string
		bucket, owner string
		edit          func(world)
		want          map[string]string
	}{
		{"another account's", "before", accountC, func(world) {},
			map[string]string{"xacct:left:nightly:before": accountC + " destination us-east-2"}},
		{"in another Region, as was found", "before", accountC, func(w world) { w.Owners["before"] = FormerOwner{Region: "us-west-2"} },
			map[string]string{"xacct:left:nightly:before": accountC + " destination us-west-2"}},
		{"the one that is wanted", "media", accountB, func(world) {}, map[string]string{}},
		{"the task account's", "before", accountA, func(world) {}, map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			w.editRole(destRole, func(r *iamrole.State) { r.Policies["xacct-nightly-destination"] = writes(tt.bucket, tt.owner) })
			w.editRole(destRole, func(r *iamrole.State) { r.Trust = iamrole.DataSyncTrust("aws", accountA, "us-east-2") })
			tt.edit(w)
			for _, r := range w.set().Roles {
				if r.Arn != destRole {
					continue
				}
				got := w.NoteBuckets(r)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("tags (-want +got):\n%s", diff)
				}
			}
		})
	}
}

// Of a bucket's policy it is known why nothing is known.
func TestWhyUnread(t *testing.T) {
	for _, tt := range []struct {
		name string
		kind plan.Kind
		edit func(world)
		want error
	}{
		{"read", plan.BucketPolicy, func(w world) { w.Buckets["before"] = bucket.State{Exists: true} }, nil},
		{"not read", plan.BucketPolicy, func(world) {}, ErrNotRead},
		{"of another kind", plan.KeyPolicy, func(world) {}, nil},
		{"gone", plan.BucketPolicy, func(w world) { w.Owners["before"] = FormerOwner{Gone: true} }, nil},
		{"refused", plan.BucketPolicy, func(w world) { w.Owners["before"] = FormerOwner{Err: errThrottled} }, errThrottled},
		{"failed", plan.BucketPolicy, func(w world) { w.Failures["before"] = errThrottled }, errThrottled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete()
			tt.edit(w)
			if err := w.WhyUnread(&plan.Change{Kind: tt.kind, Name: "before"}); err != tt.want {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

// The documents in force are named by what they belong to, and what was not read says why.
func TestDocumentsInForce(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(world)
		want map[string]string // by name: the error; "" is a document
	}{
		{"all read", func(world) {}, map[string]string{
			"trust " + sourceRole: "", "policy xacct-nightly-source of " + sourceRole: "",
			"trust " + destRole: "", "policy xacct-nightly-destination of " + destRole: "",
			"bucket raw": "", "bucket media": "", "key " + keyB: ""}},
		{"nothing read", func(w world) { clear(w.Roles); clear(w.Buckets); clear(w.Keys) }, map[string]string{
			"trust " + sourceRole: "not read", "trust " + destRole: "not read",
			"bucket raw": "the clients hold none of account " + accountA, "bucket media": "the clients hold none of account " + accountB,
			"key " + keyB: "the clients hold none of account " + accountB}},
		{"failed in part", func(w world) {
			w.editRole(sourceRole, func(r *iamrole.State) {
				r.Unread, r.Policies = map[string]error{iamrole.PartPolicies: errThrottled}, map[string]policy.Document{"theirs": all}
			})
			w.Roles[destRole] = iamrole.State{Unread: map[string]error{iamrole.PartRole: errThrottled}}
			w.Failures["raw"] = errThrottled
			w.Buckets["media"] = bucket.State{Unread: map[string]error{bucket.PartPolicy: errThrottled}}
			w.Failures[keyB] = errThrottled
		}, map[string]string{
			"trust " + sourceRole: "", "policies of " + sourceRole: "throttled", "policy theirs of " + sourceRole: "",
			"trust " + destRole: "throttled",
			"bucket raw":        "throttled", "bucket media": "throttled", "key " + keyB: "throttled"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := complete(func(g *transfer.Given) { g.Destination.KMSKeys = []string{keyB} })
			tt.edit(w)
			got := map[string]string{}
			for _, d := range w.DocumentsInForce(w.t) {
				if got[d.Name] = ""; d.Err != nil {
					got[d.Name] = d.Err.Error()
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

// Roles are known by their unique ids while they exist.
func TestRoleIDs(t *testing.T) {
	w := complete()
	w.editRole(sourceRole, func(r *iamrole.State) { r.Exists = false })
	w.Roles[theirs] = iamrole.State{Exists: true}
	if diff := cmp.Diff(map[string]string{"AROAnightly-destination": destRole}, w.RoleIDs()); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}
