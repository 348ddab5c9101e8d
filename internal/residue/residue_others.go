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
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// dataSyncOwnRole is the role that DataSync makes for itself in an account with Enhanced tasks. It stays, does no harm, and belongs to the
// account, not to a transfer: https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles.html
const dataSyncOwnRole = "AWSServiceRoleForDataSync"

// leftByAWS finds what AWS has made on behalf of the task accounts.
func leftByAWS(ctx context.Context, c client.Set, w desired.Set) []plan.Residue {
	var out []plan.Residue
	var seen []string
	for _, t := range w.Tasks {
		account := t.Spec.Account
		if _, ok := c[account]; !ok || slices.Contains(seen, account) {
			continue
		}
		seen = append(seen, account)
		item := plan.Residue{Account: account, Kind: plan.IAMRole, Name: dataSyncOwnRole}
		api, err := c.IAM(account)
		var state iamrole.State
		if err == nil {
			state, err = iamrole.Observe(ctx, api, iamrole.Spec{Name: dataSyncOwnRole})
		}
		if err == nil {
			err = state.Unread[iamrole.PartRole]
		}
		switch {
		case awserr.NotFound(err), err == nil && !state.Exists:
			continue
		case err != nil:
			item.Detail = "not known: " + text.OneLine(err)
		default:
			item.Detail = "DataSync's own role, which other tasks of the account may use; IAM deletes it on request"
		}
		out = append(out, item)
	}
	return out
}

// strangers are statements of somebody else's policy that bear our prefix and are none of these transfers', and those that name a role or
// user that is gone, which stops every later write of the policy. item says whose policy it is.
func strangers(s *snapshot.Snapshot, w desired.SharedPolicy, d policy.Document, item plan.Residue) []plan.Residue {
	var others, dead []string
	for st := range d.All() {
		if strings.HasPrefix(st.Sid(), transfer.SidPrefix) && !slices.Contains(w.Ours, st.Sid()) {
			others = append(others, st.Sid())
		}
		principals, _ := st.Principals()
		for _, p := range principals {
			if slices.Contains(s.Dead, p.Value()) {
				dead = append(dead, p.Value())
			}
		}
	}
	item.Ours = false
	var out []plan.Residue
	if len(others) > 0 {
		item.Detail = "not known: statements of other transfers, or of an earlier version of these: " + strings.Join(others, ", ")
		out = append(out, item)
	}
	if len(dead) > 0 {
		item.Detail = "not known: statements that name a role or user that is gone: " + strings.Join(dead, ", ")
		out = append(out, item)
	}
	return out
}
