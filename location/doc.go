// Package location describes DataSync locations on S3 buckets: the requests that make, change and delete one, and what one is.
//
// A location is one end of a transfer: a bucket, a prefix in it, and the role that DataSync assumes to reach them. It belongs to the account
// that runs the transfer, also if the bucket does not, and lives in the bucket's Region. The role is in the location's account too.
//
// [Spec] says what a location should be; [Spec.Validate] says all that is wrong with it before any call; [Spec.CreateInput] and its siblings
// are the requests; [Observe] and [List] read.
//
// Locations have no names, and nothing keeps two from being alike. They are told apart by [CanonicalURI], role, storage class and tags.
//
// Only general purpose buckets are supported: DataSync's guide describes no others for transfers between buckets, apart from S3 on Outposts.
package location
