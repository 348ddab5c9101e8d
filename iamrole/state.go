package iamrole

import (
	"time"

	"github.com/xacct/xacct/policy"
)

// Parts of a State that may be unread. A single inline policy is PartPolicies + "/" + its name, a managed one PartManaged + "/" + its ARN.
const (
	PartRole     = "role"     // the role itself, with trust, tags and boundary: whether it exists is then unknown
	PartTrust    = "trust"    // the trust policy, if it could be read but not understood
	PartPolicies = "policies" // the names of the inline policies: Policies may lack some
	PartAttached = "attached" // the managed policies: Attached may lack some
	PartManaged  = "managed"  // the document of a managed policy, attached or boundary
)

// State is what a role is.
type State struct {
	Exists              bool   // false is proof of absence only if PartRole is not in Unread
	ARN                 string // with its path
	ID                  string // "AROA…", which a recreated role does not inherit
	Path                string
	Description         string
	PermissionsBoundary string // ARN; "" is none
	Trust               policy.Document
	Policies            map[string]policy.Document // all inline policies that could be read, by name; nil if there are none
	Attached            []string                   // ARNs of the managed policies, sorted; nil if there are none
	Managed             map[string]policy.Document // documents of the attached policies and of the boundary, by ARN; of a role that is not there, of the boundary that it is to have; nil if there are none
	Tags                map[string]string          // nil if there are none
	CreateDate          time.Time
	Unread              map[string]error // by part: what could not be read, and why; nil if all was read
}
