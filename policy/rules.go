package policy

import "github.com/xacct/xacct/problem"

// Problem is one violation of one rule: the element, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

// URLs of the pages that state the rules.
const (
	iamGuide    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
	grammarPage = iamGuide + "reference_policies_grammar.html"
	principal   = iamGuide + "reference_policies_elements_principal.html"
	operators   = iamGuide + "reference_policies_elements_condition_operators.html"
	quotasPage  = iamGuide + "reference_iam-quotas.html"
	s3Guide     = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"
	s3Keys      = s3Guide + "amazon-s3-policy-keys.html"
	motoTests   = "https://github.com/getmoto/moto/blob/master/tests/test_iam/test_iam_policies.py" // responses of IAM, recorded by the moto project
)

// The rules about the whole document.
var (
	ruleKind            = problem.Rule{ID: "kind", Text: "must be one of Identity, Trust, Bucket, Key", Remedy: "say what the document is attached to", Source: "xacct"}
	ruleDocument        = problem.Rule{ID: "document", Text: "must be a document", Remedy: "parse one, or make one with New", Source: "xacct"}
	ruleVersion         = problem.Rule{ID: "version", Text: "must be 2012-10-17 or 2008-10-17", Remedy: "write 2012-10-17", Source: iamGuide + "reference_policies_elements_version.html"}
	ruleIdentityVersion = problem.Rule{ID: "identity-version", Text: "must be 2012-10-17 in a policy that is attached to a role", Remedy: "write 2012-10-17, after looking for ${ in the statements, which then begins a variable", Source: motoTests}
	ruleIdentityID      = problem.Rule{ID: "identity-id", Text: "must be absent in a policy that is attached to a role", Remedy: "remove Id", Source: iamGuide + "reference_policies_elements_id.html"}
	ruleElement         = problem.Rule{ID: "element", Text: "must be an element of the policy grammar, spelt as there", Remedy: "correct the name, capital letters included, or remove the element", Source: grammarPage}
	ruleStatements      = problem.Rule{ID: "statements", Text: "must hold at least one statement", Remedy: "add one; to take the last one away, delete the policy", Source: grammarPage}
	ruleCharacters      = problem.Rule{ID: "characters", Text: "must hold only tab, line feed, carriage return and the characters U+0020 to U+00FF", Remedy: `write the character as an escape such as \u4e2d, or leave it out`, Source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"}
	ruleIdentitySize    = problem.Rule{ID: "identity-size", Text: "must have at most 10240 characters, white space not counted", Remedy: "grant by fewer or shorter statements, or in a managed policy", Source: quotasPage}
	ruleTrustSize       = problem.Rule{ID: "trust-size", Text: "must have at most 131072 characters; what the account's quota allows is less", Remedy: "name fewer principals and Regions", Source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"}
	ruleBucketSize      = problem.Rule{ID: "bucket-size", Text: "must have at most 20480 bytes, white space between elements not counted", Remedy: "grant by fewer or shorter statements, or through access points", Source: s3Guide + "add-bucket-policy.html"}
	ruleKeySize         = problem.Rule{ID: "key-size", Text: "must have at most 32768 bytes", Remedy: "grant by fewer or shorter statements, or by KMS grants", Source: "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html"}
)

// The rules about one statement.
var (
	ruleSid               = problem.Rule{ID: "sid", Text: "must hold only letters A-Z and a-z and digits", Remedy: "leave out spaces and punctuation", Source: iamGuide + "reference_policies_elements_sid.html"}
	ruleSidUnique         = problem.Rule{ID: "sid-unique", Text: "must not be the Sid of two statements", Remedy: "rename one of them", Source: iamGuide + "reference_policies_elements_sid.html"}
	rulePrincipalNeeded   = problem.Rule{ID: "principal-needed", Text: "must say whom the statement is about", Remedy: "add Principal", Source: principal}
	rulePrincipalIdentity = problem.Rule{ID: "principal-identity", Text: "must be absent in a policy that is attached to a role: the role is the principal", Remedy: "remove the element", Source: principal}
	ruleNotPrincipalTrust = problem.Rule{ID: "not-principal-trust", Text: "must be Principal in a trust policy", Remedy: "name those who may assume the role", Source: iamGuide + "reference_policies_elements_notprincipal.html"}
	rulePrincipalEmpty    = problem.Rule{ID: "principal-empty", Text: "must name a principal", Remedy: `add one, or remove the empty list`, Source: grammarPage}
	rulePrincipalType     = problem.Rule{ID: "principal-type", Text: "must be AWS, Service, Federated or CanonicalUser", Remedy: "correct the name, capital letters included", Source: principal}
	rulePrincipalWildcard = problem.Rule{ID: "principal-wildcard", Text: "must not have a wildcard in it", Remedy: "name the principal in full, or the account with a condition on aws:PrincipalArn, which takes wildcards", Source: principal}
	rulePrincipalAWS      = problem.Rule{ID: "principal-aws", Text: "must be the ARN of an account's root, a user, a role or a session, a 12-digit account id, a unique id, or *", Remedy: "copy the ARN from IAM, path included; groups cannot be principals", Source: principal}
	rulePrincipalService  = problem.Rule{ID: "principal-service", Text: "must be the name of a service such as datasync.amazonaws.com", Remedy: "take the name from the service's documentation", Source: principal}
	rulePrincipalFed      = problem.Rule{ID: "principal-federated", Text: "must be the ARN of a SAML or OIDC provider, or a provider's host name", Remedy: "copy the provider's ARN from IAM", Source: principal}
	rulePrincipalUser     = problem.Rule{ID: "principal-canonical-user", Text: "must be a canonical user id of 64 hexadecimal digits, in a bucket policy", Remedy: "name the account instead", Source: s3Guide + "s3-bucket-user-policy-specifying-principal-intro.html"}
	ruleActionEmpty       = problem.Rule{ID: "action-empty", Text: "must name an action", Remedy: "add one", Source: grammarPage}
	ruleActionForm        = problem.Rule{ID: "action-form", Text: "must be * or service:Action, where only the action may have wildcards", Remedy: "write it like s3:GetObject", Source: iamGuide + "reference_policies_elements_action.html"}
	ruleActionService     = problem.Rule{ID: "action-service", Text: "must be an action of the service that the policy belongs to: S3 for buckets, KMS for keys, STS for trust", Remedy: "move the action to a policy that is attached to the role", Source: iamGuide + "access_policies_identity-vs-resource.html"}
	ruleActionResource    = problem.Rule{ID: "action-resource", Text: "must apply to a resource of the statement: actions on a bucket to the bucket's ARN, actions on objects to that ARN with /* or a key", Remedy: "add the ARN that is missing, or remove the action", Source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html"}
	ruleResourceNeeded    = problem.Rule{ID: "resource-needed", Text: "must say what the statement is about", Remedy: "add Resource", Source: grammarPage}
	ruleResourceTrust     = problem.Rule{ID: "resource-trust", Text: "must be absent in a trust policy: the role is the resource", Remedy: "remove the element", Source: iamGuide + "troubleshoot_roles.html"}
	ruleResourceEmpty     = problem.Rule{ID: "resource-empty", Text: "must name a resource", Remedy: "add one", Source: grammarPage}
	ruleResourceForm      = problem.Rule{ID: "resource-form", Text: "must be * or an ARN, without a wildcard or variable in its service", Remedy: "write it like arn:aws:s3:::amzn-s3-demo-bucket/*", Source: iamGuide + "reference_policies_elements_resource.html"}
	ruleResourceVariable  = problem.Rule{ID: "resource-variable", Text: "must have variables only after its fifth colon", Remedy: "write out what comes before", Source: iamGuide + "reference_policies_variables.html"}
	ruleResourceS3        = problem.Rule{ID: "resource-s3", Text: "must have neither a Region nor an account if it is a bucket or an object", Remedy: "write it like arn:aws:s3:::amzn-s3-demo-bucket/*; limit the account by aws:ResourceAccount", Source: s3Guide + "s3-arn-format.html"}
	ruleResourceIAM       = problem.Rule{ID: "resource-iam", Text: "must have no Region if it is a resource of IAM", Remedy: "write it like arn:aws:iam::111122223333:role/sync", Source: iamGuide + "reference_identifiers.html"}
	ruleResourceBucket    = problem.Rule{ID: "resource-bucket", Text: "must be an ARN of S3 in a bucket policy", Remedy: "name the bucket and its objects", Source: s3Guide + "s3-arn-format.html"}
	ruleOperator          = problem.Rule{ID: "condition-operator", Text: "must be a condition operator, spelt as documented", Remedy: "see the list of operators; IfExists comes last, ForAnyValue: or ForAllValues: first, Null takes no IfExists", Source: operators}
	ruleConditionKey      = problem.Rule{ID: "condition-key", Text: "must be a condition key, with the service's name and a colon before it", Remedy: "write it like aws:SourceAccount", Source: iamGuide + "reference_policies_condition-keys.html"}
	ruleConditionEmpty    = problem.Rule{ID: "condition-empty", Text: "must have a value to compare with", Remedy: "add one, or remove the condition", Source: grammarPage}
	ruleConditionValue    = problem.Rule{ID: "condition-value", Text: "must be a value of the operator's type", Remedy: "Bool and Null take true and false, Numeric… numbers, Date… ISO 8601 or epoch seconds, IpAddress an address or a CIDR range, Binary… base64", Source: operators}
	ruleConditionAction   = problem.Rule{ID: "condition-action", Text: "must be a condition key of every action that the statement names", Remedy: "move the actions that the key does not fit to a statement of their own", Source: s3Keys}
)

// rules is the table of all rules of this package.
var rules = []problem.Rule{
	ruleKind, ruleDocument, ruleVersion, ruleIdentityVersion, ruleIdentityID, ruleElement, ruleStatements, ruleCharacters,
	ruleIdentitySize, ruleTrustSize, ruleBucketSize, ruleKeySize,
	ruleSid, ruleSidUnique,
	rulePrincipalNeeded, rulePrincipalIdentity, ruleNotPrincipalTrust, rulePrincipalEmpty, rulePrincipalType, rulePrincipalWildcard,
	rulePrincipalAWS, rulePrincipalService, rulePrincipalFed, rulePrincipalUser,
	ruleActionEmpty, ruleActionForm, ruleActionService, ruleActionResource,
	ruleResourceNeeded, ruleResourceTrust, ruleResourceEmpty, ruleResourceForm, ruleResourceVariable, ruleResourceS3, ruleResourceIAM, ruleResourceBucket,
	ruleOperator, ruleConditionKey, ruleConditionEmpty, ruleConditionValue, ruleConditionAction,
}
