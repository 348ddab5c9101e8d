package planner

import (
	"fmt"

	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// wrongRegion reports a bucket that is in another Region than the given one of the transfers, and whether that is so. For a set-up the checks report it.
func (b *Builder) wrongRegion(transfers []*transfer.Transfer, name, region string) bool {
	right := b.Snap.RegionElsewhere(name, region)
	if right == "" || b.mode != plan.TearDown {
		return right != ""
	}
	for _, t := range transfers {
		for _, side := range transfer.Sides {
			if e := t.End(side); e.Bucket == name && e.Region == region {
				b.Findings.Add(check.WrongRegion(t, side, right))
			}
		}
	}
	return true
}

// foreignBuckets reports buckets whose account has no client, so that nobody here can read them. If an account with clients proved to own the bucket,
// the transfer names a wrong account: the owner's statements would stay, and the changes would be handed to somebody else. Otherwise the owner is as
// the transfer says, which nothing proves.
func (b *Builder) foreignBuckets() {
	for _, t := range b.transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			if b.CanRead(e.Account) {
				continue
			}
			f := plan.Finding{Severity: plan.Info, Code: plan.CodeWrongOwner, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
				Detail: fmt.Sprintf("it is not proved that bucket %s belongs to account %s: no client of the account was given", e.Bucket, e.Account),
				Remedy: fmt.Sprintf("plan with a client of account %s too, or let its operator see that bucket %s is there before the changes are handed over", e.Account, e.Bucket)}
			told := b.Snap.ToldOwner(t, side)
			if owner := b.Snap.OwnerElsewhere(e.Account, e.Bucket); owner != "" {
				f.Severity, f.Detail = plan.Blocking, fmt.Sprintf("bucket %s belongs to account %s, not to account %s", e.Bucket, owner, e.Account)
				f.Remedy = fmt.Sprintf("set the Account of the %s to %s", side, owner)
			} else if told != "" {
				f.Severity = plan.Warning
				f.Detail += ", and when the transfer's role was written the bucket belonged to account " + told
				f.Remedy = fmt.Sprintf("correct the account of the %s, or plan with a client of account %s too", side, told)
			}
			b.Findings.Add(f)
		}
	}
}
