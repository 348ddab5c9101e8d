package kmskey

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is what a transfer needs of an existing customer managed key. Nothing else of the key is changed.
type Spec struct {
	ARN        string            // full ARN of the key, not its id or an alias; required
	Statements policy.Statements `json:",omitempty"` // statements of the key's policy, each with a Sid; nil is none
}

// Account returns the 12-digit id of the account that owns the key, which alone can read and write the key's policy. It is "" if s.ARN is
// not an ARN.
func (s Spec) Account() string { return s.arn().Account }

// Region returns the Region of the key, which is also that of every bucket whose objects it encrypts. It is "" if s.ARN is not an ARN.
func (s Spec) Region() string { return s.arn().Region }

func (s Spec) arn() region.ARN {
	a, _ := region.ParseARN(s.ARN)
	return a
}
