package xaccttest

import (
	"context"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// s3Client is the S3 of one Region for a principal of one account.
type s3Client struct{ client }

// HeadBucket answers without a body. An error has only its HTTP status, and the Region of the bucket in a header.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
func (c *s3Client) HeadBucket(ctx context.Context, in *s3.HeadBucketInput, _ ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return do(ctx, c.client, "HeadBucket", in, func(rq *request, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
		b, err := rq.bucket("s3:ListBucket", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, bodiless(err)
		}
		return &s3.HeadBucketOutput{BucketRegion: aws.String(b.region)}, nil
	})
}

func (c *s3Client) GetBucketPolicy(ctx context.Context, in *s3.GetBucketPolicyInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	return do(ctx, c.client, "GetBucketPolicy", in, func(rq *request, in *s3.GetBucketPolicyInput) (*s3.GetBucketPolicyOutput, error) {
		b, err := rq.ownBucket("s3:GetBucketPolicy", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		p := b.policy.Read(eventual.ByAPI)
		if p == nil {
			return nil, &fault.Error{Status: 404, Code: "NoSuchBucketPolicy", Message: "The bucket policy does not exist"}
		}
		b.readings++
		ids := b.transient > 0
		if ids {
			b.transient--
		}
		return &s3.GetBucketPolicyOutput{Policy: aws.String(string(rq.cloud.render(b, p, b.readings, ids)))}, nil
	})
}

func (c *s3Client) PutBucketPolicy(ctx context.Context, in *s3.PutBucketPolicyInput, _ ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	return do(ctx, c.client, "PutBucketPolicy", in, func(rq *request, in *s3.PutBucketPolicyInput) (*s3.PutBucketPolicyOutput, error) {
		b, err := rq.ownBucket("s3:PutBucketPolicy", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		p, err := rq.cloud.newStoredPolicy(b, []byte(*in.Policy))
		if err != nil {
			return nil, err
		}
		if p.public && rq.cloud.blocks(b) {
			return nil, &fault.Error{Status: 403, Code: "AccessDenied", Message: rq.refusedAs("s3:PutBucketPolicy", b.arn(), "because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access")}
		}
		if !aws.ToBool(in.ConfirmRemoveSelfBucketAccess) && !rq.cloud.allowed(rq.who, rq.sessionName(), rq.now, rq.onBucket("s3:PutBucketPolicy", b, p)) {
			return nil, &fault.Error{Status: 403, Code: "AccessDenied", Message: rq.refusedAs("s3:PutBucketPolicy", b.arn(), "because the policy would take away the right to change it")}
		}
		b.policy.Set(p, rq.cloud.opts.Propagation)
		b.transient = rq.cloud.opts.TransientIDs
		return &s3.PutBucketPolicyOutput{}, nil
	})
}

func (c *s3Client) DeleteBucketPolicy(ctx context.Context, in *s3.DeleteBucketPolicyInput, _ ...func(*s3.Options)) (*s3.DeleteBucketPolicyOutput, error) {
	return do(ctx, c.client, "DeleteBucketPolicy", in, func(rq *request, in *s3.DeleteBucketPolicyInput) (*s3.DeleteBucketPolicyOutput, error) {
		b, err := rq.ownBucket("s3:DeleteBucketPolicy", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		b.policy.Set(nil, rq.cloud.opts.Propagation)
		return &s3.DeleteBucketPolicyOutput{}, nil
	})
}

func (c *s3Client) GetBucketOwnershipControls(ctx context.Context, in *s3.GetBucketOwnershipControlsInput, _ ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	return do(ctx, c.client, "GetBucketOwnershipControls", in, func(rq *request, in *s3.GetBucketOwnershipControlsInput) (*s3.GetBucketOwnershipControlsOutput, error) {
		b, err := rq.bucket("s3:GetBucketOwnershipControls", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		o := b.ownership.Read(eventual.ByAPI)
		if o == "" {
			return nil, &fault.Error{Status: 404, Code: "OwnershipControlsNotFoundError", Message: "The bucket ownership controls were not found"}
		}
		return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: &s3types.OwnershipControls{
			Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: o}},
		}}, nil
	})
}

func (c *s3Client) PutBucketOwnershipControls(ctx context.Context, in *s3.PutBucketOwnershipControlsInput, _ ...func(*s3.Options)) (*s3.PutBucketOwnershipControlsOutput, error) {
	return do(ctx, c.client, "PutBucketOwnershipControls", in, func(rq *request, in *s3.PutBucketOwnershipControlsInput) (*s3.PutBucketOwnershipControlsOutput, error) {
		b, err := rq.bucket("s3:PutBucketOwnershipControls", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		rules := in.OwnershipControls.Rules
		if len(rules) != 1 || !known(rules[0].ObjectOwnership) {
			return nil, &fault.Error{Status: 400, Code: "MalformedXML", Message: "The XML you provided was not well-formed or did not validate against our published schema"}
		}
		o := rules[0].ObjectOwnership
		if o == s3types.ObjectOwnershipBucketOwnerEnforced && len(b.grants) > 0 {
			return nil, &fault.Error{Status: 400, Code: "InvalidBucketAclWithObjectOwnership", Message: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"}
		}
		b.ownership.Set(o, rq.cloud.opts.Propagation)
		return &s3.PutBucketOwnershipControlsOutput{}, nil
	})
}

func (c *s3Client) DeleteBucketOwnershipControls(ctx context.Context, in *s3.DeleteBucketOwnershipControlsInput, _ ...func(*s3.Options)) (*s3.DeleteBucketOwnershipControlsOutput, error) {
	return do(ctx, c.client, "DeleteBucketOwnershipControls", in, func(rq *request, in *s3.DeleteBucketOwnershipControlsInput) (*s3.DeleteBucketOwnershipControlsOutput, error) {
		b, err := rq.bucket("s3:PutBucketOwnershipControls", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		b.ownership.Set("", rq.cloud.opts.Propagation)
		return &s3.DeleteBucketOwnershipControlsOutput{}, nil
	})
}

func (c *s3Client) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput, _ ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return do(ctx, c.client, "GetBucketAcl", in, func(rq *request, in *s3.GetBucketAclInput) (*s3.GetBucketAclOutput, error) {
		b, err := rq.bucket("s3:GetBucketAcl", in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		out := &s3.GetBucketAclOutput{
			Owner:  &s3types.Owner{ID: aws.String(ids.CanonicalUser(b.account))},
			Grants: []s3types.Grant{{Grantee: canonicalUser(b.account), Permission: s3types.PermissionFullControl}},
		}
		for _, g := range b.grants {
			grantee := &s3types.Grantee{Type: s3types.TypeGroup, URI: aws.String(g.Group)}
			if g.Account != "" {
				grantee = canonicalUser(g.Account)
			}
			out.Grants = append(out.Grants, s3types.Grant{Grantee: grantee, Permission: g.Permission})
		}
		return out, nil
	})
}

func canonicalUser(account string) *s3types.Grantee {
	return &s3types.Grantee{Type: s3types.TypeCanonicalUser, ID: aws.String(ids.CanonicalUser(account))}
}

// bucket finds the bucket of a call. It checks in the order of S3: the bucket exists, its Region, its owner, and the caller's access.
func (rq *request) bucket(action string, name, expectedOwner *string) (*bucketState, error) {
	return rq.bucketWith(action, name, expectedOwner, nil)
}

// bucketWith is bucket for a request with condition keys besides those that every request carries.
func (rq *request) bucketWith(action string, name, expectedOwner *string, conditions map[string][]string) (*bucketState, error) {
	b, err := rq.bucketAt(name, expectedOwner)
	if err != nil {
		return nil, err
	}
	header := http.Header{"X-Amz-Bucket-Region": {b.region}}
	who, err := rq.caller()
	if err != nil {
		return nil, err
	}
	a := rq.onBucket(action, b, b.policy.Read(eventual.ByAccess))
	a.context = conditions
	d := rq.cloud.decide(who, rq.sessionName(), rq.now, a)
	if message := rq.refusalBy(d, action, b.arn()); message != "" {
		if who.account != b.account {
			message = "Access Denied"
		}
		return nil, &fault.Error{Status: 403, Code: "AccessDenied", Header: header, Message: message}
	}
	return b, nil
}

// bucketAt finds the bucket of a call, and checks its Region and its owner.
func (rq *request) bucketAt(name, expectedOwner *string) (*bucketState, error) {
	b := rq.cloud.buckets[*name]
	if b == nil || b.partition() != rq.cloud.accounts[rq.account].partition {
		return nil, &fault.Error{Status: 404, Code: "NoSuchBucket", Message: "The specified bucket does not exist"}
	}
	header := http.Header{"X-Amz-Bucket-Region": {b.region}}
	if b.region != rq.region {
		return nil, &fault.Error{Status: 301, Code: "PermanentRedirect", Header: header, Message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint."}
	}
	if owner := aws.ToString(expectedOwner); owner != "" {
		switch {
		case !region.ValidAccount(owner):
			return nil, &fault.Error{Status: 400, Code: "InvalidBucketOwnerAWSAccountID", Header: header, Message: "The value of the expected bucket owner parameter must be an AWS account ID"}
		case owner != b.account:
			return nil, &fault.Error{Status: 403, Code: "AccessDenied", Header: header, Message: "Access Denied"}
		}
	}
	return b, nil
}

// ownBucket is bucket for operations that S3 refuses to other accounts than the owner's.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
func (rq *request) ownBucket(action string, name, expectedOwner *string) (*bucketState, error) {
	b, err := rq.bucket(action, name, expectedOwner)
	if err == nil && b.account != rq.account {
		return nil, &fault.Error{Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."}
	}
	return b, err
}

// onBucket is a request of the caller on the bucket, with p as the bucket's policy. The caller does not say that the requester pays.
func (rq *request) onBucket(action string, b *bucketState, p *storedPolicy) access {
	return access{action: action, resource: b.arn(), account: b.account, region: b.region, policy: rq.cloud.document(b, p), restricted: rq.cloud.restricts(b, p) || b.requesterPays}
}

// bodiless is the error that an SDK client makes of an answer without a body: the HTTP status gives its code.
func bodiless(err error) error {
	f, ok := err.(*fault.Error)
	if !ok {
		return err
	}
	text := http.StatusText(f.Status)
	return &fault.Error{Status: f.Status, Code: strings.ReplaceAll(text, " ", ""), Message: text, Header: f.Header}
}

// known reports whether v is one of the values of its enum.
func known[E interface {
	~string
	Values() []E
}](v E) bool {
	for _, k := range v.Values() {
		if k == v {
			return true
		}
	}
	return false
}
