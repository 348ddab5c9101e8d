// Package kmskey describes what a transfer needs of a KMS key that encrypts the objects of a bucket: statements of the key's policy.
//
// [Read] and [Write] are what DataSync's role needs to read objects that are encrypted under a key and to write such objects, as statements
// with actions and resources only. Unlike a bucket, a key is used only as its own policy allows, also within its account: the role's
// policy and the key's policy must both say so, unless the key's policy leaves it to the IAM policies of the role's account.
//
// [Spec] says what a transfer wants of a key; [Spec.Validate] says all that is wrong with it before any call; [Spec.PutPolicyInput] and its
// sibling are the requests; [Observe] reads. Policies of keys are read and written in the key's own account and Region only.
//
// A key is never made, disabled or deleted, and of its policy nothing is touched but the statements that the spec names. A policy
// that nobody of the key's account could change afterwards is refused.
package kmskey
