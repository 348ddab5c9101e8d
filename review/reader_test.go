package review_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/review"
)

func markdown(t *testing.T, p *xacct.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if err := review.Markdown(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestReader: the part of one operator says whose it is, and does not say what is not known of the operator's own account. A whole plan says all of it.
func TestReader(t *testing.T) {
	cloud := kittest.World(t)
	a, b := only(cloud, kittest.AccountA), only(cloud, kittest.AccountB)
	push := []xacct.Transfer{kittest.Push(cloud)}
	ours := kittest.MustPlan(t, t.Context(), a, push)
	theirs := kittest.MustPlan(t, t.Context(), b, push)
	local := kittest.Push(cloud)
	cloud.AddBucket(kittest.AccountA, "us-east-2", "media-copy")
	local.Destination.Account, local.Destination.Bucket = kittest.AccountA, "media-copy"
	given := kittest.Push(cloud)
	given.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
	const notRead, scpsA, scpsB, rcpsB = "which was not read", "service control policies of 111122223333", "service control policies of 444455556666", "resource control policies of 111122223333 and 444455556666"
	for _, tt := range []struct {
		name      string
		plan      *xacct.Plan
		part      string
		says, not []string
	}{
		{"the whole plan of the task account", ours, "", []string{notRead, scpsA, rcpsB, "it is not proved that bucket media-archive"}, nil},
		{"the part of the bucket's owner", ours.For(kittest.AccountB), kittest.AccountB, []string{scpsA, "Look whether a Deny"}, []string{notRead, rcpsB, "it is not proved"}},
		{"the part of the task account in its own plan", ours.For(kittest.AccountA), "", []string{scpsA}, nil},
		{"the whole plan of the bucket's owner", theirs, "", []string{notRead, scpsA, rcpsB, "it is not proved that bucket media-raw"}, nil},
		{"the part of a task account that could not be looked at", theirs.For(kittest.AccountA), kittest.AccountA, []string{"resource control policies of 444455556666 were not given"}, []string{notRead, scpsA, "it is not proved"}},
		{"a copy within one account", kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{local}), "", []string{scpsA}, nil},
		{"a location that is given", kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{given}), "", []string{scpsA}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := markdown(t, tt.plan)
			title, _, _ := strings.Cut(got, "\n")
			if part := strings.Contains(title, "the part of account `"+tt.part+"`"); part != (tt.part != "") {
				t.Errorf("title %q, want the part of %q", title, tt.part)
			}
			for _, s := range tt.says {
				if !strings.Contains(got, s) {
					t.Errorf("it does not say %q:\n%s", s, got)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(got, s) {
					t.Errorf("it says %q:\n%s", s, got)
				}
			}
		})
	}
}
