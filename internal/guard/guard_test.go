package guard

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const keyARN = "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"

var (
	media  = bucket.Spec{Name: "media", Account: "444455556666", Region: "us-east-2"}
	one    = policy.New(policy.Allow("s3:ListBucket").By(policy.Account("111122223333")).On("arn:aws:s3:::media").WithSid("List"))
	ofKey  = policy.New(policy.Allow("kms:*").By(policy.Account("444455556666")).On("*").WithSid("Root"))
	ofLogs = policy.New(task.LogStatement("aws", "111122223333", "us-east-2", "datasync.amazonaws.com"))
	denied = &smithy.GenericAPIError{Code: "AccessDenied"}
)

// call is one call as a fake saw it.
type call struct {
	Name, Subject, Account, Policy string
	Retries                        bool // the SDK would send it again by itself
}

// fake keeps the calls and answers each with the same text and error.
type fake struct {
	text  *string
	err   error
	calls []call
}

// answered is what a call that succeeded has beside its output.
func answered() middleware.Metadata {
	var m middleware.Metadata
	m.Set("request", "id")
	return m
}

type fakeBucket struct {
	bucket.API
	*fake
}

// s3Retries reports whether the options leave the SDK's retries on.
func s3Retries(optFns []func(*s3.Options)) bool {
	var o s3.Options
	option.Apply(&o, optFns)
	return o.Retryer == nil || o.Retryer.MaxAttempts() != 1
}

func (f fakeBucket) GetBucketPolicy(_ context.Context, in *s3.GetBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	f.calls = append(f.calls, call{"GetBucketPolicy", aws.ToString(in.Bucket), aws.ToString(in.ExpectedBucketOwner), "", s3Retries(optFns)})
	return &s3.GetBucketPolicyOutput{Policy: f.text}, f.err
}

func (f fakeBucket) PutBucketPolicy(_ context.Context, in *s3.PutBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	f.fake.calls = append(f.fake.calls, call{"PutBucketPolicy", aws.ToString(in.Bucket), aws.ToString(in.ExpectedBucketOwner),
		aws.ToString(in.Policy), s3Retries(optFns)})
	return &s3.PutBucketPolicyOutput{ResultMetadata: answered()}, f.err
}

func (f fakeBucket) DeleteBucketPolicy(_ context.Context, in *s3.DeleteBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.DeleteBucketPolicyOutput, error) {
	f.fake.calls = append(f.fake.calls, call{"DeleteBucketPolicy", aws.ToString(in.Bucket), aws.ToString(in.ExpectedBucketOwner), "",
		s3Retries(optFns)})
	return &s3.DeleteBucketPolicyOutput{ResultMetadata: answered()}, f.err
}

type fakeKey struct {
	kmskey.API
	*fake
}

func (f fakeKey) GetKeyPolicy(_ context.Context, in *kms.GetKeyPolicyInput, _ ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	f.fake.calls = append(f.fake.calls, call{Name: "GetKeyPolicy", Subject: aws.ToString(in.KeyId) + " " + aws.ToString(in.PolicyName)})
	return &kms.GetKeyPolicyOutput{Policy: f.text}, f.err
}

func (f fakeKey) PutKeyPolicy(_ context.Context, in *kms.PutKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	var o kms.Options
	option.Apply(&o, optFns)
	f.fake.calls = append(f.fake.calls, call{Name: "PutKeyPolicy", Subject: aws.ToString(in.KeyId), Policy: aws.ToString(in.Policy),
		Retries: o.Retryer == nil || o.Retryer.MaxAttempts() != 1})
	return &kms.PutKeyPolicyOutput{ResultMetadata: answered()}, f.err
}

type fakeLogs struct {
	task.LogsAPI
	*fake
}

// logRetries reports whether the options leave the SDK's retries on.
func logRetries(optFns []func(*cloudwatchlogs.Options)) bool {
	var o cloudwatchlogs.Options
	option.Apply(&o, optFns)
	return o.Retryer == nil || o.Retryer.MaxAttempts() != 1
}

func (f fakeLogs) PutResourcePolicy(_ context.Context, in *cloudwatchlogs.PutResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	f.fake.calls = append(f.fake.calls, call{Name: "PutResourcePolicy", Subject: aws.ToString(in.PolicyName), Policy: aws.ToString(in.PolicyDocument),
		Retries: logRetries(optFns)})
	return &cloudwatchlogs.PutResourcePolicyOutput{ResultMetadata: answered()}, f.err
}

func (f fakeLogs) DeleteResourcePolicy(_ context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	f.fake.calls = append(f.fake.calls, call{Name: "DeleteResourcePolicy", Subject: aws.ToString(in.PolicyName), Retries: logRetries(optFns)})
	return &cloudwatchlogs.DeleteResourcePolicyOutput{ResultMetadata: answered()}, f.err
}

