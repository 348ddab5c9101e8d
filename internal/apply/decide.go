package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// decide says how the change ends without being made, "" if it is to be made.
func (r *run) decide(ctx context.Context, ch *plan.Change) (plan.Status, error) {
	if err := ctx.Err(); err != nil {
		return plan.Skipped, fmt.Errorf("%s: not begun: %w", ch.ID, context.Cause(ctx))
	}
	if ch.Hold == plan.Blocked {
		return plan.Skipped, nil // the transfers' findings are reported once, not with every change
	}
	for _, id := range slices.Concat(r.requires(ch), r.tellers(ch)) {
		if s := r.status(id); s == plan.Failed || s == plan.Skipped {
			return plan.Skipped, &dependentError{change: ch.ID, on: id}
		}
	}
	if ch.Hold == plan.Handover {
		return plan.Waiting, &plan.WaitingError{Account: ch.Account, Changes: []string{ch.ID}}
	}
	if ch.Hold == plan.Reported {
		return r.reported(ch)
	}
	if waits := r.waitsFor(ch); (r.approved.Mode == plan.TearDown || ch.Op == plan.Delete || ch.Kind == plan.IAMRole) && waits != nil {
		return plan.Waiting, waits
	}
	asked, now := r.currentUnblocked[ch.ID], r.changes[ch.ID]
	if asked == nil {
		return r.vanished(ch)
	}
	if now == nil || now.Hold == plan.Blocked {
		return plan.Skipped, nil // its transfers are blocked by now
	}
	if now.Hold == plan.Handover {
		return plan.Waiting, &plan.WaitingError{Account: ch.Account, Changes: []string{ch.ID}}
	}
	if err := r.matches(ch, asked); err != nil {
		return plan.Failed, err
	}
	if now.Op == plan.NoOp {
		return plan.Unchanged, nil
	}
	if ch.Op == plan.NoOp {
		return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: "there was nothing to do, and now there is"}
	}
	if !r.approves(ch, now) {
		return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: fmt.Sprintf("the plan says %s, and by now it would be %s", ch.Op, now.Op)}
	}
	if id, ok := r.lacks(ch); ok {
		return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: "by now it needs " + id + " first, which the plan does not hold"}
	}
	if err := r.stale(ch, asked); err != nil {
		return plan.Failed, err
	}
	return "", nil
}

// reported ends a change that is done by somebody's word. The word counts as long as it is about what the transfers want and what is there; where the
// policy can be read by now, that decides.
func (r *run) reported(ch *plan.Change) (plan.Status, error) {
	switch now := r.changes[ch.ID]; {
	case now == nil:
		return r.vanished(ch)
	case now.Hold == plan.Blocked:
		return plan.Skipped, nil
	case now.Hold == plan.Handover:
		return plan.Waiting, &plan.WaitingError{Account: ch.Account, Changes: []string{ch.ID}}
	case now.Hold == plan.Reported, now.Op == plan.NoOp:
		return plan.Unchanged, nil
	}
	return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: "it is not as it was reported"}
}

// sharedPolicy reports whether the change is of a policy that others write too.
func sharedPolicy(ch *plan.Change) bool {
	return ch.Kind == plan.BucketPolicy || ch.Kind == plan.KeyPolicy || ch.Kind == plan.LogPolicy
}

// approves reports whether the approved change covers what is to be done now. What was to be made may exist in part by now, and what was to be
// deleted may have to stay for others. Nothing is replaced or deleted that the plan does not replace or delete.
func (r *run) approves(ch, now *plan.Change) bool {
	switch {
	case ch.Op == now.Op:
		return true
	case r.approved.Mode == plan.TearDown && ch.Op != plan.Update && ch.Op != plan.Delete:
		return false // a plan to set up, called one to tear down
	case sharedPolicy(ch):
		return true
	}
	return now.Op == plan.Update && (ch.Op == plan.Create || ch.Op == plan.Delete)
}

// vanished ends a change that the current plan does not have: in a tear-down it is done already, otherwise its transfer is blocked by now.
func (r *run) vanished(ch *plan.Change) (plan.Status, error) {
	blocked := planner.BlockingByTransfer(r.current.Findings.List)
	for _, t := range ch.Transfers {
		if blocked[t] != nil {
			return plan.Skipped, nil
		}
	}
	if err := r.current.Snap.WhyUnread(ch); err != nil {
		if !r.current.CanRead(ch.Account) {
			return plan.Waiting, &plan.WaitingError{Account: ch.Account, Changes: []string{ch.ID}}
		}
		return plan.Failed, err
	}
	if f := r.keptTwin(ch); f != nil {
		return plan.Failed, &plan.StaleError{Change: ch.ID, Detail: f.Detail}
	}
	if r.approved.Mode == plan.TearDown || ch.Op == plan.Delete {
		return plan.Unchanged, nil
	}
	if sharedPolicy(ch) && len(r.wantedUnblocked.Statements(ch.ID)) == 0 && r.matchesStatements(ch) == nil {
		return plan.Unchanged, nil // it takes statements of ours away, which are gone
	}
	return plan.Failed, &plan.MismatchError{Change: ch.ID, Detail: "the transfers do not ask for it"}
}

