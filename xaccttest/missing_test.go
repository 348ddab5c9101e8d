package xaccttest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/policy"
)

// Whether an object exists is told only to who may list its bucket.
func TestMissingObject(t *testing.T) {
	w := newWorld(t)
	const bucket = "arn:aws:s3:::media-raw"
	reader := w.cloud.AddRole(src, "reader", policy.New(policy.Allow("s3:GetObject").On(bucket+"/*")))
	lister := w.cloud.AddRole(src, "lister", policy.New(policy.Allow("s3:GetObject").On(bucket+"/*"), policy.Allow("s3:ListBucket").On(bucket)))
	for _, tt := range []struct{ name, arn, get, head string }{
		{"an operator", w.cloud.OperatorARN(src), "NoSuchKey", "NotFound"},
		{"may list", lister, "NoSuchKey", "NotFound"},
		{"may read only", reader, "AccessDenied", "Forbidden"},
	} {
		api := w.cloud.ClientsAs(tt.arn).S3(srcRegion).(objects)
		_, err := api.GetObject(w.ctx, &s3.GetObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("none")})
		if codeOf(err) != tt.get {
			t.Errorf("%s: GetObject: %v, want %s", tt.name, err, tt.get)
		}
		_, err = api.HeadObject(w.ctx, &s3.HeadObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("none")})
		if codeOf(err) != tt.head {
			t.Errorf("%s: HeadObject: %v, want %s", tt.name, err, tt.head)
		}
	}
}
