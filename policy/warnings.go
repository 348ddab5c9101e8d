package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/problem"
)

// Pages that state what the rules of this file warn of.
const (
	checksPage    = iamGuide + "access-analyzer-reference-policy-checks.html"
	reference     = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"
	conditionKeys = iamGuide + "reference_policies_condition-keys.html"
)

// The rules of [Document.Warnings].
var (
	warnActionUnknown = problem.Rule{ID: "action-unknown", Text: "is not an action that the service has, or matches none", Remedy: "take the name from the service authorization reference: a permission is not always named like the operation, such as s3:ListBucket for ListObjectsV2", Source: reference}
	warnKeyUnknown    = problem.Rule{ID: "condition-key-unknown", Text: "is not a condition key that the service has", Remedy: "take the name from the service authorization reference, or remove the condition", Source: reference}
	warnExact         = problem.Rule{ID: "exact-wildcard", Text: "is compared character by character: this operator takes no wildcards", Remedy: "use the Like operator of the same name, such as StringLike for StringEquals, unless the sign itself is meant", Source: checksPage + "#access-analyzer-reference-policy-checks-general-warning-wildcard-without-like-operator"}
	warnForm          = problem.Rule{ID: "value-form", Text: "is no value that this condition key can have", Remedy: "write an account as its 12 digits, an organisation as o-…, a VPC as vpc-…, an endpoint as vpce-…, a service as s3.us-east-2.amazonaws.com", Source: conditionKeys}
	warnSession       = problem.Rule{ID: "value-session", Text: "is the ARN of a session, and of a session aws:PrincipalArn is the ARN of its role", Remedy: "write the ARN of the role, or the role's unique id and the session's name under aws:userid", Source: conditionKeys}
	warnARN           = problem.Rule{ID: "value-arn", Text: "is compared as an ARN and is none", Remedy: "write it like arn:aws:iam::111122223333:role/sync, or use a String operator", Source: operators}
	warnNoBucket      = problem.Rule{ID: "resource-no-bucket", Text: "names no bucket: what is before the first slash is not a bucket's name", Remedy: "write arn:aws:s3:::amzn-s3-demo-bucket for the bucket, arn:aws:s3:::amzn-s3-demo-bucket/* for its objects", Source: s3Guide + "s3-arn-format.html"}
	warnOtherBucket   = problem.Rule{ID: "resource-other-bucket", Text: "is not in the bucket that the policy names first: a bucket's policy is about that bucket only, and S3 refuses others", Remedy: "move it to the policy of its own bucket", Source: s3Guide + "s3-bucket-user-policy-specifying-principal-intro.html"}
	warnIAMForm       = problem.Rule{ID: "resource-iam-form", Text: "is not the ARN of a resource of IAM", Remedy: "write what it is before the name, such as role/sync or user/alice: what follows the account is *, root, or begins with " + strings.Join(iamResources, ", "), Source: motoTests}
)

// warningRules is the table of all rules of [Document.Warnings].
var warningRules = []problem.Rule{
	warnActionUnknown, warnKeyUnknown, warnExact, warnForm, warnSession, warnARN, warnNoBucket, warnOtherBucket, warnIAMForm,
}

// Warnings lists what in the document can never match, and what AWS probably refuses as a policy of the kind: actions and condition keys that a service
// does not have, values that no request can have, wildcards under operators that take none, and ARNs that name nothing. It is advice, and nothing of it is
// an error: actions and keys may be newer than the lists that this package has of S3, KMS, IAM, STS, DataSync and CloudWatch Logs, which are of 22 August
// 2026, and of services that it has no list of nothing is said. What [Document.Validate] reports is not repeated.
//
// A Problem has a path such as "Statement[2].Action[0]", in which very long names are cut. The list is in the order of the document; nil if there is
// nothing to say. An invalid kind has the warnings that policies of all kinds have.
//
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
func (d Document) Warnings(kind Kind) []Problem {
	if d.d == nil {
		return nil
	}
	var list problem.List
	w := &warner{kind: kind, variables: d.effectiveVersion() == "2012-10-17", List: &list}
	if kind == Bucket {
		w.bucket = w.firstBucket(d)
	}
	i := 0
	for s := range d.All() {
		path := fmt.Sprintf("Statement[%d]", i)
		if d.d.single {
			path = "Statement"
		}
		w.statement(path, s)
		i++
	}
	var out []Problem
	for _, p := range problem.All(list.Err()) {
		out = append(out, *p)
	}
	return out
}

// warner collects the warnings on a document.
type warner struct {
	kind      Kind
	variables bool   // ${…} begins a policy variable
	bucket    string // the first bucket that a bucket policy names in full
	*problem.List
}

func (w *warner) statement(path string, s Statement) {
	name := func(element string, not bool) string {
		if not {
			element = "Not" + element
		}
		return path + "." + element
	}
	if ix := s.n.index; !ix.action.isZero() {
		each(name("Action", ix.notAction), ix.action.of(s.n.text), func(path, action string) {
			w.Check(!actionForm.MatchString(action) || hasAction(action), warnActionUnknown, path, action)
		})
	}
	if ix := s.n.index; !ix.resource.isZero() {
		each(name("Resource", ix.notResource), ix.resource.of(s.n.text), w.resource)
	}
	if ix := s.n.index; !ix.condition.isZero() {
		eachMember(ix.condition.of(s.n.text), func(operator, keys []byte) {
			op := unquote(operator)
			at := path + ".Condition." + shortName(op)
			eachMember(keys, func(key, values []byte) { w.condition(at, op, unquote(key), values) })
		})
	}
}

