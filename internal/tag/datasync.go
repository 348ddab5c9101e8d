package tag

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/pages"
)

// PageSize is the maximum page size of DataSync's lists.
const PageSize = 100

// Reader is the method that the API interfaces of locations, tasks and executions have in common.
type Reader interface {
	ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, optFns ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error)
}

// Read reads all tags of a resource of DataSync; nil if it has none.
func Read(ctx context.Context, api Reader, arn string) (map[string]string, error) {
	list, err := pages.All(ctx, func(ctx context.Context, token *string) ([]dstypes.TagListEntry, *string, error) {
		out, err := api.ListTagsForResource(ctx, &datasync.ListTagsForResourceInput{ResourceArn: &arn, MaxResults: new(int32(PageSize)), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Tags, out.NextToken, nil
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	tags := make(map[string]string, len(list))
	for _, t := range list {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags, nil
}
