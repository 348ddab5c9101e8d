package verdict

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// insteadOfNotPrincipal returns a Deny of everyone with conditions that exempt the principals: roles, users and root by aws:PrincipalArn, which
// in a session is the role's ARN, and unique ids by aws:userid. It returns false if a principal has neither form.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func insteadOfNotPrincipal(st policy.Statement, principals []policy.Principal) (policy.Statement, bool) {
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	if notAction || notResource {
		return st, false
	}
	out := policy.Deny(actions...).WithSid(st.Sid()).By(policy.Everyone()).On(resources...).When(st.Conditions()...)
	partition := partitionOf(principals, resources)
	var arns, ids []string
	for _, p := range principals {
		v := p.Value()
		a, isARN := region.ParseARN(v)
		kind, rest, _ := strings.Cut(a.Resource, "/")
		switch {
		case p.Type() != "AWS":
			return st, false
		case region.ValidAccount(v):
			arns = append(arns, region.ARN{Partition: partition, Service: "iam", Account: v, Resource: "root"}.String())
		case strings.HasPrefix(v, "AROA"):
			ids = append(ids, v+":*")
		case strings.HasPrefix(v, "AIDA"):
			ids = append(ids, v)
		case isARN && a.Service == "iam" && (kind == "role" || kind == "user" || kind == "root"):
			arns = append(arns, v)
		case isARN && a.Service == "sts" && kind == "assumed-role":
			name, _, _ := strings.Cut(rest, "/") // the session does not tell the path of its role
			arns = append(arns, region.Role(a.Partition, a.Account, "", name), region.Role(a.Partition, a.Account, "/*/", name))
		default:
			return st, false
		}
	}
	out = addTo(out, "ArnNotLikeIfExists", "aws:PrincipalArn", arns...)
	if len(ids) > 0 {
		out = addTo(out, "StringNotLikeIfExists", "aws:userid", ids...)
	}
	return out, true
}

// partitionOf returns the partition of the last ARN in the lists, in which a principal may be an account id; "aws" if there is none.
func partitionOf(principals []policy.Principal, resources []string) string {
	partition := "aws"
	for _, p := range principals {
		if a, ok := region.ParseARN(p.Value()); ok {
			partition = a.Partition
		}
	}
	for _, r := range resources {
		if a, ok := region.ParseARN(r); ok {
			partition = a.Partition
		}
	}
	return partition
}

// addTo returns the statement with the values added to its condition of the operator and key, which need not be there.
func addTo(st policy.Statement, operator, key string, values ...string) policy.Statement {
	var all []string
	for _, c := range st.Conditions() {
		if c.Operator() == operator && strings.EqualFold(c.Key(), key) {
			all = c.Values()
		}
	}
	for _, v := range values {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	if len(all) == 0 {
		return st
	}
	return st.When(policy.Where(operator, key, all...))
}
