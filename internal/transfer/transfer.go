package transfer

import (
	"cmp"
	"slices"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Sides are the two ends of a transfer, in the order in which they are worked on and reported.
var Sides = []plan.Side{plan.SourceSide, plan.DestinationSide}

// The grant shapes: how a bucket in another account names DataSync's role.
const (
	GrantByRole    = ""          // the role as principal
	grantByAccount = "ByAccount" // the task account as principal, the role in an aws:PrincipalArn condition
	GrantTutorial  = "Tutorial"  // the statement of AWS's tutorial, which names the role as principal
)

// Given is a transfer as the user filled it in.
type Given struct {
	Name                string
	Source, Destination Endpoint
	TaskAccount         string
	Operators           []string
	Grant               string // one of the grant shapes
	Until               time.Time
	Task                task.Spec
	Tags                map[string]string
	Retries             *task.Manifest
	TagPrefix           string
	Adopt               plan.Adopt // of the task
}

// Endpoint is one end of a transfer as the user filled it in.
type Endpoint struct {
	Account, Region, Bucket, Prefix string
	StorageClass                    dstypes.S3StorageClass
	DisableACLs                     bool
	NoDelete                        bool
	KMSKeys                         []string
	KMSViaS3                        bool
	Role                            iamrole.Spec
	RoleARN, LocationARN            string
	Adopt                           plan.Adopt // of the role and the location
}

// Transfer is a transfer with everything that follows from its fields alone. Resolve makes it, and nobody changes it.
type Transfer struct {
	Given

	TaskAccount string // the given one, or the source's account
	Partition   string // of the destination's Region
	SharesRole  bool   // both ends use one role that we make

	source, destination End

	DataGrants []DataGrant   // for the manifest, retries and the report, unless their roles are given
	KeyNeeds   []KeyNeed     // what the roles may do with keys
	KeySids    []string      // every Sid that the transfer can have in the policy of a key
	Keys       []kmskey.Spec // the keys of both ends, of manifests and of reports, each once, sorted by ARN

	presets *presets
}

// End is one end of a transfer with everything that follows from the transfer's fields.
type End struct {
	Endpoint

	Side         plan.Side
	BucketARN    string
	Remote       bool     // the bucket is in another account than the task
	OwnsRole     bool     // we make the role, or adopt it
	AdoptsRole   bool     // the role is to be adopted, or was
	RoleName     string   // of the role that we make
	DataSyncRole string   // the ARN of the role that DataSync assumes; "" if only a location is given, because only AWS knows its role
	PolicyName   string   // of this end's inline policy in the role; a role that serves several transfers has one for each
	Purpose      string   // of the statement by which DataSync reads or writes the bucket; part of its Sid
	KeyPurpose   string   // of the statement by which DataSync uses the keys of this end; part of its Sid
	Sids         []string // every Sid that the transfer can have in the policy of this end's bucket

	// Access is the statement that DataSync needs on the bucket: actions and resources only. The role's policy and the policy of a bucket in
	// another account are both made from it, so that they never differ.
	Access policy.Statement
}

// Resolve works out everything that follows from a transfer. It takes any input and never fails, because Validate checks what it returns.
func Resolve(g Given) *Transfer {
	if _, offset := g.Until.Zone(); offset == 0 {
		g.Until = g.Until.UTC() // as it comes back from JSON
	}
	t := &Transfer{Given: g, TaskAccount: cmp.Or(g.TaskAccount, g.Source.Account), Partition: region.Partition(g.Destination.Region)}
	t.source, t.destination = t.resolveEnd(plan.SourceSide, g.Source), t.resolveEnd(plan.DestinationSide, g.Destination)
	t.SharesRole = t.source.OwnsRole && t.destination.OwnsRole && t.source.RoleName == t.destination.RoleName
	t.DataGrants = t.dataGrants()
	t.KeyNeeds = t.keyNeeds()
	t.KeySids = t.keySids()
	t.Keys = t.keySpecs()
	t.presets = &presets{}
	return t
}

func (t *Transfer) resolveEnd(side plan.Side, e Endpoint) End {
	path, adopted := adoptedRole(e.Adopt.Role)
	out := End{
		Endpoint:     e,
		Side:         side,
		BucketARN:    region.Bucket(region.Partition(e.Region), e.Bucket),
		Remote:       e.Account != t.TaskAccount,
		OwnsRole:     e.RoleARN == "" && e.LocationARN == "",
		AdoptsRole:   e.Adopt.Role != "",
		RoleName:     cmp.Or(adopted, e.Role.Name, t.defaultRole(side)),
		DataSyncRole: e.RoleARN,
		PolicyName:   "xacct-" + t.Name + "-" + string(side),
	}
	if out.OwnsRole {
		out.Role.Path = cmp.Or(path, e.Role.Path)
		out.DataSyncRole = region.Role(t.Partition, t.TaskAccount, out.Role.Path, out.RoleName)
	}
	if side == plan.SourceSide {
		out.Purpose, out.KeyPurpose, out.Access = purposeRead, purposeDecrypt, bucket.Read(out.BucketARN, e.Prefix)
	} else {
		out.Purpose, out.KeyPurpose, out.Access = purposeWrite, purposeEncrypt, bucket.Write(out.BucketARN, e.Prefix)
		if e.NoDelete {
			out.Access = bucket.WriteNoDelete(out.BucketARN, e.Prefix)
		}
	}
	for _, purpose := range []string{out.Purpose, purposeList, purposeManifest, purposeReport, purposeRetry} {
		out.Sids = append(out.Sids, t.sid(side, purpose))
	}
	if side == plan.DestinationSide && t.Grant == GrantTutorial {
		out.Sids = append(out.Sids, bucket.TutorialSid)
	}
	return out
}

// Accounts returns the accounts that the transfer names, sorted: of the task, of both ends, of keys, and of the buckets of manifests and reports.
func (t *Transfer) Accounts() []string {
	out := []string{t.TaskAccount, t.Source.Account, t.Destination.Account}
	for _, key := range t.Keys {
		out = append(out, key.Account())
	}
	for _, m := range []*task.Manifest{t.Task.Manifest, t.Retries} {
		if m != nil {
			out = append(out, cmp.Or(m.Account, t.TaskAccount))
		}
	}
	if r := t.Task.Report; r != nil {
		out = append(out, cmp.Or(r.Account, t.TaskAccount))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// End returns one end of the transfer. It is shared: nobody changes it.
func (t *Transfer) End(side plan.Side) *End {
	if side == plan.SourceSide {
		return &t.source
	}
	return &t.destination
}
