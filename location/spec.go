package location

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
)

// Spec is the desired state of a DataSync location on a general purpose S3 bucket.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html
type Spec struct {
	Account string // 12-digit id of the account that owns the location and the task, not necessarily the bucket; required
	Region  string // Region of the bucket, in which the location is created; required
	Bucket  string // name of a general purpose bucket; required
	Prefix  string `json:",omitempty"` // folders that the keys begin with, such as "photos/2026/"; a slash at either end is optional; "" is the whole bucket

	// StorageClass is the storage class of the objects that DataSync writes; "" is the service's default, STANDARD. It has no effect on a
	// source.
	StorageClass dstypes.S3StorageClass `json:",omitempty"`

	RoleARN string            `json:",omitempty"` // role in Account that DataSync assumes to reach the bucket; required
	Tags    map[string]string `json:",omitempty"` // nil is no tags; other tags of an existing location are left alone
}

// URI returns the location's canonical URI "s3://bucket/prefix/", as DataSync reports it.
func (s Spec) URI() string { return uri(s.Bucket, s.Prefix) }

// BucketARN returns the ARN of the bucket, in the partition of its Region.
func (s Spec) BucketARN() string { return region.Bucket(region.Partition(s.Region), s.Bucket) }
