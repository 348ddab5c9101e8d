package xaccttest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// tagged finds the tags of a location, task or execution of the client's account and Region, if the caller may act on them.
func (rq *request) tagged(action, arn string, context map[string][]string) (map[string]string, error) {
	here := rq.here()
	var tags map[string]string
	if l := here.locations[arn]; l != nil {
		tags = l.tags
	} else if t := here.tasks[arn]; t != nil {
		tags = t.tags
	} else if e := here.executions[arn]; e != nil {
		tags = e.tags
	}
	if err := rq.ownARN(arn); err != nil {
		return nil, err
	}
	if err := rq.permit(action, arn, resourceTagContext(tags, context)); err != nil {
		return nil, err
	}
	if tags == nil {
		return nil, invalidRequest("Resource %s is not found.", arn)
	}
	return tags, nil
}

func (c *syncClient) ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, _ ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	return do(ctx, c.client, "ListTagsForResource", in, func(rq *request, in *datasync.ListTagsForResourceInput) (*datasync.ListTagsForResourceOutput, error) {
		tags, err := rq.tagged("datasync:ListTagsForResource", *in.ResourceArn, nil)
		if err != nil {
			return nil, err
		}
		part, next, err := page(rq.cloud, rq.operation, sdkTags(tags), in.NextToken, aws.ToInt32(in.MaxResults))
		if err != nil {
			return nil, invalidRequest("Invalid NextToken.")
		}
		return &datasync.ListTagsForResourceOutput{Tags: part, NextToken: stringOrNil(next)}, nil
	})
}

func (c *syncClient) TagResource(ctx context.Context, in *datasync.TagResourceInput, _ ...func(*datasync.Options)) (*datasync.TagResourceOutput, error) {
	return do(ctx, c.client, "TagResource", in, func(rq *request, in *datasync.TagResourceInput) (*datasync.TagResourceOutput, error) {
		added, err := syncTags(in.Tags)
		if err != nil {
			return nil, err
		}
		tags, err := rq.tagged("datasync:TagResource", *in.ResourceArn, tagContext(added, nil))
		if err != nil {
			return nil, err
		}
		total := len(tags)
		for k := range added {
			if _, ok := tags[k]; !ok {
				total++
			}
		}
		if total > 50 {
			return nil, invalidRequest("A resource can have at most 50 tags.")
		}
		for k, v := range added {
			tags[k] = v
		}
		return &datasync.TagResourceOutput{}, nil
	})
}

func (c *syncClient) UntagResource(ctx context.Context, in *datasync.UntagResourceInput, _ ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error) {
	return do(ctx, c.client, "UntagResource", in, func(rq *request, in *datasync.UntagResourceInput) (*datasync.UntagResourceOutput, error) {
		if n := len(in.Keys); n < 1 || n > 50 {
			return nil, violation("keys", fmt.Sprint(n), "length between 1 and 50")
		}
		tags, err := rq.tagged("datasync:UntagResource", *in.ResourceArn, map[string][]string{"aws:TagKeys": in.Keys})
		if err != nil {
			return nil, err
		}
		for _, k := range in.Keys {
			delete(tags, k)
		}
		return &datasync.UntagResourceOutput{}, nil
	})
}
