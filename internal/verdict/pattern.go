package verdict

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
)

// Pattern is a kind of Deny that real policies have, recognised by its condition keys, and what it means in words.
type Pattern struct {
	Name     string
	keys     []string // in lower case; a "*" at the end matches any ending
	role     string   // what the Deny means for DataSync's role
	operator string   // what it means for a caller; "" is the same as role
	open     string   // what it means while the value of the key is not known; "" is the same as role
	listed   string   // what it means if it denies those whom it lists; "" is nothing worth saying
	trust    string   // what it means where DataSync assumes the role, which it does as a service; "" is the same as role
	key      string   // what it means in the policy of a key, which S3 uses on behalf of the role; "" is the same as role
	most     bool     // it allows numbers up to a limit; otherwise it allows those from a limit on
	source   string   // a page about it
}

// keyPatterns are the patterns that have condition keys. Many statements have keys of several patterns: the first pattern counts.
var keyPatterns = []Pattern{
	{Name: "network",
		keys:     []string{"aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"},
		role:     "it allows only what comes through certain VPCs or endpoints, and transfers between S3 buckets come through none",
		operator: "it allows only what comes through certain VPCs or endpoints",
		source:   "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"},
	{Name: "addresses",
		keys:     []string{"aws:sourceip"},
		role:     "it allows certain addresses only, and those of DataSync are AWS's own and not published; aws:ViaAWSService does not help a service role",
		operator: "it allows certain addresses only",
		source:   "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "confused-deputy",
		keys:   []string{"aws:sourceorgid", "aws:sourceorgpaths"},
		role:   "it keeps services out that act for another organisation, and whether DataSync says for which it acts is not documented",
		source: "https://github.com/aws-samples/data-perimeter-policy-examples"},
	{Name: "resource-perimeter",
		keys:   []string{"aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount"},
		role:   "it keeps principals to resources of certain accounts or organisations",
		listed: "it keeps principals from resources of certain accounts or organisations, and this one is among them",
		source: "https://github.com/aws-samples/data-perimeter-policy-examples"},
	{Name: "organisation",
		keys:   []string{"aws:principalorgid", "aws:principalorgpaths"},
		role:   "it allows principals of certain organisations only, and an exemption of AWS services does not help a role",
		trust:  "it allows principals of certain organisations only, and a service such as DataSync is of none",
		listed: "it keeps out principals of certain organisations, and this one's is among them",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "accounts",
		keys:   []string{"aws:principalaccount", "aws:sourceaccount", "aws:sourcearn"},
		role:   "it allows principals of certain accounts only; aws:SourceAccount and aws:SourceArn are not sent when a role calls",
		trust:  "it allows certain accounts only, or what services do for certain resources, and DataSync does this for locations and tasks of the task account",
		listed: "it keeps out certain accounts, and this one is among them",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "ids",
		keys:   []string{"aws:userid"},
		role:   "it allows certain unique ids only; a role's is AROA…:session, so that it must be listed with :* at its end, by StringLike or StringNotLike",
		trust:  "it allows certain unique ids only",
		listed: "it keeps out certain unique ids, and this one is among them",
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
		listed: "it keeps out calls in certain Regions, and these are among them",
		source: "https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html"},
	{Name: "mfa",
		keys:     []string{"aws:multifactorauthage", "aws:multifactorauthpresent"},
		role:     "it asks for a second factor, which a service never has",
		operator: "it asks for a second factor",
		most:     true,
		source:   "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"},
	{Name: "transport",
		keys:   []string{"aws:securetransport", "s3:tlsversion"},
		role:   "it asks for TLS",
		open:   "it asks for a certain version of TLS, and which one the request uses is not known",
		listed: "it keeps out what comes over TLS",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"},
	{Name: "arns",
		keys:   []string{"aws:principalarn"},
		role:   "it allows certain principals only, by their ARN, and this one is not among them",
		open:   "it allows certain principals only, by their ARN",
		listed: "it keeps out certain principals by their ARN, and this one is among them",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
	{Name: "tags",
		keys:   []string{"aws:principaltag/*"},
		role:   "it allows only principals with a certain tag",
		listed: "it keeps out principals with a certain tag, and this one has it",
		source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"},
	{Name: "services-only",
		keys:     []string{"aws:principalisawsservice", "aws:principalservicename", "aws:viaawsservice", "aws:calledvia*"},
		role:     "it allows AWS services only, and DataSync calls with a role, not as a service",
		operator: "it allows only AWS services, and what they do in somebody's name",
		trust:    "it allows certain AWS services only, and DataSync is not among them",
		key: "it asks whether an AWS service calls, and S3 calls the key in the role's name: " +
			"aws:ViaAWSService is true, aws:PrincipalIsAWSService false",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"},
}

// The patterns that have no condition key. plainPattern is every other Deny.
var (
	notPrincipalPattern = Pattern{Name: "not-principal",
		role:   "NotPrincipal exempts exactly those that it names, and of a role also its session would have to be named",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html"}
	notResourcePattern = Pattern{Name: "prefix",
		role:   "it keeps everybody out of all but certain prefixes",
		source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html"}
	deletePattern = Pattern{Name: "delete-protection",
		role:   "it protects objects from being deleted",
		source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html"}
	plainPattern = Pattern{Name: "plain"}
)

// PatternOf returns the pattern of a Deny: the first of those that its conditions demand something of, else the first of those that they are about.
func PatternOf(st policy.Statement) Pattern {
	if _, not := st.Principals(); not {
		return notPrincipalPattern
	}
	conditions := st.Conditions()
	if demanded := matching(conditions, Pattern.demands); len(demanded) > 0 {
		return demanded[0]
	}
	if named := matching(conditions, func(p Pattern, c policy.Condition) bool { return p.about(c.Key()) }); len(named) > 0 {
		return named[0]
	}
	return shape(st)
}

// PatternsOf returns every pattern by which a Deny may be explained.
func PatternsOf(st policy.Statement) []Pattern {
	return append(matching(st.Conditions(), func(p Pattern, c policy.Condition) bool { return p.about(c.Key()) }), shape(st))
}

// matching returns the patterns that one of the conditions matches, in the order of the table.
func matching(conditions []policy.Condition, match func(Pattern, policy.Condition) bool) []Pattern {
	var out []Pattern
	for _, p := range keyPatterns {
		if slices.ContainsFunc(conditions, func(c policy.Condition) bool { return match(p, c) }) {
			out = append(out, p)
		}
	}
	return out
}

// shape returns the pattern of a Deny that has no condition key of a pattern: what its principals, resources and actions make of it.
func shape(st policy.Statement) Pattern {
	if _, not := st.Principals(); not {
		return notPrincipalPattern
	}
	if _, not := st.Resources(); not {
		return notResourcePattern
	}
	other := func(action string) bool { return !strings.HasPrefix(strings.ToLower(action), "s3:delete") }
	if actions, not := st.Actions(); !not && len(actions) > 0 && !slices.ContainsFunc(actions, other) {
		return deletePattern
	}
	return plainPattern
}

// about reports whether the pattern has the condition key.
func (p Pattern) about(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc(p.keys, func(k string) bool {
		prefix, wild := strings.CutSuffix(k, "*")
		return k == key || wild && strings.HasPrefix(key, prefix)
	})
}

// explain returns what the pattern means for the principal of the case. open tells that the values of its keys are not known.
func (p Pattern) explain(c *Case, open bool) string {
	switch {
	case p.key != "" && strings.HasPrefix(c.Resource, "key "):
		return p.key
	case p.trust != "" && c.Trust:
		return p.trust
	case p.operator != "" && c.Caller:
		return p.operator
	case p.open != "" && open:
		return p.open
	}
	return p.role
}

// Explains reports whether the text says what a statement of the pattern means.
func (p Pattern) Explains(text string) bool {
	return slices.ContainsFunc([]string{p.role, p.operator, p.open, p.listed, p.trust, p.key}, func(means string) bool {
		return means != "" && strings.Contains(text, means)
	})
}

// Patterns returns all patterns.
func Patterns() []Pattern {
	return append([]Pattern{plainPattern, notPrincipalPattern, notResourcePattern, deletePattern}, keyPatterns...)
}
