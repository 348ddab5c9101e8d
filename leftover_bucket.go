package xacct

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// formerBucket is a bucket that a transfer used before, in whose policy our statements may still stand.
type formerBucket struct {
	name      string
	regions   []string // in one of which it is
	side      plan.Side
	toldOwner string // the owner, as the role's own policy says; "" if none does
}

// formerOwner is what was found out about the owner of a left bucket.
type formerOwner struct {
	account string // whose client could read the policy; "" is nobody's
	region  string // where it is, if the account is known
	gone    bool   // the bucket does not exist any more
	err     error  // why nobody's could
}

// formerBucketsOf are the buckets that the transfer has left, as its left locations tell, and the policies of its roles until they are rewritten.
func (s *snapshot) formerBucketsOf(t *transfer.Transfer) []formerBucket {
	var out []formerBucket
	add := func(l formerBucket) {
		if !slices.Contains(transfer.Sides, l.side) || l.name == t.End(l.side).Bucket {
			return
		}
		i := slices.IndexFunc(out, func(have formerBucket) bool { return have.name == l.name && have.side == l.side })
		if i < 0 {
			out = append(out, l)
			return
		}
		out[i].toldOwner = cmp.Or(out[i].toldOwner, l.toldOwner)
	}
	for _, l := range s.orphanLocations(t) {
		if name, _, ok := location.ParseURI(l.URI); ok {
			a, _ := region.ParseARN(l.ARN)
			add(formerBucket{name: name, regions: []string{a.Region}, side: plan.Side(l.Tags[t.TagKey(transfer.TagSide)])})
		}
	}
	for _, side := range transfer.Sides {
		for _, arn := range s.formerRolesOf(t, side) {
			for _, l := range notedBuckets(t, s.roles[arn].Tags) {
				add(l)
			}
			for _, l := range allowedInto(t, s.roles[arn], side) {
				add(l)
			}
		}
	}
	for _, l := range s.bucketsNamed[t.Name] {
		for _, side := range transfer.Sides {
			if l.side = side; anyStands(s.buckets[l.name].Policy, t.End(side).Sids) {
				add(l)
			}
		}
	}
	return out
}

// ownerOf is the account that owns a left bucket, and whether statements of ours can stand in its policy at all. The account is "" if it is
// not known. A bucket that no client can read is as its role's policy says; failing that, it is assumed to be another bucket of an
// account that is for another operator anyway.
func (s *snapshot) ownerOf(t *transfer.Transfer, l formerBucket) (account string, granted bool) {
	found := s.owners[l.name]
	switch {
	case found.gone:
		return "", false
	case found.account != "":
		return found.account, found.account != t.TaskAccount
	case l.toldOwner == t.TaskAccount:
		return l.toldOwner, false
	}
	for _, u := range s.transfers {
		for _, e := range []transfer.Endpoint{u.Source, u.Destination} {
			if e.Bucket == l.name {
				return e.Account, e.Account != t.TaskAccount
			}
		}
	}
	for _, guess := range []string{l.toldOwner, t.End(l.side).Account} {
		if ok := s.readable[guess]; guess != "" && !ok && guess != t.TaskAccount {
			return guess, true
		}
	}
	return "", true
}

// formerBuckets are the left buckets of other accounts, as far as their owners are known.
func (s *snapshot) formerBuckets(t *transfer.Transfer) []desired.Bucket {
	var out []desired.Bucket
	for _, l := range s.formerBucketsOf(t) {
		if account, granted := s.ownerOf(t, l); granted && account != "" {
			out = append(out, desired.Bucket{Spec: bucket.Spec{Name: l.name, Account: account, Region: cmp.Or(s.owners[l.name].region, l.regions[0])}, Former: true,
				SharedPolicy: desired.SharedPolicy{Transfers: []*transfer.Transfer{t}, Ours: t.End(l.side).Sids, Grants: true}})
		}
	}
	return out
}

// ownerless are the left buckets whose owners are not known: by name, why not.
func (s *snapshot) ownerless(t *transfer.Transfer) map[string]error {
	out := map[string]error{}
	for _, l := range s.formerBucketsOf(t) {
		if account, granted := s.ownerOf(t, l); granted && account == "" {
			out[l.name] = cmp.Or(s.owners[l.name].err, errNotRead)
		}
	}
	return out
}

