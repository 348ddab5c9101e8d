package kmskey

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// Problem is one violation of one rule: the field, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

const (
	datasyncPage  = "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"
	keyPolicyPage = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html"
)

var (
	ruleARN = problem.Rule{
		ID: "key-arn", Text: "must be the full ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		Remedy: "give the key's ARN as DescribeKey tells it: a bare id means a key of whoever asks", Source: datasyncPage,
	}
	ruleAlias = problem.Rule{
		ID: "key-alias", Text: "must be a key, not an alias: an alias is looked up in the account of whoever asks, and policies do not follow it",
		Remedy: "give the ARN of the key that the alias stands for, and use that ARN in the bucket's default encryption too", Source: datasyncPage,
	}
	ruleManaged = problem.Rule{
		ID: "key-managed", Text: "must be a customer managed key: the policy of an AWS managed key such as aws/s3 cannot be changed and serves its own account only",
		Remedy: "encrypt the bucket with a customer managed key or with SSE-S3; for a bucket of the task account list no key", Source: datasyncPage,
	}
	ruleSid = problem.Rule{
		ID: "statement-sid", Text: "must have a Sid, by which it is found again",
		Remedy: "name it with WithSid", Source: "xacct",
	}
	ruleResource = problem.Rule{
		ID: "statement-resource", Text: "must be about this key",
		Remedy: "make the statement with the resource *, which in a key's policy is that key, or with the key's ARN", Source: keyPolicyPage,
	}
	rulePolicySize = problem.Rule{
		ID: "policy-size", Text: "must be at most 32,768 bytes with the statements put in",
		Remedy: "have the key's owner merge or remove statements, or use KMS grants", Source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html",
	}
	rulePolicyLockout = problem.Rule{
		ID: "policy-lockout", Text: "must let somebody of the key's account change it again",
		Remedy: "keep the statement that allows the account kms:*, and start from the policy that the key has", Source: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
	}
)

// rules is the table of all rules of this package. The rules of statements are in package policy.
var rules = []problem.Rule{ruleARN, ruleAlias, ruleManaged, ruleSid, ruleResource, rulePolicySize, rulePolicyLockout}

// Validate reports all problems of the spec: the error joins one *Problem for each. It is nil if there is none.
func (s Spec) Validate() error {
	var l problem.List
	l.Under("", s.checkARN())
	for i, statement := range s.Statements {
		path := fmt.Sprintf("Statements[%d]", i)
		l.Check(statement.Sid() != "", ruleSid, path, "")
		resources, not := statement.Resources()
		l.Check(!not, ruleResource, path+".NotResource", "")
		for _, r := range resources {
			l.Check(r == Everywhere || r == s.ARN, ruleResource, path+".Resource", r)
		}
	}
	if len(s.Statements) > 0 {
		for _, p := range problem.All(policy.New(s.Statements).Validate(policy.Key)) {
			q := *p
			q.Path = strings.Replace(q.Path, "Statement[", "Statements[", 1)
			l.Under("", &q)
		}
	}
	return l.Err()
}

// checkARN checks the ARN, which every request uses.
func (s Spec) checkARN() error {
	var l problem.List
	a, _ := region.ParseARN(s.ARN)
	name, alias := strings.CutPrefix(a.Resource, "alias/")
	if a.Resource == "" {
		name, alias = strings.CutPrefix(s.ARN, "alias/")
	}
	switch {
	case alias && strings.HasPrefix(name, "aws/"), strings.HasPrefix(s.ARN, "aws/"):
		l.Add(ruleManaged, "ARN", s.ARN)
	case alias:
		l.Add(ruleAlias, "ARN", s.ARN)
	default:
		l.Check(region.ValidKey(s.ARN), ruleARN, "ARN", s.ARN)
	}
	return l.Err()
}

// checkDocument reports why KMS would refuse the policy, and whether it would lock out everybody.
func (s Spec) checkDocument(document policy.Document) error {
	var l problem.List
	used, quota := document.Size(policy.Key)
	l.Check(used <= quota, rulePolicySize, "", strconv.Itoa(used))
	l.Check(s.changeable(document), rulePolicyLockout, "", "")
	return l.Err()
}
