package iamrole

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is the desired state of a role. It names no account: the role belongs to the account of the client that sends the requests.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
type Spec struct {
	// Name has at most 64 of A-Z a-z 0-9 + = , . @ _ - and is unique in the account whatever the letter case; required.
	Name string `json:",omitempty"`

	Path        string          `json:",omitempty"` // path that begins and ends with a slash; "" is "/"
	Description string          `json:",omitempty"` // set when the role is created and not changed later; "" is none
	Trust       policy.Document `json:",omitzero"`  // who may assume the role; required by CreateInput

	// Policies are the inline policies by name; nil is none. Other policies of an existing role are left alone.
	Policies map[string]policy.Document `json:",omitempty"`

	// PermissionsBoundary is the ARN of a managed policy; "" creates a role without one and leaves that of an existing role alone.
	PermissionsBoundary string `json:",omitempty"`

	Tags map[string]string `json:",omitempty"` // nil is no tags; other tags of an existing role are left alone
}

// ARN returns the ARN of the role in the given partition and account.
func (s Spec) ARN(partition, account string) string {
	return region.Role(partition, account, s.Path, s.Name)
}
