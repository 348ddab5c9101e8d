package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// toPutBack are the statements that the plan's findings ask the owner of a bucket to write for a role that stays.
func toPutBack(t *testing.T, p *xacct.Plan) policy.Statements {
	t.Helper()
	var out policy.Statements
	for _, f := range p.Findings {
		if f.Code != xacct.CodeAdopt || f.Severity != xacct.Warning {
			continue
		}
		for _, text := range f.Proposal {
			d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":` + text + `}`))
			if err != nil {
				t.Fatal(err)
			}
			for st := range d.All() {
				out = append(out, st)
			}
			if !strings.Contains(f.Remedy, text) || !strings.Contains(f.Detail, f.Subject) || !strings.Contains(f.Detail, "bucket ") {
				t.Errorf("the finding does not name the role, the bucket and the line: %+v", f)
			}
		}
	}
	return out
}

// runsByHand starts the task and reports whether its run completes.
func runsByHand(t *testing.T, cloud *xaccttest.Cloud, arn string) bool {
	t.Helper()
	time.Sleep(time.Minute) // virtual
	api, err := cloud.Clients().DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	run, err := task.Start(t.Context(), api, arn)
	if err != nil {
		return false
	}
	out, err := run.Wait(t.Context())
	return err == nil && out.Verdict == task.Complete
}

// TestGrantLeavesAdopted takes down a transfer that leaves an adopted role: the plan says that the grant goes with the transfer and prints the statement
// by which the owner of the bucket can put it back, and with that statement the task that stays runs.
func TestGrantLeavesAdopted(t *testing.T) {
	t.Parallel()
	same := func(tr xacct.Transfer) xacct.Transfer { return tr }
	for name, tt := range map[string]struct {
		pull bool
		edit func(xacct.Transfer) xacct.Transfer
	}{
		"a destination":          {false, same},
		"a source":               {true, same},
		"what fits":              {false, fitting},
		"granted to the account": {false, func(tr xacct.Transfer) xacct.Transfer { tr.Grant = xacct.ByAccount; return tr }},
		"granted as in the tutorial": {false, func(tr xacct.Transfer) xacct.Transfer {
			tr.Grant = xacct.Tutorial
			return tr
		}},
		"nothing deleted": {false, func(tr xacct.Transfer) xacct.Transfer { tr.Destination.NoDelete = true; return tr }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				plain := kittest.Push(cloud)
				if tt.pull {
					plain = kittest.Pull(cloud)
				}
				hand := kittest.ByHand(cloud, plain)
				tr := tt.edit(hand.Adopted(plain))
				kittest.SetUp(t, cloud, tr)
				p := destroyPlan(t, cloud, tr, false)
				back := toPutBack(t, p)
				if len(back) != 1 {
					t.Fatalf("%d statements to put back:\n%s", len(back), p.Details())
				}
				if strings.Contains(back[0].Sid(), "Xacct") || back[0].Sid() == bucket.TutorialSid || back[0].Sid() == "" {
					t.Errorf("the statement has the Sid %q", back[0].Sid())
				}
				if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
					t.Fatal(err)
				}
				if runsByHand(t, cloud, hand.Task) {
					t.Error("the task runs without the statement")
				}
				remote := tr.Destination
				if tt.pull {
					remote = tr.Source
				}
				var now policy.Document
				if cloud.BucketPolicy(remote.Bucket) != nil {
					now = kittest.BucketPolicy(t, cloud, remote.Bucket)
				}
				cloud.SetBucketPolicy(remote.Bucket, now.With(back).Bytes())
				if !runsByHand(t, cloud, hand.Task) {
					t.Errorf("the task does not run with %s", back[0])
				}
				if again := destroyPlan(t, cloud, tr, false); !again.Empty() || len(toPutBack(t, again)) > 0 {
					t.Errorf("not empty afterwards:\n%s", again)
				}
			})
		})
	}
}

