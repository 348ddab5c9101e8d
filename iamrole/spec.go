package iamrole

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is what a role should be. The account is that of the client that it is used with.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
type Spec struct {
	Name        string          // at most 64 of A-Z a-z 0-9 + = , . @ _ -; unique in the account whatever the letter case; required
	Path        string          // begins and ends with a slash; "" is "/"
	Description string          // "" is none; set when the role is made, not changed later
	Trust       policy.Document // who may assume the role; required by CreateInput

	// Policies are the inline policies by name. Other policies of an existing role are left alone.
	Policies map[string]policy.Document

	PermissionsBoundary string            // ARN of a managed policy; "" is none when the role is made, and afterwards leaves what is there
	Tags                map[string]string // nil is no tags; other tags of an existing role are left alone
}

// ARN is the ARN of the role in the given partition and account.
func (s Spec) ARN(partition, account string) string {
	return region.Role(partition, account, s.Path, s.Name)
}
