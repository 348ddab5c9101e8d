package xacct

import ()

// Kind is what a [Change] is about.
type Kind string

const (
	IAMRole          Kind = "iam-role"          // a role with its trust and inline policies
	BucketPolicy     Kind = "bucket-policy"     // our statements in a bucket's policy
	KeyPolicy        Kind = "key-policy"        // our statements in a key's policy
	BucketOwnership  Kind = "bucket-ownership"  // a bucket's Object Ownership
	LogPolicy        Kind = "log-policy"        // the resource policy of CloudWatch Logs by which BASIC tasks may write logs
	DataSyncLocation Kind = "datasync-location" // an S3 location
	DataSyncTask     Kind = "datasync-task"     // a task
)

// Op is what would be done.
type Op string

const (
	NoOp    Op = "no-op"   // everything is as wanted
	Create  Op = "create"  // it is not there
	Update  Op = "update"  // it is changed in place
	Replace Op = "replace" // make the new one, then delete the old: what AWS cannot change in place
	Delete  Op = "delete"  // it is ours and no longer wanted
)

// Hold says why a change is not made by Apply. "" means it is made.
type Hold string

const (
	Blocked  Hold = "blocked"  // a finding of one of its transfers forbids it, or it needs an option that was not given
	Handover Hold = "handover" // it is for the operator of an account that these clients do not write to
)

// Change is one resource and what would happen to it.
type Change struct {
	ID        string // stable address: account/region/kind/name
	Account   string
	Region    string // "" for IAM
	Kind      Kind
	Name      string // role or bucket name, id of a key, location URI, task name
	Transfers []string
	Op        Op
	Hold      Hold `json:",omitempty"`

	// Before and After are the resource as text: what was read, and what is wanted; "" is none. For the policy of a bucket or key they are the
	// whole document, of which only our own statements count when the plan is applied; after a hand-over Before is "" because it was not read.
	Before, After string `json:",omitempty"`

	Requires []string `json:",omitempty"` // IDs of the changes that must be done first
	Calls    []string `json:",omitempty"` // the AWS operations that it would call, such as iam:CreateRole
	Reason   string   `json:",omitempty"` // for people: why it is done, or why it is held
	Details  []string `json:",omitempty"` // for people: what exactly changes, a line each

	ARN  string `json:",omitempty"` // of the existing resource; "" if there is none or it has none
	Side Side   `json:",omitempty"` // of a location, or of a role that serves one end only
}

// writes reports whether Apply has something to do for the change.
func writes(c *Change) bool { return c.Op != NoOp && c.Hold == "" }

// Severity is the weight of a [Finding].
type Severity string

const (
	Info     Severity = "info"     // good to know
	Warning  Severity = "warning"  // to be looked at; it stops nothing
	Blocking Severity = "blocking" // no change of the transfer is made, unless the finding's code is overridden
)

// Finding is one thing that the plan knows about a transfer: who will be let in, what blocks it, what is unknown.
type Finding struct {
	Severity   Severity
	Code       Code
	Transfer   string `json:",omitempty"`
	Side       Side   `json:",omitempty"` // the end of the transfer that it is about; "" is both
	Account    string `json:",omitempty"` // the account in which the cause lies
	Subject    string `json:",omitempty"` // what it is about: a role's ARN, a bucket
	Statement  string `json:",omitempty"` // the statement that decides, as "Sid" or "statement 3"
	Detail     string // one line
	Overridden bool   `json:",omitempty"` // it would block, and PlanOptions.Override makes a warning of it
	Remedy     string `json:",omitempty"` // the next action

	Actions  []string `json:",omitempty"` // those that were judged alike; nil if it is not about access
	Proposal []string `json:",omitempty"` // statements as their owner could write them to let the subject in; never applied

	DependsOn []string `json:",omitempty"` // the facts or condition keys that would settle an unknown
}

// Code is the stable word of a finding.
type Code = string

// The codes of findings.
const (
	CodeAllowed       Code = "allowed"        // the policies let the caller in
	CodeDenied        Code = "denied"         // they do not
	CodeUndetermined  Code = "undetermined"   // what was given and read does not settle it
	CodeNoOperator    Code = "no-operator"    // nobody was named who may list a remote bucket when creating its location
	CodeNotGiven      Code = "not-given"      // policies that nobody handed us, such as SCPs: the verdicts hold as far as the given ones go
	CodeUnread        Code = "unread"         // something exists or may exist but could not be read
	CodeACLsEnabled   Code = "acls-enabled"   // a remote destination on which written objects would belong to the task account
	CodeACLGrants     Code = "acl-grants"     // grants in the bucket's ACL that forbid BucketOwnerEnforced
	CodeOwnership     Code = "ownership"      // what disabling ACLs means for others
	CodeNoBucket      Code = "no-bucket"      // the bucket does not exist
	CodeWrongRegion   Code = "wrong-region"   // the bucket lives in another Region
	CodeWrongOwner    Code = "wrong-owner"    // the bucket does not belong to the account, or it may not be proved
	CodeSidTaken      Code = "sid-taken"      // somebody else's statement bears our Sid
	CodeForeignRole   Code = "foreign-role"   // a role of the wanted name exists and is not ours
	CodeAmbiguous     Code = "ambiguous"      // several resources bear our mark
	CodeCandidate     Code = "candidate"      // a resource like the wanted one exists without our mark
	CodeReplace       Code = "replace"        // something must be replaced, which was not allowed
	CodeSize          Code = "size"           // a policy, or the number of tasks or roles, is near or over its limit
	CodeDeadPrincipal Code = "dead-principal" // a statement names a deleted role or user, or would
	CodeNoRole        Code = "no-role"        // RoleARN or Operators name a role that does not exist, or not at that path
	CodeNoLocation    Code = "no-location"    // LocationARN names a location that does not exist or does not fit
	CodeRunning       Code = "running"        // an execution of the task has not ended
	CodeNoKey         Code = "no-key"         // the key does not exist
	CodeKeyUnusable   Code = "key-unusable"   // the key cannot serve this transfer, such as one that AWS manages or that is disabled
	CodeKeyNotListed  Code = "key-not-listed" // the bucket's default encryption uses a key that KMSKeys does not name
	CodeLockout       Code = "lockout"        // nobody could change the policy again
	CodeDeletes       Code = "deletes"        // the task deletes at the destination, which was not allowed
)
