package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// Wanted is what the transfers want of a policy that nobody here can read.
type Wanted struct {
	desired.SharedPolicy
	Statements policy.Statements // nil where none of ours is wanted any more
	Bucket     string            // whose policy it is; "" for a key's
	Roles      []string          // ARNs of the roles that the policy may name; given ones only while a statement is wanted
}

// Standing are the Sids of ours that stand in the policy by the claim.
func (w Wanted) Standing(c plan.Claim) []string {
	var out []string
	for st := range c.Ours.All() {
		if sid := st.Sid(); slices.Contains(w.Ours, sid) && !slices.Contains(out, sid) {
			out = append(out, sid)
		}
	}
	return out
}

// Doubt says why the claim counts for nothing: the policy is not as the transfers want it now, or it may be that of another role of the same name; ""
// if nothing speaks against it. What was read decides, and what nobody could read speaks neither for the claim nor against it.
func Doubt(c plan.Claim, w Wanted, s *snapshot.Snapshot) string {
	if why := w.differs(c, s.RoleIDs()); why != "" {
		return why
	}
	named := w.Roles
	if len(w.Statements) > 0 {
		named = slices.DeleteFunc(slices.Clone(named), func(arn string) bool {
			return desired.StatementNaming(policy.New(w.Statements), nil, arn) == ""
		})
	}
	for _, arn := range named {
		role, read := s.Roles[arn]
		if !read || role.Unread[iamrole.PartRole] != nil {
			continue
		}
		switch id := c.Roles[arn]; {
		case !role.Exists && len(w.Statements) > 0:
			return "role " + arn + ", which the statements name, does not exist"
		case !role.Exists:
		case id != "" && id != role.ID:
			return fmt.Sprintf("it is about the role %s with the unique id %s, and the role of that name has %s by now", arn, id, role.ID)
		case role.CreateDate.After(c.Time):
			return fmt.Sprintf("role %s was made at %s, after it", arn, stamp(role.CreateDate))
		}
	}
	if len(w.Statements) == 0 {
		return cmp.Or(w.unlooked(c), w.since(c, s))
	}
	return ""
}

// unlooked says which statement of the transfers was not looked for: that it stands there no more is not what the claim says. A report of what other
// transfers have in the policy counts it as a statement of others.
func (w Wanted) unlooked(c plan.Claim) string {
	for _, sid := range w.Ours {
		if !slices.Contains(c.Sids, sid) {
			return text.Statement(sid) + " was not looked for"
		}
	}
	return ""
}

// differs says how the reported statements differ from the wanted ones.
func (w Wanted) differs(c plan.Claim, ids map[string]string) string {
	for _, st := range w.Statements {
		n, same := 0, 0
		for have := range c.Ours.All() {
			if have.Sid() != st.Sid() {
				continue
			}
			if n++; have.EqualWith(st, ids) {
				same++
			}
		}
		switch {
		case n == 0:
			return text.Statement(st.Sid()) + " is not in it"
		case n > 1 || same == 0:
			return text.Statement(st.Sid()) + " is another in it than the transfers want now"
		}
	}
	for _, sid := range w.Standing(c) {
		if !slices.ContainsFunc(w.Statements, func(st policy.Statement) bool { return st.Sid() == sid }) {
			return text.Statement(sid) + ", which is to go, still stands in it"
		}
	}
	return ""
}

// since says what of the transfers was made after a claim that their statements are gone, and could only be made while they stood.
func (w Wanted) since(c plan.Claim, s *snapshot.Snapshot) string {
	for _, arn := range slices.Sorted(maps.Keys(s.Locations)) {
		l := s.Locations[arn]
		name, _, _ := location.ParseURI(l.URI)
		if !l.Exists || name != w.Bucket || !l.CreationTime.After(c.Time) {
			continue
		}
		for _, t := range w.Transfers {
			if t.Owns(arn, l.Tags, "") {
				return fmt.Sprintf("location %s was made at %s, after it", arn, stamp(l.CreationTime))
			}
		}
	}
	return ""
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Bound is the claim as a plan keeps it: with the unique ids of the roles that were read, and without the statements that are not the transfers'. Those
// count as statements of others.
func Bound(c plan.Claim, w Wanted, s *snapshot.Snapshot) plan.Claim {
	var ours policy.Statements
	rest := sha256.New()
	for st := range c.Ours.All() {
		if slices.ContainsFunc(w.Statements, func(x policy.Statement) bool { return x.Sid() == st.Sid() }) {
			ours = append(ours, st)
		} else {
			rest.Write(append(st.Bytes(), '\n'))
		}
	}
	if len(ours) < c.Ours.Len() {
		c.Ours, c.Rest = policy.Document{}, cmp.Or(c.Rest, "sha256:"+hex.EncodeToString(rest.Sum(nil)))
		if len(ours) > 0 {
			c.Ours = policy.New(ours)
		}
	}
	c.Sids = slices.DeleteFunc(slices.Clone(c.Sids), func(sid string) bool { return !slices.Contains(w.Ours, sid) })
	told := c.Roles
	c.Roles = nil
	for _, arn := range w.Roles {
		role := s.Roles[arn]
		id := cmp.Or(role.ID, told[arn])
		if id == "" || len(w.Statements) > 0 && desired.StatementNaming(c.Ours, nil, arn, id) == "" {
			continue
		}
		if c.Roles == nil {
			c.Roles = map[string]string{}
		}
		c.Roles[arn] = id
	}
	return c
}
