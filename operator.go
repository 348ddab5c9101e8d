package xacct

import (
	"fmt"
	"maps"
	"slices"

	"github.com/xacct/xacct/internal/problem"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// Phase is a part of the work that an operator may be allowed by itself.
type Phase string

const (
	PlanPhase    Phase = "plan"    // NewPlan and NewDestroyPlan: reads only
	ApplyPhase   Phase = "apply"   // Apply of a set-up plan, which reads again
	RunPhase     Phase = "run"     // start, watch and cancel
	DestroyPhase Phase = "destroy" // Apply of a tear-down plan, which reads again
)

var rulePhase = problem.Rule{ID: "phase", Text: "must be plan, apply, run or destroy", Remedy: "use the Phase constants", Source: "xacct"}

// scope is what the statements of an operator's policy can be about.
type scope string

const (
	onEverything  scope = "everything"            // the operation has no resource type
	onRoles       scope = "roles we make"         // by ARN with path
	onPassedRoles scope = "roles DataSync gets"   // those and given ones
	onAllRoles    scope = "roles we look at"      // those and operators'
	onPolicies    scope = "managed policies"      // which are attached is not known beforehand
	onLocations   scope = "locations"             // of the transfers' Regions: ids are not known beforehand
	onTasks       scope = "tasks"                 // likewise
	onExecutions  scope = "executions"            // likewise
	onServiceRole scope = "service-linked role"   // AWSServiceRoleForDataSync
	onBothBuckets scope = "both ends' buckets"    // for the task account's operator
	onOwnBuckets  scope = "the account's buckets" // for the bucket owner's operator
	onOwnKeys     scope = "the account's keys"    // of KMS, those that a transfer lists
	onGrantedKeys scope = "keys that let us in"   // those of them that are not in the task account
)

// need is a row of the table of what an operator calls.
type need struct {
	sid     string
	phases  []Phase
	on      scope
	actions []string
	when    []policy.Condition
}

var reading = []Phase{PlanPhase, ApplyPhase, DestroyPhase} // applying reads again before it writes

// taskNeeds are the calls made in the task account. https://docs.aws.amazon.com/service-authorization/latest/reference/list_datasync.html
var taskNeeds = []need{
	{"ReadRoles", reading, onAllRoles, []string{"iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"}, nil},
	{"ReadPolicies", reading, onPolicies, []string{"iam:GetPolicy", "iam:GetPolicyVersion"}, nil}, // of operators and given roles, and boundaries
	{"ListDataSync", reading, onEverything, []string{"datasync:ListLocations", "datasync:ListTasks"}, nil},
	{"ReadLocations", reading, onLocations, []string{"datasync:DescribeLocationS3", "datasync:ListTagsForResource"}, nil},
	{"ReadTasks", reading, onTasks, []string{"datasync:DescribeTask", "datasync:ListTagsForResource"}, nil},
	{"WriteRoles", []Phase{ApplyPhase}, onRoles, []string{"iam:CreateRole", "iam:TagRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy"}, nil},
	{"PassRoles", []Phase{ApplyPhase}, onPassedRoles, []string{"iam:PassRole"}, []policy.Condition{policy.StringEquals("iam:PassedToService", "datasync.amazonaws.com")}},
	{"CreateServiceLinkedRole", []Phase{ApplyPhase}, onServiceRole, []string{"iam:CreateServiceLinkedRole"}, []policy.Condition{policy.StringEquals("iam:AWSServiceName", "datasync.amazonaws.com")}},
	{"CreateLocations", []Phase{ApplyPhase}, onEverything, []string{"datasync:CreateLocationS3"}, nil},
	{"WriteLocations", []Phase{ApplyPhase}, onLocations, []string{"datasync:CreateTask", "datasync:TagResource", "datasync:UpdateLocationS3"}, nil},
	{"WriteTasks", []Phase{ApplyPhase}, onTasks, []string{"datasync:TagResource", "datasync:UpdateTask"}, nil},
	{"ListBuckets", []Phase{ApplyPhase}, onBothBuckets, []string{"s3:ListBucket"}, nil}, // AWS tests the access of whoever creates a location
	{"StartTasks", []Phase{RunPhase}, onTasks, []string{"datasync:StartTaskExecution", "datasync:DescribeTask"}, nil},
	{"RunTasks", []Phase{RunPhase}, onExecutions, []string{"datasync:DescribeTaskExecution", "datasync:CancelTaskExecution", "datasync:ListTagsForResource", "datasync:TagResource"}, nil},
	{"ListExecutions", []Phase{RunPhase}, onEverything, []string{"datasync:ListTaskExecutions"}, nil},
	{"DeleteTasks", []Phase{DestroyPhase}, onTasks, []string{"datasync:DeleteTask"}, nil},
	{"DeleteLocations", []Phase{DestroyPhase}, onLocations, []string{"datasync:DeleteLocation"}, nil},
	{"DeleteRoles", []Phase{DestroyPhase}, onRoles, []string{"iam:DeleteRolePolicy", "iam:DeleteRole"}, nil},
}

// bucketNeeds are the calls made in the account of a bucket that the plan looks at.
var bucketNeeds = []need{
	{"ReadBuckets", reading, onOwnBuckets, []string{"s3:ListBucket", "s3:GetBucketPolicy", "s3:GetBucketOwnershipControls", "s3:GetBucketAcl"}, nil},
	{"WriteBuckets", []Phase{ApplyPhase}, onOwnBuckets, []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:PutBucketOwnershipControls"}, nil},
	{"CleanBuckets", []Phase{DestroyPhase}, onOwnBuckets, []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}, nil},
}

// keyNeeds are the calls made in the account of a key.
var keyNeeds = []need{
	{"ReadKeys", reading, onOwnKeys, []string{"kms:DescribeKey", "kms:GetKeyPolicy"}, nil},
	{"WriteKeys", []Phase{ApplyPhase, DestroyPhase}, onGrantedKeys, []string{"kms:PutKeyPolicy"}, nil},
}

// OperatorPolicy is the identity policy that whoever runs xacct in the account needs for the transfers: the calls that it makes there, on
// the resources that it makes them on. No phases means all of them. It fails for invalid transfers and for an account that none of
// them touches.
//
// The tutorial's own list ([TutorialOperatorPolicy]) cannot perform the tutorial: it lacks iam:PutRolePolicy, datasync:TagResource,
// iam:CreateServiceLinkedRole and s3:ListBucket, and allows passing every role.
func OperatorPolicy(account string, transfers []Transfer, phases ...Phase) (policy.Document, error) {
	if err := validateAll(transfers); err != nil {
		return policy.Document{}, err
	}
	var l problem.List
	for _, p := range phases {
		l.Check(slices.Contains([]Phase{PlanPhase, ApplyPhase, RunPhase, DestroyPhase}, p), rulePhase, "phases", string(p))
	}
	if err := l.Err(); err != nil {
		return policy.Document{}, err
	}
	if len(phases) == 0 {
		phases = []Phase{PlanPhase, ApplyPhase, RunPhase, DestroyPhase}
	}
	resources := scopes(account, transfers)
	if len(resources) == 0 {
		return policy.Document{}, fmt.Errorf("operator policy: account %s takes part in none of the transfers: give one of their accounts", account)
	}
	var fragments []policy.Fragment
	for _, n := range slices.Concat(taskNeeds, bucketNeeds, keyNeeds) {
		on := resources[n.on]
		if len(on) == 0 || !slices.ContainsFunc(n.phases, func(p Phase) bool { return slices.Contains(phases, p) }) {
			continue
		}
		fragments = append(fragments, policy.Allow(n.actions...).WithSid(n.sid).On(on...).When(n.when...))
	}
	return policy.New(fragments...), nil
}

// scopes are the resources of each scope in the account.
func scopes(account string, transfers []Transfer) map[scope][]string {
	set := map[scope]map[string]bool{}
	add := func(s scope, arns ...string) {
		for _, arn := range arns {
			if arn == "" {
				continue
			}
			if set[s] == nil {
				set[s] = map[string]bool{}
			}
			set[s][arn] = true
		}
	}
	for _, t := range transfers {
		p := t.partition()
		for _, side := range sides {
			e := t.end(side)
			if e.Account == account {
				add(onOwnBuckets, e.bucketARN())
			}
			for _, arn := range e.KMSKeys {
				if (kmskey.Spec{ARN: arn}).Account() != account {
					continue
				}
				add(onOwnKeys, arn)
				if t.remoteKey(arn) {
					add(onGrantedKeys, arn)
				}
			}
			if t.taskAccount() != account {
				continue
			}
			add(onBothBuckets, e.bucketARN())
			add(onAllRoles, t.roleARN(side))
			add(onPassedRoles, t.roleARN(side))
			if t.ownsRole(side) {
				add(onRoles, t.roleARN(side))
			}
			prefix := "arn:" + p + ":datasync:" + e.Region + ":" + account + ":"
			add(onLocations, prefix+"location/*")
			if side == DestinationSide {
				add(onTasks, prefix+"task/*")
				add(onExecutions, prefix+"task/*/execution/*")
			}
		}
		if t.taskAccount() == account {
			add(onEverything, "*")
			add(onPolicies, "arn:"+p+":iam::"+account+":policy/*", "arn:"+p+":iam::aws:policy/*")
			add(onServiceRole, region.Role(p, account, "/aws-service-role/datasync.amazonaws.com/", "AWSServiceRoleForDataSync"))
			for _, op := range t.Operators {
				if _, ok := roleNameOf(op); ok {
					add(onAllRoles, op)
				}
			}
		}
	}
	out := map[scope][]string{}
	for s, arns := range set {
		out[s] = slices.Sorted(maps.Keys(arns))
	}
	return out
}