// A policy is read with the owner that it must have; only the answer that there is none makes the zero document.
func TestReads(t *testing.T) {
	readBucket := func(f *fake) (policy.Document, error) {
		return ReadBucketPolicy(t.Context(), fakeBucket{fake: f}, media)
	}
	readKey := func(f *fake) (policy.Document, error) { return ReadKeyPolicy(t.Context(), fakeKey{fake: f}, keyARN) }
	getBucket := call{Name: "GetBucketPolicy", Subject: "media", Account: "444455556666", Retries: true}
	getKey := call{Name: "GetKeyPolicy", Subject: keyARN + " default"}
	for _, tt := range []struct {
		name string
		read func(*fake) (policy.Document, error)
		text string
		err  error
		call call
		want string // the document; "" is the zero document
		fail bool
	}{
		{"a bucket's policy", readBucket, string(one.Bytes()), nil, getBucket, string(one.Bytes()), false},
		{"a bucket without one", readBucket, "", &smithy.GenericAPIError{Code: "NoSuchBucketPolicy"}, getBucket, "", false},
		{"no bucket", readBucket, "", &smithy.GenericAPIError{Code: "NoSuchBucket"}, getBucket, "", true},
		{"a bucket that cannot be read", readBucket, string(one.Bytes()), denied, getBucket, "", true},
		{"a bucket's policy that is none", readBucket, "{", nil, getBucket, "", true},
		{"a key's policy", readKey, string(ofKey.Bytes()), nil, getKey, string(ofKey.Bytes()), false},
		{"a key without one", readKey, "", &smithy.GenericAPIError{Code: "NotFoundException"}, getKey, "", true},
		{"a key that cannot be read", readKey, string(ofKey.Bytes()), denied, getKey, "", true},
		{"a key's policy that is none", readKey, "{", nil, getKey, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{text: &tt.text, err: tt.err}
			got, err := tt.read(f)
			if tt.err != nil && tt.fail && err != tt.err || tt.fail != (err != nil) {
				t.Errorf("error %v, want one: %v", err, tt.fail)
			}
			if diff := cmp.Diff(tt.want, string(got.Bytes())); diff != "" || tt.want == "" && !got.IsZero() {
				t.Errorf("document (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]call{tt.call}, f.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A policy is put, or deleted if nothing is left of it, by one call that the SDK does not send again by itself.
func TestWrites(t *testing.T) {
	writeBucket := func(f *fake, d policy.Document) (middleware.Metadata, error) {
		return WriteBucketPolicy(t.Context(), fakeBucket{fake: f}, media, d)
	}
	writeKey := func(f *fake, d policy.Document) (middleware.Metadata, error) {
		return WriteKeyPolicy(t.Context(), fakeKey{fake: f}, kmskey.Spec{ARN: keyARN}, d)
	}
	writeLogs := func(f *fake, d policy.Document) (middleware.Metadata, error) {
		return WriteLogPolicy(t.Context(), fakeLogs{fake: f}, d)
	}
	putBucket := call{Name: "PutBucketPolicy", Subject: "media", Account: "444455556666", Policy: string(one.Bytes())}
	deleteBucket := call{Name: "DeleteBucketPolicy", Subject: "media", Account: "444455556666"}
	putKey := call{Name: "PutKeyPolicy", Subject: keyARN, Policy: string(ofKey.Bytes())}
	putLogs := call{Name: "PutResourcePolicy", Subject: task.LogPolicyName, Policy: string(ofLogs.Bytes())}
	deleteLogs := call{Name: "DeleteResourcePolicy", Subject: task.LogPolicyName}
	gone := &logstypes.ResourceNotFoundException{}
	for _, tt := range []struct {
		name  string
		write func(*fake, policy.Document) (middleware.Metadata, error)
		next  policy.Document
		err   error
		calls []call
		want  error
	}{
		{"of a bucket", writeBucket, one, nil, []call{putBucket}, nil},
		{"of a bucket, refused", writeBucket, one, denied, []call{putBucket}, denied},
		{"away from a bucket", writeBucket, policy.Document{}, nil, []call{deleteBucket}, nil},
		{"away from a bucket, refused", writeBucket, policy.Document{}, denied, []call{deleteBucket}, denied},
		{"of a key", writeKey, ofKey, nil, []call{putKey}, nil},
		{"of a key, refused", writeKey, ofKey, denied, []call{putKey}, denied},
		{"of logs", writeLogs, ofLogs, nil, []call{putLogs}, nil},
		{"of logs, refused", writeLogs, ofLogs, denied, []call{putLogs}, denied},
		{"of logs, nowhere", writeLogs, ofLogs, gone, []call{putLogs}, gone},
		{"away from logs", writeLogs, policy.Document{}, nil, []call{deleteLogs}, nil},
		{"away from logs, refused", writeLogs, policy.Document{}, denied, []call{deleteLogs}, denied},
		{"away from logs, where it is gone", writeLogs, policy.Document{}, gone, []call{deleteLogs}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{err: tt.err}
			meta, err := tt.write(f, tt.next)
			if err != tt.want {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if want := tt.err == nil; meta.Has("request") != want {
				t.Errorf("what the answer tells beside its output is there: %v, want %v", !want, want)
			}
			if diff := cmp.Diff(tt.calls, f.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A key is not left without a policy, nor with one that nobody could change again.
func TestKeyLockout(t *testing.T) {
	for name, next := range map[string]policy.Document{"no policy": {}, "nobody may put another": one} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			if _, err := WriteKeyPolicy(t.Context(), fakeKey{fake: f}, kmskey.Spec{ARN: keyARN}, next); err == nil {
				t.Error("no error")
			}
			if diff := cmp.Diff([]call(nil), f.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
