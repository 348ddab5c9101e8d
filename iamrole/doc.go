// Package iamrole describes the IAM roles that DataSync assumes: the inputs that make, change and delete one, and what one is.
package iamrole
