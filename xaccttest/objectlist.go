package xaccttest

import (
	"context"
	"encoding/base64"
	"math"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// maxKeys is the number of entries that a page has if the request does not ask for fewer.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
const maxKeys = 1000

// ListObjectsV2 returns a page of keys and common prefixes, encoded if the input asks for that.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (c *s3Client) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return do(ctx, c.client, "ListObjectsV2", in, func(rq *request, in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
		b, err := rq.bucketWith("s3:ListBucket", in.Bucket, in.ExpectedBucketOwner, listConditions(in))
		if err != nil {
			return nil, err
		}
		if in.EncodingType != "" && !known(in.EncodingType) {
			return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "Invalid Encoding Method specified in Request"}
		}
		after, err := listAfter(in)
		if err != nil {
			return nil, err
		}
		most := int32(maxKeys)
		if in.MaxKeys != nil {
			if *in.MaxKeys < 0 {
				return nil, badCount("max-keys", 0, math.MaxInt32)
			}
			most = min(*in.MaxKeys, maxKeys)
		}
		shown := func(s *string) *string { return s }
		if in.EncodingType == s3types.EncodingTypeUrl {
			shown = func(s *string) *string {
				if s == nil {
					return nil
				}
				return aws.String(strings.ReplaceAll(url.QueryEscape(*s), "%2F", "/"))
			}
		}
		out := &s3.ListObjectsV2Output{Name: aws.String(b.name), Prefix: shown(aws.String(aws.ToString(in.Prefix))), Delimiter: shown(in.Delimiter),
			StartAfter: shown(in.StartAfter), MaxKeys: &most, EncodingType: in.EncodingType, ContinuationToken: in.ContinuationToken, IsTruncated: aws.Bool(false)}
		entries, more := b.entries(aws.ToString(in.Prefix), aws.ToString(in.Delimiter), after, min(int(most), rq.cloud.opts.PageSize))
		for _, e := range entries {
			if e.object == nil {
				out.CommonPrefixes = append(out.CommonPrefixes, s3types.CommonPrefix{Prefix: shown(&e.name)})
				continue
			}
			out.Contents = append(out.Contents, b.listed(e, shown, aws.ToBool(in.FetchOwner)))
		}
		if more && len(entries) > 0 {
			token := base64.RawURLEncoding.EncodeToString([]byte("after " + entries[len(entries)-1].name))
			out.IsTruncated, out.NextContinuationToken = aws.Bool(true), &token
		}
		out.KeyCount = aws.Int32(int32(len(entries)))
		return out, nil
	})
}

// listConditions are the condition keys of a listing.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
func listConditions(in *s3.ListObjectsV2Input) map[string][]string {
	out := map[string][]string{}
	if in.Prefix != nil {
		out["s3:prefix"] = []string{*in.Prefix}
	}
	if in.Delimiter != nil {
		out["s3:delimiter"] = []string{*in.Delimiter}
	}
	return out
}

// listAfter is the name after which a page begins.
func listAfter(in *s3.ListObjectsV2Input) (string, error) {
	if in.ContinuationToken == nil {
		return aws.ToString(in.StartAfter), nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*in.ContinuationToken)
	after, ok := strings.CutPrefix(string(raw), "after ")
	if err != nil || !ok {
		return "", &fault.Error{Status: 400, Code: "InvalidArgument", Message: "The continuation token provided is incorrect"}
	}
	return after, nil
}

// listEntry is an object of a listing, or a common prefix if it has none.
type listEntry struct {
	name   string
	object *object
}

// entries are the first entries after a name, and whether there are more.
func (b *bucketState) entries(prefix, delimiter, after string, most int) (out []listEntry, more bool) {
	for _, key := range sortedKeys(b.objects) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		e := listEntry{key, b.objects[key]}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			e = listEntry{name: prefix + rest[:i+len(delimiter)]}
		}
		if e.name <= after || len(out) > 0 && out[len(out)-1].name == e.name {
			continue
		}
		if len(out) == most {
			return out, true
		}
		out = append(out, e)
	}
	return out, false
}

// listed is an object as a listing shows it.
func (b *bucketState) listed(e listEntry, shown func(*string) *string, owner bool) s3types.Object {
	o := e.object
	out := s3types.Object{Key: shown(&e.name), Size: aws.Int64(int64(len(o.body))), LastModified: aws.Time(o.modified), ETag: aws.String(o.etag),
		StorageClass: s3types.ObjectStorageClass(o.class)}
	if owner {
		out.Owner = &s3types.Owner{ID: aws.String(ids.CanonicalUser(b.ownerOf(o)))}
	}
	return out
}
