package xaccttest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
)

// UnimplementedError is the error of a method that a fake written by hand does not have. It is returned at once, and nothing is retried because of it.
type UnimplementedError struct {
	Service   string // the SDK's service id, as in [Call]
	Operation string // the operation, which is also the name of the method to write
}

// Error is one line: the call as service:Operation.
func (e *UnimplementedError) Error() string {
	return fmt.Sprintf("%s:%s is not implemented by this fake", e.Service, e.Operation)
}

// Hint names the method to write.
func (e *UnimplementedError) Hint() string { return "write the method " + e.Operation + " of the fake" }

// What embeds one of these stays a client when its interface gains methods.
var (
	_ xacct.IdentityAPI = UnimplementedSTS{}
	_ iamrole.API       = UnimplementedIAM{}
	_ task.ObjectsAPI   = UnimplementedObjects{}
	_ bucket.API        = UnimplementedS3{}
	_ task.ObjectsAPI   = UnimplementedS3{}
	_ kmskey.API        = UnimplementedKMS{}
	_ xacct.DataSyncAPI = UnimplementedDataSync{}
	_ task.LogsAPI      = UnimplementedLogs{}
)

// UnimplementedSTS is an [xacct.IdentityAPI] whose methods return an *[UnimplementedError].
type UnimplementedSTS struct{}

// GetCallerIdentity returns an *UnimplementedError.
func (UnimplementedSTS) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return nil, &UnimplementedError{"STS", "GetCallerIdentity"}
}

// UnimplementedIAM is an [iamrole.API] whose methods return an *[UnimplementedError].
type UnimplementedIAM struct{}

// GetRole returns an *UnimplementedError.
func (UnimplementedIAM) GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	return nil, &UnimplementedError{"IAM", "GetRole"}
}

// ListRolePolicies returns an *UnimplementedError.
func (UnimplementedIAM) ListRolePolicies(context.Context, *iam.ListRolePoliciesInput, ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	return nil, &UnimplementedError{"IAM", "ListRolePolicies"}
}

// GetRolePolicy returns an *UnimplementedError.
func (UnimplementedIAM) GetRolePolicy(context.Context, *iam.GetRolePolicyInput, ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	return nil, &UnimplementedError{"IAM", "GetRolePolicy"}
}

// ListAttachedRolePolicies returns an *UnimplementedError.
func (UnimplementedIAM) ListAttachedRolePolicies(context.Context, *iam.ListAttachedRolePoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	return nil, &UnimplementedError{"IAM", "ListAttachedRolePolicies"}
}

// GetPolicy returns an *UnimplementedError.
func (UnimplementedIAM) GetPolicy(context.Context, *iam.GetPolicyInput, ...func(*iam.Options)) (*iam.GetPolicyOutput, error) {
	return nil, &UnimplementedError{"IAM", "GetPolicy"}
}

// GetPolicyVersion returns an *UnimplementedError.
func (UnimplementedIAM) GetPolicyVersion(context.Context, *iam.GetPolicyVersionInput, ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error) {
	return nil, &UnimplementedError{"IAM", "GetPolicyVersion"}
}

// CreateRole returns an *UnimplementedError.
func (UnimplementedIAM) CreateRole(context.Context, *iam.CreateRoleInput, ...func(*iam.Options)) (*iam.CreateRoleOutput, error) {
	return nil, &UnimplementedError{"IAM", "CreateRole"}
}

// UpdateAssumeRolePolicy returns an *UnimplementedError.
func (UnimplementedIAM) UpdateAssumeRolePolicy(context.Context, *iam.UpdateAssumeRolePolicyInput, ...func(*iam.Options)) (*iam.UpdateAssumeRolePolicyOutput, error) {
	return nil, &UnimplementedError{"IAM", "UpdateAssumeRolePolicy"}
}

// PutRolePolicy returns an *UnimplementedError.
func (UnimplementedIAM) PutRolePolicy(context.Context, *iam.PutRolePolicyInput, ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error) {
	return nil, &UnimplementedError{"IAM", "PutRolePolicy"}
}

// DeleteRolePolicy returns an *UnimplementedError.
func (UnimplementedIAM) DeleteRolePolicy(context.Context, *iam.DeleteRolePolicyInput, ...func(*iam.Options)) (*iam.DeleteRolePolicyOutput, error) {
	return nil, &UnimplementedError{"IAM", "DeleteRolePolicy"}
}

// DeleteRole returns an *UnimplementedError.
func (UnimplementedIAM) DeleteRole(context.Context, *iam.DeleteRoleInput, ...func(*iam.Options)) (*iam.DeleteRoleOutput, error) {
	return nil, &UnimplementedError{"IAM", "DeleteRole"}
}

