package iamrole

import (
	"context"
	"errors"
	"time"

	"github.com/xacct/xacct/policy"
)

// Parts of a State that may be unread. A single inline policy is PartPolicies + "/" + its name.
const (
	PartRole     = "role"     // the role itself, with trust, tags and boundary: whether it exists is then unknown
	PartPolicies = "policies" // the names of the inline policies: Policies may lack some
	PartAttached = "attached" // the managed policies
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
	Policies            map[string]policy.Document // all inline policies that could be read, by name
	Attached            []string                   // ARNs of the managed policies, sorted
	Tags                map[string]string
	CreateDate          time.Time
	Unread              map[string]error // by part: what could not be read, and why; nil if all was read
}

// Observe reads one role. It fails only if ctx is done or spec has no valid name; what AWS refuses to tell is in State.Unread.
func Observe(ctx context.Context, api API, spec Spec) (State, error) {
	return State{}, errors.ErrUnsupported
}
