package transfer

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Resources is what the accounts should hold for one transfer.
type Resources struct {
	Transfer            *Transfer
	Roles               []AccountRole // those that we make
	Buckets             []bucket.Spec // those whose policy or ownership we change
	Keys                []kmskey.Spec // all that are used; those of other accounts with statements
	Source, Destination location.Spec
	Task                task.Spec
}

// AccountRole is a role that we make, its account and the end that it serves.
type AccountRole struct {
	Account string
	Side    plan.Side // "" if it serves both ends
	iamrole.Spec
}

// Resources returns what the accounts should hold for the transfer, which must be valid.
func (t *Transfer) Resources() *Resources {
	r := &Resources{
		Transfer:    t,
		Buckets:     t.bucketSpecs(),
		Keys:        t.Keys,
		Source:      t.LocationSpec(plan.SourceSide),
		Destination: t.LocationSpec(plan.DestinationSide),
		Task:        t.taskSpec(),
	}
	for _, side := range Sides {
		if t.End(side).OwnsRole && !(side == plan.DestinationSide && t.SharesRole) {
			role := AccountRole{Account: t.TaskAccount, Side: side, Spec: t.role(side)}
			if t.SharesRole {
				role.Side = ""
			}
			r.Roles = append(r.Roles, role)
		}
	}
	return r
}

// role returns the role that we make for the side, or for both sides if they share it.
func (t *Transfer) role(side plan.Side) iamrole.Spec {
	e := t.End(side)
	s := e.Role
	s.Name = e.RoleName
	s.Description = cmp.Or(s.Description, roleDescription)
	trust, policies := t.Preset(side)
	if s.Trust.IsZero() {
		s.Trust = trust
	}
	if len(s.Policies) == 0 {
		s.Policies = policies
	}
	tags := t.TagsFor("")
	if e.RoleName != t.defaultRole(side) {
		delete(tags, t.TagKey(TagTransfer)) // a role named by the user may serve several transfers
	}
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}

// Preset returns the trust policy and the inline policies of the role that we make for the side, as far as they are not given: what the transfer needs
// and nothing more. "" is the side of a role for both ends.
func (t *Transfer) Preset(side plan.Side) (trust policy.Document, policies map[string]policy.Document) {
	p := t.presets.of(side, func() (p preset) {
		p.trust, p.policies = t.newPreset(side)
		return p
	})
	return p.trust, maps.Clone(p.policies)
}

// presets are the presets of the roles and the statements of the buckets by side, each made when it is first asked for.
type presets struct {
	mu      sync.Mutex
	made    map[plan.Side]preset
	buckets map[plan.Side]policy.Statements
}

// bucket returns the statements of the side's bucket.
func (p *presets) bucket(side plan.Side, make func() policy.Statements) policy.Statements {
	p.mu.Lock()
	defer p.mu.Unlock()
	out, ok := p.buckets[side]
	if !ok {
		if p.buckets == nil {
			p.buckets = map[plan.Side]policy.Statements{}
		}
		out = make()
		p.buckets[side] = out
	}
	return slices.Clone(out)
}

type preset struct {
	trust    policy.Document
	policies map[string]policy.Document
}

func (p *presets) of(side plan.Side, make func() preset) preset {
	p.mu.Lock()
	defer p.mu.Unlock()
	out, ok := p.made[side]
	if !ok {
		if p.made == nil {
			p.made = map[plan.Side]preset{}
		}
		out = make()
		p.made[side] = out
	}
	return out
}

func (t *Transfer) newPreset(side plan.Side) (trust policy.Document, policies map[string]policy.Document) {
	policies = map[string]policy.Document{}
	if t.SharesRole {
		trust = t.PresetTrustOfMany()
	} else {
		regions := []string{t.End(side).Region, t.Destination.Region}
		slices.Sort(regions)
		trust = iamrole.DataSyncTrust(t.Partition, t.TaskAccount, slices.Compact(regions)...)
	}
	for _, other := range Sides {
		if other == side || t.SharesRole {
			policies[t.End(other).PolicyName] = policy.New(t.roleStatements(other))
		}
	}
	return trust, policies
}

// PresetTrustOfMany is the trust policy of a role for both ends or for several transfers: for every Region, so that it need not change with them.
func (t *Transfer) PresetTrustOfMany() policy.Document {
	return iamrole.DataSyncTrust(t.Partition, t.TaskAccount)
}

// bucketSpecs returns the buckets that need statements or other object ownership. Two ends in one bucket make one spec.
func (t *Transfer) bucketSpecs() []bucket.Spec {
	var specs []bucket.Spec
	for _, side := range Sides {
		e := t.End(side)
		spec := bucket.Spec{Name: e.Bucket, Account: e.Account, Region: e.Region, Statements: t.BucketStatements(side),
			DisableACLs: side == plan.DestinationSide && e.DisableACLs}
		if len(spec.Statements) == 0 && !spec.DisableACLs {
			continue
		}
		if i := slices.IndexFunc(specs, func(s bucket.Spec) bool { return s.Name == e.Bucket }); i >= 0 {
			specs[i].Statements = append(specs[i].Statements, spec.Statements...)
			specs[i].DisableACLs = specs[i].DisableACLs || spec.DisableACLs
			continue
		}
		specs = append(specs, spec)
	}
	return specs
}

// LocationSpec returns the location of the side as we make it.
func (t *Transfer) LocationSpec(side plan.Side) location.Spec {
	e := t.End(side)
	return location.Spec{Account: t.TaskAccount, Region: e.Region, Bucket: e.Bucket, Prefix: e.Prefix, StorageClass: e.StorageClass,
		RoleARN: e.DataSyncRole, Tags: t.TagsFor(side)}
}

// taskSpec returns the task, which is in the destination's Region.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func (t *Transfer) taskSpec() task.Spec {
	s := t.WithData(t.Task)
	s.Account, s.Region, s.DestinationStorageClass = t.TaskAccount, t.Destination.Region, t.Destination.StorageClass
	if t.WantsLogPolicy() {
		s.LogGroupARN = cmp.Or(s.LogGroupARN, t.LogGroup())
	}
	if s.Name == "" {
		s.Name = t.Name
	}
	tags := t.TagsFor("")
	maps.Copy(tags, s.Tags)
	s.Tags = tags
	return s
}
