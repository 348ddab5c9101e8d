// Package bucket describes what a transfer needs of an S3 bucket: statements of its policy, and its object ownership.
//
// [Read], [Write] and [List] are what DataSync and the caller of CreateLocationS3 need, as statements with actions and resources only. Both sides
// of a grant between accounts are made of the same statement: add the principal with By for the bucket's policy, and conditions with When for
// the role's.
//
// [Spec] says what a transfer wants of a bucket; [Spec.Validate] says all that is wrong with it before any call; [Spec.PutPolicyInput] and its
// siblings are the requests, each with the account that must own the bucket; [Observe] reads.
//
// A bucket is never made and never deleted, and of its policy nothing is touched but the statements that the spec names.
package bucket
