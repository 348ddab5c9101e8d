package awserr

import (
	"cmp"
	"errors"
	"regexp"
	"strings"

	"github.com/aws/smithy-go"
)

// Refusal is what the text of a service says about a request that policies refuse. Its zero value says nothing.
type Refusal struct {
	Action   string // that was refused, such as s3:ListBucket; "" is not said
	Resource string // on which, mostly its ARN; "" is not said
	Deny     string // the kind of the policy that denies it explicitly, such as "resource-based policy"; "" if no explicit Deny is named
	IsPublic bool   // Block Public Access refuses a policy that is public
}

// The forms of the text.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
var (
	refused   = regexp.MustCompile(`(?i)not authorized to perform:? ([a-z0-9-]+:[a-z0-9]+)(?: on resource: "?([^"\s]+))?`)
	denying   = regexp.MustCompile(`(?i)\bexplicit deny(?: (?:in|by) (?:an? )?((?:[a-z-]+ ){0,3}?(?:policy|policies|boundary)))?`)
	anyPublic = regexp.MustCompile(`(?i)public policies are (?:prevented|blocked)`)
)

// RefusalIn reads the text. Where it holds several refusals, the one with an explicit Deny counts.
func RefusalIn(text string) Refusal {
	var r Refusal
	deny := denying.FindStringSubmatchIndex(text)
	before := text
	if deny != nil {
		r.Deny, before = "policy", text[:deny[0]]
		if deny[2] >= 0 {
			r.Deny = strings.ToLower(text[deny[2]:deny[3]])
		}
	}
	if all := refused.FindAllStringSubmatch(before, -1); all != nil {
		m := all[0]
		if deny != nil {
			m = all[len(all)-1]
		}
		r.Action, r.Resource = m[1], m[2]
	}
	r.IsPublic = anyPublic.MatchString(text)
	return r
}

// Remedy says who can lift an explicit Deny: what another policy allows does not help against it. who is the refused principal and resource is what it was
// refused on, both in words; resource may be "" for what the text names. It is "" if the text names no explicit Deny.
func (r Refusal) Remedy(who, resource string) string {
	what, resource := "what was refused", cmp.Or(resource, r.Resource, "the resource")
	if r.Action != "" {
		what = r.Action
	}
	exempt := func(keeper string) string {
		return "let " + keeper + " exempt " + who + " from the Deny on " + what + ": an explicit Deny holds whatever else allows it"
	}
	switch {
	case r.Deny == "":
		return ""
	case strings.HasPrefix(r.Deny, "service control"):
		return exempt("the organisation that keeps the service control policies")
	case strings.HasPrefix(r.Deny, "resource control"):
		return exempt("the organisation that keeps the resource control policies on " + resource)
	case strings.HasPrefix(r.Deny, "resource"):
		return exempt("the owner of " + resource)
	case strings.HasPrefix(r.Deny, "vpc endpoint"):
		return exempt("the owner of the VPC endpoint")
	case strings.HasPrefix(r.Deny, "identity"), strings.HasPrefix(r.Deny, "session"), strings.HasSuffix(r.Deny, "boundary"):
		return "take the Deny on " + what + " out of the " + r.Deny + " of " + who + ": an explicit Deny holds whatever else allows it"
	}
	return "find the policy with the Deny on " + what + ", and have its owner exempt " + who + ": an explicit Deny holds whatever else allows it"
}

var lacking = regexp.MustCompile(`(?i)\bbecause no ((?:[a-z-]+ ){0,3}?(?:policy|policies|boundary)) allows?\b`)

// Lacking returns the kind of the policies of which none allows what was refused, such as "resource-based policy", in the form of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; "" if the text names none.
func Lacking(text string) string {
	if m := lacking.FindStringSubmatch(text); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// Message returns the text of the service whose response err is, and else that of err; "" if err is nil.
func Message(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorMessage()
	}
	return err.Error()
}
