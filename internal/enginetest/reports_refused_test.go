package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// reportCase is a report that somebody forged, kept for too long, mixed up or cut off.
type reportCase struct {
	name  string
	edit  func(*xacct.Result)                     // what became of the report; nil is nothing
	since func(*testing.T, *teamWorld)            // what happened since; nil is nothing
	want  func(*xaccttest.Cloud, *xacct.Transfer) // what is wanted by now; nil is the same
	err   string                                  // part of the error; "" is none
	why   string                                  // part of the warning; "" if nothing is warned of
	other func(*xacct.Result) *xacct.Result       // the report that is handed in, in place of the edited one; nil is that
}

// teamWorld is a world in which the other team has done its part.
type teamWorld struct {
	cloud *xaccttest.Cloud
	tr    xacct.Transfer
}

// ofPolicy edits what the report says of the bucket's policy.
func ofPolicy(edit func(*xacct.ChangeResult)) func(*xacct.Result) {
	return func(r *xacct.Result) {
		for i := range r.Changes {
			if r.Changes[i].Kind == xacct.BucketPolicy {
				edit(&r.Changes[i])
			}
		}
	}
}

// ofStatements rewrites our statements in the report.
func ofStatements(edit func(policy.Statement) policy.Statement) func(*xacct.Result) {
	return ofPolicy(func(c *xacct.ChangeResult) {
		var out policy.Statements
		for st := range c.Stored.Ours.All() {
			out = append(out, edit(st))
		}
		if out != nil {
			c.Stored.Ours = policy.New(out)
		}
	})
}

// ofText rewrites the text of our statements.
func ofText(t *testing.T, old, now string) func(*xacct.Result) {
	return ofPolicy(func(c *xacct.ChangeResult) {
		text := string(c.Stored.Ours.Bytes())
		if !strings.Contains(text, old) {
			return // a report of a removal has none
		}
		d, err := policy.Parse([]byte(strings.ReplaceAll(text, old, now)))
		if err != nil {
			t.Fatal(err)
		}
		c.Stored.Ours = d
	})
}

// renamed renames what the report is about, ID included.
func renamed(account, region string, kind xacct.Kind, name string) func(*xacct.Result) {
	return ofPolicy(func(c *xacct.ChangeResult) {
		c.Account, c.Region, c.Kind, c.Name = account, region, kind, name
		c.ID = account + "/" + region + "/" + string(kind) + "/" + name
	})
}

func at(shift time.Duration) func(*xacct.Result) {
	return ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Time = c.Stored.Time.Add(shift) })
}

func remade(t *testing.T, w *teamWorld) {
	api := w.cloud.Clients()[accountA].IAM
	name := "media-archive-destination"
	for _, p := range must(api.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &name})).PolicyNames {
		must(api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &p}))
	}
	must(api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}))
	p := kittest.MustPlan(t, t.Context(), only(w.cloud, accountA), []xacct.Transfer{w.tr})
	must(p.Apply(t.Context(), only(w.cloud, accountA)))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var forgedReports = func(t *testing.T) []reportCase {
	return []reportCase{
		{name: "other actions", edit: ofText(t, `"s3:PutObject"`, `"s3:*"`), why: "is another in it"},
		{name: "another principal", edit: ofText(t, accountA+":role/media-archive-destination", "777788889999:role/x"), why: "is another in it"},
		{name: "everybody", edit: ofStatements(func(st policy.Statement) policy.Statement { return st.By(policy.Everyone()) }), why: "is another in it"},
		{name: "a wider resource", edit: ofText(t, "incoming/*", "*"), why: "is another in it"},
		{name: "a denial", edit: ofText(t, `"Allow"`, `"Deny"`), why: "is another in it"},
		{name: "under a condition", edit: ofStatements(func(st policy.Statement) policy.Statement { return st.When(policy.Bool("aws:SecureTransport", true)) }), why: "is another in it"},
		{name: "with another Sid", edit: ofStatements(func(st policy.Statement) policy.Statement { return st.WithSid(st.Sid() + "0") }), why: "is not in it"},
		{name: "twice, the second another", edit: ofPolicy(func(c *xacct.ChangeResult) {
			var out policy.Statements
			for st := range c.Stored.Ours.All() {
				out = append(out, st, st.On("*"))
			}
			if out != nil {
				c.Stored.Ours = must(policy.Parse([]byte(string(policy.New(out[0]).Bytes()[:0]) + twice(out))))
			}
		}), why: "is another in it"},
		{name: "under another ID", edit: ofPolicy(func(c *xacct.ChangeResult) { c.ID += "x" }), why: "which is not that of"},
		{name: "with a status that is none", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Status = "DONE" }), why: `ended as "DONE"`},
		{name: "with a digest that is none", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Rest = "sha256:none" }), why: "digest"},
		{name: "about another role of that name", edit: func(r *xacct.Result) {
			r.Changes = append(r.Changes, xacct.ChangeResult{Kind: xacct.IAMRole, Account: accountA, Status: xacct.Done,
				ARN: "arn:aws:iam::" + accountA + ":role/media-archive-destination", RoleID: "AROAFORGED"})
		}, why: "unique id AROAFORGED"},
	}
}

