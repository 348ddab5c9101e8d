package enginetest_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// checked are the findings about the transfer.
func checked(t *testing.T, tr xacct.Transfer, f xacct.Facts) []xacct.Finding {
	t.Helper()
	res, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	return res.Check(f)
}

// proposed are the statements of a finding's proposal.
func proposed(t *testing.T, f xacct.Finding) policy.Statements {
	t.Helper()
	var out policy.Statements
	for _, text := range f.Proposal {
		d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		for st := range d.All() {
			out = append(out, st)
		}
	}
	return out
}

// TestProposalForOperatorGivesNoMore: what an operator lacks is proposed action by action on the resources that it is needed on, with the
// conditions of the operator's policy. Put together in one statement, it would let the operator pass every role to every service.
func TestProposalForOperatorGivesNoMore(t *testing.T) {
	tr, f := kittest.Demo(), knownFacts()
	operatorMay(&f, "s3:*")
	needed, err := xacct.OperatorPolicy(accountA, []xacct.Transfer{tr}, xacct.ApplyPhase)
	if err != nil {
		t.Fatal(err)
	}
	type granted struct{ Action, Resource, Conditions string }
	grants := func(st policy.Statement) (out []granted) {
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		for _, a := range actions {
			for _, r := range resources {
				g := granted{a, r, ""}
				for _, c := range st.Conditions() {
					g.Conditions += c.String()
				}
				out = append(out, g)
			}
		}
		return out
	}
	var may []granted
	for st := range needed.All() {
		may = append(may, grants(st)...)
	}
	var all policy.Statements
	for _, found := range checked(t, tr, f) {
		if found.Subject != opsARN || !strings.HasPrefix(found.Detail, "the operator may") {
			continue
		}
		for _, st := range proposed(t, found) {
			all = append(all, st)
			for _, g := range grants(st) {
				if !slices.Contains(may, g) {
					t.Errorf("proposed, and not needed: %+v", g)
				}
			}
		}
	}
	f.Identity[opsARN] = append(f.Identity[opsARN], policy.New(all))
	for _, found := range checked(t, tr, f) {
		if found.Severity != xacct.Info {
			t.Errorf("with what was proposed: %s", found.Detail)
		}
	}
}

// TestProposalForRoleGivesNoMore: actions on the bucket and on its objects do not share a statement.
func TestProposalForRoleGivesNoMore(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/given"
	tr, f := kittest.Demo(), knownFacts()
	tr.Source.RoleARN = role
	f.Identity[role], f.Trusts[role] = []policy.Document{policy.New(policy.Allow("s3:GetObject*").On("*"))}, policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")))
	var got []string
	for _, found := range checked(t, tr, f) {
		got = append(got, found.Proposal...)
	}
	want := []string{
		`{"Effect":"Allow","Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":"arn:aws:s3:::media-raw"}`,
		`{"Effect":"Allow","Action":"s3:ListMultipartUploadParts","Resource":"arn:aws:s3:::media-raw/2026/*"}`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// amended is the document with the proposals of the findings in place of the statements of their Sids, whoever pastes which of them last.
func amended(t *testing.T, d policy.Document, findings []xacct.Finding) policy.Document {
	t.Helper()
	next := map[string]policy.Statement{}
	for _, f := range findings {
		for _, st := range proposed(t, f) {
			next[st.Sid()] = st
		}
	}
	var out policy.Statements
	for st := range d.All() {
		if to, ok := next[st.Sid()]; ok {
			st = to
		}
		out = append(out, st)
	}
	return policy.New(out)
}

// TestProposalsForOneStatementAgree: the role and the operator are kept out by the same statement. Whoever writes what is proposed for the
// one and then what is proposed for the other lets both in, and so does who writes it once.
func TestProposalsForOneStatementAgree(t *testing.T) {
	others := policy.StringNotEquals("aws:PrincipalOrgID", "o-ourown1234")
	object := []string{"arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*"}
	for _, tt := range []struct {
		name   string
		policy policy.Statement
	}{
		{"an organisation", policy.Deny("s3:*").WithSid("Ours").By(policy.Everyone()).On(object...).When(others)},
		{"an organisation and somebody else", policy.Deny("s3:*").WithSid("Ours").By(policy.Everyone()).On(object...).
			When(others, policy.Where("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/backup"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr, f := kittest.Demo(), knownFacts()
			f.OrgIDs = map[string]string{accountA: "o-theirs1234", accountB: "o-ourown1234"}
			f.BucketPolicies["media-archive"] = policy.New(tt.policy)
			found := checked(t, tr, f)
			proposals := map[string]int{}
			for _, x := range found {
				for _, p := range x.Proposal {
					proposals[p]++
				}
			}
			for p, n := range proposals {
				if n < 2 || len(proposals) > 1 {
					t.Errorf("%d findings propose %s", n, p)
				}
			}
			f.BucketPolicies["media-archive"] = amended(t, f.BucketPolicies["media-archive"], found)
			for _, x := range checked(t, tr, f) {
				if x.Severity != xacct.Info {
					t.Errorf("with all proposals: %s", x.Detail)
				}
			}
		})
	}
}

// TestProposalsOfSeveralTransfersAgree: two transfers write into one bucket, whose policy keeps both roles out.
func TestProposalsOfSeveralTransfersAgree(t *testing.T) {
	cloud := kittest.World(t)
	cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:PutObject").WithSid("Ours").By(policy.Everyone()).
		On("arn:aws:s3:::media-archive/*").When(policy.StringNotEquals("aws:PrincipalOrgID", "o-ourown1234"))).Bytes())
	one, two := kittest.Push(cloud), kittest.Push(cloud)
	two.Name, one.Destination.Prefix, two.Destination.Prefix = "other", "one/", "two/"
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one, two}, func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: "o-theirs1234"} })
	got := map[string][]string{}
	for _, f := range p.Findings {
		for _, text := range f.Proposal {
			got[text] = append(got[text], f.Transfer)
		}
	}
	if len(got) != 1 {
		t.Fatalf("%d different proposals: %v", len(got), got)
	}
	for text, transfers := range got {
		if len(transfers) < 2 || !strings.Contains(text, one.Name+"-destination") || !strings.Contains(text, "other-destination") {
			t.Errorf("%v propose %s", transfers, text)
		}
	}
}

