package survey

import (
	"cmp"
	"context"
	"errors"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// ProveOwnership proves that the objects that a run of the transfer writes will belong to the owner of the destination bucket. The error is a
// [plan.OwnershipError], also if that cannot be known. A bucket of the task account needs no proof.
func ProveOwnership(ctx context.Context, c client.Set, t *transfer.Transfer) error {
	e := t.End(plan.DestinationSide)
	fail := func(have s3types.ObjectOwnership, err error) error {
		return &plan.OwnershipError{Account: e.Account, Bucket: e.Bucket, TaskAccount: t.TaskAccount, Have: have, Err: err}
	}
	for _, p := range problem.All(t.Validate()) {
		if slices.Contains([]string{"TaskAccount", "Source.Account", "Destination.Account", "Destination.Region", "Destination.Bucket"}, p.Path) {
			return fail("", p)
		}
	}
	if !e.Remote {
		return nil
	}
	if err := c.Validate(); err != nil {
		return fail("", err)
	}
	api, err := c.S3(e.Account, e.Region)
	if err != nil {
		return fail("", err)
	}
	s, err := bucket.Observe(ctx, api, bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}, bucket.PartOwnership)
	switch {
	case err != nil:
		return fail("", err)
	case s.Unread[bucket.PartOwnership] != nil:
		return fail("", task.NewConfigError(e.Account, e.Region, s.Unread[bucket.PartOwnership]))
	case s.Ownership != s3types.ObjectOwnershipBucketOwnerEnforced:
		return fail(cmp.Or(s.Ownership, s3types.ObjectOwnershipObjectWriter), nil)
	}
	return nil
}

// Unproved reports whether the error of [ProveOwnership] says that no client could look: somebody's word may stand for the proof then.
func Unproved(err error) bool {
	var unproved *plan.OwnershipError
	var missing *plan.ClientError
	return errors.As(err, &unproved) && unproved.Err != nil && (errors.As(unproved.Err, &missing) || awserr.Denied(unproved.Err))
}
