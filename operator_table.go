package xacct

import (
	"github.com/xacct/xacct/plan"
)

// scope is what the statements of an operator's policy can be about.
type scope string

const (
	onEverything     scope = "everything"            // the operation has no resource type
	onRoles          scope = "roles we make"         // by ARN with path
	onBoundRoles     scope = "roles with a boundary" // of those we make
	onPassedRoles    scope = "roles DataSync gets"   // of locations that we make, and of the task's manifest and report
	onStartedRoles   scope = "roles of runs"         // of the task's manifest and report, and of the manifest of Retries
	onAllRoles       scope = "roles we look at"      // those, given ones and operators'; all, if only a given location tells which
	onPolicies       scope = "managed policies"      // which are attached is not known beforehand
	onLocations      scope = "locations"             // of the transfers' Regions: ids are not known beforehand, and a task may name earlier ones
	onTaskLocations  scope = "locations of tasks"    // the given ones, and those of the Regions in which some are made
	onMadeLocations  scope = "locations we make"     // of the Regions in which some are made
	onNewLocations   scope = "new locations"         // which have no ARN yet: everything, unless all are given
	onTasks          scope = "tasks"                 // likewise
	onExecutions     scope = "executions"            // likewise
	onServiceRole    scope = "service-linked role"   // AWSServiceRoleForDataSync
	onMadeBuckets    scope = "buckets of locations"  // that we make, for the task account's operator
	onOwnBuckets     scope = "the account's buckets" // for the bucket owner's operator
	onGrantedBuckets scope = "buckets with grants"   // outside the task account
	onBareBuckets    scope = "buckets without"       // outside the task account, and no statement of ours is wanted: an older one may be the last
	onACLBuckets     scope = "buckets to enforce"    // whose ACLs are to be disabled
	onReportBuckets  scope = "buckets of reports"    // which whoever runs the task reads
	onReports        scope = "reports"               // likewise
	onRetryManifests scope = "retry manifests"       // which task.Retry writes
	onReportKeys     scope = "keys of reports"       // if the report lies in the bucket of an end with keys
	onRetryKeys      scope = "keys of manifests"     // likewise
	onLogs           scope = "log policies"          // which have no ARN: everything, if a task has a log group
	onOwnKeys        scope = "the account's keys"    // those that transfers list
	onGrantedKeys    scope = "keys with statements"  // those outside the task account
)

// need is a row of the table of what an operator calls.
type need struct {
	sid     string
	phases  []plan.Phase
	on      scope
	actions []string
	when    []condition
}

// condition is the condition of a need: the value that a key must have, a service principal of the partition.
type condition struct{ key string }

var (
	reading  = []plan.Phase{plan.PlanPhase, plan.ApplyPhase, plan.DestroyPhase} // applying reads again before it writes
	applying = []plan.Phase{plan.ApplyPhase}
	running  = []plan.Phase{plan.RunPhase}
	clearing = []plan.Phase{plan.DestroyPhase}
)

