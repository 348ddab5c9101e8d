package xaccttest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The greatest number of entries of a page may be none of a list of keys or parts; below that S3 refuses it.
func TestCountsOfPages(t *testing.T) {
	w := newWorld(t)
	api := w.objects()
	bucket, key := aws.String("media-raw"), aws.String("big")
	begun, err := api.CreateMultipartUpload(w.ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	w.must(err)
	_, err = api.UploadPart(w.ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: begun.UploadId, PartNumber: aws.Int32(1)})
	w.must(err)
	list := map[string]func(int32) (entries int, truncated *bool, err error){
		"ListParts": func(n int32) (int, *bool, error) {
			out, err := api.ListParts(w.ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: begun.UploadId, MaxParts: &n})
			if err != nil {
				return 0, nil, err
			}
			return len(out.Parts), out.IsTruncated, nil
		},
		"ListObjectsV2": func(n int32) (int, *bool, error) {
			out, err := api.ListObjectsV2(w.ctx, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: &n})
			if err != nil {
				return 0, nil, err
			}
			return len(out.Contents), out.IsTruncated, nil
		},
		"ListBuckets": func(n int32) (int, *bool, error) {
			_, err := api.ListBuckets(w.ctx, &s3.ListBucketsInput{MaxBuckets: &n})
			return 0, nil, err
		},
	}
	for _, tt := range []struct {
		operation string
		most      int32
		want      string // the code of the error
	}{
		{"ListParts", 0, ""},
		{"ListParts", -1, "InvalidArgument"},
		{"ListObjectsV2", 0, ""},
		{"ListObjectsV2", -1, "InvalidArgument"},
		{"ListBuckets", 0, "InvalidArgument"},
		{"ListBuckets", 10001, "InvalidArgument"},
	} {
		n, truncated, err := list[tt.operation](tt.most)
		if codeOf(err) != tt.want || n > 0 || aws.ToBool(truncated) {
			t.Errorf("%s of at most %d: %d entries, truncated %v, %v, want %q", tt.operation, tt.most, n, aws.ToBool(truncated), err, tt.want)
		}
	}
}
