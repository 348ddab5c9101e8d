package bucket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// Problem is one violation of one rule: the field, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

const policyPage = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html"

var (
	ruleAccount = problem.Rule{
		ID: "account", Text: "must be a 12-digit account id",
		Remedy: "give the id of the account that owns the bucket", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html",
	}
	ruleRegion = problem.Rule{
		ID: "region", Text: "must be the name of a Region, such as eu-west-1",
		Remedy: "give the bucket's Region", Source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html",
	}
	ruleSid = problem.Rule{
		ID: "statement-sid", Text: "must have a Sid, by which it is found again",
		Remedy: "name it with WithSid", Source: "xacct",
	}
	ruleResource = problem.Rule{
		ID: "statement-resource", Text: "must be about this bucket or objects in it",
		Remedy: "make the statement with the ARN of this bucket, in the partition of its Region", Source: policyPage,
	}
	ruleOwnership = problem.Rule{
		ID: "object-ownership", Text: "must be BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter",
		Remedy: "use the SDK's s3types.ObjectOwnership constants", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
	}
	rulePolicySize = problem.Rule{
		ID: "policy-size", Text: "must be at most 20,480 bytes with the statements put in",
		Remedy: "have the bucket's owner merge or remove statements, or grant through access points", Source: policyPage,
	}
	rulePolicyEmpty = problem.Rule{
		ID: "policy-empty", Text: "must hold a statement: S3 stores no empty policy",
		Remedy: "delete the policy instead", Source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
	}
)

// rules is the table of all rules of this package. The rules of statements are in package policy.
var rules = slices.Concat([]problem.Rule{ruleAccount, ruleRegion, ruleSid, ruleResource, ruleOwnership, rulePolicySize, rulePolicyEmpty}, s3name.Rules)

// Validate reports all problems of the spec: the error joins one *Problem for each. It is nil if there is none.
func (s Spec) Validate() error {
	var l problem.List
	l.Under("", s.checkNames())
	arn := s.ARN()
	for i, statement := range s.Statements {
		path := fmt.Sprintf("Statements[%d]", i)
		l.Check(statement.Sid() != "", ruleSid, path, "")
		resources, not := statement.Resources()
		l.Check(!not, ruleResource, path+".NotResource", "")
		for _, r := range resources {
			l.Check(r == arn || strings.HasPrefix(r, arn+"/"), ruleResource, path+".Resource", r)
		}
	}
	if len(s.Statements) > 0 {
		for _, p := range problem.All(policy.New(s.Statements).Validate(policy.Bucket)) {
			q := *p
			q.Path = strings.Replace(q.Path, "Statement[", "Statements[", 1)
			l.Under("", &q)
		}
	}
	return l.Err()
}

// checkNames checks the fields that every request uses.
func (s Spec) checkNames() error {
	var l problem.List
	l.Check(region.ValidAccount(s.Account), ruleAccount, "Account", s.Account)
	l.Check(region.Valid(s.Region), ruleRegion, "Region", s.Region)
	s3name.Check(&l, "Name", s.Name, s.Region)
	return l.Err()
}

// checkDocument reports why S3 would refuse the policy.
func checkDocument(document policy.Document) error {
	var l problem.List
	l.Check(document.Len() > 0, rulePolicyEmpty, "", "")
	used, quota := document.Size(policy.Bucket)
	l.Check(used <= quota, rulePolicySize, "", strconv.Itoa(used))
	return l.Err()
}
