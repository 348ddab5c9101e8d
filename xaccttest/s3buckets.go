package xaccttest

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// CreateBucket makes a bucket with the settings that AWS gives a new one today. In us-east-1 a bucket that the caller owns already is no error.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
func (c *s3Client) CreateBucket(ctx context.Context, in *s3.CreateBucketInput, _ ...func(*s3.Options)) (*s3.CreateBucketOutput, error) {
	return do(ctx, c.client, "CreateBucket", in, func(rq *request, in *s3.CreateBucketInput) (*s3.CreateBucketOutput, error) {
		at, err := rq.newBucketRegion(in)
		if err != nil {
			return nil, err
		}
		if err := rq.needS3("s3:CreateBucket", region.Bucket(region.Partition(at), *in.Bucket)); err != nil {
			return nil, err
		}
		if old := rq.cloud.buckets[*in.Bucket]; old != nil {
			switch {
			case old.account != rq.account:
				return nil, &fault.Error{Status: 409, Code: "BucketAlreadyExists", Message: "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."}
			case at != "us-east-1":
				return nil, &fault.Error{Status: 409, Code: "BucketAlreadyOwnedByYou", Message: "Your previous request to create the named bucket succeeded and you already own it."}
			}
			return &s3.CreateBucketOutput{Location: aws.String("/" + *in.Bucket)}, nil
		}
		ownership := in.ObjectOwnership
		if ownership == "" {
			ownership = s3types.ObjectOwnershipBucketOwnerEnforced
		} else if !known(ownership) {
			return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "Invalid x-amz-object-ownership header: " + string(ownership)}
		}
		b := &bucketState{name: *in.Bucket, account: rq.account, region: at, created: rq.now, encryption: s3types.ServerSideEncryptionAes256, objects: map[string]*object{}}
		b.ownership.Set(ownership, 0)
		b.block.publicPolicies, b.block.publicBuckets = true, true
		rq.cloud.buckets[b.name] = b
		return &s3.CreateBucketOutput{Location: aws.String("/" + b.name), BucketArn: aws.String(b.arn())}, nil
	})
}

// newBucketRegion is the Region that the request names, which must be the one that it is sent to.
func (rq *request) newBucketRegion(in *s3.CreateBucketInput) (string, error) {
	at := "us-east-1"
	if in.CreateBucketConfiguration != nil && in.CreateBucketConfiguration.LocationConstraint != "" {
		at = string(in.CreateBucketConfiguration.LocationConstraint)
	}
	switch {
	case !bucketName.MatchString(*in.Bucket):
		return "", &fault.Error{Status: 400, Code: "InvalidBucketName", Message: "The specified bucket is not valid."}
	case at != rq.region && rq.region != "us-east-1":
		return "", &fault.Error{Status: 400, Code: "IllegalLocationConstraintException", Message: fmt.Sprintf("The %s location constraint is incompatible for the region specific endpoint this request was sent to.", constraintWord(in))}
	case !region.Valid(at) || region.Partition(at) != rq.cloud.accounts[rq.account].partition:
		return "", &fault.Error{Status: 400, Code: "InvalidLocationConstraint", Message: "The specified location-constraint is not valid"}
	}
	return at, nil
}

// constraintWord is how S3 names the constraint of a request in an error.
func constraintWord(in *s3.CreateBucketInput) string {
	if in.CreateBucketConfiguration == nil || in.CreateBucketConfiguration.LocationConstraint == "" {
		return "unspecified"
	}
	return string(in.CreateBucketConfiguration.LocationConstraint)
}

// needS3 is S3's error for a request on what does not exist yet, or on no bucket; nil if the caller's policies allow it.
func (rq *request) needS3(action, resource string) error {
	text, err := rq.refusal(action, resource, nil)
	if err == nil && text != "" {
		err = &fault.Error{Status: 403, Code: "AccessDenied", Message: text}
	}
	return err
}

// DeleteBucket deletes an empty bucket. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
func (c *s3Client) DeleteBucket(ctx context.Context, in *s3.DeleteBucketInput, _ ...func(*s3.Options)) (*s3.DeleteBucketOutput, error) {
	return do(ctx, c.client, "DeleteBucket", in, func(rq *request, in *s3.DeleteBucketInput) (*s3.DeleteBucketOutput, error) {
		b, err := rq.bucket("s3:DeleteBucket", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		if len(b.objects)+len(b.versions) > 0 {
			return nil, &fault.Error{Status: 409, Code: "BucketNotEmpty", Message: "The bucket you tried to delete is not empty"}
		}
		delete(rq.cloud.buckets, b.name)
		return &s3.DeleteBucketOutput{}, nil
	})
}

// ListBuckets lists the account's buckets. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
func (c *s3Client) ListBuckets(ctx context.Context, in *s3.ListBucketsInput, _ ...func(*s3.Options)) (*s3.ListBucketsOutput, error) {
	return do(ctx, c.client, "ListBuckets", in, func(rq *request, in *s3.ListBucketsInput) (*s3.ListBucketsOutput, error) {
		if err := rq.needS3("s3:ListAllMyBuckets", "*"); err != nil {
			return nil, err
		}
		var list []s3types.Bucket
		prefix := aws.ToString(in.Prefix)
		for _, name := range sortedKeys(rq.cloud.buckets) {
			b := rq.cloud.buckets[name]
			if b.account == rq.account && strings.HasPrefix(name, prefix) && (in.BucketRegion == nil || *in.BucketRegion == b.region) {
				list = append(list, s3types.Bucket{Name: &b.name, CreationDate: aws.Time(b.created), BucketRegion: aws.String(b.region), BucketArn: aws.String(b.arn())})
			}
		}
		out := &s3.ListBucketsOutput{Owner: &s3types.Owner{ID: aws.String(ids.CanonicalUser(rq.account))}, Prefix: in.Prefix, Buckets: list}
		if n := in.MaxBuckets; n != nil && (*n < 1 || *n > 10000) {
			return nil, badCount("max-buckets", 1, 10000)
		}
		if in.MaxBuckets == nil && in.ContinuationToken == nil { // without paging S3 lists all
			return out, nil
		}
		part, next, err := page(rq.cloud, rq.operation, list, in.ContinuationToken, aws.ToInt32(in.MaxBuckets))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "The continuation token provided is incorrect"}
		}
		out.Buckets, out.ContinuationToken = part, stringOrNil(next)
		return out, nil
	})
}

// GetBucketLocation answers in every Region. The constraint of us-east-1 is empty.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
func (c *s3Client) GetBucketLocation(ctx context.Context, in *s3.GetBucketLocationInput, _ ...func(*s3.Options)) (*s3.GetBucketLocationOutput, error) {
	return do(ctx, c.client, "GetBucketLocation", in, func(rq *request, in *s3.GetBucketLocationInput) (*s3.GetBucketLocationOutput, error) {
		if b := rq.cloud.buckets[*in.Bucket]; b != nil {
			rq.region = b.region
		}
		b, err := rq.bucket("s3:GetBucketLocation", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		out := &s3.GetBucketLocationOutput{}
		if b.region != "us-east-1" {
			out.LocationConstraint = s3types.BucketLocationConstraint(b.region)
		}
		return out, nil
	})
}
