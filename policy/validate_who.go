package policy

import (
	"regexp"
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// principals checks the Principal or NotPrincipal element.
func (v validator) principals(path string, s Statement) {
	if s.n.index.principal.isZero() {
		v.Check(v.kind == Identity, rulePrincipalNeeded, path, "")
		return
	}
	if s.n.index.notPrincipal {
		path += ".NotPrincipal"
		v.Check(v.kind != Trust, ruleNotPrincipalTrust, path, "")
	} else {
		path += ".Principal"
	}
	v.Check(v.kind != Identity, rulePrincipalIdentity, path, "")
	text := s.n.index.principal.of(s.n.text)
	if text[0] == '"' {
		return // the principal "*"
	}
	types := 0
	eachMember(text, func(name, values []byte) {
		types++
		kind := unquote(name)
		n := 0
		at := path + "." + shortName(kind)
		each(at, values, func(path, value string) {
			n++
			v.principal(path, kind, value)
		})
		v.Check(n > 0, rulePrincipalEmpty, at, "")
	})
	v.Check(types > 0, rulePrincipalEmpty, path, "")
}

func (v validator) principal(path, kind, value string) {
	if value != "*" && strings.ContainsAny(value, "*?") {
		v.Add(rulePrincipalWildcard, path, value)
		return
	}
	switch kind {
	case "AWS":
		v.Check(value == "*" || isAccount(value) || IsUniqueID(value) || isPrincipalARN(value), rulePrincipalAWS, path, value)
	case "Service":
		v.Check(serviceName.MatchString(value), rulePrincipalService, path, value)
	case "Federated":
		v.Check(isProvider(value), rulePrincipalFed, path, value)
	case "CanonicalUser":
		v.Check(v.kind == Bucket && canonicalUser.MatchString(value), rulePrincipalUser, path, value)
	default:
		v.Add(rulePrincipalType, path, kind)
	}
}

var (
	serviceName   = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9_-]+)+$`)
	hostName      = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)
	canonicalUser = regexp.MustCompile(`^[0-9a-f]{64}$`)
	uniqueID      = regexp.MustCompile(`^A(RO|ID|GP|NP|IP|SC)A[A-Z0-9]+$`)
	iamResource   = regexp.MustCompile(`^(root|(user|role)/([!-.0-~]+/)*[\w+=,.@-]{1,128})$`)
	stsResource   = regexp.MustCompile(`^(assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+)$`)
	cloudFrontOAI = regexp.MustCompile(`^user/CloudFront Origin Access Identity E[A-Z0-9]+$`)
	provider      = regexp.MustCompile(`^(saml|oidc)-provider/.+$`)
)

func isAccount(s string) bool { return region.ValidAccount(s) }

// IsUniqueID reports whether a principal's value is a unique id of IAM, such as AROA… for a role or AIDA… for a user. AWS shows the id in
// place of the ARN once the principal is deleted.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func IsUniqueID(value string) bool { return uniqueID.MatchString(value) }

func isPrincipalARN(s string) bool {
	arn, ok := region.ParseARN(s)
	if !ok || arn.Region != "" || !strings.HasPrefix(arn.Partition, "aws") {
		return false
	}
	switch {
	case arn.Service == "iam" && arn.Account == "cloudfront":
		return cloudFrontOAI.MatchString(arn.Resource)
	case !isAccount(arn.Account):
		return false
	case arn.Service == "iam":
		return iamResource.MatchString(arn.Resource)
	}
	return arn.Service == "sts" && stsResource.MatchString(arn.Resource)
}

func isProvider(s string) bool {
	arn, ok := region.ParseARN(s)
	if !ok {
		return hostName.MatchString(s)
	}
	return arn.Service == "iam" && arn.Region == "" && isAccount(arn.Account) && provider.MatchString(arn.Resource)
}
