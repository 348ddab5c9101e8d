package iamrole

import (
	"time"

	"github.com/xacct/xacct/policy"
)

// Names of the parts of a State that Observe may fail to read, as the keys of State.Unread. A single inline policy has the key PartPolicies +
// "/" + name, a managed policy PartManaged + "/" + ARN.
const (
	PartRole     = "role"     // the role itself, with trust, tags and boundary; if unread, Exists is unknown
	PartTrust    = "trust"    // the trust policy, if it was read but could not be parsed
	PartPolicies = "policies" // the list of inline policies; if unread, Policies may be incomplete
	PartNamed    = "named"    // for Observe alone: the inline policies that the spec names, without the list of all
	PartAttached = "attached" // the list of managed policies; if unread, Attached may be incomplete
	PartManaged  = "managed"  // the document of a managed policy, attached or used as the boundary
)

// State is the observed state of a role.
type State struct {
	Exists              bool   // false proves absence only if PartRole is not in Unread
	ARN                 string // with its path
	ID                  string // unique id "AROA…"; a recreated role gets another one
	Path                string
	Description         string
	PermissionsBoundary string // ARN; "" is none
	Trust               policy.Document
	Policies            map[string]policy.Document // all inline policies that could be read, by name; nil if there are none
	Attached            []string                   // ARNs of the managed policies, sorted; nil if there are none
	Managed             map[string]policy.Document // documents of attached policies and of the boundary (desired too), by ARN; nil if none
	Tags                map[string]string          // nil if there are none
	CreateDate          time.Time
	Unread              map[string]error // the error by part for each part that could not be read; nil if all were read
}
