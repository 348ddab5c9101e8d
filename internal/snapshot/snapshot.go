package snapshot

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Snapshot is what was read for a set of transfers. What could not be read stands in errs, or in the Unread of a state; it is never "absent".
type Snapshot struct {
	Transfers    []*transfer.Transfer                  // all that were asked for
	Readable     map[string]bool                       // accounts that there are clients for
	Roles        map[string]iamrole.State              // by ARN; a role that was not looked at, because its account has no client, is missing
	Buckets      map[string]bucket.State               // by bucket name; likewise
	Keys         map[string]kmskey.State               // by ARN; likewise
	TaskCount    map[transfer.Place]int                // how many tasks there are, whosever
	Listed       map[transfer.Place]bool               // where locations and tasks were listed
	Locations    map[string]location.State             // by ARN
	Tasks        map[string]task.State                 // by ARN
	Samples      map[string]bucket.Sample              // by transfer: what lies below the destination's prefix
	Unlisted     map[string]error                      // by transfer: why that could not be read
	Sources      map[string]SourceLook                 // by transfer that deletes: what lies below the source's prefix
	LogUsers     map[string]task.State                 // by ARN: other BASIC tasks where there is a log policy
	Logs         map[string]map[string]policy.Document // by ID of a log policy's change: all resource policies of CloudWatch Logs there
	KeysNamed    map[string][]string                   // by transfer: ARNs of keys that the plan to be applied names
	BucketsNamed map[string][]FormerBucket             // by transfer: buckets that it names, without their sides
	Dead         []string                              // unique ids in bucket policies that stayed unresolved, see confirm
	Owners       map[string]FormerOwner                // by the name of a bucket that a transfer has left
	Failures     map[string]error                      // by what was read: a role's ARN, a bucket's name, "account/region"
}

func New(accounts iter.Seq[string]) *Snapshot {
	readable := map[string]bool{}
	for account := range accounts {
		readable[account] = true
	}
	return &Snapshot{Readable: readable, Roles: map[string]iamrole.State{}, Buckets: map[string]bucket.State{}, Keys: map[string]kmskey.State{}, TaskCount: map[transfer.Place]int{}, Listed: map[transfer.Place]bool{},
		Locations: map[string]location.State{}, Samples: map[string]bucket.Sample{}, Unlisted: map[string]error{}, Tasks: map[string]task.State{}, Failures: map[string]error{}}
}

// Unread is why something could not be read: nil if it was.
func (s *Snapshot) Unread(what string, parts map[string]error, part string) error {
	if err := s.Failures[what]; err != nil {
		return err
	}
	if err := parts[part]; err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

var ErrNotRead = errors.New("not read")

// RoleIDs maps the unique ids of the roles that were read to their ARNs, because S3 shows a principal now as the one and now as the other.
func (s *Snapshot) RoleIDs() map[string]string {
	out := map[string]string{}
	for arn, r := range s.Roles {
		if r.Exists && r.ID != "" {
			out[r.ID] = arn
		}
	}
	return out
}

// SourceLook is what was seen of a source whose task deletes.
type SourceLook struct {
	Sample bucket.Sample
	Err    error
}

// LastOf is the last part of an ARN: task-0123456789abcdef0.
func LastOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
