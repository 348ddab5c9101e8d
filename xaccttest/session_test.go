package xaccttest_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
)

type assumer interface {
	AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, optFns ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
}

func assume(w *world, c xacct.AccountClients, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if in.RoleSessionName == nil {
		in.RoleSessionName = aws.String("walk")
	}
	return c.STS.(assumer).AssumeRole(w.ctx, in)
}

// trusted makes a role with this trust policy, which may list the bucket.
func (w *world) trusted(name string, trust policy.Document) string {
	w.t.Helper()
	api := w.c[src].IAM
	out, err := api.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(string(trust.Bytes())), MaxSessionDuration: aws.Int32(7200)})
	w.must(err)
	_, err = api.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("list"),
		PolicyDocument: aws.String(string(policy.New(policy.Allow("s3:ListBucket", "s3:GetBucketPolicy").On("*")).Bytes()))})
	w.must(err)
	return *out.Role.Arn
}

// Both the trust policy and the caller's policies decide who may assume a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
func TestAssumeRole(t *testing.T) {
	w := newWorld(t)
	root := func(account string) policy.Principal { return policy.AWS("arn:aws:iam::" + account + ":root") }
	may := policy.New(policy.Allow("sts:AssumeRole").On("*"))
	able, unable := w.cloud.AddUser(src, "able", may), w.cloud.AddUser(src, "unable")
	stranger, strangest := w.cloud.AddUser(dst, "stranger", may), w.cloud.AddUser(dst, "strangest")
	allow := func(s policy.Statement) policy.Document { return policy.New(s) }
	for _, tt := range []struct {
		name   string
		trust  policy.Document
		caller string
		change func(*sts.AssumeRoleInput)
		want   string
	}{
		{"account trusted, caller allowed", allow(policy.Allow("sts:AssumeRole").By(root(src))), able, nil, ""},
		{"account trusted, caller not allowed", allow(policy.Allow("sts:AssumeRole").By(root(src))), unable, nil, "AccessDenied"},
		{"caller trusted by name", allow(policy.Allow("sts:AssumeRole").By(policy.AWS(unable))), unable, nil, ""},
		{"caller allowed, not trusted", allow(policy.Allow("sts:AssumeRole").By(policy.AWS(unable))), able, nil, "AccessDenied"},
		{"service trusted only", trust(), able, nil, "AccessDenied"},
		{"another account, both", allow(policy.Allow("sts:AssumeRole").By(root(dst))), stranger, nil, ""},
		{"another account, trusted only", allow(policy.Allow("sts:AssumeRole").By(policy.AWS(strangest))), strangest, nil, "AccessDenied"},
		{"another account, allowed only", allow(policy.Allow("sts:AssumeRole").By(root(src))), stranger, nil, "AccessDenied"},
		{"without the external id", allow(policy.Allow("sts:AssumeRole").By(root(dst)).When(policy.StringEquals("sts:ExternalId", "x"))), stranger, nil, "AccessDenied"},
		{"with the external id", allow(policy.Allow("sts:AssumeRole").By(root(dst)).When(policy.StringEquals("sts:ExternalId", "x"))), stranger,
			func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("x") }, ""},
		{"another session name", allow(policy.Allow("sts:AssumeRole").By(root(src)).When(policy.StringLike("sts:RoleSessionName", "deploy-*"))), able, nil, "AccessDenied"},
		{"tags without TagSession", allow(policy.Allow("sts:AssumeRole").By(root(src))), able,
			func(in *sts.AssumeRoleInput) {
				in.Tags = []ststypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
			}, "AccessDenied"},
		{"a name too short", allow(policy.Allow("sts:AssumeRole").By(root(src))), able, func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a") }, "ValidationError"},
		{"too long", allow(policy.Allow("sts:AssumeRole").By(root(src))), able, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7201) }, "ValidationError"},
		{"too short", allow(policy.Allow("sts:AssumeRole").By(root(src))), able, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(899) }, "ValidationError"},
		{"a bad policy", allow(policy.Allow("sts:AssumeRole").By(root(src))), able, func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{") }, "MalformedPolicyDocument"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := &sts.AssumeRoleInput{RoleArn: aws.String(w.trusted(strings.ReplaceAll(strings.ReplaceAll(tt.name, " ", "-"), ",", ""), tt.trust))}
			if tt.change != nil {
				tt.change(in)
			}
			if _, err := assume(w, clientsAs(w.cloud, tt.caller), in); codeOf(err) != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	_, err := assume(w, clientsAs(w.cloud, able), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::" + src + ":role/none")})
	if codeOf(err) != "AccessDenied" {
		t.Errorf("a role that does not exist: %v", err)
	}
}

// A session has its name, its tags and no more rights than its policy, and ends.
func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		arn := w.trusted("Mover", policy.New(policy.Allow("sts:AssumeRole", "sts:TagSession").By(policy.AWS("arn:aws:iam::"+src+":root"))))
		out, err := assume(w, w.c[src], &sts.AssumeRoleInput{
			RoleArn: &arn, RoleSessionName: aws.String("night.shift"), Tags: []ststypes.Tag{{Key: aws.String("team"), Value: aws.String("media")}},
			Policy: aws.String(string(policy.New(policy.Allow("s3:ListBucket").On("*").When(policy.StringEquals("aws:PrincipalTag/team", "media"))).Bytes())),
		})
		w.must(err)
		c, role, ok := w.cloud.SessionClients(*out.Credentials.AccessKeyId)
		if !ok || role != arn {
			t.Fatalf("%v %s", ok, role)
		}
		who, err := c.STS.GetCallerIdentity(w.ctx, nil)
		w.must(err)
		if !strings.HasSuffix(*who.Arn, ":assumed-role/Mover/night.shift") || !strings.HasSuffix(*who.UserId, ":night.shift") || *who.Arn != *out.AssumedRoleUser.Arn {
			t.Errorf("%s %s", *who.Arn, *who.UserId)
		}
		api := c.S3(srcRegion)
		_, err = api.HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-raw")})
		w.must(err)
		_, err = api.GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-raw")})
		if codeOf(err) != "AccessDenied" || !strings.Contains(err.Error(), "night.shift") {
			t.Errorf("beyond the session's policy: %v", err)
		}
		time.Sleep(time.Hour)
		if _, err = c.STS.GetCallerIdentity(w.ctx, nil); codeOf(err) != "ExpiredToken" {
			t.Errorf("after an hour: %v", err)
		}
		if _, _, ok := w.cloud.SessionClients("ASIAUNKNOWN"); ok {
			t.Error("an unknown key has clients")
		}
	})
}

