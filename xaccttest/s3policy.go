package xaccttest

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
	"github.com/xacct/xacct/xaccttest/internal/jsontree"
)

// storedPolicy is a bucket policy as S3 stores it: compact, and with the unique ids of roles and users in place of their ARNs. Its text is
// immutable.
type storedPolicy struct {
	tree   *jsontree.Tree
	public bool // S3 calls the policy public

	resolved policy.Document // the policy for access decisions: with the ARNs of the roles and users that exist
	census   int             // number of roles and users that had ever existed when resolved was made
}

// policyMessages are S3's messages about malformed policies. The id of package policy's rule begins with rule.
// The messages that are not in https://github.com/versity/versitygw/blob/main/auth/bucket_policy.go are assumed.
var policyMessages = []struct{ rule, message string }{
	{"principal-needed", "Missing required field Principal"},
	{"principal", "Invalid principal in policy"},
	{"action-resource", "Action does not apply to any resource(s) in statement"},
	{"action-empty", "Missing required field Action"},
	{"action", "Policy has invalid action"},
	{"resource-needed", "Missing required field Resource"},
	{"resource", "Policy has invalid resource"},
	{"statements", "Could not parse the policy: Statement is empty!"},
	{"version", "The policy must contain a valid version string"},
	{"condition-action", "Conditions do not apply to combination of actions and resources in statement"},
	{"condition-operator", "Invalid Condition type : %s"},
	{"bucket-size", "Policy exceeds the maximum allowed document size."},
}

// policyMessage is S3's message about the first problem in err.
func policyMessage(err error) string {
	problems := problem.All(err)
	if len(problems) == 0 {
		return oneLine(err)
	}
	first := problems[0]
	for _, m := range policyMessages {
		if strings.HasPrefix(first.ID, m.rule) {
			return strings.ReplaceAll(m.message, "%s", first.Value)
		}
	}
	return first.Error()
}

func malformedPolicy(message string) error {
	return &fault.Error{Status: 400, Code: "MalformedPolicy", Message: message}
}

// newStoredPolicy checks a policy for the bucket as S3 does, and makes its stored form. It stops at the first problem.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html; the messages are those collected in
// https://github.com/versity/versitygw/blob/main/auth/bucket_policy.go.
func (c *Cloud) newStoredPolicy(b *bucketState, text []byte) (*storedPolicy, error) {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil, malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
	}
	d, err := policy.Parse(text)
	if err != nil {
		return nil, malformedPolicy("This policy contains invalid Json")
	}
	t, err := jsontree.Parse(text)
	if err != nil {
		return nil, malformedPolicy("This policy contains invalid Json")
	}
	if err := d.Validate(policy.Bucket); err != nil {
		return nil, malformedPolicy(policyMessage(err))
	}
	if message := unknownNames(d); message != "" {
		return nil, malformedPolicy(message)
	}
	for s := range d.All() {
		resources, _ := s.Resources()
		for _, r := range resources {
			if !b.owns(r) {
				return nil, malformedPolicy("Policy has invalid resource")
			}
		}
	}
	statements := t.Member("Statement")
	if !statements.IsList {
		*statements = jsontree.Tree{IsList: true, Kids: []*jsontree.Tree{statements.Clone()}}
	}
	for _, s := range statements.Kids {
		for _, name := range []string{"Principal", "NotPrincipal"} {
			if p := s.Member(name); p != nil && !c.storePrincipals(p) {
				return nil, malformedPolicy("Invalid principal in policy")
			}
		}
	}
	return &storedPolicy{tree: t, public: len(policy.Public(d)) > 0}, nil
}

// unknownNames is S3's message about the first action or condition key of its own that it does not have; "" if there is none. That S3 takes patterns of
// actions that match none, and refuses all condition keys that the reference does not list, is assumed.
// Source: https://github.com/versity/versitygw/blob/main/auth/bucket_policy.go (unknown actions)
func unknownNames(d policy.Document) string {
	for _, p := range d.Warnings(policy.Bucket) {
		switch key := strings.ToLower(p.Value); {
		case p.ID == "action-unknown" && !strings.ContainsAny(p.Value, "*?"):
			return "Policy has invalid action"
		case p.ID == "condition-key-unknown" && strings.HasPrefix(key, "s3:"):
			return "Policy has an invalid condition key"
		}
	}
	return ""
}

// owns reports whether a resource of a policy can match the bucket or an object in it.
func (b *bucketState) owns(resource string) bool {
	if resource == "*" {
		return true
	}
	a, ok := region.ParseARN(resource)
	if !ok || a.Service != "s3" || a.Partition != b.partition() {
		return false
	}
	name, _, _ := strings.Cut(a.Resource, "/")
	return glob(name, b.name)
}

