package bucket

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

// fake implements the reads of this package for a bucket of account 444455556666. A write is an error.
type fake struct {
	latency   time.Duration
	policy    string // "" is none
	ownership s3types.ObjectOwnership
	grants    []s3types.Grant
	block     *s3types.PublicAccessBlockConfiguration
	public    *bool
	sse       *s3types.ServerSideEncryptionByDefault
	versions  s3types.BucketVersioningStatus
	lock      *s3types.ObjectLockConfiguration
	payer     s3types.Payer
	err       map[string]error // by operation
}

var errWrite = errors.New("a read must not write")

func refuse(status int, code, region string) error {
	header := http.Header{}
	if region != "" {
		header.Set("x-amz-bucket-region", region)
	}
	return &smithy.OperationError{ServiceID: "S3", OperationName: "X", Err: &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: header}},
		Err:      &smithy.GenericAPIError{Code: code},
	}}}
}

func (f *fake) answer(op string, owner *string) error {
	time.Sleep(f.latency)
	if owner == nil || *owner != "444455556666" {
		return refuse(403, "AccessDenied", "eu-west-1")
	}
	return f.err[op]
}

func (f *fake) HeadBucket(_ context.Context, in *s3.HeadBucketInput, _ ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return &s3.HeadBucketOutput{BucketRegion: new("eu-west-1")}, f.answer("HeadBucket", in.ExpectedBucketOwner)
}

func (f *fake) GetBucketPolicy(_ context.Context, in *s3.GetBucketPolicyInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	if err := f.answer("GetBucketPolicy", in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	if f.policy == "" {
		return nil, refuse(404, "NoSuchBucketPolicy", "")
	}
	return &s3.GetBucketPolicyOutput{Policy: &f.policy}, nil
}

func (f *fake) GetBucketOwnershipControls(_ context.Context, in *s3.GetBucketOwnershipControlsInput, _ ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	if err := f.answer("GetBucketOwnershipControls", in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	if f.ownership == "" {
		return nil, refuse(404, "OwnershipControlsNotFoundError", "")
	}
	rules := []s3types.OwnershipControlsRule{{ObjectOwnership: f.ownership}}
	if f.ownership == "none" {
		rules = nil
	}
	return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: &s3types.OwnershipControls{Rules: rules}}, nil
}

func (f *fake) GetBucketAcl(_ context.Context, in *s3.GetBucketAclInput, _ ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	if err := f.answer("GetBucketAcl", in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	return &s3.GetBucketAclOutput{Owner: &s3types.Owner{ID: new("owner")}, Grants: f.grants}, nil
}

func (f *fake) GetPublicAccessBlock(_ context.Context, in *s3.GetPublicAccessBlockInput, _ ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	if err := f.answer("GetPublicAccessBlock", in.ExpectedBucketOwner); err != nil || f.block != nil {
		return &s3.GetPublicAccessBlockOutput{PublicAccessBlockConfiguration: f.block}, err
	}
	return nil, refuse(404, "NoSuchPublicAccessBlockConfiguration", "")
}

func (f *fake) GetBucketPolicyStatus(_ context.Context, in *s3.GetBucketPolicyStatusInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	if err := f.answer("GetBucketPolicyStatus", in.ExpectedBucketOwner); err != nil || f.public != nil {
		return &s3.GetBucketPolicyStatusOutput{PolicyStatus: &s3types.PolicyStatus{IsPublic: f.public}}, err
	}
	return nil, refuse(404, "NoSuchBucketPolicy", "")
}

func (f *fake) GetBucketEncryption(_ context.Context, in *s3.GetBucketEncryptionInput, _ ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	if err := f.answer("GetBucketEncryption", in.ExpectedBucketOwner); err != nil || f.sse != nil {
		rules := []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: f.sse, BucketKeyEnabled: new(true)}}
		return &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{Rules: rules}}, err
	}
	return nil, refuse(404, "ServerSideEncryptionConfigurationNotFoundError", "")
}

func (f *fake) GetBucketVersioning(_ context.Context, in *s3.GetBucketVersioningInput, _ ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return &s3.GetBucketVersioningOutput{Status: f.versions}, f.answer("GetBucketVersioning", in.ExpectedBucketOwner)
}

