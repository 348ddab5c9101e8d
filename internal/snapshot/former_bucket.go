package snapshot

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// FormerBucket is a bucket that a transfer used before, in whose policy our statements may still stand.
type FormerBucket struct {
	Name      string
	Regions   []string // in one of which it is
	Side      plan.Side
	ToldOwner string // the owner, as the role's own policy says; "" if none does
}

// FormerOwner is what was found out about the owner of a left bucket.
type FormerOwner struct {
	Account string // whose client could read the policy; "" is nobody's
	Region  string // where it is, if the account is known
	Gone    bool   // the bucket does not exist any more
	Err     error  // why nobody's could
}

// FormerBucketsOf are the buckets that the transfer has left, as its left locations tell, and the policies of its roles until they are rewritten.
func (s *Snapshot) FormerBucketsOf(t *transfer.Transfer) []FormerBucket {
	var out []FormerBucket
	add := func(l FormerBucket) {
		if !slices.Contains(transfer.Sides, l.Side) || l.Name == t.End(l.Side).Bucket {
			return
		}
		i := slices.IndexFunc(out, func(have FormerBucket) bool { return have.Name == l.Name && have.Side == l.Side })
		if i < 0 {
			out = append(out, l)
			return
		}
		out[i].ToldOwner = cmp.Or(out[i].ToldOwner, l.ToldOwner)
	}
	for _, l := range s.OrphanLocations(t) {
		if name, _, ok := location.ParseURI(l.URI); ok {
			a, _ := region.ParseARN(l.ARN)
			add(FormerBucket{Name: name, Regions: []string{a.Region}, Side: plan.Side(l.Tags[t.TagKey(transfer.TagSide)])})
		}
	}
	for _, side := range transfer.Sides {
		for _, arn := range s.formerRolesOf(t, side) {
			for _, l := range notedBuckets(t, s.Roles[arn].Tags) {
				add(l)
			}
			for _, l := range allowedInto(t, s.Roles[arn], side) {
				add(l)
			}
		}
	}
	for _, l := range s.BucketsNamed[t.Name] {
		for _, side := range transfer.Sides {
			if l.Side = side; anyStands(s.Buckets[l.Name].Policy, t.End(side).Sids) {
				add(l)
			}
		}
	}
	return out
}

// OwnerOf is the account that owns a left bucket, and whether statements of ours can stand in its policy at all. The account is "" if it is
// not known. A bucket that no client can read is as its role's policy says; failing that, it is assumed to be another bucket of an
// account that is for another operator anyway.
func (s *Snapshot) OwnerOf(t *transfer.Transfer, l FormerBucket) (account string, granted bool) {
	found := s.Owners[l.Name]
	switch {
	case found.Gone:
		return "", false
	case found.Account != "":
		return found.Account, found.Account != t.TaskAccount
	case l.ToldOwner == t.TaskAccount:
		return l.ToldOwner, false
	}
	for _, u := range s.Transfers {
		for _, e := range []transfer.Endpoint{u.Source, u.Destination} {
			if e.Bucket == l.Name {
				return e.Account, e.Account != t.TaskAccount
			}
		}
	}
	for _, guess := range []string{l.ToldOwner, t.End(l.Side).Account} {
		if ok := s.Readable[guess]; guess != "" && !ok && guess != t.TaskAccount {
			return guess, true
		}
	}
	return "", true
}

// FormerBuckets are the left buckets of other accounts, as far as their owners are known.
func (s *Snapshot) FormerBuckets(t *transfer.Transfer) []desired.Bucket {
	var out []desired.Bucket
	for _, l := range s.FormerBucketsOf(t) {
		if account, granted := s.OwnerOf(t, l); granted && account != "" {
			out = append(out, desired.Bucket{Spec: bucket.Spec{Name: l.Name, Account: account, Region: cmp.Or(s.Owners[l.Name].Region, l.Regions[0])}, Former: true,
				SharedPolicy: desired.SharedPolicy{Transfers: []*transfer.Transfer{t}, Ours: t.End(l.Side).Sids, Grants: true}})
		}
	}
	return out
}

// Ownerless are the left buckets whose owners are not known: by name, why not.
func (s *Snapshot) Ownerless(t *transfer.Transfer) map[string]error {
	out := map[string]error{}
	for _, l := range s.FormerBucketsOf(t) {
		if account, granted := s.OwnerOf(t, l); granted && account == "" {
			out[l.Name] = cmp.Or(s.Owners[l.Name].Err, ErrNotRead)
		}
	}
	return out
}

// InFormerBuckets are the listed locations of buckets that the transfers have left, as far as they were not read.
func (s *Snapshot) InFormerBuckets(w desired.Set, listed map[transfer.Place][]location.Entry) map[string]transfer.Place {
	out := map[string]transfer.Place{}
	for _, t := range w.Tasks {
		for _, l := range s.FormerBucketsOf(t.Transfer) {
			for pl, entries := range listed {
				for _, e := range entries {
					_, read := s.Locations[e.ARN]
					if b, _, ok := location.ParseURI(e.URI); ok && b == l.Name && pl.Account == t.Spec.Account && !read && s.Failures[e.ARN] == nil {
						out[e.ARN] = pl
					}
				}
			}
		}
	}
	return out
}

// Allows reports whether the bucket's policy is to let the role of the side in, or was.
func (s *Snapshot) Allows(t *transfer.Transfer, side plan.Side, name string) bool {
	return t.End(side).Bucket == name ||
		slices.ContainsFunc(t.DataGrants, func(g transfer.DataGrant) bool { return g.Role == side && g.Bucket == name }) ||
		slices.ContainsFunc(s.FormerBucketsOf(t), func(l FormerBucket) bool { return l.Side == side && l.Name == name })
}

// anyStands reports whether one of the statements stands in the policy.
func anyStands(d policy.Document, sids []string) bool {
	return slices.ContainsFunc(sids, func(sid string) bool {
		_, ok := d.Statement(sid)
		return ok
	})
}
