package awserr

import (
	"errors"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// BucketRegion returns the Region that S3 puts into a header of its answers about a bucket, also of one that refuses the call; "" if it is not there.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func BucketRegion(err error) string {
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil && answer.Response.Response != nil {
		return answer.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}
