package enginetest_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// TestReport hands over what two teams may tell each other of an apply: no statement of others is in it, and what of ours is stored is.
func TestReport(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.SharedWorld(t)
		tr := kittest.WithEveryKind(kittest.Push(cloud))
		ours, theirs := cloud.Clients(), cloud.Clients()
		delete(ours, accountB)
		delete(theirs, accountA)
		p := kittest.MustPlan(t, t.Context(), ours, []xacct.Transfer{tr})
		r, err := p.Apply(t.Context(), ours)
		if err != nil {
			t.Fatal(err)
		}
		if id := r.Report().Changes[0].RoleID; !strings.HasPrefix(id, "AROA") {
			t.Errorf("the id of the role is %q", id)
		}
		part := kittest.MustPlan(t, t.Context(), ours, []xacct.Transfer{tr}).For(accountB)
		for _, again := range []bool{false, true} { // the second time nothing is written
			done, err := part.Apply(t.Context(), theirs)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(done.Report())
			if err != nil {
				t.Fatal(err)
			}
			for _, foreign := range []string{"TLSOnly", "TheirLogs", "logging.s3", "Before", "After", "legacy"} {
				if strings.Contains(string(data), foreign) {
					t.Errorf("again %v: %s is in the report:\n%s", again, foreign, data)
				}
			}
			var read xacct.Result
			if err := json.Unmarshal(data, &read); err != nil {
				t.Fatal(err)
			}
			for _, c := range read.Changes {
				switch c.Kind {
				case xacct.BucketPolicy:
					if c.Stored == nil || c.Stored.Ours.Len() != 2 || !strings.HasPrefix(c.Stored.Rest, "sha256:") || c.Stored.Time.IsZero() {
						t.Errorf("again %v: stored: %+v", again, c.Stored)
					}
				case xacct.BucketOwnership:
					if want := s3types.ObjectOwnershipObjectWriter; !again && c.Ownership != want {
						t.Errorf("the ownership was %q, want %s", c.Ownership, want)
					}
				}
			}
			want := map[string]s3types.ObjectOwnership{"media-archive": s3types.ObjectOwnershipObjectWriter}
			if again {
				want = nil
			}
			if diff := cmp.Diff(want, read.Ownership()); diff != "" {
				t.Errorf("again %v: ownership (-want +got):\n%s", again, diff)
			}
		}
		if (*xacct.Result)(nil).Report() != nil || (*xacct.Result)(nil).Ownership() != nil {
			t.Error("something comes of nothing")
		}
	})
}

// TestUnreadPolicy has what a plan says of a policy that nobody here can read: what to merge and what to take out, and no document that could be taken
// for the whole.
func TestUnreadPolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		ours := cloud.Clients()
		delete(ours, accountB)
		tr := kittest.Push(cloud)
		p := kittest.MustPlan(t, t.Context(), ours, []xacct.Transfer{tr})
		c, want := changeOf(t, p, xacct.BucketPolicy), policy.Document{}
		r, err := tr.Resources()
		if err != nil {
			t.Fatal(err)
		}
		want = policy.New(r.Buckets[0].Statements)
		if c.Before != "" || c.After != "" || !c.Add.Equal(want) || len(c.Remove) > 0 || !strings.Contains(c.Reason, "merge into what is there") {
			t.Errorf("%+v", c)
		}
		if held := p.Held(); len(held) != 1 || held[0].ID != c.ID || !strings.Contains(held[0].Reason, accountB) {
			t.Errorf("held: %+v", held)
		}
		if c := changeOf(t, p.For(accountB), xacct.BucketPolicy); c.Hold != "" || c.Reason != "merge into what is there: the policy was not read" {
			t.Errorf("%+v", c)
		}
		seen := changeOf(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}), xacct.BucketPolicy)
		if !seen.Add.Equal(want) || seen.Before == "" || seen.After == "" {
			t.Errorf("%+v", seen)
		}
		down, err := xacct.NewDestroyPlan(t.Context(), ours, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		var sids []string
		for st := range want.All() {
			sids = append(sids, st.Sid())
		}
		if c := changeOf(t, down, xacct.BucketPolicy); c.After != "" || !c.Add.IsZero() || cmp.Diff(sids, c.Remove) != "" || !strings.Contains(c.Reason, "take out of what is there") {
			t.Errorf("%+v", c)
		}

		// Somebody edits what is to be added.
		edited := *p.For(accountB)
		edited.Changes[0].Add = policy.New(policy.Allow("s3:*").WithSid(sids[0]).By(policy.Account("777788889999")).On("arn:aws:s3:::media-archive/*"))
		theirs := cloud.Clients()
		delete(theirs, accountA)
		before := string(cloud.BucketPolicy("media-archive"))
		if _, err := edited.Apply(t.Context(), theirs); err == nil || !strings.Contains(err.Error(), "is another") {
			t.Errorf("edited, and applied: %v", err)
		}
		if diff := cmp.Diff(before, string(cloud.BucketPolicy("media-archive"))); diff != "" {
			t.Errorf("written (-want +got):\n%s", diff)
		}
	})
}

// changeOf is the only change of the kind.
func changeOf(t *testing.T, p *xacct.Plan, kind xacct.Kind) xacct.Change {
	t.Helper()
	var found []xacct.Change
	for _, c := range p.Changes {
		if c.Kind == kind {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d changes of kind %s:\n%s", len(found), kind, p)
	}
	return found[0]
}
