// Package kmskey describes what a transfer needs of a KMS key that encrypts the objects of a bucket: statements of the key's policy.
//
//	spec := kmskey.Spec{ARN: keyARN}
//	statement := kmskey.Write(kmskey.Everywhere).WithSid("MediaWrite").By(role).When(kmskey.ViaS3(spec.Region()))
//	spec.Statements = policy.Statements{statement}
//	input, err := spec.PutPolicyInput(current) // for kms.Client.PutKeyPolicy; nil if current has the statement already
//
// [Spec] is the desired state, and [Spec.Validate] reports all its problems before any call. [Spec.PutPolicyInput] and
// [Spec.ReplacePolicyInput] make the requests. [Observe] reads the key. Policies of keys can be read and written in the key's own account
// and Region only.
//
// A key is never created, disabled or deleted. Of its policy, only the statements that the spec names are changed. A policy that nobody in
// the key's account could change again is refused.
//
// # Grants
//
// [Read] and [Write] are statements with actions and resources only: what DataSync's role needs to read objects that are encrypted under a
// key, and to write such objects. Also within one account, a key can be used only as its own policy allows. The role's policy and the
// key's policy must therefore both allow the use, unless the key's policy delegates to the IAM policies of the role's account.
package kmskey
