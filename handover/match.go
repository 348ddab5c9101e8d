package handover

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

// match compares every change of the account with what the transfers ask for, and keeps what the scripts are about.
func (w *work) match() error {
	var errs []error
	seen := map[string]bool{}
	w.twins, w.known = map[string]bool{}, map[string]bool{}
	for _, ch := range w.part.Changes {
		if id, twin := strings.CutSuffix(ch.ID, blockedMark); twin {
			w.twins[id] = true
		}
	}
	for i := range w.part.Changes {
		ch := &w.part.Changes[i]
		if seen[ch.ID] {
			errs = append(errs, mismatch(ch, "it stands twice in the plan"))
			continue
		}
		seen[ch.ID] = true
		errs = append(errs, w.matchChange(ch))
	}
	return errors.Join(errs...)
}

func mismatch(ch *plan.Change, detail string) error {
	return &plan.MismatchError{Change: ch.ID, Detail: detail}
}

// blockedMark ends the ID of a change for blocked transfers beside one for others.
const blockedMark = "#blocked"

// address is the ID of the change without the mark of one that is blocked.
func address(ch *plan.Change) string { return strings.TrimSuffix(ch.ID, blockedMark) }

// setOf is what the transfers of the change ask for: a plan has a change for those that are blocked beside that of the others.
func (w *work) setOf(ch *plan.Change) desired.Index {
	switch {
	case strings.HasSuffix(ch.ID, blockedMark):
		return w.held
	case w.twins[ch.ID]:
		return w.free
	}
	return w.all
}

func (w *work) matchChange(ch *plan.Change) error {
	switch ch.Kind {
	case plan.BucketPolicy:
		return w.matchBucket(ch)
	case plan.KeyPolicy:
		return w.matchKey(ch)
	case plan.BucketOwnership:
		return w.matchOwnership(ch)
	}
	after, wanted := w.after(address(ch))
	switch {
	case w.part.Mode == plan.TearDown || ch.Op == plan.Delete:
		return nil // the bundle tells of it and does nothing about it
	case ch.Kind == plan.IAMRole:
		return w.matchRole(ch)
	case ch.Kind == plan.LogPolicy:
		return w.matchLogs(ch)
	case !wanted:
		return mismatch(ch, "the transfers do not ask for it")
	case ch.After != "" && !desired.SameRecord(ch.After, after):
		return mismatch(ch, "the text of what is wanted is another")
	}
	return nil
}

// after is the location, task or log group of the change as the transfers want it.
func (w *work) after(id string) (string, bool) {
	if l, ok := w.all.Locations[id]; ok {
		return l.After(), true
	}
	if t, ok := w.all.Tasks[id]; ok {
		return t.After(), true
	}
	g, ok := w.all.LogGroups[id]
	if !ok {
		return "", false
	}
	return g.After(), true
}

// matchRole accepts the Region wildcard in place of the desired trust, because whether a role gets the wildcard depends on who else uses it.
func (w *work) matchRole(ch *plan.Change) error {
	r, ok := w.setOf(ch).Roles[address(ch)]
	if !ok {
		return mismatch(ch, "the transfers do not ask for it")
	}
	if ch.After == "" {
		return nil
	}
	got, ok := roleRecord(ch.After)
	if !ok {
		return mismatch(ch, "the text of what is wanted is no role")
	}
	wildcard := iamrole.DataSyncTrust(r.Transfers[0].Partition, r.Account)
	if !got.Trust.Equal(r.Spec.Trust) && !got.Trust.Equal(wildcard) {
		return mismatch(ch, "the trust policy is another")
	}
	got.Trust = r.Spec.Trust
	got.Policies, r.Spec.Policies = snapshot.WithoutFormerKeys(got.Policies), snapshot.WithoutFormerKeys(r.Spec.Policies)
	if !desired.SameRecord(desired.Record(got), r.After(desired.RoleDiff{})) {
		return mismatch(ch, "the text of what is wanted is another")
	}
	return nil
}

