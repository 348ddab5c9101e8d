package plan

import (
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
)

// Facts are what is known about the accounts of a transfer before anything is changed. What is missing from a map is unknown; a zero document in
// a map means that there is none.
type Facts struct {
	BucketPolicies map[string]policy.Document   // by bucket name: the policy as it is
	KeyPolicies    map[string]policy.Document   // by key ARN: the policy as it is
	Leaving        map[string][]string          // by bucket name or key ARN: the Sids of statements that will be taken out of that policy
	Trusts         map[string]policy.Document   // by ARN of an existing role (RoleARN): its trust policy
	Identity       map[string][]policy.Document // by ARN of an operator or existing role: every policy attached to it; of a role of ours: those that others attached
	Boundaries     map[string]policy.Document   // by ARN of a role or operator: its permissions boundary
	IDs            map[string]string            // by ARN of a role or operator: its unique id, AROA… or AIDA…
	Tags           map[string]map[string]string // by ARN of a role or operator: all of its tags

	Unjudged []string          // ARNs of existing roles and operators whose policies or boundary could not all be read
	Moved    map[string]string // by the ARN that was given: the ARN of the role of that name, which has another path

	Buckets   map[string]bucket.State   // by bucket name: what was observed of the bucket, whose policy is in BucketPolicies instead
	Locations map[string]location.State // by ARN: what was observed of a given location (LocationARN)
	Writers   map[string]string         // by account: the ARN of the principal that writes its policies of buckets and keys
	DeadIDs   []string                  // unique ids that policies of buckets and keys showed in several reads, some time apart: their role or user is gone
	Filled    map[string]bucket.Sample  // by transfer name: what lies below the destination's prefix
	NotListed map[string]error          // by transfer name: why what lies below the destination's prefix could not be read
	Keys      map[string]kmskey.State   // by ARN: what was observed of the key, whose policy is in KeyPolicies instead

	DisablingACLs map[string]bool // by bucket name: some transfer of the plan disables the bucket's ACLs

	// Makers are who will make locations and tasks, and which of them are still to be made, by transfer name. A transfer that is missing has none that
	// is known: its task account has no client, or hands over its changes.
	Makers map[string]Maker

	// Writes are the calls that the callers will make in policies of buckets and keys and in Object Ownership, by transfer name. What is missing is for
	// others to write, or the caller is not known.
	Writes map[string][]Write

	// OrgIDs are the organisations (o-…) of accounts, by account id; see xacct.PlanOptions. One with characters that such an id does not
	// have, such as a space, counts as missing.
	OrgIDs map[string]string

	// Regions are the opt-in Regions that an account has enabled, by account id; see xacct.PlanOptions.
	Regions map[string][]string
	// Reached are the Regions in which DataSync has answered a call of the account, by account id: they are enabled there.
	Reached map[string][]string

	// Now is the time at which it is checked what grants with an end allow: see xacct.Transfer. It settles aws:CurrentTime for our own statements only, because
	// those of others may mean a time of which nobody told the plan. NewPlan and Apply set it from the clock of the machine. Zero: unknown.
	Now time.Time

	// Reported is by bucket name or key ARN, what the owner's operator reported of a policy that was not read, with those statements alone that are as the
	// transfers want them now.
	Reported map[string]Claim

	// SCPs are those of the accounts of principals, RCPs those of the accounts of buckets; see xacct.PlanOptions.
	SCPs, RCPs map[string][][]policy.Document
}

// Maker is the principal of the task account whose credentials plan and will apply, and what it has to make of one transfer.
type Maker struct {
	ARN     string // of the role behind the session, path included, or of the user; "" is not known
	Name    string // what STS called the principal: the ARN of a session, or ARN itself
	Sides   []Side // the ends whose locations are to be made
	Task    bool   // the task is to be made
	Unknown string // why ARN is not known; "" if it is

	// Calls are the resources of the task account, and buckets, on which the changes of the transfer make each call, by its action as in IAM policies. A
	// call that is missing is not needed now: that a principal may not make it is a warning. Nil is not known, and then every call is needed.
	Calls map[string][]string
}

// Write is a call by which the caller of an account will change the policy or the Object Ownership of a bucket, or the policy of a key.
type Write struct {
	Caller   string // the ARN of the role behind the caller's session, path included, or of the user
	Account  string // 12-digit id of the caller's account, whose bucket or key it is
	Region   string // of the bucket or key
	Kind     Kind   // BucketPolicy, BucketOwnership or KeyPolicy
	Action   string // as in IAM policies: s3:PutBucketPolicy
	Resource string // the ARN of the bucket or key
	Name     string // of the bucket; the id of the key
}
