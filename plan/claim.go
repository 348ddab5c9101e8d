package plan

import (
	"fmt"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// Claim is what the operator of an account reported of one policy or of one bucket's Object Ownership, where nobody here can look. It is somebody's
// word: it never makes an access allowed and lifts no blocking finding.
type Claim struct {
	Account   string // who reported, and whose resource it is
	Region    string
	Kind      Kind                    // BucketPolicy, KeyPolicy or BucketOwnership
	Name      string                  // of the bucket; the id of the key
	Time      time.Time               // when it was read there
	Ours      policy.Document         `json:",omitzero"`  // our statements in the policy; zero if there are none
	Rest      string                  `json:",omitempty"` // "sha256:" and the digest, in hexadecimal, of all other statements; "" if there are none
	Sids      []string                `json:",omitempty"` // every Sid of ours that was looked for
	Ownership s3types.ObjectOwnership `json:",omitempty"` // of the bucket; "" is not known
	Roles     map[string]string       `json:",omitempty"` // by ARN of a role that the statements name: its unique id; another role of that ARN is not meant
}

// String is "the report of 444455556666 of 2026-03-01T09:30:00Z".
func (c Claim) String() string {
	return text.Printable(fmt.Sprintf("the report of %s of %s", c.Account, c.Time.UTC().Format(time.RFC3339)))
}

// OwnershipReported says by whose report the bucket's Object Ownership is BucketOwnerEnforced; "" if no report says so. Of several the latest counts.
func (s Settings) OwnershipReported(account, region, bucket string) string {
	var last Claim
	for _, c := range s.Reported {
		if c.Account == account && c.Region == region && c.Name == bucket && c.Ownership != "" && !c.Time.Before(last.Time) {
			last = c
		}
	}
	if last.Ownership != s3types.ObjectOwnershipBucketOwnerEnforced {
		return ""
	}
	return last.String()
}
