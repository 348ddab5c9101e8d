package desired

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Role is an IAM role that transfers want us to make.
type Role struct {
	Account   string
	Arn       string // that the role has, or will have
	Spec      iamrole.Spec
	Transfers []*transfer.Transfer
	Former    bool // these transfers used the role before and no longer do
	Shared    bool // of a former role: another transfer still wants it

	Others  []string // what others have that needs an adopted role, in words: locations, those of other transfers included, and statements that name it
	Another bool     // one of these locations is tagged as that of another transfer
}

// Serves reports whether one of the role's transfers also wants something of the shared policy.
func (w Role) Serves(p SharedPolicy) bool {
	for _, t := range p.Transfers {
		for _, u := range w.Transfers {
			if t.Name == u.Name {
				return true
			}
		}
	}
	return false
}

// Diff compares the role with what was observed of it. It looks only at what the transfers want and at inline policies with their names.
func (w Role) Diff(s iamrole.State) RoleDiff {
	d := RoleDiff{Op: plan.NoOp, Tags: map[string]string{}}
	if !s.Exists {
		d.Op, d.Trust, d.Tags = plan.Create, w.Spec.Trust, w.Spec.Tags
		d.Put = slices.Sorted(maps.Keys(w.Spec.Policies))
		return d
	}
	if trust, ok := w.trustFor(s); !ok {
		d.Trust = trust
		d.Lines = append(d.Lines, "trust policy")
	}
	if b := w.Spec.PermissionsBoundary; b != "" && b != s.PermissionsBoundary {
		d.Bound = true
		d.Lines = append(d.Lines, "permissions boundary "+cmp.Or(s.PermissionsBoundary, "none")+" → "+b)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Spec.Policies)) {
		if have, ok := s.Policies[name]; !ok || !have.Equal(w.Spec.Policies[name]) {
			d.Put = append(d.Put, name)
			d.Lines = append(d.Lines, "inline policy "+name)
		}
	}
	for _, name := range w.PolicyNames() {
		if _, wanted := w.Spec.Policies[name]; wanted {
			continue
		}
		if _, ok := s.Policies[name]; ok {
			d.Drop = append(d.Drop, name)
			d.Lines = append(d.Lines, "inline policy "+name+" is removed")
		}
	}
	var tagLines []string
	want := w.Spec.Tags
	if w.adopts() {
		want = w.Transfers[0].AdoptionTags(want, s.Tags)
	}
	if key := w.Transfers[0].TagKey(transfer.TagGrant); s.Tags[key] == transfer.GrantsByAccount && w.named() {
		want = maps.Clone(want)
		want[key] = transfer.GrantsByRole
	}
	d.Tags, tagLines = DiffTags(want, s.Tags)
	d.Lines = append(d.Lines, tagLines...)
	if len(d.Lines) > 0 {
		d.Op = plan.Update
	}
	return d
}

// trustFor returns the trust policy to write, and whether the role has a right one already. A role that other transfers use too keeps or gets the
// trust with the Region wildcard, so that plans of the two do not change it back and forth. So does one that was adopted.
func (w Role) trustFor(s iamrole.State) (policy.Document, bool) {
	t := w.Transfers[0]
	if s.Trust.Equal(w.Spec.Trust) {
		return policy.Document{}, true
	}
	if !t.End(plan.SourceSide).Role.Trust.IsZero() || !t.End(plan.DestinationSide).Role.Trust.IsZero() {
		return w.Spec.Trust, false // the user's own
	}
	wildcard := iamrole.DataSyncTrust(t.Partition, w.Account)
	if s.Trust.Equal(wildcard) {
		return policy.Document{}, true
	}
	if w.adopts() || t.WasAdopted(s.Tags) { // its owner may use it in Regions that the plan does not see
		return wildcard, false
	}
	ours := w.PolicyNames()
	for name := range s.Policies {
		if strings.HasPrefix(name, "xacct-") && !slices.Contains(ours, name) {
			return wildcard, false
		}
	}
	return w.Spec.Trust, false
}

