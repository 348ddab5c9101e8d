package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestObservedFromOutside has what the task account can see by itself of the other team's work: it stands beside the verdicts, which stay what they are.
func TestObservedFromOutside(t *testing.T) {
	t.Parallel()
	const listed, tested = "S3 answered its HeadBucket", "then DataSync could assume its role and list bucket media-archive"
	grant := func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
		t.Helper()
		p := kittest.MustPlan(t, t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
		if _, err := p.Apply(t.Context(), only(cloud, accountA)); err != nil {
			t.Fatal(err)
		}
		if _, err := p.For(accountB).Apply(t.Context(), only(cloud, accountB)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		done  func(*testing.T, *xaccttest.Cloud, xacct.Transfer)
		edit  func(*xaccttest.Cloud, *xacct.Transfer)
		wants []string
	}{
		{"before their work", nil, nil, nil},
		{"after their work", grant, nil, []string{listed}},
		{"after all of it", setUpWhole, nil, []string{listed, tested}},
		{"by a caller who is no operator", grant, func(c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Operators = []string{c.AddRole(accountA, "ops", policy.New(policy.Allow("*").On("*")))}
		}, nil},
		{"once it is denied", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
			kittest.SetUp(t, cloud, tr)
			cloud.SetBucketPolicy("media-archive", nil)
		}, nil, []string{tested}},
		{"with a bucket of a third", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
			cloud.AddBucket("777788889999", "us-east-2", "media-theirs")
			cloud.SetBucketPolicy("media-theirs", policy.New(policy.Allow("s3:ListBucket").WithSid("All").By(policy.Account(accountA)).On("arn:aws:s3:::media-theirs")).Bytes())
		}, func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Bucket = "media-theirs" }, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.done != nil {
					tt.done(t, cloud, tr)
				}
				if tt.edit != nil {
					tt.edit(cloud, &tr)
				}
				p := kittest.MustPlan(t, t.Context(), only(cloud, accountA), []xacct.Transfer{tr})
				var got []string
				undetermined := 0
				for _, f := range p.Findings {
					switch {
					case f.Code == xacct.CodeObserved && f.Severity == xacct.Info && f.Account == accountB:
						got = append(got, f.Detail)
					case f.Code == xacct.CodeUndetermined && f.Side == xacct.DestinationSide:
						undetermined++
					case f.Code == xacct.CodeAllowed && f.Account == accountB:
						t.Errorf("allowed: %s", f.Detail)
					}
				}
				if len(got) != len(tt.wants) || undetermined == 0 {
					t.Fatalf("observed %q beside %d undetermined verdicts, want %q", got, undetermined, tt.wants)
				}
				for i, want := range tt.wants {
					if !strings.Contains(got[i], want) {
						t.Errorf("observed %q, want %q", got[i], want)
					}
				}
			})
		})
	}
}

func setUpWhole(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
	t.Helper()
	kittest.SetUp(t, cloud, tr)
}
