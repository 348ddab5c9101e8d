package snapshot

import (
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// The tutorial's statement has a constant Sid, so that only its content tells whose it is: it is a transfer's if it is to the letter what the transfer
// would write for a role of its own, whatever the transfer's grant is by now.

// withTutorial notes in what is wanted of a destination's bucket whose tutorial statements there are the transfer's.
func (s *Snapshot) withTutorial(b desired.Bucket, t *transfer.Transfer) desired.Bucket {
	b.Tutorial = append(slices.Clone(b.Tutorial), s.tutorialRoles(t)...)
	stands := b
	stands.Ours = []string{bucket.TutorialSid}
	_, is := s.Buckets[b.Spec.Name].Policy.Statement(bucket.TutorialSid)
	if is && len(stands.OursIn(s.Buckets[b.Spec.Name].Policy, s.RoleIDs())) > 0 && !slices.Contains(b.Ours, bucket.TutorialSid) {
		b.Ours = append(slices.Clone(b.Ours), bucket.TutorialSid)
	}
	return b
}

// tutorialRoles are the ARNs of the roles for which a tutorial statement is the transfer's: the one that it grants by that statement, the one that it
// makes, and those that it made before. What a statement for an adopted role becomes is decided with the adoption.
func (s *Snapshot) tutorialRoles(t *transfer.Transfer) []string {
	e := t.End(plan.DestinationSide)
	var out []string
	if e.DataSyncRole != "" && (e.OwnsRole && !e.AdoptsRole || t.Grant == transfer.GrantTutorial) {
		out = append(out, e.DataSyncRole)
	}
	for _, arn := range s.rolesWithPolicies(t, plan.DestinationSide) {
		state := s.Roles[arn]
		_, holds := state.Policies[e.PolicyName]
		if holds && state.Tags[t.TagKey(transfer.TagManagedBy)] == transfer.ManagedBy && arn != e.RoleARN && !t.WasAdopted(state.Tags) && !slices.Contains(out, arn) {
			out = append(out, arn)
		}
	}
	return out
}
