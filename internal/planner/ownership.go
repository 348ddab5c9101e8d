package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// ownership plans BucketOwnerEnforced where DisableACLs asks for it. The checks find what speaks against it.
func (b *Builder) ownership(w desired.Bucket, s bucket.State, seen bool) {
	spec := w.Spec
	if !spec.DisableACLs || seen && (s.Unread[bucket.PartOwnership] != nil || !s.Exists && s.Unread[bucket.PartBucket] == nil) {
		return
	}
	have := cmp.Or(s.Ownership, s3types.ObjectOwnershipObjectWriter)
	c := plan.Change{ID: w.OwnershipID(), Account: spec.Account, Region: spec.Region, Kind: plan.BucketOwnership, Name: spec.Name, Transfers: desired.Names(w.Transfers),
		Op: plan.Update, After: string(s3types.ObjectOwnershipBucketOwnerEnforced), Calls: []string{"s3:PutBucketOwnershipControls"}}
	switch {
	case !seen:
		c.Details = []string{"BucketOwnerEnforced, unless it is already"}
		b.byReport(&c)
	case have == s3types.ObjectOwnershipBucketOwnerEnforced:
		c.Op, c.Before, c.Calls = plan.NoOp, string(have), nil
	default:
		c.Before, c.Details = string(s.Ownership), []string{fmt.Sprintf("%s → %s", have, s3types.ObjectOwnershipBucketOwnerEnforced)}
	}
	b.add(c)
}

// beforeSchedule returns the ID of the change that must be done before the task may start by itself: until the destination's ACLs are disabled, the
// objects that it writes do not belong to the bucket's owner. A run that is started by hand has VerifyOwnership for that. If the bucket cannot be
// read, the plan warns instead.
func (b *Builder) beforeSchedule(t *transfer.Transfer) []string {
	e := t.Destination
	if s := t.Task.Schedule; s == nil || s.Status == dstypes.ScheduleStatusDisabled || !e.DisableACLs {
		return nil
	}
	if !b.CanRead(e.Account) {
		b.find([]*transfer.Transfer{t}, plan.Finding{Severity: plan.Warning, Code: plan.CodeOwnership, Account: e.Account, Subject: e.Bucket,
			Detail: "whether bucket " + e.Bucket + " has its ACLs disabled cannot be read, and a scheduled run does not look: what it writes before that belongs to the task account " + t.TaskAccount,
			Remedy: "let the bucket's operator apply their part first, or give the schedule the status DISABLED until then"})
		return nil
	}
	return []string{desired.Bucket{Spec: bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}}.OwnershipID()}
}

// keepsOwnership says that a bucket keeps the Object Ownership that a set-up may have given it.
func (b *Builder) keepsOwnership(w desired.Bucket) {
	spec, state := w.Spec, b.Snap.Buckets[w.Spec.Name]
	if !spec.DisableACLs || w.Former || b.CanRead(spec.Account) && state.Ownership != s3types.ObjectOwnershipBucketOwnerEnforced {
		return
	}
	b.find(w.Transfers, plan.Finding{Severity: plan.Info, Code: plan.CodeOwnership, Account: spec.Account, Subject: spec.Name,
		Detail: fmt.Sprintf("bucket %s keeps the Object Ownership BucketOwnerEnforced, also if a set-up changed it to that", spec.Name),
		Remedy: "hand in with Ownership what it was before, as Result.Ownership of that set-up has it, if it is to be put back"})
}

// restoreOwnership plans to put the Object Ownership of a bucket back, after nothing of the transfers writes there any more. It is held back while
// another transfer writes there, because that transfer's objects would belong to its task account.
func (b *Builder) restoreOwnership(w desired.Bucket, locations map[string][]string) {
	spec := w.Spec
	want, ok := b.settings.Ownership[spec.Name]
	if !ok || !spec.DisableACLs {
		b.keepsOwnership(w)
		return
	}
	c := plan.Change{ID: w.OwnershipID(), Account: spec.Account, Region: spec.Region, Kind: plan.BucketOwnership, Name: spec.Name, Transfers: desired.Names(w.Transfers),
		Op: plan.Update, After: string(want), Calls: []string{"s3:PutBucketOwnershipControls"}}
	for _, t := range w.Transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.CanRead(spec.Account) {
		c.Details = []string{string(want) + ", unless it is already"}
		if claim := b.reports.claims[c.ID]; claim.Ownership == want {
			b.byReport(&c)
		}
		b.add(c)
		return
	}
	state, seen := b.Snap.Buckets[spec.Name]
	for _, part := range []string{bucket.PartOwnership, bucket.PartPolicy} {
		if err := b.Snap.Unread(spec.Name, state.Unread, part); err != nil || !seen {
			if b.wrongRegion(w.Transfers, spec.Name, spec.Region) {
				return
			}
			b.find(w.Transfers, unknownFinding(spec.Account, spec.Name, fmt.Sprintf("the %s of bucket %s", part, spec.Name), cmp.Or(err, snapshot.ErrNotRead), plan.Blocking,
				"grant the reader s3:GetBucketOwnershipControls and s3:GetBucketPolicy on bucket "+spec.Name+", or leave it out of Ownership"))
			return
		}
	}
	have := cmp.Or(state.Ownership, s3types.ObjectOwnershipObjectWriter)
	c.Before = string(state.Ownership)
	if have == want {
		c.Op, c.Calls, c.Requires = plan.NoOp, nil, nil
		b.add(c)
		return
	}
	c.Details = []string{fmt.Sprintf("%s → %s", have, want)}
	for st := range state.Policy.All() {
		if strings.HasPrefix(st.Sid(), transfer.SidPrefix) && !slices.Contains(w.Ours, st.Sid()) {
			c.Hold, c.Reason = plan.Blocked, text.Statement(st.Sid())+" lets another transfer write there"
			b.find(w.Transfers, plan.Finding{Severity: plan.Warning, Code: plan.CodeOwnership, Account: spec.Account, Subject: spec.Name, Statement: st.Sid(),
				Detail: fmt.Sprintf("bucket %s keeps %s: %s is another transfer's, and the objects that it writes would belong to its task account", spec.Name, have, text.Statement(st.Sid())),
				Remedy: "destroy that transfer first, or with this one"})
			break
		}
	}
	b.add(c)
}
