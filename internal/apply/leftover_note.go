package apply

import (
	"context"
	"slices"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// forget takes back what the transfer's roles tell of a bucket, before the location goes that used it.
func (r *run) forget(ctx context.Context, ch *plan.Change, name string, res *plan.ChangeResult) error {
	for _, w := range r.desired.Roles {
		for _, t := range w.Transfers {
			key := snapshot.FormerTag(t, name)
			if !slices.Contains(ch.Transfers, t.Name) || r.current.Snap.NoteBuckets(w)[key] == "" && r.current.Snap.Roles[w.Arn].Tags[key] == "" {
				continue
			}
			api, err := r.clients.IAM(w.Account)
			if err == nil {
				err = r.untagRole(ctx, ch, api, w.Spec, key, res)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// untagRole takes a tag off a role: it can have 50, which a transfer that moves often would use up.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (r *run) untagRole(ctx context.Context, ch *plan.Change, api iamrole.API, spec iamrole.Spec, key string, res *plan.ChangeResult) error {
	in, err := spec.UntagInput(key)
	if err != nil {
		return err
	}
	return r.repeat(ctx, ch, 0, func(ctx context.Context) error {
		out, err := api.UntagRole(ctx, in)
		if err == nil {
			keepRequestID(res, out.ResultMetadata)
		}
		return err
	})
}