// withFormer adds the buckets that the transfers have left to what they want: nothing of theirs is to stand there. A bucket that another
// transfer of the plan still uses, or the other end, stands once.
func (s *snapshot) withFormer(w desired.Set) desired.Set {
	w.Buckets = slices.Clone(w.Buckets)
	for _, t := range w.Tasks {
		for _, l := range s.formerBuckets(t.Transfer) {
			i := slices.IndexFunc(w.Buckets, func(b desired.Bucket) bool { return b.Spec.Name == l.Spec.Name })
			if i < 0 {
				w.Buckets = append(w.Buckets, l)
				continue
			}
			b := &w.Buckets[i]
			if !slices.Contains(desired.Names(b.Transfers), t.Transfer.Name) {
				b.Transfers = append(slices.Clone(b.Transfers), l.Transfers...)
			}
			b.Ours = append(slices.Clone(b.Ours), l.Ours...)
			b.Grants = true
		}
	}
	return s.withFormerLogs(s.withFormerKeys(w))
}

// readFormerBuckets reads the policies of the buckets that the transfers have left. A location does not say who owns its bucket, so that every client is
// tried, each with its own account as the expected owner: S3 answers the owner only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func (s *reader) readFormerBuckets(ctx context.Context, w desired.Set) {
	left := map[string]formerBucket{}
	for _, t := range w.Tasks {
		for _, l := range s.formerBucketsOf(t.Transfer) {
			if _, seen := s.buckets[l.name]; !seen {
				left[l.name] = l
			}
		}
	}
	if len(left) == 0 {
		return
	}
	s.owners = map[string]formerOwner{}
	strangers := s.identifyRest(ctx)
	var wg sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(left)) {
		for account := range s.clients {
			if err := strangers[account]; err != nil {
				s.disown(name, err)
				continue
			}
			for _, reg := range slices.Compact(slices.Sorted(slices.Values(left[name].regions))) {
				wg.Go(func() { s.readFormerBucket(ctx, bucket.Spec{Name: name, Account: account, Region: reg}) })
			}
		}
	}
	wg.Wait()
}

// identifyRest proves whose the clients are that no transfer names. The errors are by account.
func (s *reader) identifyRest(ctx context.Context) map[string]error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	errs, proved := map[string]error{}, accountsOf(s.clients, s.transfers)
	for account := range s.clients {
		if slices.Contains(proved, account) {
			continue
		}
		wg.Go(func() {
			if _, err := identify(ctx, s.clients, []string{account}); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs[account] = err
			}
		})
	}
	wg.Wait()
	return errs
}

// disown notes that a client could not read the policy of a left bucket.
func (s *reader) disown(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[name]
	if o.err == nil || err.Error() < o.err.Error() {
		o.err = err
	}
	s.owners[name] = o
}

func (s *reader) readFormerBucket(ctx context.Context, spec bucket.Spec) {
	api, err := s.clients.S3(spec.Account, spec.Region)
	state := bucket.State{Exists: true, OwnerProved: true}
	if err == nil {
		state.Policy, err = guard.ReadBucketPolicy(ctx, api, spec)
	}
	if err != nil && !awserr.Is(err, "NoSuchBucket") {
		s.disown(spec.Name, &plan.CallError{Account: spec.Account, Region: spec.Region, Operation: "s3:GetBucketPolicy", Subject: spec.Name, Err: err})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[spec.Name]
	if err != nil {
		o.gone = true
	} else {
		o.account, o.region, s.buckets[spec.Name] = spec.Account, spec.Region, state
	}
	s.owners[spec.Name] = o
}

// dropFormerStatements plans that our statements leave the buckets that the transfer has left, once nothing of ours uses them. It returns the IDs
// of these changes: the locations, which tell of these buckets, go only after them.
func (b *builder) dropFormerStatements(t *transfer.Transfer, after []string) []string {
	var out []string
	for _, w := range b.snap.formerBuckets(t) {
		if slices.ContainsFunc(b.desired.Buckets, func(x desired.Bucket) bool { return x.Spec.Name == w.Spec.Name && !x.Former }) {
			continue
		}
		if id := b.dropStatements(w, map[string][]string{t.Name: after}); id != "" && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	unknown := b.snap.ownerless(t)
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeUnread, Subject: name,
			Detail: fmt.Sprintf("statements of ours may stand in the policy of bucket %s, which the transfer has left; who owns it is not known: %s", name, text.OneLine(unknown[name])),
			Remedy: "plan with a client of the owner's account that may read and write the bucket's policy: until then the location that tells of it stays, and the role"})
	}
	return out
}