func (w *work) matchLogs(ch *plan.Change) error {
	if l, ok := w.all.Logs[address(ch)]; ok {
		return w.matchStatements(ch, policy.Statements{l.Statement()}, nil, true)
	}
	if ch.Add.IsZero() {
		return nil // it takes away what nothing needs any more
	}
	return mismatch(ch, "the transfers do not ask for it")
}

func (w *work) matchBucket(ch *plan.Change) error {
	if b, ok := w.all.Buckets[address(ch)]; ok && b.Grants {
		s := shared{change: ch, sharedPolicy: b.SharedPolicy, arn: b.Spec.ARN(), region: b.Spec.Region, kind: policy.Bucket, wanted: b.Spec.Statements,
			shape: b.Shape(), exact: b.Exact()}
		return w.keepPolicy(s, len(b.Adopted.Roles)+len(b.Adopted.Operators) > 0)
	}
	left, err := w.former(ch, plan.BucketPolicy)
	if err != nil {
		return err
	}
	var l problem.List
	if s3name.Check(&l, "Name", ch.Name, ch.Region); l.Err() != nil || !region.Valid(ch.Region) {
		return mismatch(ch, "its name or Region is none")
	}
	b := desired.Bucket{Spec: bucket.Spec{Name: ch.Name, Account: w.account, Region: ch.Region}, SharedPolicy: left, Former: true}
	return w.keepPolicy(shared{change: ch, sharedPolicy: b.SharedPolicy, arn: b.Spec.ARN(), region: b.Spec.Region, kind: policy.Bucket,
		shape: b.Shape(), exact: b.Exact()}, false)
}

func (w *work) matchKey(ch *plan.Change) error {
	if k, ok := w.all.Keys[address(ch)]; ok {
		if ch.Op == plan.NoOp && !k.Grants {
			return nil
		}
		return w.keepPolicy(shared{change: ch, sharedPolicy: k.SharedPolicy, arn: k.Spec.ARN, region: k.Spec.Region(), kind: policy.Key, wanted: k.Spec.Statements,
			shape: k.Shape()}, false)
	}
	left, err := w.former(ch, plan.KeyPolicy)
	if err != nil {
		return err
	}
	k := desired.Key{Spec: kmskey.Spec{ARN: ch.ARN}, SharedPolicy: left, Former: true}
	if err := k.Spec.Validate(); err != nil || k.ID() != address(ch) {
		return mismatch(ch, "its ARN is another")
	}
	return w.keepPolicy(shared{change: ch, sharedPolicy: k.SharedPolicy, arn: ch.ARN, region: k.Spec.Region(), kind: policy.Key, shape: k.Shape()}, false)
}

// former are our Sids in the policy of a bucket or key that the transfers of the change used before. Only these may leave it.
func (w *work) former(ch *plan.Change, kind plan.Kind) (desired.SharedPolicy, error) {
	var out desired.SharedPolicy
	if address(ch) != transfer.ChangeID(w.account, ch.Region, kind, ch.Name) {
		return out, mismatch(ch, "its account, Region, kind or name is another")
	}
	if !ch.Add.IsZero() {
		return out, mismatch(ch, "the transfers do not ask for it")
	}
	for _, t := range w.transfers {
		if !slices.Contains(ch.Transfers, t.Name) {
			continue
		}
		out.Transfers = append(out.Transfers, t)
		sids := t.KeySids
		if kind == plan.BucketPolicy {
			sids = slices.Concat(t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids)
		}
		out.Ours = append(out.Ours, sids...)
	}
	out.Grants = true
	return out, nil
}

// keepPolicy compares the text of a policy with the statements that the transfers ask for, and keeps it for the scripts if it changes.
func (w *work) keepPolicy(s shared, adopts bool) error {
	ch := s.change
	if s.wanted != nil && (ch.Account != w.account || ch.Name != s.name() || ch.Region != s.region) {
		return mismatch(ch, "its account, Region, kind or name is another")
	}
	var wanted policy.Statements
	if w.part.Mode == plan.SetUp {
		wanted = w.setOf(ch).Statements(address(ch))
	}
	if err := w.matchStatements(ch, wanted, s.sharedPolicy.Ours, adopts); err != nil {
		return err
	}
	for _, sid := range ch.Remove {
		if !slices.Contains(s.sharedPolicy.Ours, sid) {
			s.adopted = append(s.adopted, sid)
		}
	}
	if !w.known[address(ch)] {
		w.known[address(ch)] = true
		w.policies = append(w.policies, s)
	}
	return nil
}