func (f *fake) GetObjectLockConfiguration(_ context.Context, in *s3.GetObjectLockConfigurationInput, _ ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	if err := f.answer("GetObjectLockConfiguration", in.ExpectedBucketOwner); err != nil || f.lock != nil {
		return &s3.GetObjectLockConfigurationOutput{ObjectLockConfiguration: f.lock}, err
	}
	return nil, refuse(404, "ObjectLockConfigurationNotFoundError", "")
}

func (f *fake) GetBucketRequestPayment(_ context.Context, in *s3.GetBucketRequestPaymentInput, _ ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return &s3.GetBucketRequestPaymentOutput{Payer: f.payer}, f.answer("GetBucketRequestPayment", in.ExpectedBucketOwner)
}

func (f *fake) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	out := &s3.ListObjectsV2Output{IsTruncated: new(in.Prefix == nil)}
	if in.Prefix == nil || *in.Prefix == "photos/" {
		out.Contents = make([]s3types.Object, 3)
	} else if *in.Prefix == "folders/" {
		out.Contents = []s3types.Object{{Key: new("folders/"), Size: new(int64(0))}, {Key: new("folders/a/"), Size: new(int64(0))}, {Key: new("folders/.aws-datasync/x"), Size: new(int64(5))}}
	}
	return out, f.answer("ListObjectsV2", in.ExpectedBucketOwner)
}

func (f *fake) PutBucketPolicy(context.Context, *s3.PutBucketPolicyInput, ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	return nil, errWrite
}
func (f *fake) DeleteBucketPolicy(context.Context, *s3.DeleteBucketPolicyInput, ...func(*s3.Options)) (*s3.DeleteBucketPolicyOutput, error) {
	return nil, errWrite
}
func (f *fake) PutBucketOwnershipControls(context.Context, *s3.PutBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.PutBucketOwnershipControlsOutput, error) {
	return nil, errWrite
}

var _ API = (*fake)(nil)

