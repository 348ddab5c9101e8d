package enginetest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// fitting is the transfer that takes over whatever fits.
func fitting(tr xacct.Transfer) xacct.Transfer {
	fits := xacct.Fitting
	return kittest.HandMade{SourceRole: fits, DestinationRole: fits, SourceLocation: fits, DestinationLocation: fits, Task: fits}.Adopted(tr)
}

func destroyPlan(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, deleteAdopted bool) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.DeleteAdopted = deleteAdopted })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// runAdopted starts the adopted task and waits for the end of the run.
func runAdopted(t *testing.T, cloud *xaccttest.Cloud, arn string) {
	t.Helper()
	time.Sleep(time.Minute) // virtual: the task was made a moment ago
	api, err := cloud.Clients().DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	run, err := task.Start(t.Context(), api, arn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestAdoption takes over what was made by the tutorial's calls, by ARN and as what fits: nothing is made anew, the old grant leaves in the write that
// brings ours, a run works, and a tear-down leaves or deletes it.
func TestAdoption(t *testing.T) {
	t.Parallel()
	for _, byARN := range []bool{true, false} {
		for _, deleteAdopted := range []bool{false, true} {
			t.Run(fmt.Sprintf("by ARN %v, deleted %v", byARN, deleteAdopted), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					before := kittest.Dump(cloud)
					hand := kittest.ByHand(cloud, kittest.Push(cloud))
					tr := fitting(kittest.Push(cloud))
					if byARN {
						tr = hand.Adopted(kittest.Push(cloud))
					}
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					for _, c := range p.Changes {
						if c.Op != xacct.Update {
							t.Errorf("%s: %s", c.ID, c.Op)
						}
					}
					if diff := cmp.Diff(hand.Adopted(kittest.Push(cloud)), p.Transfers[0]); diff != "" {
						t.Errorf("the plan's transfer (-want +got):\n%s", diff)
					}
					var writes []string
					cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
						err := next()
						if call.Operation == "PutBucketPolicy" {
							writes = append(writes, string(cloud.BucketPolicy("media-archive")))
						}
						return err
					})
					r := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
					if len(writes) != 1 || strings.Contains(writes[0], "DataSyncCreateS3Location") || !strings.Contains(writes[0], "XacctMediaArchiveWrite") {
						t.Errorf("writes of the bucket's policy: %q", writes)
					}
					if got := r.TaskARN(tr.Name); got != hand.Task {
						t.Errorf("the task is %s, want %s", got, hand.Task)
					}
					runAdopted(t, cloud, hand.Task)
					down := destroyPlan(t, cloud, tr, deleteAdopted)
					if _, err := down.Apply(t.Context(), cloud.Clients()); err != nil {
						t.Fatal(err)
					}
					if again := destroyPlan(t, cloud, tr, deleteAdopted); !again.Empty() {
						t.Errorf("not empty after the tear-down:\n%s", again)
					}
					left, err := down.Residue(t.Context(), cloud.Clients())
					if err != nil {
						t.Error(err)
					}
					for _, item := range left {
						if item.Ours {
							t.Errorf("residue: %+v", item)
						}
					}
					after := kittest.Dump(cloud)
					for _, trace := range []string{"xacct", "Xacct"} {
						if strings.Contains(strings.ReplaceAll(after, "tag xacct:run=", ""), trace) { // that of the run is its history
							t.Errorf("%s is left:\n%s", trace, after)
						}
					}
					stays := strings.Contains(after, hand.Task) && strings.Contains(after, hand.SourceLocation) && strings.Contains(after, "policy by-hand")
					if stays == deleteAdopted {
						t.Errorf("what was adopted stays: %v:\n%s", stays, after)
					}
					if diff := cmp.Diff(before, after); deleteAdopted && diff != "" {
						t.Errorf("not as before (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestAdoptionInterrupted ends the process after every write of an adoption and of both tear-downs: the next plan and apply lead to where an undisturbed
// run does.
func TestAdoptionInterrupted(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	t.Parallel()
	type act func(*testing.T, *xaccttest.Cloud, xacct.Transfer) *xacct.Plan
	up := func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) *xacct.Plan {
		return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	}
	for name, a := range map[string]struct {
		first, act act
	}{
		"adopt": {nil, up},
		"destroy": {up, func(t *testing.T, c *xaccttest.Cloud, tr xacct.Transfer) *xacct.Plan {
			return destroyPlan(t, c, tr, false)
		}},
		"destroy adopted too": {up, func(t *testing.T, c *xaccttest.Cloud, tr xacct.Transfer) *xacct.Plan {
			return destroyPlan(t, c, tr, true)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want, cases := "", 0
			for n := 0; ; n++ { // 0 is undisturbed
				writes := 0
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := kittest.ByHand(cloud, kittest.Push(cloud)).Adopted(kittest.Push(cloud))
					if a.first != nil {
						kittest.MustApply(t, t.Context(), cloud.Clients(), a.first(t, cloud, tr))
					}
					p := a.act(t, cloud, tr)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
						if ctx.Err() != nil {
							return kittest.ErrProcessGone
						}
						err := next()
						if !kittest.Reads(call.Operation) {
							if writes++; writes == n {
								cancel()
								return kittest.ErrProcessGone
							}
						}
						return err
					})
					_, _ = p.Apply(ctx, cloud.Clients())
					cloud.Intercept(nil)
					if _, err := a.act(t, cloud, tr).Apply(t.Context(), cloud.Clients()); err != nil {
						t.Fatalf("after write %d: %v", n, err)
					}
					if again := a.act(t, cloud, tr); !again.Empty() {
						t.Fatalf("after write %d: not empty:\n%s", n, again)
					}
					end := kittest.Dump(cloud)
					if n == 0 {
						want = end
					}
					if diff := cmp.Diff(want, end); diff != "" {
						t.Fatalf("after write %d (-want +got):\n%s", n, diff)
					}
				})
				if n > 0 && writes < n || t.Failed() {
					break
				}
				cases++
			}
			if cases < 5 {
				t.Errorf("%d cases", cases)
			}
		})
	}
}

// TestAdoptionRefused has what cannot become a transfer's own: the plan blocks it, says why, and changes nothing.
func TestAdoptionRefused(t *testing.T) {
	t.Parallel()
	none := func(*testing.T, *xaccttest.Cloud, kittest.HandMade) {}
	same := func(*xacct.Transfer) {}
	for name, tt := range map[string]struct {
		world  func(*testing.T, *xaccttest.Cloud, kittest.HandMade)
		edit   func(*xacct.Transfer)
		detail string // of the finding
	}{
		"no such role": {none, func(tr *xacct.Transfer) { tr.Source.Adopt.Role = "arn:aws:iam::111122223333:role/nobody" },
			"role arn:aws:iam::111122223333:role/nobody, which is to be adopted, does not exist"},
		"no such location": {none, func(tr *xacct.Transfer) {
			tr.Source.Adopt.Location = "arn:aws:datasync:eu-west-1:111122223333:location/loc-00000000000000000"
		}, "it does not exist"},
		"no such task": {none, func(tr *xacct.Transfer) {
			tr.Adopt.Task = "arn:aws:datasync:us-east-2:111122223333:task/task-00000000000000000"
		}, "it does not exist"},
		"a location of another bucket": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			c.AddBucket(accountA, "eu-west-1", "media-new")
		},
			func(tr *xacct.Transfer) { tr.Source.Bucket = "media-new" }, "it is of s3://media-raw/2026/, and no location can be moved to another bucket"},
		"a task of another mode":    {none, func(tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeBasic }, "it would have to be replaced: mode ENHANCED → BASIC"},
		"a task of other locations": {none, func(tr *xacct.Transfer) { tr.Source.Adopt.Location = "" }, "it would have to be replaced: source location"},
		"another transfer's": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			tr := h.Adopted(kittest.Push(c))
			tr.Name = "theirs"
			kittest.SetUp(t, c, tr)
		}, same, `it is tagged as that of transfer "theirs source"`},
		"a role that others may assume": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			trust := string(iamrole.TutorialTrust().With(policy.Allow("sts:AssumeRole").By(policy.Service("lambda.amazonaws.com"))).Bytes())
			name := h.SourceRole[strings.LastIndexByte(h.SourceRole, '/')+1:]
			if _, err := c.Clients()[accountA].IAM.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: &trust}); err != nil {
				t.Fatal(err)
			}
		}, same, "its trust policy is for others too: lambda.amazonaws.com"},
		"a role with too many tags": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) { tagByHand(t, c, h.SourceRole, 49) }, same,
			"it has 49 tags and would have 51 with ours: 50 is the most"},
		"a location with too many tags": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) { tagByHand(t, c, h.DestinationLocation, 47) }, same,
			"it has 47 tags and would have 51 with ours: 50 is the most"},
		"a task with too many tags": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) { tagByHand(t, c, h.Task, 48) }, same,
			"it has 48 tags and would have 51 with ours: 50 is the most"},
		"a location that another task uses, to be moved": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			if _, err := c.Clients()[accountA].DataSync("us-east-2").CreateTask(t.Context(), &datasync.CreateTaskInput{TaskMode: dstypes.TaskModeEnhanced,
				SourceLocationArn: &h.SourceLocation, DestinationLocationArn: &h.DestinationLocation}); err != nil {
				t.Fatal(err)
			}
		}, func(tr *xacct.Transfer) { tr.Source.Prefix = "2027/" }, " too: s3://media-raw/2026/ → s3://media-raw/2027/"},
		"two that fit": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			if _, err := c.Clients()[accountA].DataSync("eu-west-1").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
				S3BucketArn: new("arn:aws:s3:::media-raw"), Subdirectory: new("/2026/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &h.SourceRole}}); err != nil {
				t.Fatal(err)
			}
		}, func(tr *xacct.Transfer) { *tr = fitting(*tr) }, "of the locations at s3://media-raw/2026/ 2 fit: "},
		"none that fits, another prefix": {none, func(tr *xacct.Transfer) { *tr = fitting(*tr); tr.Source.Prefix = "2027" },
			" is of s3://media-raw/2026/"},
		"none that fits, another bucket": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			c.AddBucket(accountA, "eu-west-1", "media-new")
		}, func(tr *xacct.Transfer) { *tr = fitting(*tr); tr.Source.Bucket = "media-new" },
			"of the locations at s3://media-new/2026/ none is free to be adopted"},
		"none that fits, another transfer's": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			tr := h.Adopted(kittest.Push(c))
			tr.Name = "theirs"
			kittest.SetUp(t, c, tr)
		}, func(tr *xacct.Transfer) { *tr = fitting(*tr) }, `is tagged as that of transfer "theirs source"`},
		"none that fits, a task to another place": {none, func(tr *xacct.Transfer) {
			tr.Adopt.Task = xacct.Fitting
			tr.Destination.Adopt.Location = "arn:aws:datasync:us-east-2:111122223333:location/loc-00000000000000000"
		}, " is to arn:aws:datasync:us-east-2:111122223333:location/loc-"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tt.world(t, cloud, hand)
				tr := hand.Adopted(kittest.Push(cloud))
				tt.edit(&tr)
				before := kittest.Dump(cloud)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
					return f.Code == xacct.CodeAdopt && f.Severity == xacct.Blocking && strings.Contains(f.Detail, tt.detail) && f.Remedy != ""
				}) {
					t.Errorf("no finding says %q:\n%s", tt.detail, p)
				}
				if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil {
					t.Error("applied without an error")
				}
				if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
					t.Errorf("changed (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// tagByHand gives the role, location or task so many tags of its owner.
func tagByHand(t *testing.T, c *xaccttest.Cloud, arn string, n int) {
	t.Helper()
	role, resource := &iam.TagRoleInput{}, &datasync.TagResourceInput{ResourceArn: &arn}
	for i := range n {
		key := fmt.Sprintf("%s%d", ownersTags, i)
		role.Tags = append(role.Tags, iamtypes.Tag{Key: &key, Value: new("theirs")})
		resource.Tags = append(resource.Tags, dstypes.TagListEntry{Key: &key, Value: new("theirs")})
	}
	var err error
	if _, name, ok := strings.Cut(arn, ":role/"); ok {
		role.RoleName = &name
		_, err = c.Clients()[accountA].IAM.TagRole(t.Context(), role)
	} else {
		_, err = c.Clients()[accountA].DataSync(strings.Split(arn, ":")[3]).TagResource(t.Context(), resource)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestCandidates has a set-up by hand that nobody named: a finding for each location and for the task has the line to write, and what these lines ask for
// is done.
func TestCandidates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		var remedies []string
		for _, f := range p.Findings {
			if f.Code == xacct.CodeCandidate {
				remedies = append(remedies, f.Remedy)
			}
		}
		slices.Sort(remedies)
		ends := "to take that location over, write %s.Adopt = xacct.Adopt{Role: %q, Location: %q}; to use it as it is, set %s.LocationARN; otherwise a new one is made"
		want := []string{
			fmt.Sprintf(ends, "Destination", hand.DestinationRole, hand.DestinationLocation, "Destination"),
			fmt.Sprintf(ends, "Source", hand.SourceRole, hand.SourceLocation, "Source"),
			fmt.Sprintf("to take that task over with its locations, write Adopt = xacct.Adopt{Task: %q} beside the Adopt of both ends; otherwise a new one is made", hand.Task),
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, remedies); diff != "" {
			t.Errorf("remedies (-want +got):\n%s", diff)
		}
	})
}

// TestAdoptedIsLeft moves a transfer off what it adopted: that stays, without our tags.
func TestAdoptedIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		kittest.SetUp(t, cloud, hand.Adopted(kittest.Push(cloud)))
		time.Sleep(time.Minute)
		cloud.AddBucket(accountA, "eu-west-1", "media-new")
		moved := hand.Adopted(kittest.Push(cloud))
		moved.Source.Bucket, moved.Source.Adopt, moved.Adopt = "media-new", xacct.Adopt{}, xacct.Adopt{}
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{moved}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
		for _, c := range p.Changes {
			if c.Op == xacct.Delete {
				t.Errorf("%s is to be deleted:\n%s", c.ID, p)
			}
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		kittest.TearDown(t, cloud, moved)
		after := kittest.Dump(cloud)
		for _, arn := range []string{hand.Task, hand.SourceLocation, hand.DestinationLocation} {
			if !strings.Contains(after, arn) {
				t.Errorf("%s is gone:\n%s", arn, after)
			}
		}
		if strings.Contains(after, "xacct") {
			t.Errorf("our traces are left:\n%s", after)
		}
	})
}