// twice is a document of statements that share their Sids.
func twice(statements policy.Statements) string {
	var texts []string
	for _, st := range statements {
		texts = append(texts, string(st.Bytes()))
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(texts, ",") + `]}`
}

func staleReports(*testing.T) []reportCase {
	return []reportCase{
		{name: "the role was made anew", since: remade, why: "after it"},
		{name: "the role is gone", since: func(t *testing.T, w *teamWorld) {
			remade(t, w)
			w.tr.Source.Role.Name = "another"
		}, why: "after it"},
		{name: "of a time before the role", edit: at(-24 * time.Hour), why: "after it"},
		{name: "another prefix by now", want: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Prefix = "elsewhere" }, why: "is another in it"},
		{name: "another operator by now", want: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Operators = []string{c.AddRole(accountA, "ops", policy.New(policy.Allow("*").On("*")))}
		}, why: "is another in it"},
		{name: "one operator more by now", want: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Operators = append(tr.Operators, c.AddRole(accountA, "ops", policy.New(policy.Allow("*").On("*"))))
		}, why: "is another in it"},
		{name: "grants by account by now", want: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Grant = xacct.ByAccount }, why: "is another in it"},
		{name: "nothing is deleted by now", want: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.NoDelete = true }, why: "is another in it"},
		{name: "another role by now", want: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Destination.Role.Name = "archive" }, why: "archive"},
		{name: "another transfer by now", want: func(_ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Name = "later" }, why: "is not in it"},
		{name: "another bucket by now", want: func(c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.AddBucket(accountB, "us-east-2", "media-later")
			tr.Destination.Bucket = "media-later"
		}, why: "still stands in it"},
	}
}

func foreignReports(*testing.T) []reportCase {
	return []reportCase{
		{name: "of a third account", edit: renamed("777788889999", "us-east-2", xacct.BucketPolicy, "media-archive"), why: "no transfer has anything there"},
		{name: "of our account", edit: renamed(accountA, "us-east-2", xacct.BucketPolicy, "media-archive"), why: "is read here"},
		{name: "of another Region", edit: renamed(accountB, "us-west-2", xacct.BucketPolicy, "media-archive"), why: "no transfer has anything there"},
		{name: "of no Region", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Region, c.ID = "", accountB+"/bucket-policy/media-archive" }), why: "no transfer has anything there"},
		{name: "of another bucket", edit: renamed(accountB, "us-east-2", xacct.BucketPolicy, "media-other"), why: "no transfer has anything there"},
		{name: "of the source", edit: renamed(accountB, "eu-west-1", xacct.BucketPolicy, "media-raw"), why: "no transfer has anything there"},
		{name: "of a key", edit: renamed(accountB, "us-east-2", xacct.KeyPolicy, "00000000-0000-4000-8000-000000000000"), why: "no transfer has anything there"},
		{name: "of a log policy", edit: renamed(accountB, "us-east-2", xacct.LogPolicy, "media-archive")},
		{name: "of a role", edit: renamed(accountB, "", xacct.IAMRole, "media-archive")},
		{name: "of an account that is none", edit: renamed("44445555666", "us-east-2", xacct.BucketPolicy, "media-archive"), why: "is no account id"},
		{name: "of another ID's bucket", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Name = "media-other" }), why: "which is not that of"},
	}
}

