package authz

import "github.com/xacct/xacct/policy"

// Request is one call on one resource. A request with neither Principal nor Service is anonymous.
type Request struct {
	// Principal is the ARN of the caller: a role session (arn:aws:sts::111122223333:assumed-role/NAME/SESSION), a role (any session of it,
	// so that the session's name is unknown), a user, the root user of an account, or a federated user.
	//
	// The ARN of a session does not contain the path of its role. The path is taken to be "/", unless a policy names a role of that name
	// at another path: then the answer depends on aws:PrincipalArn, which Context can give. A role of IAM Identity Center
	// (AWSReservedSSO_…) has a path of its own, of which the Region part is unknown.
	Principal string

	// Service is the service principal of the caller, instead of Principal, when an AWS service acts for itself, such as
	// "datasync.amazonaws.com" when it assumes a role. "" is none.
	Service string

	Action   string // the action, such as "s3:PutObject"; its letter case does not matter
	Resource string // an ARN, or "*" for an action that has no resource

	// ResourceAccount is the 12-digit id of the account that owns the resource. "" is the account in the ARN. An S3 ARN has no account: the
	// owner is then unknown or, if Complete, the principal's account. The resource "*" belongs to the principal's account.
	ResourceAccount string

	// Context holds the values of the condition keys that are known to be present. The letter case of a key does not matter. A key without
	// a value is absent. aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType and aws:ResourceAccount follow from the fields above;
	// values given here win.
	Context map[string][]string

	// Absent names keys that are known to be absent; "aws:PrincipalTag/*" means all keys with that prefix. Context wins over Absent, and
	// Absent wins over what follows from other fields.
	Absent []string

	// Like holds keys that are known to be present with one value of a known form, in which * stands for any characters and ? for one:
	// {"aws:userid": "AROAEXAMPLEID:*"}. Context wins over Like, and Like wins over Absent.
	Like map[string]string

	// Among holds keys that are known to have one of a few values: {"s3:TlsVersion": {"1.2", "1.3"}}. "" among the values means that the key
	// may be absent. Context wins over Among, and Among wins over Like and Absent.
	Among map[string][]string

	// Complete says that every key which is in none of Context, Like and Among is absent; false says that such a key is unknown. The
	// answer to a complete request without Like, Among and Unread layers is never Undetermined.
	Complete bool
}

// Policies are the documents under which a request is decided. The zero Policies allow only requests of the root user within its account.
type Policies struct {
	Identity []policy.Document // policies of the principal: inline, managed, and those of a user's groups; nil is none

	// Boundary and Session limit what Identity allows. The zero document means that there is none.
	Boundary, Session policy.Document

	// SCPs of the principal's account and RCPs of the resource's account by level, the root of the organisation first. At each level some
	// SCP must allow and none may deny; of RCPs only Deny statements count. nil means not given: see [Decision.NotGiven]. Empty but not nil
	// means that there are none.
	SCPs, RCPs [][]policy.Document

	// Resource is the policy of the resource: of a bucket, of a key, or the trust policy of a role. The zero document means that there is
	// none.
	Resource policy.Document

	// Unread are the layers that could not be read in full. Decide considers everything that such a layer might contain. 0 is none.
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
