package apply

import (
	"context"
	"errors"
	"maps"
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
)

// execute makes one change that is due.
func (r *run) execute(ctx context.Context, ch *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	if now := r.changes[ch.ID]; now != nil && r.orphans[ch.ID] {
		return r.removeOrphan(ctx, ch, now, res)
	}
	switch ch.Kind {
	case plan.IAMRole:
		for _, w := range r.desired.Roles {
			if w.ID() == ch.ID {
				return r.applyRole(ctx, ch, w, res)
			}
		}
	case plan.BucketPolicy, plan.BucketOwnership:
		r.locks[ch.Name] <- struct{}{}
		defer func() { <-r.locks[ch.Name] }()
		for _, w := range r.desired.Buckets {
			switch ch.ID {
			case w.ID():
				t, err := r.bucketTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			case w.OwnershipID():
				return r.applyOwnership(ctx, ch, w, res)
			}
		}
	case plan.KeyPolicy:
		for _, w := range r.desired.Keys {
			if w.ID() == ch.ID {
				t, err := r.keyTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			}
		}
	case plan.LogPolicy:
		for _, w := range r.desired.Logs {
			if w.ID() == ch.ID {
				t, err := r.logTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			}
		}
	case plan.DataSyncLocation:
		for _, w := range r.desired.Locations {
			if w.ID() == ch.ID {
				return r.applyLocation(ctx, ch, w, res)
			}
		}
	case plan.DataSyncTask:
		for _, w := range r.desired.Tasks {
			if w.ID() == ch.ID {
				return r.applyTask(ctx, ch, w, res)
			}
		}
	}
	return plan.Failed, &plan.MismatchError{Change: ch.ID, Detail: "the transfers do not ask for it"}
}

// ended is Done, or Failed with the error put into account, Region and operation.
func ended(ch *plan.Change, op string, err error) (plan.Status, error) {
	if err == nil {
		return plan.Done, nil
	}
	return plan.Failed, &plan.CallError{Account: ch.Account, Region: ch.Region, Operation: op, Subject: ch.Name, Err: err}
}

func (r *run) applyRole(ctx context.Context, ch *plan.Change, w desired.Role, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.IAM(w.Account)
	if err != nil {
		return plan.Failed, err
	}
	state := r.current.Snap.Roles[w.Arn]
	if r.approved.Mode == plan.TearDown {
		return r.removeRole(ctx, ch, api, w, state, res)
	}
	res.ARN = w.Arn
	made := !state.Exists // the policies of a role that was there tell of what it was let into, until what it is to be let into is noted too
	if made {
		if state, err = r.createRole(ctx, ch, api, w, res); err != nil {
			return ended(ch, "iam:CreateRole", err)
		}
	}
	r.know(state.ID, w.Arn)
	if made {
		r.use(ch.ID)
	}
	d := w.Diff(state)
	if note := r.current.Snap.NoteRegions(r.desired, w.Transfers); note != "" && !d.Trust.IsZero() {
		if err := r.tagRole(ctx, ch, api, w.Spec, map[string]string{w.Transfers[0].TagKey(transfer.TagRegion): note}, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if !d.Trust.IsZero() {
		spec := w.Spec
		spec.Trust = d.Trust
		in, err := spec.UpdateTrustInput()
		if err == nil {
			err = r.repeat(ctx, ch, r.opts.Budget, func(ctx context.Context) error {
				out, err := api.UpdateAssumeRolePolicy(ctx, in)
				if err == nil {
					keepRequestID(res, out.ResultMetadata)
				}
				return err
			})
		}
		if err != nil {
			return ended(ch, "iam:UpdateAssumeRolePolicy", err)
		}
	}
	if d.Bound { // before the policies, which it may be there to bound
		in, err := w.Spec.BoundaryInput()
		if err == nil {
			err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
				out, err := api.PutRolePermissionsBoundary(ctx, in)
				if err == nil {
					keepRequestID(res, out.ResultMetadata)
				}
				return err
			})
		}
		if err != nil {
			return ended(ch, "iam:PutRolePermissionsBoundary", err)
		}
	}
	if len(d.Tags) > 0 {
		if err := r.tagRole(ctx, ch, api, w.Spec, d.Tags, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if note := snapshot.TagsMissing(r.current.Snap.NoteBuckets(w), state.Tags); len(note) > 0 {
		if err := r.tagRole(ctx, ch, api, w.Spec, note, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if err := r.putPolicies(ctx, ch, api, w, d.Put, res); err != nil {
		return ended(ch, "iam:PutRolePolicy", err)
	}
	r.use(ch.ID)
	for _, name := range d.Drop {
		if err := r.deletePolicy(ctx, ch, api, w.Spec, name, res); err != nil {
			return ended(ch, "iam:DeleteRolePolicy", err)
		}
	}
	return plan.Done, nil
}

// tagRole sets tags on a role, beside those that it has.
func (r *run) tagRole(ctx context.Context, ch *plan.Change, api iamrole.API, spec iamrole.Spec, tags map[string]string, res *plan.ChangeResult) error {
	spec.Tags = tags
	in, err := spec.TagInput()
	if err != nil {
		return err
	}
	return r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.TagRole(ctx, in)
		if err == nil {
			keepRequestID(res, out.ResultMetadata)
		}
		return err
	})
}

// know remembers the unique id that S3 may show in place of the role's ARN.
func (r *run) know(id, arn string) {
	if id == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids[id] = arn
}

func (r *run) known() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.ids)
}

