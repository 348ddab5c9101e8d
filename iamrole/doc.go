// Package iamrole describes the IAM roles that DataSync assumes: what a role should be, the requests that make it so, and what it is.
//
//	role := iamrole.Spec{
//		Name:     "datasync-source",
//		Trust:    iamrole.DataSyncTrust("aws", "111122223333", "eu-west-1", "us-east-2"),
//		Policies: map[string]policy.Document{"read": policy.New(bucket.Read(bucketARN, ""))},
//	}
//	input, err := role.CreateInput() // for iam.Client.CreateRole; err lists everything that is wrong with role
//
// [Spec] is the desired role, and [Spec.Validate] reports all its problems before any call. [Spec.CreateInput] and the other methods make
// the requests. [Observe] reads the role that exists.
//
// What a Spec does not name is left alone: further inline policies, managed policies and tags of an existing role.
//
// # Trust policies
//
// [DataSyncTrust] limits the role to locations and tasks of one account. [TutorialTrust] and the other Tutorial functions return the documents
// of AWS's tutorial on transfers between accounts, which allow more: compare a role that was made after the tutorial with them. The name of
// DataSync's service principal is documented for the partition aws only; see docs/limits.md.
package iamrole
