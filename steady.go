package xacct

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
)

// How long a read is tried again. Throttling passes by waiting; a service that is broken is not waited for as long. SDK clients have
// retries of their own below these, other clients have none.
const (
	throttledFor = 5 * time.Minute
	brokenFor    = 20 * time.Second
)

// steady returns the clients with every read tried again while it is throttled, broken on the service's side, or its answer lost.
func (c Clients) steady() Clients {
	out := make(Clients, len(c))
	for account, ac := range c {
		if ac.STS != nil {
			ac.STS = steadySTS{ac.STS}
		}
		if ac.IAM != nil {
			ac.IAM = steadyIAM{ac.IAM}
		}
		ac.S3 = steadied(ac.S3, func(api bucket.API) bucket.API { return steadyS3{api} })
		ac.DataSync = steadied(ac.DataSync, func(api DataSyncAPI) DataSyncAPI { return steadyDataSync{api} })
		ac.Logs = steadied(ac.Logs, func(api task.LogsAPI) task.LogsAPI { return steadyLogs{api} })
		ac.KMS = steadied(ac.KMS, func(api kmskey.API) kmskey.API { return steadyKMS{api} })
		out[account] = ac
	}
	return out
}

// steadied wraps what a function of the Region returns. No function and no client stay none.
func steadied[API comparable](of func(string) API, wrap func(API) API) func(string) API {
	if of == nil {
		return nil
	}
	return func(region string) API {
		var none API
		api := of(region)
		if api == none {
			return none
		}
		return wrap(api)
	}
}

// again makes a read until it succeeds, fails for good, or is out of time.
func again[I, O, F any](ctx context.Context, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, optFns []func(*F)) (*O, error) {
	start := time.Now()
	for attempt := 1; ; attempt++ {
		out, err := call(ctx, in, optFns...)
		limit := time.Duration(0)
		switch {
		case err == nil || ctx.Err() != nil:
			return out, err
		case awserr.Throttled(err):
			limit = throttledFor
		case awserr.Ambiguous(err):
			limit = brokenFor
		}
		d := delay(attempt)
		if time.Since(start)+d > limit || sleep(ctx, d) != nil {
			return out, err
		}
	}
}

type steadySTS struct{ IdentityAPI }

func (a steadySTS) GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, o ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return again(ctx, a.IdentityAPI.GetCallerIdentity, in, o)
}

type steadyIAM struct{ iamrole.API }

func (a steadyIAM) GetRole(ctx context.Context, in *iam.GetRoleInput, o ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	return again(ctx, a.API.GetRole, in, o)
}

func (a steadyIAM) ListRolePolicies(ctx context.Context, in *iam.ListRolePoliciesInput, o ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	return again(ctx, a.API.ListRolePolicies, in, o)
}

func (a steadyIAM) GetRolePolicy(ctx context.Context, in *iam.GetRolePolicyInput, o ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	return again(ctx, a.API.GetRolePolicy, in, o)
}

func (a steadyIAM) ListAttachedRolePolicies(ctx context.Context, in *iam.ListAttachedRolePoliciesInput, o ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	return again(ctx, a.API.ListAttachedRolePolicies, in, o)
}

func (a steadyIAM) GetPolicy(ctx context.Context, in *iam.GetPolicyInput, o ...func(*iam.Options)) (*iam.GetPolicyOutput, error) {
	return again(ctx, a.API.GetPolicy, in, o)
}

func (a steadyIAM) GetPolicyVersion(ctx context.Context, in *iam.GetPolicyVersionInput, o ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error) {
	return again(ctx, a.API.GetPolicyVersion, in, o)
}

type steadyS3 struct{ bucket.API }

func (a steadyS3) HeadBucket(ctx context.Context, in *s3.HeadBucketInput, o ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return again(ctx, a.API.HeadBucket, in, o)
}

func (a steadyS3) GetBucketPolicy(ctx context.Context, in *s3.GetBucketPolicyInput, o ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	return again(ctx, a.API.GetBucketPolicy, in, o)
}

func (a steadyS3) GetBucketOwnershipControls(ctx context.Context, in *s3.GetBucketOwnershipControlsInput, o ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	return again(ctx, a.API.GetBucketOwnershipControls, in, o)
}

func (a steadyS3) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput, o ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return again(ctx, a.API.GetBucketAcl, in, o)
}

func (a steadyS3) GetPublicAccessBlock(ctx context.Context, in *s3.GetPublicAccessBlockInput, o ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return again(ctx, a.API.GetPublicAccessBlock, in, o)
}

func (a steadyS3) GetBucketPolicyStatus(ctx context.Context, in *s3.GetBucketPolicyStatusInput, o ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	return again(ctx, a.API.GetBucketPolicyStatus, in, o)
}

func (a steadyS3) GetBucketEncryption(ctx context.Context, in *s3.GetBucketEncryptionInput, o ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	return again(ctx, a.API.GetBucketEncryption, in, o)
}

func (a steadyS3) GetBucketVersioning(ctx context.Context, in *s3.GetBucketVersioningInput, o ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return again(ctx, a.API.GetBucketVersioning, in, o)
}

func (a steadyS3) GetObjectLockConfiguration(ctx context.Context, in *s3.GetObjectLockConfigurationInput, o ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	return again(ctx, a.API.GetObjectLockConfiguration, in, o)
}

func (a steadyS3) GetBucketRequestPayment(ctx context.Context, in *s3.GetBucketRequestPaymentInput, o ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return again(ctx, a.API.GetBucketRequestPayment, in, o)
}

func (a steadyS3) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return again(ctx, a.API.ListObjectsV2, in, o)
}

type steadyKMS struct{ kmskey.API }

func (a steadyKMS) DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, o ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return again(ctx, a.API.DescribeKey, in, o)
}

func (a steadyKMS) GetKeyPolicy(ctx context.Context, in *kms.GetKeyPolicyInput, o ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	return again(ctx, a.API.GetKeyPolicy, in, o)
}

type steadyDataSync struct{ DataSyncAPI }

func (a steadyDataSync) ListLocations(ctx context.Context, in *datasync.ListLocationsInput, o ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	return again(ctx, a.DataSyncAPI.ListLocations, in, o)
}

func (a steadyDataSync) DescribeLocationS3(ctx context.Context, in *datasync.DescribeLocationS3Input, o ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error) {
	return again(ctx, a.DataSyncAPI.DescribeLocationS3, in, o)
}

func (a steadyDataSync) ListTasks(ctx context.Context, in *datasync.ListTasksInput, o ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	return again(ctx, a.DataSyncAPI.ListTasks, in, o)
}

func (a steadyDataSync) DescribeTask(ctx context.Context, in *datasync.DescribeTaskInput, o ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	return again(ctx, a.DataSyncAPI.DescribeTask, in, o)
}

func (a steadyDataSync) ListTagsForResource(ctx context.Context, in *datasync.ListTagsForResourceInput, o ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	return again(ctx, a.DataSyncAPI.ListTagsForResource, in, o)
}

type steadyLogs struct{ task.LogsAPI }

func (s steadyLogs) DescribeResourcePolicies(ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	return again(ctx, s.LogsAPI.DescribeResourcePolicies, in, optFns)
}