// PutRolePermissionsBoundary returns an *UnimplementedError.
func (UnimplementedIAM) PutRolePermissionsBoundary(context.Context, *iam.PutRolePermissionsBoundaryInput, ...func(*iam.Options)) (*iam.PutRolePermissionsBoundaryOutput, error) {
	return nil, &UnimplementedError{"IAM", "PutRolePermissionsBoundary"}
}

// TagRole returns an *UnimplementedError.
func (UnimplementedIAM) TagRole(context.Context, *iam.TagRoleInput, ...func(*iam.Options)) (*iam.TagRoleOutput, error) {
	return nil, &UnimplementedError{"IAM", "TagRole"}
}

// UntagRole returns an *UnimplementedError.
func (UnimplementedIAM) UntagRole(context.Context, *iam.UntagRoleInput, ...func(*iam.Options)) (*iam.UntagRoleOutput, error) {
	return nil, &UnimplementedError{"IAM", "UntagRole"}
}

// UnimplementedObjects is a [task.ObjectsAPI] whose methods return an *[UnimplementedError].
type UnimplementedObjects struct{}

// ListObjectsV2 returns an *UnimplementedError.
func (UnimplementedObjects) ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return nil, &UnimplementedError{"S3", "ListObjectsV2"}
}

// GetObject returns an *UnimplementedError.
func (UnimplementedObjects) GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return nil, &UnimplementedError{"S3", "GetObject"}
}

// PutObject returns an *UnimplementedError.
func (UnimplementedObjects) PutObject(context.Context, *s3.PutObjectInput, ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	return nil, &UnimplementedError{"S3", "PutObject"}
}

// UnimplementedS3 is a [bucket.API] and a [task.ObjectsAPI] whose methods return an *[UnimplementedError]: [xacct.Clients.Objects] wants both of one
// client.
type UnimplementedS3 struct{ UnimplementedObjects }

// HeadBucket returns an *UnimplementedError.
func (UnimplementedS3) HeadBucket(context.Context, *s3.HeadBucketInput, ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return nil, &UnimplementedError{"S3", "HeadBucket"}
}

// GetBucketPolicy returns an *UnimplementedError.
func (UnimplementedS3) GetBucketPolicy(context.Context, *s3.GetBucketPolicyInput, ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketPolicy"}
}

// PutBucketPolicy returns an *UnimplementedError.
func (UnimplementedS3) PutBucketPolicy(context.Context, *s3.PutBucketPolicyInput, ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	return nil, &UnimplementedError{"S3", "PutBucketPolicy"}
}

// DeleteBucketPolicy returns an *UnimplementedError.
func (UnimplementedS3) DeleteBucketPolicy(context.Context, *s3.DeleteBucketPolicyInput, ...func(*s3.Options)) (*s3.DeleteBucketPolicyOutput, error) {
	return nil, &UnimplementedError{"S3", "DeleteBucketPolicy"}
}

// GetBucketOwnershipControls returns an *UnimplementedError.
func (UnimplementedS3) GetBucketOwnershipControls(context.Context, *s3.GetBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketOwnershipControls"}
}

// PutBucketOwnershipControls returns an *UnimplementedError.
func (UnimplementedS3) PutBucketOwnershipControls(context.Context, *s3.PutBucketOwnershipControlsInput, ...func(*s3.Options)) (*s3.PutBucketOwnershipControlsOutput, error) {
	return nil, &UnimplementedError{"S3", "PutBucketOwnershipControls"}
}

// GetBucketAcl returns an *UnimplementedError.
func (UnimplementedS3) GetBucketAcl(context.Context, *s3.GetBucketAclInput, ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketAcl"}
}

// GetPublicAccessBlock returns an *UnimplementedError.
func (UnimplementedS3) GetPublicAccessBlock(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return nil, &UnimplementedError{"S3", "GetPublicAccessBlock"}
}

// GetBucketPolicyStatus returns an *UnimplementedError.
func (UnimplementedS3) GetBucketPolicyStatus(context.Context, *s3.GetBucketPolicyStatusInput, ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketPolicyStatus"}
}

// GetBucketEncryption returns an *UnimplementedError.
func (UnimplementedS3) GetBucketEncryption(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketEncryption"}
}

// GetBucketVersioning returns an *UnimplementedError.
func (UnimplementedS3) GetBucketVersioning(context.Context, *s3.GetBucketVersioningInput, ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketVersioning"}
}

// GetObjectLockConfiguration returns an *UnimplementedError.
func (UnimplementedS3) GetObjectLockConfiguration(context.Context, *s3.GetObjectLockConfigurationInput, ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	return nil, &UnimplementedError{"S3", "GetObjectLockConfiguration"}
}