// createRole makes the role. A role of that name that has appeared meanwhile is taken over if it is ours.
func (r *run) createRole(ctx context.Context, ch *plan.Change, api iamrole.API, w desired.Role, res *plan.ChangeResult) (iamrole.State, error) {
	in, err := w.Spec.CreateInput()
	if err != nil {
		return iamrole.State{}, err
	}
	created := iamrole.State{Exists: true, ARN: w.Arn, Trust: w.Spec.Trust, Tags: w.Spec.Tags}
	appeared := false
	look := func(ctx context.Context) (bool, error) {
		s, err := iamrole.Observe(ctx, api, w.Spec)
		if err = errors.Join(err, s.Unread[iamrole.PartRole]); err != nil || !s.Exists {
			return false, err
		}
		if why, ok := w.Ours(s); !ok {
			return false, &plan.OwnerError{Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Detail: why}
		}
		created, appeared = s, true
		return true, nil
	}
	err = r.retry(ctx, ch, r.opts.Budget, func(ctx context.Context) error {
		return r.once(ctx, ch, func(ctx context.Context) error {
			out, err := api.CreateRole(ctx, in, func(o *iam.Options) { o.Retryer = aws.NopRetryer{} })
			if err == nil && out.Role != nil {
				created.ID = aws.ToString(out.Role.RoleId)
				keepRequestID(res, out.ResultMetadata)
			}
			return err
		}, look)
	})
	if awserr.Is(err, "EntityAlreadyExists") {
		found, lookErr := r.settle(ctx, look)
		if !found {
			return iamrole.State{}, errors.Join(err, lookErr)
		}
		err = nil
	}
	if appeared {
		res.Detail = "it was there already"
	}
	return created, err
}

func (r *run) putPolicies(ctx context.Context, ch *plan.Change, api iamrole.API, w desired.Role, policies []string, res *plan.ChangeResult) error {
	errs := make([]error, len(policies))
	var wg sync.WaitGroup
	for i, name := range policies {
		wg.Go(func() {
			in, err := w.Spec.PutPolicyInput(name)
			if err == nil {
				err = r.repeat(ctx, ch, r.opts.Budget, func(ctx context.Context) error {
					out, err := api.PutRolePolicy(ctx, in)
					if err == nil {
						r.mu.Lock()
						defer r.mu.Unlock()
						keepRequestID(res, out.ResultMetadata)
					}
					return err
				})
			}
			errs[i] = err
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (r *run) deletePolicy(ctx context.Context, ch *plan.Change, api iamrole.API, spec iamrole.Spec, name string, res *plan.ChangeResult) error {
	in, err := spec.DeletePolicyInput(name)
	if err != nil {
		return err
	}
	return r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.DeleteRolePolicy(ctx, in)
		if err == nil {
			keepRequestID(res, out.ResultMetadata)
		}
		return guard.UnlessGone(err)
	})
}

// removeRole deletes our inline policies, and the role if nothing else is left on it and no policy that we can read names it.
func (r *run) removeRole(ctx context.Context, ch *plan.Change, api iamrole.API, w desired.Role, state iamrole.State, res *plan.ChangeResult) (plan.Status, error) {
	gone, rest := w.Leaving(state)
	whole := len(rest) == 0 && ch.Op == plan.Delete && !w.Shared
	if whole {
		where, err := r.stillNamed(ctx, w, state)
		if err != nil {
			return plan.Failed, err
		}
		if where != "" {
			return plan.Failed, &plan.OwnerError{Account: w.Account, Kind: plan.IAMRole, Name: w.Spec.Name, Detail: "it stays, because the policy of " + where + " names it and could not be written any more once it is gone"}
		}
	}
	for _, name := range gone {
		if err := r.deletePolicy(ctx, ch, api, w.Spec, name, res); err != nil {
			return ended(ch, "iam:DeleteRolePolicy", err)
		}
	}
	if !whole {
		return plan.Done, nil
	}
	in, err := w.Spec.DeleteInput()
	if err == nil {
		err = r.repeat(ctx, ch, 0, func(ctx context.Context) error {
			out, err := api.DeleteRole(ctx, in)
			if err == nil {
				keepRequestID(res, out.ResultMetadata)
			}
			return guard.UnlessGone(err)
		})
	}
	return ended(ch, "iam:DeleteRole", err)
}

// stillNamed reads, right before the role is deleted, the policies of the buckets and keys that it was let in by, and says which names it.
func (r *run) stillNamed(ctx context.Context, w desired.Role, state iamrole.State) (string, error) {
	for _, b := range r.desired.Buckets {
		if !w.Serves(b.SharedPolicy) || !r.current.CanRead(b.Spec.Account) {
			continue // what cannot be read has held the change back already
		}
		api, err := r.clients.S3(b.Spec.Account, b.Spec.Region)
		if err != nil {
			return "", err
		}
		d, err := guard.ReadBucketPolicy(ctx, api, b.Spec)
		if err != nil {
			return "", &plan.CallError{Account: b.Spec.Account, Region: b.Spec.Region, Operation: "s3:GetBucketPolicy", Subject: b.Spec.Name, Err: err}
		}
		if desired.StatementNaming(d, nil, w.Arn, state.ID) != "" {
			return "bucket " + b.Spec.Name, nil
		}
	}
	for _, k := range r.desired.Keys {
		if !w.Serves(k.SharedPolicy) || !r.current.CanRead(k.Spec.Account()) {
			continue
		}
		api, err := r.clients.KMS(k.Spec.ARN)
		if err != nil {
			return "", err
		}
		d, err := guard.ReadKeyPolicy(ctx, api, k.Spec.ARN)
		if err != nil {
			return "", &plan.CallError{Account: k.Spec.Account(), Region: k.Spec.Region(), Operation: "kms:GetKeyPolicy", Subject: k.Spec.ARN, Err: err}
		}
		if desired.StatementNaming(d, nil, w.Arn, state.ID) != "" {
			return "key " + transfer.KeyName(k.Spec.ARN), nil
		}
	}
	return "", nil
}
