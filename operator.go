package xacct

import (
	"github.com/xacct/xacct/internal/operator"
	"github.com/xacct/xacct/policy"
)

// OperatorPolicy returns the identity policy that the principal needs that runs xacct in the account for the transfers: exactly the calls that
// xacct makes there, on the resources that it makes them on. No phases means all phases but the BulkIAMPhase, which reads a whole account. It fails for
// invalid transfers, for an account that none of them touches, and for statements that do not fit into one managed policy: then ask for one phase at a
// time, or use [OperatorPolicies]. Where nothing is called in the phases, it has no statements, and IAM takes no such policy.
//
//   - To replace a task (AllowReplace), the ApplyPhase needs the DestroyPhase too. When a transfer moves to another bucket, Region or role, both
//     also need what they needed for the transfer as it was.
//   - The RunPhase covers reading a destination's Object Ownership in its account, as Plan.Start does, reading the task's reports and writing the
//     manifest of Retries. Writing Task.Manifest is left to its bucket's owner.
//   - Only AWS knows the role of a given location. With a LocationARN and no RoleARN, the policy allows reading all roles of the account.
//
// The tutorial's own list ([TutorialOperatorPolicy]) does not suffice for the tutorial: it lacks iam:PutRolePolicy, datasync:TagResource,
// iam:CreateServiceLinkedRole and s3:ListBucket, and it allows passing every role.
func OperatorPolicy(account string, transfers []Transfer, phases ...Phase) (policy.Document, error) {
	return operator.Policy(account, resolveAll(transfers), phases)
}

// OperatorPolicies returns the statements of [OperatorPolicy] in as many documents as it takes for each to fit into a managed policy; none if the operator
// calls nothing in these phases. A role can have 10 managed policies (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
func OperatorPolicies(account string, transfers []Transfer, phases ...Phase) ([]policy.Document, error) {
	return operator.Policies(account, resolveAll(transfers), phases)
}

// OperatorPolicy returns the identity policy that the principal needs that applies this plan in the account: the reads by which every Apply begins, and
// the writes of the plan's changes there and no others, of what is handed over and of former buckets, keys, roles and log groups too. What is blocked is
// not covered, unless the transfer is blocked for nothing but permissions that its caller or a principal of Operators, made already or not, lacks.
//
//   - An account where nothing changes gets the reads alone; one that the plan does not know is an error that names those that it knows.
//   - What does not exist yet has no ARN: its statements name all locations or tasks of the Region. So do the reads, which look for what is ours.
//   - To read the role of a caller that Operators does not name is left out. Apply goes without it.
//   - Whoever edits the JSON of a plan can widen the policy to other roles, buckets, keys, locations and tasks of the account, but to no other call and to no
//     pattern: that is a *[MismatchError]. Invalid transfers are [Problems], and a policy beyond the length of a managed policy is an error.
func (p *Plan) OperatorPolicy(account string) (policy.Document, error) {
	return operator.PlanPolicy(account, operator.Planned{Mode: p.Mode, CancelRuns: p.Settings.CancelRuns, Transfers: resolveAll(p.Transfers), Changes: p.Changes,
		Findings: p.Findings})
}

// TutorialOperatorPolicy returns the policy that AWS's tutorial gives to the user of the source account (its prerequisite "required source account
// permissions"), as printed, in the edition of April 2025. It does not suffice for the tutorial's own steps, and it allows passing every role
// to DataSync. See [OperatorPolicy] for what xacct needs.
//
// The tutorial's tip, the managed policy AWSDataSyncFullAccess (version 16 of February 2026), cannot make roles. With RoleARN given on both ends it
// suffices to plan, apply and run. The tutorial makes the destination's location in CloudShell, or with the AWS CLI in a profile of the same role,
// because the console makes none in another account's bucket; here [Plan.Apply] makes it, with the clients of that role, which Operators names.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func TutorialOperatorPolicy() policy.Document { return operator.Tutorial() }

// TutorialBucketOwnerPolicy returns what the tutorial asks for in words, and without a document, for the user of the destination account (its
// prerequisite "required destination account permissions"): to update the policy of one bucket and to disable its ACLs.
func TutorialBucketOwnerPolicy(bucketARN string) policy.Document {
	return policy.New(policy.Allow(
		"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls",
	).WithSid("DestinationUserPermissions").On(bucketARN))
}