func futureReports(*testing.T) []reportCase {
	ahead := "must not be more than five minutes ahead"
	return []reportCase{
		{name: "a second too far", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Time = time.Now().Add(5*time.Minute + time.Second) }), err: ahead},
		{name: "ten minutes", edit: at(10 * time.Minute), err: ahead},
		{name: "an hour", edit: at(time.Hour), err: ahead},
		{name: "a day", edit: at(24 * time.Hour), err: ahead},
		{name: "ten years", edit: at(10 * 365 * 24 * time.Hour), err: ahead},
		{name: "the year 9999", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Time = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }), err: ahead},
		{name: "in another zone", edit: ofPolicy(func(c *xacct.ChangeResult) {
			c.Stored.Time = c.Stored.Time.Add(time.Hour).In(time.FixedZone("", -12*3600))
		}), err: ahead},
		{name: "of what failed", edit: func(r *xacct.Result) {
			ofPolicy(func(c *xacct.ChangeResult) { c.Status = xacct.Failed })(r)
			at(time.Hour)(r)
		}, err: ahead},
		{name: "of somebody else's bucket", edit: func(r *xacct.Result) {
			renamed("777788889999", "us-east-2", xacct.BucketPolicy, "media-archive")(r)
			at(time.Hour)(r)
		}, err: ahead},
		{name: "of Object Ownership", edit: func(r *xacct.Result) {
			r.Changes = append(r.Changes, xacct.ChangeResult{ID: accountB + "/us-east-2/bucket-ownership/media-archive", Account: accountB, Region: "us-east-2", Kind: xacct.BucketOwnership,
				Name: "media-archive", Status: xacct.Done, Stored: &xacct.Stored{Time: time.Now().Add(time.Hour), Ownership: s3types.ObjectOwnershipBucketOwnerEnforced}})
		}, err: ahead},
	}
}

func truncatedReports(*testing.T) []reportCase {
	empty := "what was read"
	return []reportCase{
		{name: "none", other: func(*xacct.Result) *xacct.Result { return nil }, why: "has no changes"},
		{name: "without changes", edit: func(r *xacct.Result) { r.Changes = nil }, why: "has no changes"},
		{name: "without the policy", edit: func(r *xacct.Result) {
			r.Changes = []xacct.ChangeResult{{ID: accountB + "/iam-role/x", Account: accountB, Kind: xacct.IAMRole, Name: "x", Status: xacct.Done}}
		}},
		{name: "without what was stored", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored = nil }), why: empty},
		{name: "without the time", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Time = time.Time{} }), why: empty},
		{name: "without our statements", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Ours = policy.Document{} }), why: "is not in it"},
		{name: "with one of our statements", edit: ofPolicy(func(c *xacct.ChangeResult) {
			for st := range c.Stored.Ours.All() {
				c.Stored.Ours = policy.New(st)
				return
			}
		}), why: "is not in it"},
		{name: "without the status", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Status = "" }), why: `ended as ""`},
		{name: "without the ID", edit: ofPolicy(func(c *xacct.ChangeResult) { c.ID = "" }), why: "which is not that of"},
		{name: "without the name", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Name = "" }), why: "which is not that of"},
		{name: "without the kind", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Kind = "" }), why: `kind ""`},
		{name: "without the account", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Account = "" }), why: "is no account id"},
		{name: "with half a digest", edit: ofPolicy(func(c *xacct.ChangeResult) { c.Stored.Rest = "sha256:0a0a0a" }), why: "digest"},
	}
}

// TestReportsThatCountForNothing hands in reports that somebody forged, kept for too long, mixed up or cut off: none makes anything allowed, lifts a block,
// counts as done or deletes a role, and each is warned of or refused.
func TestReportsThatCountForNothing(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, kind := range []struct {
		name  string
		cases func(*testing.T) []reportCase
	}{{"forged", forgedReports}, {"stale", staleReports}, {"foreign", foreignReports}, {"future", futureReports}, {"truncated", truncatedReports}} {
		cases := kind.cases(t)
		if len(cases) < 10 {
			t.Fatalf("%d reports are %s, want ten", len(cases), kind.name)
		}
		for i, tt := range cases {
			if i%kittest.Sample(5, 1) != 0 {
				continue
			}
			t.Run(kind.name+": "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { tt.play(t) })
			})
		}
	}
}