// GetBucketRequestPayment returns an *UnimplementedError.
func (UnimplementedS3) GetBucketRequestPayment(context.Context, *s3.GetBucketRequestPaymentInput, ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return nil, &UnimplementedError{"S3", "GetBucketRequestPayment"}
}

// UnimplementedKMS is a [kmskey.API] whose methods return an *[UnimplementedError].
type UnimplementedKMS struct{}

// DescribeKey returns an *UnimplementedError.
func (UnimplementedKMS) DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return nil, &UnimplementedError{"KMS", "DescribeKey"}
}

// GetKeyPolicy returns an *UnimplementedError.
func (UnimplementedKMS) GetKeyPolicy(context.Context, *kms.GetKeyPolicyInput, ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	return nil, &UnimplementedError{"KMS", "GetKeyPolicy"}
}

// PutKeyPolicy returns an *UnimplementedError.
func (UnimplementedKMS) PutKeyPolicy(context.Context, *kms.PutKeyPolicyInput, ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	return nil, &UnimplementedError{"KMS", "PutKeyPolicy"}
}

// UnimplementedDataSync is an [xacct.DataSyncAPI] whose methods return an *[UnimplementedError]. So it is also the
// API of package location, a [task.API] and a [task.ExecutionAPI].
type UnimplementedDataSync struct{}

// CreateLocationS3 returns an *UnimplementedError.
func (UnimplementedDataSync) CreateLocationS3(context.Context, *datasync.CreateLocationS3Input, ...func(*datasync.Options)) (*datasync.CreateLocationS3Output, error) {
	return nil, &UnimplementedError{"DataSync", "CreateLocationS3"}
}

// DescribeLocationS3 returns an *UnimplementedError.
func (UnimplementedDataSync) DescribeLocationS3(context.Context, *datasync.DescribeLocationS3Input, ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error) {
	return nil, &UnimplementedError{"DataSync", "DescribeLocationS3"}
}

// UpdateLocationS3 returns an *UnimplementedError.
func (UnimplementedDataSync) UpdateLocationS3(context.Context, *datasync.UpdateLocationS3Input, ...func(*datasync.Options)) (*datasync.UpdateLocationS3Output, error) {
	return nil, &UnimplementedError{"DataSync", "UpdateLocationS3"}
}

// DeleteLocation returns an *UnimplementedError.
func (UnimplementedDataSync) DeleteLocation(context.Context, *datasync.DeleteLocationInput, ...func(*datasync.Options)) (*datasync.DeleteLocationOutput, error) {
	return nil, &UnimplementedError{"DataSync", "DeleteLocation"}
}

// ListLocations returns an *UnimplementedError.
func (UnimplementedDataSync) ListLocations(context.Context, *datasync.ListLocationsInput, ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	return nil, &UnimplementedError{"DataSync", "ListLocations"}
}

// ListTagsForResource returns an *UnimplementedError.
func (UnimplementedDataSync) ListTagsForResource(context.Context, *datasync.ListTagsForResourceInput, ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	return nil, &UnimplementedError{"DataSync", "ListTagsForResource"}
}

// TagResource returns an *UnimplementedError.
func (UnimplementedDataSync) TagResource(context.Context, *datasync.TagResourceInput, ...func(*datasync.Options)) (*datasync.TagResourceOutput, error) {
	return nil, &UnimplementedError{"DataSync", "TagResource"}
}

// UntagResource returns an *UnimplementedError.
func (UnimplementedDataSync) UntagResource(context.Context, *datasync.UntagResourceInput, ...func(*datasync.Options)) (*datasync.UntagResourceOutput, error) {
	return nil, &UnimplementedError{"DataSync", "UntagResource"}
}

// CreateTask returns an *UnimplementedError.
func (UnimplementedDataSync) CreateTask(context.Context, *datasync.CreateTaskInput, ...func(*datasync.Options)) (*datasync.CreateTaskOutput, error) {
	return nil, &UnimplementedError{"DataSync", "CreateTask"}
}

// DescribeTask returns an *UnimplementedError.
func (UnimplementedDataSync) DescribeTask(context.Context, *datasync.DescribeTaskInput, ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	return nil, &UnimplementedError{"DataSync", "DescribeTask"}
}

// UpdateTask returns an *UnimplementedError.
func (UnimplementedDataSync) UpdateTask(context.Context, *datasync.UpdateTaskInput, ...func(*datasync.Options)) (*datasync.UpdateTaskOutput, error) {
	return nil, &UnimplementedError{"DataSync", "UpdateTask"}
}

