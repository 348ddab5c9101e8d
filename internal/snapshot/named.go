package snapshot

import (
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
)

// What a transfer left in another account is told by roles and locations of the task account, which the operator of the other account cannot see. To
// that operator only the plan tells of it, by the changes of key and bucket policies that it names. Nothing is done to these policies but to take out
// statements of the plan's transfers.

// KeysNamedBy are the ARNs of the keys whose policies the changes are about, by transfer.
func KeysNamedBy(changes []plan.Change) map[string][]string {
	out := map[string][]string{}
	for _, c := range changes {
		if spec := (kmskey.Spec{ARN: c.ARN}); c.Kind == plan.KeyPolicy && region.ValidKey(c.ARN) && spec.Account() == c.Account {
			for _, t := range c.Transfers {
				out[t] = append(out[t], c.ARN)
			}
		}
	}
	return out
}

// BucketsNamedBy are the buckets whose policies the changes are about, by transfer. Their sides are not known.
func BucketsNamedBy(changes []plan.Change) map[string][]FormerBucket {
	out := map[string][]FormerBucket{}
	for _, c := range changes {
		if c.Kind != plan.BucketPolicy {
			continue
		}
		for _, t := range c.Transfers {
			out[t] = append(out[t], FormerBucket{Name: c.Name, Regions: []string{c.Region}, ToldOwner: c.Account})
		}
	}
	return out
}

// NamedByPlan are the accounts, sorted, of the keys and buckets that the changes name. It has to be proved whose their clients are, as for the
// accounts of the transfers.
func NamedByPlan(changes []plan.Change) []string {
	var out []string
	for _, arns := range KeysNamedBy(changes) {
		for _, arn := range arns {
			out = append(out, kmskey.Spec{ARN: arn}.Account())
		}
	}
	for _, buckets := range BucketsNamedBy(changes) {
		for _, b := range buckets {
			out = append(out, b.ToldOwner)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
