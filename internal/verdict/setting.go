package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// KeyBoundary is the condition key for the permissions boundary of a role.
const KeyBoundary = "iam:PermissionsBoundary"

// TaggingCalls are the operator's calls that carry the tags of the resource.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html and
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsdatasync.html
var TaggingCalls = []string{"iam:CreateRole", "iam:TagRole", "datasync:CreateLocationS3", "datasync:CreateTask", "datasync:TagResource"}

// BoundaryCalls are the operator's calls that carry KeyBoundary. The first two set the boundary of the role, the others tell it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
var BoundaryCalls = []string{"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:DeleteRolePolicy"}

// setting names the field of the transfer that sets a condition key of its calls; "" if none does.
func setting(key string) string {
	name := strings.ToLower(key)
	switch {
	case name == strings.ToLower(KeyBoundary):
		return "Role.PermissionsBoundary"
	case strings.HasPrefix(name, "aws:requesttag/"):
		return key[len("aws:requesttag/"):] + " in Transfer.Tags"
	case name == "aws:tagkeys":
		return "Transfer.Tags"
	}
	return ""
}

// settable reports whether calls of the action carry the condition key, so that the transfer can set it.
func settable(action, key string) bool {
	if strings.EqualFold(key, KeyBoundary) {
		return slices.Contains(BoundaryCalls, action)
	}
	return slices.Contains(TaggingCalls, action)
}

// asks tells in words how to meet a statement with conditions that the transfer can set, such as its tags, so that nobody need be exempt from
// it; "" if it has no such conditions.
func (c *Case) asks(st policy.Statement, layer authz.Layer, vs []Verdict) string {
	if !c.OwnCalls {
		return ""
	}
	var texts []string
	name := named(st)
	for _, cond := range st.Conditions() {
		what := setting(cond.Key())
		if what == "" {
			continue
		}
		var cannot []string
		for _, v := range vs {
			if !settable(v.action, cond.Key()) {
				cannot = append(cannot, v.action)
			}
		}
		if len(cannot) < len(vs) {
			texts = append(texts, fmt.Sprintf("set %s as %s asks: %s %s %s", what, name, cond.Operator(), cond.Key(), strings.Join(cond.Values(), " ")))
		}
		if len(cannot) > 0 {
			texts = append(texts, fmt.Sprintf("let %s limit %s to calls that carry %s, unlike %s", c.keeper(layer), name, cond.Key(), ListActions(cannot)))
		}
	}
	return strings.Join(texts, "; and ")
}

// unmet returns the fields of the transfer that, set differently, would make the layers allow the request that do not now.
func (c *Case) unmet(v Verdict) []string {
	if !c.OwnCalls {
		return nil
	}
	req := v.request
	req.Context = maps.Clone(req.Context)
	maps.DeleteFunc(req.Context, func(key string, _ []string) bool { return setting(key) != "" })
	req.Absent = slices.DeleteFunc(slices.Clone(req.Absent), func(key string) bool { return setting(key) != "" })
	var out []string
	for _, key := range c.decide(req, c.Policies).DependsOn {
		if what := setting(key); what != "" && settable(v.action, key) {
			out = append(out, what)
		}
	}
	return out
}
