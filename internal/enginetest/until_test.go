package enginetest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// inDays is a time in UTC and whole seconds.
func inDays(n int) time.Time { return time.Now().UTC().Truncate(time.Second).AddDate(0, 0, n) }

// ending is the transfer whose grants end then.
func ending(tr xacct.Transfer, at time.Time) xacct.Transfer {
	tr.Until = at
	return tr
}

// datesIn are the ends of our statements in the policy of the bucket, by Sid without the hash; "" is none.
func datesIn(t *testing.T, cloud *xaccttest.Cloud, bucket string) map[string]string {
	t.Helper()
	return datesOf(kittest.BucketPolicy(t, cloud, bucket))
}

func datesOf(d policy.Document) map[string]string {
	out := map[string]string{}
	for st := range d.All() {
		if !strings.HasPrefix(st.Sid(), "Xacct") {
			continue
		}
		sid := st.Sid()[:len(st.Sid())-8]
		out[sid] = ""
		for _, c := range st.Conditions() {
			if c.Key() == "aws:CurrentTime" {
				out[sid] = c.Operator() + " " + strings.Join(c.Values(), " ")
			}
		}
	}
	return out
}

// untilFinding are the severities of the findings about the end, by what they are about.
func untilFindings(p *xacct.Plan) map[string]xacct.Severity {
	out := map[string]xacct.Severity{}
	for _, f := range p.Findings {
		if f.Code == xacct.CodeUntil {
			out[f.Subject] = f.Severity
		}
	}
	return out
}

// A transfer with an end runs before it and not afterwards; then its plan is blocked, Start refuses, the error of a run says why, and a tear-down leaves
// the cloud as it was.
func TestUntil(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*xaccttest.Cloud, *xacct.Transfer)
	}{
		{"by role", func(*xaccttest.Cloud, *xacct.Transfer) {}},
		{"by account", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }},
		{"pull", func(c *xaccttest.Cloud, tr *xacct.Transfer) { *tr = kittest.Pull(c) }},
		{"NoDelete", func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.NoDelete = true }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tt.edit(cloud, &tr)
				tr.Until = inDays(30)
				clean := kittest.Dump(cloud)
				c := cloud.Clients()
				p := kittest.MustPlan(t, t.Context(), c, []xacct.Transfer{tr})
				until := "until " + tr.Until.Format(time.RFC3339)
				for _, f := range p.Findings {
					remote := f.Code == xacct.CodeAllowed && f.Subject != "" && f.Account != p.Transfers[0].TaskAccount && slices.Contains(f.Actions, "s3:ListBucket") &&
						(f.Side == xacct.DestinationSide) == (tt.name != "pull")
					if remote && !strings.Contains(f.Detail, until) {
						t.Errorf("no end: %s", f.Detail)
					}
				}
				if !strings.Contains(p.Details(), until) {
					t.Errorf("the plan does not tell the end:\n%s", p.Details())
				}
				p = reload(t, p)
				r := kittest.MustApply(t, t.Context(), c, p)
				run, err := p.Start(t.Context(), c, r, tr.Name)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := run.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				cloud.PutObject("media-raw", "2026/new.mov", []byte("new"))
				time.Sleep(time.Until(tr.Until))

				var blocked *xacct.BlockedError
				if _, err := p.Start(t.Context(), c, r, tr.Name); !errors.As(err, &blocked) || !strings.Contains(blocked.Hint(), "later time") {
					t.Errorf("started: %v", err)
				}
				over, err := xacct.NewPlan(t.Context(), c, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				if got := untilFindings(over)["Until"]; got != xacct.Blocking {
					t.Errorf("the plan afterwards finds %q:\n%s", got, over.Details())
				}
				api, err := c.DataSync(r.TaskARN(tr.Name))
				if err != nil {
					t.Fatal(err)
				}
				e, err := task.Start(t.Context(), api, r.TaskARN(tr.Name))
				if err == nil {
					_, err = e.Wait(t.Context())
				}
				var access *xacct.AccessTestError
				if err = p.Explain(tr.Name, err); !errors.As(err, &access) || !access.Ended.Equal(tr.Until) || !strings.Contains(access.Hint(), "later time") ||
					!strings.Contains(err.Error(), "ended at "+tr.Until.Format(time.RFC3339)) {
					t.Errorf("the run after the end: %v, hints %v", err, xacct.Hints(err))
				}

				left, err := p.Residue(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Kind == xacct.BucketPolicy && r.Ours }) {
					t.Errorf("the statements are no residue: %v", left)
				}
				kittest.TearDown(t, cloud, tr)
				if diff := cmp.Diff(clean, kittest.Dump(cloud)); diff != "" {
					t.Errorf("the cloud is not as before (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Another end changes the dates of our statements and nothing else: one change a policy, whose reason is renew.
func TestUntilIsRenewed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		from, to int // in days; 0 is no end
		late     int // days that pass before
	}{
		{"later", 30, 60, 0},
		{"earlier", 60, 30, 0},
		{"added", 0, 30, 0},
		{"removed", 30, 0, 0},
		{"after it has come", 30, 90, 40},
		{"removed after it has come", 30, 0, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := kittest.EncryptedWorld()
				end := func(days int) (at time.Time) {
					if days > 0 {
						at = inDays(days)
					}
					return at
				}
				from, to := end(tt.from), end(tt.to)
				clean := kittest.Dump(cloud)
				kittest.SetUp(t, cloud, ending(tr, from))
				before := kittest.Dump(cloud)
				time.Sleep(time.Duration(tt.late) * 24 * time.Hour)

				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{ending(tr, to)})
				changed := map[xacct.Kind]string{}
				for _, c := range p.Changes {
					if c.Op != xacct.NoOp {
						changed[c.Kind] += string(c.Op) + " " + c.Reason
					}
				}
				if diff := cmp.Diff(map[xacct.Kind]string{xacct.BucketPolicy: "update renew", xacct.KeyPolicy: "update renew"}, changed); diff != "" {
					t.Errorf("the changes (-want +got):\n%s", diff)
				}
				kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, p))
				want := ""
				if !to.IsZero() {
					want = "DateLessThan " + to.Format(time.RFC3339)
				}
				if diff := cmp.Diff(map[string]string{"XacctMediaArchiveWrite": want, "XacctMediaArchiveList": want}, datesIn(t, cloud, "media-archive")); diff != "" {
					t.Errorf("the bucket's policy (-want +got):\n%s", diff)
				}
				undated := func(dump string) string {
					for _, at := range []time.Time{from, to} {
						dump = strings.ReplaceAll(dump, `,"DateLessThan":{"aws:CurrentTime":"`+at.Format(time.RFC3339)+`"}`, "")
						dump = strings.ReplaceAll(dump, `,"Condition":{"DateLessThan":{"aws:CurrentTime":"`+at.Format(time.RFC3339)+`"}}`, "")
					}
					return dump
				}
				if diff := cmp.Diff(undated(before), undated(kittest.Dump(cloud))); diff != "" {
					t.Errorf("more than dates changed (-before +after):\n%s", diff)
				}
				if err := runOnce(t, cloud, ending(tr, to)); err != nil {
					t.Errorf("a run afterwards: %v", err)
				}
				kittest.TearDown(t, cloud, ending(tr, to))
				if diff := cmp.Diff(clean, kittest.Dump(cloud)); diff != "" {
					t.Errorf("the cloud is not as before (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Two transfers share a bucket's policy: each statement has the end of its own transfer, and renewing one leaves those of the other.
func TestUntilOfTwoTransfers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		one, two := ending(kittest.Push(cloud), inDays(30)), kittest.Push(cloud)
		two.Name, two.Destination.Prefix, two.Until = "second", "second", inDays(60)
		kittest.SetUp(t, cloud, one, two)
		day := func(at time.Time) string { return "DateLessThan " + at.Format(time.RFC3339) }
		want := map[string]string{"XacctMediaArchiveWrite": day(one.Until), "XacctMediaArchiveList": day(one.Until), "XacctSecondWrite": day(two.Until), "XacctSecondList": day(two.Until)}
		if diff := cmp.Diff(want, datesIn(t, cloud, "media-archive")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		time.Sleep(40 * 24 * time.Hour)
		p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{one, two})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.For(accountB); !p.Empty() || kittest.HasFinding(p, xacct.CodeDenied, xacct.Blocking) != true || len(got.Transfers) != 2 {
			t.Errorf("one has ended:\n%s", p.Details())
		}
		for _, f := range p.Findings {
			if f.Severity == xacct.Blocking && f.Transfer != one.Name {
				t.Errorf("the other is blocked: %+v", f)
			}
		}
		if err := runOnce(t, cloud, two); err != nil {
			t.Errorf("the other does not run: %v", err)
		}
		one.Until = inDays(10)
		kittest.SetUp(t, cloud, one, two)
		want["XacctMediaArchiveWrite"], want["XacctMediaArchiveList"] = day(one.Until), day(one.Until)
		if diff := cmp.Diff(want, datesIn(t, cloud, "media-archive")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		kittest.TearDown(t, cloud, one)
		if err := runOnce(t, cloud, two); err != nil {
			t.Errorf("the other does not run: %v", err)
		}
	})
}

