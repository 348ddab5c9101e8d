package authz

import "github.com/xacct/xacct/policy"

// Request is one call that somebody makes on one resource. A request with neither Principal nor Service is an anonymous one.
type Request struct {
	// Principal is the ARN of who calls: a role session (arn:aws:sts::111122223333:assumed-role/NAME/SESSION), a role
	// (any session of it: the session's name is unknown), a user, the root user of an account, or a federated user.
	//
	// The ARN of a session does not tell the path of its role. It is taken to be "/", unless a policy speaks of a role of that name at
	// another path: then it depends on aws:PrincipalArn, which Context can give. A role of IAM Identity Center (AWSReservedSSO_…) lies at
	// a path of its own, of which the Region is not known.
	Principal string

	// Service is who calls, instead of Principal, when an AWS service acts for itself: "datasync.amazonaws.com" assuming a role.
	Service string

	Action   string // "s3:PutObject"; case does not matter
	Resource string // an ARN, or "*" for an action that has no resource

	// ResourceAccount is the account that owns the resource. "" is the account in the ARN; an S3 ARN has none, and then the owner is
	// unknown (with Complete: the account of the principal). A resource "*" is the principal's own account.
	ResourceAccount string

	// Context holds the values of the condition keys that are known to be present. The case of a key does not matter.
	// A key without a value counts as absent. aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType and aws:ResourceAccount
	// follow from the fields above; what is given here wins.
	Context map[string][]string

	// Absent names keys that are known to be absent; "aws:PrincipalTag/*" is all keys that begin so.
	// Context wins over it, and it wins over what follows from other fields.
	Absent []string

	// Like holds keys that are known to be present with one value of a form, in which * stands for any characters and ? for one:
	// {"aws:userid": "AROAEXAMPLEID:*"}. Context wins over it, and it wins over Absent.
	Like map[string]string

	// Among holds keys that are known to have one of a few values; "" among them says that the key may be absent:
	// {"s3:TlsVersion": {"1.2", "1.3"}}. Context wins over it, and it wins over Like and Absent.
	Among map[string][]string

	// Complete: every key that is in none of Context, Like and Among is absent. False: such a key is unknown.
	// A complete request without Like, Among and Unread layers never ends undetermined.
	Complete bool
}

// Policies are the documents that a request is judged by. The zero Policies allow nothing, except what the root user of the account does.
type Policies struct {
	Identity []policy.Document // attached to the principal: inline, managed, and those of a user's groups

	// Boundary and Session limit what Identity allows. The zero document is none.
	Boundary, Session policy.Document

	// SCPs of the principal's account and RCPs of the resource's account, outermost level (the root of the organisation) first.
	// At each level some SCP has to allow and none may deny. Of RCPs only what they deny counts. nil is not given: see [Decision.NotGiven].
	// Not nil and empty is known to be none.
	SCPs, RCPs [][]policy.Document

	// Resource is the policy of the resource: of a bucket, of a key, or the trust policy of a role. The zero document is none.
	Resource policy.Document

	// Unread are layers of which more exists than could be read. Whatever such a layer might say is considered.
	Unread Layer
}

// Layer is a set of kinds of policy.
type Layer uint

// The layers, in the order in which a Decision lists them.
const (
	SCP Layer = 1 << iota
	RCP
	Resource
	Identity
	Boundary
	Session
)

var layerNames = [...]string{"SCP", "RCP", "resource policy", "identity policy", "permissions boundary", "session policy"}
