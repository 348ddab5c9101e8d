package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestAdoptionByTwoTeams adopts with clients of one account at a time: the owner of the bucket cannot see the role that is adopted.
func TestAdoptionByTwoTeams(t *testing.T) {
	t.Parallel()
	const grant = `"DataSyncCreateS3LocationAndTaskAccess"`
	for name, tt := range map[string]struct {
		shared bool // another location of the bucket has the role
		edit   func(*xacct.Transfer)
		plan   func(*testing.T, xacct.Transfer, xacct.Clients, xacct.Clients) *xacct.Plan // for the bucket's owner. The first clients are of both
		stays  bool                                                                       // the statement of the tutorial
	}{
		"planned by the task account": {false, nil, func(t *testing.T, tr xacct.Transfer, both, _ xacct.Clients) *xacct.Plan {
			return kittest.MustPlan(t, t.Context(), xacct.Clients{accountA: both[accountA]}, []xacct.Transfer{tr}).For(accountB)
		}, true},
		"planned by the owner": {true, nil, func(t *testing.T, tr xacct.Transfer, _, owner xacct.Clients) *xacct.Plan {
			return kittest.MustPlan(t, t.Context(), owner, []xacct.Transfer{tr})
		}, true},
		"planned with both clients": {false, nil, func(t *testing.T, tr xacct.Transfer, both, _ xacct.Clients) *xacct.Plan {
			return kittest.MustPlan(t, t.Context(), both, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} }).For(accountB)
		}, false},
		"what fits, planned with both clients": {false, func(tr *xacct.Transfer) { *tr = fitting(*tr) }, func(t *testing.T, tr xacct.Transfer, both, _ xacct.Clients) *xacct.Plan {
			return kittest.MustPlan(t, t.Context(), both, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} }).For(accountB)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tr := hand.Adopted(kittest.Push(cloud))
				if tt.edit != nil {
					tt.edit(&tr)
				}
				if tt.shared {
					if _, err := cloud.Clients()[accountA].DataSync("us-east-2").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
						S3BucketArn: new("arn:aws:s3:::media-archive"), Subdirectory: new("/theirs/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &hand.DestinationRole}}); err != nil {
						t.Fatal(err)
					}
				}
				owner := xacct.Clients{accountB: cloud.Clients()[accountB]}
				p := tt.plan(t, tr, cloud.Clients(), owner)
				if _, err := p.Apply(t.Context(), owner); err != nil {
					t.Errorf("%v\n%s", err, p)
				}
				after := string(cloud.BucketPolicy("media-archive"))
				if !strings.Contains(after, "XacctMediaArchiveWrite") || strings.Contains(after, grant) != tt.stays {
					t.Errorf("the tutorial's statement stays: want %v:\n%s", tt.stays, after)
				}
				if again := kittest.MustPlan(t, t.Context(), owner, []xacct.Transfer{hand.Adopted(kittest.Push(cloud))}); !again.Empty() {
					t.Errorf("not empty for the owner:\n%s", again)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			})
		})
	}
}

// TestReleaseByTwoTeams takes down what was adopted with clients of one account at a time: what stays needs no proof of what the other account has done.
func TestReleaseByTwoTeams(t *testing.T) {
	t.Parallel()
	for _, fits := range []bool{false, true} {
		for _, grant := range []xacct.GrantShape{xacct.ByRole, xacct.ByAccount, xacct.Tutorial} {
			t.Run(fmt.Sprintf("what fits %v, grant %q", fits, grant), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := kittest.ByHand(cloud, kittest.Push(cloud)).Adopted(kittest.Push(cloud))
					if fits {
						tr = fitting(tr)
					}
					tr.Grant = grant
					kittest.SetUp(t, cloud, tr)
					ours, theirs := xacct.Clients{accountA: cloud.Clients()[accountA]}, xacct.Clients{accountB: cloud.Clients()[accountB]}
					plan := func() *xacct.Plan {
						p, err := xacct.NewDestroyPlan(t.Context(), ours, []xacct.Transfer{tr})
						if err != nil {
							t.Fatal(err)
						}
						return p
					}
					p := plan()
					if _, err := p.Apply(t.Context(), ours); err != nil {
						t.Error(err)
					}
					if again := plan(); !again.Empty() {
						t.Errorf("not empty for the task account:\n%s", again)
					}
					if _, err := p.For(accountB).Apply(t.Context(), theirs); err != nil {
						t.Error(err)
					}
					if after := kittest.Dump(cloud); strings.Contains(after, "xacct") || strings.Contains(after, "Xacct") {
						t.Errorf("our traces are left:\n%s", after)
					}
				})
			})
		}
	}
}

// TestWhatFitsUnseen asks for what fits where nobody can see the task account: nothing is granted to a role of another name.
func TestWhatFitsUnseen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		kittest.ByHand(cloud, kittest.Push(cloud))
		owner, before := xacct.Clients{accountB: cloud.Clients()[accountB]}, kittest.Dump(cloud)
		for _, grant := range []xacct.GrantShape{xacct.ByRole, xacct.ByAccount} {
			tr := fitting(kittest.Push(cloud))
			tr.Grant = grant
			p := kittest.MustPlan(t, t.Context(), owner, []xacct.Transfer{tr})
			if !kittest.HasFinding(p, xacct.CodeAdopt, xacct.Blocking) {
				t.Errorf("no finding:\n%s", p)
			}
			if _, err := p.Apply(t.Context(), owner); err == nil {
				t.Error("applied without an error")
			}
		}
		if after := kittest.Dump(cloud); after != before {
			t.Errorf("changed:\n%s", after)
		}
	})
}
