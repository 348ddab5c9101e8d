package apply

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
)

// namesRoles are the kinds of changes of policies that may name roles as principals.
var namesRoles = map[plan.Kind]bool{plan.BucketPolicy: true, plan.KeyPolicy: true}

// removedBeside reports whether the change takes away a role whose inline policies may go while the policies of buckets and keys, which are stored without
// our statements by then, are read back. An inline policy that tells of a bucket or key that the transfer has left goes only when our statement
// there is proved to be out, because nothing else would tell of that statement.
func (r *run) removedBeside(ch *plan.Change) bool {
	if r.approved.Mode != plan.TearDown || ch.Kind != plan.IAMRole || r.orphans[ch.ID] {
		return false
	}
	w, ok := r.wanted.Roles[ch.ID]
	if !ok || w.Shared {
		return false
	}
	for _, t := range w.Transfers {
		if len(r.current.Snap.FormerBucketsOf(t)) > 0 {
			return false
		}
	}
	return !slices.ContainsFunc(r.wanted.KeysOf(w), func(k desired.Key) bool { return k.Former })
}

// removeRole deletes our inline policies, and the role if nothing else is left on it and no policy that can be read names it.
func (s step) removeRole(ctx context.Context, api iamrole.API, w desired.Role, state iamrole.State) (plan.Status, error) {
	end := w.Leaving(state, s.approved.Settings.DeleteAdopted)
	whole := len(end.Rest) == 0 && !end.Release && s.ch.Op == plan.Delete && !w.Shared
	unnamed := s.newProver(w, state)
	if !whole {
		unnamed.policies = nil
	}
	if s.removedBeside(s.ch) {
		if status, err := s.removeBeside(ctx, api, w, state, end, unnamed); err != nil {
			return status, err
		}
	} else if err := s.removeAfter(ctx, api, w, state, end, unnamed); err != nil {
		return plan.Failed, err
	}
	switch {
	case end.Release:
		return ended(s.releaseRole(ctx, api, w, state))
	case !whole:
		return plan.Done, nil
	}
	if err := unnamed.prove(ctx, false); err != nil { // again what has become too old
		return plan.Failed, err
	}
	in, err := w.Spec.DeleteInput()
	return ended(remove(ctx, s, "iam:DeleteRole", api.DeleteRole, in, err))
}

// removeAfter deletes the inline policies once it is proved that no policy names the role.
func (s step) removeAfter(ctx context.Context, api iamrole.API, w desired.Role, state iamrole.State, end desired.RoleEnd, unnamed *prover) error {
	var stale error
	var wg sync.WaitGroup
	wg.Go(func() { stale = s.policiesStale(ctx, api, w, state.Policies, end.Gone) })
	err := unnamed.prove(ctx, false)
	wg.Wait()
	if err := errors.Join(err, stale); err != nil {
		return err
	}
	return s.deletePolicies(ctx, api, w, end.Gone)
}

// removeBeside deletes the inline policies while the policies that may name the role are read back.
func (s step) removeBeside(ctx context.Context, api iamrole.API, w desired.Role, state iamrole.State, end desired.RoleEnd, unnamed *prover) (plan.Status, error) {
	if err := s.policiesStale(ctx, api, w, state.Policies, end.Gone); err != nil {
		return plan.Failed, err
	}
	if err := s.stored(s.usable); err != nil {
		return plan.Skipped, err
	}
	var removed error
	var wg sync.WaitGroup
	wg.Go(func() { removed = s.deletePolicies(ctx, api, w, end.Gone) })
	named := unnamed.prove(ctx, true)
	wg.Wait()
	if err := errors.Join(named, removed, s.stored(s.done)); err != nil {
		return plan.Failed, err
	}
	unnamed.awaitWrites()
	return "", nil
}

// stored waits until the changes of policies that this one requires have come so far, and says which was not made.
func (s step) stored(far map[string]chan struct{}) error {
	for _, id := range s.requires(s.ch) {
		q := s.results[id]
		if q == nil || !namesRoles[q.Kind] {
			continue
		}
		<-far[id]
		if st := s.status(id); st != "" && st != plan.Done && st != plan.Unchanged {
			return &dependentError{change: s.ch.ID, on: id}
		}
	}
	return nil
}
