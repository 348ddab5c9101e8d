package xacct

import (
	"cmp"
	"context"
	"time"

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

// Problem is one thing wrong with an input: the field, its value, the rule and what would be right. See [problem.Problem].
type Problem = problem.Problem

// Problems returns every [Problem] in err, which may be joined or wrapped.
func Problems(err error) []*Problem { return problem.All(err) }

// Endpoint is one end of a [Transfer]: a bucket, or a prefix of it, and how DataSync reaches it.
type Endpoint struct {
	Account string // 12-digit id of the account that owns the bucket; required
	Region  string // the Region that the bucket is in; required
	Bucket  string // the bucket's name, not its ARN; required
	Prefix  string `json:",omitempty"` // the folder to copy from or to: "2026" is the keys that begin with "2026/", never "2026-01/"; slashes at its ends do not matter; "" is the whole bucket

	// StorageClass is the class of the objects that DataSync writes; destination only. "" is STANDARD.
	StorageClass dstypes.S3StorageClass `json:",omitempty"`

	// DisableACLs sets the destination bucket's Object Ownership to BucketOwnerEnforced. If it is false, a bucket in another account that still
	// has ACLs blocks the plan, because objects that DataSync writes there would belong to the task account:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
	DisableACLs bool `json:",omitempty"`

	// NoDelete leaves s3:DeleteObject out of the role that xacct makes and of the grant in the bucket's policy; destination only. With Role.Policies or
	// RoleARN it concerns the grant alone. A task that removes objects at the destination cannot have it. AWS lists s3:DeleteObject for every
	// destination; that a run which removes nothing does without is assumed. What DataSync then cannot clean up in .aws-datasync/ stays, and
	// is residue. False is AWS's list.
	// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
	NoDelete bool `json:",omitempty"`

	// KMSKeys are the ARNs, neither ids nor aliases, of the customer managed keys that encrypt the objects of this end. A source may need several,
	// because objects keep the key that they were written under. A destination needs the key of the bucket's default encryption. The role is
	// allowed to use them. The policy of a key in another account gets a statement that allows the role, until the key is taken off the list;
	// the policy of a key in the task account must allow it already. nil is none.
	// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
	KMSKeys []string `json:",omitempty"`

	// KMSViaS3 limits the role's use of the keys to calls that S3 makes for it (kms:ViaService). Whether DataSync calls KMS itself is not
	// documented. False sets no such condition.
	KMSViaS3 bool `json:",omitempty"`

	// Role is the IAM role that DataSync assumes for this end. Every field may be empty: Name is then the transfer's name with "-source" or
	// "-destination", and Trust and Policies are least-privilege presets. The same Name on both ends makes one role for both. A Trust or Policies
	// that open more than the preset are a warning of [CodeRoleOpensMore].
	Role iamrole.Spec `json:",omitzero"`

	RoleARN     string `json:",omitempty"` // an existing role to use instead of Role: checked, never changed, never deleted
	LocationARN string `json:",omitempty"` // an existing location to use: checked, never changed, never deleted; excludes Role

	// Adopt names the role and the location of this end that stand already and are to become the transfer's own. Empty makes new ones.
	Adopt Adopt `json:",omitzero"`
}

// Transfer is a copy of one bucket, or a prefix of it, into another. It is a plain value: nothing in xacct changes it.
type Transfer struct {
	// Name identifies the transfer. The names of roles, the tags and the Sids are made from it, so that a new name is a new transfer:
	// what stands under a former name is found by a transfer of that name only.
	// [A-Za-z][A-Za-z0-9-]*, at most 52 characters; required.
	Name string

	Source, Destination Endpoint // where to copy from and to; neither may lie inside the other

	// TaskAccount is the account that owns the roles, the locations and the task. "" is the source's account (push). The destination's account
	// makes the transfer a pull. A transfer of another task account is another transfer: destroy what the former account holds before changing it,
	// because nothing there is looked at any more.
	TaskAccount string `json:",omitempty"`

	// Operators are the ARNs of the roles or users of the task account that create the locations. When a location is created, AWS checks the
	// caller's own s3:ListBucket on the bucket too, so that a bucket in another account grants it to exactly these, unless LocationARN names a
	// location that exists. Empty grants it to nobody: then the plan blocks the transfer, unless the caller that plans may list the buckets already.
	Operators []string `json:",omitempty"`

	Grant GrantShape `json:",omitempty"` // how a bucket in another account names DataSync's role

	// Until is when the grants in policies of other accounts end: each of their statements allows only what is requested before. The statements stay
	// until a tear-down. A plan of a transfer with another Until renews them. UTC and whole seconds; zero is no end. Not with the Grant Tutorial.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-currenttime
	Until time.Time `json:",omitzero"`

	// Task are the task's settings. Account, Region and the location ARNs are computed and must be empty. Name "" is the transfer's.
	Task task.Spec `json:",omitzero"`

	Tags map[string]string `json:",omitempty"` // for roles, locations and task, beside our own tags; nil is none

	// Retries is where [task.Retry] writes the list of what to run again. The source's role is allowed to read it; see RetryManifest. Nil is no
	// such place.
	Retries *task.Manifest `json:",omitempty"`

	// TagPrefix begins the keys of the tags of what is ours: transfer, side and managed-by. "" is "xacct:".
	TagPrefix string `json:",omitempty"`

	Adopt Adopt `json:",omitzero"` // names the task that stands already and is to become the transfer's own; empty makes a new one
}

// GrantShape is the shape of the statement by which a bucket allows DataSync's role of another account.
type GrantShape string

// The shapes of grants.
const (
	// ByRole names the role as principal, as AWS's tutorial does. The role must exist before the statement can be written. If the role is
	// deleted and made again, the statement no longer means it.
	ByRole GrantShape = ""
	// ByAccount names the task account as principal and the role in an aws:PrincipalArn condition. The role need not exist. A role that is
	// deleted and made again under the same name has the grant again.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
	ByAccount GrantShape = "ByAccount"
	// Tutorial is the statement of AWS's tutorial in the policy of the destination's bucket, to the letter and with its constant Sid, for teams whose bucket's
	// owner has approved just that text: [bucket.TutorialStatement]. It names the role as principal, as ByRole does, and covers the whole bucket,
	// whatever the Prefix, to which the role's own policy keeps. It is for a push into another account, without NoDelete and Until, one transfer a bucket.
	// Operators, and a manifest or report in the bucket, add statements as ever: without Operators the policy gets the one statement only, and the
	// caller's s3:ListBucket must be allowed otherwise. A statement with that Sid and other content blocks the transfer and is never written over; a
	// tear-down takes away only what is to the letter ours. See docs/tutorial.md.
	Tutorial GrantShape = "Tutorial"
)

// AccountRole is a role, the account that owns it, and the end that it serves.
type AccountRole struct {
	Account string
	Side    Side `json:",omitempty"` // "" if one role serves both ends
	iamrole.Spec
}

// Resources are what each account should hold for one transfer. They follow from the transfer alone: no call is made.
type Resources struct {
	// Transfer is the given one with every default filled in: each empty field that stands for one value has it, such as TaskAccount, the Name, Path
	// and Description of the roles to make, Task.Name and TagPrefix. Prefixes are as DataSync keeps them. It means the same as the given one. Fields
	// whose emptiness leaves something of an existing task alone (Task.Mode, Task.Options) stay empty, as do Trust and Policies, which stand in Roles.
	Transfer Transfer

	Roles []AccountRole `json:",omitempty"` // the roles to make: none, one or two; see Role

	// Buckets are the buckets to configure: those outside the task account, and a destination whose ACLs are to be disabled; see Bucket.
	Buckets []bucket.Spec `json:",omitempty"`

	Keys                []kmskey.Spec `json:",omitempty"` // the keys of both ends; those outside the task account with statements
	Source, Destination location.Spec
	Task                task.Spec // its location ARNs are empty until the locations exist
}

// Role returns the role that is made for the end. It is false if the end uses a given role or location.
func (r *Resources) Role(side Side) (AccountRole, bool) {
	for _, role := range r.Roles {
		if role.Side == side || role.Side == "" {
			return role, true
		}
	}
	return AccountRole{}, false
}

// Bucket returns what the bucket of that name is to get. It is false if the bucket needs neither statements nor other ownership.
func (r *Resources) Bucket(name string) (bucket.Spec, bool) {
	for _, b := range r.Buckets {
		if b.Name == name {
			return b, true
		}
	}
	return bucket.Spec{}, false
}

// resolve works out everything that follows from the transfer.
func (t Transfer) resolve() *transfer.Transfer {
	return transfer.Resolve(transfer.Given{
		Name: t.Name, Source: transfer.Endpoint(t.Source), Destination: transfer.Endpoint(t.Destination), TaskAccount: t.TaskAccount,
		Operators: t.Operators, Grant: string(t.Grant), Until: t.Until, Task: t.Task, Tags: t.Tags, Retries: t.Retries, TagPrefix: t.TagPrefix, Adopt: t.Adopt,
	})
}

// given is the transfer that was resolved, or one with its defaults.
func given(g transfer.Given) Transfer {
	return Transfer{
		Name: g.Name, Source: Endpoint(g.Source), Destination: Endpoint(g.Destination), TaskAccount: g.TaskAccount,
		Operators: g.Operators, Grant: GrantShape(g.Grant), Until: g.Until, Task: g.Task, Tags: g.Tags, Retries: g.Retries, TagPrefix: g.TagPrefix, Adopt: g.Adopt,
	}
}

func resolveAll(transfers []Transfer) []*transfer.Transfer {
	out := make([]*transfer.Transfer, len(transfers))
	for i, t := range transfers {
		out[i] = t.resolve()
	}
	return out
}

// Validate reports all that can be known to be wrong without a call to AWS, joined, each a *[Problem]. Nil means that nothing is.
func (t Transfer) Validate() error { return t.resolve().Validate() }

// Resources works out what each account should hold for the transfer, from the transfer alone and without a call to AWS, so that it can be
// unit-tested. The error is that of [Transfer.Validate].
func (t Transfer) Resources() (*Resources, error) {
	r := t.resolve()
	if err := cmp.Or(r.Validate(), r.Unfitted()); err != nil {
		return nil, err
	}
	have := r.Resources()
	out := &Resources{Transfer: given(r.Defaults()), Buckets: have.Buckets, Keys: have.Keys, Source: have.Source, Destination: have.Destination, Task: have.Task}
	for _, role := range have.Roles {
		out.Roles = append(out.Roles, AccountRole(role))
	}
	return out, nil
}

// RetryManifest returns Retries with the role and the account filled in, as [task.Retry] takes it. It is zero if Retries is nil.
func (t Transfer) RetryManifest() task.Manifest { return t.resolve().RetryManifest() }

// Check says what the policies will allow once everything is set up: DataSync to assume the roles, the roles to use the buckets and keys,
// the operators to create the locations and to make their other calls. It also says what about the buckets and keys stands in the way. It
// evaluates the documents as they will be, ours merged into those given, and makes no call to AWS. What the facts do not settle is undetermined,
// never allowed and never denied.
func (r *Resources) Check(f Facts) []Finding {
	set := &transfer.Resources{Transfer: r.Transfer.resolve(), Buckets: r.Buckets, Keys: r.Keys, Source: r.Source, Destination: r.Destination, Task: r.Task}
	for _, role := range r.Roles {
		set.Roles = append(set.Roles, transfer.AccountRole(role))
	}
	found, _ := check.All(context.Background(), []*transfer.Resources{set}, f) // its only error is that of the context
	return found
}
