// Package residue lists what is left of transfers after a tear-down. Find reads AWS afresh with the caller's clients, changes nothing, and
// returns one plan.Residue a thing: what the transfers made and still own, what AWS and their runs may have made beside it, and other
// statements in the same policies that deserve a look. What could not be read or cannot be known is an item too; its detail begins with
// "not known" or "possible". Only items that are certainly the transfers' own have Ours set.
package residue

import (
	"context"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Find reads AWS again and lists what is left of the transfers. The error is that of invalid transfers or clients, or that of a reading that
// was cut off; a single call that fails is an item of the list.
func Find(ctx context.Context, c client.Set, transfers []*transfer.Transfer) ([]plan.Residue, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	read, err := survey.Read(ctx, c, transfers, 0, nil)
	if err != nil {
		return nil, err
	}
	s := read.Snapshot
	w := s.WithFormer(desired.Of(transfers))
	out := slices.Concat(roles(s, w), bucketPolicies(s, w), ownerlessBuckets(s, w), keyPolicies(s, w), logPolicies(s, w),
		dataSync(s, w), serviceRoles(ctx, read.Clients, w), leftByRuns(ctx, read.Clients, w))
	for _, what := range slices.Sorted(maps.Keys(s.Failures)) {
		out = append(out, plan.Residue{Name: what, Detail: notKnown(s.Failures[what])})
	}
	return out, nil
}

// notKnown is the detail of an item that could not be read.
func notKnown(err error) string { return "not known: " + text.OneLine(err) }
