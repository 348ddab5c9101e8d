package apply

import (
	"cmp"
	"context"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
)

// applyOwnership sets the Object Ownership of a bucket, or puts it back.
func (s step) applyOwnership(ctx context.Context, w desired.Bucket) (plan.Status, error) {
	api, err := s.clients.S3(w.Spec.Account, w.Spec.Region)
	if err != nil {
		return plan.Failed, err
	}
	in, err := w.Spec.PutOwnershipInput()
	if s.approved.Mode == plan.TearDown {
		in, err = w.Spec.RestoreOwnershipInput(s.approved.Settings.Ownership[w.Spec.Name])
	}
	status, err := ended(send(ctx, s, "s3:PutBucketOwnershipControls", 0, api.PutBucketOwnershipControls, in, err))
	if err == nil && in != nil {
		s.res.Stored = &plan.Stored{Time: time.Now().UTC(), Ownership: in.OwnershipControls.Rules[0].ObjectOwnership}
	}
	if err == nil && s.approved.Mode == plan.SetUp {
		s.res.Ownership = cmp.Or(s.current.Snap.Buckets[w.Spec.Name].Ownership, s3types.ObjectOwnershipObjectWriter)
	}
	return status, err
}
