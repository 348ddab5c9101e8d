package xaccttest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func TestWhoMayListTheBucket(t *testing.T) {
	list := policy.Allow("s3:ListBucket").On("arn:aws:s3:::media-archive")
	everything := policy.New(policy.Allow("*").On("*"))
	tests := map[string]struct {
		identity, bucket policy.Document
		name             string
		want             bool
	}{
		"both":                        {policy.New(list), policy.New(list.By(policy.Account(src))), "ops", true},
		"the bucket's policy only":    {policy.New(), policy.New(list.By(policy.Account(src))), "ops", false},
		"the identity's only":         {everything, policy.Document{}, "ops", false},
		"the role by name":            {policy.New(list), policy.New(list.By(policy.AWS("arn:aws:iam::" + src + ":role/ops"))), "ops", true},
		"a role with a path":          {policy.New(list), policy.New(list.By(policy.AWS("arn:aws:iam::" + src + ":role/team/ops"))), "team/ops", true},
		"account and role":            {policy.New(list), policy.New(list.By(policy.Account(src)).When(policy.ArnEquals("aws:PrincipalArn", "arn:aws:iam::"+src+":role/team/ops"))), "team/ops", true},
		"account and another role":    {policy.New(list), policy.New(list.By(policy.Account(src)).When(policy.ArnEquals("aws:PrincipalArn", "arn:aws:iam::"+src+":role/ops"))), "team/ops", false},
		"another account":             {policy.New(list), policy.New(list.By(policy.Account("999900001111"))), "ops", false},
		"denied by identity":          {policy.New(list, policy.Deny("s3:*").On("*")), policy.New(list.By(policy.Account(src))), "ops", false},
		"denied by bucket":            {everything, policy.New(list.By(policy.Account(src)), policy.Deny("s3:ListBucket").By(policy.Everyone()).On("arn:aws:s3:::media-archive")), "ops", false},
		"without TLS":                 {everything, policy.New(list.By(policy.Account(src)), policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive").When(policy.Bool("aws:SecureTransport", false))), "ops", true},
		"from an office":              {everything, policy.New(list.By(policy.Account(src)), policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive").When(policy.NotIPAddress("aws:SourceIp", "198.51.100.0/24"))), "ops", false},
		"the organisation":            {everything, policy.New(list.By(policy.Account(src)), policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive").When(policy.StringNotEquals("aws:PrincipalOrgID", "o-1"))), "ops", false},
		"in the bucket's Region":      {policy.New(list.When(policy.StringEquals("aws:RequestedRegion", dstRegion))), policy.New(list.By(policy.Account(src))), "ops", true},
		"a bucket of the own account": {policy.New(list.When(policy.StringEquals("aws:ResourceAccount", src))), policy.New(list.By(policy.Account(src))), "ops", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var identity []policy.Document
			if test.identity.Len() > 0 {
				identity = append(identity, test.identity)
			}
			arn := w.cloud.AddRole(src, test.name, identity...)
			if !test.bucket.IsZero() {
				w.cloud.SetBucketPolicy("media-archive", test.bucket.Bytes())
			}
			_, err := clientsAs(w.cloud, arn).S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
			if got := err == nil; got != test.want {
				t.Errorf("allowed: %t (%v)", got, err)
			}
		})
	}
}

func TestUsers(t *testing.T) {
	w := newWorld(t)
	arn := w.cloud.AddUser(dst, "people/anna", policy.New(policy.Allow("s3:GetBucketPolicy").On("*")))
	w.cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:ListBucket").By(policy.AWS(arn)).On("arn:aws:s3:::media-archive")).Bytes())
	c := clientsAs(w.cloud, arn)
	who, err := c.STS.GetCallerIdentity(w.ctx, &sts.GetCallerIdentityInput{})
	w.must(err)
	if *who.Arn != arn || !strings.HasPrefix(*who.UserId, "AIDA") {
		t.Errorf("%s %s", *who.Arn, *who.UserId)
	}
	out, err := c.S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
	w.must(err)
	if !strings.Contains(*out.Policy, `"AWS":"`+arn+`"`) {
		t.Errorf("the user is not in %s", *out.Policy)
	}
	w.cloud.SetBucketPolicy("media-archive", nil)
	_, err = clientsAs(w.cloud, w.cloud.AddUser(dst, "bert", policy.New(policy.Allow("s3:ListBucket").On("*").When(policy.StringEquals("aws:username", "anna"))))).
		S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
	if err == nil {
		t.Error("bert is let in as anna")
	}
	w.cloud.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:ListBucket").By(policy.AWS(arn)).On("arn:aws:s3:::media-archive").
		When(policy.StringEquals("aws:username", "anna"))).Bytes())
	// In one account the bucket's policy suffices.
	_, err = c.S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
	w.must(err)
}

// A boundary caps what the role's policies allow, for DataSync too.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func TestBoundary(t *testing.T) {
	w := newWorld(t)
	boundary := w.cloud.AddPolicy(src, "boundary", policy.New(policy.Allow("s3:Get*").On("*")))
	out, err := w.c[src].IAM.CreateRole(w.ctx, &iam.CreateRoleInput{
		RoleName: aws.String("reader"), AssumeRolePolicyDocument: aws.String(string(trust().Bytes())), PermissionsBoundary: aws.String(boundary),
	})
	w.must(err)
	_, err = w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("reader"), PolicyName: aws.String("p"), PolicyDocument: aws.String(string(policy.New(on("media-raw", readActions...)).Bytes()))})
	w.must(err)
	_, err = w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-raw", "", *out.Role.Arn))
	if got := refused(err); !strings.Contains(got, "location access test failed") {
		t.Errorf("got %s", got)
	}
	if got := *out.Role.PermissionsBoundary.PermissionsBoundaryArn; got != boundary {
		t.Errorf("boundary %s", got)
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
func TestACL(t *testing.T) {
	w := newWorld(t)
	group := "http://acs.amazonaws.com/groups/s3/LogDelivery"
	w.cloud.AddBucket(dst, dstRegion, "old", func(o *xaccttest.BucketOptions) {
		o.Ownership = s3types.ObjectOwnershipBucketOwnerPreferred
		o.Grants = []xaccttest.Grant{{Account: src, Permission: s3types.PermissionRead}, {Group: group, Permission: s3types.PermissionWrite}}
	})
	out, err := w.c[dst].S3(dstRegion).GetBucketAcl(w.ctx, &s3.GetBucketAclInput{Bucket: aws.String("old")})
	w.must(err)
	if len(out.Grants) != 3 {
		t.Fatalf("%d grants", len(out.Grants))
	}
	owner, other, logs := out.Grants[0], out.Grants[1], out.Grants[2]
	if *owner.Grantee.ID != *out.Owner.ID || owner.Permission != s3types.PermissionFullControl || len(*out.Owner.ID) != 64 {
		t.Errorf("owner %v", owner)
	}
	if *other.Grantee.ID == *out.Owner.ID || other.Grantee.Type != s3types.TypeCanonicalUser || other.Permission != s3types.PermissionRead {
		t.Errorf("other account %v", other)
	}
	if *logs.Grantee.URI != group || logs.Grantee.Type != s3types.TypeGroup {
		t.Errorf("group %v", logs)
	}
}

// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
func TestManagedPolicies(t *testing.T) {
	w := newWorld(t)
	own := w.cloud.AddPolicy(src, "own", policy.New(policy.Allow("s3:Get*").On("*")))
	attached, err := w.c[src].IAM.ListAttachedRolePolicies(w.ctx, &iam.ListAttachedRolePoliciesInput{RoleName: aws.String("Operator")})
	w.must(err)
	if diff := cmp.Diff("arn:aws:iam::aws:policy/AdministratorAccess", *attached.AttachedPolicies[0].PolicyArn); diff != "" {
		t.Errorf("attached (-want +got):\n%s", diff)
	}
	for arn, want := range map[string]string{own: "no error", *attached.AttachedPolicies[0].PolicyArn: "no error", own + "x": "404 NoSuchEntity: Policy " + own + "x was not found."} {
		_, err := w.c[src].IAM.GetPolicy(w.ctx, &iam.GetPolicyInput{PolicyArn: aws.String(arn)})
		if got := refused(err); got != want {
			t.Errorf("%s: got %s, want %s", arn, got, want)
		}
	}
}
