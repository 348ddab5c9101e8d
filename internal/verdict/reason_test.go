package verdict

import (
	"strings"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// forms are, for each pattern with condition keys, a condition that DataSync's call does not meet, so that a Deny with it denies, and one that holds
// although it demands nothing of the call.
var forms = map[string]struct{ demand, met policy.Condition }{
	"network": {policy.StringNotEquals("aws:SourceVpce", "vpce-1a2b3c4d"), policy.Where("StringEqualsIfExists", "aws:SourceVpce", "vpce-1a2b3c4d")},
	"addresses": {policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24"),
		policy.Where("IpAddressIfExists", "aws:SourceIp", "0.0.0.0/0", "::/0")},
	"confused-deputy": {policy.Where("StringNotEqualsIfExists", "aws:SourceOrgID", "o-bbbbbbbbbb"), policy.Where("StringLikeIfExists", "aws:SourceOrgID", "*")},
	"resource-perimeter": {policy.StringNotEquals("aws:ResourceAccount", "111122223333"),
		policy.StringEquals("aws:ResourceAccount", "444455556666")},
	"organisation":      {policy.StringNotEquals("aws:PrincipalOrgID", "o-bbbbbbbbbb"), policy.StringEquals("aws:PrincipalOrgID", "o-aaaaaaaaaa")},
	"accounts":          {policy.StringNotEquals("aws:PrincipalAccount", "777788889999"), policy.StringEquals("aws:PrincipalAccount", "111122223333")},
	"ids":               {policy.StringNotLike("aws:userid", "AROAOTHEROTHEROTHER12:*"), policy.StringLike("aws:userid", "AROAEXAMPLEEXAMPLE123:*")},
	"encryption-header": {policy.Where("Null", "s3:x-amz-server-side-encryption", "true"), policy.Where("StringEqualsIfExists", "s3:x-amz-server-side-encryption", "aws:kms")},
	"acl-header":        {policy.Where("Null", "s3:x-amz-acl", "true"), policy.Where("StringEqualsIfExists", "s3:x-amz-acl", "private")},
	"region":            {policy.StringNotEquals("aws:RequestedRegion", "eu-central-1"), policy.StringEquals("aws:RequestedRegion", "us-east-2")},
	"mfa": {policy.Where("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
		policy.Where("NumericLessThanIfExists", "aws:MultiFactorAuthAge", "3600")},
	"transport":     {policy.Where("NumericLessThan", "s3:TlsVersion", "1.2"), policy.Bool("aws:SecureTransport", true)},
	"arns":          {policy.Where("ArnNotLike", "aws:PrincipalArn", other), policy.Where("ArnLike", "aws:PrincipalArn", role)},
	"tags":          {policy.StringNotEquals("aws:PrincipalTag/team", "media"), policy.StringEquals("aws:PrincipalTag/team", "legal")},
	"services-only": {policy.Where("BoolIfExists", "aws:PrincipalIsAWSService", "false"), policy.Where("StringEqualsIfExists", "aws:PrincipalServiceName", "x")},
}

// said returns the words of a Deny to DataSync's role that wants to write an object, and the verdict.
func said(t *testing.T, st ...policy.Statement) (string, Verdict) {
	t.Helper()
	c := newCase()
	c.denying(st...)
	call := authz.DataSyncCall{RoleARN: role, RoleID: "AROAEXAMPLEEXAMPLE123", RoleTags: map[string]string{"team": "legal"},
		OrgID: "o-aaaaaaaaaa", Account: c.Owner, Region: "us-east-2"}
	req := call.S3("s3:PutObject", media+"/in/object")
	req.Context["s3:TlsVersion"] = []string{"1.1"}
	c.Decide(req, Always, "")
	v := c.Verdicts[0]
	if v.Effect == authz.Allowed || v.Effect == authz.ImplicitlyDenied {
		t.Fatalf("%v is %s", st, v.Effect)
	}
	return c.Explain(v), v
}

// TestWordsAreOfTheDecidingCondition: the words of a Deny are those of its pattern, alone and beside every other pattern in a form that merely holds.
func TestWordsAreOfTheDecidingCondition(t *testing.T) {
	all := deny("Guard", "s3:*")
	statements := map[string]policy.Statement{
		"plain":         all,
		"not-principal": policy.Deny("s3:*").By(policy.AWS(other)).On(objects).WithSid("Guard"),
		"prefix":        all,
	}
	for _, p := range keyPatterns {
		f, ok := forms[p.Name]
		if !ok {
			t.Fatalf("no conditions show %s", p.Name)
		}
		statements[p.Name] = all.When(f.demand)
	}
	for _, p := range Patterns() {
		st := statements[p.Name]
		switch p.Name {
		case "not-principal":
			st = swapped(t, st, "Principal", "NotPrincipal")
		case "prefix":
			st = swapped(t, st.On(media+"/other/*"), "Resource", "NotResource")
		case "delete-protection":
			continue // what is asked for here is a write: see TestWords
		}
		words, v := said(t, st)
		want := p.explain(newCase(), v.Effect == authz.Undetermined)
		if words != want {
			t.Errorf("%s alone says %q, want %q", p.Name, words, want)
		}
		for _, met := range keyPatterns {
			if met.Name == p.Name {
				continue
			}
			words, beside := said(t, st.When(forms[met.Name].met))
			if beside.Effect != v.Effect {
				t.Errorf("%s beside %s is %s, so that it does not merely hold", p.Name, met.Name, beside.Effect)
			}
			if p.Name == "plain" && words == met.listed { // nothing else tells whom it keeps out
				continue
			}
			if words != want {
				t.Errorf("%s beside %s, which merely holds, says %q, want %q", p.Name, met.Name, words, want)
			}
		}
	}
}

// swapped returns the statement with an element in place of its opposite.
func swapped(t *testing.T, st policy.Statement, from, to string) policy.Statement {
	t.Helper()
	var out policy.Statement
	if err := out.UnmarshalJSON([]byte(strings.Replace(string(st.Bytes()), `"`+from+`"`, `"`+to+`"`, 1))); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestWords: which of the conditions of a Deny the words are about.
func TestWords(t *testing.T) {
	guard := deny("Guard", "s3:*")
	sentences := map[string]Pattern{}
	for _, p := range Patterns() {
		sentences[p.Name] = p
	}
	network, arns, addresses := sentences["network"].role, sentences["arns"].role, sentences["addresses"].role
	noVPC := policy.StringNotEquals("aws:SourceVpce", "vpce-1a2b3c4d")
	notAdmin := policy.Where("ArnNotLike", "aws:PrincipalArn", other)
	for _, tt := range []struct {
		name string
		when []policy.Condition
		want string
	}{
		{"a list of principals, over TLS", []policy.Condition{policy.Bool("aws:SecureTransport", true), notAdmin}, arns},
		{"a network or a list of principals", []policy.Condition{notAdmin, noVPC}, network + "; otherwise " + arns},
		{"what is not known beside what is", []policy.Condition{noVPC, policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24")}, addresses},
		{"a key without words that is not known", []policy.Condition{policy.StringNotLike("aws:Referer", "https://a.example/*"), policy.Where("Null", "aws:SourceVpce", "true")}, ""},
		{"a key without words that is not known, beside a list", []policy.Condition{policy.StringNotLike("aws:Referer", "https://a.example/*"), notAdmin}, ""},
		{"a key without words", []policy.Condition{policy.StringNotLike("s3:DataAccessPointArn", "arn:aws:s3:us-east-2:444455556666:accesspoint/a")}, ""},
		{"a key without words, over TLS", []policy.Condition{policy.StringNotLike("s3:DataAccessPointArn", "arn:aws:s3:us-east-2:444455556666:accesspoint/a"),
			policy.Bool("aws:SecureTransport", true)}, ""},
		{"TLS", []policy.Condition{policy.Bool("aws:SecureTransport", true)}, sentences["transport"].listed},
		{"a list with the principal", []policy.Condition{policy.Where("ArnLike", "aws:PrincipalArn", role)}, sentences["arns"].listed},
		{"the account and the principal", []policy.Condition{policy.StringEquals("aws:PrincipalAccount", "111122223333"), policy.Where("ArnLike", "aws:PrincipalArn", role)},
			sentences["arns"].listed},
		{"the account alone", []policy.Condition{policy.StringEquals("aws:PrincipalAccount", "111122223333")}, sentences["accounts"].listed},
		{"a tag that the role has not, if it is there", []policy.Condition{policy.Where("StringEqualsIfExists", "aws:PrincipalTag/centre", "4711")}, ""},
		{"a tag that the role has not", []policy.Condition{policy.StringNotEquals("aws:PrincipalTag/centre", "4711")}, sentences["tags"].role},
		{"no such tag at all", []policy.Condition{policy.Where("Null", "aws:PrincipalTag/centre", "true")}, sentences["tags"].role},
		{"any unique id of the role", []policy.Condition{policy.StringLike("aws:userid", "AROAEXAMPLEEXAMPLE123:*")}, sentences["ids"].listed},
		{"any unique id of the role, by an operator that takes no wildcards", []policy.Condition{policy.StringNotEquals("aws:userid", "AROAEXAMPLEEXAMPLE123:*")},
			"it allows certain unique ids only; a role's is AROA…:session, so that it must be listed with :* at its end, by StringLike or StringNotLike"},
		{"services, as a text", []policy.Condition{policy.StringEquals("aws:PrincipalIsAWSService", "false")}, sentences["services-only"].role},
		{"services, as another text", []policy.Condition{policy.StringNotEquals("aws:PrincipalIsAWSService", "True")}, sentences["services-only"].role},
		{"a principal whose tag is in a pattern", []policy.Condition{policy.StringNotLike("aws:PrincipalArn", "arn:aws:iam::111122223333:role/${aws:Referer}")}, sentences["arns"].open},
		{"a tag that the role has not, of all its values", []policy.Condition{policy.Where("ForAllValues:StringNotEquals", "aws:PrincipalTag/centre", "4711")}, sentences["tags"].role},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if words, v := said(t, guard.When(tt.when...)); words != tt.want {
				t.Errorf("%s: %q, want %q", v.Effect, words, tt.want)
			}
		})
	}
}

// TestWordsOfTheNamedStatement: the words are about the statement that the finding names, or name the other one.
func TestWordsOfTheNamedStatement(t *testing.T) {
	agent := policy.StringNotLike("aws:UserAgent", "x*")
	network := deny("Network", "s3:*").When(policy.StringNotEquals("aws:SourceVpce", "vpce-1a2b3c4d"))
	arns := deny("", "s3:*").When(policy.Where("ArnNotLike", "aws:PrincipalArn", other)).By()
	for _, tt := range []struct {
		name      string
		edit      func(*Case)
		statement string
		words     string
	}{
		{"the bucket's before an SCP's", func(c *Case) {
			c.denying(network)
			c.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("*").On("*"), arns)}}
		}, "Network", "it allows only what comes through"},
		{"an SCP's", func(c *Case) {
			c.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("*").On("*"), arns)}}
		}, "statement 2 of the SCP", "it allows certain principals only"},
		{"an Allow of the bucket's and an unsettled Deny of an SCP", func(c *Case) {
			c.Policies.Resource = policy.New(granting.When(agent))
			c.Policies.SCPs = [][]policy.Document{{policy.New(policy.Allow("*").On("*"), arns.When(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24")))}}
		}, "Ours", "statement 2 of the SCP: it allows certain addresses"},
		{"what is about another action does not count", func(c *Case) {
			c.denying(deny("Keep", "s3:DeleteObject*"), network)
		}, "Network", "it allows only what comes through"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase()
			tt.edit(c)
			c.Decide(authz.DataSyncCall{RoleARN: role, Account: c.Owner, Region: "us-east-2"}.S3("s3:PutObject", media+"/in/object"), Always, "")
			v := c.Verdicts[0]
			if words := c.Explain(v); Deciding(v.Decision) != tt.statement || !strings.HasPrefix(words, tt.words) {
				t.Errorf("%s, %s: %q, want %s: %q", v.Effect, Deciding(v.Decision), words, tt.statement, tt.words)
			}
		})
	}
}

// TestWordsOfTLSVersion: over TLS of an unknown version, what a Deny asks for is the version.
func TestWordsOfTLSVersion(t *testing.T) {
	c := newCase()
	c.denying(deny("Guard", "s3:*").When(policy.Where("NumericLessThan", "s3:TlsVersion", "1.3")))
	c.Decide(authz.DataSyncCall{RoleARN: role, Account: c.Owner, Region: "us-east-2"}.S3("s3:PutObject", media+"/in/object"), Always, "")
	want := "it asks for a certain version of TLS, and which one the request uses is not known"
	if words := c.Explain(c.Verdicts[0]); words != want {
		t.Errorf("%s: %q, want %q", c.Verdicts[0].Effect, words, want)
	}
}

// TestWordsOfTrust: DataSync assumes a role as a service, so that what a Deny means for a role that calls is not what it means there.
func TestWordsOfTrust(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		when       policy.Condition
	}{
		{"an organisation", "it allows principals of certain organisations only, and a service such as DataSync is of none", policy.Where("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-bbbbbbbbbb")},
		{"the account that the service acts for", "it allows certain accounts only, or what services do for certain resources, and DataSync does this for locations and tasks of the task account",
			policy.StringNotEquals("aws:SourceAccount", "777788889999")},
		{"another service", "it allows certain AWS services only, and DataSync is not among them", policy.StringNotEquals("aws:PrincipalServiceName", "ec2.amazonaws.com")},
		{"unique ids", "it allows certain unique ids only", policy.StringNotLike("aws:userid", "AROAOTHEROTHEROTHER12:*")},
		{"a network", "it allows only what comes through certain VPCs or endpoints, and transfers between S3 buckets come through none", policy.StringNotEquals("aws:SourceVpce", "vpce-1a2b3c4d")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCase()
			c.Trust, c.Bucket, c.Resource, c.Owner = true, "", role, "111122223333"
			c.Policies = authz.Policies{Resource: policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")),
				policy.Deny("sts:AssumeRole").By(policy.Everyone()).WithSid("Guard").When(tt.when))}
			c.Decide(authz.AssumeRoleCall{RoleARN: role, Account: "111122223333", Regions: []string{"us-east-2"}}.Request(), Always, "")
			f := c.Conclude()[0]
			if words := c.Explain(c.Verdicts[0]); words != tt.want {
				t.Errorf("%s: %q, want %q", f.Detail, words, tt.want)
			}
			if want := "let account 111122223333 exempt what DataSync does for account 111122223333: "; !strings.Contains(f.Remedy, want) {
				t.Errorf("remedy %q, want %q in it", f.Remedy, want)
			}
		})
	}
}

// TestWordsOfDeleteProtection: what protects objects from being deleted does so over TLS too.
func TestWordsOfDeleteProtection(t *testing.T) {
	c := newCase()
	c.denying(deny("Keep", "s3:DeleteObject*").When(policy.Bool("aws:SecureTransport", true)))
	c.Decide(authz.DataSyncCall{RoleARN: role, Account: c.Owner, Region: "us-east-2"}.S3("s3:DeleteObject", media+"/in/object"), Always, "")
	if words := c.Explain(c.Verdicts[0]); words != deletePattern.role {
		t.Errorf("%q, want %q", words, deletePattern.role)
	}
}
