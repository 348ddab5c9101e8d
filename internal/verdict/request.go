package verdict

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TaggingCalls are the operator's calls that carry the tags of what they make.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html and
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsdatasync.html
var TaggingCalls = []string{"iam:CreateRole", "iam:TagRole", "datasync:CreateLocationS3", "datasync:CreateTask", "datasync:TagResource"}

// BoundaryCalls are the operator's calls that are asked for the boundary of the role, which the first two set.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
var BoundaryCalls = []string{"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:DeleteRolePolicy"}

const KeyBoundary = "iam:PermissionsBoundary"

// setting is what of the transfer a condition key of its requests is set by; "" if nothing.
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

// settable reports whether the action's calls carry the key, so that the transfer can give it a value.
func settable(action, key string) bool {
	if strings.EqualFold(key, KeyBoundary) {
		return slices.Contains(BoundaryCalls, action)
	}
	return slices.Contains(TaggingCalls, action)
}

// asks says how the transfer meets a statement about what its calls carry: a guardrail that is met, rather than lifted. "" if the statement
// is about nothing of the kind.
func (j *Case) asks(st policy.Statement, layer authz.Layer, vs []Verdict) string {
	if !j.Own {
		return ""
	}
	var texts []string
	name := cmp.Or(st.Sid(), "the statement")
	for _, c := range st.Conditions() {
		what := setting(c.Key())
		if what == "" {
			continue
		}
		var never []string
		for _, v := range vs {
			if !settable(v.action, c.Key()) {
				never = append(never, v.action)
			}
		}
		if len(never) < len(vs) {
			texts = append(texts, fmt.Sprintf("set %s as %s asks: %s %s %s", what, name, c.Operator(), c.Key(), strings.Join(c.Values(), " ")))
		}
		if len(never) > 0 {
			texts = append(texts, fmt.Sprintf("let %s limit %s to calls that carry %s, unlike %s", j.keeper(layer), name, c.Key(), ListActions(never)))
		}
	}
	return strings.Join(texts, "; and ")
}

// unmet are the settings of the transfer without which no layer allows the request that would with them.
func (j *Case) unmet(v Verdict) []string {
	if !j.Own {
		return nil
	}
	req := v.request
	req.Context = maps.Clone(req.Context)
	maps.DeleteFunc(req.Context, func(key string, _ []string) bool { return setting(key) != "" })
	req.Absent = slices.DeleteFunc(slices.Clone(req.Absent), func(key string) bool { return setting(key) != "" })
	var out []string
	for _, key := range authz.Decide(req, j.Policies).DependsOn {
		if what := setting(key); what != "" && settable(v.action, key) {
			out = append(out, what)
		}
	}
	return out
}
