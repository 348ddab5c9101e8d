package enginetest_test

import (
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// TestBucketKeysSettleTheEncryptionContext checks keys whose policies ask for the encryption context that S3 sends.
func TestBucketKeysSettleTheEncryptionContext(t *testing.T) {
	const context = "kms:EncryptionContext:aws:s3:arn"
	source, destination := "arn:aws:s3:::media-raw", "arn:aws:s3:::media-archive"
	withKey := bucket.Encryption{Algorithm: "aws:kms", BucketKey: true}
	for _, tt := range []struct {
		name       string
		side       xacct.Side
		encryption bucket.Encryption
		unread     bool
		when       policy.Condition
		want       xacct.Code
	}{
		{"written with a bucket key, the bucket", xacct.DestinationSide, withKey, false, policy.StringEquals(context, destination), xacct.CodeAllowed},
		{"written with a bucket key, objects", xacct.DestinationSide, withKey, false, policy.StringLike(context, destination+"/*"), xacct.CodeDenied},
		{"written with a bucket key, another bucket", xacct.DestinationSide, withKey, false, policy.StringEquals(context, destination+"-2"), xacct.CodeDenied},
		{"written without, the bucket", xacct.DestinationSide, bucket.Encryption{Algorithm: "aws:kms"}, false, policy.StringEquals(context, destination), xacct.CodeDenied},
		{"written without, objects", xacct.DestinationSide, bucket.Encryption{Algorithm: "aws:kms"}, false, policy.StringLike(context, destination+"/*"), xacct.CodeAllowed},
		{"written without, objects of the prefix", xacct.DestinationSide, bucket.Encryption{Algorithm: "aws:kms"}, false, policy.StringLike(context, destination+"/incoming/*"), xacct.CodeAllowed},
		{"written without, objects of another prefix", xacct.DestinationSide, bucket.Encryption{Algorithm: "aws:kms"}, false, policy.StringLike(context, destination+"/other/*"), xacct.CodeDenied},
		{"written with two layers, the bucket", xacct.DestinationSide, bucket.Encryption{Algorithm: "aws:kms:dsse", BucketKey: true}, false, policy.StringEquals(context, destination), xacct.CodeDenied},
		{"encryption unread, the bucket", xacct.DestinationSide, withKey, true, policy.StringEquals(context, destination), xacct.CodeUndetermined},
		{"encryption unread, all of it", xacct.DestinationSide, withKey, true, policy.StringLike(context, destination+"*"), xacct.CodeAllowed},
		{"read, the bucket", xacct.SourceSide, withKey, false, policy.StringEquals(context, source), xacct.CodeUndetermined},
		{"read, objects", xacct.SourceSide, withKey, false, policy.StringLike(context, source+"/*"), xacct.CodeUndetermined},
		{"read, all of it", xacct.SourceSide, withKey, false, policy.StringLike(context, source+"*"), xacct.CodeAllowed},
		{"read, another bucket", xacct.SourceSide, withKey, false, policy.StringEquals(context, destination), xacct.CodeDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := kittest.EncryptedPush(xaccttest.NewCloud())[0]
			tr.TaskAccount = "777788889999" // so that both keys are of others
			tr.Operators = nil
			set, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			key := tr.Destination.KMSKeys[0]
			state := bucket.State{Exists: true, OwnerProved: true, Region: "us-east-2", Encryption: tt.encryption}
			name := "media-archive"
			if tt.side == xacct.SourceSide {
				key, name = tr.Source.KMSKeys[0], "media-raw"
			}
			if tt.unread {
				state.Unread = map[string]error{bucket.PartEncryption: xaccttest.Fault(403, "AccessDenied", "Access Denied")}
			}
			f := xacct.Facts{Buckets: map[string]bucket.State{name: state}, KeyPolicies: map[string]policy.Document{
				key: policy.New(policy.Deny("kms:Decrypt", "kms:GenerateDataKey").WithSid("OnlyHere").By(policy.Everyone()).On("*").When(negated(tt.when)))}}
			found := xacct.Code("")
			for _, x := range set.Check(f) {
				if x.Side != tt.side || x.Account != key[len("arn:aws:kms:us-east-2:"):][:12] || len(x.Actions) == 0 {
					continue
				}
				for _, action := range x.Actions {
					if action == "kms:Decrypt" {
						found = x.Code
					}
				}
			}
			if found != tt.want {
				t.Errorf("%s, want %s", found, tt.want)
			}
		})
	}
}

// negated turns the condition of an Allow into that of a Deny.
func negated(c policy.Condition) policy.Condition {
	operator := map[string]string{"StringEquals": "StringNotEquals", "StringLike": "StringNotLike"}[c.Operator()]
	return policy.Where(operator, c.Key(), c.Values()...)
}
