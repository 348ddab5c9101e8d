package enginetest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// countsForNothing looks for the warning that a report counts for nothing, and why.
func countsForNothing(p *xacct.Plan, why string) bool {
	for _, f := range p.Findings {
		if f.Code == xacct.CodeReported && f.Severity == xacct.Warning && strings.Contains(f.Detail, why) {
			return true
		}
	}
	return false
}

// TestReportOfAnotherTransfer hands in the report that another transfer's statements have left the same bucket: it says nothing of ours, which stand there,
// and deletes no role, whatever is overridden.
func TestReportOfAnotherTransfer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, account string
		edit          func(*xacct.Transfer)
	}{
		{"of the same team", accountA, func(tr *xacct.Transfer) {
			tr.Name, tr.Source.Role.Name, tr.Destination.Role.Name = "other", "other-source", "other-destination"
		}},
		{"of the same name, of another company", accountC, func(tr *xacct.Transfer) {
			tr.Source.Account, tr.Source.Bucket = accountC, "others-raw"
			tr.Source.Role.Name, tr.Destination.Role.Name = "other-source", "other-destination"
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountC, "eu-west-1", "others-raw")
				ours, theirs := kittest.Push(cloud), kittest.Push(cloud)
				theirs.Destination.Prefix, theirs.Operators = "elsewhere", []string{cloud.OperatorARN(tt.account)}
				tt.edit(&theirs)
				kittest.SetUp(t, cloud, ours)
				kittest.SetUp(t, cloud, theirs)
				time.Sleep(time.Hour)
				down := must(xacct.NewDestroyPlan(t.Context(), only(cloud, tt.account), []xacct.Transfer{theirs}))
				must(down.Apply(t.Context(), only(cloud, tt.account)))
				report := handBack(t, must(reload(t, down.For(accountB)).Apply(t.Context(), only(cloud, accountB))))
				for range 2 { // the second time nothing but the role is left
					p := must(xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{ours}, byReport(report),
						func(o *xacct.PlanOptions) { o.Override = []string{"reported-removal"} }))
					if !countsForNothing(p, "was not looked for") {
						t.Errorf("the report counts:\n%s", p)
					}
					must(p.Apply(t.Context(), only(cloud, accountA)))
				}
				if !roleIsThere(cloud) {
					t.Error("the role went by a report about another transfer")
				}
			})
		})
	}
}

// TestReportWithMore hands in a report with statements among ours that are nobody's of the transfer: the plan does not keep them, and counts them as others.
func TestReportWithMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.SetBucketPolicy("media-archive", nil)
		a, trs := only(cloud, accountA), []xacct.Transfer{kittest.Push(cloud)}
		p := kittest.MustPlan(t, t.Context(), a, trs)
		must(p.Apply(t.Context(), a))
		time.Sleep(time.Minute)
		report := handBack(t, must(reload(t, p.For(accountB)).Apply(t.Context(), only(cloud, accountB))))
		ofPolicy(func(c *xacct.ChangeResult) {
			c.Stored.Ours = c.Stored.Ours.With(policy.Deny("s3:*").WithSid("Theirs").By(policy.Everyone()).On("arn:aws:s3:::" + strings.Repeat("x", 50_000)))
			c.Stored.Sids = append(c.Stored.Sids, "Theirs")
		})(report)
		p = must(xacct.NewPlan(t.Context(), a, trs, byReport(report)))
		if data := string(must(json.Marshal(p.Settings))); strings.Contains(data, "Theirs") {
			t.Errorf("the plan keeps %d bytes of settings", len(data))
		}
		if text := p.String(); !strings.Contains(text, "and none of the other statements there denies it") {
			t.Errorf("there are no other statements:\n%s", text)
		}
	})
}

// TestReportBeforeAGivenRole hands in a report from before a role was made anew that the transfer only uses: the statement names the one that is gone.
func TestReportBeforeAGivenRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		api := cloud.Clients()[accountA].IAM
		trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
		create := func() {
			must(api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("given"), AssumeRolePolicyDocument: &trust}))
		}
		create()
		tr := kittest.Push(cloud)
		tr.Destination.RoleARN = "arn:aws:iam::" + accountA + ":role/given"
		a, trs := only(cloud, accountA), []xacct.Transfer{tr}
		override := func(o *xacct.PlanOptions) { o.Override = []string{"denied"} }
		p := must(xacct.NewPlan(t.Context(), a, trs, override))
		report := handBack(t, must(reload(t, p.For(accountB)).Apply(t.Context(), only(cloud, accountB))))
		if p := must(xacct.NewPlan(t.Context(), a, trs, override, byReport(report))); len(p.Settings.Reported) != 1 {
			t.Errorf("the report counts for nothing:\n%s", p)
		}
		time.Sleep(time.Minute)
		must(api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: new("given")}))
		create()
		if p := must(xacct.NewPlan(t.Context(), a, trs, override, byReport(report))); !countsForNothing(p, "after it") || len(p.Settings.Reported) > 0 {
			t.Errorf("the report counts:\n%s", p)
		}
	})
}

// TestReportHasNoTutorialOfOthers: the tutorial's Sid is everybody's, and a report quotes the statement of ours alone.
func TestReportHasNoTutorialOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		others := cloud.AddRole(accountC, "secret", policy.New(policy.Allow("*").On("*")))
		tr := tutorialPush(cloud)
		kittest.SetUp(t, cloud, tr)
		down := must(xacct.NewDestroyPlan(t.Context(), only(cloud, accountA), []xacct.Transfer{tr}))
		must(down.Apply(t.Context(), only(cloud, accountA)))
		for range 2 { // the second time another company has the tutorial's statement there
			done := must(reload(t, down.For(accountB)).Apply(t.Context(), only(cloud, accountB)))
			if data := string(must(json.Marshal(done.Report()))); strings.Contains(data, accountC) {
				t.Errorf("the report tells of another company:\n%s", data)
			}
			cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(bucket.TutorialStatement(tutorialBucket, others)).Bytes())
		}
	})
}

