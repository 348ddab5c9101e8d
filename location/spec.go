package location

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
)

// Spec is what a DataSync location on a general purpose S3 bucket should be.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html
type Spec struct {
	Account string // 12-digit id of the account that owns the location, which is the task's account and not necessarily the bucket's; required
	Region  string // Region of the bucket, in which the location is made; required
	Bucket  string // name of a general purpose bucket; required
	Prefix  string // what the keys begin with, as folders: "photos/2026/"; one slash more or less at either end means the same; "" is the whole bucket

	// StorageClass of the objects that DataSync writes; "" leaves it to the service, which writes STANDARD. It has no effect on a source.
	StorageClass dstypes.S3StorageClass

	RoleARN string            // the role that DataSync assumes to reach the bucket; in Account; required
	Tags    map[string]string // "" and nil are no tags
}

// URI is the location's canonical URI, "s3://bucket/prefix/", as DataSync reports it.
func (s Spec) URI() string { return uri(s.Bucket, s.Prefix) }

// BucketARN is the ARN of the bucket, in the partition of its Region.
func (s Spec) BucketARN() string { return region.Bucket(region.Partition(s.Region), s.Bucket) }
