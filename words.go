package xacct

import "github.com/xacct/xacct/plan"

// The types below are those of package plan, which has their fields and methods, under names of this package.
type (
	// Mode is the direction of a plan. See [plan.Mode].
	Mode = plan.Mode
	// Settings are the options that a plan was made with and that Apply keeps to. See [plan.Settings].
	Settings = plan.Settings
	// Phase is a part of the work that an operator can be allowed separately. See [plan.Phase].
	Phase = plan.Phase
	// Adopt names what was set up by hand or by another tool and is to become the transfer's own. See [plan.Adopt].
	Adopt = plan.Adopt
	// Side is one end of a transfer. See [plan.Side].
	Side = plan.Side
	// Kind is the kind of resource that a [Change] or a [Residue] is about. See [plan.Kind].
	Kind = plan.Kind
	// Op is what a [Change] would do. See [plan.Op].
	Op = plan.Op
	// Hold says why Apply does not make a [Change]. See [plan.Hold].
	Hold = plan.Hold
	// Change is one resource and what would be done to it. See [plan.Change].
	Change = plan.Change
	// Severity is the weight of a [Finding]. See [plan.Severity].
	Severity = plan.Severity
	// Finding is one thing that a plan knows about a transfer: what the policies allow, what stands in the way, what is unknown. See [plan.Finding].
	Finding = plan.Finding
	// Code is the stable word of a [Finding]. See [plan.Code].
	Code = plan.Code
	// Facts are what is known about the accounts of a transfer before anything is changed. See [plan.Facts].
	Facts = plan.Facts
	// Maker is the principal of the task account whose credentials plan and will apply, and what it has to make of one transfer. See [plan.Maker].
	Maker = plan.Maker
	// Write is a call by which the caller of an account will change the policy or the Object Ownership of a bucket, or the policy of a key. See [plan.Write].
	Write = plan.Write
	// Status is how a [Change] ended. See [plan.Status].
	Status = plan.Status
	// ChangeResult is what became of one change. See [plan.ChangeResult].
	ChangeResult = plan.ChangeResult
	// PolicyWrite is one write of a policy that others write too. See [plan.PolicyWrite].
	PolicyWrite = plan.PolicyWrite
	// Stored is what was read of a policy that others write too, after the last write or instead of one, and of a bucket's Object Ownership. See [plan.Stored].
	Stored = plan.Stored
	// Result is what Apply did. See [plan.Result].
	Result = plan.Result
	// Event is one step of Apply. See [plan.Event].
	Event = plan.Event
	// EventState is what an [Event] reports. See [plan.EventState].
	EventState = plan.EventState
	// Residue is something that is left after a tear-down. See [plan.Residue].
	Residue = plan.Residue
	// AccessTestError says that DataSync would not make a location or task, or start or finish a run, mostly because it could not reach a bucket, and what the plan had said of that. See [plan.AccessTestError].
	AccessTestError = plan.AccessTestError
	// Claim is what the operator of an account reported of one policy or of one bucket's Object Ownership, where nobody here can look. See [plan.Claim].
	Claim = plan.Claim
	// ClientError says that the plan needs a client that the caller did not give, or gave as nil. See [plan.ClientError].
	ClientError = plan.ClientError
	// ConfigError says that a call cannot succeed with the client that it was made with: its credentials have expired, are missing or are refused, or it has no Region. See [plan.ConfigError].
	ConfigError = plan.ConfigError
	// CallError is a failed call, with the account, Region and operation it was made in. See [plan.CallError].
	CallError = plan.CallError
	// IdentityError says that a client belongs to another account than the one it stands for, or that its account could not be proved. See [plan.IdentityError].
	IdentityError = plan.IdentityError
	// CallerError says that nothing was applied, because the caller may not make a location or task that it would have to make now, or because the caller
	// of another account may not write a policy there. See [plan.CallerError].
	CallerError = plan.CallerError
	// BlockedError says that changes were not made because findings block them. See [plan.BlockedError].
	BlockedError = plan.BlockedError
	// AmbiguousError says that several resources are tagged as one of ours. See [plan.AmbiguousError].
	AmbiguousError = plan.AmbiguousError
	// PartialError says what stands of an apply of which a change failed: nothing is rolled back. See [plan.PartialError].
	PartialError = plan.PartialError
	// StaleError says that a resource of ours was changed after the plan was made. See [plan.StaleError].
	StaleError = plan.StaleError
	// MismatchError says that a plan's text is not what its transfers ask for, so that somebody or something edited it. See [plan.MismatchError].
	MismatchError = plan.MismatchError

	// OwnerError says that a statement or role has our name and is not ours. See [plan.OwnerError].
	OwnerError = plan.OwnerError

	// WrongOwnerError says that a bucket does not belong to the account that the transfer names, or that this is not proved. See [plan.WrongOwnerError].
	WrongOwnerError = plan.WrongOwnerError
	// DeadPrincipalError says that a policy was stored with the unique ID of a deleted role in place of the role that was sent. See [plan.DeadPrincipalError].
	DeadPrincipalError = plan.DeadPrincipalError
	// LostUpdateError says that the policy of a bucket or key does not hold what was written: somebody wrote it at the same time. See [plan.LostUpdateError].
	LostUpdateError = plan.LostUpdateError
	// SchemaError says that a plan's JSON is of a version that this one does not read, or no plan's. See [plan.SchemaError].
	SchemaError = plan.SchemaError
	// DriftError says that a plan of the mode [Drift] was to be used for more than to be looked at. See [plan.DriftError].
	DriftError = plan.DriftError
	// WaitingError says that a change waits for the operator of another account. See [plan.WaitingError].
	WaitingError = plan.WaitingError
	// NoTaskError says that a transfer has no task to run. See [plan.NoTaskError].
	NoTaskError = plan.NoTaskError
	// OwnershipError says that a run was not started because the objects written might not belong to the destination's owner. See [plan.OwnershipError].
	OwnershipError = plan.OwnershipError
)

