package derived

import (
	"encoding/json"
	"maps"
	"slices"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// goes derives the change of a resource that the transfers no longer want, or that a tear-down takes away. No text says what it is to be.
func (d *deriver) goes(c *plan.Change, former bool) (*Change, error) {
	if c.After != "" || !c.Add.IsZero() || len(c.Remove) > 0 || former && c.Op == plan.Create {
		return nil, mismatch(c, "the transfers do not ask for it")
	}
	return &Change{Change: c, Former: former}, nil
}

// isAt checks the name of a resource that transfers want.
func isAt(c *plan.Change, name string) error {
	if c.Name != name {
		return mismatch(c, "its name is another")
	}
	return nil
}

// stays checks the change of a resource that a set-up wants: it is not deleted, and its text is what the transfers ask for.
func stays(c *plan.Change, after string) error {
	switch {
	case c.Op == plan.Delete:
		return mismatch(c, "it deletes what the transfers ask for")
	case !desired.SameRecord(c.After, after):
		return mismatch(c, "the text of what is wanted is another")
	}
	return nil
}

// record derives the change of a resource of one transfer, which is named so and wanted so.
func (d *deriver) record(c *plan.Change, name, after string) (*Change, error) {
	if err := isAt(c, name); err != nil {
		return nil, err
	}
	if d.plan.Mode == plan.TearDown {
		return d.goes(c, false)
	}
	if err := stays(c, after); err != nil {
		return nil, err
	}
	return &Change{Change: c}, nil
}

func (d *deriver) location(c *plan.Change, w *desired.Location) (*Change, error) {
	switch {
	case w == nil:
		return d.deleted(c)
	case w.Given:
		return nil, mismatch(c, "the transfer uses the location as it is")
	case c.Side != w.Side:
		return nil, mismatch(c, "it is of the other end")
	}
	return d.record(c, w.Spec.URI(), w.After())
}

func (d *deriver) task(c *plan.Change, w *desired.Task) (*Change, error) {
	if w == nil {
		return d.deleted(c)
	}
	return d.record(c, w.Spec.Name, w.After())
}

func (d *deriver) logGroup(c *plan.Change, w *desired.LogGroup) (*Change, error) {
	if w == nil && c.Op == plan.Delete { // a transfer used it before
		return d.goes(c, true)
	}
	if w == nil {
		return nil, mismatch(c, "the transfers do not ask for it")
	}
	return d.record(c, w.Spec.Name, w.After())
}

// deleted derives the change of a location or task that a transfer used before. A tear-down leaves one that was adopted, without our tags.
func (d *deriver) deleted(c *plan.Change) (*Change, error) {
	if c.Op != plan.Delete && c.Op != plan.Update {
		return nil, mismatch(c, "the transfers do not ask for it")
	}
	return d.goes(c, true)
}

// ownership derives the change of a bucket's Object Ownership.
func (d *deriver) ownership(c *plan.Change, w *desired.Bucket) (*Change, error) {
	if w == nil || !w.Spec.DisableACLs {
		return nil, mismatch(c, "the transfers do not ask for it")
	}
	if err := isAt(c, w.Spec.Name); err != nil {
		return nil, err
	}
	if err := serves(c, w.Transfers); err != nil {
		return nil, err
	}
	want := s3types.ObjectOwnershipBucketOwnerEnforced
	if d.plan.Mode == plan.TearDown {
		want = d.plan.Settings.Ownership[w.Spec.Name]
	}
	if string(want) != c.After || want == "" || c.Op == plan.Delete {
		return nil, mismatch(c, "the Object Ownership that is wanted is another")
	}
	return &Change{Change: c}, nil
}

// role derives the change of a role.
func (d *deriver) role(c *plan.Change, w *desired.Role) (*Change, error) {
	if w == nil || d.plan.Mode == plan.TearDown {
		if w != nil {
			if err := isAt(c, w.Spec.Name); err != nil {
				return nil, err
			}
		}
		out, err := d.goes(c, w == nil)
		if err == nil {
			out.Role = &Role{Loses: losing(c, w)}
		}
		return out, err
	}
	if err := isAt(c, w.Spec.Name); err != nil {
		return nil, err
	}
	if err := serves(c, w.Transfers); err != nil {
		return nil, err
	}
	if c.Op == plan.Delete || c.ARN != w.Arn {
		return nil, mismatch(c, "its ARN or operation is another")
	}
	var got desired.RoleRecord
	if err := json.Unmarshal([]byte(c.After), &got); err != nil {
		return nil, mismatch(c, "%s", text.OneLine(err))
	}
	spec := w.Spec
	wildcard := iamrole.DataSyncTrust(w.Transfers[0].Partition, w.Account)
	switch {
	case got.Trust.Equal(w.Spec.Trust):
	case got.Trust.Equal(wildcard):
		spec.Trust = wildcard // of a role that others use too
	default:
		return nil, mismatch(c, "the trust policy is another")
	}
	got.Trust = w.Spec.Trust
	want := *w
	got.Policies, want.Spec.Policies = snapshot.WithoutFormerKeys(got.Policies), snapshot.WithoutFormerKeys(want.Spec.Policies)
	if desired.Record(got) != want.After(desired.RoleDiff{}) {
		return nil, mismatch(c, "the text of what is wanted is another")
	}
	return &Change{Change: c, Role: roleDiff(c, spec), Spec: &spec}, nil
}

// losing are the inline policies that leave the role: those that the transfers ask for, or else by the plan's word.
func losing(c *plan.Change, w *desired.Role) []Inline {
	var was desired.RoleRecord
	if c.Before == "" || json.Unmarshal([]byte(c.Before), &was) != nil {
		return nil
	}
	var out []Inline
	for _, name := range slices.Sorted(maps.Keys(was.Policies)) {
		doc, told := was.Policies[name], true
		if w != nil && doc.Equal(w.Spec.Policies[name]) {
			doc, told = w.Spec.Policies[name], false
		}
		out = append(out, Inline{Name: name, Gains: gained(policy.Document{}, doc), Told: told})
	}
	return out
}

// roleDiff is what the role gains and loses on its way from what was observed.
func roleDiff(c *plan.Change, spec iamrole.Spec) *Role {
	var was desired.RoleRecord
	if c.Before != "" && json.Unmarshal([]byte(c.Before), &was) != nil {
		was = desired.RoleRecord{} // then everything counts as new
	}
	out := &Role{Trust: gained(was.Trust, spec.Trust)}
	for _, name := range slices.Sorted(maps.Keys(spec.Policies)) {
		if gains := gained(was.Policies[name], spec.Policies[name]); len(gains) > 0 {
			out.Policies = append(out.Policies, Inline{Name: name, Gains: gains})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(was.Policies)) {
		if _, wanted := spec.Policies[name]; !wanted {
			out.Loses = append(out.Loses, Inline{Name: name, Gains: gained(policy.Document{}, was.Policies[name]), Told: true})
		}
	}
	return out
}

// gained are the statements of after that before does not have.
func gained(before, after policy.Document) []Gain {
	var out []Gain
	for _, ch := range policy.Diff(before, after) {
		if ch.Op == policy.Added || ch.Op == policy.Changed {
			out = append(out, Gain{Statement: ch.After, Changed: ch.Op == policy.Changed})
		}
	}
	return out
}