// open returns the text with * in place of its policy variables, which may stand for any text.
func (w *warner) open(text string) string {
	if !w.variables || !strings.Contains(text, "${") {
		return text
	}
	return variable.ReplaceAllString(text, "*")
}

// iamResources is what the ARNs of resources of IAM have behind the account. IAM names them when it refuses another.
var iamResources = []string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/", "sms-mfa/",
	"saml-provider/", "oidc-provider/", "report/", "access-report/"}

func (w *warner) resource(path, resource string) {
	arn, ok := region.ParseARN(resource)
	if !ok {
		return
	}
	switch {
	case arn.Service == "iam":
		begins := func(kind string) bool { return strings.HasPrefix(arn.Resource, kind) }
		w.Check(arn.Resource == "*" || arn.Resource == "root" || slices.ContainsFunc(iamResources, begins), warnIAMForm, path, resource)
	case arn.Service == "s3" && arn.Region == "" && arn.Account == "":
		w.ofBucket(path, resource, w.open(arn.Resource))
	case arn.Service == "s3":
		kind := w.open(arn.Resource)
		begins := func(of string) bool { return strings.HasPrefix(kind, of) }
		w.Check(strings.HasPrefix(kind, "*") || slices.ContainsFunc(s3Resources, begins), warnNoBucket, path, resource)
	}
}

// s3Resources is what the ARNs of S3's other resources have behind the account: access points, jobs, Storage Lens, Access Grants.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html
var s3Resources = []string{"accesspoint/", "async-request/", "job/", "storage-lens/", "storage-lens-group/", "access-grants/"}

// ofBucket warns of a resource of S3 that names no bucket, or in a bucket policy another than the first.
func (w *warner) ofBucket(path, resource, rest string) {
	name, pattern, ok := bucketIn(rest)
	if !ok {
		w.Add(warnNoBucket, path, resource)
	} else if pattern {
		w.Check(w.bucket == "" || newWildcard(name).matches(w.bucket), warnOtherBucket, path, resource)
	} else {
		w.Check(w.bucket == "" || name == w.bucket, warnOtherBucket, path, resource)
	}
}

// bucketIn returns the bucket's name, or the pattern of one, in the last part of a bucket's or an object's ARN; false if no bucket can have it.
func bucketIn(rest string) (name string, pattern, ok bool) {
	name, _, _ = strings.Cut(rest, "/")
	pattern = strings.ContainsAny(name, "*?")
	return name, pattern, !strings.ContainsFunc(name, notInBucketName) && (pattern || len(name) >= 3 && len(name) <= 255)
}

// firstBucket returns the first bucket that the document names in full; "" if it names none.
func (w *warner) firstBucket(d Document) string {
	for s := range d.All() {
		for _, resource := range texts(s.n.index.resource, s.n.text) {
			if arn, ok := region.ParseARN(resource); ok && arn.Service == "s3" && arn.Region == "" && arn.Account == "" {
				if name, pattern, ok := bucketIn(w.open(arn.Resource)); ok && !pattern {
					return name
				}
			}
		}
	}
	return ""
}

// notInBucketName reports whether no name of a bucket has the character, also none from before 2018, when us-east-1 allowed capital letters and
// underscores.
func notInBucketName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_*?", r)
}

// condition warns of one key under one operator.
func (w *warner) condition(path, operator, key string, values []byte) {
	path += "." + shortName(key)
	w.Check(hasKey(key), warnKeyUnknown, path, key)
	base, ok := baseOperator(operator)
	if !ok {
		return
	}
	key = strings.ToLower(key)
	each(path, values, func(path, value string) {
		plain := w.open(value)
		wild := strings.ContainsAny(plain, "*?")
		switch {
		case strings.HasPrefix(base, "Arn"):
			w.Check(arnPattern(plain, plain != value), warnARN, path, value)
		case !strings.HasPrefix(base, "String"):
			return
		case !strings.HasSuffix(base, "Like") && w.literal(value):
			w.Add(warnExact, path, value)
			return
		case keyForms[key] != nil && !wild:
			if base == "StringEqualsIgnoreCase" || base == "StringNotEqualsIgnoreCase" {
				plain = strings.ToLower(plain)
			}
			w.Check(keyForms[key].MatchString(plain), warnForm, path, value)
		}
		w.Check(key != "aws:principalarn" || !session(plain), warnSession, path, value)
	})
}

// arnPattern reports whether some ARN can match the text, whose six parts are compared one by one; a star alone matches them all. What a policy variable,
// for which a star stands in the text, has of the parts is not known.
func arnPattern(text string, variables bool) bool {
	begins := strings.HasPrefix(text, "arn:") || strings.HasPrefix(text, "*") || strings.HasPrefix(text, "?")
	return begins && (text == "*" || variables || strings.Count(text, ":") >= 5)
}

// literal reports whether the value has a star or question mark that is not a policy variable's: ${*} and ${?} mean the sign itself.
func (w *warner) literal(value string) bool {
	if w.variables {
		value = variable.ReplaceAllString(value, "")
	}
	return strings.ContainsAny(value, "*?")
}

// session reports whether the text is the ARN of a role's session.
func session(text string) bool {
	a, ok := region.ParseARN(text)
	return ok && a.Service == "sts" && strings.HasPrefix(a.Resource, "assumed-role/")
}