// edited reports every change whose text is not what the plan's transfers ask for, before anything is written.
func (r *run) edited() error {
	var errs []error
	for i := range r.approved.Changes {
		ch := &r.approved.Changes[i]
		asked, now := r.currentUnblocked[ch.ID], r.changes[ch.ID]
		if ch.Hold == "" && asked != nil && now != nil && now.Hold == "" {
			errs = append(errs, r.matches(ch, asked))
		}
	}
	return errors.Join(errs...)
}

// matches compares the text of the plan with what its own transfers ask for: edits of the text are never written.
func (r *run) matches(ch, asked *plan.Change) error {
	if ch.Kind != asked.Kind || ch.Account != asked.Account || ch.Region != asked.Region || ch.Name != asked.Name {
		return &plan.MismatchError{Change: ch.ID, Detail: "its account, Region, kind or name is another"}
	}
	if err := r.matchesRemove(ch, asked); err != nil || r.approved.Mode == plan.TearDown {
		return err
	}
	switch ch.Kind {
	case plan.BucketPolicy, plan.KeyPolicy, plan.LogPolicy:
		return r.matchesStatements(ch)
	case plan.IAMRole:
		if !r.orphans[asked.ID] {
			return r.matchesRole(ch)
		}
	}
	if !desired.SameRecord(ch.After, asked.After) {
		return &plan.MismatchError{Change: ch.ID, Detail: "the text of what is wanted is another"}
	}
	return nil
}

// matchesStatements compares the text of a policy with the statements that the transfers ask for, both ways: ours are all there as desired, and all
// others were there before.
func (r *run) matchesStatements(ch *plan.Change) error {
	mismatch := func(detail string) error { return &plan.MismatchError{Change: ch.ID, Detail: detail} }
	before, err := parseOrNone(ch.Before)
	if err != nil {
		return mismatch(text.OneLine(err))
	}
	after, err := parseOrNone(ch.After)
	if err != nil {
		return mismatch(text.OneLine(err))
	}
	wanted := map[string]bool{}
	if ch.Before == "" && ch.After == "" && !ch.Add.IsZero() { // it was not read
		after = ch.Add
	}
	ids := r.known(before, after, ch.Add)
	for st := range ch.Add.All() {
		if got, ok := after.Statement(st.Sid()); !ok || !got.EqualWith(st, ids) {
			return mismatch("statement " + st.Sid() + " to add is another")
		}
	}
	for _, st := range r.wantedUnblocked.Statements(ch.ID) {
		wanted[st.Sid()] = true
		if was, stood := before.Statement(st.Sid()); ch.Op != plan.NoOp && !(stood && was.EqualWith(st, ids)) && !named(ch.Details, st.Sid()) {
			return mismatch("its details do not name statement " + st.Sid() + ", which it writes")
		}
		if ch.Kind == plan.LogPolicy && ch.Op == plan.NoOp {
			continue // another statement may say it: nothing is written
		}
		if got, ok := after.Statement(st.Sid()); !ok || !got.EqualWith(st, ids) {
			return mismatch("statement " + st.Sid() + " is another")
		}
	}
	rest := slices.Collect(before.All())
	for st := range after.All() {
		if wanted[st.Sid()] {
			continue
		}
		i := slices.IndexFunc(rest, st.Equal)
		if i < 0 {
			return mismatch("statement " + cmp.Or(st.Sid(), string(st.Bytes()[:min(40, len(st.Bytes()))])+"…") + " is nobody's")
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return nil
}

// named reports whether a line of the details is about the statement.
func named(details []string, sid string) bool {
	return slices.ContainsFunc(details, func(line string) bool {
		for _, sign := range []string{"+ ", "~ ", "- "} {
			if strings.HasPrefix(line, sign+sid+"   ") { // a Sid in a bucket's policy may have spaces
				return true
			}
		}
		return false
	})
}

// matchesRole accepts the Region wildcard in place of the desired trust, because whether a role gets the wildcard depends on who else uses it.
func (r *run) matchesRole(ch *plan.Change) error {
	var got desired.RoleRecord
	if err := json.Unmarshal([]byte(ch.After), &got); err != nil {
		return &plan.MismatchError{Change: ch.ID, Detail: text.OneLine(err)}
	}
	if w, ok := r.wantedUnblocked.Roles[ch.ID]; ok {
		wildcard := iamrole.DataSyncTrust(w.Transfers[0].Partition, w.Account)
		if !got.Trust.Equal(w.Spec.Trust) && !got.Trust.Equal(wildcard) {
			return &plan.MismatchError{Change: ch.ID, Detail: "the trust policy is another"}
		}
		got.Trust = w.Spec.Trust
		got.Policies, w.Spec.Policies = snapshot.WithoutFormerKeys(got.Policies), snapshot.WithoutFormerKeys(w.Spec.Policies)
		if desired.Record(got) != w.After(desired.RoleDiff{}) {
			return &plan.MismatchError{Change: ch.ID, Detail: "the text of what is wanted is another"}
		}
	}
	return nil
}