// A plan that was made before the end and is applied after it writes nothing.
func TestUntilComesBeforeTheApply(t *testing.T) {
	t.Parallel()
	for _, after := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := ending(kittest.Push(cloud), inDays(2))
			p := reload(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			clean := kittest.Dump(cloud)
			time.Sleep(time.Until(tr.Until) + after)
			var blocked *xacct.BlockedError
			if _, err := p.Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) || blocked.Findings[0].Code != xacct.CodeUntil {
				t.Errorf("applied: %v", err)
			}
			if diff := cmp.Diff(clean, kittest.Dump(cloud)); diff != "" {
				t.Errorf("something was written (-want +got):\n%s", diff)
			}
		})
	}
}

// A run under way when the end comes keeps what it has copied, fails for the rest, and says why.
func TestUntilComesDuringARun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.Phases.Transferring = 48 * time.Hour })
		tr := ending(kittest.Push(cloud), inDays(2))
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		r := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		time.Sleep(24 * time.Hour)
		if got := untilFindings(kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))["Until"]; got != xacct.Warning {
			t.Errorf("less than a day before the end it finds %q", got)
		}
		run, err := p.Start(t.Context(), cloud.Clients(), r, tr.Name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = run.Wait(t.Context())
		var access *xacct.AccessTestError
		if !errors.As(err, &access) || !access.Ended.Equal(tr.Until) {
			t.Errorf("the run: %v", err)
		}
		n := 0
		for key := range cloud.Objects("media-archive") {
			if strings.HasPrefix(key, "incoming/") {
				n++
			}
		}
		if n == 0 || n == 12 {
			t.Errorf("%d of 12 objects arrived", n)
		}
		later := ending(tr, inDays(30))
		kittest.SetUp(t, cloud, later)
		if err := runOnce(t, cloud, later); err != nil {
			t.Errorf("once it is renewed: %v", err)
		}
	})
}
