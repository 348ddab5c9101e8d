package location

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// API lists the methods of *datasync.Client that this package and its callers use. A minor release may add methods: a fake embeds
// UnimplementedDataSync of package xaccttest.
type API interface {
	CreateLocationS3(ctx context.Context, in *datasync.CreateLocationS3Input, optFns ...func(*datasync.Options)) (*datasync.CreateLocationS3Output, error)
	DescribeLocationS3(ctx context.Context, in *datasync.DescribeLocationS3Input, optFns ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error)
	UpdateLocationS3(ctx context.Context, in *datasync.UpdateLocationS3Input, optFns ...func(*datasync.Options)) (*datasync.UpdateLocationS3Output, error)
	DeleteLocation(ctx context.Context, in *datasync.DeleteLocationInput, optFns ...func(*datasync.Options)) (*datasync.DeleteLocationOutput, error)
	ListLocations(ctx context.Context, in *datasync.ListLocationsInput, optFns ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error)
	ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, optFns ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error)
	TagResource(ctx context.Context, in *datasync.TagResourceInput, optFns ...func(*datasync.Options)) (*datasync.TagResourceOutput, error)
	UntagResource(ctx context.Context, in *datasync.UntagResourceInput, optFns ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error)
}

var _ API = (*datasync.Client)(nil)
