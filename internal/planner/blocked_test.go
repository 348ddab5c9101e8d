package planner

import (
	"context"
	"testing"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// noUploads keeps everybody from writing the bucket.
var noUploads = policy.Deny("s3:PutObject").By(policy.Everyone()).On("arn:aws:s3:::archive/*").WithSid("NoUploads")

// two are the transfers nightly and weekly, of which nothing is made, and one of which may be blocked.
func two(edits ...func(*transfer.Given)) *world {
	nightly, weekly := given("nightly", "media"), given("weekly", "archive")
	option.Apply(&nightly, edits)
	option.Apply(&weekly, edits)
	return newWorld(weekly, nightly)
}

// A transfer that is blocked holds up its own changes and nobody else's.
func TestBlocked(t *testing.T) {
	unread := func(w *world) {
		edit(w.Buckets, "archive", func(b *bucket.State) { b.Unread = map[string]error{bucket.PartPolicy: errThrottled} })
	}
	for _, tt := range []struct {
		name       string
		edit       func(*world)
		given      func(*transfer.Given)
		free, held int
		blocked    []string
	}{
		{"nobody", func(*world) {}, func(*transfer.Given) {}, 12, 0, nil},
		{"one", unread, func(*transfer.Given) {}, 6, 5, []string{"weekly"}},
		{"one that shares a role", unread, func(g *transfer.Given) { g.Source.Role.Name = "shared" }, 6, 5, []string{"weekly"}},
		{"one that is denied", func(w *world) { edit(w.Buckets, "archive", func(b *bucket.State) { b.Policy = policy.New(noUploads) }) },
			func(*transfer.Given) {}, 6, 6, []string{"weekly"}},
		{"one that is denied, overridden", func(w *world) {
			edit(w.Buckets, "archive", func(b *bucket.State) { b.Policy = policy.New(noUploads) })
			w.settings.Override = []string{plan.CodeDenied}
		}, func(*transfer.Given) {}, 12, 0, nil},
		{"another code overridden", func(w *world) { unread(w); w.settings.Override = []string{plan.CodeDenied} }, func(*transfer.Given) {}, 6, 5,
			[]string{"weekly"}},
		{"both", func(w *world) { unread(w); w.Failures[accountA+"/us-east-2"] = errThrottled }, func(*transfer.Given) {}, 0, 7,
			[]string{"nightly", "weekly"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := two(tt.given)
			tt.edit(w)
			b, p := w.plan()
			free, held, ids := 0, 0, map[string]bool{}
			for _, c := range p.Changes {
				if ids[c.ID] {
					t.Errorf("%s stands twice", c.ID)
				}
				ids[c.ID] = true
				switch c.Hold {
				case "":
					free++
				case plan.Blocked:
					held++
				default:
					t.Errorf("%s: %s", c.ID, c.Hold)
				}
				for _, name := range c.Transfers {
					if blocked := b.Blocked()[name]; blocked != (c.Hold == plan.Blocked) {
						t.Errorf("%s of %s: hold %q, blocked %v", c.ID, name, c.Hold, blocked)
					}
				}
			}
			if diff := cmp.Diff([2]int{tt.free, tt.held}, [2]int{free, held}); diff != "" {
				t.Errorf("free and held changes (-want +got):\n%s", diff)
			}
			var blocked []string
			for _, t := range p.Transfers {
				if b.Blocked()[t.Name] {
					blocked = append(blocked, t.Name)
				}
			}
			if diff := cmp.Diff(tt.blocked, blocked); diff != "" {
				t.Errorf("blocked (-want +got):\n%s", diff)
			}
		})
	}
}

// What was blocked when the plan was made stays so, whatever is found by now.
func TestHeld(t *testing.T) {
	w := two()
	b := NewBuilder(plan.SetUp, w.Snapshot, w.Transfers, w.settings, nil)
	b.Held = map[string]bool{"weekly": true}
	if err := b.PlanAll(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Changes {
		if want := c.Transfers[0] == "weekly"; (c.Hold == plan.Blocked) != want {
			t.Errorf("%s: hold %q, want it held %v", c.ID, c.Hold, want)
		}
	}
	if len(b.Held) != 1 {
		t.Errorf("held by now: %v", b.Held)
	}
}

// Findings stand by transfer, the heaviest first; an overridden one says so and keeps its code.
func TestFindings(t *testing.T) {
	w := two()
	edit(w.Buckets, "archive", func(b *bucket.State) { b.Policy = policy.New(noUploads) })
	edit(w.Buckets, "media", func(b *bucket.State) { b.Unread = map[string]error{bucket.PartPolicy: errThrottled} })
	w.settings.Override = []string{plan.CodeDenied}
	_, p := w.plan()
	want := []string{
		"nightly: blocking unread media",
		"nightly: warning undetermined arn:aws:iam::111122223333:role/nightly-destination",
		"nightly: warning undetermined arn:aws:iam::111122223333:role/ops",
		"weekly: warning denied arn:aws:iam::111122223333:role/weekly-destination (overridden)",
	}
	if diff := cmp.Diff(want, findings(p)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	for i := 1; i < len(p.Findings); i++ {
		if a, b := p.Findings[i-1], p.Findings[i]; a.Transfer > b.Transfer || a.Transfer == b.Transfer && weight(a.Severity) < weight(b.Severity) {
			t.Errorf("%s %s stands before %s %s", a.Transfer, a.Severity, b.Transfer, b.Severity)
		}
	}
}

// Whatever is planned, each change is planned after all that it requires can be made: nothing requires itself.
func TestRequiresNoCycle(t *testing.T) {
	for name, w := range map[string]*world{"set-up": two(), "tear-down": two().made()} {
		t.Run(name, func(t *testing.T) {
			w.mode = plan.Mode(name)
			_, p := w.plan()
			by := map[string]plan.Change{}
			for _, c := range p.Changes {
				by[c.ID] = c
			}
			var depth func(id string) int
			depth = func(id string) int {
				most := 0
				for _, q := range by[id].Requires {
					if _, ok := by[q]; !ok {
						t.Errorf("%s requires %s, which is not planned", id, q)
					}
					most = max(most, 1+depth(q))
				}
				return most
			}
			last := map[plan.Kind]int{}
			for id, c := range by {
				last[c.Kind] = max(last[c.Kind], depth(id))
			}
			want := map[plan.Kind]int{plan.IAMRole: 0, plan.BucketPolicy: 1, plan.DataSyncLocation: 2, plan.DataSyncTask: 3}
			if name == "tear-down" {
				want = map[plan.Kind]int{plan.DataSyncTask: 0, plan.DataSyncLocation: 1, plan.BucketPolicy: 2, plan.IAMRole: 3}
			}
			if diff := cmp.Diff(want, last); diff != "" {
				t.Errorf("how many changes come before the last of each kind (-want +got):\n%s", diff)
			}
		})
	}
}

// The account of the tasks stands first, whatever its number, and a role before what needs it.
func TestOrderOfAccounts(t *testing.T) {
	g := given("nightly", "media")
	g.TaskAccount = accountB
	g.Operators = []string{"arn:aws:iam::444455556666:role/ops"}
	_, p := newWorld(g).plan()
	want := []string{
		"create role source",
		"create role destination",
		"create location source after role source, policy raw",
		"create location destination after role destination",
		"create task nightly after location source, location destination",
		"create policy raw after role source",
	}
	if diff := cmp.Diff(want, changes(p)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// What a plan is asked for has to make sense before anything is read.
func TestCheckInput(t *testing.T) {
	disabling := func(g *transfer.Given) { g.Destination.DisableACLs = true }
	restored := plan.Settings{Ownership: map[string]s3types.ObjectOwnership{"media": s3types.ObjectOwnershipObjectWriter}}
	for _, tt := range []struct {
		name      string
		transfers []*transfer.Transfer
		settings  plan.Settings
		want      string
	}{
		{"a transfer", two().Transfers, plan.Settings{Override: Overridable}, ""},
		{"none", nil, plan.Settings{}, "plan: no transfers were given: give at least one"},
		{"a code that is never overridden", two().Transfers, plan.Settings{Override: []string{plan.CodeUnread}},
			`plan: Override "unread" is not a code that can be overridden: use one of acls-enabled, denied, key-not-listed, key-unusable, no-operator, reported-removal, requester-pays, wrong-owner`},
		{"ACLs again", two(disabling).Transfers, restored, ""},
		{"ACLs again where they are not disabled", two().Transfers, restored,
			`plan: Ownership["media"] is no destination bucket with DisableACLs: give one of the transfers' whose ACLs they disabled`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := CheckInput(tt.transfers, tt.settings, ""); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// Input that makes no sense is refused before any client is called.
func TestNewReadsNothing(t *testing.T) {
	if _, err := New(context.Background(), plan.SetUp, nil, nil, plan.Settings{}, Reading{}); err == nil {
		t.Error("no error without transfers")
	}
	invalid := []*transfer.Transfer{transfer.Resolve(transfer.Given{Name: "nightly"})}
	if _, err := New(context.Background(), plan.SetUp, nil, invalid, plan.Settings{}, Reading{}); err == nil {
		t.Error("no error for an invalid transfer")
	}
}
