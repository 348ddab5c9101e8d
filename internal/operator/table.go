package operator

import (
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
)

// Scope is what the statements of an operator's policy can be about.
type Scope string

const (
	OnEverything     Scope = "everything"            // the operation has no resource type
	OnRoles          Scope = "roles we make"         // by ARN with path
	OnBoundRoles     Scope = "roles with a boundary" // of those we make
	OnPassedRoles    Scope = "roles DataSync gets"   // of locations that we make, and of the task's manifest and report
	OnStartedRoles   Scope = "roles of runs"         // of the task's manifest and report, and of the manifest of Retries
	OnAllRoles       Scope = "roles we look at"      // those, given ones and operators'; all, if only a given location tells which
	OnPolicies       Scope = "managed policies"      // which are attached is not known beforehand
	OnLocations      Scope = "locations"             // of the transfers' Regions: ids are not known beforehand, and a task may name earlier ones
	OnTaskLocations  Scope = "locations of tasks"    // the given ones, and those of the Regions in which some are made
	OnMadeLocations  Scope = "locations we make"     // of the Regions in which some are made
	OnNewLocations   Scope = "new locations"         // which have no ARN yet: everything, unless all are given
	OnTasks          Scope = "tasks"                 // likewise
	OnExecutions     Scope = "executions"            // likewise
	OnServiceRole    Scope = "service-linked role"   // AWSServiceRoleForDataSync
	OnMadeBuckets    Scope = "buckets of locations"  // that we make, for the task account's operator
	OnOwnBuckets     Scope = "the account's buckets" // for the bucket owner's operator
	OnGrantedBuckets Scope = "buckets with grants"   // outside the task account
	OnBareBuckets    Scope = "buckets without"       // outside the task account, and no statement of ours is wanted: an older one may be the last
	OnACLBuckets     Scope = "buckets to enforce"    // whose ACLs are to be disabled
	OnReportBuckets  Scope = "buckets of reports"    // which whoever runs the task reads
	OnReports        Scope = "reports"               // likewise
	OnRetryManifests Scope = "retry manifests"       // which task.Retry writes
	OnReportKeys     Scope = "keys of reports"       // if the report lies in the bucket of an end with keys
	OnRetryKeys      Scope = "keys of manifests"     // likewise
	OnLogs           Scope = "log policies"          // which have no ARN: everything, if a task has a log group
	OnOwnKeys        Scope = "the account's keys"    // those that transfers list
	OnGrantedKeys    Scope = "keys with statements"  // those outside the task account
)

// Need is a row of the table of what an operator calls.
type Need struct {
	sid     string
	Phases  []plan.Phase
	On      Scope
	Actions []string
	When    []condition
}

// condition is the condition of a need: the value that a key must have, a service principal of the partition.
type condition struct{ Key string }

var (
	reading  = []plan.Phase{plan.PlanPhase, plan.ApplyPhase, plan.DestroyPhase} // applying reads again before it writes
	applying = []plan.Phase{plan.ApplyPhase}
	running  = []plan.Phase{plan.RunPhase}
	clearing = []plan.Phase{plan.DestroyPhase}
)

