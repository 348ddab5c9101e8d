package plan

// Code is the stable word of a [Finding]. Programs compare it; it does not change between versions. docs/findings.md shows findings of each.
type Code = string

// Verdicts on access.
const (
	CodeAllowed      Code = "allowed"      // the policies allow the access
	CodeDenied       Code = "denied"       // the policies deny it, or do not allow it
	CodeLimited      Code = "limited"      // the policies deny only actions that the transfer needs rarely or not at all
	CodeUndetermined Code = "undetermined" // what was given and read does not settle it
	CodeNoOperator   Code = "no-operator"  // Operators is empty, and a caller may not make the locations or the task or write a policy, or it is not known who makes them
	CodeCaller       Code = "caller"       // a caller may not make the locations or the task or write a policy, and is none of Operators
	CodeNotGiven     Code = "not-given"    // policies that were not handed to the plan, such as SCPs: the verdicts hold as far as the given ones go
	CodeUnread       Code = "unread"       // something exists, or may exist, and could not be read
	CodeAssumed      Code = "assumed"      // the plan rests on something that AWS does not document
	CodeObserved     Code = "observed"     // what the task account could see by itself of a policy that was not read: it stands beside the verdict
	CodeReported     Code = "reported"     // what a report says of a policy that was not read, or why the report counts for nothing
)

// Findings about accounts.
const (
	CodeUnknownAccount Code = "unknown-account" // HandOver or Plan.For name an account that no transfer of the plan touches
	CodeOptIn          Code = "opt-in"          // whether the task account has enabled an opt-in Region that the transfer uses
)

// Findings about buckets.
const (
	CodeNoBucket      Code = "no-bucket"      // the bucket does not exist
	CodeWrongRegion   Code = "wrong-region"   // the bucket is in another Region
	CodeWrongOwner    Code = "wrong-owner"    // the bucket does not belong to the account, or that could not be proved
	CodeACLsEnabled   Code = "acls-enabled"   // a remote bucket has ACLs: objects written there would belong to the task account
	CodeACLGrants     Code = "acl-grants"     // grants in the bucket's ACL forbid BucketOwnerEnforced
	CodeOwnership     Code = "ownership"      // what a change of Object Ownership means for others
	CodePublicPolicy  Code = "public-policy"  // S3 calls the bucket's policy public, and may refuse to store it
	CodePublicAccess  Code = "public-access"  // S3 calls the bucket's policy public, and refuses every other account
	CodeRequesterPays Code = "requester-pays" // the bucket refuses requests of other accounts that do not say that they pay
	CodeObjectLock    Code = "object-lock"    // the bucket locks new objects
	CodeVersioning    Code = "versioning"     // what versions mean for this transfer
	CodeOverwrites    Code = "overwrites"     // objects at the destination that the first run may overwrite
	CodeEmptySource   Code = "empty-source"   // nothing is below the source's prefix
	CodeSkippedKeys   Code = "skipped-keys"   // which of the keys at the source, as far as PlanOptions.LookAtKeys looked, DataSync skips
)

// Findings about KMS keys.
const (
	CodeNoKey        Code = "no-key"         // the key does not exist
	CodeKeyUnusable  Code = "key-unusable"   // the key cannot serve this transfer: AWS manages it, or it is disabled
	CodeKeyNotListed Code = "key-not-listed" // the bucket's default encryption uses a key that KMSKeys does not name
)

// Findings about policies.
const (
	CodeSidTaken        Code = "sid-taken"        // a statement of somebody else has our Sid
	CodeDeadPrincipal   Code = "dead-principal"   // a statement names a deleted role or user, or would
	CodeLockout         Code = "lockout"          // nobody could change the policy again
	CodeGrantStays      Code = "grant-stays"      // a role goes before its grant in a policy that nobody here can read, and a new role of its name would inherit it
	CodeReportedRemoval Code = "reported-removal" // a role would be deleted on the word of an operator that no policy names it any more
	CodeTutorial        Code = "tutorial"         // a statement has the constant Sid of AWS's tutorial
	CodeSize            Code = "size"             // a policy, or the number of tasks, roles or objects, has a limit, and may be near or over it
	CodePolicyAdvice    Code = "policy-advice"    // a statement holds what can never match, or what AWS probably refuses
)

// Findings about log groups.
const (
	CodeNoLogGroup      Code = "no-log-group"      // the log group that the transfer names does not exist
	CodeForeignLogGroup Code = "foreign-log-group" // a log group of the desired name exists and is not ours
	CodeLogGroup        Code = "log-group"         // what is set on a log group that the transfer uses as it is
)

// Findings about resources that exist already.
const (
	CodeForeignRole   Code = "foreign-role"    // a role of the desired name exists and is not ours
	CodeRoleOpensMore Code = "role-opens-more" // a role's Trust or Policies open more than the preset
	CodeNoRole        Code = "no-role"         // RoleARN or Operators name a role that does not exist, or not at that path; or Role.PermissionsBoundary names no policy
	CodeNoLocation    Code = "no-location"     // LocationARN names a location that does not exist or does not fit
	CodeAdopt         Code = "adopt"           // what Adopt names cannot become the transfer's own, what it keeps of its own, or what it loses with the transfer
	CodeAmbiguous     Code = "ambiguous"       // several resources are tagged as ours
	CodeCandidate     Code = "candidate"       // a resource like the desired one exists without our tags
	CodeReplace       Code = "replace"         // something must be replaced, and AllowReplace was not given
	CodeRunning       Code = "running"         // an execution of the task has not ended
)

// Findings about what the task will do.
const (
	CodeDeletes          Code = "deletes"           // the task deletes at the destination, and AllowDelete was not given
	CodeOverlap          Code = "overlap"           // transfers of one plan delete or write where another writes, or write into another's source
	CodeTaskOption       Code = "task-option"       // a setting that costs, loses traces, does nothing, or is only assumed to work
	CodeStorageClass     Code = "storage-class"     // what the destination's storage class means for the objects written
	CodeScheduleDisabled Code = "schedule-disabled" // DataSync disabled the schedule by itself: a person has to see why
	CodeUntil            Code = "until"             // the grants in policies of other accounts have ended, end soon, end before the schedule does, or stay as statements
)
