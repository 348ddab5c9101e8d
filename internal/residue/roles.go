package residue

import (
	"context"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/plan"
)

// roles are the roles that the transfers made and that still exist, or the inline policies of the transfers on roles that stay for others.
func roles(s *snapshot.Snapshot, w desired.Set) []plan.Residue {
	var out []plan.Residue
	for _, r := range append(slices.Clone(w.Roles), s.OrphanRoles(w)...) {
		state, read := s.Roles[r.Arn]
		item := plan.Residue{Account: r.Account, Kind: plan.IAMRole, Name: r.Spec.Name}
		switch {
		case !read:
			continue
		case state.Unread[iamrole.PartRole] != nil:
			item = notKnown(item, state.Unread[iamrole.PartRole])
		case !state.Exists:
			continue
		default:
			if _, ours := r.Ours(state); !ours {
				continue
			}
			end := r.Leaving(state, false)
			stays := len(end.Rest) > 0 || r.Shared
			if len(end.Gone) == 0 && stays {
				continue // nothing of the transfers' is on it
			}
			item.Ours, item.Detail = true, state.ARN
			if stays {
				item.Detail = "inline policy " + strings.Join(end.Gone, ", ")
			}
		}
		out = append(out, item)
	}
	return out
}

// serviceLinkedRole is the role that DataSync makes for itself in an account with ENHANCED tasks. It stays, does no harm, and belongs to the
// account, not to a transfer: https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles.html
const serviceLinkedRole = "AWSServiceRoleForDataSync"

// serviceRoles are the service-linked roles of DataSync in the task accounts.
func serviceRoles(ctx context.Context, c client.Set, w desired.Set) []plan.Residue {
	var out []plan.Residue
	var seen []string
	for _, t := range w.Tasks {
		account := t.Spec.Account
		if _, ok := c[account]; !ok || slices.Contains(seen, account) {
			continue
		}
		seen = append(seen, account)
		item := plan.Residue{Account: account, Kind: plan.IAMRole, Name: serviceLinkedRole}
		api, err := c.IAM(account)
		var state iamrole.State
		if err == nil {
			state, err = iamrole.Observe(ctx, api, iamrole.Spec{Name: serviceLinkedRole})
		}
		if err == nil {
			err = state.Unread[iamrole.PartRole]
		}
		switch {
		case awserr.NotFound(err), err == nil && !state.Exists:
			continue
		case err != nil:
			item = notKnown(item, err)
		default:
			item.Detail = "DataSync's own role, which other tasks of the account may use; IAM deletes it on request"
		}
		out = append(out, item)
	}
	return out
}
