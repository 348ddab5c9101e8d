package planner

import (
	"cmp"
	"fmt"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

func (b *Builder) bucket(w desired.Bucket) {
	spec := w.Spec
	state, seen := b.Snap.Buckets[spec.Name]
	if err := b.Snap.Failures[spec.Name]; err != nil {
		b.find(w.Transfers, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "see that the clients of account "+spec.Account+" can read bucket "+spec.Name))
		return
	}
	b.bucketPolicy(w, state, seen)
	b.ownership(w, state, seen)
}

func (b *Builder) bucketPolicy(w desired.Bucket, s bucket.State, seen bool) {
	if !w.Grants {
		return
	}
	spec := w.Spec
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.BucketPolicy, Name: spec.Name, Transfers: desired.Names(w.Transfers),
		Requires: w.Roles, Calls: []string{"s3:PutBucketPolicy"}}
	if !seen {
		fragments := make([]policy.Fragment, len(spec.Statements))
		for i, st := range spec.Statements {
			fragments[i] = st
			c.Details = append(c.Details, "+ "+st.Sid()+"   "+desired.Sentence(st))
		}
		if len(fragments) == 0 {
			return
		}
		c.Op, c.After = plan.Update, policy.New(fragments...).String()
		b.add(c)
		return
	}
	if err := s.Unread[bucket.PartPolicy]; err != nil {
		b.find(w.Transfers, unreadFinding(spec.Account, spec.Name, err, plan.Blocking, "grant the reader s3:GetBucketPolicy on bucket "+spec.Name))
		return
	}
	d := w.Diff(s.Policy, b.Ids)
	for _, sid := range d.Taken {
		b.find(w.Owners(sid), plan.Finding{Severity: plan.Blocking, Code: plan.CodeSidTaken, Account: spec.Account, Subject: spec.Name, Statement: sid,
			Detail: "bucket policy of " + spec.Name + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename that statement, or the transfer"})
	}
	if d.Op != plan.NoOp { // what S3 has taken fits, though its own rendering of it may be longer
		n, q := d.Next.Size(policy.Bucket)
		before, _ := s.Policy.Size(policy.Bucket)
		b.size(w.Transfers, spec.Account, spec.Name, fmt.Sprintf("bucket policy of %s, with %d characters before", spec.Name, before), n, q, true)
	}
	c.Op, c.Details, c.Before, c.After = d.Op, d.Lines, string(s.Policy.Bytes()), string(d.Next.Bytes())
	if d.Op == plan.NoOp {
		c.Calls = nil
	} else if d.Op == plan.Delete {
		c.Calls = []string{"s3:DeleteBucketPolicy"}
	}
	b.add(c)
}

// ownership plans BucketOwnerEnforced where it was asked for. What speaks against it is found by [Resources.Check].
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
	case have == s3types.ObjectOwnershipBucketOwnerEnforced:
		c.Op, c.Before, c.Calls = plan.NoOp, string(have), nil
	default:
		c.Before, c.Details = string(s.Ownership), []string{fmt.Sprintf("%s → %s", have, s3types.ObjectOwnershipBucketOwnerEnforced)}
	}
	b.add(c)
}
