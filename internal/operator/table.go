package operator

import "github.com/xacct/xacct/plan"

// Need is a row of the table of what an operator calls.
type Need struct {
	sid        string       // of the statement in the operator's policy
	Phases     []plan.Phase // in which the calls are made
	On         Scope
	Actions    []string
	ServiceKey string // the condition key that must have DataSync's service principal as its value; "" if there is no condition
}

// The phases of a need.
var (
	planning   = []plan.Phase{plan.PlanPhase, plan.ApplyPhase}
	reading    = []plan.Phase{plan.PlanPhase, plan.ApplyPhase, plan.DestroyPhase} // apply and destroy read again before they write
	applying   = []plan.Phase{plan.ApplyPhase}
	running    = []plan.Phase{plan.RunPhase}
	destroying = []plan.Phase{plan.DestroyPhase}
)

// TaskNeeds are the needs in the task account.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_datasync.html
var TaskNeeds = []Need{
	{"ReadRoles", reading, OnAllRoles, []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}, ""},
	{"ReadPolicies", planning, OnPolicies, []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, ""}, // of operators, given roles and boundaries
	{"ReadAccount", []plan.Phase{plan.BulkIAMPhase}, OnEverything, []string{"iam:GetAccountAuthorizationDetails"}, ""},
	{"ListDataSync", reading, OnEverything, []string{"datasync:ListLocations", "datasync:ListTasks"}, ""},
	{"ReadLocations", reading, OnLocations, []string{"datasync:DescribeLocationS3", "datasync:ListTagsForResource"}, ""},
	{"ReadTasks", reading, OnTasks, []string{"datasync:DescribeTask", "datasync:ListTagsForResource"}, ""},
	{"WriteRoles", applying, OnRoles, []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
		"iam:DeleteRolePolicy", "iam:UntagRole"}, ""},
	{"BoundRoles", applying, OnBoundRoles, []string{"iam:PutRolePermissionsBoundary"}, ""},
	{"PassRoles", applying, OnPassedRoles, []string{"iam:PassRole"}, "iam:PassedToService"},
	{"CreateServiceLinkedRole", applying, OnServiceRole, []string{"iam:CreateServiceLinkedRole"}, "iam:AWSServiceName"},
	{"CreateLocations", applying, OnNewLocations, []string{"datasync:CreateLocationS3"}, ""},
	{"WriteLocations", applying, OnMadeLocations, []string{"datasync:TagResource", "datasync:UpdateLocationS3"}, ""},
	{"CreateTasks", applying, OnTaskLocations, []string{"datasync:CreateTask"}, ""}, // its required resource type is the location
	{"WriteTasks", applying, OnTasks, []string{"datasync:TagResource", "datasync:UpdateTask"}, ""},
	{"ListBuckets", applying, OnMadeBuckets, []string{"s3:ListBucket"}, ""}, // creating a location tests the caller's access
	{"StartTasks", running, OnTasks, []string{"datasync:StartTaskExecution", "datasync:DescribeTask"}, ""},
	{"RunTasks", running, OnExecutions, []string{"datasync:DescribeTaskExecution", "datasync:CancelTaskExecution", "datasync:UpdateTaskExecution",
		"datasync:ListTagsForResource", "datasync:TagResource"}, ""},
	{"ListExecutions", running, OnEverything, []string{"datasync:ListTaskExecutions"}, ""},
	{"PassRunRoles", running, OnStartedRoles, []string{"iam:PassRole"}, "iam:PassedToService"},
	{"CancelRuns", destroying, OnExecutions, []string{"datasync:CancelTaskExecution"}, ""}, // only with PlanOptions.CancelRuns
	{"DeleteTasks", destroying, OnTasks, []string{"datasync:DeleteTask"}, ""},
	{"DeleteLocations", destroying, OnMadeLocations, []string{"datasync:DeleteLocation"}, ""},
	{"ReleaseAdopted", destroying, OnAdopted, []string{"datasync:UntagResource"}, ""}, // unless PlanOptions.DeleteAdopted deletes it
	{"ReleaseRoles", destroying, OnAdoptedRoles, []string{"iam:UntagRole"}, ""},
	{"DeleteRoles", destroying, OnRoles, []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}, ""},
}

