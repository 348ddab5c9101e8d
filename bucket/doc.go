// Package bucket describes what a transfer needs of an S3 bucket: statements of its policy, and its object ownership.
//
//	spec := bucket.Spec{Name: "amzn-s3-demo-bucket", Account: "444455556666", Region: "us-east-2"}
//	spec.Statements = policy.Statements{bucket.Write(spec.ARN(), "photos/2026").WithSid("MediaWrite").By(role)}
//	input, err := spec.PutPolicyInput(current) // for s3.Client.PutBucketPolicy; nil if current has the statement already
//
// [Spec] is the desired state, and [Spec.Validate] reports all its problems before any call. [Spec.PutPolicyInput] and the other methods
// make the requests, each with the account that must own the bucket. [Observe] reads the bucket.
//
// A bucket is never created or deleted. Of its policy, only the statements that the spec names are changed.
//
// # Grants between accounts
//
// [Read], [Write] and [List] are statements with actions and resources only: what DataSync and the caller of CreateLocationS3 need. Access
// to a bucket of another account has to be allowed twice, with the same actions and resources: in the bucket's policy, where By adds the
// principal, and in the role's policy, where When adds conditions.
//
// # Limits
//
// S3 has no compare-and-swap for bucket policies: changes that others make between reading and writing are lost. The same holds for the
// policies of KMS keys. See docs/limits.md.
package bucket
