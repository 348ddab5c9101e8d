package xacct

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/problem"
)

var errNotRead = errors.New("not read")

// ownership judges PlanOptions.Ownership.
func (o PlanOptions) ownership(transfers []Transfer) error {
	for _, name := range slices.Sorted(maps.Keys(o.Ownership)) {
		i := slices.IndexFunc(transfers, func(t Transfer) bool { return t.Destination.Bucket == name && t.Destination.DisableACLs })
		if i < 0 {
			return fmt.Errorf("plan: Ownership[%q] is no destination bucket with DisableACLs: give one of the transfers' whose ACLs they disabled", name)
		}
		e := transfers[i].Destination
		_, err := bucket.Spec{Name: name, Account: e.Account, Region: e.Region}.RestoreOwnershipInput(o.Ownership[name])
		if problems := problem.All(err); len(problems) > 0 {
			return fmt.Errorf("plan: Ownership[%q]: %w", name, problems[0])
		}
	}
	return nil
}

// restoreOwnership plans the Object Ownership that the bucket is to have again. It waits until nothing of the transfers writes there any more,
// and is held back while another transfer still does, because what that writes would belong to its task account.
func (b *builder) restoreOwnership(w bucketWant, locations map[string][]string) {
	spec := w.spec
	want, ok := b.opts.Ownership[spec.Name]
	if !ok || !spec.DisableACLs {
		return
	}
	c := Change{ID: w.aclID(), Account: spec.Account, Region: spec.Region, Kind: BucketOwnership, Name: spec.Name, Transfers: names(w.transfers),
		Op: Update, After: string(want), Calls: []string{"s3:PutBucketOwnershipControls"}}
	for _, t := range w.transfers {
		c.Requires = append(c.Requires, locations[t.Name]...)
	}
	if !b.canRead(spec.Account) {
		c.Details = []string{string(want) + ", unless it is already"}
		b.add(c)
		return
	}
	state, seen := b.snap.buckets[spec.Name]
	for _, part := range []string{bucket.PartOwnership, bucket.PartPolicy} {
		if err := b.snap.unread(spec.Name, state.Unread, part); err != nil || !seen {
			b.find(w.transfers, unreadFinding(spec.Account, spec.Name, fmt.Errorf("%s: %w", part, cmp.Or(err, errNotRead)), Blocking,
				"grant the reader s3:GetBucketOwnershipControls and s3:GetBucketPolicy on bucket "+spec.Name+", or leave it out of Ownership"))
			return
		}
	}
	have := cmp.Or(state.Ownership, s3types.ObjectOwnershipObjectWriter)
	c.Before = string(state.Ownership)
	if have == want {
		c.Op, c.Calls, c.Requires = NoOp, nil, nil
		b.add(c)
		return
	}
	c.Details = []string{fmt.Sprintf("%s → %s", have, want)}
	for st := range state.Policy.All() {
		if strings.HasPrefix(st.Sid(), sidPrefix) && !slices.Contains(w.ours, st.Sid()) {
			c.Hold, c.Reason = Blocked, "statement "+st.Sid()+" lets another transfer write there"
			b.find(w.transfers, Finding{Severity: Warning, Code: CodeOwnership, Account: spec.Account, Subject: spec.Name, Statement: st.Sid(),
				Detail: fmt.Sprintf("bucket %s keeps %s: %s is another transfer's, and the objects that it writes would belong to its task account", spec.Name, have, st.Sid()),
				Remedy: "destroy that transfer first, or with this one"})
			break
		}
	}
	b.add(c)
}
