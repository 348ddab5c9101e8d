package planner

import (
	"errors"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
)

// location plans one location and returns its ARN, "" while it is not made.
func (b *Builder) location(all desired.Set, w desired.Location) string {
	t, spec := w.Transfer, w.Spec
	one := []*transfer.Transfer{t}
	if !b.CanRead(spec.Account) {
		if w.Given {
			return t.End(w.Side).LocationARN
		}
		b.add(b.locationChange(all, w, plan.Change{Op: plan.Create, After: w.After(), Calls: []string{"datasync:CreateLocationS3", "iam:PassRole", "s3:ListBucket"}}))
		return ""
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "locations in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListLocations and datasync:ListTasks"))
		return ""
	}
	if w.Given {
		return b.givenLocation(w)
	}
	state, alike, err := b.Snap.OurLocation(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.URI(), Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.URI(), err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return ""
	}
	if !state.Exists && len(alike) > 0 {
		b.find(one, plan.Finding{Severity: plan.Info, Code: plan.CodeCandidate, Account: spec.Account, Subject: spec.URI(),
			Detail: "a location with this URI exists that is not ours: " + strings.Join(alike, ", "),
			Remedy: "to use it, set LocationARN; otherwise a new one is made"})
	}
	op, lines, tags := w.Diff(state)
	c := plan.Change{Op: op, Details: lines, Before: w.Before(state), After: w.After(), ARN: state.ARN}
	switch op {
	case plan.Create:
		c.Calls = []string{"datasync:CreateLocationS3", "datasync:TagResource", "iam:PassRole", "s3:ListBucket"}
	case plan.Update:
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "datasync:UpdateLocationS3")
		c.Calls = appendIf(c.Calls, desired.BeyondTags(lines), "iam:PassRole")
		c.Calls = appendIf(c.Calls, len(tags) > 0 || state.RoleARN != spec.RoleARN, "datasync:TagResource") // which notes the role that it had
	}
	b.add(b.locationChange(all, w, c))
	return state.ARN
}

// locationChange fills in what every change of a location has. It needs its role, and on a remote bucket the grant.
func (b *Builder) locationChange(all desired.Set, w desired.Location, c plan.Change) plan.Change {
	t, spec := w.Transfer, w.Spec
	c.ID, c.Account, c.Region, c.Kind, c.Name, c.Side = w.ID(), spec.Account, spec.Region, plan.DataSyncLocation, spec.URI(), w.Side
	c.Transfers = []string{t.Name}
	if t.End(w.Side).OwnsRole {
		c.Requires = append(c.Requires, transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, t.End(w.Side).RoleName))
	}
	for _, bw := range all.Buckets {
		if bw.Grants && t.End(w.Side).Remote && bw.Spec.Name == spec.Bucket {
			c.Requires = append(c.Requires, bw.ID())
		}
	}
	c.Requires = append(c.Requires, desired.KeyRequires(t, w.Side)...)
	return c
}

// givenLocation is a location that the user made. What is wrong with it is found by [Resources.Check].
func (b *Builder) givenLocation(w desired.Location) string {
	arn := w.Transfer.End(w.Side).LocationARN
	s := b.Snap.Locations[arn]
	one := []*transfer.Transfer{w.Transfer}
	if err := b.Snap.Unread(arn, s.Unread, location.PartLocation); err != nil {
		b.find(one, unreadFinding(w.Spec.Account, arn, err, plan.Warning, "grant the reader datasync:DescribeLocationS3"))
		return arn
	}
	return arn
}

func (b *Builder) dropLocation(w desired.Location, after []string, stay bool) string {
	spec := w.Spec
	one := []*transfer.Transfer{w.Transfer}
	c := plan.Change{ID: w.ID(), Account: spec.Account, Region: spec.Region, Kind: plan.DataSyncLocation, Name: spec.URI(), Side: w.Side, Transfers: []string{w.Transfer.Name},
		Op: plan.Delete, Calls: []string{"datasync:DeleteLocation"}}
	c.Requires = slices.Clone(after)
	if stay {
		c.Hold, c.Reason = plan.Blocked, snapshot.ReasonTells
	}
	if !b.CanRead(spec.Account) {
		b.add(c)
		return c.ID
	}
	if err := b.Snap.Failures[spec.Account+"/"+spec.Region]; err != nil {
		b.find(one, unreadFinding(spec.Account, "locations in "+spec.Region, err, plan.Blocking, "grant the reader datasync:ListLocations"))
		return ""
	}
	state, _, err := b.Snap.OurLocation(w)
	var ambiguous *plan.AmbiguousError
	switch {
	case errors.As(err, &ambiguous):
		b.find(one, plan.Finding{Severity: plan.Blocking, Code: plan.CodeAmbiguous, Account: spec.Account, Subject: spec.URI(), Detail: ambiguous.Error(), Remedy: ambiguous.Hint()})
		return ""
	case err != nil:
		b.find(one, unreadFinding(spec.Account, spec.URI(), err, plan.Blocking, "grant the reader datasync:DescribeLocationS3 and datasync:ListTagsForResource"))
		return ""
	case !state.Exists:
		return ""
	}
	c.Before, c.ARN = w.Before(state), state.ARN
	b.add(c)
	return c.ID
}
