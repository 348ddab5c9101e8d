package iamrole

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// Problem is one violation of one rule: the field, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

const createPage = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"
const policyPage = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html"

var (
	ruleName = problem.Rule{
		ID: "role-name", Text: "must be 1 to 64 ASCII letters, digits and _ + = , . @ -",
		Remedy: "give the role's name, without its path and not its ARN", Source: createPage,
	}
	rulePath = problem.Rule{
		ID: "role-path", Text: "must begin and end with a slash, hold ASCII characters other than spaces, and have at most 512 of them",
		Remedy: "write it like /team/", Source: createPage,
	}
	ruleDescription = problem.Rule{
		ID: "description", Text: "must be at most 1,000 characters of Latin-1",
		Remedy: "shorten it, or leave out the other characters", Source: createPage,
	}
	ruleBoundary = problem.Rule{
		ID: "boundary", Text: "must be the ARN of a managed policy",
		Remedy: "write it like arn:aws:iam::111122223333:policy/boundary", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
	}
	rulePolicyName = problem.Rule{
		ID: "policy-name", Text: "must be 1 to 128 ASCII letters, digits and _ + = , . @ -",
		Remedy: "rename the policy", Source: policyPage,
	}
	rulePolicyUnknown = problem.Rule{
		ID: "policy-unknown", Text: "must be the name of one of the policies of the spec",
		Remedy: "add the document to Policies under this name", Source: "xacct",
	}
	rulePoliciesSize = problem.Rule{
		ID: "policies-size", Text: "must have at most 10,240 characters together, white space not counted",
		Remedy: "give each end or transfer a role of its own", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
	}
)

// rules is the table of all rules of this package. The rules of documents are in package policy.
var rules = slices.Concat([]problem.Rule{
	ruleName, rulePath, ruleDescription, ruleBoundary, rulePolicyName, rulePolicyUnknown, rulePoliciesSize,
}, tag.IAM.All())

var (
	roleName    = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,64}$`)
	policyName  = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{1,128}$`)
	pathShape   = regexp.MustCompile(`^/([!-~]+/)?$`)
	description = regexp.MustCompile(`^[\t\n\r\x20-\x7e\x{a1}-\x{ff}]*$`)
)

// Validate reports all problems of the spec: the error joins one *Problem for each. It is nil if there is none.
func (s Spec) Validate() error {
	var l problem.List
	l.Check(roleName.MatchString(s.Name), ruleName, "Name", s.Name)
	l.Check(s.Path == "" || pathShape.MatchString(s.Path) && len(s.Path) <= 512, rulePath, "Path", s.Path)
	l.Check(description.MatchString(s.Description) && utf8.RuneCountInString(s.Description) <= 1000, ruleDescription, "Description", s.Description)
	l.Under("Trust", s.Trust.Validate(policy.Trust))
	s.checkPolicies(&l)
	s.checkBoundary(&l)
	tag.IAM.Check(&l, "Tags", s.Tags)
	return l.Err()
}

func (s Spec) checkPolicies(l *problem.List) {
	total, quota := 0, 0
	for _, name := range slices.Sorted(maps.Keys(s.Policies)) {
		l.Check(policyName.MatchString(name), rulePolicyName, "Policies", name)
		l.Under("Policies["+name+"]", s.Policies[name].Validate(policy.Identity))
		used, q := s.Policies[name].Size(policy.Identity)
		total, quota = total+used, q
	}
	l.Check(total <= quota, rulePoliciesSize, "Policies", strconv.Itoa(total))
}

// boundaryShape matches the resource of a managed policy's ARN: a path of printable characters, and a name.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
var boundaryShape = regexp.MustCompile(`^policy/([!-~]+/)?[\w+=,.@-]+$`)

func (s Spec) checkBoundary(l *problem.List) {
	if s.PermissionsBoundary == "" {
		return
	}
	a, ok := region.ParseARN(s.PermissionsBoundary)
	ok = ok && a.Service == "iam" && a.Region == "" && (a.Account == "aws" || region.ValidAccount(a.Account)) && boundaryShape.MatchString(a.Resource)
	l.Check(ok, ruleBoundary, "PermissionsBoundary", s.PermissionsBoundary)
}

// checkNames checks the names only, for requests that use nothing else.
func (s Spec) checkNames(policies ...string) error {
	var l problem.List
	l.Check(roleName.MatchString(s.Name), ruleName, "Name", s.Name)
	for _, name := range policies {
		l.Check(policyName.MatchString(name), rulePolicyName, "", name)
	}
	return l.Err()
}
