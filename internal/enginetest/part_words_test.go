package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestPartInWords has what the other team reads of a policy that nobody here could: what each statement allows, what comes before and after, and no
// unknowns about policies that are its own.
func TestPartInWords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		trs := []xacct.Transfer{kittest.Push(cloud)}
		a := only(cloud, accountA)
		p := kittest.MustPlan(t, t.Context(), a, trs)
		part := p.For(accountB)
		for _, want := range []string{
			"in words: arn:aws:iam::111122223333:role/media-archive-destination may s3:GetBucketLocation, s3:ListBucket",
			"on arn:aws:s3:::media-archive, arn:aws:s3:::media-archive/incoming/*",
			"if aws:PrincipalArn matches arn:aws:iam::111122223333:role/Operator",
			"before: account 111122223333 makes iam-role/media-archive-destination",
			"afterwards: hand what Result.Report returns to the operator of account 111122223333",
		} {
			if !strings.Contains(part.String(), want) {
				t.Errorf("no %q in\n%s", want, part)
			}
		}
		for _, f := range part.Findings {
			if f.Code == xacct.CodeUndetermined || f.Code == xacct.CodeWrongOwner {
				t.Errorf("not known about the operator's own account: %s", f.Detail)
			}
		}
		if text := p.String(); !strings.Contains(text, "which was not read") || !strings.Contains(strings.SplitN(text, "\n", 2)[0], "waits for account 444455556666: let the operator") {
			t.Errorf("the whole plan:\n%s", text)
		}
		down, err := xacct.NewDestroyPlan(t.Context(), a, trs)
		if err != nil {
			t.Fatal(err)
		}
		if text := down.For(accountB).String(); strings.Contains(text, "in words") || !strings.Contains(text, "afterwards: ") {
			t.Errorf("the part to take away:\n%s", text)
		}
	})
}

// TestRemoveWhatWasReported: on the way back a policy that nobody here can read gives up the Sids that were reported, and no others.
func TestRemoveWhatWasReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		trs := []xacct.Transfer{kittest.Push(cloud)}
		a := only(cloud, accountA)
		p := kittest.MustPlan(t, t.Context(), a, trs)
		if _, err := p.Apply(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		done, err := p.For(accountB).Apply(t.Context(), only(cloud, accountB))
		if err != nil {
			t.Fatal(err)
		}
		reported := handBack(t, done)
		var first string
		for i := range reported.Changes {
			if c := &reported.Changes[i]; c.Kind == xacct.BucketPolicy {
				for st := range c.Stored.Ours.All() {
					if first == "" {
						first = st.Sid()
					} else {
						c.Stored.Ours = c.Stored.Ours.Without(st.Sid())
					}
				}
			}
		}
		down, err := xacct.NewDestroyPlan(t.Context(), a, trs, byReport(reported))
		if err != nil {
			t.Fatal(err)
		}
		if c := changeOf(t, down, xacct.BucketPolicy); len(c.Remove) != 1 || c.Remove[0] != first || c.Hold != xacct.Handover {
			t.Errorf("removes %q, on hold as %q; want %s alone", c.Remove, c.Hold, first)
		}
	})
}
