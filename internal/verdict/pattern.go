package verdict

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
)

// denyPattern is a kind of Deny that stands in real policies, recognised by what it asks about.
type Pattern struct {
	Name     string
	keys     []string // condition keys in lower case, "*" at the end for any; the first pattern of which one stands in the statement is it
	role     string   // what it does to DataSync's role
	operator string   // what it does to whoever calls; "" is the same
	listed   string   // what it does if it names those whom it keeps out; "" is the same
	key      string   // what it does on a key, which S3 uses in the role's name; "" is the same
	source   string
}

// The patterns, the more telling keys first, because many statements have several.
var keyPatterns = []Pattern{
	{Name: "network",
		keys:     []string{"aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"},
		role:     "it lets in what comes through certain VPCs or endpoints, and transfers between S3 buckets come through none",
		operator: "it lets in what comes through certain VPCs or endpoints",
		source:   "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"},
	{Name: "addresses",
		keys:     []string{"aws:sourceip"},
		role:     "it lets certain addresses in, and those of DataSync are AWS's own and not published; aws:ViaAWSService does not help a service role",
		operator: "it lets certain addresses in",
		source:   "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "confused-deputy",
		keys:   []string{"aws:sourceorgid", "aws:sourceorgpaths"},
		role:   "it keeps services out that act for another organisation, and whether DataSync says for which it acts is not documented",
		source: "https://github.com/aws-samples/data-perimeter-policy-examples"},
	{Name: "resource-perimeter",
		keys:   []string{"aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount"},
		role:   "it keeps principals to resources of certain accounts or organisations",
		source: "https://github.com/aws-samples/data-perimeter-policy-examples"},
	{Name: "organisation",
		keys:   []string{"aws:principalorgid", "aws:principalorgpaths"},
		role:   "it lets in principals of certain organisations, and an exemption of AWS services does not help a role",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "accounts",
		keys:   []string{"aws:principalaccount", "aws:sourceaccount", "aws:sourcearn"},
		role:   "it lets in principals of certain accounts; aws:SourceAccount and aws:SourceArn are not sent when a role calls",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "ids",
		keys:   []string{"aws:userid"},
		role:   "it lets in certain unique ids; a role's is AROA…:session, so that it must be listed with :* at its end",
		source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"},
	{Name: "encryption-header",
		keys:   []string{"s3:x-amz-server-side-encryption*"},
		role:   "it asks uploads for an encryption header, and DataSync is not documented to send one: the bucket's default encryption applies (assumed)",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html"},
	{Name: "acl-header",
		keys:   []string{"s3:x-amz-acl", "s3:x-amz-grant-*"},
		role:   "it asks uploads for an ACL, and DataSync is not documented to send one (assumed)",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-migrating-acls-prerequisites.html"},
	{Name: "region",
		keys:   []string{"aws:requestedregion"},
		role:   "it allows certain Regions only, and the calls go to the Region of the bucket",
		source: "https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html"},
	{Name: "mfa",
		keys:     []string{"aws:multifactorauthage", "aws:multifactorauthpresent"},
		role:     "it asks for a second factor, which a service never has",
		operator: "it asks for a second factor",
		source:   "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"},
	{Name: "transport",
		keys:   []string{"aws:securetransport", "s3:tlsversion"},
		role:   "it asks for TLS",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"},
	{Name: "arns",
		keys:   []string{"aws:principalarn"},
		role:   "it lets in certain principals by their ARN, and this one is not among them",
		listed: "it keeps out certain principals by their ARN, and this one is among them",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "tags",
		keys:   []string{"aws:principaltag/*"},
		role:   "it lets in principals with a certain tag",
		source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"},
	{Name: "services-only",
		keys:     []string{"aws:principalisawsservice", "aws:principalservicename", "aws:viaawsservice", "aws:calledvia*"},
		role:     "it lets AWS services in, and DataSync calls with a role, not as a service",
		operator: "it lets AWS services in, or what they do in somebody's name",
		key:      "it asks whether an AWS service calls, and S3 calls the key in the role's name: aws:ViaAWSService is true, aws:PrincipalIsAWSService false",
		source:   "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
}

// Patterns without a telling condition key, and what is none of them.
var (
	notPrincipalPattern = Pattern{Name: "not-principal",
		role:   "NotPrincipal lets in exactly those that it names, and of a role also its session would have to be named",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"}
	notResourcePattern = Pattern{Name: "prefix",
		role:   "it keeps everybody out of all but certain prefixes",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html"}
	deletePattern = Pattern{Name: "delete-protection",
		role:   "it protects objects from being deleted",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"}
	plainPattern = Pattern{Name: "plain"}
)

// patternOf recognises a Deny.
func PatternOf(st policy.Statement) Pattern {
	if _, not := st.Principals(); not {
		return notPrincipalPattern
	}
	conditions := st.Conditions()
	for _, p := range keyPatterns {
		if slices.ContainsFunc(conditions, func(c policy.Condition) bool { return p.about(strings.ToLower(c.Key())) }) {
			return p
		}
	}
	if _, not := st.Resources(); not {
		return notResourcePattern
	}
	if actions, not := st.Actions(); !not && len(actions) > 0 && !slices.ContainsFunc(actions, func(a string) bool {
		return !strings.HasPrefix(strings.ToLower(a), "s3:delete")
	}) {
		return deletePattern
	}
	return plainPattern
}

func (p Pattern) about(key string) bool {
	return slices.ContainsFunc(p.keys, func(k string) bool {
		prefix, wild := strings.CutSuffix(k, "*")
		return k == key || wild && strings.HasPrefix(key, prefix)
	})
}

// explain says what the statement, which has the pattern, does to the principal that is judged.
func (p Pattern) explain(j *Case, st policy.Statement) string {
	switch {
	case p.key != "" && strings.HasPrefix(j.Resource, "key "):
		return p.key
	case p.listed != "" && !slices.ContainsFunc(st.Conditions(), func(c policy.Condition) bool {
		return p.about(strings.ToLower(c.Key())) && strings.Contains(c.Operator(), "Not")
	}):
		return p.listed
	case p.operator != "" && j.Caller:
		return p.operator
	}
	return p.role
}

// Patterns are all kinds of Deny that are recognised.
func Patterns() []Pattern {
	return append([]Pattern{plainPattern, notPrincipalPattern, notResourcePattern, deletePattern}, keyPatterns...)
}