// Managed policies are made, attached, counted, detached and deleted; they decide.
func TestCustomerManagedPolicies(t *testing.T) {
	w := newWorld(t)
	type managing interface {
		ListRoles(ctx context.Context, in *iam.ListRolesInput, optFns ...func(*iam.Options)) (*iam.ListRolesOutput, error)
		CreatePolicy(ctx context.Context, in *iam.CreatePolicyInput, optFns ...func(*iam.Options)) (*iam.CreatePolicyOutput, error)
		DeletePolicy(ctx context.Context, in *iam.DeletePolicyInput, optFns ...func(*iam.Options)) (*iam.DeletePolicyOutput, error)
		AttachRolePolicy(ctx context.Context, in *iam.AttachRolePolicyInput, optFns ...func(*iam.Options)) (*iam.AttachRolePolicyOutput, error)
		DetachRolePolicy(ctx context.Context, in *iam.DetachRolePolicyInput, optFns ...func(*iam.Options)) (*iam.DetachRolePolicyOutput, error)
		GetPolicy(ctx context.Context, in *iam.GetPolicyInput, optFns ...func(*iam.Options)) (*iam.GetPolicyOutput, error)
	}
	api := w.c[src].IAM.(managing)
	reader := w.cloud.AddRole(src, "reader")
	document := aws.String(string(policy.New(policy.Allow("s3:ListBucket").On("*")).Bytes()))
	made, err := api.CreatePolicy(w.ctx, &iam.CreatePolicyInput{PolicyName: aws.String("list"), PolicyDocument: document, Path: aws.String("/team/")})
	w.must(err)
	arn := made.Policy.Arn
	if *arn != "arn:aws:iam::"+src+":policy/team/list" || !strings.HasPrefix(*made.Policy.PolicyId, "ANPA") || made.Policy.CreateDate == nil {
		t.Errorf("%+v", made.Policy)
	}
	if _, err := api.CreatePolicy(w.ctx, &iam.CreatePolicyInput{PolicyName: aws.String("LIST"), PolicyDocument: document}); codeOf(err) != "EntityAlreadyExists" {
		t.Error(err)
	}
	head := func() string {
		_, err := clientsAs(w.cloud, reader).S3(srcRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-raw")})
		return codeOf(err)
	}
	if head() == "" {
		t.Error("the role may list before the policy is attached")
	}
	for range 2 {
		_, err = api.AttachRolePolicy(w.ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("reader"), PolicyArn: arn})
		w.must(err)
	}
	got, err := api.GetPolicy(w.ctx, &iam.GetPolicyInput{PolicyArn: arn})
	w.must(err)
	if *got.Policy.AttachmentCount != 1 || head() != "" {
		t.Errorf("attached to %d, and the role gets %q", *got.Policy.AttachmentCount, head())
	}
	if _, err := api.DeletePolicy(w.ctx, &iam.DeletePolicyInput{PolicyArn: arn}); codeOf(err) != "DeleteConflict" {
		t.Error(err)
	}
	_, err = api.DetachRolePolicy(w.ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("reader"), PolicyArn: arn})
	w.must(err)
	_, err = api.DeletePolicy(w.ctx, &iam.DeletePolicyInput{PolicyArn: arn})
	w.must(err)
	if head() == "" {
		t.Error("the role may list after the policy is gone")
	}
	roles, err := api.ListRoles(w.ctx, &iam.ListRolesInput{})
	w.must(err)
	if len(roles.Roles) != 2 || *roles.Roles[1].RoleName != "reader" {
		t.Errorf("%+v", roles.Roles)
	}
}
