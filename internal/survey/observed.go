package survey

import (
	"context"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
)

// LookFromOutside asks S3, as the caller of the task account where that is one of the operators, for the buckets of other accounts whose policies nobody
// here can read. An answer says that the caller may list the bucket now, which is what DataSync tests for a location. A refusal says nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func (v *Survey) LookFromOutside(ctx context.Context, transfers []*transfer.Transfer) {
	var mu sync.Mutex
	var wg workers
	begun := map[snapshot.Outside]bool{}
	for _, t := range transfers {
		caller, _ := v.Snapshot.CallerARN(t.TaskAccount, v.Callers[t.TaskAccount])
		if !slices.Contains(t.Operators, caller) || caller == "" {
			continue
		}
		for _, side := range transfer.Sides {
			e := t.End(side)
			key := snapshot.Outside{TaskAccount: t.TaskAccount, Account: e.Account, Bucket: e.Bucket}
			if !e.Remote || v.Snapshot.Readable[e.Account] || begun[key] {
				continue
			}
			begun[key] = true
			wg.Go(func() {
				api, err := v.Clients.S3(t.TaskAccount, e.Region)
				if err != nil {
					return
				}
				if _, err := api.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &e.Bucket, ExpectedBucketOwner: &e.Account}); err != nil {
					return
				}
				mu.Lock()
				defer mu.Unlock()
				v.Snapshot.ListedBy[key] = caller
			})
		}
	}
	wg.Wait()
}
