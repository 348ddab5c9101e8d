package verdict

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

const (
	role    = "arn:aws:iam::111122223333:role/r"
	other   = "arn:aws:iam::111122223333:role/other"
	media   = "arn:aws:s3:::media"
	objects = media + "/*"
)

// asked is one request and what the transfer needs it for.
type asked struct {
	action, resource string
	use              Use
	why              string
}

var (
	list     = asked{"s3:ListBucket", media, Always, ""}
	put      = asked{"s3:PutObject", media + "/in/object", Always, ""}
	get      = asked{"s3:GetObject", media + "/in/object", Always, ""}
	remove   = asked{"s3:DeleteObject", media + "/in/object", Always, ""}
	putTags  = asked{"s3:PutObjectTagging", media + "/in/object", Rarely, "tags are not copied"}
	getTags  = asked{"s3:GetObjectTagging", media + "/in/object", Conditionally, "whether objects have tags"}
	makeRole = asked{"iam:CreateRole", other, Always, ""}
	tagRole  = asked{"iam:TagRole", other, Always, ""}
	dropRole = asked{"iam:DeleteRole", other, Always, ""}
)

// granting lets the role do everything at the bucket.
var granting = policy.Allow("s3:*").By(policy.AWS(role)).On(media, objects).WithSid("Ours")

