package verdict

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy/authz"
)

// unread is a policy that a verdict depends on because it was not read.
type unread struct {
	what   string // the policy, in words
	lookup string // what lets a plan read it, or who can look at it instead; "" if that is not known
}

// unreadOf returns the policies of the verdict's unread layers. actions are those of the finding.
func (c *Case) unreadOf(v Verdict, actions []string) []unread {
	var out []unread
	for _, l := range []authz.Layer{authz.Identity, authz.Boundary, authz.Session, authz.SCP, authz.RCP, authz.Resource} {
		if v.Unread&l == 0 {
			continue
		}
		subject := c.Finding.Subject
		switch l {
		case authz.Resource:
			subject = cmp.Or(c.Bucket, c.Resource, c.Owner)
		case authz.RCP:
			subject = "account " + c.Owner
		case authz.SCP:
			subject = "account " + c.account()
		}
		own := l == authz.Identity || l == authz.Boundary
		switch {
		case own && isUser(subject):
			out = append(out, unread{unseenUser(subject), "see in IAM that user " + c.Principal + " exists, and that its policies and its permissions boundary allow " + ListActions(actions)})
		case l == authz.Resource && c.Trust:
			out = append(out, unread{"the trust policy of " + subject + ", which was not read", c.lookup(l, v, actions)})
		default:
			out = append(out, unread{"the " + l.String() + " of " + subject + ", which was not read", c.lookup(l, v, actions)})
		}
	}
	return out
}

// lookup returns which calls would let a plan read the policy of the layer, and who can look at it instead; "" for layers that no plan reads. It does not ask
// for a grant, because it may be a Deny that keeps the reader out. The
// reader has to be of the account of the bucket, key or role: S3, KMS and IAM show these policies to no other.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html, https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func (c *Case) lookup(l authz.Layer, v Verdict, actions []string) string {
	const reader = "let the reader in account %s call %s, or let %s see whether %s"
	list := ListActions(actions)
	switch to := list + " to " + c.Principal; {
	case l == authz.Resource && c.Trust:
		return fmt.Sprintf(reader, c.Owner, "iam:GetRole on role "+c.Principal, c.keeper(l), "its trust policy allows "+list+" to "+v.request.Service)
	case l == authz.Resource && c.Bucket != "":
		return fmt.Sprintf(reader, c.Owner, "s3:GetBucketPolicy on bucket "+c.Bucket, c.keeper(l), "its policy allows "+to)
	case l == authz.Resource && strings.HasPrefix(c.Resource, "key "):
		return fmt.Sprintf(reader, c.Owner, "kms:GetKeyPolicy on "+c.Resource, c.keeper(l), "its policy allows "+to)
	case !isRole(c.Principal):
		return ""
	case l == authz.Boundary && v.Unread&authz.Identity == 0:
		return fmt.Sprintf(reader, c.account(), "iam:GetRole on role "+c.Principal+", and iam:GetPolicy and iam:GetPolicyVersion on its permissions boundary",
			c.keeper(l), "that allows "+list)
	case l == authz.Boundary, l == authz.Identity: // one sentence for both
		return fmt.Sprintf(reader, c.account(), "iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies on role "+c.Principal+
			", and iam:GetPolicy and iam:GetPolicyVersion on its managed policies and its permissions boundary", c.keeper(l), "these allow "+list)
	}
	return ""
}

// isRole reports whether the ARN is that of a role of IAM.
func isRole(arn string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && strings.HasPrefix(a.Resource, "role/")
}

// isUser reports whether the ARN is that of a user of IAM.
func isUser(arn string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && strings.HasPrefix(a.Resource, "user/")
}

// unseenUser says what a plan cannot see of the user.
func unseenUser(arn string) string {
	return "whether user " + arn + " exists and what its policies allow, which no plan reads"
}
