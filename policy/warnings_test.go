package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/problemtest"
	. "github.com/xacct/xacct/policy"
)

// warned returns the warnings on a document as one error.
func warned(t *testing.T, kind Kind, text string) error {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []error
	for _, p := range d.Warnings(kind) {
		all = append(all, &p)
	}
	return errors.Join(all...)
}

func TestWarnings(t *testing.T) {
	ifString := func(operator, key, value string) string {
		return bucketIf(`"s3:*"`, `{"`+operator+`":{"`+key+`":"`+value+`"}}`)
	}
	trustIf := func(operator, key, value string) string {
		return doc(`{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"` + operator + `":{"` + key + `":"` + value + `"}}}`)
	}
	old := func(text string) string { return strings.Replace(text, "2012-10-17", "2008-10-17", 1) }
	resources := func(list string) string { return bucketOf(star, `"s3:*"`, list) }
	const account, datasync = "aws:SourceAccount", "arn:aws:datasync:us-east-2:111122223333:"
	var cases []problemtest.Case
	for _, tc := range []struct {
		rule  string
		warns bool
		name  string
		kind  Kind
		text  string
	}{
		{"action-unknown", false, "an action", Identity, identity(`"s3:GetObject"`, star)},
		{"action-unknown", false, "in other letters", Identity, identity(`"S3:getobject"`, star)},
		{"action-unknown", false, "all actions", Identity, identity(star, star)},
		{"action-unknown", false, "all of a service", Identity, identity(`"s3:*"`, star)},
		{"action-unknown", false, "a pattern", Identity, identity(`"s3:Get*Version?agging"`, star)},
		{"action-unknown", false, "another service", Identity, identity(`"ec2:NoSuchThing"`, star)},
		{"action-unknown", false, "a permission that is no operation", Identity, identity(`["iam:PassRole","s3:ListAllMyBuckets","kms:ReEncryptFrom","logs:Unmask"]`, star)},
		{"action-unknown", false, "a role's session", Trust, trust(star, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`)},
		{"action-unknown", true, "an operation that is no permission", Identity, identity(`"s3:ListObjectsV2"`, star)},
		{"action-unknown", true, "another one", Bucket, bucketOf(star, `"s3:HeadObject"`, `"arn:aws:s3:::media/*"`)},
		{"action-unknown", true, "of KMS", Key, bucketOf(star, `"kms:ReEncrypt"`, star)},
		{"action-unknown", true, "of DataSync", Identity, identity(`"datasync:DescribeLocation"`, star)},
		{"action-unknown", true, "of IAM", Identity, identity(`"iam:ListRole"`, star)},
		{"action-unknown", true, "of CloudWatch Logs", Identity, identity(`"logs:DescribeLogGroup"`, star)},
		{"action-unknown", true, "of STS", Trust, trust(star, `"sts:AssumeRoles"`)},
		{"action-unknown", true, "a pattern", Identity, identity(`"s3:*Objects"`, star)},
		{"action-unknown", true, "in NotAction", Identity, doc(`{"Effect":"Deny","NotAction":"s3:CopyObject","Resource":"*"}`)},
		{"condition-key-unknown", false, "a key", Bucket, ifString("StringEquals", "s3:x-amz-acl", "private")},
		{"condition-key-unknown", false, "in other letters", Bucket, ifString("StringEquals", "S3:TLSversion", "1.2")},
		{"condition-key-unknown", false, "a key with a name in it", Bucket, ifString("StringEquals", "s3:ExistingObjectTag/a/b", "x")},
		{"condition-key-unknown", false, "an encryption context", Key, ifString("StringEquals", "kms:EncryptionContext:aws:s3:arn", "x")},
		{"condition-key-unknown", false, "a global key", Bucket, ifString("StringEquals", "aws:NoSuchThing", "x")},
		{"condition-key-unknown", true, "of S3", Bucket, ifString("StringEquals", "s3:x-amz-server-side-encrypt", "AES256")},
		{"condition-key-unknown", true, "of KMS", Key, ifString("StringEquals", "kms:EncryptionContext", "x")},
		{"condition-key-unknown", true, "without the name", Bucket, ifString("StringEquals", "s3:ExistingObjectTag/", "x")},
		{"condition-key-unknown", true, "with a name too many", Bucket, ifString("StringEquals", "s3:prefix/x", "x")},
		{"exact-wildcard", false, "none", Trust, trustIf("StringEquals", account, "111122223333")},
		{"exact-wildcard", false, "a pattern", Trust, trustIf("StringLike", "aws:SourceArn", datasync+"*")},
		{"exact-wildcard", false, "an ARN", Trust, trustIf("ArnEquals", "aws:SourceArn", datasync+"*")},
		{"exact-wildcard", false, "the sign itself", Trust, trustIf("StringEquals", "aws:PrincipalTag/a", "${*}x${?}")},
		{"exact-wildcard", true, "every location and task", Trust, trustIf("StringEquals", "aws:SourceArn", datasync+"*")},
		{"exact-wildcard", true, "if there is one", Trust, trustIf("StringEqualsIfExists", "aws:SourceArn", datasync+"task/*")},
		{"exact-wildcard", true, "other than", Bucket, ifString("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*")},
		{"exact-wildcard", true, "letter case apart", Bucket, ifString("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "o-?")},
		{"exact-wildcard", true, "of any", Bucket, ifString("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-aaaaaaaaaa/*")},
		{"exact-wildcard", true, "no variables in an old policy", Bucket, old(ifString("StringEquals", "aws:PrincipalTag/a", "${*}"))},
		{"value-form", false, "an account", Trust, trustIf("StringEquals", account, "111122223333")},
		{"value-form", false, "a pattern", Trust, trustIf("StringLike", account, "1111*")},
		{"value-form", false, "a variable", Bucket, ifString("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}")},
		{"value-form", false, "an organisation in capitals", Bucket, ifString("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "O-AAAAAAAAAA")},
		{"value-form", false, "a service", Key, ifString("StringEquals", "kms:ViaService", "s3.us-east-2.amazonaws.com")},
		{"value-form", true, "an ARN for an account", Trust, trustIf("StringEquals", account, "arn:aws:iam::111122223333:root")},
		{"value-form", true, "eleven digits", Trust, trustIf("StringLike", account, "11112222333")},
		{"value-form", true, "an account for an organisation", Bucket, ifString("StringNotEquals", "aws:PrincipalOrgID", "111122223333")},
		{"value-form", true, "a VPC for an endpoint", Bucket, ifString("StringNotEquals", "aws:SourceVpce", "vpc-1a2b3c4d")},
		{"value-form", true, "an endpoint for a VPC", Bucket, ifString("StringNotEqualsIfExists", "aws:sourcevpc", "vpce-1a2b3c4d")},
		{"value-form", true, "a service without its Region", Key, ifString("StringEquals", "kms:ViaService", "s3.amazonaws.com")},
		{"value-session", false, "a role", Bucket, ifString("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/sync")},
		{"value-session", false, "another key", Bucket, ifString("ArnLike", "aws:SourceArn", "arn:aws:sts::111122223333:assumed-role/sync/x")},
		{"value-session", true, "a session", Bucket, ifString("ArnNotLike", "aws:PrincipalArn", "arn:aws:sts::111122223333:assumed-role/sync/*")},
		{"value-session", true, "a session as a text", Bucket, ifString("StringLike", "aws:PrincipalArn", "arn:aws:sts::*:assumed-role/sync/*")},
		{"value-arn", false, "an ARN", Trust, trustIf("ArnLike", "aws:SourceArn", datasync+"*")},
		{"value-arn", false, "every ARN", Trust, trustIf("ArnLike", "aws:SourceArn", "*")},
		{"value-arn", false, "a variable", Trust, trustIf("ArnLike", "aws:SourceArn", "${aws:PrincipalTag/arn}")},
		{"value-arn", true, "the name of a role", Bucket, ifString("ArnNotLike", "aws:PrincipalArn", "role/sync")},
		{"value-arn", true, "an account", Trust, trustIf("ArnEquals", "aws:SourceArn", "111122223333")},
		{"value-arn", false, "a star for each part", Trust, trustIf("ArnLike", "aws:SourceArn", "*:*:*:*:*:*")},
		{"value-arn", false, "a variable for some parts", Trust, trustIf("ArnLike", "aws:SourceArn", "arn:aws:datasync:${aws:PrincipalTag/rest}")},
		{"value-arn", true, "a star for several parts", Trust, trustIf("ArnLike", "aws:SourceArn", "arn:aws:datasync:*")},
		{"value-arn", true, "a star for the parts before the last", Bucket, ifString("ArnNotLike", "aws:PrincipalArn", "*:role/sync")},
		{"value-arn", true, "a variable that is none", Trust, old(trustIf("ArnLike", "aws:SourceArn", "${aws:PrincipalTag/arn}"))},
		{"resource-no-bucket", false, "a bucket", Bucket, resources(`"arn:aws:s3:::media"`)},
		{"resource-no-bucket", false, "objects whose keys have a colon", Bucket, resources(`"arn:aws:s3:::media/a:b/*"`)},
		{"resource-no-bucket", false, "a pattern of buckets", Identity, identity(`"s3:*"`, `"arn:aws:s3:::media-*/*"`)},
		{"resource-no-bucket", false, "a variable", Identity, identity(`"s3:*"`, `"arn:aws:s3:::media-${aws:PrincipalAccount}/*"`)},
		{"resource-no-bucket", false, "an old name", Bucket, resources(`"arn:aws:s3:::Media_Archive"`)},
		{"resource-no-bucket", false, "an access point", Identity, identity(`"s3:*"`, `"arn:aws:s3:us-east-2:111122223333:accesspoint/a/object/*"`)},
		{"resource-no-bucket", false, "anything of an account", Identity, identity(`"s3:*"`, `"arn:aws:s3:*:111122223333:*"`)},
		{"resource-no-bucket", true, "a colon for the slash", Bucket, resources(`"arn:aws:s3:::media:*"`)},
		{"resource-no-bucket", true, "an address", Identity, identity(`"s3:*"`, `"arn:aws:s3:::s3://media/*"`)},
		{"resource-no-bucket", true, "an ARN in an ARN", Identity, identity(`"s3:*"`, `"arn:aws:s3:::arn:aws:s3:::media"`)},
		{"resource-no-bucket", true, "a key without a bucket", Bucket, resources(`"arn:aws:s3:::/in/*"`)},
		{"resource-no-bucket", true, "a name too short", Identity, identity(`"s3:*"`, `"arn:aws:s3:::b"`)},
		{"resource-no-bucket", true, "a Region and an account", Identity, identity(`"s3:*"`, `"arn:aws:s3:us-east-2:111122223333:media/*"`)},
		{"resource-no-bucket", true, "in NotResource", Bucket, doc(`{"Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":"arn:aws:s3:::media:*"}`)},
		{"resource-other-bucket", false, "a bucket and its objects", Bucket, resources(`["arn:aws:s3:::media","arn:aws:s3:::media/*","arn:aws:s3:::med*/in/*"]`)},
		{"resource-other-bucket", false, "buckets of a role", Identity, identity(`"s3:*"`, `["arn:aws:s3:::media","arn:aws:s3:::raw"]`)},
		{"resource-other-bucket", true, "another bucket", Bucket, resources(`["arn:aws:s3:::media","arn:aws:s3:::raw/*"]`)},
		{"resource-other-bucket", true, "a pattern of others", Bucket, resources(`["arn:aws:s3:::raw-*","arn:aws:s3:::media"]`)},
		{"resource-other-bucket", true, "in another statement", Bucket, strings.Replace(resources(`"arn:aws:s3:::media"`), `]}`, `,{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::raw"}]}`, 1)},
		{"resource-iam-form", false, "a role", Identity, identity(`"iam:PassRole"`, `"arn:aws:iam::111122223333:role/sync"`)},
		{"resource-iam-form", false, "everything", Identity, identity(`"iam:*"`, `"arn:aws:iam::111122223333:*"`)},
		{"resource-iam-form", false, "the root", Identity, identity(`"iam:*"`, `"arn:aws:iam::111122223333:root"`)},
		{"resource-iam-form", true, "a name alone", Identity, identity(`"iam:PassRole"`, `"arn:aws:iam::111122223333:sync"`)},
		{"resource-iam-form", true, "another word", Identity, identity(`"iam:PassRole"`, `"arn:aws:iam::111122223333:roles/sync"`)},
		{"resource-iam-form", true, "a pattern of names", Identity, identity(`"iam:PassRole"`, `"arn:aws:iam::111122223333:*/sync"`)},
	} {
		cases = append(cases, problemtest.Case{Rule: tc.rule, Name: tc.name, Refuse: tc.warns, Err: warned(t, tc.kind, tc.text)})
	}
	problemtest.Run(t, WarningRules, cases)
}

// TestWarningsAre: warnings name the place and the value, in the order of the document; the zero document, and one without faults, has none.
func TestWarningsAre(t *testing.T) {
	d, err := Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b-1/*"},
		{"Effect":"Allow","Action":["s3:GetObject","s3:ListObjects"],"Resource":"arn:aws:s3:::b-1:*",
		"Condition":{"StringEquals":{"aws:SourceArn":["arn:aws:s3:::b-1","arn:aws:s3:::b-*"]}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range d.Warnings(Identity) {
		got = append(got, p.ID+" "+p.Path+" "+p.Value)
		if p.Rule == "" || p.Remedy == "" {
			t.Errorf("%s lacks its words", p.ID)
		}
	}
	want := []string{"action-unknown Statement[1].Action[1] s3:ListObjects", "resource-no-bucket Statement[1].Resource arn:aws:s3:::b-1:*",
		"exact-wildcard Statement[1].Condition.StringEquals.aws:SourceArn[1] arn:aws:s3:::b-*"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	for name, d := range map[string]Document{"zero": {}, "empty": New(), "plain": New(Allow("s3:GetObject").On("arn:aws:s3:::b-1/*"))} {
		for kind := range Key + 2 {
			if got := d.Warnings(kind); got != nil {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}
