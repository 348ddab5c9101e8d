// Package guard reads and writes the policies that others write too: those of buckets and keys, and the resource policy of CloudWatch Logs.
// A read returns the whole document as it is now; a write replaces the whole document and returns the metadata of the answer. AWS has no
// conditional write of a policy, so every write is to follow a read at once: the writes therefore switch the SDK's own retries off, and a
// caller that tries again reads again first. An empty document is written by deleting the policy, for buckets and log policies.
package guard

import "github.com/xacct/xacct/internal/awserr"

// UnlessGone returns the error of a deletion; nil if it says that what was to be deleted is not there.
func UnlessGone(err error) error {
	if awserr.NotFound(err) {
		return nil
	}
	return err
}
