// Package authz answers whether a request to AWS may happen, by the policies that are given, and says why. With it, policies can be
// unit-tested without an account and without a network:
//
//	bucket, _ := policy.Parse(text)
//	call := authz.DataSyncCall{RoleARN: roleARN, Account: "444455556666", Region: "eu-west-1"}
//	d := authz.Decide(call.S3("s3:PutObject", "arn:aws:s3:::media/a.mov"), authz.Policies{Identity: []policy.Document{role}, Resource: bucket})
//	if d.Effect != authz.Allowed {
//		t.Error(d) // says which statement denies, or which side does not allow
//	}
//
// # What is judged
//
// Identity policies, permissions boundary, session policy, SCPs and RCPs level by level, and the policy of the resource, be it a bucket, a
// key or a role; within one account and across accounts, as the IAM User Guide describes it in
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
//
// Access control lists, Block Public Access, object ownership, VPC endpoint policies, Requester Pays and KMS grants are not judged.
//
// # What is not known
//
// A condition key that the [Request] does not speak of is unknown: it may be absent or have any value. The answer is [Undetermined] exactly
// if some values of the unknown keys let the request in and others do not, and [Decision.DependsOn] names exactly the keys that can make
// the difference. What the facts settle is settled, whatever the unknown is: two statements of which one or the other applies allow, and a
// Deny that may apply does not matter where nothing allows. Then the request is [ImplicitlyDenied]; it is [ExplicitlyDenied] only if a Deny
// applies in any case.
//
// Three things are looked at less closely, and then an answer may be undetermined that could be settled: a condition that compares two
// unknown keys with each other, a key that is compared both as text and as a number, date or address, and policies with so many
// conditions on unknown keys that trying them all would take too long.
//
// # What is assumed
//
// Where AWS documents nothing, the package does what follows; the code says "assumed" at each place:
//
//   - operators are understood in any letter case, and so are true and false;
//   - an ARN operator with the value "*" matches every ARN, one with fewer than six parts none;
//   - the value of a variable is plain text, also if it holds wildcards;
//   - ForAnyValue with IfExists holds if the key is absent; a key with several values under a plain operator matches if one of them does;
//   - dates without a time zone are UTC; an IPv4 address in IPv6 form is the IPv4 address;
//   - a Deny with NotPrincipal spares a session only if session, role and account are listed, and a user only if user and account are:
//     the documentation says that less may not be enough;
//   - what is not grammar, such as an unknown operator or a missing Resource, makes an Allow give nothing and a Deny apply without it;
//     so does a Resource with a wildcard in its service or a variable before its fifth colon, which in a Deny is read as it stands;
//   - a complete request on a bucket whose owner is not given is one on a bucket of the principal's own account.
//
// What is assumed of DataSync's requests is marked [Assumed] in their [Fact] lists.
package authz