// matchStatements compares the statements to add and to take out, and the whole text as far as the policy was read, with those that are wanted. ours are
// the Sids that may leave; any says that others may leave too.
func (w *work) matchStatements(ch *plan.Change, wanted policy.Statements, ours []string, any bool) error {
	before, err := document(ch.Before)
	if err != nil {
		return mismatch(ch, text.OneLine(err))
	}
	after, err := document(ch.After)
	if err != nil {
		return mismatch(ch, text.OneLine(err))
	}
	bySid := map[string]policy.Statement{}
	for _, st := range wanted {
		bySid[st.Sid()] = st
	}
	for st := range ch.Add.All() {
		if want, ok := bySid[st.Sid()]; !ok || !want.Equal(st) {
			return mismatch(ch, "statement "+st.Sid()+" to add is another")
		}
	}
	for _, sid := range ch.Remove {
		if _, stays := bySid[sid]; stays || !any && !slices.Contains(ours, sid) {
			return mismatch(ch, "statement "+sid+" to remove is not ours")
		}
	}
	if ch.Before == "" && ch.After == "" { // it was not read
		for sid := range bySid {
			if _, ok := ch.Add.Statement(sid); !ok && ch.Op != plan.NoOp {
				return mismatch(ch, "statement "+sid+" is not there to add")
			}
		}
		return nil
	}
	return matchText(ch, before, after, bySid)
}

// matchText compares the text of a policy that was read: ours are there as wanted, all others were there before.
func matchText(ch *plan.Change, before, after policy.Document, wanted map[string]policy.Statement) error {
	rest := slices.Collect(before.All())
	for st := range after.All() {
		want, ok := wanted[st.Sid()]
		if ok && want.Equal(st) {
			continue
		}
		i := slices.IndexFunc(rest, st.Equal) // S3 may show the role of a statement of ours as its unique id
		if i < 0 && ok {
			return mismatch(ch, "statement "+st.Sid()+" is another")
		}
		if i < 0 {
			return mismatch(ch, text.Statement(text.SidOr(st.Sid(), 0))+" is nobody's")
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for sid := range wanted {
		if _, ok := after.Statement(sid); !ok && ch.Kind != plan.LogPolicy {
			return mismatch(ch, "statement "+sid+" is another")
		}
	}
	return nil
}

// document is the policy in the text, the zero Document for "".
func document(text string) (policy.Document, error) {
	if text == "" {
		return policy.Document{}, nil
	}
	return policy.Parse([]byte(text))
}

func (w *work) matchOwnership(ch *plan.Change) error {
	b, ok := w.all.Ownerships[address(ch)]
	if !ok || !b.Spec.DisableACLs {
		return mismatch(ch, "the transfers do not ask for it")
	}
	o := ownership{change: ch, spec: b.Spec, want: "BucketOwnerEnforced"}
	if w.part.Mode == plan.TearDown {
		o.want = string(w.part.Settings.Ownership[b.Spec.Name])
	}
	if ch.After != o.want || o.want == "" || ch.Name != b.Spec.Name || ch.Region != b.Spec.Region || ch.Account != b.Spec.Account {
		return mismatch(ch, "the Object Ownership that is wanted is another")
	}
	if !w.known[address(ch)] {
		w.known[address(ch)] = true
		w.ownership = append(w.ownership, o)
	}
	return nil
}

// roleRecord reads a role of a plan's text; false if it is none.
func roleRecord(s string) (desired.RoleRecord, bool) {
	var r desired.RoleRecord
	return r, s != "" && json.Unmarshal([]byte(s), &r) == nil
}