// TestNotPrincipalKeepsItsExemptions: in the condition that takes the place of NotPrincipal, everybody who was exempt still is.
func TestNotPrincipalKeepsItsExemptions(t *testing.T) {
	const account = "arn:aws:iam::444455556666:"
	for _, tt := range []struct{ name, listed, want string }{
		{"a role", account + "role/backup", `"ArnNotLikeIfExists":{"aws:PrincipalArn":["` + account + `role/backup",`},
		{"a session", "arn:aws:sts::444455556666:assumed-role/backup/nightly", `"ArnNotLikeIfExists":{"aws:PrincipalArn":["` + account + `role/backup","` + account + `role/*/backup",`},
		{"an account", "444455556666", `"ArnNotLikeIfExists":{"aws:PrincipalArn":["` + account + `root",`},
		{"the id of a role", "AROAEXAMPLEEXAMPLE123", `"StringNotLikeIfExists":{"aws:userid":"AROAEXAMPLEEXAMPLE123:*"}`},
		{"the id of a user", "AIDAEXAMPLEEXAMPLE123", `"StringNotLikeIfExists":{"aws:userid":"AIDAEXAMPLEEXAMPLE123"}`},
		{"what is none of these", "AGPAEXAMPLEEXAMPLE123", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":{"Sid":"Only","Effect":"Deny","NotPrincipal":{"AWS":["` + tt.listed +
				`"]},"Action":"s3:*","Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"]}}`))
			if err != nil {
				t.Fatal(err)
			}
			tr, f := kittest.Demo(), knownFacts()
			f.BucketPolicies["media-archive"] = d
			proposals := 0
			for _, found := range checked(t, tr, f) {
				if found.Statement != "Only" {
					continue
				}
				proposals += len(found.Proposal)
				for _, p := range found.Proposal {
					if !strings.Contains(p, tt.want) {
						t.Errorf("proposed %s, want %s in it", p, tt.want)
					}
				}
			}
			if (proposals > 0) != (tt.want != "") {
				t.Errorf("%d proposals", proposals)
			}
		})
	}
}

// TestLackingLayersAreToldApart: the role's policy lacks one action and its boundary others. Each is named with what lacks it.
func TestLackingLayersAreToldApart(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/given"
	tr, f := kittest.Demo(), knownFacts()
	tr.Destination.RoleARN = role
	f.Trusts[role] = policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")))
	f.Identity[role] = []policy.Document{policy.New(policy.Allow("s3:Get*", "s3:Put*", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload", "s3:DeleteObject").On("*"))}
	f.Boundaries[role] = policy.New(policy.Allow("s3:Get*", "s3:List*").On("*"))
	got := map[string]string{}
	for _, found := range checked(t, tr, f) {
		if found.Code == xacct.CodeDenied && found.Subject == role {
			got[strings.Join(found.Actions, " ")] = found.Remedy
		}
	}
	want := map[string]string{
		"s3:ListBucket": "allow s3:ListBucket to " + role,
		"s3:AbortMultipartUpload s3:PutObject s3:PutObjectTagging": "let account 111122223333 allow s3:AbortMultipartUpload, s3:PutObject, s3:PutObjectTagging in the permissions boundary",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
