// Package derived says what a plan does as far as its transfers tell, without a call to AWS. The texts of a plan may have been edited on their way:
// [Of] derives what is wanted from the transfers, as Apply does, and compares it with every change. What it returns is for people to read: the
// statements are those that the transfers ask for, never those of the plan's text.
//
// Three things cannot be derived and are the plan's own word: what was observed, as in Before; which resources the transfers used before; and the
// findings.
package derived

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Plan is a plan whose changes are those that its transfers ask for.
type Plan struct {
	Mode      plan.Mode
	Transfers []*transfer.Transfer // by name
	Settings  plan.Settings
	Changes   []Change        // in the plan's order
	Findings  []plan.Finding  // the plan's own word
	Blocked   map[string]bool // the names of the transfers that findings block
}

// Change is a change of the plan, whose place, operation and hold fit its transfers.
type Change struct {
	*plan.Change
	Former bool      // no transfer wants the resource any more: that they used it before is the plan's word
	Policy *Policy   // of a policy that others write too; nil for others
	Role   *Role     // of a role; nil for others
	Spec   *RoleSpec // the role as it is wanted; nil for others and for one that goes
}

// RoleSpec is a role as the transfers want it.
type RoleSpec = iamrole.Spec

// Policy is what becomes of a policy that others write too.
type Policy struct {
	ARN    string // of the bucket or key; "" for the log policy
	Read   bool   // the plan knows what stands there
	Gains  []Gain
	Loses  []Loss
	Ours   int // statements of ours that stay as they are
	Others int // statements of others that stay as they are; 0 if it was not read
}

// Gain is a statement that the transfers want and that does not stand there yet.
type Gain struct {
	Statement policy.Statement
	Changed   bool // another one of ours stands there under the same Sid
}

// Loss is a statement that leaves a policy.
type Loss struct {
	Sid   string
	Was   policy.Statement // as it stands there by the plan's word; zero if the policy was not read
	Asked policy.Statement // as the transfers ask for it, if it is as it was or that is not known; zero otherwise
	Ours  bool             // false: it was made by others, for a role or operator that the transfer adopts, and ours take its place
}

// Role is what becomes of what a role allows. What is as it was is not in it.
type Role struct {
	Trust    []Gain
	Policies []Inline // by name
	Loses    []Inline // inline policies that leave the role
}

// Inline is an inline policy and statements of it.
type Inline struct {
	Name  string
	Gains []Gain
	Told  bool // of one that leaves the role: which statements it has is the plan's word
}

// Of derives what the plan does. A change that deviates from what the transfers ask for is a *[plan.MismatchError], of which the first is returned. A
// schema that this version does not read, and transfers and settings that are not valid, are errors as in Apply. Of a plan of the mode drift
// the error is a *[plan.DriftError].
func Of(p *planner.Plan) (*Plan, error) {
	if err := planner.CheckSchema(p.Schema); err != nil {
		return nil, err
	}
	if err := planner.CheckWords(p.Mode, len(p.Transfers), p.Changes, p.Findings); err != nil {
		return nil, err
	}
	if p.Mode == plan.Drift {
		return nil, &plan.DriftError{Use: "reviewed"}
	}
	blocking := planner.BlockingByTransfer(p.Findings)
	if len(p.Transfers) > 0 || blocking[""] == nil { // the part of an account that the plan does not know has none
		if err := planner.CheckInput(p.Transfers, p.Settings, "Settings."); err != nil {
			return nil, err
		}
	}
	transfers := p.Transfers
	if p.Mode == plan.TearDown {
		transfers = transfer.WithoutAdoption(transfers)
	}
	d := &deriver{plan: p, byName: map[string]*transfer.Transfer{}, blocked: map[string]bool{}}
	var free, held []*transfer.Transfer
	for _, t := range transfers {
		d.byName[t.Name] = t
		if d.blocked[t.Name] = blocking[t.Name] != nil; d.blocked[t.Name] {
			held = append(held, t)
		} else {
			free = append(free, t)
		}
	}
	d.free, d.held = desired.NewIndex(desired.Of(free)), desired.NewIndex(desired.Of(held))
	out := &Plan{Mode: p.Mode, Transfers: transfers, Settings: p.Settings, Findings: p.Findings, Blocked: d.blocked}
	seen := map[string]bool{}
	for i := range p.Changes {
		c := &p.Changes[i]
		if seen[c.ID] {
			return nil, mismatch(c, "it stands twice in the plan")
		}
		seen[c.ID] = true
		change, err := d.change(c)
		if err != nil {
			return nil, err
		}
		out.Changes = append(out.Changes, *change)
	}
	return out, nil
}

