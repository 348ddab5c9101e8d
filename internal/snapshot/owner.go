package snapshot

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// WrongOwner is the error of a bucket that belongs to another account, or of which it is not proved that it belongs to the account.
func (s *Snapshot) WrongOwner(account, name string) *plan.WrongOwnerError {
	err := cmp.Or(s.Buckets[name].Unread[bucket.PartBucket], s.DataBuckets[OwnedBucket{account, name}].Unread[bucket.PartBucket])
	e := &plan.WrongOwnerError{Account: account, Bucket: name, Owner: s.OwnerElsewhere(account, name), Err: err}
	for _, t := range s.Transfers {
		for _, end := range []struct{ bucket, region string }{{t.Source.Bucket, t.Source.Region}, {t.Destination.Bucket, t.Destination.Region}} {
			if end.bucket == name {
				e.Region = end.region
			}
		}
	}
	return e
}

// OwnerElsewhere is the account with clients that proved to own the bucket, which a transfer names as that of the given account without clients; "" if
// none did.
func (s *Snapshot) OwnerElsewhere(account, name string) string {
	if owner := s.ProvedOwners[name]; owner != account && !s.Readable[account] {
		return owner
	}
	return ""
}

// RegionElsewhere is the Region of the bucket if it is another than the given one; "" if it is the same or not known. Nothing else can be read of such a
// bucket: S3 sends every call to the other Region.
func (s *Snapshot) RegionElsewhere(name, region string) string {
	if right := s.Buckets[name].Region; right != region {
		return right
	}
	return ""
}

// ToldOwner is the account to which, as a role of the transfer tells, the bucket of the side belonged when the role was written; "" if no role tells
// another account than the transfer does.
func (s *Snapshot) ToldOwner(t *transfer.Transfer, side plan.Side) string {
	e := t.End(side)
	for _, arn := range s.rolesWithPolicies(t, side) {
		told := slices.Concat(allowedBuckets(t, s.Roles[arn], side), notedBuckets(t, s.Roles[arn].Tags))
		for _, b := range told {
			if b.Name == e.Bucket && b.ToldOwner != "" && b.ToldOwner != e.Account {
				return b.ToldOwner
			}
		}
	}
	return ""
}
