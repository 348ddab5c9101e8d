package enginetest_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// alphaKey and bravoKey are conditions on keys that only the policies of one company have.
var (
	alphaKey = policy.StringEquals("alpha:Key", "AlphaValue")
	bravoKey = policy.StringEquals("bravo:Key", "BravoValue")
	fullAWS  = policy.Allow("*").On("*")
)

// denies is a Deny of an organisation's policy, for everybody if it stands in an RCP.
func denies(sid, action string, conditions ...policy.Condition) policy.Statement {
	st := policy.Deny(action).On("*").When(conditions...)
	if sid != "" {
		st = st.WithSid(sid)
	}
	return st
}

// TestPartTellsNoOrganisationsPolicies lets an SCP of the task account decide beside an RCP of the destination's and the policy of its bucket. Nobody's part
// quotes what stands in the other organisation's policies, and each has what is its own.
func TestPartTellsNoOrganisationsPolicies(t *testing.T) {
	everyone := policy.Everyone()
	theirs := policy.Deny("s3:PutObject").By(everyone).On("arn:aws:s3:::media-archive/*").When(policy.StringEquals("their:Key", "x")).WithSid("Theirs")
	for _, tt := range []struct {
		name     string
		scp, rcp policy.Statements // of the task account, and of the destination's
		bravoSCP policy.Statements // of the destination's
		bucket   policy.Statements
		edit     func(*xaccttest.Cloud, *xacct.Transfer)
		beside   string // a statement that the destination's part still names
	}{
		{name: "an SCP alone", scp: policy.Statements{denies("AlphaSid", "s3:PutObject", alphaKey)}},
		{name: "an SCP and the bucket", scp: policy.Statements{denies("AlphaSid", "s3:PutObject", alphaKey)}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "two statements of an SCP", bucket: policy.Statements{theirs}, beside: "Theirs",
			scp: policy.Statements{denies("AlphaOne", "s3:PutObject", alphaKey), denies("AlphaTwo", "s3:PutObject", policy.Bool("alpha:Other", true))}},
		{name: "an SCP without a Sid", scp: policy.Statements{denies("", "s3:*", alphaKey)}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "a Sid like a number", scp: policy.Statements{denies("statement 3", "s3:Put*", alphaKey)}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "a Sid like words", scp: policy.Statements{denies("Alpha of the bucket policy", "*", alphaKey)}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "an SCP that denies beside the bucket", scp: policy.Statements{denies("AlphaSid", "s3:PutObject")},
			bucket: policy.Statements{policy.Deny("s3:PutObject").By(everyone).On("arn:aws:s3:::media-archive/*").WithSid("Theirs")}, beside: "Theirs"},
		{name: "what an SCP means", scp: policy.Statements{denies("", "s3:PutObject", policy.StringEquals("aws:PrincipalAccount", accountA))},
			bucket: policy.Statements{policy.Deny("s3:PutObject").By(everyone).On("arn:aws:s3:::media-archive/*").WithSid("Theirs")}, beside: "Theirs"},
		{name: "an SCP and an RCP", scp: policy.Statements{denies("AlphaSid", "s3:PutObject")}, rcp: policy.Statements{denies("BravoSid", "s3:PutObject").By(everyone)}},
		{name: "conditions of an SCP and an RCP", beside: "BravoSid",
			scp: policy.Statements{denies("AlphaSid", "s3:PutObject", alphaKey)}, rcp: policy.Statements{denies("BravoSid", "s3:PutObject", bravoKey).By(everyone)}},
		{name: "an RCP and the bucket", rcp: policy.Statements{denies("BravoSid", "s3:PutObject", bravoKey).By(everyone)}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "an organisation's id", bucket: policy.Statements{theirs}, beside: "Theirs",
			scp: policy.Statements{denies("AlphaSid", "s3:PutObject", policy.StringNotEquals("aws:ResourceOrgID", "o-alphavalue"))}},
		{name: "who is exempt", bucket: policy.Statements{theirs}, beside: "Theirs",
			scp: policy.Statements{denies("AlphaSid", "s3:*", alphaKey, policy.ArnNotLike("aws:PrincipalArn", "arn:aws:iam::*:role/alpha-role"))}},
		{name: "a policy variable", bucket: policy.Statements{theirs}, beside: "Theirs",
			scp: policy.Statements{policy.Deny("s3:PutObject").On("arn:aws:s3:::media-archive/${aws:PrincipalTag/AlphaTag}/*")}},
		{name: "names of objects", bucket: policy.Statements{theirs}, beside: "Theirs",
			scp: policy.Statements{policy.Deny("s3:PutObject").On("arn:aws:s3:::media-archive/incoming/alpha-secret*").WithSid("AlphaSid")}},
		{name: "an Allow with a condition", scp: policy.Statements{policy.Allow("*").On("*").When(alphaKey).WithSid("AlphaSid")}, bucket: policy.Statements{theirs}, beside: "Theirs"},
		{name: "a key", scp: policy.Statements{denies("AlphaSid", "kms:*", alphaKey)}, rcp: policy.Statements{denies("BravoSid", "kms:*", bravoKey).By(everyone)},
			edit: func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
				tr.Destination.KMSKeys = []string{cloud.AddKey(accountB, "us-east-2")}
			}},
		{name: "who writes the bucket's policy", bravoSCP: policy.Statements{denies("BravoSid", "s3:PutBucketPolicy")}},
		{name: "who writes the bucket's policy, without a Sid", bravoSCP: policy.Statements{denies("", "s3:PutBucketPolicy", policy.StringNotEquals("aws:PrincipalTag/BravoTag", "x"))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t)
			tr := kittest.Push(cloud)
			if tt.bucket != nil {
				cloud.SetBucketPolicy("media-archive", policy.New(tt.bucket).Bytes())
			}
			if tt.edit != nil {
				tt.edit(cloud, &tr)
			}
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
				o.SCPs, o.RCPs = map[string][][]policy.Document{}, map[string][][]policy.Document{}
				if tt.scp != nil {
					o.SCPs[accountA] = [][]policy.Document{{policy.New(fullAWS), policy.New(tt.scp)}}
					if tt.scp[0].Effect() == "Allow" {
						o.SCPs[accountA] = [][]policy.Document{{policy.New(tt.scp)}}
					}
				}
				if tt.bravoSCP != nil {
					o.SCPs[accountB] = [][]policy.Document{{policy.New(fullAWS), policy.New(tt.bravoSCP)}}
				}
				if tt.rcp != nil {
					o.RCPs[accountB] = [][]policy.Document{{policy.New(tt.rcp)}}
				}
			})
			for account, hidden := range map[string][]string{accountB: {"alpha", "of certain accounts", "statement 3"}, accountA: {"bravo"}} {
				part := p.For(account)
				part.Settings = xacct.Settings{} // has the account's own
				data, err := json.Marshal(part)
				if err != nil {
					t.Fatal(err)
				}
				for _, said := range []string{string(data), part.String(), part.Details()} {
					for _, word := range append(hidden, "organisation of account "+map[string]string{accountA: accountB, accountB: accountA}[account]) {
						if i := strings.Index(strings.ToLower(said), strings.ToLower(word)); i >= 0 {
							t.Errorf("the part of %s has %q: …%s…", account, word, said[max(0, i-300):min(len(said), i+200)])
						}
					}
				}
			}
			if tt.beside != "" && !slices.ContainsFunc(p.For(accountB).Findings, func(f xacct.Finding) bool { return f.Statement == tt.beside }) {
				t.Errorf("the part of the destination does not name %s:\n%s", tt.beside, p.For(accountB).Details())
			}
		})
	}
}
