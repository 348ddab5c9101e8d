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

// FormerBucket is a bucket that a transfer used before. Our statements may still stand in its policy.
type FormerBucket struct {
	Name      string
	Regions   []string // the bucket is in one of them
	Side      plan.Side
	ToldOwner string // the owner as the role's policy, a tag or the plan tells it; "" if none does
}

// FormerOwner is what was found out about the owner of a former bucket.
type FormerOwner struct {
	Account string // the account whose client could read the policy; "" if no client could
	Region  string // where the bucket is, if the account is known
	Gone    bool   // the bucket does not exist any more
	Err     error  // why no client could read the policy
}

// FormerBucketsOf are the former buckets of the transfer. They are told by name: a name has one bucket, so that a transfer that names another account
// for the same bucket has left none. If the account is wrong, OwnerElsewhere and ToldOwner say so. Its orphaned locations tell of them, the tags of its roles, the policies of its roles until
// they are rewritten, and the plan that is to be applied.
func (s *Snapshot) FormerBucketsOf(t *transfer.Transfer) []FormerBucket {
	return slices.Clone(s.index().buckets.of(t, func() []FormerBucket { return s.findFormerBuckets(t) }))
}

func (s *Snapshot) findFormerBuckets(t *transfer.Transfer) []FormerBucket {
	var out []FormerBucket
	add := func(b FormerBucket) {
		if !slices.Contains(transfer.Sides, b.Side) || b.Name == t.End(b.Side).Bucket {
			return
		}
		i := slices.IndexFunc(out, func(have FormerBucket) bool { return have.Name == b.Name && have.Side == b.Side })
		if i < 0 {
			out = append(out, b)
			return
		}
		out[i].ToldOwner = cmp.Or(out[i].ToldOwner, b.ToldOwner)
	}
	for _, l := range s.OrphanLocations(t) {
		if name, _, ok := location.ParseURI(l.URI); ok {
			a, _ := region.ParseARN(l.ARN)
			add(FormerBucket{Name: name, Regions: []string{a.Region}, Side: plan.Side(l.Tags[t.TagKey(transfer.TagSide)])})
		}
	}
	for _, side := range transfer.Sides {
		for _, arn := range s.rolesWithPolicies(t, side) {
			for _, b := range notedBuckets(t, s.Roles[arn].Tags) {
				add(b)
			}
			for _, b := range allowedBuckets(t, s.Roles[arn], side) {
				add(b)
			}
		}
	}
	for _, b := range s.BucketsNamed[t.Name] {
		for _, side := range transfer.Sides {
			if b.Side = side; anyStands(s.Buckets[b.Name].Policy, t.End(side).Sids) {
				add(b)
			}
		}
	}
	return out
}

// OwnerOf is the account that owns the former bucket, "" if it is not known, and whether our statements can stand in the bucket's policy at all,
// which they cannot in the task account. If no client could read the bucket, the owner is the account of an end that uses it, or the account that is
// told, or else the account of the transfer's end. An account of the last two kinds counts only if it has no client: its operator has to look anyway.
func (s *Snapshot) OwnerOf(t *transfer.Transfer, b FormerBucket) (account string, granted bool) {
	found := s.Owners[b.Name]
	switch {
	case found.Gone:
		return "", false
	case found.Account != "":
		return found.Account, found.Account != t.TaskAccount
	case b.ToldOwner == t.TaskAccount:
		return b.ToldOwner, false
	}
	if user := s.index().bucketUsers[b.Name]; user != "" {
		return user, user != t.TaskAccount
	}
	for _, guess := range []string{b.ToldOwner, t.End(b.Side).Account} {
		if guess != "" && !s.Readable[guess] && guess != t.TaskAccount {
			return guess, true
		}
	}
	return "", true
}

// FormerBuckets are the transfer's former buckets in other accounts than the task's, as far as their owners are known. None of its statements is
// wanted in their policies.
func (s *Snapshot) FormerBuckets(t *transfer.Transfer) []desired.Bucket {
	var out []desired.Bucket
	for _, b := range s.FormerBucketsOf(t) {
		if account, granted := s.OwnerOf(t, b); granted && account != "" {
			spec := bucket.Spec{Name: b.Name, Account: account, Region: cmp.Or(s.Owners[b.Name].Region, b.Regions[0])}
			shared := desired.SharedPolicy{Transfers: []*transfer.Transfer{t}, Ours: t.End(b.Side).Sids, Grants: true}
			left := desired.Bucket{Spec: spec, Former: true, SharedPolicy: shared}
			if b.Side == plan.DestinationSide {
				left = s.withTutorial(left, t)
			}
			out = append(out, left)
		}
	}
	return out
}

// Ownerless are the transfer's former buckets whose owners are not known: by name, why not.
func (s *Snapshot) Ownerless(t *transfer.Transfer) map[string]error {
	out := map[string]error{}
	for _, b := range s.FormerBucketsOf(t) {
		if account, granted := s.OwnerOf(t, b); granted && account == "" {
			out[b.Name] = cmp.Or(s.Owners[b.Name].Err, ErrNotRead)
		}
	}
	return out
}

// Allows reports whether the bucket's policy is to allow the role of the side, or was to allow it before.
func (s *Snapshot) Allows(t *transfer.Transfer, side plan.Side, name string) bool {
	return t.End(side).Bucket == name ||
		slices.ContainsFunc(t.DataGrants, func(g transfer.DataGrant) bool { return g.Role == side && g.Bucket == name }) ||
		slices.ContainsFunc(s.FormerBucketsOf(t), func(b FormerBucket) bool { return b.Side == side && b.Name == name })
}

// anyStands reports whether one of the statements stands in the policy.
func anyStands(d policy.Document, sids []string) bool {
	return slices.ContainsFunc(sids, func(sid string) bool {
		_, ok := d.Statement(sid)
		return ok
	})
}