// newCase is a role of one account at a bucket of another. Both its own policies and the bucket's allow it everything.
func newCase() *Case {
	return &Case{
		Transfer: transfer.Resolve(transfer.Given{Name: "nightly",
			Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "raw"},
			Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media"}}),
		Policies: authz.Policies{Resource: policy.New(granting), Identity: []policy.Document{policy.New(policy.Allow("s3:*").On("*").WithSid("Own"))},
			SCPs: [][]policy.Document{}, RCPs: [][]policy.Document{}},
		Principal: role, Bucket: "media", Owner: "444455556666", Shared: &Exemptions{},
		May: "r may write", MayNot: "r may not write",
		Finding: plan.Finding{Transfer: "nightly", Side: plan.DestinationSide, Account: "444455556666", Subject: role},
	}
}

// ask decides what is asked, with what the case knows of its requests.
func (j *Case) ask(asks ...asked) {
	for _, a := range asks {
		j.Decide(authz.Request{Principal: j.Principal, Action: a.action, Resource: a.resource, ResourceAccount: j.Owner}.With(j.Facts, authz.Assumed),
			a.use, a.why)
	}
}

// denying puts statements into the bucket's policy, behind the one that allows the role.
func (j *Case) denying(sts ...policy.Statement) {
	j.Policies.Resource = policy.New(policy.Statements{granting}, policy.Statements(sts))
}

// itself makes the case one of the operator's own calls within its account.
func (j *Case) itself(identity policy.Document) {
	j.OwnCalls, j.Caller, j.Bucket, j.Owner = true, true, "", "111122223333"
	j.Policies.Resource, j.Policies.Identity = policy.Document{}, []policy.Document{identity}
}

func deny(sid string, actions ...string) policy.Statement {
	return policy.Deny(actions...).By(policy.Everyone()).On(media, objects).WithSid(sid)
}

// fromElsewhere makes a Deny hang on the address of the caller.
func fromElsewhere(st policy.Statement) policy.Statement {
	return st.When(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24"))
}

// row is what the tests compare of a finding.
type row struct {
	What     string // severity, code, statement and actions
	Detail   string // without what the kind of the statement explains
	Remedy   string
	Proposal []string
}

func rowOf(f plan.Finding) row {
	what := string(f.Severity) + " " + f.Code
	if f.Statement != "" {
		what += " by " + f.Statement
	}
	detail, _, _ := strings.Cut(f.Detail, ": it ")
	return row{what + ": " + strings.Join(f.Actions, " "), detail, f.Remedy, f.Proposal}
}

// exempting is the remedy of a Deny of the bucket's, by its Sid, and its text as proposed.
func exempting(statement string) string {
	if statement != "the statement" {
		statement = "statement " + strconv.Quote(statement)
	}
	return "let the owner of bucket media exempt " + role + ": " + statement + " with ArnNotLikeIfExists aws:PrincipalArn " + role + " in its Condition"
}

// hidden is why nobody can find out the address of DataSync.
const hidden = " (AWS does not document aws:SourceIp of the request)"

// unlessNeeded begins the remedy of a Deny on what the transfer needs rarely.
const unlessNeeded = "leave that as it is, unless a run fails for lack of it: then "

func exempt(st policy.Statement) []string {
	return []string{string(st.When(policy.Where("ArnNotLikeIfExists", "aws:PrincipalArn", role)).Bytes())}
}

// Verdicts that came about alike make one finding, the worst first, each with the smallest remedy.
func TestConclude(t *testing.T) {
	uploads, tags := deny("NoUploads", "s3:Put*"), deny("NoTags", "s3:*ObjectTagging")
	listing, putting := policy.Allow("s3:ListBucket").On(media), policy.Allow("s3:PutObject").On(media+"/in/*")
	adminOnly := uploads.When(policy.Where("ArnNotLike", "aws:PrincipalArn", other))
	bothOnly := uploads.When(policy.Where("ArnNotLike", "aws:PrincipalArn", other, role))
	untagged := policy.Deny("iam:*").On("*").WithSid("Tagged").When(policy.Where("StringNotEquals", "aws:RequestTag/Centre", "4711"))
	for _, tt := range []struct {
		name string
		edit func(*Case)
		asks []asked
		want []row
	}{
		{"nothing asked", func(*Case) {}, nil, nil},
		{"all allowed", func(*Case) {}, []asked{list, put, putTags}, []row{
			{"info allowed by Ours: s3:ListBucket s3:PutObject s3:PutObjectTagging", "r may write (allowed, by statement \"Ours\")", "", nil}}},
		{"the same asked twice", func(*Case) {}, []asked{list, list}, []row{
			{"info allowed by Ours: s3:ListBucket", "r may write (allowed, by statement \"Ours\")", "", nil}}},
		{"denied by a statement, what is needed and what is not", func(j *Case) { j.denying(uploads) }, []asked{list, putTags, put}, []row{
			{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")", exempting("NoUploads"),
				exempt(uploads)},
			{"warning limited by NoUploads: s3:PutObjectTagging",
				"r may write, but not s3:PutObjectTagging (explicitly denied, by statement \"NoUploads\"); tags are not copied",
				unlessNeeded + exempting("NoUploads"), exempt(uploads)},
			{"info allowed by Ours: s3:ListBucket", "r may write in part: s3:ListBucket (allowed, by statement \"Ours\")", "", nil}}},
		{"denied to all but a list", func(j *Case) { j.denying(adminOnly) }, []asked{put}, []row{
			{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")",
				"let the owner of bucket media exempt " + role + ": statement \"NoUploads\" with ArnNotLike aws:PrincipalArn " + other + " " + role + " in its Condition",
				[]string{string(bothOnly.Bytes())}}}},
		{"denied by two statements", func(j *Case) { j.denying(uploads, deny("NoObjects", "s3:*Object")) }, []asked{put}, []row{
			{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")",
				exempting("NoUploads") + "; and " + exempting("NoObjects"), append(exempt(uploads), exempt(deny("NoObjects", "s3:*Object"))...)}}},
		{"what a statement denies before what none allows", func(j *Case) { j.Policies.Resource = policy.New(granting.On(objects), uploads) },
			[]asked{list, put}, []row{
				{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")", exempting("NoUploads"),
					exempt(uploads)},
				{"blocking denied: s3:ListBucket", "r may not write: s3:ListBucket (implicitly denied)",
					"let the owner of bucket media allow s3:ListBucket to " + role,
					[]string{string(listing.By(policy.AWS(role)).Bytes())}}}},
		{"only what is seldom needed is denied", func(j *Case) { j.denying(tags) }, []asked{put, putTags}, []row{
			{"warning limited by NoTags: s3:PutObjectTagging",
				"r may write, but not s3:PutObjectTagging (explicitly denied, by statement \"NoTags\"); tags are not copied",
				unlessNeeded + exempting("NoTags"), exempt(tags)},
			{"info allowed by Ours: s3:PutObject", "r may write (allowed, by statement \"Ours\")", "", nil}}},
		{"what may be needed is denied", func(j *Case) { j.denying(tags) }, []asked{put, getTags}, []row{
			{"warning undetermined by NoTags: s3:GetObjectTagging",
				"whether r may write: s3:GetObjectTagging depends on whether objects have tags (statement \"NoTags\")",
				"find out whether objects have tags, or " + exempting("NoTags"), exempt(tags)},
			{"info allowed by Ours: s3:PutObject", "r may write in part: s3:PutObject (allowed, by statement \"Ours\")", "", nil}}},
		{"not allowed by the bucket", func(j *Case) { j.Policies.Resource = policy.Document{} }, []asked{list, put}, []row{
			{"blocking denied: s3:ListBucket s3:PutObject", "r may not write: s3:ListBucket, s3:PutObject (implicitly denied)",
				"let the owner of bucket media allow s3:ListBucket, s3:PutObject to " + role,
				[]string{string(listing.By(policy.AWS(role)).Bytes()), string(putting.By(policy.AWS(role)).Bytes())}}}},
		{"not allowed by its own policies", func(j *Case) { j.Policies.Identity = nil }, []asked{list, put}, []row{
			{"blocking denied: s3:ListBucket s3:PutObject", "r may not write: s3:ListBucket, s3:PutObject (implicitly denied)",
				"allow s3:ListBucket, s3:PutObject to " + role, []string{string(listing.Bytes()), string(putting.Bytes())}}}},
		{"one not allowed by the bucket, one not by its own policies", func(j *Case) {
			j.Policies.Resource, j.Policies.Identity = policy.New(granting.On(media)),
				[]policy.Document{policy.New(policy.Allow("s3:PutObject").On("*"))}
		}, []asked{list, put}, []row{
			{"blocking denied: s3:ListBucket", "r may not write: s3:ListBucket (implicitly denied)", "allow s3:ListBucket to " + role,
				[]string{string(listing.Bytes())}},
			{"blocking denied: s3:PutObject", "r may not write: s3:PutObject (implicitly denied)",
				"let the owner of bucket media allow s3:PutObject to " + role,
				[]string{string(putting.By(policy.AWS(role)).Bytes())}}}},
		{"not allowed by an SCP", func(j *Case) {
			j.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("s3:List*").On("*").WithSid("Lists"))}}
		}, []asked{list, put}, []row{
			{"blocking denied: s3:PutObject", "r may not write: s3:PutObject (implicitly denied)",
				"let the organisation of account 111122223333 allow s3:PutObject in the SCP", nil},
			{"info allowed by Ours: s3:ListBucket", "r may write in part: s3:ListBucket (allowed, by statement \"Ours\")", "", nil}}},
		{"denied by an RCP", func(j *Case) { j.Policies.RCPs = [][]policy.Document{{policy.New(uploads)}} }, []asked{put}, []row{
			{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")",
				strings.Replace(exempting("NoUploads"), "owner of bucket media", "organisation of account 444455556666", 1), exempt(uploads)}}},
		{"denied unless known", func(j *Case) { j.denying(fromElsewhere(deny("Addresses", "s3:*"))) }, []asked{list, put}, []row{
			{"warning undetermined by Addresses: s3:ListBucket s3:PutObject",
				"whether r may write: s3:ListBucket, s3:PutObject depends on aws:SourceIp (statement \"Addresses\")",
				exempting("Addresses") + hidden, exempt(fromElsewhere(deny("Addresses", "s3:*")))}}},
		{"what is denied before what is not known", func(j *Case) { j.denying(fromElsewhere(deny("Addresses", "s3:List*")), uploads) },
			[]asked{list, put}, []row{
				{"blocking denied by NoUploads: s3:PutObject", "r may not write: s3:PutObject (explicitly denied, by statement \"NoUploads\")", exempting("NoUploads"),
					exempt(uploads)},
				{"warning undetermined by Addresses: s3:ListBucket", "whether r may write: s3:ListBucket depends on aws:SourceIp (statement \"Addresses\")",
					exempting("Addresses") + hidden, exempt(fromElsewhere(deny("Addresses", "s3:List*")))}}},
		{"its own policies unread", func(j *Case) { j.Policies.Unread, j.Policies.Identity = authz.Identity, nil }, []asked{list}, []row{
			{"warning undetermined: s3:ListBucket",
				"whether r may write: s3:ListBucket depends on the identity policy of " + role + ", which was not read",
				"let the reader in account 111122223333 call iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies on role " + role +
					", and iam:GetPolicy and iam:GetPolicyVersion on its managed policies and its permissions boundary, or let account 111122223333 see whether these allow " +
					"s3:ListBucket", nil}}},
		{"the bucket's policy unread", func(j *Case) { j.Policies.Unread, j.Policies.Resource = authz.Resource, policy.Document{} }, []asked{list},
			[]row{
				{"warning undetermined: s3:ListBucket", "whether r may write: s3:ListBucket depends on the resource policy of media, which was not read",
					"let the reader in account 444455556666 call s3:GetBucketPolicy on bucket media, or let the owner of bucket media see whether its policy allows s3:ListBucket to " +
						role, nil}}},
		{"allowed by what is assumed", func(j *Case) {
			j.Facts = []authz.Fact{{Key: "aws:SourceIp", Values: []string{"203.0.113.9"}, Certainty: authz.Assumed}}
			j.denying(fromElsewhere(deny("Addresses", "s3:*")))
		}, []asked{list}, []row{{"info allowed by Ours: s3:ListBucket", "r may write (allowed, by statement \"Ours\"; assumed: aws:SourceIp)", "", nil}}},
		{"allowed by what is certain", func(j *Case) {
			j.Facts = []authz.Fact{{Key: "aws:SourceIp", Values: []string{"203.0.113.9"}, Certainty: authz.Certain}}
			j.denying(fromElsewhere(deny("Addresses", "s3:*")))
		}, []asked{list}, []row{{"info allowed by Ours: s3:ListBucket", "r may write (allowed, by statement \"Ours\")", "", nil}}},
		{"many, by a statement without a Sid", func(j *Case) { j.denying(deny("", "s3:*")) }, []asked{list, put, get, remove}, []row{
			{"blocking denied by statement 2 of the resource policy: s3:ListBucket s3:PutObject s3:GetObject s3:DeleteObject",
				"r may not write: s3:ListBucket, s3:PutObject, s3:GetObject and 1 more (explicitly denied, by statement 2 of the resource policy)",
				exempting("the statement"), exempt(deny("", "s3:*"))}}},
		{"a guardrail that the transfer's tags meet", func(j *Case) {
			j.itself(policy.New(policy.Allow("iam:*").On("*")))
			j.Facts = []authz.Fact{{Key: "aws:RequestTag/Centre", Certainty: authz.Certain}}
			j.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("*").On("*"), untagged)}}
		}, []asked{makeRole, dropRole}, []row{
			{"blocking denied by Tagged: iam:CreateRole iam:DeleteRole",
				"r may not write: iam:CreateRole, iam:DeleteRole (explicitly denied, by statement \"Tagged\")",
				"set Centre in Transfer.Tags as statement \"Tagged\" asks: StringNotEquals aws:RequestTag/Centre 4711; and let the organisation of account 111122223333 " +
					"limit statement \"Tagged\" to calls that carry aws:RequestTag/Centre, unlike iam:DeleteRole", nil}}},
		{"an Allow that the transfer's tags meet", func(j *Case) {
			j.itself(policy.New(policy.Allow("iam:*").On("*").When(policy.StringEquals("aws:RequestTag/Centre", "4711"))))
			j.Facts = []authz.Fact{{Key: "aws:RequestTag/Centre", Certainty: authz.Certain}}
		}, []asked{makeRole, tagRole, dropRole}, []row{
			{"blocking denied: iam:CreateRole iam:TagRole iam:DeleteRole",
				"r may not write: iam:CreateRole, iam:TagRole, iam:DeleteRole (implicitly denied)",
				"set Centre in Transfer.Tags as the policies of " + role + " ask; and allow iam:DeleteRole to " + role + ": a statement allows it only with StringEquals aws:RequestTag/Centre 4711",
				[]string{string(policy.Allow("iam:DeleteRole").On(other).Bytes())}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newCase()
			tt.edit(j)
			j.ask(tt.asks...)
			var got []row
			for _, f := range j.Conclude() {
				if f.Transfer != "nightly" || f.Side != plan.DestinationSide || f.Account != "444455556666" || f.Subject != role {
					t.Errorf("%s lost what all findings of the case have: %+v", f.Code, f)
				}
				got = append(got, rowOf(f))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// A statement that several findings propose to change is proposed with all of them exempt, each once.
func TestExemptionsAreShared(t *testing.T) {
	uploads := deny("NoUploads", "s3:Put*")
	shared := &Exemptions{}
	conclude := func(principal, bucket string) plan.Finding {
		j := newCase()
		j.Shared, j.Principal, j.Bucket = shared, principal, bucket
		j.Policies.Resource = policy.New(granting.By(policy.AWS(principal)), uploads)
		j.ask(put)
		return j.Conclude()[0]
	}
	findings := []plan.Finding{conclude(role, "media"), conclude(other, "media"), conclude(role, "media"), conclude(other, "elsewhere")}
	shared.Share()
	with := func(principals ...string) []string {
		return []string{string(uploads.When(policy.Where("ArnNotLikeIfExists", "aws:PrincipalArn", principals...)).Bytes())}
	}
	var got [][]string
	for _, f := range findings {
		got = append(got, f.Proposal)
	}
	if diff := cmp.Diff([][]string{with(role, other), with(role, other), with(role, other), with(other)}, got); diff != "" {
		t.Errorf("proposals (-want +got):\n%s", diff)
	}
}

// The statement that is named is that of the policy which the other account looks at.
func TestDeciding(t *testing.T) {
	match := func(l authz.Layer, statement int, sid string) authz.Match {
		return authz.Match{Layer: l, Statement: statement, Sid: sid}
	}
	for _, tt := range []struct {
		name    string
		matches []authz.Match
		want    string
	}{
		{"none", nil, ""},
		{"a layer as a whole", []authz.Match{match(authz.Identity, -1, "")}, ""},
		{"a Sid", []authz.Match{match(authz.Identity, 0, "Own")}, "Own"},
		{"a number", []authz.Match{match(authz.Identity, 2, "")}, "statement 3 of the identity policy"},
		{"the bucket's first", []authz.Match{match(authz.SCP, 0, "Full"), match(authz.Identity, 0, "Own"), match(authz.Resource, 0, "Theirs")},
			"Theirs"},
		{"the SCP's last", []authz.Match{match(authz.SCP, 0, "Full"), match(authz.Boundary, 0, "Bound")}, "Bound"},
		{"the bucket as a whole", []authz.Match{match(authz.Resource, -1, ""), match(authz.Identity, 0, "Own")}, "Own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Deciding(authz.Decision{Deciding: tt.matches})); diff != "" {
				t.Errorf("statement (-want +got):\n%s", diff)
			}
		})
	}
}

func TestListActions(t *testing.T) {
	for _, tt := range []struct{ actions, want string }{
		{"", ""},
		{"a", "a"},
		{"a b c", "a, b, c"},
		{"a b c d", "a, b, c and 1 more"},
		{"a b c d e", "a, b, c and 2 more"},
	} {
		if got := ListActions(strings.Fields(tt.actions)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.actions, got, tt.want)
		}
	}
}
