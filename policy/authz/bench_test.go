package authz_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// large is a bucket policy of 57 statements and about 20 KB, like that of a bucket which many teams share. The last statement decides.
func large() policy.Document {
	var statements policy.Statements
	for i := range 28 {
		who := fmt.Sprintf("arn:aws:iam::1111222233%02d:role/transfers/europe/media-archive-destination-%02d", i, i)
		statements = append(statements,
			policy.Allow("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging").
				WithSid(fmt.Sprintf("TeamWrite%02d", i)).By(policy.AWS(who)).On(fmt.Sprintf("arn:aws:s3:::media-archive/departments/video/teams/%02d/*", i)).
				When(policy.StringEquals("aws:PrincipalTag/team", fmt.Sprintf("team-%02d", i))),
			policy.Allow("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads").
				WithSid(fmt.Sprintf("TeamList%02d", i)).By(policy.AWS(who)).On("arn:aws:s3:::media-archive"))
	}
	last := policy.Deny("s3:*").WithSid("OnlyTLS").By(policy.Everyone()).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").When(policy.Bool("aws:SecureTransport", true))
	return policy.New(statements, last)
}

func largeQuestion(d policy.Document) (authz.Request, authz.Policies) {
	c := authz.DataSyncCall{RoleARN: "arn:aws:iam::111122223327:role/transfers/europe/media-archive-destination-27", Account: remote, Region: "eu-west-1", RoleTags: map[string]string{"team": "team-27"}}
	return c.S3("s3:PutObject", "arn:aws:s3:::media-archive/departments/video/teams/27/a.mov"), authz.Policies{Identity: one(all), Resource: d}
}

// The benchmark reports V/op, the ratio of the median times of a decision and of json.Valid on the same bytes, measured side by side.
func BenchmarkDecideLast(b *testing.B) {
	d := large()
	r, p := largeQuestion(d)
	if got := authz.Decide(r, p); got.Effect != authz.ExplicitlyDenied || got.Deciding[0].Sid != "OnlyTLS" || got.Deciding[0].Statement != 56 {
		b.Fatal(got)
	}
	compare(b, d, r, p)
}

// The same for an answer that depends on two unknown keys.
func BenchmarkDecideUndetermined(b *testing.B) {
	d := large().With(
		policy.Deny("s3:*").WithSid("OnlyTLS").By(policy.Everyone()).On("*").When(policy.Bool("aws:SecureTransport", false)),
		policy.Deny("s3:*").By(policy.Everyone()).On("*").When(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24"), policy.StringNotEquals("aws:PrincipalOrgID", "o-a1b2c3")))
	r, p := largeQuestion(d)
	if got := authz.Decide(r, p); got.Effect != authz.Undetermined || len(got.DependsOn) != 2 {
		b.Fatal(got)
	}
	compare(b, d, r, p)
}

func compare(b *testing.B, d policy.Document, r authz.Request, p authz.Policies) {
	text := d.Bytes()
	b.ReportAllocs()
	var valid, decide []time.Duration
	for b.Loop() {
		start := time.Now()
		json.Valid(text)
		middle := time.Now()
		authz.Decide(r, p)
		valid = append(valid, middle.Sub(start))
		decide = append(decide, time.Since(middle))
	}
	slices.Sort(valid)
	slices.Sort(decide)
	n := len(valid) / 2
	b.ReportMetric(float64(decide[n])/float64(valid[n]), "V/op")
	b.ReportMetric(float64(decide[n].Nanoseconds()), "decide-ns")
	b.ReportMetric(float64(valid[n].Nanoseconds()), "valid-ns")
	b.ReportMetric(float64(len(text)), "bytes")
}
