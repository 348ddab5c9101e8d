package xaccttest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// Quotas of IAM that an account has by default.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	inlineQuota = 10240 // characters of all inline policies of a role, without white space
	trustQuota  = 2048
)

var (
	entityName = regexp.MustCompile(`^[\w+=,.@-]+$`)
	rolePath   = regexp.MustCompile(`^(/|/[\x21-\x7e]+/)$`)
	latin      = regexp.MustCompile(`^[\x{9}\x{A}\x{D}\x{20}-\x{FF}]+$`)
)

func checkName(member, name string, most int) error {
	if !entityName.MatchString(name) || len(name) > most {
		return validationError(member, name, entityName.String())
	}
	return nil
}

func validationError(member, value, pattern string) *fault.Error {
	return &fault.Error{Status: 400, Code: "ValidationError", Message: fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", value, member, pattern)}
}

func malformed(format string, args ...any) error {
	return &fault.Error{Status: 400, Code: "MalformedPolicyDocument", Message: fmt.Sprintf(format, args...)}
}

// checkDocument parses a document and validates it as IAM does.
func checkDocument(text string, kind policy.Kind) (policy.Document, error) {
	if !utf8.ValidString(text) || !latin.MatchString(text) {
		return policy.Document{}, validationError("policyDocument", text, `[\u0009\u000A\u000D\u0020-\u00FF]+`)
	}
	d, err := policy.Parse([]byte(text))
	if err != nil {
		return policy.Document{}, malformed("This policy contains invalid Json: %v", err)
	}
	if err := d.Validate(kind); err != nil {
		return policy.Document{}, malformed("Syntax errors in policy. %s", oneLine(err))
	}
	return d, nil
}

// checkTrust checks a trust policy as IAM does: its principals have to exist.
func (rq *request) checkTrust(text string) (policy.Document, error) {
	d, err := checkDocument(text, policy.Trust)
	if err != nil {
		return d, err
	}
	if used, _ := d.Size(policy.Trust); used > trustQuota {
		return d, &fault.Error{Status: 409, Code: "LimitExceeded", Message: fmt.Sprintf("Cannot exceed quota for ACLSizePerRole: %d", trustQuota)}
	}
	for s := range d.All() {
		ps, _ := s.Principals()
		for _, p := range ps {
			if p.Type() == "AWS" && p.Value() != "*" && !rq.cloud.principalExists(p.Value()) {
				return d, malformed("Invalid principal in policy: \"AWS\":\"%s\"", p.Value())
			}
		}
	}
	return d, nil
}

func iamTags(tags []iamtypes.Tag) (map[string]string, error) {
	out, folded := map[string]string{}, map[string]bool{}
	for _, t := range tags {
		k := aws.ToString(t.Key)
		if k == "" || len(k) > 128 || len(aws.ToString(t.Value)) > 256 || strings.HasPrefix(strings.ToLower(k), "aws:") {
			return nil, &fault.Error{Status: 400, Code: "InvalidInput", Message: fmt.Sprintf("Invalid tag key or value: %s", k)}
		}
		if folded[strings.ToLower(k)] {
			return nil, &fault.Error{Status: 400, Code: "InvalidInput", Message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
		}
		out[k], folded[strings.ToLower(k)] = aws.ToString(t.Value), true
	}
	if len(out) > 50 {
		return nil, &fault.Error{Status: 409, Code: "LimitExceeded", Message: "The number of tags has reached the maximum limit."}
	}
	return out, nil
}

func noSuchRole(name string) error {
	return &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("The role with name %s cannot be found.", name)}
}

func noSuchPolicy(name string) error {
	return &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("The role policy with name %s cannot be found.", name)}
}

// encoded is the document as IAM returns it: percent-encoded as in RFC 3986, where a space is %20 and a plus sign %2B.
// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
func encoded(d policy.Document) *string {
	return aws.String(strings.ReplaceAll(url.QueryEscape(string(d.Bytes())), "+", "%20"))
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func stringOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
