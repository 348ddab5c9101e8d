package xaccttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/jsontree"
)

// keyPolicy is the policy of a key as KMS stores it: with the unique ids of roles and users in place of their ARNs. Its text is immutable.
type keyPolicy struct {
	tree *jsontree.Tree

	resolved policy.Document // the policy for access decisions: with the ARNs of the roles and users that exist
	census   int             // number of roles and users that had ever existed when resolved was made
}

func malformedKeyPolicy(message string) error {
	return &fault.Error{Status: 400, Code: "MalformedPolicyDocumentException", Message: message}
}

// newKeyPolicy checks a policy as KMS does, and makes its stored form.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html. The text about principals has been seen often; the
// others are assumed.
func (c *Cloud) newKeyPolicy(text []byte) (*keyPolicy, error) {
	d, err := policy.Parse(text)
	if err != nil {
		return nil, malformedKeyPolicy("This policy contains invalid Json")
	}
	t, err := jsontree.Parse(text)
	if err != nil {
		return nil, malformedKeyPolicy("This policy contains invalid Json")
	}
	if used, quota := d.Size(policy.Key); used > quota {
		return nil, &fault.Error{Status: 400, Code: "LimitExceededException", Message: fmt.Sprintf("Policy exceeds the maximum of %d bytes", quota)}
	}
	if err := d.Validate(policy.Key); err != nil {
		return nil, malformedKeyPolicy("Policy contains a statement that is not valid: " + oneLine(err))
	}
	unknown := func(p policy.Problem) bool {
		return p.ID == "condition-key-unknown" && strings.HasPrefix(strings.ToLower(p.Value), "kms:")
	}
	if slices.ContainsFunc(d.Warnings(policy.Key), unknown) { // assumed, also the text
		return nil, malformedKeyPolicy("Policy contains a statement with an invalid condition key.")
	}
	for _, s := range t.Member("Statement").Items() {
		for _, name := range []string{"Principal", "NotPrincipal"} {
			if p := s.Member(name); p != nil && !c.storePrincipals(p) {
				return nil, malformedKeyPolicy("Policy contains a statement with one or more invalid principals.")
			}
		}
	}
	return &keyPolicy{tree: t}, nil
}

// renderKeyPolicy is the policy as GetKeyPolicy returns it: indented, with the ARNs of the principals that exist.
func (c *Cloud) renderKeyPolicy(p *keyPolicy) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, c.compactKeyPolicy(p), "", "  "); err != nil {
		panic("xaccttest: a stored policy does not print: " + err.Error())
	}
	return out.Bytes()
}

func (c *Cloud) compactKeyPolicy(p *keyPolicy) []byte {
	t := p.tree.Clone()
	for _, s := range t.Member("Statement").Items() {
		for _, name := range []string{"Principal", "NotPrincipal"} {
			principal := s.Member(name)
			if principal == nil {
				continue
			}
			for _, kind := range principal.Kids {
				for _, value := range kind.Items() {
					if e := c.entityByID(value.Text()); e != nil {
						value.Scalar = e.arn
					}
				}
				unlist(kind)
			}
		}
	}
	return t.Bytes()
}

// keyDocument is the policy by which access to a key is decided.
func (c *Cloud) keyDocument(p *keyPolicy) policy.Document {
	if census := len(c.owners); p.resolved.IsZero() || p.census != census {
		d, err := policy.Parse(c.renderKeyPolicy(p))
		if err != nil {
			panic("xaccttest: a stored policy does not parse: " + err.Error())
		}
		p.resolved, p.census = d, census
	}
	return p.resolved
}
