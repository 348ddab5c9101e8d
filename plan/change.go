package plan

import (
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// Side is one end of a transfer. "" stands for both ends, or for none in particular.
type Side string

// The two ends of a transfer.
const (
	SourceSide      Side = "source"      // where objects are read
	DestinationSide Side = "destination" // where objects are written
)

// Kind is the kind of resource that a [Change] or a [Residue] is about.
type Kind string

// The kinds of resources that a plan changes.
const (
	IAMRole          Kind = "iam-role"          // a role with its trust policy and inline policies
	BucketPolicy     Kind = "bucket-policy"     // our statements in the policy of a bucket
	KeyPolicy        Kind = "key-policy"        // our statements in the policy of a KMS key
	BucketOwnership  Kind = "bucket-ownership"  // the Object Ownership of a bucket
	LogPolicy        Kind = "log-policy"        // the resource policy of CloudWatch Logs by which BASIC tasks may write logs
	LogGroup         Kind = "log-group"         // a log group of CloudWatch Logs
	DataSyncLocation Kind = "datasync-location" // an S3 location
	DataSyncTask     Kind = "datasync-task"     // a task
)

// The kinds of what runs of a task leave behind. No [Change] is about them.
const (
	Objects          Kind = "objects"           // objects in a bucket, below a prefix
	MultipartUploads Kind = "multipart-uploads" // parts of objects whose upload was cut off
)

// Op is what a [Change] would do.
type Op string

// The operations of changes.
const (
	NoOp    Op = "no-op"   // nothing: the resource is as desired
	Create  Op = "create"  // make a resource that does not exist
	Update  Op = "update"  // change a resource in place
	Replace Op = "replace" // make the new resource, then delete the old one, where AWS cannot change it in place
	Delete  Op = "delete"  // delete a resource that is ours and no longer desired
)

// Hold says why Apply does not make a [Change]. "" means that Apply makes it.
type Hold string

// The reasons to hold a change back.
const (
	Blocked  Hold = "blocked"  // a finding of one of its transfers blocks it, or it needs an option that was not given
	Handover Hold = "handover" // it is for the operator of an account that the plan's clients do not write to
	Reported Hold = "reported" // that operator has reported that it is done, and nobody here can look: see xacct.PlanOptions.Reported
)

// Change is one resource and what would be done to it.
type Change struct {
	ID        string // a stable address: account/region/kind/name
	Account   string // the account that owns the resource
	Region    string // "" for IAM
	Kind      Kind
	Name      string   // the name of a role, bucket or task, the id of a key, or the URI of a location
	Transfers []string // the names of the transfers that it is for
	Op        Op
	Hold      Hold `json:",omitempty"`

	// Before and After are the resource as text: what was observed and what is desired; "" is none. For a policy that others write too they are
	// whole documents, of which only our own statements count when the plan is applied. Both are "" where the policy was not read: see Add and Remove.
	Before, After string `json:",omitempty"`

	// Add are the statements to merge into a policy that others write too, Remove the Sids of those to take out of it. Everything else in the policy
	// stays as it is. They are all there is to say of a policy that was not read. Where nobody knows which statements stand there, Remove has every
	// Sid that the transfers can have.
	Add    policy.Document `json:",omitzero"`
	Remove []string        `json:",omitempty"`

	Requires []string `json:",omitempty"` // the IDs of the changes that must be done first
	Calls    []string `json:",omitempty"` // the AWS operations that it would call, such as iam:CreateRole
	Reason   string   `json:",omitempty"` // for people: why it is done, or why it is held back
	Details  []string `json:",omitempty"` // for people: what exactly changes, a line each

	ARN  string `json:",omitempty"` // of the existing resource; "" if there is none or it has none
	Side Side   `json:",omitempty"` // the end of a location, or of a role that serves one end only
}

// MarshalJSON returns the change as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the change.
func (c Change) MarshalJSON() ([]byte, error) {
	type members Change
	return text.Marshal(members(c))
}
