package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
)

// Every call of the six services, one method each. A read is made by retried, any other call by bounded. Reads of task executions are an
// exception: package task tries them again by itself, because it knows how long a run may take. A test compares this file with the interfaces.

type limitedSTS struct {
	IdentityAPI
	slots slots
}

func (a limitedSTS) GetCallerIdentity(
	ctx context.Context, in *sts.GetCallerIdentityInput, o ...func(*sts.Options),
) (*sts.GetCallerIdentityOutput, error) {
	return retried(ctx, a.slots, a.IdentityAPI.GetCallerIdentity, in, o)
}

type limitedIAM struct {
	iamrole.API
	slots slots
}

func (a limitedIAM) GetRole(ctx context.Context, in *iam.GetRoleInput, o ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	return retried(ctx, a.slots, a.API.GetRole, in, o)
}

func (a limitedIAM) ListRolePolicies(
	ctx context.Context, in *iam.ListRolePoliciesInput, o ...func(*iam.Options),
) (*iam.ListRolePoliciesOutput, error) {
	return retried(ctx, a.slots, a.API.ListRolePolicies, in, o)
}

func (a limitedIAM) GetRolePolicy(ctx context.Context, in *iam.GetRolePolicyInput, o ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	return retried(ctx, a.slots, a.API.GetRolePolicy, in, o)
}

func (a limitedIAM) ListAttachedRolePolicies(
	ctx context.Context, in *iam.ListAttachedRolePoliciesInput, o ...func(*iam.Options),
) (*iam.ListAttachedRolePoliciesOutput, error) {
	return retried(ctx, a.slots, a.API.ListAttachedRolePolicies, in, o)
}

func (a limitedIAM) GetPolicy(ctx context.Context, in *iam.GetPolicyInput, o ...func(*iam.Options)) (*iam.GetPolicyOutput, error) {
	return retried(ctx, a.slots, a.API.GetPolicy, in, o)
}

func (a limitedIAM) GetPolicyVersion(
	ctx context.Context, in *iam.GetPolicyVersionInput, o ...func(*iam.Options),
) (*iam.GetPolicyVersionOutput, error) {
	return retried(ctx, a.slots, a.API.GetPolicyVersion, in, o)
}

func (a limitedIAM) CreateRole(ctx context.Context, in *iam.CreateRoleInput, o ...func(*iam.Options)) (*iam.CreateRoleOutput, error) {
	return bounded(ctx, a.slots, a.API.CreateRole, in, o)
}

func (a limitedIAM) UpdateAssumeRolePolicy(
	ctx context.Context, in *iam.UpdateAssumeRolePolicyInput, o ...func(*iam.Options),
) (*iam.UpdateAssumeRolePolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.UpdateAssumeRolePolicy, in, o)
}

func (a limitedIAM) PutRolePolicy(ctx context.Context, in *iam.PutRolePolicyInput, o ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.PutRolePolicy, in, o)
}

func (a limitedIAM) DeleteRolePolicy(
	ctx context.Context, in *iam.DeleteRolePolicyInput, o ...func(*iam.Options),
) (*iam.DeleteRolePolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.DeleteRolePolicy, in, o)
}

func (a limitedIAM) DeleteRole(ctx context.Context, in *iam.DeleteRoleInput, o ...func(*iam.Options)) (*iam.DeleteRoleOutput, error) {
	return bounded(ctx, a.slots, a.API.DeleteRole, in, o)
}

func (a limitedIAM) PutRolePermissionsBoundary(
	ctx context.Context, in *iam.PutRolePermissionsBoundaryInput, o ...func(*iam.Options),
) (*iam.PutRolePermissionsBoundaryOutput, error) {
	return bounded(ctx, a.slots, a.API.PutRolePermissionsBoundary, in, o)
}

func (a limitedIAM) TagRole(ctx context.Context, in *iam.TagRoleInput, o ...func(*iam.Options)) (*iam.TagRoleOutput, error) {
	return bounded(ctx, a.slots, a.API.TagRole, in, o)
}

func (a limitedIAM) UntagRole(ctx context.Context, in *iam.UntagRoleInput, o ...func(*iam.Options)) (*iam.UntagRoleOutput, error) {
	return bounded(ctx, a.slots, a.API.UntagRole, in, o)
}

// GetAccountAuthorizationDetails is of [iamrole.AccountAPI], which not every client of IAM has.
func (a limitedIAM) GetAccountAuthorizationDetails(
	ctx context.Context, in *iam.GetAccountAuthorizationDetailsInput, o ...func(*iam.Options),
) (*iam.GetAccountAuthorizationDetailsOutput, error) {
	api, ok := a.API.(iamrole.AccountAPI)
	if !ok {
		return nil, ErrNoAccountDetails
	}
	return retried(ctx, a.slots, api.GetAccountAuthorizationDetails, in, o)
}

type limitedS3 struct {
	bucket.API
	slots slots
}

func (a limitedS3) HeadBucket(ctx context.Context, in *s3.HeadBucketInput, o ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return retried(ctx, a.slots, a.API.HeadBucket, in, o)
}

