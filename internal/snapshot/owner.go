package snapshot

import (
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/plan"
)

// WrongOwner is the error of a bucket of which it is not proved that it belongs to the account.
func (s *Snapshot) WrongOwner(account, name string) *plan.WrongOwnerError {
	e := &plan.WrongOwnerError{Account: account, Bucket: name, Err: s.Buckets[name].Unread[bucket.PartBucket]}
	for _, t := range s.Transfers {
		for _, end := range []struct{ bucket, region string }{{t.Source.Bucket, t.Source.Region}, {t.Destination.Bucket, t.Destination.Region}} {
			if end.bucket == name {
				e.Region = end.region
			}
		}
	}
	return e
}
