package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestRemedyFirst: the remedy begins with what helps: what can be found out or given, else the exemption, and a grant names the condition that is in the way.
func TestRemedyFirst(t *testing.T) {
	when := func(cond policy.Condition) policy.Statement { return deny("Guard", "s3:*").When(cond) }
	guard := exempting("Guard")
	allowedIf := func(conditions ...policy.Condition) func(*Case) {
		return func(j *Case) {
			j.Policies.Resource = policy.New(policy.Allow("s3:*").By(policy.AWS(role)).On(media, objects).WithSid("Ours").When(conditions...))
		}
	}
	denied := func(st policy.Statement) func(*Case) { return func(j *Case) { j.denying(st) } }
	for _, tt := range []struct {
		name string
		edit func(*Case)
		want string
	}{
		{"an address of DataSync", denied(when(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24"))), guard + hidden},
		{"an endpoint of the caller's", func(j *Case) {
			j.Caller = true
			j.denying(when(policy.Where("StringNotEquals", "aws:SourceVpce", "vpce-1")))
		},
			"find out aws:SourceVpce, or " + guard},
		{"whether a service calls for the caller", func(j *Case) { j.Caller = true; j.denying(when(policy.Where("Bool", "aws:ViaAWSService", "true"))) },
			guard + " (AWS does not document aws:ViaAWSService of the request)"},
		{"the principal's organisation", denied(when(policy.Where("StringNotEquals", "aws:PrincipalOrgID", "o-aaaaaaaaaa"))),
			"give OrgIDs the organisation of account 111122223333, which settles aws:PrincipalOrgID, or " + guard},
		{"the resource's organisation", denied(when(policy.Where("StringNotEquals", "aws:ResourceOrgID", "o-aaaaaaaaaa"))),
			"give OrgIDs the organisation of account 444455556666, which settles aws:ResourceOrgID, or " + guard},
		{"a date", denied(when(policy.Where("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"))), "find out when the transfer runs (aws:CurrentTime), or " + guard},
		{"a session that is older", denied(when(policy.Where("DateLessThan", "aws:TokenIssueTime", "2026-01-01T00:00:00Z"))),
			"find out when the credentials of " + role + " are issued (aws:TokenIssueTime), or " + guard},
		{"a parameter of DataSync", denied(when(policy.Where("NumericGreaterThan", "s3:max-keys", "10"))), guard + " (AWS does not document s3:max-keys of the request)"},
		{"a parameter of the caller", func(j *Case) {
			j.Caller = true
			j.denying(when(policy.Where("NumericGreaterThan", "s3:max-keys", "10")))
		}, "find out s3:max-keys, or " + guard},
		{"a header of DataSync", denied(when(policy.Where("Null", "s3:if-none-match", "true"))), guard + " (AWS does not document s3:if-none-match of the request)"},
		{"a tag of objects", denied(when(policy.StringEquals("s3:ExistingObjectTag/keep", "yes"))), "find out s3:ExistingObjectTag/keep, or " + guard},
		{"an id", denied(when(policy.Where("StringNotLike", "aws:userid", "AROAEXAMPLE:*"))),
			"find out the unique id of " + role + " (aws:userid), which exists once the role does, or " + guard},
		{"an Allow on an unknown key", allowedIf(policy.StringEquals("aws:UserAgent", "x")), "let the owner of bucket media allow s3:ListBucket to " + role +
			": statement \"Ours\" allows it only with StringEquals aws:UserAgent x (AWS does not document aws:UserAgent of the request)"},
		{"an Allow on a key that does not match", allowedIf(policy.StringEquals("aws:PrincipalAccount", "999999999999")),
			"let the owner of bucket media allow s3:ListBucket to " + role + ": statement \"Ours\" allows it only with StringEquals aws:PrincipalAccount 999999999999"},
		{"two conditions, one of which matches", allowedIf(policy.StringEquals("aws:PrincipalAccount", "999999999999"), policy.Where("Null", "s3:foo", "true")),
			"let the owner of bucket media allow s3:ListBucket to " + role + ": statement \"Ours\" allows it only with StringEquals aws:PrincipalAccount 999999999999"},
		{"no Allow at all", func(j *Case) { j.Policies.Resource = policy.Document{} }, "let the owner of bucket media allow s3:ListBucket to " + role},
		{"an Allow for somebody else, with a condition", func(j *Case) {
			j.Policies.Resource = policy.New(policy.Allow("s3:*").By(policy.AWS(other)).On(media).When(policy.StringEquals("aws:PrincipalAccount", "999999999999")))
		}, "let the owner of bucket media allow s3:ListBucket to " + role},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newCase()
			tt.edit(j)
			j.Decide(authz.Request{Principal: role, Action: "s3:ListBucket", Resource: media, ResourceAccount: "444455556666", Absent: []string{"s3:foo"},
				Context: map[string][]string{"aws:PrincipalAccount": {"111122223333"}}}, Always, "")
			if diff := cmp.Diff(tt.want, j.Conclude()[0].Remedy); diff != "" {
				t.Errorf("%s: -want +got:\n%s", j.Conclude()[0].Detail, diff)
			}
		})
	}
}

// TestTrustedOnlyWithConditions: a trust policy that names DataSync already is not answered with naming it.
func TestTrustedOnlyWithConditions(t *testing.T) {
	trust := policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")).WithSid("DataSync").When(policy.StringEquals("aws:SourceAccount", "999999999999"))
	j := newCase()
	j.Trust, j.Bucket, j.Owner, j.Policies = true, "", "111122223333", authz.Policies{Resource: policy.New(trust), SCPs: [][]policy.Document{}, RCPs: [][]policy.Document{}}
	j.Decide(authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, ResourceAccount: "111122223333",
		Context: map[string][]string{"aws:SourceAccount": {"111122223333"}}}, Always, "")
	want := "allow sts:AssumeRole to datasync.amazonaws.com: statement \"DataSync\" allows it only with StringEquals aws:SourceAccount 999999999999"
	if got := j.Conclude()[0]; !strings.HasSuffix(got.Remedy, want) {
		t.Errorf("%s: remedy %q, want %q at its end", got.Detail, got.Remedy, want)
	}
}

