package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy/authz"
)

// remedy returns the smallest change that would allow the verdicts' actions: in words, and as the new statements. Only the owner of a policy
// may apply it.
func (c *Case) remedy(vs []Verdict) (string, []string) {
	if vs[0].Effect == authz.ExplicitlyDenied {
		if words, proposal := c.exemption(vs); words != "" {
			return words, proposal
		}
		for _, m := range inOrder(vs[0].Deciding) {
			if m.Statement >= 0 {
				return fmt.Sprintf("let %s exempt %s from %s", c.keeper(m.Layer), c.exempted(), text.Statement(nameOf(m))), nil
			}
		}
		return "let the owner of the denying policy exempt " + c.exempted(), nil
	}
	var texts, proposal []string
	var rest []Verdict
	for _, v := range vs {
		unmet := c.unmet(v)
		if len(unmet) == 0 {
			rest = append(rest, v)
		}
		for _, what := range unmet {
			if words := "set " + what + " as the policies of " + c.Principal + " ask"; !slices.Contains(texts, words) {
				texts = append(texts, words)
			}
		}
	}
	if len(rest) > 0 {
		var words string
		words, proposal = c.grant(rest)
		texts = append(texts, words)
	}
	return strings.Join(texts, "; and "), proposal
}

// keeper names who can change a policy of the layer.
func (c *Case) keeper(l authz.Layer) string {
	switch l {
	case authz.SCP:
		return "the organisation of account " + c.account()
	case authz.RCP:
		return "the organisation of account " + c.Owner
	case authz.Resource:
		if c.Bucket != "" {
			return "the owner of bucket " + c.Bucket
		}
		return "account " + c.Owner
	}
	return "account " + c.account()
}

// account returns the account of the principal, whose organisation and policies it is subject to.
func (c *Case) account() string {
	if a, ok := region.ParseARN(c.Principal); ok && a.Account != "" {
		return a.Account
	}
	return c.Transfer.TaskAccount
}
