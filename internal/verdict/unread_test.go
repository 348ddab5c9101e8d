package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestRemedyOfUnread: the remedy for a policy that was not read names the permissions that read it and whoever can look at it, once for all layers that
// the same calls read, and before what else would settle the verdict.
func TestRemedyOfUnread(t *testing.T) {
	const (
		user    = "arn:aws:iam::111122223333:user/ops"
		session = "arn:aws:sts::111122223333:assumed-role/r/s"
		key     = "key 1234abcd-12ab-34cd-56ef-1234567890ab"
		bucket  = "let the reader in account 444455556666 call s3:GetBucketPolicy on bucket media, or let the owner of bucket media see whether its policy allows s3:ListBucket to "
		own     = "let the reader in account 111122223333 call iam:GetRole, iam:ListRolePolicies, iam:GetRolePolicy and iam:ListAttachedRolePolicies on role " + role +
			", and iam:GetPolicy and iam:GetPolicyVersion on its managed policies and its permissions boundary, or let account 111122223333 see whether these allow s3:ListBucket"
	)
	unread := func(l authz.Layer) func(*Case) {
		return func(j *Case) {
			j.Policies.Unread = l
			if l&authz.Resource != 0 {
				j.Policies.Resource = policy.Document{}
			}
			if l&authz.Identity != 0 {
				j.Policies.Identity = nil
			}
		}
	}
	as := func(principal string, l authz.Layer) func(*Case) {
		return func(j *Case) {
			j.Policies.Resource = policy.New(policy.Allow("s3:*").By(policy.AWS(principal)).On(media, objects))
			unread(l)(j)
			j.Principal, j.Finding.Subject = principal, principal
		}
	}
	for _, tt := range []struct {
		name string
		edit func(*Case)
		want string
	}{
		{"a bucket's", unread(authz.Resource), bucket + role},
		{"a key's", func(j *Case) { unread(authz.Resource)(j); j.Bucket, j.Resource = "", key },
			"let the reader in account 444455556666 call kms:GetKeyPolicy on " + key + ", or let account 444455556666 see whether its policy allows s3:ListBucket to " + role},
		{"a role's trust", func(j *Case) {
			unread(authz.Resource)(j)
			j.Trust, j.Bucket, j.Resource, j.Owner = true, "", role, "111122223333"
		}, "let the reader in account 111122223333 call iam:GetRole on role " + role + ", or let account 111122223333 see whether its trust policy allows sts:AssumeRole to datasync.amazonaws.com"},
		{"a role's", unread(authz.Identity), own},
		{"a role's and its boundary's", unread(authz.Identity | authz.Boundary), own},
		{"a role's boundary's", unread(authz.Boundary), "let the reader in account 111122223333 call iam:GetRole on role " + role +
			", and iam:GetPolicy and iam:GetPolicyVersion on its permissions boundary, or let account 111122223333 see whether that allows s3:ListBucket"},
		{"a role's and a bucket's", unread(authz.Identity | authz.Resource), own + "; and " + bucket + role},
		{"a user's", as(user, authz.Identity|authz.Boundary), "see in IAM that user " + user + " exists, and that its policies and its permissions boundary allow s3:ListBucket"},
		{"a user's and a bucket's", as(user, authz.Identity|authz.Boundary|authz.Resource),
			bucket + user + "; and see in IAM that user " + user + " exists, and that its policies and its permissions boundary allow s3:ListBucket"},
		{"of somebody who is neither", as(session, authz.Identity), "find out the identity policy of " + session + ", which was not read"},
		{"an organisation's", unread(authz.RCP), "find out the RCP of account 444455556666, which was not read"},
		{"a role's, and an address", func(j *Case) {
			j.Caller = true
			j.denying(fromElsewhere(deny("Guard", "s3:*")))
			unread(authz.Identity)(j)
		}, own + "; and find out aws:SourceIp; or " + exempting("Guard")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := newCase()
			tt.edit(j)
			req := authz.Request{Principal: j.Principal, Action: "s3:ListBucket", Resource: media, ResourceAccount: j.Owner}
			if j.Trust {
				req = authz.Request{Service: "datasync.amazonaws.com", Action: "sts:AssumeRole", Resource: role, ResourceAccount: j.Owner}
			}
			j.Decide(req, Always, "")
			f := j.Conclude()[0]
			if diff := cmp.Diff(tt.want, f.Remedy); diff != "" {
				t.Errorf("%s: -want +got:\n%s", f.Detail, diff)
			}
		})
	}
}
