package planner

import (
	"fmt"
	"time"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// observed reports what the task account can see by itself of policies that nobody here can read. It stands beside the verdicts, because it tells of a
// moment and of a part of what a transfer needs: that objects can be written is known only once a run has written some.
func (b *Builder) observed() {
	if b.mode == plan.TearDown {
		return
	}
	for _, t := range b.transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			if !e.Remote || b.CanRead(e.Account) {
				continue
			}
			if caller := b.Snap.ListedBy[snapshot.Outside{TaskAccount: t.TaskAccount, Account: e.Account, Bucket: e.Bucket}]; caller != "" {
				b.Findings.Add(plan.Finding{Severity: plan.Info, Code: plan.CodeObserved, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
					Detail: fmt.Sprintf("operator %s may list bucket %s of account %s now: S3 answered its HeadBucket", caller, e.Bucket, e.Account)})
			}
			if e.LocationARN != "" {
				continue
			}
			for _, w := range b.Desired.Locations {
				if w.Transfer.Name == t.Name && w.Side == side {
					b.locationTells(w, e.Account)
				}
			}
		}
	}
}

// locationTells reports what a location of ours at the bucket of another account tells: when it was made, DataSync tested the access.
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (b *Builder) locationTells(w desired.Location, account string) {
	l, _, err := b.Snap.OurLocation(w)
	if err != nil || !l.Exists || l.CreationTime.IsZero() {
		return
	}
	b.Findings.Add(plan.Finding{Severity: plan.Info, Code: plan.CodeObserved, Transfer: w.Transfer.Name, Side: w.Side, Account: account, Subject: l.ARN,
		Detail: fmt.Sprintf("location %s was made at %s: then DataSync could assume its role and list bucket %s of account %s",
			l.ARN, l.CreationTime.UTC().Format(time.RFC3339), w.Spec.Bucket, account)})
}