// TestGrantLeavesNobody has tear-downs that take a grant from nobody who stays, and some that may and cannot see it.
func TestGrantLeavesNobody(t *testing.T) {
	t.Parallel()
	kept := func(t *testing.T, c *xaccttest.Cloud, edit func(policy.Statement) policy.Statement, h kittest.HandMade) {
		d := kittest.BucketPolicy(t, c, "media-archive")
		c.SetBucketPolicy("media-archive", d.With(edit(bucket.Write("arn:aws:s3:::media-archive", "").WithSid("Kept").By(policy.AWS(h.DestinationRole)))).Bytes())
	}
	theirs := func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
		if _, err := c.Clients()[accountA].DataSync("us-east-2").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
			S3BucketArn: new("arn:aws:s3:::media-archive"), Subdirectory: new("/theirs/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &h.DestinationRole}}); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		world         func(*testing.T, *xaccttest.Cloud, kittest.HandMade) // after the adoption
		deleteAdopted bool
		clients       []string // accounts; nil is both
		want          int
	}{
		"the role is deleted":                          {nil, true, nil, 0},
		"the role is to be deleted and another has it": {theirs, true, nil, 1},
		"another statement allows it all": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			kept(t, c, func(st policy.Statement) policy.Statement { return st }, h)
		}, false, nil, 0},
		"another statement allows it on a condition": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			kept(t, c, func(st policy.Statement) policy.Statement { return st.When(policy.Bool("aws:SecureTransport", true)) }, h)
		}, false, nil, 1},
		"another statement allows less": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			kept(t, c, func(st policy.Statement) policy.Statement {
				return st.On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/other/*")
			}, h)
		}, false, nil, 1},
		"the owner of the bucket alone":              {nil, false, []string{accountB}, 1},
		"the owner of the bucket alone, and deleted": {nil, true, []string{accountB}, 0},
		"the task account alone":                     {nil, false, []string{accountA}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tr := hand.Adopted(kittest.Push(cloud))
				kittest.SetUp(t, cloud, tr)
				if tt.world != nil {
					tt.world(t, cloud, hand)
				}
				clients := cloud.Clients()
				for account := range clients {
					if tt.clients != nil && !slices.Contains(tt.clients, account) {
						delete(clients, account)
					}
				}
				p, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.DeleteAdopted = tt.deleteAdopted })
				if err != nil {
					t.Fatal(err)
				}
				if n := len(toPutBack(t, p)); n != tt.want {
					t.Errorf("%d statements to put back, want %d:\n%s", n, tt.want, p.Details())
				}
			})
		})
	}
}

// TestGrantLeavesFormer moves a transfer off a bucket whose adopted role and location stay: the plan tells of the grant there.
func TestGrantLeavesFormer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		kittest.SetUp(t, cloud, hand.Adopted(kittest.Push(cloud)))
		time.Sleep(time.Minute)
		cloud.AddBucket(accountB, "us-east-2", "media-new")
		moved := hand.Adopted(kittest.Push(cloud))
		moved.Destination.Bucket, moved.Destination.Adopt, moved.Adopt = "media-new", xacct.Adopt{}, xacct.Adopt{}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{moved}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
		back := toPutBack(t, p)
		if len(back) != 1 {
			t.Fatalf("%d statements to put back:\n%s", len(back), p.Details())
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(back).Bytes())
		if !runsByHand(t, cloud, hand.Task) {
			t.Errorf("the task does not run with %s", back[0])
		}
	})
}

// TestRoleLeavesAdopted takes down a transfer that has adopted a location and made its role: the plan says that the location stays with a role that goes, and
// which role it had.
func TestRoleLeavesAdopted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		tr := hand.Adopted(kittest.Push(cloud))
		tr.Source.Adopt.Role, tr.Destination.Adopt.Role = "", ""
		kittest.SetUp(t, cloud, tr)
		p := destroyPlan(t, cloud, tr, false)
		for _, want := range [][2]string{{hand.SourceLocation, hand.SourceRole}, {hand.DestinationLocation, hand.DestinationRole}} {
			if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
				return f.Code == xacct.CodeAdopt && f.Severity == xacct.Warning && f.Subject == want[0] && strings.HasSuffix(f.Remedy, "it had "+want[1])
			}) {
				t.Errorf("no finding about %s:\n%s", want[0], p.Details())
			}
		}
		if p := destroyPlan(t, cloud, tr, true); kittest.HasFinding(p, xacct.CodeAdopt, xacct.Warning) {
			t.Errorf("a finding although the locations go:\n%s", p)
		}
	})
}
