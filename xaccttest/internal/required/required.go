// Package required knows which members of an input the SDK demands.
package required

import (
	"reflect"

	"github.com/aws/smithy-go"
)

// required lists the members that the SDK demands before it sends a request, by service and operation.
// Source: the members that the API references of the services mark as required.
var required = map[string][]string{
	"CloudWatch Logs ListTagsForResource":   {"ResourceArn"},
	"CloudWatch Logs CreateLogGroup":        {"LogGroupName"},
	"CloudWatch Logs PutRetentionPolicy":    {"LogGroupName", "RetentionInDays"},
	"CloudWatch Logs AssociateKmsKey":       {"KmsKeyId"},
	"CloudWatch Logs TagResource":           {"ResourceArn", "Tags"},
	"CloudWatch Logs DeleteLogGroup":        {"LogGroupName"},
	"IAM GetRole":                           {"RoleName"},
	"IAM ListRolePolicies":                  {"RoleName"},
	"IAM GetRolePolicy":                     {"RoleName", "PolicyName"},
	"IAM ListAttachedRolePolicies":          {"RoleName"},
	"IAM CreateRole":                        {"RoleName", "AssumeRolePolicyDocument"},
	"IAM UpdateAssumeRolePolicy":            {"RoleName", "PolicyDocument"},
	"IAM PutRolePolicy":                     {"RoleName", "PolicyName", "PolicyDocument"},
	"IAM DeleteRolePolicy":                  {"RoleName", "PolicyName"},
	"IAM DeleteRole":                        {"RoleName"},
	"IAM PutRolePermissionsBoundary":        {"RoleName", "PermissionsBoundary"},
	"IAM TagRole":                           {"RoleName", "Tags"},
	"IAM UntagRole":                         {"RoleName", "TagKeys"},
	"IAM GetPolicy":                         {"PolicyArn"},
	"IAM ListRoleTags":                      {"RoleName"},
	"IAM ListInstanceProfilesForRole":       {"RoleName"},
	"IAM AttachRolePolicy":                  {"RoleName", "PolicyArn"},
	"IAM DetachRolePolicy":                  {"RoleName", "PolicyArn"},
	"IAM CreatePolicy":                      {"PolicyName", "PolicyDocument"},
	"IAM DeletePolicy":                      {"PolicyArn"},
	"IAM ListPolicyVersions":                {"PolicyArn"},
	"IAM GetPolicyVersion":                  {"PolicyArn", "VersionId"},
	"STS AssumeRole":                        {"RoleArn", "RoleSessionName"},
	"S3 HeadBucket":                         {"Bucket"},
	"S3 GetBucketPolicy":                    {"Bucket"},
	"S3 PutBucketPolicy":                    {"Bucket", "Policy"},
	"S3 DeleteBucketPolicy":                 {"Bucket"},
	"S3 GetBucketOwnershipControls":         {"Bucket"},
	"S3 PutBucketOwnershipControls":         {"Bucket", "OwnershipControls"},
	"S3 DeleteBucketOwnershipControls":      {"Bucket"},
	"S3 GetBucketAcl":                       {"Bucket"},
	"S3 GetObject":                          {"Bucket", "Key"},
	"S3 PutObject":                          {"Bucket", "Key"},
	"S3 GetPublicAccessBlock":               {"Bucket"},
	"S3 GetBucketPolicyStatus":              {"Bucket"},
	"S3 GetBucketEncryption":                {"Bucket"},
	"S3 GetBucketVersioning":                {"Bucket"},
	"S3 GetObjectLockConfiguration":         {"Bucket"},
	"S3 GetBucketRequestPayment":            {"Bucket"},
	"S3 ListObjectsV2":                      {"Bucket"},
	"S3 HeadObject":                         {"Bucket", "Key"},
	"S3 DeleteObject":                       {"Bucket", "Key"},
	"S3 GetObjectTagging":                   {"Bucket", "Key"},
	"S3 CreateMultipartUpload":              {"Bucket", "Key"},
	"S3 UploadPart":                         {"Bucket", "Key", "PartNumber", "UploadId"},
	"S3 CompleteMultipartUpload":            {"Bucket", "Key", "UploadId"},
	"S3 AbortMultipartUpload":               {"Bucket", "Key", "UploadId"},
	"S3 ListParts":                          {"Bucket", "Key", "UploadId"},
	"S3 CreateBucket":                       {"Bucket"},
	"S3 DeleteBucket":                       {"Bucket"},
	"S3 GetBucketLocation":                  {"Bucket"},
	"S3 GetBucketTagging":                   {"Bucket"},
	"S3 GetBucketCors":                      {"Bucket"},
	"S3 GetBucketWebsite":                   {"Bucket"},
	"S3 GetBucketLifecycleConfiguration":    {"Bucket"},
	"S3 GetBucketReplication":               {"Bucket"},
	"S3 GetBucketLogging":                   {"Bucket"},
	"S3 GetBucketAccelerateConfiguration":   {"Bucket"},
	"S3 GetBucketNotificationConfiguration": {"Bucket"},
	"CloudWatch Logs PutResourcePolicy":     {"PolicyDocument"},
	"KMS DescribeKey":                       {"KeyId"},
	"KMS GetKeyPolicy":                      {"KeyId"},
	"KMS PutKeyPolicy":                      {"KeyId", "Policy"},
	"DataSync CreateLocationS3":             {"S3BucketArn", "S3Config"},
	"DataSync DescribeLocationS3":           {"LocationArn"},
	"DataSync UpdateLocationS3":             {"LocationArn"},
	"DataSync DeleteLocation":               {"LocationArn"},
	"DataSync ListTagsForResource":          {"ResourceArn"},
	"DataSync TagResource":                  {"ResourceArn", "Tags"},
	"DataSync UntagResource":                {"ResourceArn", "Keys"},
	"DataSync CreateTask":                   {"SourceLocationArn", "DestinationLocationArn"},
	"DataSync DescribeTask":                 {"TaskArn"},
	"DataSync UpdateTask":                   {"TaskArn"},
	"DataSync DeleteTask":                   {"TaskArn"},
	"DataSync StartTaskExecution":           {"TaskArn"},
	"DataSync DescribeTaskExecution":        {"TaskExecutionArn"},
	"DataSync CancelTaskExecution":          {"TaskExecutionArn"},
	"DataSync UpdateTaskExecution":          {"TaskExecutionArn", "Options"},
}

// Missing is the SDK's error for an input that lacks a required member, which the SDK returns without sending a request.
func Missing(service, operation string, in any) error {
	v := reflect.ValueOf(in).Elem()
	invalid := smithy.InvalidParamsError{Context: operation + "Input"}
	for _, name := range required[service+" "+operation] {
		if v.FieldByName(name).IsNil() {
			invalid.Add(smithy.NewErrParamRequired(name))
		}
	}
	if invalid.Len() > 0 {
		return invalid
	}
	return nil
}