// bucketNeeds are the needs in the account of a bucket. Not every action has the name of its operation:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var bucketNeeds = []Need{
	{"ReadBuckets", planning, OnOwnBuckets, []string{"s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketOwnershipControls", "s3:GetBucketAcl",
		"s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicyStatus", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning",
		"s3:GetBucketObjectLockConfiguration", "s3:GetBucketRequestPayment"}, ""},
	{"ReadBucketPolicies", destroying, OnOwnBuckets, []string{"s3:GetBucketPolicy"}, ""},
	{"ReadOwnership", running, OnDestinations, []string{"s3:GetBucketOwnershipControls"}, ""}, // Plan.Start proves whose the objects will be
	{"WriteBuckets", applying, OnGrantedBuckets, []string{"s3:PutBucketPolicy"}, ""},
	{"EmptyBuckets", applying, OnBareBuckets, []string{"s3:DeleteBucketPolicy"}, ""},
	{"EnforceBuckets", applying, OnACLBuckets, []string{"s3:PutBucketOwnershipControls"}, ""},
	{"CleanBuckets", destroying, OnGrantedBuckets, []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}, ""},
	{"RestoreBuckets", destroying, OnACLBuckets, []string{"s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"}, ""}, // only with PlanOptions.Ownership
}

// dataNeeds are what planning needs of the buckets of manifests and reports, and what task.ReadReport and task.Retry need to read reports and write manifests, in the accounts of their buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
var dataNeeds = []Need{
	{"ReadDataBuckets", planning, OnDataBuckets, []string{"s3:ListBucket", "s3:GetBucketPolicy"}, ""},
	{"ListReports", running, OnReportBuckets, []string{"s3:ListBucket"}, ""},
	{"ReadReports", running, OnReports, []string{"s3:GetObject"}, ""},
	{"WriteRetryManifests", running, OnRetryManifests, []string{"s3:PutObject"}, ""},
	{"ReadEncryptedReports", running, OnReportKeys, []string{"kms:Decrypt"}, ""},
	{"WriteEncryptedManifests", running, OnRetryKeys, []string{"kms:GenerateDataKey"}, ""},
}

// logNeeds are the needs for tasks with a log group.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
var logNeeds = []Need{
	{"ReadLogPolicies", reading, OnLogs, []string{"logs:DescribeResourcePolicies"}, ""},
	{"FindLogGroups", planning, OnNamedLogs, []string{"logs:DescribeLogGroups"}, ""},
	{"FindOwnLogGroups", destroying, OnMadeLogs, []string{"logs:DescribeLogGroups"}, ""},
	{"ReadLogGroupTags", reading, OnLogGroupTags, []string{"logs:ListTagsForResource"}, ""},
	{"MakeLogGroups", applying, OnLogGroups, []string{"logs:CreateLogGroup"}, ""},
	{"TagLogGroups", applying, OnLogGroupTags, []string{"logs:TagResource"}, ""},
	{"KeepLogs", applying, OnKeptLogGroups, []string{"logs:PutRetentionPolicy"}, ""},
	{"EncryptLogs", applying, OnKeyedLogGroups, []string{"logs:AssociateKmsKey"}, ""},
	{"DeleteLogGroups", destroying, OnLogGroups, []string{"logs:DeleteLogGroup"}, ""},
	{"WriteLogPolicies", applying, OnLogs, []string{"logs:PutResourcePolicy"}, ""},
	{"CleanLogPolicies", destroying, OnLogs, []string{"logs:DeleteResourcePolicy", "logs:PutResourcePolicy"}, ""},
}

// keyNeeds are the needs in the account of a key.
var keyNeeds = []Need{
	{"ReadKeys", reading, OnOwnKeys, []string{"kms:DescribeKey", "kms:GetKeyPolicy"}, ""},
	{"WriteKeys", []plan.Phase{plan.ApplyPhase, plan.DestroyPhase}, OnGrantedKeys, []string{"kms:PutKeyPolicy"}, ""},
}
