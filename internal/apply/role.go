package apply

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (s step) applyRole(ctx context.Context, w desired.Role) (plan.Status, error) {
	api, err := s.clients.IAM(w.Account)
	if err != nil {
		return plan.Failed, err
	}
	state := s.current.Snap.Roles[w.Arn]
	if s.approved.Mode == plan.TearDown {
		return s.removeRole(ctx, api, w, state)
	}
	s.res.ARN = w.Arn
	made, found, was := !state.Exists, false, state.Policies
	if made {
		if state, found, err = s.createRole(ctx, api, w); err != nil {
			return plan.Failed, s.callError("iam:CreateRole", err)
		}
	}
	s.know(state.ID, w.Arn)
	s.roleFor = s.opts.Settle // another apply may have made it a moment ago
	if made {                 // the policies of a role that existed say what it used before, until a tag says it too
		s.roleFor = s.opts.Budget
		s.use(s.ch.ID)
	}
	unchanged := func([]string) error { return nil } // a role that this apply has just made had no policies
	if found || !made {
		unchanged = func(names []string) error { return s.policiesStale(ctx, api, w, was, names) }
	}
	return ended(s.updateRole(ctx, api, w, state, w.Diff(state), unchanged))
}

// updateRole makes the writes by which the role becomes what the difference says, in an order that keeps it usable: what it may still do is taken
// away last. unchanged reports policies that were written since they were read. What its trust and policies alone say of the past is noted in tags before they change.
func (s step) updateRole(ctx context.Context, api iamrole.API, w desired.Role, state iamrole.State, d desired.RoleDiff,
	unchanged func(policies []string) error,
) error {
	tag := func(tags map[string]string) error {
		if len(tags) == 0 {
			return nil
		}
		spec := w.Spec
		spec.Tags = tags
		in, err := spec.TagInput()
		return send(ctx, s, "iam:TagRole", 0, api.TagRole, in, err)
	}
	if !d.Trust.IsZero() {
		if note := s.current.Snap.NoteRegions(s.desired, w.Transfers); note != "" {
			if err := tag(map[string]string{w.Transfers[0].TagKey(transfer.TagRegion): note}); err != nil {
				return err
			}
		}
		spec := w.Spec
		spec.Trust = d.Trust
		in, err := spec.UpdateTrustInput()
		if err := send(ctx, s, "iam:UpdateAssumeRolePolicy", s.opts.Budget, api.UpdateAssumeRolePolicy, in, err); err != nil {
			return err
		}
	}
	if d.Bound { // before the policies, which it may be there to bound
		in, err := w.Spec.BoundaryInput()
		if err := send(ctx, s, "iam:PutRolePermissionsBoundary", 0, api.PutRolePermissionsBoundary, in, err); err != nil {
			return err
		}
	}
	notes, _ := desired.DiffTags(s.current.Snap.NoteBuckets(w), state.Tags)
	for _, tags := range []map[string]string{d.Tags, notes} {
		if err := tag(tags); err != nil {
			return err
		}
	}
	if err := unchanged(d.Put); err != nil {
		return err
	}
	if err := s.putPolicies(ctx, api, w, d.Put); err != nil {
		return err
	}
	s.use(s.ch.ID)
	return s.deletePolicies(ctx, api, w, d.Drop)
}

// know remembers the unique id that S3 may show in place of the role's ARN. Any other id that the role was known by is that of a deleted one.
func (r *run) know(id, arn string) {
	if id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[id] == arn && r.newIDs[arn] == "" {
		return // known already
	}
	if r.newIDs == nil {
		r.newIDs, r.newARNs = map[string]string{}, map[string]string{}
	}
	delete(r.newARNs, r.newIDs[arn])
	r.newIDs[arn], r.newARNs[id] = id, arn
}

// known are the ARNs of the roles that the documents name, by their unique ids; none if no document shows an id. It is made for the documents: a fleet has
// too many roles to hand all of them to each comparison.
func (r *run) known(documents ...policy.Document) map[string]string {
	if !slices.ContainsFunc(documents, showsID) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[string]string{}
	for _, d := range documents {
		for st := range d.All() {
			principals, _ := st.Principals()
			for _, p := range principals {
				if arn := r.roleOf(p.Value()); arn != "" {
					out[p.Value()] = arn
				} else if id := r.idOf(p.Value()); id != "" {
					out[id] = p.Value()
				}
			}
		}
	}
	return out
}

// showsID reports whether the document may name a role or user by its unique id.
func showsID(d policy.Document) bool {
	text := d.Bytes()
	return bytes.Contains(text, []byte("AROA")) || bytes.Contains(text, []byte("AIDA")) || bytes.ContainsRune(text, '\\') // which may hide one
}