// The modes of plans.
const (
	SetUp    Mode = plan.SetUp    // made by NewPlan
	TearDown Mode = plan.TearDown // made by NewDestroyPlan
	Drift    Mode = plan.Drift    // made by NewPlan with PlanOptions.Drift: it shows what differs, and nothing was checked for it
)

// The phases.
const (
	PlanPhase    Phase = plan.PlanPhase    // NewPlan and NewDestroyPlan: reads only
	ApplyPhase   Phase = plan.ApplyPhase   // Apply of a set-up plan, which reads again
	RunPhase     Phase = plan.RunPhase     // start, watch and cancel
	DestroyPhase Phase = plan.DestroyPhase // Apply of a tear-down plan, which reads again
	BulkIAMPhase Phase = plan.BulkIAMPhase // what PlanOptions.BulkIAM needs beside the PlanPhase; never among all phases
)

// Fitting stands in [Adopt] for the ARN of the one resource that fits.
const Fitting = plan.Fitting

// The two ends of a transfer.
const (
	SourceSide      Side = plan.SourceSide      // where objects are read
	DestinationSide Side = plan.DestinationSide // where objects are written
)

// The kinds of resources that a plan changes.
const (
	IAMRole          Kind = plan.IAMRole          // a role with its trust policy and inline policies
	BucketPolicy     Kind = plan.BucketPolicy     // our statements in the policy of a bucket
	KeyPolicy        Kind = plan.KeyPolicy        // our statements in the policy of a KMS key
	BucketOwnership  Kind = plan.BucketOwnership  // the Object Ownership of a bucket
	LogPolicy        Kind = plan.LogPolicy        // the resource policy of CloudWatch Logs by which BASIC tasks may write logs
	LogGroup         Kind = plan.LogGroup         // a log group of CloudWatch Logs
	DataSyncLocation Kind = plan.DataSyncLocation // an S3 location
	DataSyncTask     Kind = plan.DataSyncTask     // a task
)

// The kinds of what runs of a task leave behind. No [Change] is about them.
const (
	Objects          Kind = plan.Objects          // objects in a bucket, below a prefix
	MultipartUploads Kind = plan.MultipartUploads // parts of objects whose upload was cut off
)

// The operations of changes.
const (
	NoOp    Op = plan.NoOp    // nothing: the resource is as desired
	Create  Op = plan.Create  // make a resource that does not exist
	Update  Op = plan.Update  // change a resource in place
	Replace Op = plan.Replace // make the new resource, then delete the old one, where AWS cannot change it in place
	Delete  Op = plan.Delete  // delete a resource that is ours and no longer desired
)

