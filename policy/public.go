package policy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// PublicStatement is a statement that S3 treats as public.
type PublicStatement struct {
	Index     int // in the document, from 0
	Statement Statement
	Reason    string // one line
}

// Public lists the statements because of which S3 treats the document as public; nil if S3 does not. A single public statement makes
// the whole document public. If the bucket has BlockPublicPolicy, S3 then refuses to store the document; if it has
// RestrictPublicBuckets, S3 refuses every other account, also those that other statements name.
//
// An Allow statement is public unless all its principals are fixed, or unless a condition limits one of these keys to fixed values:
// aws:SourceIp (no wider than /8, or /32 for IPv6), aws:SourceArn, aws:SourceVpc, aws:SourceVpce, aws:SourceOwner, aws:SourceAccount,
// aws:PrincipalOrgID, aws:userid, the KMS key of the server-side encryption, or the data access point. Where the documentation is
// unclear, the statement counts as public: negated and …IfExists operators, ForAllValues, variables, a role's id in aws:userid, and
// providers of web identities.
//
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func Public(d Document) []PublicStatement {
	var out []PublicStatement
	i := 0
	for s := range d.All() {
		if reason := publicReason(s); reason != "" {
			out = append(out, PublicStatement{Index: i, Statement: s, Reason: reason})
		}
		i++
	}
	return out
}

// publicReason says why S3 treats the statement as public; "" if S3 does not.
func publicReason(s Statement) string {
	principals, not := s.Principals()
	var reason string
	switch {
	case s.Effect() != "Allow":
		return ""
	case not:
		reason = "it allows everyone but those in NotPrincipal"
	default:
		i := slices.IndexFunc(principals, func(p Principal) bool { return !p.isFixed() })
		if i < 0 {
			return ""
		}
		reason = "it allows everyone"
		if principals[i].value != "*" {
			reason = "its principal " + principals[i].value + " is not a fixed one"
		}
	}
	open := ""
	for _, c := range s.Conditions() {
		fixed, known := c.limits()
		if fixed {
			return ""
		}
		if known {
			open = ", and its condition on " + c.key + " is open to values that are not fixed"
		}
	}
	if open == "" {
		open = ", and has no condition that S3 takes for a limit"
	}
	return reason + open
}

// isFixed reports whether S3 treats the principal as fixed. A provider of web identities is not fixed: it belongs to no account, the
// documentation does not list it, and anybody can have an identity there.
func (p Principal) isFixed() bool {
	return isFixed(p.value) && (p.kind != "Federated" || strings.HasPrefix(p.value, "arn:"))
}

// isFixed reports whether the value has neither a wildcard nor a variable.
func isFixed(value string) bool {
	return !strings.ContainsAny(value, "*?") && !strings.Contains(value, "${")
}

// limitKeys holds the condition keys that can make a statement not public, and for each the test of a fixed value.
var limitKeys = map[string]func(string) bool{
	"aws:sourceip":       isNarrow,
	"aws:sourcearn":      isFixed,
	"aws:sourcevpc":      isFixed,
	"aws:sourcevpce":     isFixed,
	"aws:sourceowner":    isFixed,
	"aws:sourceaccount":  isFixed,
	"aws:principalorgid": isFixed,
	"aws:userid":         func(v string) bool { return isFixed(v) && !strings.HasPrefix(v, "AROA") },
	"s3:x-amz-server-side-encryption-aws-kms-key-id": isFixed,
	"s3:dataaccesspointarn":                          isFixedAccessPoint,
	"s3:dataaccesspointaccount":                      isFixed,
}

// limitOperators are the operators that hold for the listed values only, and do not hold for an absent key.
var limitOperators = []string{"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}

// limits reports whether only fixed values fulfil the condition, and whether its key is one of limitKeys.
func (c Condition) limits() (fixed, known bool) {
	check := limitKeys[strings.ToLower(c.key)]
	if check == nil {
		return false, false
	}
	operator := strings.TrimPrefix(c.operator, "ForAnyValue:")
	ok := slices.Contains(limitOperators, operator) && len(c.values) > 0
	return ok && !slices.ContainsFunc(c.values, func(v string) bool { return !check(v) }), true
}

func isNarrow(v string) bool {
	if a, err := netip.ParseAddr(v); err == nil {
		return a.Zone() == ""
	}
	p, err := netip.ParsePrefix(v)
	if err != nil {
		return false
	}
	if p.Addr().Is4() {
		return p.Bits() >= 8
	}
	return p.Bits() >= 32
}

// isFixedAccessPoint reports whether the ARN names a fixed account. The name of the access point may be a pattern.
func isFixedAccessPoint(v string) bool {
	arn, ok := region.ParseARN(v)
	name, cut := strings.CutPrefix(arn.Resource, "accesspoint/")
	return ok && cut && name != "" && isFixed(arn.Partition+arn.Service+arn.Region) && isAccount(arn.Account) && !strings.Contains(name, "${")
}

// DanglingPrincipal is a principal that a document names by its unique id.
type DanglingPrincipal struct {
	Index     int // index of the statement in the document, from 0
	Statement Statement
	ID        string // such as AROA… for a role, AIDA… for a user
}

// Dangling lists the principals that the document names by a unique id, in Principal or NotPrincipal; nil if there are none. AWS shows
// an id in place of the ARN once the role or user is deleted. A new role of the same name does not match the id, and S3 refuses every
// later write of the document with "Invalid principal in policy". Shortly after a write, an id may also stand for a principal that
// still exists: read the document again before concluding that it was deleted.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func Dangling(d Document) []DanglingPrincipal {
	var out []DanglingPrincipal
	i := 0
	for s := range d.All() {
		principals, _ := s.Principals()
		for _, p := range principals {
			if p.kind == "AWS" && IsUniqueID(p.value) {
				out = append(out, DanglingPrincipal{Index: i, Statement: s, ID: p.value})
			}
		}
		i++
	}
	return out
}
