package kmskey

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// Spec is what a transfer wants of a customer managed key that exists. Nothing else of the key is touched.
type Spec struct {
	ARN        string            // full ARN of the key, neither its id nor an alias; required
	Statements policy.Statements // each with a Sid, about this key; nil is none
}

// Account is the 12-digit id of the account that owns the key, the only one that can read and write its policy; "" if ARN is none.
func (s Spec) Account() string { return s.arn().Account }

// Region is the Region of the key, which is that of every bucket whose objects it encrypts; "" if ARN is none.
func (s Spec) Region() string { return s.arn().Region }

func (s Spec) arn() region.ARN {
	a, _ := region.ParseARN(s.ARN)
	return a
}
