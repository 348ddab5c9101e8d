package xacct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/guard"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// execute makes one change that is due.
func (r *run) execute(ctx context.Context, ch *plan.Change, res *plan.ChangeResult) (plan.Status, error) {
	if now := r.changes[ch.ID]; now != nil && r.orphans[ch.ID] {
		return r.removeOrphan(ctx, ch, now, res)
	}
	switch ch.Kind {
	case plan.IAMRole:
		for _, w := range r.desired.roles {
			if w.id() == ch.ID {
				return r.applyRole(ctx, ch, w, res)
			}
		}
	case plan.BucketPolicy, plan.BucketOwnership:
		r.locks[ch.Name] <- struct{}{}
		defer func() { <-r.locks[ch.Name] }()
		for _, w := range r.desired.buckets {
			switch ch.ID {
			case w.id():
				t, err := r.bucketTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			case w.ownershipID():
				return r.applyOwnership(ctx, ch, w, res)
			}
		}
	case plan.KeyPolicy:
		for _, w := range r.desired.keys {
			if w.id() == ch.ID {
				t, err := r.keyTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			}
		}
	case plan.LogPolicy:
		for _, w := range r.desired.logs {
			if w.id() == ch.ID {
				t, err := r.logTarget(w)
				if err != nil {
					return plan.Failed, err
				}
				return r.applyPolicy(ctx, ch, t, res)
			}
		}
	case plan.DataSyncLocation:
		for _, w := range r.desired.locations {
			if w.id() == ch.ID {
				return r.applyLocation(ctx, ch, w, res)
			}
		}
	case plan.DataSyncTask:
		for _, w := range r.desired.tasks {
			if w.id() == ch.ID {
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

func (r *run) applyRole(ctx context.Context, ch *plan.Change, w roleWant, res *plan.ChangeResult) (plan.Status, error) {
	api, err := r.clients.IAM(w.account)
	if err != nil {
		return plan.Failed, err
	}
	state := r.current.snap.roles[w.arn]
	if r.approved.Mode == plan.TearDown {
		return r.removeRole(ctx, ch, api, w, state, res)
	}
	res.ARN = w.arn
	made := !state.Exists // the policies of a role that was there tell of what it was let into, until what it is to be let into is noted too
	if made {
		if state, err = r.createRole(ctx, ch, api, w, res); err != nil {
			return ended(ch, "iam:CreateRole", err)
		}
	}
	r.know(state.ID, w.arn)
	if made {
		r.use(ch.ID)
	}
	d := diffRole(w, state)
	if note := r.current.snap.noteRegions(r.desired, w.transfers); note != "" && !d.trust.IsZero() {
		if err := r.tagRole(ctx, ch, api, w.spec, map[string]string{w.transfers[0].TagKey(transfer.TagRegion): note}, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if !d.trust.IsZero() {
		spec := w.spec
		spec.Trust = d.trust
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
	if d.bound { // before the policies, which it may be there to bound
		in, err := w.spec.BoundaryInput()
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
	if len(d.tags) > 0 {
		if err := r.tagRole(ctx, ch, api, w.spec, d.tags, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if note := tagsMissing(r.current.snap.noteBuckets(w), state.Tags); len(note) > 0 {
		if err := r.tagRole(ctx, ch, api, w.spec, note, res); err != nil {
			return ended(ch, "iam:TagRole", err)
		}
	}
	if err := r.putPolicies(ctx, ch, api, w, d.put, res); err != nil {
		return ended(ch, "iam:PutRolePolicy", err)
	}
	r.use(ch.ID)
	for _, name := range d.drop {
		if err := r.deletePolicy(ctx, ch, api, w.spec, name, res); err != nil {
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
func (r *run) createRole(ctx context.Context, ch *plan.Change, api iamrole.API, w roleWant, res *plan.ChangeResult) (iamrole.State, error) {
	in, err := w.spec.CreateInput()
	if err != nil {
		return iamrole.State{}, err
	}
	created := iamrole.State{Exists: true, ARN: w.arn, Trust: w.spec.Trust, Tags: w.spec.Tags}
	appeared := false
	look := func(ctx context.Context) (bool, error) {
		s, err := iamrole.Observe(ctx, api, w.spec)
		if err = errors.Join(err, s.Unread[iamrole.PartRole]); err != nil || !s.Exists {
			return false, err
		}
		if why, ok := w.ours(s); !ok {
			return false, &plan.OwnerError{Account: w.account, Kind: plan.IAMRole, Name: w.spec.Name, Detail: why}
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

func (r *run) putPolicies(ctx context.Context, ch *plan.Change, api iamrole.API, w roleWant, policies []string, res *plan.ChangeResult) error {
	errs := make([]error, len(policies))
	var wg sync.WaitGroup
	for i, name := range policies {
		wg.Go(func() {
			in, err := w.spec.PutPolicyInput(name)
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
func (r *run) removeRole(ctx context.Context, ch *plan.Change, api iamrole.API, w roleWant, state iamrole.State, res *plan.ChangeResult) (plan.Status, error) {
	gone, rest := w.leaving(state)
	whole := len(rest) == 0 && ch.Op == plan.Delete && !w.shared
	if whole {
		where, err := r.stillNamed(ctx, w, state)
		if err != nil {
			return plan.Failed, err
		}
		if where != "" {
			return plan.Failed, &plan.OwnerError{Account: w.account, Kind: plan.IAMRole, Name: w.spec.Name, Detail: "it stays, because the policy of " + where + " names it and could not be written any more once it is gone"}
		}
	}
	for _, name := range gone {
		if err := r.deletePolicy(ctx, ch, api, w.spec, name, res); err != nil {
			return ended(ch, "iam:DeleteRolePolicy", err)
		}
	}
	if !whole {
		return plan.Done, nil
	}
	in, err := w.spec.DeleteInput()
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
func (r *run) stillNamed(ctx context.Context, w roleWant, state iamrole.State) (string, error) {
	for _, b := range r.desired.buckets {
		if !w.serves(b.policyWant) || !r.current.canRead(b.spec.Account) {
			continue // what cannot be read has held the change back already
		}
		api, err := r.clients.S3(b.spec.Account, b.spec.Region)
		if err != nil {
			return "", err
		}
		d, err := guard.ReadBucketPolicy(ctx, api, b.spec)
		if err != nil {
			return "", &plan.CallError{Account: b.spec.Account, Region: b.spec.Region, Operation: "s3:GetBucketPolicy", Subject: b.spec.Name, Err: err}
		}
		if statementNaming(d, nil, w.arn, state.ID) != "" {
			return "bucket " + b.spec.Name, nil
		}
	}
	for _, k := range r.desired.keys {
		if !w.serves(k.policyWant) || !r.current.canRead(k.spec.Account()) {
			continue
		}
		api, err := r.clients.KMS(k.spec.ARN)
		if err != nil {
			return "", err
		}
		d, err := guard.ReadKeyPolicy(ctx, api, k.spec.ARN)
		if err != nil {
			return "", &plan.CallError{Account: k.spec.Account(), Region: k.spec.Region(), Operation: "kms:GetKeyPolicy", Subject: k.spec.ARN, Err: err}
		}
		if statementNaming(d, nil, w.arn, state.ID) != "" {
			return "key " + transfer.KeyName(k.spec.ARN), nil
		}
	}
	return "", nil
}

// serves reports whether a transfer that wants the policy uses the role.
func (w roleWant) serves(p policyWant) bool {
	for _, t := range p.transfers {
		for _, u := range w.transfers {
			if t.Name == u.Name {
				return true
			}
		}
	}
	return false
}

// statementNaming is the Sid or number of a statement that names one of the principals; "" if none does. Statements with the given Sids are passed over.
func statementNaming(d policy.Document, except []string, principals ...string) string {
	i := 0
	for st := range d.All() {
		i++
		if slices.Contains(except, st.Sid()) {
			continue
		}
		named, _ := st.Principals()
		for _, p := range named {
			if p.Value() != "" && slices.Contains(principals, p.Value()) {
				return cmp.Or(st.Sid(), fmt.Sprintf("statement %d", i))
			}
		}
	}
	return ""
}