func (a limitedS3) GetBucketPolicy(ctx context.Context, in *s3.GetBucketPolicyInput, o ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketPolicy, in, o)
}

func (a limitedS3) PutBucketPolicy(ctx context.Context, in *s3.PutBucketPolicyInput, o ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.PutBucketPolicy, in, o)
}

func (a limitedS3) DeleteBucketPolicy(
	ctx context.Context, in *s3.DeleteBucketPolicyInput, o ...func(*s3.Options),
) (*s3.DeleteBucketPolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.DeleteBucketPolicy, in, o)
}

func (a limitedS3) GetBucketOwnershipControls(
	ctx context.Context, in *s3.GetBucketOwnershipControlsInput, o ...func(*s3.Options),
) (*s3.GetBucketOwnershipControlsOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketOwnershipControls, in, o)
}

func (a limitedS3) PutBucketOwnershipControls(
	ctx context.Context, in *s3.PutBucketOwnershipControlsInput, o ...func(*s3.Options),
) (*s3.PutBucketOwnershipControlsOutput, error) {
	return bounded(ctx, a.slots, a.API.PutBucketOwnershipControls, in, o)
}

func (a limitedS3) GetBucketAcl(ctx context.Context, in *s3.GetBucketAclInput, o ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketAcl, in, o)
}

func (a limitedS3) GetPublicAccessBlock(
	ctx context.Context, in *s3.GetPublicAccessBlockInput, o ...func(*s3.Options),
) (*s3.GetPublicAccessBlockOutput, error) {
	return retried(ctx, a.slots, a.API.GetPublicAccessBlock, in, o)
}

func (a limitedS3) GetBucketPolicyStatus(
	ctx context.Context, in *s3.GetBucketPolicyStatusInput, o ...func(*s3.Options),
) (*s3.GetBucketPolicyStatusOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketPolicyStatus, in, o)
}

func (a limitedS3) GetBucketEncryption(
	ctx context.Context, in *s3.GetBucketEncryptionInput, o ...func(*s3.Options),
) (*s3.GetBucketEncryptionOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketEncryption, in, o)
}

func (a limitedS3) GetBucketVersioning(
	ctx context.Context, in *s3.GetBucketVersioningInput, o ...func(*s3.Options),
) (*s3.GetBucketVersioningOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketVersioning, in, o)
}

func (a limitedS3) GetObjectLockConfiguration(
	ctx context.Context, in *s3.GetObjectLockConfigurationInput, o ...func(*s3.Options),
) (*s3.GetObjectLockConfigurationOutput, error) {
	return retried(ctx, a.slots, a.API.GetObjectLockConfiguration, in, o)
}

func (a limitedS3) GetBucketRequestPayment(
	ctx context.Context, in *s3.GetBucketRequestPaymentInput, o ...func(*s3.Options),
) (*s3.GetBucketRequestPaymentOutput, error) {
	return retried(ctx, a.slots, a.API.GetBucketRequestPayment, in, o)
}

func (a limitedS3) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return retried(ctx, a.slots, a.API.ListObjectsV2, in, o)
}

type limitedKMS struct {
	kmskey.API
	slots slots
}

func (a limitedKMS) DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, o ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return retried(ctx, a.slots, a.API.DescribeKey, in, o)
}

func (a limitedKMS) GetKeyPolicy(ctx context.Context, in *kms.GetKeyPolicyInput, o ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	return retried(ctx, a.slots, a.API.GetKeyPolicy, in, o)
}

func (a limitedKMS) PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, o ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	return bounded(ctx, a.slots, a.API.PutKeyPolicy, in, o)
}

type limitedDataSync struct {
	DataSyncAPI
	slots slots
}

func (a limitedDataSync) CreateLocationS3(
	ctx context.Context, in *datasync.CreateLocationS3Input, o ...func(*datasync.Options),
) (*datasync.CreateLocationS3Output, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.CreateLocationS3, in, o)
}

func (a limitedDataSync) DescribeLocationS3(
	ctx context.Context, in *datasync.DescribeLocationS3Input, o ...func(*datasync.Options),
) (*datasync.DescribeLocationS3Output, error) {
	return retried(ctx, a.slots, a.DataSyncAPI.DescribeLocationS3, in, o)
}

func (a limitedDataSync) UpdateLocationS3(
	ctx context.Context, in *datasync.UpdateLocationS3Input, o ...func(*datasync.Options),
) (*datasync.UpdateLocationS3Output, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.UpdateLocationS3, in, o)
}

func (a limitedDataSync) DeleteLocation(
	ctx context.Context, in *datasync.DeleteLocationInput, o ...func(*datasync.Options),
) (*datasync.DeleteLocationOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.DeleteLocation, in, o)
}

func (a limitedDataSync) ListLocations(
	ctx context.Context, in *datasync.ListLocationsInput, o ...func(*datasync.Options),
) (*datasync.ListLocationsOutput, error) {
	return retried(ctx, a.slots, a.DataSyncAPI.ListLocations, in, o)
}

