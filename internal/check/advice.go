package check

import (
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// adviseRoles returns what the warnings say of the documents of the roles that we make, and of those that were given.
func (c *checker) adviseRoles() []plan.Finding {
	var out []plan.Finding
	advise := func(side plan.Side, role, what string, d policy.Document, kind policy.Kind) {
		base := plan.Finding{Transfer: c.Transfer.Name, Side: side, Account: c.Transfer.TaskAccount, Subject: role}
		out = append(out, verdict.Advise(base, what, "role "+role, d, kind)...)
	}
	for _, r := range c.Roles {
		arn := r.ARN(c.Transfer.Partition, r.Account)
		advise(r.Side, arn, "the trust policy", r.Trust, policy.Trust)
		for _, name := range slices.Sorted(maps.Keys(r.Policies)) {
			advise(r.Side, arn, "policy "+name, r.Policies[name], policy.Identity)
		}
	}
	for _, arn := range c.givenRoles() {
		advise("", arn, "the trust policy", c.facts.Trusts[arn], policy.Trust)
		for _, d := range c.facts.Identity[arn] {
			advise("", arn, "the identity policy", d, policy.Identity)
		}
		advise("", arn, "the permissions boundary", c.facts.Boundaries[arn], policy.Identity)
	}
	return out
}

// givenRoles are the ARNs of the roles that were given for the ends, the manifest and the reports, each once.
func (c *checker) givenRoles() []string {
	all := []string{c.Transfer.Source.RoleARN, c.Transfer.Destination.RoleARN}
	for _, a := range dataAccesses(c.Transfer) {
		all = append(all, a.role)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(arn string) bool { _, ours := c.role(arn); return arn == "" || ours })
}

// foreign reports whether a statement of the policies of a case is of others: neither one that the plan writes, nor in a document of a role that we make
// or that was given: on these adviseRoles advises whether they decide or not.
func (c *checker) foreign(of verdict.Case, m authz.Match) bool {
	_, ours := c.role(of.Principal)
	given := !of.Caller && slices.Contains(c.givenRoles(), of.Principal)
	switch m.Layer {
	case authz.Resource:
		return !of.Trust && !c.writes(of.Bucket, m.Sid)
	case authz.Identity:
		return !given && (!ours || m.Document < len(c.facts.Identity[of.Principal]))
	case authz.Boundary:
		return !given
	}
	return true
}

// writes reports whether the plan writes the statement with the Sid into the policy of the bucket.
func (c *checker) writes(bucket, sid string) bool {
	for _, b := range c.Buckets {
		if b.Name == bucket && slices.ContainsFunc(b.Statements, func(st policy.Statement) bool { return st.Sid() == sid }) {
			return true
		}
	}
	return false
}
