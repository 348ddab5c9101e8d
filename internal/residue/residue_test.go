package residue

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const (
	accountA = "111122223333" // of the source, and of the task
	accountB = "444455556666" // of the destination
	keyB     = "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	destRole = "arn:aws:iam::111122223333:role/nightly-destination"
)

var errThrottled = errors.New("throttled")

// world is the transfer nightly, of which everything was torn down.
type world struct {
	t *transfer.Transfer
	*snapshot.Snapshot
}

func newWorld() world {
	t := transfer.Resolve(transfer.Given{Name: "nightly",
		Source:      transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media", KMSKeys: []string{keyB}}})
	w := world{t, snapshot.New(slices.Values([]string{accountA, accountB}))}
	w.Transfers = []*transfer.Transfer{t}
	for _, r := range w.set().Roles {
		w.Roles[r.Arn] = iamrole.State{}
	}
	w.Buckets["raw"], w.Buckets["media"] = bucket.State{Exists: true, OwnerProved: true}, bucket.State{Exists: true, OwnerProved: true}
	w.Keys[keyB] = kmskey.State{Exists: true}
	return w
}

func (w world) set() desired.Set { return w.WithFormer(desired.Of(w.Transfers)) }

// role puts a role of ours into place.
func (w world) role(edit func(*iamrole.State)) {
	want := w.set().Roles[slices.IndexFunc(w.set().Roles, func(r desired.Role) bool { return r.Arn == destRole })]
	s := iamrole.State{Exists: true, ARN: destRole, Policies: maps.Clone(want.Spec.Policies), Tags: maps.Clone(want.Spec.Tags)}
	edit(&s)
	w.Roles[destRole] = s
}

// policies are the statements with these Sids.
func policies(sids ...string) policy.Document {
	var all policy.Statements
	for _, sid := range sids {
		all = append(all, policy.Allow("s3:ListBucket").By(policy.AWS("AROA1234567890EXAMPLE")).On("arn:aws:s3:::media").WithSid(sid))
	}
	return policy.New(all)
}

// What is left is ours, or somebody's who has to look at it; what was not read is not known.
func TestResidue(t *testing.T) {
	ourSid := newWorld().t.End(plan.DestinationSide).Sids[0]
	keySid := newWorld().t.KeySids[1]
	inBucket := plan.Residue{Account: accountB, Region: "us-east-2", Kind: plan.BucketPolicy, Name: "media"}
	inKey := plan.Residue{Account: accountB, Region: "us-east-2", Kind: plan.KeyPolicy, Name: "1234abcd-12ab-34cd-56ef-1234567890ab"}
	role := plan.Residue{Account: accountA, Kind: plan.IAMRole, Name: "nightly-destination"}
	ours := func(r plan.Residue, detail string) plan.Residue { r.Ours, r.Detail = true, detail; return r }
	other := func(r plan.Residue, detail string) plan.Residue { r.Unknown, r.Detail = true, detail; return r }
	const (
		place = "arn:aws:datasync:us-east-2:111122223333:location/loc-02"
		left  = "arn:aws:datasync:us-east-2:111122223333:location/loc-09"
		main  = "arn:aws:datasync:us-east-2:111122223333:task/task-01"
	)
	locate := func(w world, arn, uri string) {
		w.Locations[arn] = location.State{Exists: true, ARN: arn, URI: uri, Tags: w.t.TagsFor(plan.DestinationSide)}
	}
	for _, tt := range []struct {
		name string
		edit func(world)
		want []plan.Residue
	}{
		{"nothing", func(world) {}, nil},
		{"a role", func(w world) { w.role(func(*iamrole.State) {}) }, []plan.Residue{ours(role, destRole)}},
		{"a role that others use", func(w world) { w.role(func(s *iamrole.State) { s.Attached = []string{"managed"} }) },
			[]plan.Residue{ours(role, "inline policy xacct-nightly-destination")}},
		{"a role that only others use", func(w world) {
			w.role(func(s *iamrole.State) { s.Attached, s.Policies = []string{"managed"}, nil })
		}, nil},
		{"a role of somebody else's", func(w world) { w.role(func(s *iamrole.State) { s.Tags = nil }) }, nil},
		{"a role unread", func(w world) {
			w.Roles[destRole] = iamrole.State{Unread: map[string]error{iamrole.PartRole: errThrottled}}
		}, []plan.Residue{other(role, "not known: throttled")}},
		{"a role not looked at", func(w world) { clear(w.Roles) }, nil},
		{"a statement in a bucket", func(w world) { w.Buckets["media"] = bucket.State{Policy: policies("Theirs", ourSid)} },
			[]plan.Residue{ours(inBucket, "statement "+ourSid)}},
		{"a bucket unread", func(w world) {
			w.Buckets["media"] = bucket.State{Exists: true, OwnerProved: true, Unread: map[string]error{bucket.PartPolicy: errThrottled}}
		}, []plan.Residue{other(inBucket, "not known: throttled")}},
		{"statements of other transfers", func(w world) { w.Buckets["media"] = bucket.State{Policy: policies("XacctWeeklyWrite", "XacctOther")} },
			[]plan.Residue{other(inBucket,
				"not known: statements of other transfers, or of an earlier version of these: \"XacctWeeklyWrite\", \"XacctOther\"")}},
		{"a statement of somebody who is gone", func(w world) {
			w.Buckets["media"], w.Dead = bucket.State{Policy: policies("Theirs")}, []string{"AROA1234567890EXAMPLE"}
		}, []plan.Residue{other(inBucket, "not known: statements that name a role or user that is gone: AROA1234567890EXAMPLE")}},
		{"a statement in a key", func(w world) { w.Keys[keyB] = kmskey.State{Policy: policies("Theirs", keySid)} },
			[]plan.Residue{ours(inKey, "statement "+keySid)}},
		{"a key unread", func(w world) {
			w.Keys[keyB] = kmskey.State{Unread: map[string]error{kmskey.PartPolicy: errThrottled}}
		}, []plan.Residue{other(inKey, "not known: throttled")}},
		{"a location", func(w world) { locate(w, place, "s3://media/") },
			[]plan.Residue{{Ours: true, Account: accountA, Region: "us-east-2", Kind: plan.DataSyncLocation, Name: "s3://media/", Detail: place}}},
		{"a location that was left, in a bucket of nobody", func(w world) { locate(w, left, "s3://before/") }, []plan.Residue{
			{Kind: plan.BucketPolicy, Name: "before", Unknown: true, Detail: "not known: whose bucket it is, which the transfer has left: not read"},
			{Ours: true, Account: accountA, Region: "us-east-2", Kind: plan.DataSyncLocation, Name: "s3://before/", Detail: left}}},
		{"a task", func(w world) {
			w.Tasks[main] = task.State{Exists: true, ARN: main, Name: "nightly", Tags: w.t.TagsFor("")}
		}, []plan.Residue{{Ours: true, Account: accountA, Region: "us-east-2", Kind: plan.DataSyncTask, Name: "nightly", Detail: main}}},
		{"a task unread", func(w world) {
			w.Tasks[main] = task.State{ARN: main, Unread: map[string]error{task.PartTask: errThrottled}}
		},
			[]plan.Residue{{Account: accountA, Region: "us-east-2", Kind: plan.DataSyncTask, Name: "nightly", Unknown: true,
				Detail: "not known: " + main + ": throttled"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			tt.edit(w)
			set := w.set()
			got := slices.Concat(roles(w.Snapshot, set), bucketPolicies(w.Snapshot, set), ownerlessBuckets(w.Snapshot, set),
				keyPolicies(w.Snapshot, set), dataSync(w.Snapshot, set))
			withoutErrors := slices.Clone(got)
			for i, item := range got {
				failed := strings.HasSuffix(item.Detail, "throttled") || strings.HasSuffix(item.Detail, "not read")
				if (item.Err != nil) != failed || failed && !strings.HasSuffix(item.Detail, item.Err.Error()) {
					t.Errorf("%q has the error %v", item.Detail, item.Err)
				}
				withoutErrors[i].Err = nil
			}
			if diff := cmp.Diff(tt.want, withoutErrors); diff != "" {
				t.Errorf("residue (-want +got):\n%s", diff)
			}
		})
	}
}

// Only what a caller can decide on is an error of the whole, once each.
func TestUndecided(t *testing.T) {
	ambiguous := &plan.AmbiguousError{Account: accountA, Name: "nightly"}
	owner := &plan.WrongOwnerError{Account: accountB, Bucket: "media"}
	for _, tt := range []struct {
		name string
		errs []error
		want []error
	}{
		{"nothing", nil, nil},
		{"known items", []error{nil, nil}, nil},
		{"a read that failed", []error{errThrottled}, nil},
		{"an ambiguous one, often", []error{ambiguous, nil, ambiguous, errThrottled}, []error{ambiguous}},
		{"both", []error{owner, ambiguous}, []error{owner, ambiguous}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var items []plan.Residue
			for _, err := range tt.errs {
				items = append(items, plan.Residue{Err: err})
			}
			var got []error
			if joined, ok := undecided(items).(interface{ Unwrap() []error }); ok {
				got = joined.Unwrap()
			}
			if !slices.Equal(tt.want, got) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// A log policy is left if a task needed it and none does any more.
func TestLogPolicies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		there bool
		users map[string]task.State
		want  int
	}{
		{"there", true, nil, 1},
		{"gone", false, nil, 0},
		{"needed by another task", true, map[string]task.State{"arn:aws:datasync:us-east-2:111122223333:task/task-09": {Unread: map[string]error{task.PartTask: errThrottled}}}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := transfer.Resolve(transfer.Given{Name: "nightly", Source: transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
				Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media"},
				Task:        task.Spec{Mode: dstypes.TaskModeBasic, LogGroupARN: "arn:aws:logs:us-east-2:111122223333:log-group:nightly"}})
			s := snapshot.New(slices.Values([]string{accountA}))
			s.Transfers, s.LogUsers = []*transfer.Transfer{tr}, tt.users
			w := desired.Of(s.Transfers)
			if tt.there {
				s.Logs = map[string]map[string]policy.Document{w.Logs[0].ID(): {task.LogPolicyName: policy.New(w.Logs[0].Statement())}}
			}
			if got := logPolicies(s, w); len(got) != tt.want {
				t.Errorf("left %v, want %d", got, tt.want)
			}
		})
	}
}

// What runs may leave is named even where nobody can look.
func TestLeftByRuns(t *testing.T) {
	got := leftByRuns(t.Context(), nil, newWorld().set())
	var kinds []string
	for _, r := range got {
		if r.Ours || r.Detail == "" {
			t.Errorf("%+v", r)
		}
		kinds = append(kinds, string(r.Kind)+" "+r.Name)
	}
	if diff := cmp.Diff([]string{"log-group /aws/datasync", "objects s3://media/.aws-datasync/", "multipart-uploads media"}, kinds); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}
