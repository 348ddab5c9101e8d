package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/problemtest"
	. "github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// These functions put the part that a rule is about into a complete document.
func doc(statement string) string { return `{"Version":"2012-10-17","Statement":[` + statement + `]}` }
func identity(action, resource string) string {
	return doc(`{"Effect":"Allow","Action":` + action + `,"Resource":` + resource + `}`)
}
func trust(principal, action string) string {
	return doc(`{"Effect":"Allow","Principal":` + principal + `,"Action":` + action + `}`)
}
func bucketOf(principal, action, resource string) string {
	return doc(`{"Effect":"Allow","Principal":` + principal + `,"Action":` + action + `,"Resource":` + resource + `}`)
}
func bucketIf(action, condition string) string {
	return doc(`{"Effect":"Deny","Principal":"*","Action":` + action + `,"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":` + condition + `}`)
}
func key(principal string) string { return bucketOf(principal, `"kms:Decrypt"`, `"*"`) }
func sized(n int, filler string) string {
	text := identity(`"a:b"`, `"arn:aws:s3:::b/"`)
	return strings.Replace(text, "b/", "b/"+strings.Repeat(filler, n-len(text)), 1)
}

const star = `"*"`

func TestValidate(t *testing.T) {
	object := `"arn:aws:s3:::b/*"`
	anyone := func(kind, value string) string { return `{"` + kind + `":"` + value + `"}` }
	var cases []problemtest.Case
	for _, tc := range []struct {
		rule   string
		refuse bool
		name   string
		kind   Kind
		text   string
	}{
		{"kind", true, "none", 0, identity(`"a:b"`, star)},
		{"kind", true, "unknown", 5, identity(`"a:b"`, star)},
		{"kind", false, "key", Key, key(star)},
		{"version", true, "other", Bucket, strings.Replace(key(star), "2012", "2013", 1)},
		{"version", true, "empty", Bucket, strings.Replace(key(star), "2012-10-17", "", 1)},
		{"version", false, "old", Bucket, strings.Replace(key(star), "2012", "2008", 1)},
		{"version", false, "none", Bucket, strings.Replace(key(star), `"Version":"2012-10-17",`, "", 1)},
		{"identity-version", true, "old", Identity, strings.Replace(identity(`"a:b"`, star), "2012", "2008", 1)},
		{"identity-version", true, "none", Identity, strings.Replace(identity(`"a:b"`, star), `"Version":"2012-10-17",`, "", 1)},
		{"identity-version", false, "new", Identity, identity(`"a:b"`, star)},
		{"identity-version", false, "old trust policy", Trust, strings.Replace(trust(star, `"sts:AssumeRole"`), "2012", "2008", 1)},
		{"identity-id", true, "identity", Identity, strings.Replace(identity(`"a:b"`, star), `{`, `{"Id":"x",`, 1)},
		{"identity-id", false, "key", Key, strings.Replace(key(star), `{`, `{"Id":"x y",`, 1)},
		{"element", true, "of the document", Bucket, strings.Replace(key(star), `{`, `{"version":"x",`, 1)},
		{"element", true, "of a statement", Bucket, strings.Replace(key(star), `"Effect"`, `"principal":"*","Effect"`, 1)},
		{"element", false, "all of the grammar", Bucket, doc(`{"Sid":"","Effect":"Deny","NotPrincipal":"*","NotAction":"s3:x","NotResource":"*","Condition":{}}`)},
		{"statements", true, "none", Bucket, `{"Statement":[]}`},
		{"statements", false, "one", Bucket, key(star)},
		{"characters", true, "beyond Latin-1", Trust, trust(anyone("AWS", "東"), `"sts:AssumeRole"`)},
		{"characters", true, "in a key policy", Key, strings.Replace(key(star), `{"E`, `{"Sid":"Ā","E`, 1)},
		{"characters", false, "Latin-1", Identity, identity(`"a:b"`, "\"arn:aws:s3:::b/\u00FF\"")},
		{"characters", false, "escaped", Identity, identity(`"a:b"`, `"arn:aws:s3:::b/\u6771"`)},
		{"characters", false, "in a bucket policy", Bucket, bucketOf(star, `"s3:GetObject"`, `"arn:aws:s3:::b/東/*"`)},
		{"identity-size", true, "10241", Identity, sized(10241, "x")},
		{"identity-size", false, "10240", Identity, sized(10240, "x")},
		{"identity-size", false, "10240 characters of two bytes", Identity, sized(10240, "é")},
		{"trust-size", true, "131073", Trust, sized(131073, "x")},
		{"trust-size", false, "above a quota that can be raised", Trust, sized(9000, "x")},
		{"bucket-size", true, "20481", Bucket, sized(20481, "x")},
		{"bucket-size", true, "20480 characters of two bytes", Bucket, sized(20480, "é")},
		{"bucket-size", false, "20480 and white space", Bucket, strings.Replace(sized(20480, "x"), ",", ",\n    ", -1)},
		{"key-size", true, "32769", Key, sized(32769, "x")},
		{"key-size", false, "32768", Key, sized(32768, "x")},

		{"sid", true, "space", Identity, strings.Replace(identity(`"a:b"`, star), `{"E`, `{"Sid":"a b","E`, 1)},
		{"sid", true, "hyphen", Trust, strings.Replace(trust(star, `"sts:AssumeRole"`), `{"E`, `{"Sid":"a-b","E`, 1)},
		{"sid", true, "letter with accent", Trust, strings.Replace(trust(star, `"sts:AssumeRole"`), `{"E`, `{"Sid":"é","E`, 1)},
		{"sid", false, "letters and digits", Identity, strings.Replace(identity(`"a:b"`, star), `{"E`, `{"Sid":"aZ09","E`, 1)},
		{"sid", false, "empty", Trust, strings.Replace(trust(star, `"sts:AssumeRole"`), `{"E`, `{"Sid":"","E`, 1)},
		{"sid", false, "sentence in a bucket policy", Bucket, strings.Replace(key(star), `{"E`, `{"Sid":"a b!","E`, 1)},
		{"sid-unique", true, "twice", Identity, doc(`{"Sid":"A",` + get + `},{"Sid":"A",` + put + `}`)},
		{"sid-unique", false, "letter case", Identity, doc(`{"Sid":"A",` + get + `},{"Sid":"a",` + put + `}`)},
		{"sid-unique", false, "none and empty", Identity, doc(`{` + get + `},{"Sid":"",` + put + `},{"Sid":"",` + put + `}`)},
		{"sid-unique", false, "twice in a bucket policy", Bucket, doc(`{"Sid":"A","Principal":"*",` + get + `},{"Sid":"A","Principal":"*",` + put + `}`)},

		{"principal-needed", true, "bucket", Bucket, identity(`"s3:GetObject"`, object)},
		{"principal-needed", true, "trust", Trust, doc(`{"Effect":"Allow","Action":"sts:AssumeRole"}`)},
		{"principal-needed", false, "NotPrincipal", Key, doc(`{"Effect":"Deny","NotPrincipal":"*","Action":"kms:*","Resource":"*"}`)},
		{"principal-needed", false, "identity", Identity, identity(`"s3:GetObject"`, object)},
		{"principal-identity", true, "Principal", Identity, bucketOf(star, `"s3:GetObject"`, object)},
		{"principal-identity", true, "NotPrincipal", Identity, doc(`{"NotPrincipal":"*",` + get + `}`)},
		{"principal-identity", false, "bucket", Bucket, bucketOf(star, `"s3:GetObject"`, object)},
		{"not-principal-trust", true, "trust", Trust, doc(`{"Effect":"Deny","NotPrincipal":"*","Action":"sts:AssumeRole"}`)},
		{"not-principal-trust", false, "bucket", Bucket, doc(`{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}`)},
		{"principal-empty", true, "no type", Bucket, bucketOf(`{}`, `"s3:GetObject"`, object)},
		{"principal-empty", true, "empty list", Bucket, bucketOf(`{"AWS":[]}`, `"s3:GetObject"`, object)},
		{"principal-empty", false, "one", Bucket, bucketOf(`{"AWS":["*"]}`, `"s3:GetObject"`, object)},
		{"principal-type", true, "lower case", Key, key(anyone("aws", "111122223333"))},
		{"principal-type", false, "AWS", Key, key(anyone("AWS", "111122223333"))},
		{"principal-wildcard", true, "role", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::111122223333:role/*"), `"s3:GetObject"`, object)},
		{"principal-wildcard", true, "session", Bucket, bucketOf(anyone("AWS", "arn:aws:sts::111122223333:assumed-role/sync/AwsSync-loc-?"), `"s3:GetObject"`, object)},
		{"principal-wildcard", true, "service", Trust, trust(anyone("Service", "*.amazonaws.com"), `"sts:AssumeRole"`)},
		{"principal-wildcard", false, "star alone", Bucket, bucketOf(anyone("AWS", "*"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "group", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::111122223333:group/ops"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "eleven digits", Bucket, bucketOf(anyone("AWS", "11112222333"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "bare name", Bucket, bucketOf(anyone("AWS", "sync"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "session without its name", Bucket, bucketOf(anyone("AWS", "arn:aws:sts::111122223333:assumed-role/sync"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "no account", Bucket, bucketOf(anyone("AWS", "arn:aws:iam:::role/sync"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "Region", Bucket, bucketOf(anyone("AWS", "arn:aws:iam:eu-west-1:111122223333:role/sync"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "bucket", Bucket, bucketOf(anyone("AWS", "arn:aws:s3:::b"), `"s3:GetObject"`, object)},
		{"principal-aws", true, "assumed-role of IAM", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::111122223333:assumed-role/sync/x"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "account", Bucket, bucketOf(anyone("AWS", "111122223333"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "root", Bucket, bucketOf(anyone("AWS", "arn:aws-us-gov:iam::111122223333:root"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "role with a path", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_x"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "user", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::111122223333:user/ana@example.com"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "session", Bucket, bucketOf(anyone("AWS", "arn:aws:sts::111122223333:assumed-role/sync/AwsSync-loc-0a"), `"s3:GetObject"`, object)},
		{"principal-aws", false, "unique id", Trust, trust(anyone("AWS", "AROAEXAMPLEROLEID0001"), `"sts:AssumeRole"`)},
		{"principal-aws", false, "origin access identity", Bucket, bucketOf(anyone("AWS", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"), `"s3:GetObject"`, object)},
		{"principal-service", true, "no dot", Trust, trust(anyone("Service", "datasync"), `"sts:AssumeRole"`)},
		{"principal-service", true, "star", Trust, trust(anyone("Service", "*"), `"sts:AssumeRole"`)},
		{"principal-service", false, "DataSync", Trust, trust(anyone("Service", "datasync.amazonaws.com"), `"sts:AssumeRole"`)},
		{"principal-service", false, "China", Trust, trust(anyone("Service", "ec2.amazonaws.com.cn"), `"sts:AssumeRole"`)},
		{"principal-federated", true, "role", Trust, trust(anyone("Federated", "arn:aws:iam::111122223333:role/x"), `"sts:AssumeRole"`)},
		{"principal-federated", true, "star", Trust, trust(anyone("Federated", "*"), `"sts:AssumeRole"`)},
		{"principal-federated", false, "SAML", Trust, trust(anyone("Federated", "arn:aws:iam::111122223333:saml-provider/corp"), `"sts:AssumeRoleWithSAML"`)},
		{"principal-federated", false, "host", Trust, trust(anyone("Federated", "accounts.google.com"), `"sts:AssumeRoleWithWebIdentity"`)},
		{"principal-canonical-user", true, "short", Bucket, bucketOf(anyone("CanonicalUser", "79a5"), `"s3:GetObject"`, object)},
		{"principal-canonical-user", true, "in a key policy", Key, key(anyone("CanonicalUser", strings.Repeat("0a", 32)))},
		{"principal-canonical-user", false, "64 digits", Bucket, bucketOf(anyone("CanonicalUser", strings.Repeat("0a", 32)), `"s3:GetObject"`, object)},

		{"action-empty", true, "empty list", Identity, identity(`[]`, star)},
		{"action-empty", false, "one", Identity, identity(`["a:b"]`, star)},
		{"action-form", true, "no service", Identity, identity(`"GetObject"`, star)},
		{"action-form", true, "wildcard in the service", Identity, identity(`"s*:GetObject"`, star)},
		{"action-form", true, "empty", Identity, identity(`[""]`, star)},
		{"action-form", true, "space", Identity, identity(`"s3:Get Object"`, star)},
		{"action-form", true, "an ARN", Identity, identity(`"arn:aws:s3:::b"`, star)},
		{"action-form", false, "star", Identity, identity(star, star)},
		{"action-form", false, "wildcards", Identity, identity(`["s3:Get*","execute-api:?nvoke"]`, star)},
		{"action-service", true, "KMS in a bucket policy", Bucket, bucketOf(star, `"kms:Decrypt"`, object)},
		{"action-service", true, "S3 in a key policy", Key, bucketOf(star, `"s3:GetObject"`, star)},
		{"action-service", true, "IAM in a trust policy", Trust, trust(star, `"iam:PassRole"`)},
		{"action-service", false, "S3 in other letter case", Bucket, bucketOf(star, `"S3:GetObject"`, object)},
		{"action-service", false, "star", Bucket, bucketOf(star, star, object)},
		{"action-service", false, "identity", Identity, identity(`["s3:GetObject","kms:Decrypt"]`, star)},
		{"action-resource", true, "object action on a bucket", Bucket, bucketOf(star, `"s3:GetObject"`, `"arn:aws:s3:::b"`)},
		{"action-resource", true, "bucket action on objects", Bucket, bucketOf(star, `"s3:ListBucket"`, object)},
		{"action-resource", true, "one of two", Bucket, bucketOf(star, `["s3:getobject","s3:GetBucketLocation"]`, object)},
		{"action-resource", true, "action on neither", Bucket, bucketOf(star, `"s3:ListAllMyBuckets"`, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`)},
		{"action-resource", false, "both resources", Bucket, bucketOf(star, `["s3:ListBucket","s3:GetObject"]`, `["arn:aws:s3:::b","arn:aws:s3:::b/*"]`)},
		{"action-resource", false, "pattern crosses the slash", Bucket, bucketOf(star, `["s3:ListBucket","s3:GetObject"]`, `"arn:aws:s3:::b*"`)},
		{"action-resource", false, "action pattern", Bucket, bucketOf(star, `"s3:Get*"`, object)},
		{"action-resource", false, "unknown action", Bucket, bucketOf(star, `"s3:NewThing"`, object)},
		{"action-resource", false, "NotResource", Bucket, doc(`{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","NotResource":"arn:aws:s3:::b"}`)},
		{"action-resource", false, "a variable may stand for either", Bucket, bucketOf(star, `["s3:ListBucket","s3:GetObject"]`, `"arn:aws:s3:::${aws:PrincipalTag/team}"`)},
		{"action-resource", true, "bucket action on objects, by a variable", Bucket, bucketOf(star, `"s3:ListBucket"`, `"arn:aws:s3:::b/${aws:username}"`)},
		{"action-resource", false, "identity", Identity, identity(`"s3:GetObject"`, `"arn:aws:s3:::b"`)},

		{"resource-needed", true, "identity", Identity, doc(`{"Effect":"Allow","Action":"a:b"}`)},
		{"resource-needed", true, "key", Key, doc(`{"Effect":"Allow","Principal":"*","Action":"kms:*"}`)},
		{"resource-needed", false, "trust", Trust, trust(star, `"sts:AssumeRole"`)},
		{"resource-needed", false, "NotResource", Identity, doc(`{"Effect":"Deny","Action":"a:b","NotResource":"*"}`)},
		{"resource-trust", true, "star", Trust, bucketOf(star, `"sts:AssumeRole"`, star)},
		{"resource-trust", false, "none", Trust, trust(star, `"sts:AssumeRole"`)},
		{"resource-empty", true, "empty list", Identity, identity(`"a:b"`, `[]`)},
		{"resource-empty", false, "one", Identity, identity(`"a:b"`, `["*"]`)},
		{"resource-form", true, "bucket name", Identity, identity(`"a:b"`, `"amzn-s3-demo-bucket"`)},
		{"resource-form", true, "URL", Identity, identity(`"a:b"`, `"s3://amzn-s3-demo-bucket/"`)},
		{"resource-form", true, "empty", Identity, identity(`"a:b"`, `""`)},
		{"resource-form", true, "wildcard in the service", Identity, identity(`"a:b"`, `"arn:aws:*:::b"`)},
		{"resource-form", true, "partition", Identity, identity(`"a:b"`, `"arn:azure:s3:::b"`)},
		{"resource-form", false, "star", Identity, identity(`"a:b"`, star)},
		{"resource-form", false, "any partition", Identity, identity(`"a:b"`, `"arn:*:iam::*:role/*"`)},
		{"resource-variable", true, "in the account", Identity, identity(`"a:b"`, `"arn:aws:iam::${aws:PrincipalAccount}:role/x"`)},
		{"resource-variable", false, "in the last part", Identity, identity(`"a:b"`, `"arn:aws:s3:::${aws:PrincipalTag/team}/*"`)},
		{"resource-variable", false, "no variable in the old version", Bucket, strings.Replace(bucketOf(star, `"s3:GetObject"`, `"arn:aws:s3:::b/${x}"`), "2012", "2008", 1)},
		{"resource-s3", true, "Region", Identity, identity(`"s3:GetObject"`, `"arn:aws:s3:eu-west-1::b/*"`)},
		{"resource-s3", true, "account", Bucket, bucketOf(star, `"s3:ListBucket"`, `"arn:aws:s3::111122223333:b"`)},
		{"resource-s3", false, "access point", Identity, identity(`"s3:GetObject"`, `"arn:aws:s3:eu-west-1:111122223333:accesspoint/ap"`)},
		{"resource-s3", false, "bucket", Bucket, bucketOf(star, `"s3:ListBucket"`, `"arn:aws:s3:::b"`)},
		{"resource-iam", true, "Region", Identity, identity(`"iam:PassRole"`, `"arn:aws:iam:eu-west-1:111122223333:role/sync"`)},
		{"resource-iam", false, "no Region", Identity, identity(`"iam:PassRole"`, `["arn:aws:iam::111122223333:role/sync","arn:aws:iam:*:*:role/*"]`)},
		{"resource-iam", false, "another service", Identity, identity(`"datasync:CreateTask"`, `"arn:aws:datasync:eu-west-1:111122223333:location/*"`)},
		{"resource-bucket", true, "key", Bucket, bucketOf(star, `"s3:*"`, `"arn:aws:kms:eu-west-1:111122223333:key/x"`)},
		{"resource-bucket", false, "bucket in China", Bucket, bucketOf(star, `"s3:*"`, `"arn:aws-cn:s3:::b"`)},

		{"condition-operator", true, "lower case", Bucket, bucketIf(star, `{"stringequals":{"a:b":"x"}}`)},
		{"condition-operator", true, "NotBool", Bucket, bucketIf(star, `{"NotBool":{"a:b":"true"}}`)},
		{"condition-operator", true, "NullIfExists", Bucket, bucketIf(star, `{"NullIfExists":{"a:b":"true"}}`)},
		{"condition-operator", true, "two set operators", Bucket, bucketIf(star, `{"ForAnyValue:ForAllValues:StringLike":{"a:b":"x"}}`)},
		{"condition-operator", false, "set operator and IfExists", Bucket, bucketIf(star, `{"ForAllValues:ArnNotLikeIfExists":{"a:b":"x"}}`)},
		{"condition-key", true, "no service", Bucket, bucketIf(star, `{"StringEquals":{"SourceIp":"x"}}`)},
		{"condition-key", true, "empty", Bucket, bucketIf(star, `{"StringEquals":{"":"x"}}`)},
		{"condition-key", true, "nothing behind the colon", Bucket, bucketIf(star, `{"StringEquals":{"aws:":"x"}}`)},
		{"condition-key", false, "tag", Bucket, bucketIf(star, `{"StringEquals":{"aws:PrincipalTag/a:b":"x"}}`)},
		{"condition-empty", true, "empty list", Bucket, bucketIf(star, `{"StringEquals":{"a:b":[]}}`)},
		{"condition-empty", false, "empty string", Bucket, bucketIf(star, `{"StringEquals":{"a:b":""}}`)},
		{"condition-empty", false, "empty Condition", Bucket, bucketIf(star, `{}`)},
		{"condition-value", true, "Bool", Bucket, bucketIf(star, `{"Bool":{"a:b":["true","yes"]}}`)},
		{"condition-value", true, "Null", Bucket, bucketIf(star, `{"Null":{"a:b":0}}`)},
		{"condition-value", true, "number", Bucket, bucketIf(star, `{"NumericLessThanIfExists":{"a:b":"ten"}}`)},
		{"condition-value", true, "hexadecimal number", Bucket, bucketIf(star, `{"NumericLessThan":{"a:b":"0x10"}}`)},
		{"condition-value", true, "infinite number", Bucket, bucketIf(star, `{"NumericLessThan":{"a:b":"Inf"}}`)},
		{"condition-value", true, "date", Bucket, bucketIf(star, `{"DateLessThan":{"a:b":"tomorrow"}}`)},
		{"condition-value", true, "address", Bucket, bucketIf(star, `{"IpAddress":{"aws:SourceIp":"203.0.113.0/33"}}`)},
		{"condition-value", true, "address with a wildcard", Bucket, bucketIf(star, `{"NotIpAddress":{"aws:SourceIp":"203.0.113.*"}}`)},
		{"condition-value", true, "base64", Bucket, bucketIf(star, `{"BinaryEquals":{"a:b":"%"}}`)},
		{"condition-value", false, "of each type", Bucket, bucketIf(star, `{"Bool":{"a:b":[true,"false"]},"NumericEquals":{"a:b":[-1.5E3,"7"]},"DateEquals":{"a:b":["2026-11-23","2026-11-23T10:00:00.5Z","2026-11-23T10:00+01:00",1763892000]},"IpAddress":{"a:b":["203.0.113.7","2001:db8::/32"]},"BinaryEquals":{"a:b":"QmluYXJ5"},"Null":{"a:b":"true"}}`)},
		{"condition-value", false, "variable", Bucket, bucketIf(star, `{"Bool":{"a:b":"${aws:PrincipalTag/x}"}}`)},
		{"condition-action", true, "s3:prefix beside GetObject", Bucket, bucketIf(`["s3:ListBucket","s3:GetObject"]`, `{"StringLike":{"s3:prefix":"x"}}`)},
		{"condition-action", true, "s3:prefix beside ListBucketMultipartUploads", Bucket, bucketIf(`["s3:ListBucketMultipartUploads"]`, `{"StringLike":{"S3:Prefix":"x"}}`)},
		{"condition-action", true, "s3:x-amz-acl beside GetObject", Bucket, bucketIf(`["s3:PutObject","s3:GetObject"]`, `{"StringEquals":{"s3:x-amz-acl":"private"}}`)},
		{"condition-action", true, "tag of an object beside PutObject", Bucket, bucketIf(`"s3:PutObject"`, `{"StringEquals":{"s3:ExistingObjectTag/team":"x"}}`)},
		{"condition-action", false, "fits all", Bucket, bucketIf(`["s3:ListBucket","s3:ListBucketVersions"]`, `{"StringLike":{"s3:prefix":"x"},"NumericEquals":{"s3:max-keys":5}}`)},
		{"condition-action", false, "action pattern", Bucket, bucketIf(`["s3:*","s3:PutObject*"]`, `{"StringEquals":{"s3:x-amz-acl":"private"}}`)},
		{"condition-action", false, "global key", Bucket, bucketIf(`["s3:GetObject","s3:ListBucket"]`, `{"Bool":{"aws:SecureTransport":"false"}}`)},
		{"condition-action", false, "key of every action", Bucket, bucketIf(`["s3:GetObject","s3:ListBucket"]`, `{"NumericLessThan":{"s3:TlsVersion":1.2}}`)},
		{"condition-action", false, "unknown key", Bucket, bucketIf(`"s3:GetObject"`, `{"StringEquals":{"s3:new-key":"x"}}`)},
		{"condition-action", false, "unknown action", Bucket, bucketIf(`"s3:NewThing"`, `{"StringEquals":{"aws:userid":"x"}}`)},
		{"condition-action", false, "identity", Identity, identity(`["s3:ListBucket","s3:GetObject"]`, star+`,"Condition":{"StringLike":{"s3:prefix":"x"}}`)},
	} {
		cases = append(cases, problemtest.Case{Rule: tc.rule, Name: tc.name, Refuse: tc.refuse, Err: mustParse(t, tc.text).Validate(tc.kind)})
	}
	cases = append(cases,
		problemtest.Case{Rule: "document", Name: "zero", Refuse: true, Err: Document{}.Validate(Bucket)},
		problemtest.Case{Rule: "document", Name: "made by code", Err: New(Allow("a:b").On("*")).Validate(Identity)},
		problemtest.Case{Rule: "principal-empty", Name: "made by code", Err: New(Allow("s3:GetObject").By(Everyone()).On("arn:aws:s3:::b/*")).Validate(Bucket)},
		problemtest.Case{Rule: "action-empty", Name: "made by code", Refuse: true, Err: New(Allow().On("*")).Validate(Identity)},
	)
	problemtest.Run(t, Rules, cases)
}

// All problems are reported, each with the path of what is wrong.
func TestValidatePaths(t *testing.T) {
	text := `{"Version":"2012-10-17","note":1,"Statement":[
		{"Sid":"a b","Effect":"Allow","Principal":{"AWS":["111122223333","sync"],"Service":"datasync"},"Action":["s3:GetObject","Get"],"Resource":"b"},
		{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"x","NotResource":["*",""],"Condition":{"Bool":{"aws:SecureTransport":["true","no"]},"Is":{"k":[]}}}]}`
	var got []string
	for _, p := range problem.All(mustParse(t, text).Validate(Bucket)) {
		got = append(got, p.ID+" "+p.Path+" "+p.Value)
	}
	want := []string{
		"element note note",
		"principal-aws Statement[0].Principal.AWS[1] sync",
		"principal-service Statement[0].Principal.Service datasync",
		"action-resource Statement[0].Action[0] s3:GetObject",
		"action-form Statement[0].Action[1] Get",
		"resource-form Statement[0].Resource b",
		"action-form Statement[1].NotAction x",
		"resource-form Statement[1].NotResource[1] ",
		"condition-value Statement[1].Condition.Bool.aws:SecureTransport[1] no",
		"condition-operator Statement[1].Condition.Is Is",
		"condition-key Statement[1].Condition.Is.k k",
		"condition-empty Statement[1].Condition.Is.k ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	err := mustParse(t, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"sync"},"Action":"s3:*","Resource":"arn:aws:s3:::b"}}`).Validate(Bucket)
	if got := problem.All(err); len(got) != 1 || got[0].Path != "Statement.Principal.AWS" {
		t.Errorf("single statement: %v", err)
	}
}