// The reasons to hold a change back.
const (
	Blocked  Hold = plan.Blocked  // a finding of one of its transfers blocks it, or it needs an option that was not given
	Handover Hold = plan.Handover // it is for the operator of an account that the plan's clients do not write to
	Reported Hold = plan.Reported // that operator has reported that it is done, and nobody here can look: see xacct.PlanOptions.Reported
)

// The severities of findings, the lightest first.
const (
	Info     Severity = plan.Info     // good to know
	Warning  Severity = plan.Warning  // to be looked at; it stops nothing
	Blocking Severity = plan.Blocking // no change of the transfer is made, unless the finding's code is overridden
)

// Verdicts on access.
const (
	CodeAllowed      Code = plan.CodeAllowed      // the policies allow the access
	CodeDenied       Code = plan.CodeDenied       // the policies deny it, or do not allow it
	CodeLimited      Code = plan.CodeLimited      // the policies deny only actions that the transfer needs rarely or not at all
	CodeUndetermined Code = plan.CodeUndetermined // what was given and read does not settle it
	CodeNoOperator   Code = plan.CodeNoOperator   // Operators is empty, and a caller may not make the locations or the task or write a policy, or it is not known who makes them
	CodeCaller       Code = plan.CodeCaller       // a caller may not make the locations or the task or write a policy, and is none of Operators
	CodeNotGiven     Code = plan.CodeNotGiven     // policies that were not handed to the plan, such as SCPs: the verdicts hold as far as the given ones go
	CodeUnread       Code = plan.CodeUnread       // something exists, or may exist, and could not be read
	CodeAssumed      Code = plan.CodeAssumed      // the plan rests on something that AWS does not document
	CodeObserved     Code = plan.CodeObserved     // what the task account could see by itself of a policy that was not read: it stands beside the verdict
	CodeReported     Code = plan.CodeReported     // what a report says of a policy that was not read, or why the report counts for nothing
)

// Findings about accounts.
const (
	CodeUnknownAccount Code = plan.CodeUnknownAccount // HandOver or Plan.For name an account that no transfer of the plan touches
	CodeOptIn          Code = plan.CodeOptIn          // whether the task account has enabled an opt-in Region that the transfer uses
)

// Findings about buckets.
const (
	CodeNoBucket      Code = plan.CodeNoBucket      // the bucket does not exist
	CodeWrongRegion   Code = plan.CodeWrongRegion   // the bucket is in another Region
	CodeWrongOwner    Code = plan.CodeWrongOwner    // the bucket does not belong to the account, or that could not be proved
	CodeACLsEnabled   Code = plan.CodeACLsEnabled   // a remote bucket has ACLs: objects written there would belong to the task account
	CodeACLGrants     Code = plan.CodeACLGrants     // grants in the bucket's ACL forbid BucketOwnerEnforced
	CodeOwnership     Code = plan.CodeOwnership     // what a change of Object Ownership means for others
	CodePublicPolicy  Code = plan.CodePublicPolicy  // S3 calls the bucket's policy public, and may refuse to store it
	CodePublicAccess  Code = plan.CodePublicAccess  // S3 calls the bucket's policy public, and refuses every other account
	CodeRequesterPays Code = plan.CodeRequesterPays // the bucket refuses requests of other accounts that do not say that they pay
	CodeObjectLock    Code = plan.CodeObjectLock    // the bucket locks new objects
	CodeVersioning    Code = plan.CodeVersioning    // what versions mean for this transfer
	CodeOverwrites    Code = plan.CodeOverwrites    // objects at the destination that the first run may overwrite
	CodeEmptySource   Code = plan.CodeEmptySource   // nothing is below the source's prefix
	CodeSkippedKeys   Code = plan.CodeSkippedKeys   // which of the keys at the source, as far as PlanOptions.LookAtKeys looked, DataSync skips
)

// Findings about KMS keys.
const (
	CodeNoKey        Code = plan.CodeNoKey        // the key does not exist
	CodeKeyUnusable  Code = plan.CodeKeyUnusable  // the key cannot serve this transfer: AWS manages it, or it is disabled
	CodeKeyNotListed Code = plan.CodeKeyNotListed // the bucket's default encryption uses a key that KMSKeys does not name
)