// DeleteTask returns an *UnimplementedError.
func (UnimplementedDataSync) DeleteTask(context.Context, *datasync.DeleteTaskInput, ...func(*datasync.Options)) (*datasync.DeleteTaskOutput, error) {
	return nil, &UnimplementedError{"DataSync", "DeleteTask"}
}

// ListTasks returns an *UnimplementedError.
func (UnimplementedDataSync) ListTasks(context.Context, *datasync.ListTasksInput, ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	return nil, &UnimplementedError{"DataSync", "ListTasks"}
}

// StartTaskExecution returns an *UnimplementedError.
func (UnimplementedDataSync) StartTaskExecution(context.Context, *datasync.StartTaskExecutionInput, ...func(*datasync.Options)) (*datasync.StartTaskExecutionOutput, error) {
	return nil, &UnimplementedError{"DataSync", "StartTaskExecution"}
}

// DescribeTaskExecution returns an *UnimplementedError.
func (UnimplementedDataSync) DescribeTaskExecution(context.Context, *datasync.DescribeTaskExecutionInput, ...func(*datasync.Options)) (*datasync.DescribeTaskExecutionOutput, error) {
	return nil, &UnimplementedError{"DataSync", "DescribeTaskExecution"}
}

// UpdateTaskExecution returns an *UnimplementedError.
func (UnimplementedDataSync) UpdateTaskExecution(context.Context, *datasync.UpdateTaskExecutionInput, ...func(*datasync.Options)) (*datasync.UpdateTaskExecutionOutput, error) {
	return nil, &UnimplementedError{"DataSync", "UpdateTaskExecution"}
}

// CancelTaskExecution returns an *UnimplementedError.
func (UnimplementedDataSync) CancelTaskExecution(context.Context, *datasync.CancelTaskExecutionInput, ...func(*datasync.Options)) (*datasync.CancelTaskExecutionOutput, error) {
	return nil, &UnimplementedError{"DataSync", "CancelTaskExecution"}
}

// ListTaskExecutions returns an *UnimplementedError.
func (UnimplementedDataSync) ListTaskExecutions(context.Context, *datasync.ListTaskExecutionsInput, ...func(*datasync.Options)) (*datasync.ListTaskExecutionsOutput, error) {
	return nil, &UnimplementedError{"DataSync", "ListTaskExecutions"}
}

// UnimplementedLogs is a [task.LogsAPI] whose methods return an *[UnimplementedError].
type UnimplementedLogs struct{}

// DescribeResourcePolicies returns an *UnimplementedError.
func (UnimplementedLogs) DescribeResourcePolicies(context.Context, *cloudwatchlogs.DescribeResourcePoliciesInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "DescribeResourcePolicies"}
}

// PutResourcePolicy returns an *UnimplementedError.
func (UnimplementedLogs) PutResourcePolicy(context.Context, *cloudwatchlogs.PutResourcePolicyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "PutResourcePolicy"}
}

// DeleteResourcePolicy returns an *UnimplementedError.
func (UnimplementedLogs) DeleteResourcePolicy(context.Context, *cloudwatchlogs.DeleteResourcePolicyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "DeleteResourcePolicy"}
}

// DescribeLogGroups returns an *UnimplementedError.
func (UnimplementedLogs) DescribeLogGroups(context.Context, *cloudwatchlogs.DescribeLogGroupsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "DescribeLogGroups"}
}

// ListTagsForResource returns an *UnimplementedError.
func (UnimplementedLogs) ListTagsForResource(context.Context, *cloudwatchlogs.ListTagsForResourceInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "ListTagsForResource"}
}

// CreateLogGroup returns an *UnimplementedError.
func (UnimplementedLogs) CreateLogGroup(context.Context, *cloudwatchlogs.CreateLogGroupInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "CreateLogGroup"}
}

// PutRetentionPolicy returns an *UnimplementedError.
func (UnimplementedLogs) PutRetentionPolicy(context.Context, *cloudwatchlogs.PutRetentionPolicyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "PutRetentionPolicy"}
}

// AssociateKmsKey returns an *UnimplementedError.
func (UnimplementedLogs) AssociateKmsKey(context.Context, *cloudwatchlogs.AssociateKmsKeyInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.AssociateKmsKeyOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "AssociateKmsKey"}
}

// TagResource returns an *UnimplementedError.
func (UnimplementedLogs) TagResource(context.Context, *cloudwatchlogs.TagResourceInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.TagResourceOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "TagResource"}
}

// DeleteLogGroup returns an *UnimplementedError.
func (UnimplementedLogs) DeleteLogGroup(context.Context, *cloudwatchlogs.DeleteLogGroupInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	return nil, &UnimplementedError{"CloudWatch Logs", "DeleteLogGroup"}
}
