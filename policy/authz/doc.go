// Package authz answers whether a request to AWS may happen, by the policies that are given, and says why.
//
// It decides as the IAM User Guide describes it: identity policies, permissions boundary, session policy, SCPs and RCPs, and the policy of
// the resource, within one account and across accounts. What is not known stays unknown: a condition key that the [Request] does not speak
// of makes the answer [Undetermined] exactly where it matters, and [Decision.DependsOn] names it. What the facts settle is settled,
// whatever the unknown is.
//
// Access control lists, Block Public Access, VPC endpoint policies, KMS grants and service quotas are not policies of a request and are
// not judged.
package authz
