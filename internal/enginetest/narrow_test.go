package enginetest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// The fakes of a platform team: each embeds the interface and answers only what planning calls. Anything else is a nil method, and panics.

type handSTS struct {
	xacct.IdentityAPI
	account string
}

func (f handSTS) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{Account: &f.account}, nil
}

type handIAM struct{ iamrole.API }

func (handIAM) GetRole(_ context.Context, in *iam.GetRoleInput, _ ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	if !strings.HasPrefix(*in.RoleName, "media-archive-") {
		return nil, &smithy.GenericAPIError{Code: "AccessDenied", Message: "not authorized"}
	}
	return nil, &iamtypes.NoSuchEntityException{}
}
func (handIAM) ListRolePolicies(context.Context, *iam.ListRolePoliciesInput, ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	return nil, &iamtypes.NoSuchEntityException{}
}
func (handIAM) GetRolePolicy(context.Context, *iam.GetRolePolicyInput, ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	return nil, &iamtypes.NoSuchEntityException{}
}
func (handIAM) ListAttachedRolePolicies(context.Context, *iam.ListAttachedRolePoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	return nil, &iamtypes.NoSuchEntityException{}
}

type handS3 struct {
	bucket.API
	policy string
}

func (f handS3) HeadBucket(_ context.Context, in *s3.HeadBucketInput, _ ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	if in.ExpectedBucketOwner == nil {
		return nil, &smithy.GenericAPIError{Code: "AccessDenied", Message: "no expected owner"}
	}
	return &s3.HeadBucketOutput{}, nil
}
func (f handS3) GetBucketPolicy(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	return &s3.GetBucketPolicyOutput{Policy: &f.policy}, nil
}
func (handS3) GetBucketOwnershipControls(context.Context, *s3.GetBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: &s3types.OwnershipControls{
		Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipBucketOwnerEnforced}}}}, nil
}
func (handS3) GetBucketAcl(context.Context, *s3.GetBucketAclInput, ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return &s3.GetBucketAclOutput{}, nil
}

func (handS3) GetPublicAccessBlock(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "NoSuchPublicAccessBlockConfiguration"}
}
func (handS3) GetBucketPolicyStatus(context.Context, *s3.GetBucketPolicyStatusInput, ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	return &s3.GetBucketPolicyStatusOutput{}, nil
}
func (handS3) GetBucketEncryption(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "ServerSideEncryptionConfigurationNotFoundError"}
}
func (handS3) GetBucketVersioning(context.Context, *s3.GetBucketVersioningInput, ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return &s3.GetBucketVersioningOutput{}, nil
}
func (handS3) GetObjectLockConfiguration(context.Context, *s3.GetObjectLockConfigurationInput, ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "ObjectLockConfigurationNotFoundError"}
}
func (handS3) GetBucketRequestPayment(context.Context, *s3.GetBucketRequestPaymentInput, ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return &s3.GetBucketRequestPaymentOutput{}, nil
}
func (handS3) ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return &s3.ListObjectsV2Output{}, nil
}

type handDataSync struct{ xacct.DataSyncAPI }

func (handDataSync) ListLocations(context.Context, *datasync.ListLocationsInput, ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	return &datasync.ListLocationsOutput{}, nil
}
func (handDataSync) ListTasks(context.Context, *datasync.ListTasksInput, ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	return &datasync.ListTasksOutput{}, nil
}

// TestPlanAgainstHandWrittenFakes plans without xaccttest.
func TestPlanAgainstHandWrittenFakes(t *testing.T) {
	account := func(id string) xacct.AccountClients {
		return xacct.AccountClients{
			STS: handSTS{account: id}, IAM: handIAM{},
			S3:       func(string) bucket.API { return handS3{policy: kittest.ForeignPolicy} },
			DataSync: func(string) xacct.DataSyncAPI { return handDataSync{} },
		}
	}
	tr := kittest.Demo()
	p, err := xacct.NewPlan(t.Context(), xacct.Clients{accountA: account(accountA), accountB: account(accountB)}, []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	text := p.String()
	for _, want := range []string{"media-archive: 5 to create, 1 to update, 0 blocked", "3 other statements unchanged", "DataSync may write the destination (allowed, by statement \"XacctMediaArchiveWrite"} {
		if !strings.Contains(text, want) {
			t.Errorf("the plan lacks %q:\n%s", want, text)
		}
	}
	wrong := xacct.Clients{accountA: account(accountA), accountB: account("999999999999")}
	if _, err := xacct.NewPlan(t.Context(), wrong, []xacct.Transfer{tr}); err == nil || !strings.Contains(err.Error(), "the credentials belong to account 999999999999") {
		t.Errorf("clients of the wrong account: %v", err)
	}
}