// TestRemedyOfSessions: where the unique id of the role is known and the statement is about its session, the id is not to be found out.
func TestRemedyOfSessions(t *testing.T) {
	const session = "arn:aws:sts::111122223333:assumed-role/r/mine"
	hidden := " (AWS does not document the session's name in aws:userid of the request)"
	named := policy.Allow("s3:*").By(policy.AWS(session)).On(media, objects).WithSid("Ours")
	guard := deny("Guard", "s3:*").When(policy.StringNotLike("aws:userid", "AROAEXAMPLEEXAMPLE123:mine"))
	for _, tt := range []struct {
		name string
		edit func(*Case)
		id   string
		want string
	}{
		{"an Allow of one session", func(j *Case) { j.Policies.Resource = policy.New(named) }, "AROAEXAMPLEEXAMPLE123", "let the owner of bucket media allow s3:PutObject to " + role + hidden},
		{"a Deny of all but one session", func(j *Case) { j.denying(guard) }, "AROAEXAMPLEEXAMPLE123", exempting("Guard") + hidden},
		{"a Deny of all but one session of the caller", func(j *Case) { j.Caller = true; j.denying(guard) }, "AROAEXAMPLEEXAMPLE123",
			"find out the name of the session of " + role + " (aws:userid), or " + exempting("Guard")},
		{"a Deny of all but AwsSync-… of a role whose id is not known",
			func(j *Case) {
				j.denying(deny("Guard", "s3:*").When(policy.StringNotLike("aws:userid", "AROAEXAMPLEEXAMPLE123:*")))
			}, "",
			"find out the unique id of " + role + " (aws:userid), which exists once the role does, or " + exempting("Guard")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newCase()
			tt.edit(j)
			j.Decide(authz.DataSyncCall{RoleARN: role, RoleID: tt.id, Account: j.Owner, Region: "us-east-2"}.S3("s3:PutObject", media+"/in/object"), Always, "")
			f := j.Conclude()[0]
			if diff := cmp.Diff(tt.want, f.Remedy); diff != "" {
				t.Errorf("%s: -want +got:\n%s", f.Detail, diff)
			}
		})
	}
}