// taskNeeds are the calls made in the task account.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_datasync.html
var taskNeeds = []need{
	{"ReadRoles", reading, onAllRoles, []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}, nil},
	{"ReadPolicies", reading, onPolicies, []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, nil}, // of operators and given roles, and boundaries
	{"ListDataSync", reading, onEverything, []string{"datasync:ListLocations", "datasync:ListTasks"}, nil},
	{"ReadLocations", reading, onLocations, []string{"datasync:DescribeLocationS3", "datasync:ListTagsForResource"}, nil},
	{"ReadTasks", reading, onTasks, []string{"datasync:DescribeTask", "datasync:ListTagsForResource"}, nil},
	{"WriteRoles", applying, onRoles, []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy", "iam:UntagRole"}, nil},
	{"BoundRoles", applying, onBoundRoles, []string{"iam:PutRolePermissionsBoundary"}, nil},
	{"PassRoles", applying, onPassedRoles, []string{"iam:PassRole"}, []condition{{"iam:PassedToService"}}},
	{"CreateServiceLinkedRole", applying, onServiceRole, []string{"iam:CreateServiceLinkedRole"}, []condition{{"iam:AWSServiceName"}}},
	{"CreateLocations", applying, onNewLocations, []string{"datasync:CreateLocationS3"}, nil},
	{"WriteLocations", applying, onMadeLocations, []string{"datasync:TagResource", "datasync:UpdateLocationS3"}, nil},
	{"CreateTasks", applying, onTaskLocations, []string{"datasync:CreateTask"}, nil}, // its required resource type is the location
	{"WriteTasks", applying, onTasks, []string{"datasync:TagResource", "datasync:UpdateTask"}, nil},
	{"ListBuckets", applying, onMadeBuckets, []string{"s3:ListBucket"}, nil}, // AWS tests the access of whoever creates a location
	{"StartTasks", running, onTasks, []string{"datasync:StartTaskExecution", "datasync:DescribeTask"}, nil},
	{"RunTasks", running, onExecutions, []string{"datasync:DescribeTaskExecution", "datasync:CancelTaskExecution", "datasync:UpdateTaskExecution", "datasync:ListTagsForResource", "datasync:TagResource"}, nil},
	{"ListExecutions", running, onEverything, []string{"datasync:ListTaskExecutions"}, nil},
	{"PassRunRoles", running, onStartedRoles, []string{"iam:PassRole"}, []condition{{"iam:PassedToService"}}},
	{"CancelRuns", clearing, onExecutions, []string{"datasync:CancelTaskExecution"}, nil}, // only with PlanOptions.CancelRuns
	{"DeleteTasks", clearing, onTasks, []string{"datasync:DeleteTask"}, nil},
	{"DeleteLocations", clearing, onMadeLocations, []string{"datasync:DeleteLocation"}, nil},
	{"DeleteRoles", clearing, onRoles, []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}, nil},
}

// bucketNeeds are the calls made in the account of a bucket that the plan looks at. Not every action is named like its operation:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var bucketNeeds = []need{
	{"ReadBuckets", reading, onOwnBuckets, []string{"s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketOwnershipControls", "s3:GetBucketAcl",
		"s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicyStatus", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning",
		"s3:GetBucketObjectLockConfiguration", "s3:GetBucketRequestPayment"}, nil},
	{"WriteBuckets", applying, onGrantedBuckets, []string{"s3:PutBucketPolicy"}, nil},
	{"EmptyBuckets", applying, onBareBuckets, []string{"s3:DeleteBucketPolicy"}, nil},
	{"EnforceBuckets", applying, onACLBuckets, []string{"s3:PutBucketOwnershipControls"}, nil},
	{"CleanBuckets", clearing, onGrantedBuckets, []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}, nil},
	{"RestoreBuckets", clearing, onACLBuckets, []string{"s3:PutBucketOwnershipControls"}, nil}, // only with PlanOptions.Ownership
}

// dataNeeds are the calls with which task.ReadReport and task.Retry read reports and write manifests, in the accounts of their buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
var dataNeeds = []need{
	{"ListReports", running, onReportBuckets, []string{"s3:ListBucket"}, nil},
	{"ReadReports", running, onReports, []string{"s3:GetObject"}, nil},
	{"WriteRetryManifests", running, onRetryManifests, []string{"s3:PutObject"}, nil},
	{"ReadEncryptedReports", running, onReportKeys, []string{"kms:Decrypt"}, nil},
	{"WriteEncryptedManifests", running, onRetryKeys, []string{"kms:GenerateDataKey"}, nil},
}

// logNeeds are the calls for BASIC tasks with a log group. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
var logNeeds = []need{
	{"ReadLogPolicies", reading, onLogs, []string{"logs:DescribeResourcePolicies"}, nil},
	{"WriteLogPolicies", applying, onLogs, []string{"logs:PutResourcePolicy"}, nil},
	{"CleanLogPolicies", clearing, onLogs, []string{"logs:DeleteResourcePolicy", "logs:PutResourcePolicy"}, nil},
}

// keyNeeds are the calls made in the account of a key.
var keyNeeds = []need{
	{"ReadKeys", reading, onOwnKeys, []string{"kms:DescribeKey", "kms:GetKeyPolicy"}, nil},
	{"WriteKeys", []plan.Phase{plan.ApplyPhase, plan.DestroyPhase}, onGrantedKeys, []string{"kms:PutKeyPolicy"}, nil},
}
