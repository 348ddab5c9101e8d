package bucket

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
)

// S3 returns an error for a setting that was never set. The functions below treat that error as the zero value, not as a failure. The codes
// are those of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.

func (r *reader) publicAccessBlock() (PublicAccessBlock, error) {
	out, err := r.api.GetPublicAccessBlock(r.ctx, &s3.GetPublicAccessBlockInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if awserr.Is(err, "NoSuchPublicAccessBlockConfiguration") {
		return PublicAccessBlock{}, nil
	}
	if err != nil {
		return PublicAccessBlock{}, err
	}
	c := out.PublicAccessBlockConfiguration
	if c == nil {
		return PublicAccessBlock{}, errors.New("the answer holds no configuration")
	}
	return PublicAccessBlock{BlockPublicACLs: aws.ToBool(c.BlockPublicAcls), IgnorePublicACLs: aws.ToBool(c.IgnorePublicAcls),
		BlockPublicPolicy: aws.ToBool(c.BlockPublicPolicy), RestrictPublicBuckets: aws.ToBool(c.RestrictPublicBuckets)}, nil
}

func (r *reader) policyStatus() (bool, error) {
	out, err := r.api.GetBucketPolicyStatus(r.ctx, &s3.GetBucketPolicyStatusInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if awserr.Is(err, "NoSuchBucketPolicy") {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return out.PolicyStatus != nil && aws.ToBool(out.PolicyStatus.IsPublic), nil
}

func (r *reader) encryption() (Encryption, error) {
	out, err := r.api.GetBucketEncryption(r.ctx, &s3.GetBucketEncryptionInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if awserr.Is(err, "ServerSideEncryptionConfigurationNotFoundError") {
		return Encryption{}, nil
	}
	if err != nil {
		return Encryption{}, err
	}
	if out.ServerSideEncryptionConfiguration == nil {
		return Encryption{}, errors.New("the answer holds no configuration")
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		if d := rule.ApplyServerSideEncryptionByDefault; d != nil {
			return Encryption{Algorithm: d.SSEAlgorithm, KMSKey: aws.ToString(d.KMSMasterKeyID), BucketKey: aws.ToBool(rule.BucketKeyEnabled)}, nil
		}
	}
	return Encryption{}, nil
}

func (r *reader) versioning() (s3types.BucketVersioningStatus, error) {
	out, err := r.api.GetBucketVersioning(r.ctx, &s3.GetBucketVersioningInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if err != nil {
		return "", err
	}
	return out.Status, nil
}

func (r *reader) objectLock() (ObjectLock, error) {
	out, err := r.api.GetObjectLockConfiguration(r.ctx, &s3.GetObjectLockConfigurationInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if awserr.Is(err, "ObjectLockConfigurationNotFoundError") {
		return ObjectLock{}, nil
	}
	if err != nil {
		return ObjectLock{}, err
	}
	c := out.ObjectLockConfiguration
	if c == nil {
		return ObjectLock{}, errors.New("the answer holds no configuration")
	}
	l := ObjectLock{Enabled: c.ObjectLockEnabled == s3types.ObjectLockEnabledEnabled}
	if c.Rule != nil && c.Rule.DefaultRetention != nil {
		l.Mode = c.Rule.DefaultRetention.Mode
	}
	return l, nil
}

func (r *reader) payer() (s3types.Payer, error) {
	out, err := r.api.GetBucketRequestPayment(r.ctx, &s3.GetBucketRequestPaymentInput{Bucket: &r.spec.Name, ExpectedBucketOwner: &r.spec.Account})
	if err != nil {
		return "", err
	}
	return out.Payer, nil
}

// Sample describes the objects under a prefix of a bucket, as far as one page of the bucket's list shows them.
type Sample struct {
	// Objects is the number of objects on the page, at most 1,000. Empty objects whose keys end in a slash stand for directories and do not
	// count. Neither do the objects that DataSync leaves in .aws-datasync/:
	// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
	Objects int
	More    bool // the list has further pages
}

// Empty reports whether there is certainly no object under the prefix.
func (s Sample) Empty() bool { return s.Objects == 0 && !s.More }

// Look reads one page of the objects under the prefix; "" is the whole bucket. The error is that of the call to S3, or of a spec that names no
// bucket, account and Region.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func Look(ctx context.Context, api API, spec Spec, prefix string) (Sample, error) {
	if err := errors.Join(absent.Check("api", api, "s3.NewFromConfig"), spec.checkNames()); err != nil {
		return Sample{}, err
	}
	in := &s3.ListObjectsV2Input{Bucket: &spec.Name, ExpectedBucketOwner: &spec.Account}
	if p := folder(prefix); p != "" {
		in.Prefix = &p
	}
	out, err := api.ListObjectsV2(ctx, in)
	if err != nil {
		return Sample{}, err
	}
	sample := Sample{More: aws.ToBool(out.IsTruncated)}
	for _, o := range out.Contents {
		directory := strings.HasSuffix(aws.ToString(o.Key), "/") && aws.ToInt64(o.Size) == 0
		if own := strings.HasPrefix(strings.TrimPrefix(aws.ToString(o.Key), folder(prefix)), ".aws-datasync/"); !directory && !own {
			sample.Objects++
		}
	}
	return sample, nil
}
