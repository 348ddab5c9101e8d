package xacct

import (
	"cmp"
	"fmt"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/policy"
)

func (b *builder) bucket(w bucketWant) {
	spec := w.spec
	state, seen := b.snap.buckets[spec.Name]
	if err := b.snap.errs[spec.Name]; err != nil {
		b.find(w.transfers, unreadFinding(spec.Account, spec.Name, err, Blocking, "see that the clients of account "+spec.Account+" can read bucket "+spec.Name))
		return
	}
	b.bucketPolicy(w, state, seen)
	b.ownership(w, state, seen)
}

func (b *builder) bucketPolicy(w bucketWant, s bucket.State, seen bool) {
	if !w.grants {
		return
	}
	spec := w.spec
	c := Change{ID: w.id(), Account: spec.Account, Region: spec.Region, Kind: BucketPolicy, Name: spec.Name, Transfers: names(w.transfers),
		Requires: w.roles, Calls: []string{"s3:PutBucketPolicy"}}
	if !seen {
		fragments := make([]policy.Fragment, len(spec.Statements))
		for i, st := range spec.Statements {
			fragments[i] = st
			c.Details = append(c.Details, "+ "+st.Sid()+"   "+sentence(st))
		}
		if len(fragments) == 0 {
			return
		}
		c.Op, c.After = Update, policy.New(fragments...).String()
		b.add(c)
		return
	}
	if err := s.Unread[bucket.PartPolicy]; err != nil {
		b.find(w.transfers, unreadFinding(spec.Account, spec.Name, err, Blocking, "grant the reader s3:GetBucketPolicy on bucket "+spec.Name))
		return
	}
	d := diffBucket(w, s.Policy, b.ids)
	for _, sid := range d.taken {
		b.find(w.owners(sid), Finding{Severity: Blocking, Code: CodeSidTaken, Account: spec.Account, Subject: spec.Name, Statement: sid,
			Detail: "bucket policy of " + spec.Name + ": statement " + sid + " bears our id but is not of our making", Remedy: "rename that statement, or the transfer"})
	}
	if d.op != NoOp { // what S3 has taken fits, though its own rendering of it may be longer
		n, q := d.next.Size(policy.Bucket)
		before, _ := s.Policy.Size(policy.Bucket)
		b.size(w.transfers, spec.Account, spec.Name, fmt.Sprintf("bucket policy of %s, with %d characters before", spec.Name, before), n, q, true)
	}
	c.Op, c.Details, c.Before, c.After = d.op, d.lines, string(s.Policy.Bytes()), string(d.next.Bytes())
	if d.op == NoOp {
		c.Calls = nil
	} else if d.op == Delete {
		c.Calls = []string{"s3:DeleteBucketPolicy"}
	}
	b.add(c)
}

// owners are the transfers that a Sid belongs to.
func (w policyWant) owners(sid string) []Transfer {
	var out []Transfer
	for _, t := range w.transfers {
		for _, side := range sides {
			for _, s := range append(t.sids(side), t.keySids()...) {
				if s == sid {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// ownership plans BucketOwnerEnforced where it was asked for, and blocks a remote destination whose objects would belong to the task account.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (b *builder) ownership(w bucketWant, s bucket.State, seen bool) {
	spec := w.spec
	remote := w.remoteDestinations()
	if len(remote) == 0 && !spec.DisableACLs {
		return
	}
	c := Change{ID: w.aclID(), Account: spec.Account, Region: spec.Region, Kind: BucketOwnership, Name: spec.Name, Transfers: names(w.transfers),
		Op: Update, After: string(s3types.ObjectOwnershipBucketOwnerEnforced), Calls: []string{"s3:PutBucketOwnershipControls"}}
	if !seen {
		if spec.DisableACLs {
			c.Details = []string{"BucketOwnerEnforced, unless it is already"}
			b.add(c)
		}
		return
	}
	if err := s.Unread[bucket.PartOwnership]; err != nil {
		b.find(w.transfers, unreadFinding(spec.Account, spec.Name, fmt.Errorf("object ownership: %w", err), severityIf(spec.DisableACLs), "grant the reader s3:GetBucketOwnershipControls on bucket "+spec.Name))
		return
	}
	if !s.Exists && s.Unread[bucket.PartBucket] == nil {
		return
	}
	have := cmp.Or(s.Ownership, s3types.ObjectOwnershipObjectWriter)
	if have == s3types.ObjectOwnershipBucketOwnerEnforced {
		if spec.DisableACLs {
			c.Op, c.Before, c.Calls = NoOp, string(have), nil
			b.add(c)
		}
		return
	}
	if !spec.DisableACLs {
		b.find(remote, Finding{Severity: Blocking, Code: CodeACLsEnabled, Account: spec.Account, Subject: spec.Name,
			Detail: fmt.Sprintf("bucket %s has ACLs enabled (%s): objects that DataSync writes would belong to the task account", spec.Name, have),
			Remedy: "set Destination.DisableACLs, after checking who still writes or reads through ACLs"})
		return
	}
	if len(s.Grants) > 0 {
		b.find(w.transfers, Finding{Severity: Blocking, Code: CodeACLGrants, Account: spec.Account, Subject: spec.Name,
			Detail: "the ACL of bucket " + spec.Name + " grants others access, so ACLs cannot be disabled: " + strings.Join(s.Grants, "; "),
			Remedy: "move these grants to the bucket policy and reset the bucket's ACL to private first"})
	} else if err := s.Unread[bucket.PartGrants]; err != nil {
		b.find(w.transfers, unreadFinding(spec.Account, spec.Name, fmt.Errorf("bucket ACL: %w", err), Warning, "grant the reader s3:GetBucketAcl: foreign grants would make the change fail"))
	}
	b.find(w.transfers, Finding{Severity: Warning, Code: CodeOwnership, Account: spec.Account, Subject: spec.Name,
		Detail: "disabling ACLs on bucket " + spec.Name + " ends all access by ACL, and uploads with an ACL other than bucket-owner-full-control will fail",
		Remedy: "check the bucket's other writers first"})
	c.Before, c.Details = string(s.Ownership), []string{fmt.Sprintf("%s → %s", have, s3types.ObjectOwnershipBucketOwnerEnforced)}
	b.add(c)
}

func severityIf(blocking bool) Severity {
	if blocking {
		return Blocking
	}
	return Warning
}

// remoteDestinations are the transfers that write to the bucket from another account.
func (w bucketWant) remoteDestinations() []Transfer {
	var out []Transfer
	for _, t := range w.transfers {
		if t.Destination.Bucket == w.spec.Name && t.remote(DestinationSide) {
			out = append(out, t)
		}
	}
	return out
}