// roleOf is the ARN of the role that has the unique id; "" if nobody knows it. It needs r.mu.
func (r *run) roleOf(id string) string {
	if arn := r.newARNs[id]; arn != "" {
		return arn
	}
	if arn := r.ids[id]; r.newIDs[arn] == "" {
		return arn
	}
	return ""
}

// idOf is the unique id of the role; "" if nobody knows it. It needs r.mu.
func (r *run) idOf(arn string) string { return cmp.Or(r.newIDs[arn], r.readIDs[arn]) }

// createRole makes the role. A role of that name that has appeared meanwhile is taken over if it is ours; found reports that.
func (s step) createRole(ctx context.Context, api iamrole.API, w desired.Role) (created iamrole.State, found bool, err error) {
	spec := w.Made()
	in, err := spec.CreateInput()
	if err != nil {
		return iamrole.State{}, false, err
	}
	created = iamrole.State{Exists: true, ARN: w.Arn, Trust: w.Spec.Trust, Tags: spec.Tags}
	look := func(ctx context.Context) (bool, error) {
		state, err := iamrole.Observe(ctx, api, w.Spec)
		if err = errors.Join(err, state.Unread[iamrole.PartRole]); err != nil || !state.Exists {
			return false, err
		}
		if why, ok := w.Ours(state); !ok {
			return false, &plan.OwnerError{Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Detail: why}
		}
		created, found = state, true
		s.res.Detail = "it was there already"
		return true, nil
	}
	err = s.retry(ctx, s.opts.Budget, func(ctx context.Context) error {
		return s.once(ctx, func(ctx context.Context) error {
			out, err := api.CreateRole(ctx, in, func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
			if err == nil && out.Role != nil {
				created.ID = aws.ToString(out.Role.RoleId)
				s.keep(out)
			}
			return err
		}, look)
	})
	if awserr.Is(err, "EntityAlreadyExists") {
		seen, lookErr := s.settle(ctx, look)
		if !seen {
			return iamrole.State{}, false, errors.Join(err, lookErr)
		}
		err = nil
	}
	return created, found, err
}

// putPolicies writes inline policies side by side.
func (s step) putPolicies(ctx context.Context, api iamrole.API, w desired.Role, names []string) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			in, err := w.Spec.PutPolicyInput(name)
			if err == nil {
				err = s.repeat(ctx, s.opts.Budget, func(ctx context.Context) error {
					out, err := api.PutRolePolicy(ctx, in)
					if err == nil {
						s.keep(out)
					}
					return err
				})
			}
			errs[i] = err
		})
	}
	wg.Wait()
	return s.callError("iam:PutRolePolicy", errors.Join(errs...))
}

// policiesStale reports an inline policy of the role that is neither as it was read nor as it is desired. It is neither written over nor deleted, because
// it may be all that tells of a bucket or key of another version of the transfer.
func (s step) policiesStale(ctx context.Context, api iamrole.API, w desired.Role, was map[string]policy.Document, names []string) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			is, err := guard.ReadRolePolicy(ctx, api, w.Spec.Name, name)
			switch {
			case err != nil:
				errs[i] = s.callError("iam:GetRolePolicy", err)
			case !is.IsZero() && !is.Equal(was[name]) && !is.Equal(w.Spec.Policies[name]):
				errs[i] = &plan.StaleError{Change: s.ch.ID, Detail: "inline policy " + name + " is neither as it was read nor as it is wanted"}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s step) deletePolicies(ctx context.Context, api iamrole.API, w desired.Role, names []string) error {
	s.roleFor = 0 // what is not there is deleted
	for _, name := range names {
		in, err := w.Spec.DeletePolicyInput(name)
		if err := remove(ctx, s, "iam:DeleteRolePolicy", api.DeleteRolePolicy, in, err); err != nil {
			return err
		}
	}
	return nil
}

// forgetBucket removes the tags by which the transfer's roles tell of a bucket, before the location that used it is deleted. A role can have 50
// tags, which a transfer that moves often would use up. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (s step) forgetBucket(ctx context.Context, name string) error {
	for _, w := range s.desired.Roles {
		for _, t := range w.Transfers {
			key := snapshot.FormerTag(t, name)
			if !slices.Contains(s.ch.Transfers, t.Name) || s.current.Snap.NoteBuckets(w)[key] == "" && s.current.Snap.Roles[w.Arn].Tags[key] == "" {
				continue
			}
			api, err := s.clients.IAM(w.Account)
			if err != nil {
				return s.callError("iam:UntagRole", err)
			}
			in, err := w.Spec.UntagInput(key)
			if err := send(ctx, s, "iam:UntagRole", 0, api.UntagRole, in, err); err != nil {
				return err
			}
		}
	}
	return nil
}
