package xacct

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
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

// resolve works out everything that follows from the transfer.
func (t Transfer) resolve() *transfer.Transfer {
	return transfer.Resolve(transfer.Given{Name: t.Name, Source: transfer.Endpoint(t.Source), Destination: transfer.Endpoint(t.Destination), TaskAccount: t.TaskAccount, Operators: t.Operators,
		Grant: string(t.Grant), Task: t.Task, Tags: t.Tags, Retries: t.Retries, TagPrefix: t.TagPrefix})
}

func resolveAll(transfers []Transfer) []*transfer.Transfer {
	out := make([]*transfer.Transfer, len(transfers))
	for i, t := range transfers {
		out[i] = t.resolve()
	}
	return out
}

// Validate reports everything that can be known to be wrong without a call: all problems joined, each a [Problem]. Nil means none.
func (t Transfer) Validate() error { return t.resolve().Validate() }

// Resources works out what each account should hold for the transfer. It makes no call and looks at nothing but the transfer, so it can be
// unit-tested: the error is that of [Transfer.Validate].
func (t Transfer) Resources() (*Resources, error) {
	r := t.resolve()
	if err := r.Validate(); err != nil {
		return nil, err
	}
	have := r.Resources()
	t.TaskAccount = r.TaskAccount
	out := &Resources{Transfer: t, Buckets: have.Buckets, Keys: have.Keys, Source: have.Source, Destination: have.Destination, Task: have.Task}
	for _, role := range have.Roles {
		out.Roles = append(out.Roles, AccountRole(role))
	}
	return out, nil
}

// RetryManifest is Retries with the role and the account filled in, as [task.Retry] takes it; the zero Manifest if there is none.
func (t Transfer) RetryManifest() task.Manifest { return t.resolve().RetryManifest() }

// Check says who will be let in once everything is set up, action by action: DataSync's roles on both buckets, the service into these
// roles, and the operators on both buckets and for their own calls; and what about the buckets stands in the way. It judges the
// documents as they will be, ours merged into those given, and makes no call. What the facts do not settle is undetermined, never
// allowed and never denied.
func (r *Resources) Check(f Facts) []Finding {
	set := &transfer.Resources{Transfer: r.Transfer.resolve(), Buckets: r.Buckets, Keys: r.Keys, Source: r.Source, Destination: r.Destination, Task: r.Task}
	for _, role := range r.Roles {
		set.Roles = append(set.Roles, transfer.AccountRole(role))
	}
	return check.All([]*transfer.Resources{set}, f)
}