func (a limitedDataSync) ListTagsForResource(
	ctx context.Context, in *datasync.ListTagsForResourceInput, o ...func(*datasync.Options),
) (*datasync.ListTagsForResourceOutput, error) {
	return retried(ctx, a.slots, a.DataSyncAPI.ListTagsForResource, in, o)
}

func (a limitedDataSync) TagResource(
	ctx context.Context, in *datasync.TagResourceInput, o ...func(*datasync.Options),
) (*datasync.TagResourceOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.TagResource, in, o)
}

func (a limitedDataSync) UntagResource(
	ctx context.Context, in *datasync.UntagResourceInput, o ...func(*datasync.Options),
) (*datasync.UntagResourceOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.UntagResource, in, o)
}

func (a limitedDataSync) CreateTask(
	ctx context.Context, in *datasync.CreateTaskInput, o ...func(*datasync.Options),
) (*datasync.CreateTaskOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.CreateTask, in, o)
}

func (a limitedDataSync) DescribeTask(
	ctx context.Context, in *datasync.DescribeTaskInput, o ...func(*datasync.Options),
) (*datasync.DescribeTaskOutput, error) {
	return retried(ctx, a.slots, a.DataSyncAPI.DescribeTask, in, o)
}

func (a limitedDataSync) UpdateTask(
	ctx context.Context, in *datasync.UpdateTaskInput, o ...func(*datasync.Options),
) (*datasync.UpdateTaskOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.UpdateTask, in, o)
}

func (a limitedDataSync) DeleteTask(
	ctx context.Context, in *datasync.DeleteTaskInput, o ...func(*datasync.Options),
) (*datasync.DeleteTaskOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.DeleteTask, in, o)
}

func (a limitedDataSync) ListTasks(
	ctx context.Context, in *datasync.ListTasksInput, o ...func(*datasync.Options),
) (*datasync.ListTasksOutput, error) {
	return retried(ctx, a.slots, a.DataSyncAPI.ListTasks, in, o)
}

func (a limitedDataSync) StartTaskExecution(
	ctx context.Context, in *datasync.StartTaskExecutionInput, o ...func(*datasync.Options),
) (*datasync.StartTaskExecutionOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.StartTaskExecution, in, o)
}

func (a limitedDataSync) DescribeTaskExecution(
	ctx context.Context, in *datasync.DescribeTaskExecutionInput, o ...func(*datasync.Options),
) (*datasync.DescribeTaskExecutionOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.DescribeTaskExecution, in, o)
}

func (a limitedDataSync) UpdateTaskExecution(
	ctx context.Context, in *datasync.UpdateTaskExecutionInput, o ...func(*datasync.Options),
) (*datasync.UpdateTaskExecutionOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.UpdateTaskExecution, in, o)
}

func (a limitedDataSync) CancelTaskExecution(
	ctx context.Context, in *datasync.CancelTaskExecutionInput, o ...func(*datasync.Options),
) (*datasync.CancelTaskExecutionOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.CancelTaskExecution, in, o)
}

func (a limitedDataSync) ListTaskExecutions(
	ctx context.Context, in *datasync.ListTaskExecutionsInput, o ...func(*datasync.Options),
) (*datasync.ListTaskExecutionsOutput, error) {
	return bounded(ctx, a.slots, a.DataSyncAPI.ListTaskExecutions, in, o)
}

type limitedLogs struct {
	task.LogsAPI
	slots slots
}

func (a limitedLogs) DescribeResourcePolicies(
	ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	return retried(ctx, a.slots, a.LogsAPI.DescribeResourcePolicies, in, o)
}

func (a limitedLogs) PutResourcePolicy(
	ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.PutResourcePolicy, in, o)
}

func (a limitedLogs) DeleteResourcePolicy(
	ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.DeleteResourcePolicy, in, o)
}

func (a limitedLogs) DescribeLogGroups(
	ctx context.Context, in *cloudwatchlogs.DescribeLogGroupsInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	return retried(ctx, a.slots, a.LogsAPI.DescribeLogGroups, in, o)
}

func (a limitedLogs) ListTagsForResource(
	ctx context.Context, in *cloudwatchlogs.ListTagsForResourceInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	return retried(ctx, a.slots, a.LogsAPI.ListTagsForResource, in, o)
}

func (a limitedLogs) CreateLogGroup(
	ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.CreateLogGroup, in, o)
}

func (a limitedLogs) PutRetentionPolicy(
	ctx context.Context, in *cloudwatchlogs.PutRetentionPolicyInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.PutRetentionPolicy, in, o)
}

func (a limitedLogs) AssociateKmsKey(
	ctx context.Context, in *cloudwatchlogs.AssociateKmsKeyInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.AssociateKmsKeyOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.AssociateKmsKey, in, o)
}

func (a limitedLogs) TagResource(
	ctx context.Context, in *cloudwatchlogs.TagResourceInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.TagResourceOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.TagResource, in, o)
}

func (a limitedLogs) DeleteLogGroup(
	ctx context.Context, in *cloudwatchlogs.DeleteLogGroupInput, o ...func(*cloudwatchlogs.Options),
) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	return bounded(ctx, a.slots, a.LogsAPI.DeleteLogGroup, in, o)
}