func (tt reportCase) play(t *testing.T) {
	cloud := kittest.World(t)
	w := &teamWorld{cloud: cloud, tr: kittest.Push(cloud)}
	trs := []xacct.Transfer{w.tr}
	a, b := only(cloud, accountA), only(cloud, accountB)
	first := kittest.MustPlan(t, t.Context(), a, trs)
	must(first.Apply(t.Context(), a))
	time.Sleep(time.Minute)
	report := handBack(t, must(reload(t, first.For(accountB)).Apply(t.Context(), b)))
	time.Sleep(time.Minute)
	if tt.since != nil {
		tt.since(t, w)
	}
	if tt.want != nil {
		tt.want(cloud, &trs[0])
		must(kittest.MustPlan(t, t.Context(), a, trs).Apply(t.Context(), a))
	}
	report = tt.told(report)
	for _, blocked := range []bool{false, true} { // the second time something blocks the transfer
		opts := func(o *xacct.PlanOptions) {
			if blocked {
				o.SCPs = map[string][][]policy.Document{accountA: {{policy.New(policy.Allow("*").On("*"), policy.Deny("s3:PutObject").WithSid("No").On("*"))}}}
			}
		}
		without := kittest.MustPlan(t, t.Context(), a, trs, opts)
		p, err := xacct.NewPlan(t.Context(), a, trs, opts, byReport(report))
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || !strings.Contains(err.Error(), "Reported[0]") {
				t.Errorf("error %v, want one with %q that names the report", err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, severity := range []xacct.Severity{xacct.Info, xacct.Blocking} {
			if diff := cmp.Diff(ofSeverity(without, severity), ofSeverity(p, severity)); diff != "" {
				t.Errorf("findings without and with the report (-want +got):\n%s", diff)
			}
		}
		tt.warns(t, p)
		for _, c := range p.Changes {
			if c.Hold == xacct.Reported {
				t.Errorf("counts as done: %s", c.ID)
			}
		}
		if len(p.Settings.Reported) > 0 {
			t.Errorf("kept: %v", p.Settings.Reported)
		}
	}
	tt.tearDown(t, cloud, trs[0])
}

// told is the report as it is handed in.
func (tt reportCase) told(r *xacct.Result) *xacct.Result {
	if tt.edit != nil {
		tt.edit(r)
	}
	if tt.other != nil {
		return tt.other(r)
	}
	return r
}

// tearDown hands in the report on the way back: no role goes by it that a policy may name.
func (tt reportCase) tearDown(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) {
	a, trs := only(cloud, accountA), []xacct.Transfer{tr}
	down := must(xacct.NewDestroyPlan(t.Context(), a, trs))
	if _, err := down.Apply(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
	report := tt.told(handBack(t, must(down.For(accountB).Apply(t.Context(), only(cloud, accountB)))))
	p, err := xacct.NewDestroyPlan(t.Context(), a, trs, byReport(report))
	if err == nil {
		_, _ = p.Apply(t.Context(), a) // which may be blocked
	} else if tt.err == "" {
		t.Error(err)
	}
	if !roleIsThere(cloud) {
		t.Error("the role went by a report")
	}
}

// warns looks for the warning that says why the report counts for nothing.
func (tt reportCase) warns(t *testing.T, p *xacct.Plan) {
	t.Helper()
	var said []string
	for _, f := range p.Findings {
		if f.Code == xacct.CodeReported {
			if said = append(said, f.Detail); f.Severity != xacct.Warning {
				t.Errorf("%s: %s", f.Severity, f.Detail)
			}
		}
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, tt.why) || (tt.why == "") != (text == "") {
		t.Errorf("warned of %q, want %q", text, tt.why)
	}
}

// ofSeverity are the findings of the severity, as far as they decide something.
func ofSeverity(p *xacct.Plan, s xacct.Severity) []string {
	var out []string
	for _, f := range p.Findings {
		if f.Severity == s {
			out = append(out, f.Code+" "+f.Detail)
		}
	}
	return out
}