// named reports whether a grant of one of the transfers names the role as its principal.
func (w Role) named() bool {
	return slices.ContainsFunc(w.Transfers, (*transfer.Transfer).NamesRole)
}

// Unnamed reports whether no grant of ours in another account's policy names the role as its principal, now or earlier, so that none is left without its
// principal when the role goes.
func (w Role) Unnamed(s iamrole.State) bool {
	return !w.named() && s.Tags[w.Transfers[0].TagKey(transfer.TagGrant)] == transfer.GrantsByAccount
}

// Made is the role as it is made: with a tag if its grants are by account.
func (w Role) Made() iamrole.Spec {
	spec := w.Spec
	if !w.named() && len(spec.Tags) < mostRoleTags {
		spec.Tags = maps.Clone(spec.Tags)
		spec.Tags[w.Transfers[0].TagKey(transfer.TagGrant)] = transfer.GrantsByAccount
	}
	return spec
}

// mostRoleTags is how many tags a role can have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const mostRoleTags = 50

// PolicyNames are the names of all inline policies that these transfers can have on the role.
func (w Role) PolicyNames() []string {
	var out []string
	for _, t := range w.Transfers {
		out = append(out, t.End(plan.SourceSide).PolicyName, t.End(plan.DestinationSide).PolicyName)
	}
	out = append(out, slices.Collect(maps.Keys(w.Spec.Policies))...)
	slices.Sort(out)
	return slices.Compact(out)
}

// Ours reports whether the observed role is one that xacct made for these transfers; if not, the string says why not.
func (w Role) Ours(s iamrole.State) (string, bool) {
	t := w.Transfers[0]
	if s.Tags[t.TagKey(transfer.TagManagedBy)] != transfer.ManagedBy && !w.adopts() {
		return "a role of this name exists without the tag " + t.TagKey(transfer.TagManagedBy) + "=" + transfer.ManagedBy, false
	}
	if owner := s.Tags[t.TagKey(transfer.TagTransfer)]; owner != "" && owner != w.Spec.Tags[t.TagKey(transfer.TagTransfer)] {
		return "it belongs to transfer " + owner, false
	}
	if s.ARN != w.Arn {
		return "it exists at another path: " + s.ARN, false
	}
	return "", true
}

// adopts reports whether one of the transfers names the role to adopt it.
func (w Role) adopts() bool {
	return slices.ContainsFunc(w.Transfers, func(t *transfer.Transfer) bool { return t.AdoptsRole(w.Arn) })
}

// After is the role as the plan wants it, as text.
func (w Role) After(d RoleDiff) string {
	r := RoleRecord{Name: w.Spec.Name, Path: cmp.Or(w.Spec.Path, "/"), Trust: w.Spec.Trust, Policies: w.Spec.Policies,
		PermissionsBoundary: w.Spec.PermissionsBoundary, Tags: w.Spec.Tags}
	if !d.Trust.IsZero() {
		r.Trust = d.Trust
	}
	return Record(r)
}

// Before is the observed role as text, with the parts that a plan can change; "" if it does not exist.
func (w Role) Before(s iamrole.State) string {
	if !s.Exists {
		return ""
	}
	r := RoleRecord{Name: w.Spec.Name, Path: s.Path, Trust: s.Trust, PermissionsBoundary: s.PermissionsBoundary,
		Policies: map[string]policy.Document{}, Tags: map[string]string{}}
	for _, name := range w.PolicyNames() {
		if doc, ok := s.Policies[name]; ok {
			r.Policies[name] = doc
		}
	}
	for k := range w.Spec.Tags {
		if v, ok := s.Tags[k]; ok {
			r.Tags[k] = v
		}
	}
	return Record(r)
}

