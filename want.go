package xacct

import (
	"cmp"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// wants is what a set of transfers asks for, resource by resource: a role or bucket used by several transfers stands in it once.
// NewPlan and Apply both start from it, so what is written is what was planned.
type wants struct {
	roles     []roleWant
	buckets   []bucketWant
	keys      []keyWant
	logs      []logWant
	locations []locationWant
	tasks     []taskWant
}

type roleWant struct {
	account, arn   string
	spec           iamrole.Spec
	transfers      []*transfer.Transfer
	former, shared bool // a role that these transfers have left; one that another transfer wants
}

// policyWant is what transfers want of a policy that somebody else owns: that of a bucket, or of a key.
type policyWant struct {
	transfers []*transfer.Transfer
	ours      []string // every Sid that these transfers can have in this policy
	grants    bool     // its account is not the task account of some transfer, so it holds statements of ours
	roles     []string // IDs of the role changes whose roles the statements name as principals
}

type bucketWant struct {
	policyWant
	spec   bucket.Spec // the statements of all transfers
	former bool        // a bucket that a transfer has left: nothing of ours is to stand in its policy
}

type locationWant struct {
	transfer *transfer.Transfer
	side     plan.Side
	spec     location.Spec
	given    bool // LocationARN: judged, never changed
}

type taskWant struct {
	transfer *transfer.Transfer
	spec     task.Spec
}

func (w roleWant) id() string {
	if w.shared {
		return transfer.ChangeID(w.account, "", plan.IAMRole, w.spec.Name+"/left")
	}
	return transfer.ChangeID(w.account, "", plan.IAMRole, w.spec.Name)
}

func (w bucketWant) id() string {
	return transfer.ChangeID(w.spec.Account, w.spec.Region, plan.BucketPolicy, w.spec.Name)
}

func (w bucketWant) ownershipID() string {
	return transfer.ChangeID(w.spec.Account, w.spec.Region, plan.BucketOwnership, w.spec.Name)
}

func (w locationWant) id() string {
	return transfer.ChangeID(w.spec.Account, w.spec.Region, plan.DataSyncLocation, w.transfer.Name+"/"+string(w.side))
}

func (w taskWant) id() string {
	return transfer.ChangeID(w.spec.Account, w.spec.Region, plan.DataSyncTask, w.transfer.Name)
}

// wantsOf gathers what the transfers, all of them valid, ask for. The order of the result does not depend on theirs.
func wantsOf(transfers []*transfer.Transfer) wants {
	transfers = slices.SortedFunc(slices.Values(transfers), func(a, b *transfer.Transfer) int { return cmp.Compare(a.Name, b.Name) })
	var w wants
	for _, t := range transfers {
		r := t.Resources()
		for _, role := range r.Roles {
			w.addRole(r.Transfer, role)
		}
		for _, side := range transfer.Sides {
			w.addBucket(r, side)
			spec := r.Source
			if side == plan.DestinationSide {
				spec = r.Destination
			}
			w.locations = append(w.locations, locationWant{transfer: r.Transfer, side: side, spec: spec, given: t.End(side).LocationARN != ""})
		}
		w.tasks = append(w.tasks, taskWant{transfer: r.Transfer, spec: r.Task})
		w.addKeys(r.Transfer)
		w.addLogs(r.Transfer)
	}
	slices.SortFunc(w.roles, func(a, b roleWant) int { return cmp.Compare(a.id(), b.id()) })
	slices.SortFunc(w.buckets, func(a, b bucketWant) int { return cmp.Compare(a.id(), b.id()) })
	slices.SortFunc(w.keys, func(a, b keyWant) int { return cmp.Compare(a.id(), b.id()) })
	return w
}

func (w *wants) addRole(t *transfer.Transfer, r transfer.AccountRole) {
	i := slices.IndexFunc(w.roles, func(x roleWant) bool { return x.account == r.Account && x.spec.Name == r.Name })
	if i < 0 {
		w.roles = append(w.roles, roleWant{account: r.Account, arn: r.ARN(t.Partition, r.Account), spec: r.Spec, transfers: []*transfer.Transfer{t}})
		return
	}
	have := &w.roles[i]
	have.transfers = append(have.transfers, t)
	policies := map[string]policy.Document{}
	for _, m := range []map[string]policy.Document{have.spec.Policies, r.Policies} {
		for name, doc := range m {
			policies[name] = doc
		}
	}
	have.spec.Policies = policies
	if !have.spec.Trust.Equal(r.Trust) {
		have.spec.Trust = iamrole.DataSyncTrust(t.Partition, r.Account) // shared: every Region
	}
}

func (w *wants) addBucket(r *transfer.Resources, side plan.Side) {
	t := r.Transfer
	e := t.End(side)
	i := slices.IndexFunc(w.buckets, func(x bucketWant) bool { return x.spec.Name == e.Bucket && x.spec.Account == e.Account })
	if i < 0 {
		w.buckets = append(w.buckets, bucketWant{spec: bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region}})
		i = len(w.buckets) - 1
	}
	b := &w.buckets[i]
	b.spec.Statements = append(b.spec.Statements, t.BucketStatements(side)...)
	b.spec.DisableACLs = b.spec.DisableACLs || side == plan.DestinationSide && e.DisableACLs
	b.add(t, side, t.End(side).Remote, t.End(side).Sids)
}

// add notes that the transfer uses the policy's resource on this side, and if the resource is remote, by which statements.
func (w *policyWant) add(t *transfer.Transfer, side plan.Side, remote bool, sids []string) {
	if len(w.transfers) == 0 || w.transfers[len(w.transfers)-1].Name != t.Name {
		w.transfers = append(w.transfers, t)
	}
	if !remote {
		return
	}
	w.grants = true
	w.ours = append(w.ours, sids...)
	if t.End(side).OwnsRole && t.Grant == transfer.GrantByRole {
		id := transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, t.End(side).RoleName)
		if !slices.Contains(w.roles, id) {
			w.roles = append(w.roles, id)
		}
	}
}

// side is the end that the role serves; "" if it serves both, or several transfers.
func (w roleWant) side() plan.Side {
	if len(w.transfers) > 1 || w.transfers[0].SharesRole {
		return ""
	}
	for _, side := range transfer.Sides {
		if t := w.transfers[0]; t.End(side).OwnsRole && t.End(side).RoleName == w.spec.Name {
			return side
		}
	}
	return ""
}

func transferNames(transfers []*transfer.Transfer) []string {
	var out []string
	for _, t := range transfers {
		if !slices.Contains(out, t.Name) {
			out = append(out, t.Name)
		}
	}
	slices.Sort(out)
	return out
}

// statements are ours in the policy that the change is about.
func (w wants) statements(id string) policy.Statements {
	for _, b := range w.buckets {
		if b.id() == id {
			return b.spec.Statements
		}
	}
	for _, k := range w.keys {
		if k.id() == id {
			return k.spec.Statements
		}
	}
	for _, l := range w.logs {
		if l.id() == id {
			return l.wanted()
		}
	}
	return nil
}
