package residue

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/survey"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Find reads AWS again and lists what is left of the transfers.
func Find(ctx context.Context, c client.Set, transfers []*transfer.Transfer) ([]plan.Residue, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	read, err := survey.Read(ctx, c, transfers, 0, nil)
	if err != nil {
		return nil, err
	}
	snap := read.Snapshot
	w := snap.WithFormer(desired.Of(transfers))
	var out []plan.Residue
	out = append(out, roleResidue(snap, w)...)
	out = append(out, bucketResidue(snap, w)...)
	out = append(out, keyResidue(snap, w)...)
	out = append(out, logResidue(snap, w)...)
	out = append(out, datasyncResidue(snap, w)...)
	out = append(out, leftByAWS(ctx, read.Clients, w)...)
	out = append(out, leftByRuns(ctx, read.Clients, w)...)
	for _, what := range slices.Sorted(maps.Keys(snap.Failures)) {
		out = append(out, plan.Residue{Name: what, Detail: "not known: " + text.OneLine(snap.Failures[what])})
	}
	return out, nil
}

func roleResidue(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, r := range append(slices.Clone(w.Roles), s.OrphanRoles(w)...) {
		state, read := s.Roles[r.Arn]
		item := plan.Residue{Account: r.Account, Kind: plan.IAMRole, Name: r.Spec.Name}
		switch {
		case !read:
			continue
		case state.Unread[iamrole.PartRole] != nil:
			item.Detail = "not known: " + text.OneLine(state.Unread[iamrole.PartRole])
		case !state.Exists:
			continue
		default:
			if _, ours := r.Ours(state); !ours {
				continue
			}
			gone, rest := r.Leaving(state)
			if len(gone) == 0 && (len(rest) > 0 || r.Shared) {
				continue // it stays for others
			}
			item.Ours, item.Detail = true, state.ARN
			if len(rest) > 0 || r.Shared {
				item.Detail = "inline policy " + strings.Join(gone, ", ")
			}
		}
		out = append(out, item)
	}
	return out
}

func bucketResidue(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, b := range w.Buckets {
		state, read := s.Buckets[b.Spec.Name]
		if !read || !b.Grants {
			continue
		}
		item := plan.Residue{Account: b.Spec.Account, Region: b.Spec.Region, Kind: plan.BucketPolicy, Name: b.Spec.Name}
		if err := state.Unread[bucket.PartPolicy]; err != nil {
			item.Detail = "not known: " + text.OneLine(err)
			out = append(out, item)
			continue
		}
		for st := range state.Policy.All() {
			if slices.Contains(b.Ours, st.Sid()) {
				item.Ours, item.Detail = true, "statement "+st.Sid()
				out = append(out, item)
			}
		}
		out = append(out, strangers(s, b.SharedPolicy, state.Policy, item)...)
	}
	for _, t := range w.Tasks {
		unknown := s.Ownerless(t.Transfer)
		for _, name := range slices.Sorted(maps.Keys(unknown)) {
			out = append(out, plan.Residue{Kind: plan.BucketPolicy, Name: name, Detail: "not known: whose bucket it is, which the transfer has left: " + text.OneLine(unknown[name])})
		}
	}
	return out
}

func datasyncResidue(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, l := range w.Locations {
		if l.Given {
			continue
		}
		state, _, err := s.OurLocation(l)
		if err != nil || state.Exists {
			out = append(out, datasyncItem(plan.DataSyncLocation, l.Spec.Account, l.Spec.Region, l.Spec.URI(), state.ARN, err))
		}
	}
	for _, t := range w.Tasks {
		state, old, err := s.OurTasks(t)
		for _, o := range old {
			a, _ := region.ParseARN(o.ARN)
			out = append(out, datasyncItem(plan.DataSyncTask, a.Account, a.Region, o.Name, o.ARN, nil))
		}
		for _, l := range s.OrphanLocations(t.Transfer) {
			a, _ := region.ParseARN(l.ARN)
			out = append(out, datasyncItem(plan.DataSyncLocation, a.Account, a.Region, l.URI, l.ARN, nil))
		}
		if err != nil || state.Exists {
			out = append(out, datasyncItem(plan.DataSyncTask, t.Spec.Account, t.Spec.Region, t.Spec.Name, state.ARN, err))
		}
	}
	return out
}

func datasyncItem(kind plan.Kind, account, region, name, arn string, err error) plan.Residue {
	item := plan.Residue{Ours: err == nil, Account: account, Region: region, Kind: kind, Name: name, Detail: arn}
	if err != nil {
		item.Detail = "not known: " + text.OneLine(err)
	}
	return item
}