// RoleEnd is what becomes of a role with its transfers.
type RoleEnd struct {
	Gone    []string // the names of its inline policies that leave it
	Rest    []string // what else it holds, as words
	Release bool     // it was adopted and stays without our tags
}

// Leaving is what becomes of the role when these transfers leave it. Of an adopted role all inline policies go if deleteAdopted is true and nothing
// of others needs it. Our tags stay on it for as long as another transfer has it.
func (w Role) Leaving(s iamrole.State, deleteAdopted bool) RoleEnd {
	var out RoleEnd
	if w.Transfers[0].WasAdopted(s.Tags) && (deleteAdopted && len(w.Others) > 0 || w.Another) {
		deleteAdopted = false
		out.Rest = append(out.Rest, w.Others...)
	}
	ours, adopted, others := w.PolicyNames(), w.Transfers[0].WasAdopted(s.Tags), w.Another
	for name := range s.Policies {
		switch another := strings.HasPrefix(name, "xacct-") && !slices.Contains(ours, name); {
		case slices.Contains(ours, name), adopted && deleteAdopted && !another:
			out.Gone = append(out.Gone, name)
		default:
			others = others || another
			out.Rest = append(out.Rest, "inline policy "+name)
		}
	}
	out.Rest = append(out.Rest, s.Attached...)
	slices.Sort(out.Gone)
	slices.Sort(out.Rest)
	out.Release = adopted && !others && !w.Shared && (!deleteAdopted || len(out.Rest) > 0)
	return out
}

// ID is that of the role's change. A former role that another transfer wants has a change of its own beside that of the other transfer.
func (w Role) ID() string {
	if w.Shared {
		return transfer.ChangeID(w.Account, "", plan.IAMRole, w.Spec.Name+"/left")
	}
	return transfer.ChangeID(w.Account, "", plan.IAMRole, w.Spec.Name)
}

// Side is the end that the role serves; "" if it serves both, or several transfers.
func (w Role) Side() plan.Side {
	if len(w.Transfers) > 1 || w.Transfers[0].SharesRole {
		return ""
	}
	for _, side := range transfer.Sides {
		if t := w.Transfers[0]; t.End(side).OwnsRole && t.End(side).RoleName == w.Spec.Name {
			return side
		}
	}
	return ""
}

// RoleDiff is what is to change on a role.
type RoleDiff struct {
	Op    plan.Op
	Trust policy.Document   // the trust policy to write; zero leaves it alone
	Bound bool              // the permissions boundary is to change
	Put   []string          // inline policies to write
	Drop  []string          // inline policies of these transfers that are no longer wanted
	Tags  map[string]string // tags to set
	Lines []string          // the details of the change
}

// RoleRecord is a role as text in a plan. Apply reads it back from the approved plan.
type RoleRecord struct {
	Name, Path          string
	Trust               policy.Document
	Policies            map[string]policy.Document `json:",omitempty"`
	PermissionsBoundary string                     `json:",omitempty"`
	Tags                map[string]string          `json:",omitempty"`
}

// addRole adds the role, or adds what the transfer wants of it to the same role of other transfers.
func (w *gathering) addRole(t *transfer.Transfer, r transfer.AccountRole) {
	i, found := w.find(plan.IAMRole, r.Account, r.Name, len(w.Roles))
	if !found {
		w.Roles = append(w.Roles, Role{Account: r.Account, Arn: r.ARN(t.Partition, r.Account), Spec: r.Spec, Transfers: []*transfer.Transfer{t}})
		return
	}
	have := &w.Roles[i]
	have.Transfers = append(have.Transfers, t)
	policies := map[string]policy.Document{}
	maps.Copy(policies, have.Spec.Policies)
	maps.Copy(policies, r.Policies)
	have.Spec.Policies = policies
	if !have.Spec.Trust.Equal(r.Trust) {
		have.Spec.Trust = iamrole.DataSyncTrust(t.Partition, r.Account) // shared: every Region
	}
}