// deriver compares the changes of one plan. Transfers that are blocked were planned apart from the others.
type deriver struct {
	plan       *planner.Plan
	byName     map[string]*transfer.Transfer
	blocked    map[string]bool
	free, held desired.Index
}

// at is the resource with the ID; nil if the transfers want none.
func at[T any](all map[string]T, id string) *T {
	r, ok := all[id]
	if !ok {
		return nil
	}
	return &r
}

// mismatch is the error of a change that deviates from what the transfers ask for.
func mismatch(c *plan.Change, format string, args ...any) error {
	return &plan.MismatchError{Change: c.ID, Detail: fmt.Sprintf(format, args...)}
}

// change derives one change.
func (d *deriver) change(c *plan.Change) (*Change, error) {
	if err := d.placed(c); err != nil {
		return nil, err
	}
	w := d.free
	for _, name := range c.Transfers {
		if d.blocked[name] {
			w = d.held
		}
	}
	id := strings.TrimSuffix(c.ID, "#blocked")
	if c.Op == plan.Replace && c.Kind != plan.DataSyncTask || d.plan.Mode == plan.TearDown && (c.Op == plan.Create || c.Op == plan.Replace) {
		return nil, mismatch(c, "its operation is %s", c.Op)
	}
	switch c.Kind {
	case plan.BucketPolicy, plan.KeyPolicy, plan.LogPolicy:
		return d.sharedPolicy(c, w, id)
	case plan.IAMRole:
		return d.role(c, at(w.Roles, id))
	case plan.BucketOwnership:
		return d.ownership(c, at(w.Ownerships, id))
	case plan.LogGroup:
		return d.logGroup(c, at(w.LogGroups, id))
	case plan.DataSyncLocation:
		return d.location(c, at(w.Locations, id))
	}
	return d.task(c, at(w.Tasks, id))
}

// placed checks that the change says alike in its ID and in its members where it is, and that it belongs to transfers of the plan.
func (d *deriver) placed(c *plan.Change) error {
	if !strings.HasPrefix(c.ID, transfer.ChangeID(c.Account, c.Region, c.Kind, "")) || (c.Kind == plan.IAMRole) != (c.Region == "") {
		return mismatch(c, "its account, Region or kind is another")
	}
	if len(c.Account) != 12 || strings.Trim(c.Account, "0123456789") != "" || c.Region != "" && !region.Valid(c.Region) {
		return mismatch(c, "its account or Region is none")
	}
	if len(c.Transfers) == 0 {
		return mismatch(c, "it belongs to no transfer")
	}
	for _, name := range c.Transfers {
		t := d.byName[name]
		if t == nil {
			return mismatch(c, "transfer %s is not in the plan", name)
		}
		switch c.Kind {
		case plan.IAMRole, plan.LogPolicy, plan.LogGroup, plan.DataSyncLocation, plan.DataSyncTask:
			if c.Account != t.TaskAccount {
				return mismatch(c, "it is not in the task account of transfer %s", name)
			}
		}
	}
	return nil
}

// serves checks that the change belongs to all transfers that want the resource. It may belong to others too, which wanted it before.
func serves(c *plan.Change, wanting []*transfer.Transfer) error {
	for _, t := range wanting {
		if !slices.Contains(c.Transfers, t.Name) {
			return mismatch(c, "it is for transfer %s too", t.Name)
		}
	}
	return nil
}
