package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// stored is what of ours stands in the policy, which was read at a time, and the digest of the rest. sids are those that were looked for, ours those of
// them that are on statements of ours.
func stored(d policy.Document, sids, ours []string, at time.Time) *plan.Stored {
	out := &plan.Stored{Time: at.UTC(), Sids: slices.Compact(slices.Sorted(slices.Values(sids)))}
	var mine policy.Statements
	sum, others := sha256.New(), false
	for st := range d.All() {
		if slices.Contains(ours, st.Sid()) {
			mine = append(mine, st)
			continue
		}
		sum.Write(append(st.Bytes(), '\n'))
		others = true
	}
	if len(mine) > 0 {
		out.Ours = policy.New(mine)
	}
	if others {
		out.Rest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	}
	return out
}

// stored is what of ours stands in the target, which was read at a time.
func (t target) stored(d policy.Document, at time.Time) *plan.Stored {
	ours := t.Ours
	if t.oursIn != nil {
		ours = t.oursIn(d)
	}
	return stored(d, t.Ours, ours, at)
}

// noteStored adds to the results what was read and not written: our statements in policies, and the ids of roles.
func (r *run) noteStored(res *plan.ChangeResult) {
	switch res.Kind {
	case plan.IAMRole:
		w, ok := r.wanted.Roles[res.ID]
		if !ok || res.RoleID != "" || res.Status != plan.Done && res.Status != plan.Unchanged {
			return
		}
		r.mu.Lock()
		res.RoleID = r.idOf(w.Arn)
		r.mu.Unlock()
	case plan.BucketOwnership:
		if s, read := r.current.Snap.Buckets[res.Name]; read && res.Status == plan.Unchanged && s.Ownership != "" {
			res.Stored = &plan.Stored{Time: r.readAt.UTC(), Ownership: s.Ownership}
		}
	case plan.BucketPolicy, plan.KeyPolicy:
		defer r.noteOwnership(res)
		if res.Status != plan.Unchanged || res.Stored != nil {
			return
		}
		if w, ok := r.wanted.Buckets[res.ID]; ok {
			if s, read := r.current.Snap.Buckets[w.Spec.Name]; read {
				res.Stored = stored(s.Policy, w.Ours, w.OursIn(s.Policy, r.known(s.Policy)), r.readAt)
			}
		}
		if w, ok := r.wanted.Keys[res.ID]; ok {
			if s, read := r.current.Snap.Keys[w.Spec.ARN]; read {
				res.Stored = stored(s.Policy, w.Ours, w.Ours, r.readAt)
			}
		}
	}
}

// noteOwnership adds to what was stored of a bucket's policy the bucket's Object Ownership as it was read, unless the plan changes it: then the change
// has a result of its own.
func (r *run) noteOwnership(res *plan.ChangeResult) {
	if res.Kind != plan.BucketPolicy || res.Stored == nil {
		return
	}
	if r.approvedByID[transfer.ChangeID(res.Account, res.Region, plan.BucketOwnership, res.Name)] != nil {
		return
	}
	if s, read := r.current.Snap.Buckets[res.Name]; read && s.Unread[bucket.PartOwnership] == nil {
		res.Stored.Ownership = s.Ownership
	}
}
