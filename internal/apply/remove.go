package apply

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// matchesRemove compares the Sids that the text takes out of a policy of a bucket or key with those that its transfers can have there. A statement of
// others is taken out only where ours take its place: then it stands in the text before and not after.
func (r *run) matchesRemove(ch, asked *plan.Change) error {
	if len(ch.Remove) == 0 || ch.Kind != plan.BucketPolicy && ch.Kind != plan.KeyPolicy {
		return nil
	}
	mismatch := func(sid, why string) error {
		return &plan.MismatchError{Change: ch.ID, Detail: "it takes out " + text.Statement(sid) + ", " + why}
	}
	before, err := parseOrNone(ch.Before)
	after, err2 := parseOrNone(ch.After)
	if err := cmp.Or(err, err2); err != nil {
		return &plan.MismatchError{Change: ch.ID, Detail: text.OneLine(err)}
	}
	ours := r.oursIn(ch)
	for _, sid := range ch.Remove {
		_, stood := before.Statement(sid)
		_, stays := after.Statement(sid)
		if !slices.Contains(asked.Remove, sid) && !slices.Contains(ours, sid) && (stays || !stood) {
			return mismatch(sid, "which is not the transfers'")
		}
	}
	if r.approved.Mode == plan.TearDown {
		return nil
	}
	for _, st := range r.wantedUnblocked.Statements(ch.ID) {
		if slices.Contains(ch.Remove, st.Sid()) {
			return mismatch(st.Sid(), "which the transfers ask for")
		}
	}
	return nil
}

// oursIn are the Sids that the transfers of the change can have in its policy.
func (r *run) oursIn(ch *plan.Change) []string {
	if w, ok := r.wantedUnblocked.Buckets[ch.ID]; ok {
		return w.Ours
	}
	if w, ok := r.wantedUnblocked.Keys[ch.ID]; ok {
		return w.Ours
	}
	var out []string
	for _, t := range r.approved.Transfers {
		if slices.Contains(ch.Transfers, t.Name) {
			out = slices.Concat(out, t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids)
		}
	}
	return out
}