// storePrincipals replaces the ARNs of roles and users by their unique ids. It returns false if a principal does not exist.
func (c *Cloud) storePrincipals(p *jsontree.Tree) bool {
	for i, kid := range p.Kids {
		for _, value := range kid.Items() {
			switch p.Names[i] {
			case "AWS":
				stored, ok := c.storePrincipal(value.Text())
				if !ok {
					return false
				}
				value.Scalar = stored
			case "Service":
				if !servicePrincipal.MatchString(value.Text()) {
					return false
				}
			}
		}
	}
	return true
}

var (
	servicePrincipal = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`)
	entityID         = regexp.MustCompile(`^A(ROA|IDA)[A-Z0-9]{12,}$`)
)

// storePrincipal is a principal as S3 stores it; false if it does not exist.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (c *Cloud) storePrincipal(value string) (string, bool) {
	switch {
	case value == "*":
		return value, true
	case region.ValidAccount(value):
		return "arn:" + c.partitionOf(value) + ":iam::" + value + ":root", true
	case entityID.MatchString(value):
		return value, c.entityByID(value) != nil
	}
	a, ok := region.ParseARN(value)
	switch {
	case !ok:
		return "", false
	case a.Service == "iam" && a.Account == "cloudfront":
		return value, true
	case !region.ValidAccount(a.Account) || a.Partition != c.partitionOf(a.Account):
		return "", false
	case a.Service == "iam" && a.Resource == "root":
		return value, true
	case a.Service == "sts" && strings.HasPrefix(a.Resource, "assumed-role/"):
		part := strings.Split(a.Resource, "/")
		e := c.at(a.Account, identityKey("role", part[1]))
		return value, len(part) == 3 && e != nil && e.Read(eventual.ByPrincipal) != nil
	}
	if i := c.entitySeen(value, eventual.ByPrincipal); i != nil {
		return i.id, true
	}
	return "", false
}

// principalExists reports whether a principal exists, for services that store principals unchanged.
func (c *Cloud) principalExists(value string) bool {
	_, ok := c.storePrincipal(value)
	return ok
}

// partitionOf is the partition of an account; the default for an account that the cloud does not know.
func (c *Cloud) partitionOf(account string) string {
	if a := c.accounts[account]; a != nil {
		return a.partition
	}
	return c.opts.Partition
}

// render is the policy as GetBucketPolicy returns it: lists of one as a single value, other lists in an order of S3's own, which for principals
// changes with every reading. With ids, also roles and users that exist are shown by unique id.
func (c *Cloud) render(b *bucketState, p *storedPolicy, reading int, ids bool) []byte {
	t := p.tree.Clone()
	for _, s := range t.Member("Statement").Kids {
		for i, name := range s.Names {
			switch element := s.Kids[i]; name {
			case "Action", "NotAction", "Resource", "NotResource":
				shuffle(element, b.name)
			case "Principal", "NotPrincipal":
				for _, kind := range element.Kids {
					for _, value := range kind.Items() {
						if e := c.entityByID(value.Text()); e != nil && !ids {
							value.Scalar = e.arn
						}
					}
					shuffle(kind, b.name+strconv.Itoa(reading))
				}
			case "Condition":
				for _, operator := range element.Kids {
					for _, values := range operator.Kids {
						unlist(values)
					}
				}
			}
		}
	}
	return t.Bytes()
}

// shuffle reorders the items of a list. The order depends on the salt only.
func shuffle(t *jsontree.Tree, salt string) {
	if !t.IsList {
		return
	}
	slices.SortStableFunc(t.Kids, func(a, b *jsontree.Tree) int {
		return strings.Compare(ids.Digest(8, salt, a.Text()), ids.Digest(8, salt, b.Text()))
	})
	unlist(t)
}

// unlist replaces a list of one by its item.
func unlist(t *jsontree.Tree) {
	if t.IsList && len(t.Kids) == 1 {
		*t = *t.Kids[0]
	}
}

// document is the policy by which access to a bucket is decided.
func (c *Cloud) document(b *bucketState, p *storedPolicy) policy.Document {
	if p == nil {
		return policy.Document{}
	}
	if census := len(c.owners); p.resolved.IsZero() || p.census != census {
		d, err := policy.Parse(c.render(b, p, 0, false))
		if err != nil {
			panic("xaccttest: a stored policy does not parse: " + err.Error())
		}
		p.resolved, p.census = d, census
	}
	return p.resolved
}

// glob reports whether s matches a pattern with * and ?, as in policies.
func glob(pattern, s string) bool {
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*':
			for j := 0; j <= len(s); j++ {
				if glob(pattern[i+1:], s[j:]) {
					return true
				}
			}
			return false
		case '?':
			if s == "" {
				return false
			}
		default:
			if s == "" || s[0] != pattern[i] {
				return false
			}
		}
		s = s[1:]
	}
	return s == ""
}
