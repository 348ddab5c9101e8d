package xacct

import "github.com/xacct/xacct/policy"

// The documents below are those of the edition of April 2025 of
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html, as they were meant.
// For what an operator needs to run xacct, see [OperatorPolicy].

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