func TestObserve(t *testing.T) {
	denied := refuse(403, "AccessDenied", "")
	forbidden, moved := refuse(403, "Forbidden", "eu-west-1"), refuse(301, "MovedPermanently", "us-east-2")
	acl := []s3types.Grant{
		{Permission: "WRITE", Grantee: &s3types.Grantee{Type: "Group", URI: new("http://acs.amazonaws.com/groups/s3/LogDelivery")}},
		{Permission: "FULL_CONTROL", Grantee: &s3types.Grantee{Type: "CanonicalUser", ID: new("owner")}},
		{Permission: "READ", Grantee: &s3types.Grantee{Type: "CanonicalUser", ID: new("other")}},
		{Permission: "READ_ACP", Grantee: &s3types.Grantee{Type: "AmazonCustomerByEmail", EmailAddress: new("a@example.com")}},
		{Permission: "WRITE_ACP"},
		{Permission: "WRITE_ACP", Grantee: &s3types.Grantee{}},
	}
	operations := map[string]string{"GetBucketPolicy": PartPolicy, "GetBucketOwnershipControls": PartOwnership, "GetBucketAcl": PartGrants,
		"GetPublicAccessBlock": PartPublicAccessBlock, "GetBucketPolicyStatus": PartPolicyStatus, "GetBucketEncryption": PartEncryption,
		"GetBucketVersioning": PartVersioning, "GetObjectLockConfiguration": PartObjectLock, "GetBucketRequestPayment": PartPayer}
	all := func(head, other error) map[string]error {
		m := map[string]error{"HeadBucket": head}
		for op := range operations {
			m[op] = other
		}
		return m
	}
	unread := func(head error) map[string]error {
		m := map[string]error{PartBucket: head}
		for _, part := range operations {
			m[part] = denied
		}
		return m
	}
	gone := refuse(404, "NoSuchBucket", "")
	tests := []struct {
		name string
		fake fake
		want State
	}{
		{"bare", fake{}, State{Exists: true, Region: "eu-west-1", OwnerProved: true}},
		{"all", fake{policy: foreign, ownership: "ObjectWriter", grants: acl}, State{Exists: true, Region: "eu-west-1", OwnerProved: true, Policy: parse(t, foreign), Ownership: "ObjectWriter",
			Grants: []string{
				"READ to canonical user other", "READ_ACP to e-mail address a@example.com", "WRITE to group http://acs.amazonaws.com/groups/s3/LogDelivery",
				"WRITE_ACP to somebody unnamed", "WRITE_ACP to somebody unnamed",
			}}},
		{"absent", fake{err: all(refuse(404, "NotFound", ""), gone)}, State{}},
		{"all denied is not absent, and the Region is known", fake{err: all(forbidden, denied)}, State{Exists: true, Region: "eu-west-1", Unread: unread(forbidden)}},
		{"in another Region", fake{err: all(moved, denied)}, State{Exists: true, Region: "us-east-2", Unread: unread(moved)}},
		{"no answer at all", fake{err: all(errWrite, denied)}, State{Unread: unread(errWrite)}},
		{"policy denied is not no policy", fake{err: map[string]error{"GetBucketPolicy": denied}},
			State{Exists: true, Region: "eu-west-1", OwnerProved: true, Unread: map[string]error{PartPolicy: denied}}},
		{"bucket gone in between", fake{err: map[string]error{"GetBucketPolicy": gone}},
			State{Exists: true, Region: "eu-west-1", OwnerProved: true, Unread: map[string]error{PartPolicy: gone}}},
		{"policy that is none", fake{policy: "{"},
			State{Exists: true, Region: "eu-west-1", OwnerProved: true, Unread: map[string]error{PartPolicy: cmpopts.AnyError}}},
		{"facts", fake{
			block:  &s3types.PublicAccessBlockConfiguration{BlockPublicPolicy: new(true), RestrictPublicBuckets: new(true), IgnorePublicAcls: new(true), BlockPublicAcls: new(true)},
			public: new(true), sse: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: "aws:kms", KMSMasterKeyID: new("alias/media")}, versions: "Enabled", payer: "Requester",
			lock: &s3types.ObjectLockConfiguration{ObjectLockEnabled: "Enabled", Rule: &s3types.ObjectLockRule{DefaultRetention: &s3types.DefaultRetention{Mode: "COMPLIANCE"}}},
		}, State{Exists: true, Region: "eu-west-1", OwnerProved: true, Public: true, Versioning: "Enabled", Payer: "Requester",
			PublicAccessBlock: PublicAccessBlock{BlockPublicACLs: true, IgnorePublicACLs: true, BlockPublicPolicy: true, RestrictPublicBuckets: true},
			Encryption:        Encryption{Algorithm: "aws:kms", KMSKey: "alias/media", BucketKey: true}, ObjectLock: ObjectLock{Enabled: true, Mode: "COMPLIANCE"}}},
		{"Object Lock without retention", fake{lock: &s3types.ObjectLockConfiguration{ObjectLockEnabled: "Enabled"}},
			State{Exists: true, Region: "eu-west-1", OwnerProved: true, ObjectLock: ObjectLock{Enabled: true}}},
		{"ownership without a rule", fake{ownership: "none"},
			State{Exists: true, Region: "eu-west-1", OwnerProved: true, Unread: map[string]error{PartOwnership: cmpopts.AnyError}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Observe(t.Context(), &tt.fake, spec())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Every call has the expected owner. If another account is expected, nothing can be read and the owner is not proved.
func TestObserveSendsOwner(t *testing.T) {
	s := spec()
	s.Account = "777788889999"
	got, err := Observe(t.Context(), &fake{}, s)
	if err != nil || got.OwnerProved || len(got.Unread) != 10 || got.Region != "eu-west-1" || !got.Policy.Equal(policy.Document{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestObserveIsOneRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := Observe(t.Context(), &fake{latency: time.Second}, spec()); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != time.Second {
			t.Errorf("took %v, want one round of 1s", got)
		}
	})
}

func TestObserveFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Observe(ctx, &fake{}, spec()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var p *Problem
	if _, err := Observe(t.Context(), &fake{}, Spec{Name: "amzn-s3-demo-bucket"}); !errors.As(err, &p) {
		t.Errorf("no account: %v", err)
	}
}

func TestLook(t *testing.T) {
	for prefix, want := range map[string]Sample{"": {Objects: 3, More: true}, "/photos": {Objects: 3}, "photos/": {Objects: 3}, "phot": {}, "folders": {}} {
		if got, err := Look(t.Context(), &fake{}, spec(), prefix); err != nil || got != want {
			t.Errorf("below %q: %+v, %v; want %+v", prefix, got, err, want)
		}
	}
	if _, err := Look(t.Context(), &fake{err: map[string]error{"ListObjectsV2": errWrite}}, spec(), ""); !errors.Is(err, errWrite) {
		t.Errorf("refused: %v", err)
	}
	if _, err := Look(t.Context(), &fake{}, Spec{}, ""); err == nil {
		t.Error("a spec without a name is looked at")
	}
}