// TestStandingOfOthers hands in a report that is doubted because it lacks a transfer's statement: while one of two transfers on a bucket is blocked, no part
// takes out the statements of the other.
func TestStandingOfOthers(t *testing.T) {
	t.Parallel()
	for _, destroy := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			one, two := kittest.Push(cloud), kittest.Push(cloud)
			two.Name, two.Destination.Prefix, two.Source.Role.Name, two.Destination.Role.Name = "other", "elsewhere", "other-source", "other-destination"
			a, trs := only(cloud, accountA), []xacct.Transfer{one, two}
			first := must(xacct.NewPlan(t.Context(), a, trs))
			must(first.Apply(t.Context(), a))
			report := handBack(t, must(reload(t, first.For(accountB)).Apply(t.Context(), only(cloud, accountB))))
			trs[0].Destination.NoDelete = true // another statement is wanted by now
			trs[1].Source.KMSKeys = []string{"arn:aws:kms:eu-west-1:" + accountA + ":key/00000000-0000-4000-8000-000000000000"}
			p := must(xacct.NewPlan(t.Context(), a, trs, byReport(report)))
			if destroy {
				p = must(xacct.NewDestroyPlan(t.Context(), a, trs, byReport(report)))
			}
			for _, c := range p.Changes {
				for _, sid := range c.Remove {
					if c.Kind == xacct.BucketPolicy && (!destroy || len(c.Transfers) == 1 && strings.Contains(sid, "Other") != (c.Transfers[0] == "other")) {
						t.Errorf("destroy %v: %s (%v, %q) takes out %s", destroy, c.ID, c.Transfers, c.Hold, sid)
					}
				}
			}
			if !destroy && !kittest.HasFinding(p, xacct.CodeNoKey, xacct.Blocking) {
				t.Errorf("nothing is blocked:\n%s", p)
			}
		})
	}
}

// TestRemoveOfOthers edits which Sids the part to tear down takes out: a part that names a statement of others is refused.
func TestRemoveOfOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		trs := []xacct.Transfer{kittest.Push(cloud)}
		kittest.SetUp(t, cloud, trs...)
		a, b := only(cloud, accountA), only(cloud, accountB)
		down := must(xacct.NewDestroyPlan(t.Context(), a, trs))
		must(down.Apply(t.Context(), a))
		part := reload(t, down.For(accountB))
		part.Changes[0].Remove = append(part.Changes[0].Remove, "TLSOnly")
		var mismatch *xacct.MismatchError
		if _, err := part.Apply(t.Context(), b); !errors.As(err, &mismatch) {
			t.Errorf("it was applied: %v", err)
		}
		must(reload(t, down.For(accountB)).Apply(t.Context(), b))
	})
}

// TestReportBeforeAnotherTransfer adds a transfer on the same bucket after the report: it holds for the one that it was about, and for that alone.
func TestReportBeforeAnotherTransfer(t *testing.T) {
	t.Parallel()
	for _, blocked := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			one, two := kittest.Push(cloud), kittest.Push(cloud)
			two.Name, two.Destination.Prefix, two.Source.Role.Name, two.Destination.Role.Name = "other", "elsewhere", "other-source", "other-destination"
			a := only(cloud, accountA)
			first := must(xacct.NewPlan(t.Context(), a, []xacct.Transfer{one}))
			must(first.Apply(t.Context(), a))
			time.Sleep(time.Minute)
			report := handBack(t, must(reload(t, first.For(accountB)).Apply(t.Context(), only(cloud, accountB))))
			if blocked {
				two.Source.Bucket = "nowhere-to-be-found"
			}
			p := reload(t, must(xacct.NewPlan(t.Context(), a, []xacct.Transfer{one, two}, byReport(report))))
			for _, again := range []bool{false, true} {
				var heard []string
				for _, f := range p.Findings {
					if f.Code == xacct.CodeUndetermined && strings.Contains(f.Detail, "if the report of") && f.Side == xacct.DestinationSide && strings.Contains(f.Subject, "-destination") {
						heard = append(heard, f.Transfer)
					}
				}
				if diff := cmp.Diff([]string{"media-archive"}, heard); diff != "" {
					t.Errorf("blocked %v, again %v: verdicts by the report (-want +got):\n%s", blocked, again, diff)
				}
				if !countsForNothing(p, "is not in it") {
					t.Errorf("blocked %v: nothing is said of the other transfer:\n%s", blocked, p)
				}
				for _, c := range p.Changes { // that of the blocked one is planned apart
					want := blocked && c.Kind == xacct.BucketPolicy && c.Transfers[0] == "media-archive"
					if done := c.Hold == xacct.Reported; done != want {
						t.Errorf("blocked %v: %s (%v) counts as done: %v", blocked, c.ID, c.Transfers, done)
					}
				}
				if len(p.Settings.Reported) != 1 || p.Settings.Reported[0].Ours.Len() != 2 {
					t.Errorf("kept: %+v", p.Settings.Reported)
				}
				_, _ = p.Apply(t.Context(), a) // of which a transfer may be blocked
				p = must(xacct.NewPlan(t.Context(), a, []xacct.Transfer{one, two}, byReport(report)))
			}
		})
	}
}