// TaskNeeds are the calls made in the task account.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_datasync.html
var TaskNeeds = []Need{
	{"ReadRoles", reading, OnAllRoles, []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}, nil},
	{"ReadPolicies", reading, OnPolicies, []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, nil}, // of operators and given roles, and boundaries
	{"ListDataSync", reading, OnEverything, []string{"datasync:ListLocations", "datasync:ListTasks"}, nil},
	{"ReadLocations", reading, OnLocations, []string{"datasync:DescribeLocationS3", "datasync:ListTagsForResource"}, nil},
	{"ReadTasks", reading, OnTasks, []string{"datasync:DescribeTask", "datasync:ListTagsForResource"}, nil},
	{"WriteRoles", applying, OnRoles, []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy", "iam:UntagRole"}, nil},
	{"BoundRoles", applying, OnBoundRoles, []string{"iam:PutRolePermissionsBoundary"}, nil},
	{"PassRoles", applying, OnPassedRoles, []string{"iam:PassRole"}, []condition{{"iam:PassedToService"}}},
	{"CreateServiceLinkedRole", applying, OnServiceRole, []string{"iam:CreateServiceLinkedRole"}, []condition{{"iam:AWSServiceName"}}},
	{"CreateLocations", applying, OnNewLocations, []string{"datasync:CreateLocationS3"}, nil},
	{"WriteLocations", applying, OnMadeLocations, []string{"datasync:TagResource", "datasync:UpdateLocationS3"}, nil},
	{"CreateTasks", applying, OnTaskLocations, []string{"datasync:CreateTask"}, nil}, // its required resource type is the location
	{"WriteTasks", applying, OnTasks, []string{"datasync:TagResource", "datasync:UpdateTask"}, nil},
	{"ListBuckets", applying, OnMadeBuckets, []string{"s3:ListBucket"}, nil}, // AWS tests the access of whoever creates a location
	{"StartTasks", running, OnTasks, []string{"datasync:StartTaskExecution", "datasync:DescribeTask"}, nil},
	{"RunTasks", running, OnExecutions, []string{"datasync:DescribeTaskExecution", "datasync:CancelTaskExecution", "datasync:UpdateTaskExecution", "datasync:ListTagsForResource", "datasync:TagResource"}, nil},
	{"ListExecutions", running, OnEverything, []string{"datasync:ListTaskExecutions"}, nil},
	{"PassRunRoles", running, OnStartedRoles, []string{"iam:PassRole"}, []condition{{"iam:PassedToService"}}},
	{"CancelRuns", clearing, OnExecutions, []string{"datasync:CancelTaskExecution"}, nil}, // only with PlanOptions.CancelRuns
	{"DeleteTasks", clearing, OnTasks, []string{"datasync:DeleteTask"}, nil},
	{"DeleteLocations", clearing, OnMadeLocations, []string{"datasync:DeleteLocation"}, nil},
	{"DeleteRoles", clearing, OnRoles, []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}, nil},
}

// bucketNeeds are the calls made in the account of a bucket that the plan looks at. Not every action is named like its operation:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var bucketNeeds = []Need{
	{"ReadBuckets", reading, OnOwnBuckets, []string{"s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketOwnershipControls", "s3:GetBucketAcl",
		"s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicyStatus", "s3:GetEncryptionConfiguration", "s3:GetBucketVersioning",
		"s3:GetBucketObjectLockConfiguration", "s3:GetBucketRequestPayment"}, nil},
	{"WriteBuckets", applying, OnGrantedBuckets, []string{"s3:PutBucketPolicy"}, nil},
	{"EmptyBuckets", applying, OnBareBuckets, []string{"s3:DeleteBucketPolicy"}, nil},
	{"EnforceBuckets", applying, OnACLBuckets, []string{"s3:PutBucketOwnershipControls"}, nil},
	{"CleanBuckets", clearing, OnGrantedBuckets, []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}, nil},
	{"RestoreBuckets", clearing, OnACLBuckets, []string{"s3:PutBucketOwnershipControls"}, nil}, // only with PlanOptions.Ownership
}

// dataNeeds are the calls with which task.ReadReport and task.Retry read reports and write manifests, in the accounts of their buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
var dataNeeds = []Need{
	{"ListReports", running, OnReportBuckets, []string{"s3:ListBucket"}, nil},
	{"ReadReports", running, OnReports, []string{"s3:GetObject"}, nil},
	{"WriteRetryManifests", running, OnRetryManifests, []string{"s3:PutObject"}, nil},
	{"ReadEncryptedReports", running, OnReportKeys, []string{"kms:Decrypt"}, nil},
	{"WriteEncryptedManifests", running, OnRetryKeys, []string{"kms:GenerateDataKey"}, nil},
}

// logNeeds are the calls for BASIC tasks with a log group. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
var logNeeds = []Need{
	{"ReadLogPolicies", reading, OnLogs, []string{"logs:DescribeResourcePolicies"}, nil},
	{"WriteLogPolicies", applying, OnLogs, []string{"logs:PutResourcePolicy"}, nil},
	{"CleanLogPolicies", clearing, OnLogs, []string{"logs:DeleteResourcePolicy", "logs:PutResourcePolicy"}, nil},
}

// keyNeeds are the calls made in the account of a key.
var keyNeeds = []Need{
	{"ReadKeys", reading, OnOwnKeys, []string{"kms:DescribeKey", "kms:GetKeyPolicy"}, nil},
	{"WriteKeys", []plan.Phase{plan.ApplyPhase, plan.DestroyPhase}, OnGrantedKeys, []string{"kms:PutKeyPolicy"}, nil},
}

// serviceLinkedRole is the ARN of the role that DataSync makes for itself in an account.
// https://docs.aws.amazon.com/datasync/latest/userguide/using-service-linked-roles-service-action-2.html
func serviceLinkedRole(partition, account string) string {
	return region.Role(partition, account, "/aws-service-role/"+region.DataSync(partition)+"/", "AWSServiceRoleForDataSync")
}
