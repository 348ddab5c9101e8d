package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "github.com/xacct/xacct/policy"
)

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func TestPublic(t *testing.T) {
	everyone := func(condition string) string {
		return `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":` + condition + `}`
	}
	for _, tc := range []struct {
		name, statement string
		want            string // the reason, "" if not public
	}{
		{"everyone", prin(`"*"`), "it allows everyone, and has no condition that S3 takes for a limit"},
		{"everyone of AWS", prin(`{"AWS":["111122223333","*"]}`), "it allows everyone, and has no condition that S3 takes for a limit"},
		{"denied to everyone", strings.Replace(prin(`"*"`), "Allow", "Deny", 1), ""},
		{"account", prin(`{"AWS":"111122223333"}`), ""},
		{"role, service and user", prin(`{"AWS":"arn:aws:iam::111122223333:role/r","Service":"logging.s3.amazonaws.com","CanonicalUser":"0a"}`), ""},
		{"identities of a provider in an account", prin(`{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`), ""},
		{"identities of a provider that serves everybody", prin(`{"Federated":"accounts.google.com"}`), "its principal accounts.google.com is not a fixed one, and has no condition that S3 takes for a limit"},
		{"everyone but one", `{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"}`, "it allows everyone but those in NotPrincipal, and has no condition that S3 takes for a limit"},
		{"pattern of principals", prin(`{"AWS":"arn:aws:iam::111122223333:role/*"}`), "its principal arn:aws:iam::111122223333:role/* is not a fixed one, and has no condition that S3 takes for a limit"},

		{"organisation", everyone(`{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`), ""},
		{"organisation, key in other case", everyone(`{"StringEquals":{"AWS:principalorgid":["o-1","o-2"]}}`), ""},
		{"organisation, one of two is a pattern", everyone(`{"StringLike":{"aws:PrincipalOrgID":["o-1","o-*"]}}`), "it allows everyone, and its condition on aws:PrincipalOrgID is open to values that are not fixed"},
		{"organisation by a variable", everyone(`{"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}`), "it allows everyone, and its condition on aws:PrincipalOrgID is open to values that are not fixed"},
		{"organisation if there is one", everyone(`{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}`), "it allows everyone, and its condition on aws:PrincipalOrgID is open to values that are not fixed"},
		{"not of an organisation", everyone(`{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}`), "it allows everyone, and its condition on aws:PrincipalOrgID is open to values that are not fixed"},
		{"every value", everyone(`{"ForAllValues:StringEquals":{"aws:SourceVpce":"vpce-1"}}`), "it allows everyone, and its condition on aws:SourceVpce is open to values that are not fixed"},
		{"VPC", everyone(`{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}`), ""},
		{"VPC pattern", everyone(`{"StringLike":{"aws:SourceVpc":"vpc-*"}}`), "it allows everyone, and its condition on aws:SourceVpc is open to values that are not fixed"},
		{"source account", everyone(`{"StringEquals":{"aws:SourceAccount":"111122223333"}}`), ""},
		{"source ARN", everyone(`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:t"}}`), ""},
		{"source ARN pattern", everyone(`{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}`), "it allows everyone, and its condition on aws:SourceArn is open to values that are not fixed"},
		{"addresses", everyone(`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","10.0.0.0/8","198.51.100.7"]}}`), ""},
		{"too many addresses", everyone(`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","10.0.0.0/7"]}}`), "it allows everyone, and its condition on aws:SourceIp is open to values that are not fixed"},
		{"addresses of version 6", everyone(`{"IpAddress":{"aws:SourceIp":"2001:db8::/32"}}`), ""},
		{"too many of version 6", everyone(`{"IpAddress":{"aws:SourceIp":"2001:db8::/31"}}`), "it allows everyone, and its condition on aws:SourceIp is open to values that are not fixed"},
		{"no address", everyone(`{"IpAddress":{"aws:SourceIp":"office"}}`), "it allows everyone, and its condition on aws:SourceIp is open to values that are not fixed"},
		{"user id", everyone(`{"StringEquals":{"aws:userid":"AIDAEXAMPLE"}}`), ""},
		{"role id", everyone(`{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}`), "it allows everyone, and its condition on aws:userid is open to values that are not fixed"},
		{"access points of an account", everyone(`{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111122223333:accesspoint/*"}}`), ""},
		{"access points of any account", everyone(`{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:*:accesspoint/ap"}}`), "it allows everyone, and its condition on s3:DataAccessPointArn is open to values that are not fixed"},
		{"key of the encryption", everyone(`{"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:us-east-1:111122223333:key/k"}}`), ""},
		{"another key", everyone(`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/r"}}`), "it allows everyone, and has no condition that S3 takes for a limit"},
		{"one of two conditions limits", everyone(`{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceVpce":"vpce-1"}}`), ""},
		{"no value", everyone(`{"StringEquals":{"aws:SourceVpce":[]}}`), "it allows everyone, and its condition on aws:SourceVpce is open to values that are not fixed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := mustParse(t, doc(prin(`{"AWS":"444455556666"}`)+","+tc.statement))
			got := Public(d)
			switch {
			case tc.want == "" && len(got) == 0:
			case tc.want == "" || len(got) != 1:
				t.Errorf("Public = %v, want %q", got, tc.want)
			case got[0].Reason != tc.want || got[0].Index != 1 || got[0].Statement.String() != tc.statement:
				t.Errorf("got  %+v\nwant %q", got[0], tc.want)
			}
		})
	}
	if got := Public(Document{}); got != nil {
		t.Errorf("no document is public: %v", got)
	}
}

// No grant that this module makes is public, whatever its shape.
func TestPublicByAccount(t *testing.T) {
	d := New(Allow("s3:ListBucket").By(Account("111122223333")).On("arn:aws:s3:::b").When(ArnLike("aws:PrincipalArn", "arn:aws:iam::111122223333:role/*")))
	if got := Public(d); got != nil {
		t.Errorf("public: %v", got)
	}
}

func TestDangling(t *testing.T) {
	d := mustParse(t, corpus(t)["bucket/dead-role.json"])
	type found struct {
		Index   int
		Sid, ID string
	}
	var got []found
	for _, p := range Dangling(d) {
		got = append(got, found{p.Index, p.Statement.Sid(), p.ID})
	}
	want := []found{{0, "Left", "AROAEXAMPLEROLEID0001"}, {1, "LeftToo", "AIDAEXAMPLEUSERID0001"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for name, text := range corpus(t) {
		if got := Dangling(mustParse(t, text)); name != "bucket/dead-role.json" && got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	for value, want := range map[string]bool{"AROAEXAMPLE": true, "AIDA1234": true, "ANPAX": true, "AROA": false, "aroaexample": false, "111122223333": false, "AROA-X": false, "arn:aws:iam::111122223333:role/AROAX": false, "AKIAX": false} {
		if IsUniqueID(value) != want {
			t.Errorf("IsUniqueID(%q) = %v", value, !want)
		}
	}
}
