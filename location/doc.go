// Package location describes DataSync locations on S3 buckets: what a location should be, the requests that make it so, and what it is.
//
//	spec := location.Spec{
//		Account: "111122223333", Region: "us-east-2", // account that runs the transfer, Region of the bucket
//		Bucket: "amzn-s3-demo-bucket", Prefix: "photos/2026",
//		RoleARN: "arn:aws:iam::111122223333:role/datasync-destination",
//	}
//	input, err := spec.CreateInput() // for datasync.Client.CreateLocationS3; err lists everything that is wrong with spec
//
// A location is one end of a transfer: a bucket, a prefix in it, and the role that DataSync assumes to reach them. The location and the
// role belong to the account that runs the transfer, even if the bucket does not. The location is in the bucket's Region.
//
// [Spec] is the desired location, and [Spec.Validate] reports all its problems before any call. [Spec.CreateInput] and the other methods
// make the requests. [Observe] and [List] read.
//
// # Identity
//
// Locations have no names, and there may be several that are alike. They are distinguished by [CanonicalURI], role, storage class and tags.
//
// # Limits
//
// Only general purpose buckets are supported. Apart from S3 on Outposts, DataSync's guide describes no others for transfers between buckets.
package location
