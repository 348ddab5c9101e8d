package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// What others wrote with a date is undetermined, with the date, whatever the clock says: as a Deny and as an Allow.
func TestUntilOfOthers(t *testing.T) {
	t.Parallel()
	const freeze = `{"Version":"2012-10-17","Statement":[{"Sid":"Freeze","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/*",` +
		`"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2001-12-24T00:00:00Z"}}}]}`
	for _, ours := range []int{0, 30} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			cloud.SetBucketPolicy("media-archive", []byte(freeze))
			tr := kittest.Push(cloud)
			if ours > 0 {
				tr.Until = inDays(ours)
			}
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			i := slices.IndexFunc(p.Findings, func(f xacct.Finding) bool {
				return f.Code == xacct.CodeUndetermined && slices.Contains(f.Actions, "s3:PutObject")
			})
			if i < 0 {
				t.Fatalf("nothing is undetermined:\n%s", p.Details())
			}
			f := p.Findings[i]
			if f.Statement != "Freeze" || !slices.Equal(f.DependsOn, []string{"aws:CurrentTime"}) || !strings.Contains(f.Detail, "it applies if aws:CurrentTime is after 2001-12-24T00:00:00Z") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// The time at which a plan is made is no part of it: as long as it says the same, its digest is the same.
func TestUntilAndTheDigest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := ending(kittest.Push(cloud), inDays(30))
		digests := map[string]bool{}
		for range 3 {
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			for _, same := range []*xacct.Plan{p, reload(t, p)} {
				d, err := same.Digest()
				if err != nil {
					t.Fatal(err)
				}
				digests[d] = true
			}
			time.Sleep(7*24*time.Hour + time.Millisecond)
		}
		if len(digests) != 1 {
			t.Errorf("%d digests", len(digests))
		}
	})
}

// Two teams: the other one gets statements that end, as statements to merge, and what renews them, whether or not its policy was read.
func TestUntilOfTwoTeams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := ending(kittest.Push(cloud), inDays(30))
		a, b := only(cloud, accountA), only(cloud, accountB)
		handOver := func(tr xacct.Transfer) xacct.Change {
			p := reload(t, kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{tr}))
			if _, err := p.Apply(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			theirs := reload(t, p.For(accountB))
			if _, err := theirs.Apply(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Apply(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			return theirs.Changes[0]
		}
		day := func(at time.Time) string { return "DateLessThan " + at.Format(time.RFC3339) }
		for range 2 {
			c := handOver(tr)
			want := map[string]string{"XacctMediaArchiveWrite": day(tr.Until), "XacctMediaArchiveList": day(tr.Until)}
			if diff := cmp.Diff(want, datesOf(c.Add)); diff != "" || c.Before != "" || c.After != "" {
				t.Errorf("what was handed over (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, datesIn(t, cloud, "media-archive")); diff != "" {
				t.Errorf("the bucket's policy (-want +got):\n%s", diff)
			}
			tr.Until = inDays(60)
		}
		tr.Until = inDays(90)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} })
		held, theirs := p.Held(), p.For(accountB).Changes
		if len(held) != 1 || !strings.HasPrefix(held[0].Reason, "for the operator of account "+accountB+": renew; let the operator of account "+accountB+" apply their part") || len(theirs) != 1 || theirs[0].Reason != "renew" {
			t.Errorf("held %+v\ntheirs %+v", held, theirs)
		}
		kittest.TearDown(t, cloud, tr)
		noResidue(t, cloud, tr)
	})
}

// TestUntilByReport: what a report tells of statements that end is allowed until then if it holds, and a report from before the renewal counts for nothing.
func TestUntilByReport(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		world func(*testing.T) (*xaccttest.Cloud, xacct.Transfer)
	}{
		{"a bucket", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			return cloud, kittest.Push(cloud)
		}},
		{"a bucket and a key", func(*testing.T) (*xaccttest.Cloud, xacct.Transfer) { return kittest.EncryptedWorld() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := tt.world(t)
				tr = ending(tr, inDays(30))
				a, b := only(cloud, accountA), only(cloud, accountB)
				p := kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{tr})
				if _, err := p.Apply(t.Context(), a); err != nil {
					t.Fatal(err)
				}
				done, err := reload(t, p.For(accountB)).Apply(t.Context(), b)
				if err != nil {
					t.Fatal(err)
				}
				report := byReport(handBack(t, done))
				by := func(p *xacct.Plan) (reported, open int) {
					for _, f := range p.Findings {
						switch {
						case f.Code != xacct.CodeUndetermined:
						case strings.Contains(f.Detail, "(undetermined, allowed until "+tr.Until.Format(time.RFC3339)+" if the report of "+accountB):
							reported++
						default:
							open++
						}
					}
					return reported, open
				}
				_, before := by(p)
				if reported, open := by(kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{tr}, report)); reported != before || open > 0 {
					t.Errorf("%d by report, %d open, want %d and 0", reported, open, before)
				}
				tr.Until = inDays(60)
				p = kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{tr}, report)
				if reported, _ := by(p); reported > 0 || len(p.Held()) == 0 {
					t.Errorf("the report of the old end counts:\n%s", p)
				}
			})
		})
	}
}
