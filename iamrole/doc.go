// Package iamrole describes the IAM roles that DataSync assumes: the requests that make, change and delete one, and what one is.
//
// [Spec] says what a role should be; [Spec.Validate] says all that is wrong with it before any call; [Spec.CreateInput] and its siblings
// are the requests; [Observe] reads. [DataSyncTrust] is the trust policy to use, [TutorialTrust] and its siblings are what AWS's tutorial
// on transfers between accounts has instead.
//
// What a Spec does not name is left alone: further inline policies, managed policies and tags of a role that exists.
package iamrole
