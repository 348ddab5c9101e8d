package enginetest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// adviceOf are the findings that advise on policies, as their severities, subjects and statements.
func adviceOf(p *xacct.Plan) (out []string) {
	for _, f := range p.Findings {
		if f.Code == xacct.CodePolicyAdvice {
			out = append(out, string(f.Severity)+" "+f.Account+" "+f.Subject+" "+f.Statement)
		}
	}
	return out
}

// TestAdviceOnPolicies: what can never match is a warning in documents of ours and of given roles, and in those of others where they decide.
func TestAdviceOnPolicies(t *testing.T) {
	kittest.SkipUnderRace(t)
	useless := policy.StringEquals("aws:PrincipalOrgID", "o-*")
	theirs := func(st policy.Statement) policy.Document { return policy.New(st.By(policy.Everyone())) }
	guard := policy.Deny("s3:PutObject").WithSid("Guard").On("arn:aws:s3:::media-archive/*")
	for _, tt := range []struct {
		name string
		edit func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions)
		want []string
	}{
		{"nothing", func(*xaccttest.Cloud, *xacct.Transfer, *xacct.PlanOptions) {}, nil},
		{"a trust policy of ours", func(c *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			tr.Source.Role.Trust = iamrole.TutorialTrust().With(policy.Allow("sts:AssumeRoles").WithSid("Also").By(policy.Service("datasync.amazonaws.com")))
		}, []string{"warning 111122223333 arn:aws:iam::111122223333:role/media-archive-source Also"}},
		{"policies of ours", func(c *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			tr.Destination.Role.Policies = map[string]policy.Document{"all": policy.New(policy.Allow("s3:*").On("*"), policy.Allow("s3:HeadBucket").On("arn:aws:s3:::media-archive:*"))}
		}, []string{"warning 111122223333 arn:aws:iam::111122223333:role/media-archive-destination statement 2 of policy all"}},
		{"a policy of a given role that decides nothing", func(c *xaccttest.Cloud, tr *xacct.Transfer, _ *xacct.PlanOptions) {
			tr.Destination.RoleARN = c.AddRole(accountA, "app", policy.New(policy.Allow("s3:*").On("*"), policy.Allow("iam:PassRole").WithSid("Pass").On("arn:aws:iam::111122223333:app")))
		}, []string{"warning 111122223333 arn:aws:iam::111122223333:role/app Pass"}},
		{"a statement of others that decides", func(c *xaccttest.Cloud, _ *xacct.Transfer, _ *xacct.PlanOptions) {
			c.SetBucketPolicy("media-archive", theirs(guard.When(policy.StringNotEquals("aws:PrincipalOrgID", "o-*"))).Bytes())
		}, []string{"warning 444455556666 media-archive Guard"}},
		{"a statement of others that does not", func(c *xaccttest.Cloud, _ *xacct.Transfer, _ *xacct.PlanOptions) {
			c.SetBucketPolicy("media-archive", theirs(guard.When(useless)).Bytes())
		}, nil},
		{"an SCP that decides", func(_ *xaccttest.Cloud, _ *xacct.Transfer, o *xacct.PlanOptions) {
			o.SCPs = map[string][][]policy.Document{accountA: {{policy.New(policy.Allow("*").On("*"), guard.When(policy.StringNotEquals("aws:PrincipalOrgID", "o-*")))}}}
		}, []string{"warning 111122223333 111122223333 Guard"}},
		{"an SCP that does not", func(_ *xaccttest.Cloud, _ *xacct.Transfer, o *xacct.PlanOptions) {
			o.SCPs = map[string][][]policy.Document{accountA: {{policy.New(policy.Allow("*").On("*"), guard.When(useless))}}}
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			o := xacct.PlanOptions{}
			tt.edit(cloud, &tr, &o)
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(out *xacct.PlanOptions) { out.SCPs = o.SCPs })
			if diff := cmp.Diff(tt.want, adviceOf(p)); diff != "" {
				t.Errorf("advice (-want +got):\n%s\n%s", diff, p)
			}
		})
	}
}

// TestAdviceIsEscapedAndShort: a statement of others full of faults is told in a few words, and none of them steers a terminal.
func TestAdviceIsEscapedAndShort(t *testing.T) {
	kittest.SkipUnderRace(t)
	cloud := kittest.World(t)
	cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:PutObject").WithSid("G\u202e").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").
		When(policy.StringNotEquals("aws:PrincipalTag/x", numbered(300, "*\u202e%d")...))).Bytes())
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	for _, f := range p.Findings {
		if f.Code != xacct.CodePolicyAdvice {
			continue
		}
		if strings.Contains(f.Detail, "\u202e") || len(f.Detail) > 1000 || !strings.Contains(f.Detail, "and 297 more") {
			t.Errorf("%q", f.Detail)
		}
		return
	}
	t.Errorf("no advice: %s", p)
}

// TestOwnDocumentsNeedNoAdvice: nothing that the library writes can never match.
func TestOwnDocumentsNeedNoAdvice(t *testing.T) {
	check := func(name string, d policy.Document, kind policy.Kind) {
		t.Helper()
		if d.IsZero() {
			t.Errorf("%s is empty", name)
		}
		if got := d.Warnings(kind); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	check("the tutorial's trust", iamrole.TutorialTrust(), policy.Trust)
	check("the tutorial's role policy", iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB), policy.Identity)
	check("the tutorial's bucket policy", bucket.TutorialPolicy("arn:aws:s3:::media-archive", "arn:aws:iam::111122223333:role/sync"), policy.Bucket)
	check("the tutorial's operator policy", xacct.TutorialOperatorPolicy(), policy.Identity)
	check("the tutorial's service policy", iamrole.TutorialServicePolicy("arn:aws:s3:::media-archive"), policy.Identity)
	for name, tr := range kittest.Variants() {
		res, err := tr.Resources()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range res.Roles {
			check(name+": trust", r.Trust, policy.Trust)
			for _, d := range r.Policies {
				check(name+": role", d, policy.Identity)
			}
		}
		for _, b := range res.Buckets {
			if len(b.Statements) > 0 {
				check(name+": bucket", policy.New(policy.Statements(b.Statements)), policy.Bucket)
			}
		}
		for _, k := range res.Keys {
			if len(k.Statements) > 0 {
				check(name+": key", policy.New(policy.Statements(k.Statements)), policy.Key)
			}
		}
		d, err := xacct.OperatorPolicy(res.Transfer.TaskAccount, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		check(name+": operator", d, policy.Identity)
	}
}