// Findings about policies.
const (
	CodeSidTaken        Code = plan.CodeSidTaken        // a statement of somebody else has our Sid
	CodeDeadPrincipal   Code = plan.CodeDeadPrincipal   // a statement names a deleted role or user, or would
	CodeLockout         Code = plan.CodeLockout         // nobody could change the policy again
	CodeGrantStays      Code = plan.CodeGrantStays      // a role goes before its grant in a policy that nobody here can read, and a new role of its name would inherit it
	CodeReportedRemoval Code = plan.CodeReportedRemoval // a role would be deleted on the word of an operator that no policy names it any more
	CodeTutorial        Code = plan.CodeTutorial        // a statement has the constant Sid of AWS's tutorial
	CodeSize            Code = plan.CodeSize            // a policy, or the number of tasks, roles or objects, has a limit, and may be near or over it
	CodePolicyAdvice    Code = plan.CodePolicyAdvice    // a statement holds what can never match, or what AWS probably refuses
)

// Findings about log groups.
const (
	CodeNoLogGroup      Code = plan.CodeNoLogGroup      // the log group that the transfer names does not exist
	CodeForeignLogGroup Code = plan.CodeForeignLogGroup // a log group of the desired name exists and is not ours
	CodeLogGroup        Code = plan.CodeLogGroup        // what is set on a log group that the transfer uses as it is
)

// Findings about resources that exist already.
const (
	CodeForeignRole   Code = plan.CodeForeignRole   // a role of the desired name exists and is not ours
	CodeRoleOpensMore Code = plan.CodeRoleOpensMore // a role's Trust or Policies open more than the preset
	CodeNoRole        Code = plan.CodeNoRole        // RoleARN or Operators name a role that does not exist, or not at that path; or Role.PermissionsBoundary names no policy
	CodeNoLocation    Code = plan.CodeNoLocation    // LocationARN names a location that does not exist or does not fit
	CodeAdopt         Code = plan.CodeAdopt         // what Adopt names cannot become the transfer's own, what it keeps of its own, or what it loses with the transfer
	CodeAmbiguous     Code = plan.CodeAmbiguous     // several resources are tagged as ours
	CodeCandidate     Code = plan.CodeCandidate     // a resource like the desired one exists without our tags
	CodeReplace       Code = plan.CodeReplace       // something must be replaced, and AllowReplace was not given
	CodeRunning       Code = plan.CodeRunning       // an execution of the task has not ended
)

// Findings about what the task will do.
const (
	CodeDeletes          Code = plan.CodeDeletes          // the task deletes at the destination, and AllowDelete was not given
	CodeOverlap          Code = plan.CodeOverlap          // transfers of one plan delete or write where another writes, or write into another's source
	CodeTaskOption       Code = plan.CodeTaskOption       // a setting that costs, loses traces, does nothing, or is only assumed to work
	CodeStorageClass     Code = plan.CodeStorageClass     // what the destination's storage class means for the objects written
	CodeScheduleDisabled Code = plan.CodeScheduleDisabled // DataSync disabled the schedule by itself: a person has to see why
	CodeUntil            Code = plan.CodeUntil            // the grants in policies of other accounts have ended, end soon, end before the schedule does, or stay as statements
)

// The ends of changes.
const (
	Done      Status = plan.Done      // it was made, and read back where AWS allows that
	Unchanged Status = plan.Unchanged // the resource was as desired: nothing was written
	Failed    Status = plan.Failed    // see ChangeResult.Err
	Skipped   Status = plan.Skipped   // a change that it requires was not made, or it is blocked
	Waiting   Status = plan.Waiting   // it waits for the operator of another account; apply again afterwards
)

// The states that events report.
const (
	EventStarted EventState = plan.EventStarted // the change is being made
	EventWaiting EventState = plan.EventWaiting // AWS refused it as it refuses what a new role or policy does not yet allow: it is tried again
	EventEnded   EventState = plan.EventEnded   // Detail begins with its Status
)

// Hints returns the next actions that the errors in err name, the most helpful first and none twice.
func Hints(err error) []string { return plan.Hints(err) }
