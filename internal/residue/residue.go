// Package residue lists what is left of transfers after a tear-down. Find reads AWS afresh with the caller's clients, changes nothing, and
// returns one plan.Residue a thing: what the transfers made and still own, what AWS and their runs may have made beside it, and other
// statements in the same policies that deserve a look. What could not be read or cannot be known is an item too; its detail begins with
// "not known" or "possible". Only items that are certainly the transfers' own have Ours set.
package residue

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Find reads AWS again and lists what is left of the transfers. The list is nil if the transfers or clients are invalid, or if the reading was cut
// off. Otherwise a single call that fails is an item of the list, and the error joins those errors of items that a caller can decide on: each is an
// *[plan.AmbiguousError] or a *[plan.WrongOwnerError].
func Find(ctx context.Context, c client.Set, transfers []*transfer.Transfer) ([]plan.Residue, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	transfers = transfer.WithoutAdoption(transfers)
	read, err := survey.Read(ctx, c, transfers, 0, nil)
	if err != nil {
		return nil, err
	}
	s := read.Snapshot
	w := s.WithFormer(desired.Of(transfers))
	out := slices.Concat(roles(s, w), bucketPolicies(s, w), ownerlessBuckets(s, w), keyPolicies(s, w), logPolicies(s, w), logGroups(s, w),
		dataSync(s, w), serviceRoles(ctx, read.Clients, w), leftByRuns(ctx, read.Clients, w))
	for _, what := range slices.Sorted(maps.Keys(s.Failures)) {
		out = append(out, notKnown(plan.Residue{Name: what}, s.Failures[what]))
	}
	for i := range out {
		out[i].Detail = text.Escape(out[i].Detail)
	}
	return out, undecided(out)
}

// notKnown is the item that could not be read.
func notKnown(item plan.Residue, err error) plan.Residue {
	item.Unknown, item.Detail, item.Err = true, "not known: "+text.OneLine(err), err
	return item
}

// undecided joins the errors of the items that a caller can decide on, each once.
func undecided(items []plan.Residue) error {
	var errs []error
	for _, item := range items {
		if item.Err == nil {
			continue
		}
		var (
			ambiguous *plan.AmbiguousError
			owner     *plan.WrongOwnerError
		)
		known := slices.ContainsFunc(errs, func(err error) bool { return err.Error() == item.Err.Error() })
		if (errors.As(item.Err, &ambiguous) || errors.As(item.Err, &owner)) && !known {
			errs = append(errs, item.Err)
		}
	}
	return errors.Join(errs...)
}
