package xacct

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// Problem is one thing wrong with a [Transfer]: the field, its value, the rule and what would be right.
// Validate joins all of them; errors.As finds the first, and [Problems] all.
type Problem = problem.Problem

// Problems returns every [Problem] in err.
func Problems(err error) []*Problem { return problem.All(err) }

// Endpoint is one end of a [Transfer]: a bucket, or a prefix of it, and how DataSync gets at it.
type Endpoint struct {
	Account string // 12-digit id of the account that owns the bucket; required
	Region  string // the Region the bucket lives in; required
	Bucket  string // the bucket's name, not its ARN; required
	Prefix  string // the key prefix to copy from or to, with or without slashes at its ends; "" is the whole bucket

	// StorageClass is given to objects newly written; destination only. "" is STANDARD.
	StorageClass dstypes.S3StorageClass `json:",omitempty"`

	// DisableACLs asks to set the destination bucket's Object Ownership to BucketOwnerEnforced where it is not yet. Without it a bucket
	// in another account that still has ACLs blocks the plan, because objects that DataSync writes there would belong to the task account:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
	DisableACLs bool `json:",omitempty"`

	// KMSKeys are the full ARNs of the customer managed keys that the objects of this end are encrypted under: neither ids nor aliases.
	// A source may need several, because objects keep the key that they were written under; a destination needs the key of the bucket's
	// default encryption. The role may use them, and a key in another account than the task lets it; a key of the task account must
	// let it by a policy of its own. A key taken off the list loses our statement with the next plan. nil is none.
	// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
	KMSKeys []string `json:",omitempty"`

	// KMSViaS3 limits what the role may do with the keys to calls that S3 makes for it (kms:ViaService). That DataSync makes none of its own
	// is not documented. False sets no such condition.
	KMSViaS3 bool `json:",omitempty"`

	// Role is the IAM role that DataSync assumes for this end. Every field may be empty: Name becomes the transfer's name with
	// "-source" or "-destination", empty Trust and Policies become the least-privilege presets.
	// The same Name on both ends makes one role of them.
	Role iamrole.Spec

	RoleARN     string `json:",omitempty"` // an existing role to use instead; judged, never changed, never deleted; excludes Role
	LocationARN string `json:",omitempty"` // an existing location to use instead; judged, never changed, never deleted; excludes Role
}

// bucketARN is the ARN of the end's bucket.
func (e Endpoint) bucketARN() string { return region.Bucket(region.Partition(e.Region), e.Bucket) }

// Transfer is a copy of one bucket, or a prefix of it, into another. It is a plain value: nothing in xacct changes it.
type Transfer struct {
	// Name identifies the transfer. The names of roles, tags and statement ids follow from it, so a new name is a new transfer.
	// [A-Za-z][A-Za-z0-9-]*, at most 52 characters; required.
	Name string

	Source, Destination Endpoint // where to copy from and to; neither may lie inside the other

	// TaskAccount owns the roles, locations and task, and runs the task. "" is the source's account (push);
	// the destination's account makes it a pull.
	TaskAccount string

	// Operators are the ARNs of the roles or users of the task account that will create the locations. AWS checks their own
	// s3:ListBucket on both buckets as well, so a bucket in another account grants it to exactly these. Empty grants it to nobody.
	Operators []string

	Grant GrantShape        // how a bucket in another account names DataSync's role
	Task  task.Spec         // the task's settings; Account, Region and the location ARNs are computed and must be empty; Name "" is the transfer's
	Tags  map[string]string // of roles, locations and task, besides our own; nil is none

	// Retries is where [task.Retry] writes the list of what to run again: DataSync may read it with the source's role, see RetryManifest.
	// Nil is no such place.
	Retries *task.Manifest `json:",omitempty"`

	// TagPrefix is put before the keys of the tags that mark what is ours: transfer, side and managed-by. "" is "xacct:".
	TagPrefix string `json:",omitempty"`
}

// GrantShape is the shape of the statement by which a bucket lets DataSync's role of another account in.
type GrantShape string

const (
	// ByRole names the role as principal, as AWS's tutorial does. The role must exist before the statement can be written, and a role
	// that is deleted and made again is no longer meant by it.
	ByRole GrantShape = ""
	// ByAccount names the task account as principal and the role in an aws:PrincipalArn condition. It needs no existing role and never
	// dangles; a role deleted and made again under that name inherits the grant.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
	ByAccount GrantShape = "ByAccount"
)

// Side is one end of a transfer.
type Side string

const (
	SourceSide      Side = "source"      // where objects are read
	DestinationSide Side = "destination" // where they are written
)

// AccountRole is a role and the account it belongs to.
type AccountRole struct {
	Account string
	iamrole.Spec
}

// Resources is what each account should hold for one transfer. It comes from the transfer alone: no call is made.
type Resources struct {
	Transfer Transfer // the transfer with every default filled in

	Roles               []AccountRole // the roles to make: none, one or two
	Buckets             []bucket.Spec // the buckets to configure: those outside the task account, and a destination whose ACLs are to be disabled
	Keys                []kmskey.Spec `json:",omitempty"` // the keys of both ends; those outside the task account with statements
	Source, Destination location.Spec
	Task                task.Spec // its location ARNs are empty until the locations exist
}

// end returns the endpoint of a side.
func (t Transfer) end(side Side) Endpoint {
	if side == SourceSide {
		return t.Source
	}
	return t.Destination
}

// taskAccount is TaskAccount or its default.
func (t Transfer) taskAccount() string {
	if t.TaskAccount == "" {
		return t.Source.Account
	}
	return t.TaskAccount
}

func (t Transfer) partition() string { return region.Partition(t.Destination.Region) }

// remote reports whether the bucket of the side is in another account than the task.
func (t Transfer) remote(side Side) bool { return t.end(side).Account != t.taskAccount() }

// roleARN is the role that DataSync assumes for the side; "" if only its location is given, because the location then names it.
func (t Transfer) roleARN(side Side) string {
	e := t.end(side)
	switch {
	case e.RoleARN != "":
		return e.RoleARN
	case e.LocationARN != "":
		return ""
	}
	return region.Role(t.partition(), t.taskAccount(), e.Role.Path, t.roleName(side))
}

func (t Transfer) ownsRole(side Side) bool {
	e := t.end(side)
	return e.RoleARN == "" && e.LocationARN == ""
}

// sharesRole reports whether both ends use one role that we make.
func (t Transfer) sharesRole() bool {
	return t.ownsRole(SourceSide) && t.ownsRole(DestinationSide) && t.roleName(SourceSide) == t.roleName(DestinationSide)
}

// grant is the statement, actions and resources only, that DataSync needs on the bucket of the side. Both the role's policy and the
// policy of a bucket in another account are made from it, so the two can never differ.
func (t Transfer) grant(side Side) policy.Statement {
	e := t.end(side)
	if side == SourceSide {
		return bucket.Read(e.bucketARN(), e.Prefix)
	}
	return bucket.Write(e.bucketARN(), e.Prefix)
}
