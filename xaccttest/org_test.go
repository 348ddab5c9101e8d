package xaccttest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html,
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (aws:PrincipalOrgID, aws:ResourceOrgID)
func TestOrganizations(t *testing.T) {
	full := []policy.Document{xaccttest.FullAWSAccess()}
	list := policy.Allow("s3:ListBucket").On("arn:aws:s3:::media-archive")
	open := policy.New(list.By(policy.Account(src)))
	bucketDeny := func(c policy.Condition) policy.Document {
		return policy.New(list.By(policy.Account(src)), policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::media-archive").When(c))
	}
	levels := func(more ...policy.Document) [][]policy.Document {
		return [][]policy.Document{full, append(more, full...)}
	}
	deny := func(c policy.Condition) policy.Document { return policy.New(policy.Deny("s3:*").On("*").When(c)) }
	rcp := func(c policy.Condition) [][]policy.Document {
		return levels(policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("*").When(c)))
	}
	for _, tt := range []struct {
		name     string
		src, dst xaccttest.Organization
		bucket   policy.Document
		want     bool
	}{
		{"none", xaccttest.Organization{}, xaccttest.Organization{}, open, true},
		{"full access at every level", xaccttest.Organization{SCPs: levels(), RCPs: levels()}, xaccttest.Organization{SCPs: levels(), RCPs: levels()}, open, true},
		{"a level that allows nothing", xaccttest.Organization{SCPs: [][]policy.Document{full, {policy.New(policy.Allow("ec2:*").On("*"))}}}, xaccttest.Organization{}, open, false},
		{"another Region is denied", xaccttest.Organization{SCPs: levels(deny(policy.StringNotEquals("aws:RequestedRegion", srcRegion)))}, xaccttest.Organization{}, open, false},
		{"other organisations' resources are denied", xaccttest.Organization{ID: "o-1", SCPs: levels(deny(policy.Where("StringNotEqualsIfExists", "aws:ResourceOrgID", "o-1")))}, xaccttest.Organization{ID: "o-2"}, open, false},
		{"our organisation's resources are not", xaccttest.Organization{ID: "o-1", SCPs: levels(deny(policy.Where("StringNotEqualsIfExists", "aws:ResourceOrgID", "o-1")))}, xaccttest.Organization{ID: "o-1"}, open, true},
		{"SCPs are those of the principal", xaccttest.Organization{}, xaccttest.Organization{SCPs: levels(deny(policy.StringNotEquals("aws:RequestedRegion", srcRegion)))}, open, true},
		{"strangers are denied", xaccttest.Organization{ID: "o-2"}, xaccttest.Organization{ID: "o-1", RCPs: rcp(policy.Where("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"))}, open, false},
		{"who is in no organisation is a stranger", xaccttest.Organization{}, xaccttest.Organization{ID: "o-1", RCPs: rcp(policy.Where("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"))}, open, false},
		{"members are not", xaccttest.Organization{ID: "o-1"}, xaccttest.Organization{ID: "o-1", RCPs: rcp(policy.Where("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"))}, open, true},
		{"RCPs are those of the resource", xaccttest.Organization{ID: "o-2", RCPs: rcp(policy.Where("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"))}, xaccttest.Organization{}, open, true},
		{"the bucket asks for the organisation", xaccttest.Organization{ID: "o-1"}, xaccttest.Organization{}, bucketDeny(policy.StringNotEquals("aws:PrincipalOrgID", "o-1")), true},
		{"the bucket asks for another", xaccttest.Organization{ID: "o-2"}, xaccttest.Organization{}, bucketDeny(policy.StringNotEquals("aws:PrincipalOrgID", "o-1")), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.cloud.SetOrganization(src, tt.src)
			w.cloud.SetOrganization(dst, tt.dst)
			w.cloud.SetBucketPolicy("media-archive", tt.bucket.Bytes())
			_, err := w.c[src].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
			if got := err == nil; got != tt.want {
				t.Errorf("allowed: %t (%v)", got, err)
			}
		})
	}
}

// An administrator is bound by the SCPs of its account in everything, and so is the role that DataSync assumes; an RCP may keep DataSync from
// assuming it.
func TestSCPsBindEverybody(t *testing.T) {
	deny := func(s policy.Statement) [][]policy.Document {
		return [][]policy.Document{{xaccttest.FullAWSAccess(), policy.New(s)}}
	}
	for _, tt := range []struct {
		name string
		org  xaccttest.Organization
		want string
	}{
		{"the operator", xaccttest.Organization{SCPs: deny(policy.Deny("datasync:CreateLocationS3").On("*"))}, "AccessDeniedException: "},
		{"the role", xaccttest.Organization{SCPs: deny(policy.Deny("s3:GetObject").On("*"))}, "could not perform s3:GetObject"},
		{"the service", xaccttest.Organization{RCPs: deny(policy.Deny("sts:AssumeRole").By(policy.Everyone()).On("*").When(policy.Where("StringNotEqualsIfExists", "aws:SourceOrgID", "o-1")))}, "Unable to assume role"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			role := w.role("reader", policy.New(on("media-raw", readActions...)))
			w.put("a/1=x")
			w.cloud.SetOrganization(src, tt.org)
			_, err := w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-raw", "a", role))
			if got := refused(err); !strings.Contains(got, tt.want) {
				t.Errorf("%s, want %q", got, tt.want)
			}
		})
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func TestAccountBlocksPublicAccess(t *testing.T) {
	c := xaccttest.NewCloud()
	c.AddBucket(src, srcRegion, "media-raw")
	c.AddBucket(dst, dstRegion, "media-archive", func(o *xaccttest.BucketOptions) { o.AllowPublicPolicy, o.AllowPublicAccess = true, true })
	w := &world{t: t, ctx: t.Context(), cloud: c, c: clientsOf(c)}
	public := policy.New(
		policy.Allow("s3:GetObject").By(policy.Everyone()).On("arn:aws:s3:::media-archive/public/*"),
		policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::media-archive"))
	put := func() error {
		_, err := w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(string(public.Bytes()))})
		return err
	}
	head := func() error {
		_, err := w.c[src].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
		return err
	}
	w.must(put())
	w.must(head())
	c.BlockPublicAccess(dst, true, false)
	if got := refused(put()); !strings.HasPrefix(got, "403 AccessDenied: ") {
		t.Errorf("public policies are blocked: %s", got)
	}
	w.must(head()) // the policy that is there stays, and what it grants
	c.BlockPublicAccess(dst, false, true)
	w.must(put())
	if head() == nil {
		t.Error("the policy is public, and other accounts are kept out")
	}
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
func TestRequesterPays(t *testing.T) {
	c := xaccttest.NewCloud()
	c.AddBucket(dst, dstRegion, "media-archive", func(o *xaccttest.BucketOptions) { o.RequesterPays = true })
	c.SetBucketPolicy("media-archive", policy.New(policy.Allow("s3:ListBucket").By(policy.Account(src)).On("arn:aws:s3:::media-archive")).Bytes())
	for account, want := range map[string]bool{src: false, dst: true} {
		c.OperatorARN(account)
		_, err := clientsOf(c)[account].S3(dstRegion).HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
		if got := err == nil; got != want {
			t.Errorf("%s: allowed %t (%v)", account, got, err)
		}
	}
}
