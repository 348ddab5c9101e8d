// Package authz decides whether AWS would allow a request under given policies, and explains the answer. It needs no account and no
// network, so that policies can be unit-tested:
//
//	bucket, err := policy.Parse(text)
//	call := authz.DataSyncCall{RoleARN: roleARN, Account: "444455556666", Region: "eu-west-1"}
//	d := authz.Decide(call.S3("s3:PutObject", "arn:aws:s3:::media/a.mov"), authz.Policies{Identity: []policy.Document{role}, Resource: bucket})
//	if d.Effect != authz.Allowed {
//		t.Error(d) // says which statement denies, or which policy does not allow
//	}
//
// # What it evaluates
//
// Identity policies, permissions boundary, session policy, SCPs and RCPs level by level, and the policy of the resource: a bucket, a key
// or a role. It evaluates them within one account and across accounts, as the IAM User Guide describes in
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
//
// It does not evaluate access control lists, Block Public Access, object ownership, VPC endpoint policies, Requester Pays and KMS grants.
//
// # Unknown condition keys
//
// A condition key that the [Request] does not mention is unknown: it may be absent or have any value. The answer is [Undetermined] exactly
// if it is "allowed" for some values of the unknown keys and "denied" for others. [Decision.DependsOn] then names exactly the keys that
// make the difference.
//
// Whatever does not depend on the unknown keys is decided. If one of two Allow statements applies for each value of a key, the request is
// [Allowed]. If nothing allows the request and a Deny only may apply, it is [ImplicitlyDenied]. It is [ExplicitlyDenied] only if a Deny
// applies for every value.
//
// The answer may be Undetermined although it could be decided in three cases: a condition compares two unknown keys with each other; a key
// is compared both as text and as a number, date or address; or so many conditions on unknown keys meet that trying every case would take
// too long, as policies can be made to. The last has a budget, which bounds what a decision costs, and [Decision.Exhausted] tells that it was
// spent. Keys that do not interact cost no more than their number.
//
// # Assumptions
//
// Where AWS documents nothing, the package decides as docs/limits.md lists, and the code says "assumed" at each place. These matter most:
//
//   - Operators, and the values true and false, are recognised in any letter case.
//   - A Deny with NotPrincipal exempts a session only if session, role and account are all listed, and a user only if user and account are.
//   - An Allow with an unknown operator or without a Resource allows nothing; a Deny applies without regard to that part.
//   - If the owner of a bucket is not given in a complete request, the bucket belongs to the principal's account.
//
// Assumptions about the requests of DataSync are marked [Assumed] in their [Fact] lists.
package authz
