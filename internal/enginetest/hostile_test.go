package enginetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// hostile clears a screen, draws a line of a plan, turns a line round, and ends with the other line breaks and an invisible letter.
const hostile = "\x1b[2J\r\nChecked  DataSync may write (allowed)\u202e\u2066\u0085\u2028\u2029\u009b31m\u200b"

// TestTextOfOthersIsEscaped puts a hostile text where others write, and looks at every text for people: of the plan, its findings and changes, of errors
// and their hints, of an apply, its events and its log, of a tear-down and of what is left.
func TestTextOfOthersIsEscaped(t *testing.T) {
	kittest.SkipUnderRace(t)
	inBucket := func(statements ...policy.Fragment) func(*xaccttest.Cloud, *xacct.Transfer) {
		return func(cloud *xaccttest.Cloud, _ *xacct.Transfer) {
			cloud.SetBucketPolicy("media-archive", policy.New(statements...).Bytes())
		}
	}
	everyone := policy.Deny("s3:PutObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*")
	refuse := func(service, operation string) func(*xaccttest.Cloud, *xacct.Transfer) {
		return func(cloud *xaccttest.Cloud, _ *xacct.Transfer) {
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if c.Service == service && c.Operation == operation {
					return xaccttest.Fault(403, "AccessDenied", "Access Denied: "+hostile)
				}
				return next()
			})
		}
	}
	for _, tt := range []struct {
		name string
		edit func(*xaccttest.Cloud, *xacct.Transfer)
	}{
		{"the Sid of a Deny", inBucket(everyone.WithSid("No" + hostile))},
		{"the Sid of an Allow", inBucket(policy.Allow("s3:*").By(policy.Account(accountA)).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").WithSid("Yes" + hostile))},
		{"a condition's key", inBucket(everyone.When(policy.StringEquals("aws:PrincipalTag/"+hostile, "x")))},
		{"a condition's value", inBucket(everyone.When(policy.StringNotEquals("aws:PrincipalOrgID", hostile)))},
		{"a resource", inBucket(policy.Deny("s3:PutObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive/incoming/" + hostile))},
		{"a statement with our Sid", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			res, err := tr.Resources()
			if err != nil {
				panic(err)
			}
			cloud.SetBucketPolicy("media-archive", policy.New(everyone.When(policy.StringEquals("aws:UserAgent", hostile)).WithSid(res.Buckets[0].Statements[0].Sid())).Bytes())
		}},
		{"the Sid of a stranger with our prefix", inBucket(
			policy.Allow("s3:GetObject").By(policy.Account(accountA)).On("arn:aws:s3:::media-archive/*").WithSid("Xacct" + hostile))},
		{"the Sid of a statement for a role that is gone", func(cloud *xaccttest.Cloud, _ *xacct.Transfer) {
			gone := policy.AWS(cloud.AddRole(accountA, "gone"))
			cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:GetObject").By(gone).On("arn:aws:s3:::media-archive/*").WithSid("Gone"+hostile)).Bytes())
			if _, err := cloud.Clients()[accountA].IAM.DeleteRole(context.Background(), &iam.DeleteRoleInput{RoleName: new("gone")}); err != nil {
				panic(err)
			}
		}},
		{"the Sid of a public statement", inBucket(
			policy.Allow("s3:GetObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").WithSid("Public" + hostile))},
		{"the policy of a given role", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.RoleARN = cloud.AddRole(accountA, "given", policy.New(policy.Deny("s3:PutObject").On("*").When(policy.StringNotEquals("aws:UserAgent", "\u009b31m")).WithSid("No"), policy.Allow("s3:*").On("*")))
		}},
		{"the answer to a read", refuse("S3", "GetBucketPolicy")},
		{"the answer to HeadBucket", refuse("S3", "HeadBucket")},
		{"the answer of IAM", refuse("IAM", "GetRole")},
		{"the answer of STS", refuse("STS", "GetCallerIdentity")},
		{"the answer to a list", refuse("DataSync", "ListTasks")},
		{"the answer to a write", refuse("S3", "PutBucketPolicy")},
		{"DataSync's refusal of a location", refuse("DataSync", "CreateLocationS3")},
		{"DataSync's refusal of a task", refuse("DataSync", "CreateTask")},
		{"a key at the source", func(cloud *xaccttest.Cloud, _ *xacct.Transfer) {
			cloud.PutObject("media-raw", "2026//"+hostile, []byte("x"))
		}},
		{"the grants of an ACL", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.Bucket, tr.Destination.DisableACLs = "with-acls", true
			cloud.AddBucket(accountB, "us-east-2", "with-acls", func(o *xaccttest.BucketOptions) {
				o.Ownership = "ObjectWriter"
				o.Grants = []xaccttest.Grant{{Permission: "READ", Group: hostile}}
			})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tt.edit(cloud, &tr)
				var logged bytes.Buffer
				level := &slog.HandlerOptions{Level: slog.LevelDebug}
				logger := slog.New(slog.NewMultiHandler(slog.NewTextHandler(&logged, level), slog.NewJSONHandler(&logged, level)))
				seen := &textsForPeople{t: t}
				ctx := t.Context()
				p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Logger, o.LookAtKeys = logger, 100 })
				seen.error(err)
				if p != nil {
					seen.plan(p)
					seen.plan(p.For(accountB))
					seen.error(p.Explain(tr.Name, errors.New("DataSync bucket access test failed: "+hostile)))
					r, err := p.Apply(ctx, cloud.Clients(), func(o *xacct.ApplyOptions) {
						o.Logger = logger
						o.OnEvent = func(e xacct.Event) { seen.line("event", e.String()+e.Detail); seen.json(e) }
					})
					seen.error(err)
					seen.result(r)
					left, err := p.Residue(ctx, cloud.Clients())
					seen.error(err)
					for _, item := range left {
						seen.line("residue", item.Detail)
						seen.line("residue", item.String())
						seen.json(item)
					}
				}
				down, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Logger = logger })
				seen.error(err)
				if down != nil {
					seen.plan(down)
				}
				seen.lines("log", logged.String())
				if seen.n < 10 && p != nil {
					t.Errorf("only %d texts", seen.n)
				}
			})
		})
	}
}

// TestTextOfAnEditedPlanIsEscaped puts a hostile text into one string after the other of a plan's JSON.
func TestTextOfAnEditedPlanIsEscaped(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Source.Prefix = "typo"
		data, err := json.Marshal(kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
		if err != nil {
			t.Fatal(err)
		}
		var whole any
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatal(err)
		}
		n, read := 0, 0
		everyString(whole, func(had string, set func(string)) {
			if n++; n%kittest.Sample(15, 1) != 0 {
				return
			}
			set(had + hostile)
			defer set(had)
			edited, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			seen := &textsForPeople{t: t}
			var p xacct.Plan
			if err := json.Unmarshal(edited, &p); err != nil {
				seen.error(err)
				return
			}
			read++
			seen.plan(&p)
			seen.plan(p.For(accountB))
			_, err = p.Apply(t.Context(), xacct.Clients{})
			seen.error(err)
			seen.error(p.Explain(tr.Name, errors.New("DataSync bucket access test failed")))
			_, err = p.Receipt(t.Context(), cloud.Clients(), tr.Name, nil, &task.Outcome{ExecutionARN: "x" + hostile})
			seen.error(err)
		})
		if n < 100 || read < kittest.Sample(4, 50) {
			t.Errorf("%d strings, %d plans read", n, read)
		}
		t.Logf("%d strings, %d plans read", n, read)
	})
}

// TestMembersOfAnEditedPlanAreEscaped puts a hostile text into the name of one member after the other of a plan's JSON.
func TestMembersOfAnEditedPlanAreEscaped(t *testing.T) {
	kittest.SkipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Tags = map[string]string{"Centre": "4711"}
		clients := cloud.Clients()
		p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr})
		p.Settings.OrgIDs = map[string]string{accountA: "o-a1b2c3d4e5"}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var whole any
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatal(err)
		}
		n := 0
		everyMember(whole, func(object map[string]any, name string) {
			value := object[name]
			delete(object, name)
			object[name+hostile] = value
			defer func() { delete(object, name+hostile); object[name] = value }()
			n++
			edited, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			seen := &textsForPeople{t: t}
			var p xacct.Plan
			if err := json.Unmarshal(edited, &p); err != nil {
				seen.error(err)
				for _, problem := range xacct.Problems(err) {
					seen.line("a path", problem.Path)
				}
				return
			}
			seen.plan(&p)
			_, err = p.Apply(t.Context(), clients)
			seen.error(err)
		})
		if n < 100 {
			t.Errorf("%d members", n)
		}
		t.Logf("%d members", n)
	})
}

// everyMember calls fn with each object of a JSON value and the name of each of its members.
func everyMember(v any, fn func(object map[string]any, name string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			everyMember(v[name], fn)
			fn(v, name)
		}
	case []any:
		for _, item := range v {
			everyMember(item, fn)
		}
	}
}

// everyString calls fn with each string of a JSON value, and what replaces it.
func everyString(v any, fn func(had string, set func(string))) {
	each := func(item any, set func(string)) {
		if text, ok := item.(string); ok {
			fn(text, set)
			return
		}
		everyString(item, fn)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			each(item, func(text string) { v[key] = text })
		}
	case []any:
		for i, item := range v {
			each(item, func(text string) { v[i] = text })
		}
	}
}

// textsForPeople looks at texts, and counts them.
type textsForPeople struct {
	t *testing.T
	n int
}

// line looks at a text that is one line.
func (s *textsForPeople) line(what, text string) {
	s.t.Helper()
	s.n++
	for _, r := range text {
		if !unicode.IsPrint(r) {
			s.t.Errorf("%s has %s: %q", what, strconv.QuoteRune(r), text)
			return
		}
	}
}

// lines looks at a text of several lines, of which no line may be what the hostile text says.
func (s *textsForPeople) lines(what, text string) {
	s.t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		s.line(what, line)
		if strings.HasPrefix(line, "Checked  DataSync may write (allowed)") && strings.Contains(line, "31m") {
			s.t.Errorf("%s has the line of somebody else: %q", what, line)
		}
	}
}

func (s *textsForPeople) plan(p *xacct.Plan) {
	s.t.Helper()
	s.lines("the plan", p.String())
	s.lines("the plan's details", p.Details())
	s.fields(p)
	s.json(p)
	s.json(p.Findings)
	s.json(p.Changes)
}

// fields looks at the fields of the plan that are for people, which a program may print without the plan's text.
func (s *textsForPeople) fields(p *xacct.Plan) {
	s.t.Helper()
	for _, f := range p.Findings {
		s.line("a finding", f.Detail)
		s.line("a remedy", f.Remedy)
	}
	for _, c := range p.Changes {
		s.line("a reason", c.Reason)
		for _, d := range c.Details {
			s.line("a detail", d)
		}
	}
}

// error looks at the error and at its hints. Joined errors have a line each.
func (s *textsForPeople) error(err error) {
	s.t.Helper()
	if err == nil {
		return
	}
	s.lines("an error", err.Error())
	for _, hint := range xacct.Hints(err) {
		s.line("a hint", hint)
	}
}

func (s *textsForPeople) result(r *xacct.Result) {
	s.t.Helper()
	if r == nil {
		return
	}
	s.lines("a result", r.String())
	s.json(r)
	s.json(r.Changes)
	for _, c := range r.Changes {
		s.line("a changed resource", c.String())
		s.line("the error of a change", c.Error)
		s.line("the detail of a change", c.Detail)
	}
}
