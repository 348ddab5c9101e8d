package xacct

import (
	"github.com/xacct/xacct/internal/operator"
	"github.com/xacct/xacct/policy"
)

// OperatorPolicy is the identity policy that whoever runs xacct in the account needs for the transfers: the calls that it makes there, on
// the resources that it makes them on. No phases means all of them. It fails for invalid transfers, for an account that none of them
// touches, and for what does not fit into a managed policy: ask for one phase at a time then, or see [OperatorPolicies].
//
// To replace a task (AllowReplace), the ApplyPhase needs what the DestroyPhase has as well; where a transfer leaves a bucket, a Region or a role,
// both need what they had for the transfer as it was. The RunPhase reads the task's reports and writes
// the manifest of Retries; a manifest of one's own (Task.Manifest) is left to whoever owns its bucket.
//
// Which role a given location has is only known once it was read: with a LocationARN and no RoleARN beside it, the policy lets all roles
// of the account be read.
//
// The tutorial's own list ([TutorialOperatorPolicy]) cannot perform the tutorial: it lacks iam:PutRolePolicy, datasync:TagResource,
// iam:CreateServiceLinkedRole and s3:ListBucket, and allows passing every role.
func OperatorPolicy(account string, transfers []Transfer, phases ...Phase) (policy.Document, error) {
	return operator.Policy(account, resolveAll(transfers), phases)
}

// OperatorPolicies is [OperatorPolicy] in as many documents as it takes for each to fit into a managed policy. A role can have 10 of them
// attached (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func OperatorPolicies(account string, transfers []Transfer, phases ...Phase) ([]policy.Document, error) {
	return operator.Policies(account, resolveAll(transfers), phases)
}

// TutorialOperatorPolicy is the tutorial's policy for the user of the source account, word for word (prerequisite: required source account
// permissions). It does not suffice for the tutorial's own steps, and it may pass every role to DataSync.
func TutorialOperatorPolicy() policy.Document {
	return policy.New(
		policy.Allow(
			"datasync:CreateLocationS3", "datasync:CreateTask", "datasync:DescribeLocation*", "datasync:DescribeTaskExecution",
			"datasync:ListLocations", "datasync:ListTaskExecutions", "datasync:DescribeTask", "datasync:CancelTaskExecution",
			"datasync:ListTasks", "datasync:StartTaskExecution",
			"iam:CreateRole", "iam:CreatePolicy", "iam:AttachRolePolicy", "iam:ListRoles",
			"s3:GetBucketLocation", "s3:ListAllMyBuckets",
		).WithSid("SourceUserRolePermissions").On("*"),
		policy.Allow("iam:PassRole").On("*").When(policy.StringEquals("iam:PassedToService", "datasync.amazonaws.com")),
	)
}

// TutorialBucketOwnerPolicy is what the tutorial asks of the user of the destination account in words (prerequisite: required destination
// account permissions): to update one bucket's policy and to disable its ACLs. The tutorial prints no document for it.
func TutorialBucketOwnerPolicy(bucketARN string) policy.Document {
	return policy.New(policy.Allow(
		"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls",
	).WithSid("DestinationUserPermissions").On(bucketARN))
}
