package transfer

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// The grant shapes: how a bucket in another account names DataSync's role.
const (
	GrantByRole    = ""          // the role as principal
	grantByAccount = "ByAccount" // the task account as principal, the role in an aws:PrincipalArn condition
)

// Endpoint is one end of a transfer as it was given: the fields of the endpoint that users fill in.
type Endpoint struct {
	Account, Region, Bucket, Prefix string
	StorageClass                    dstypes.S3StorageClass
	DisableACLs                     bool
	KMSKeys                         []string
	KMSViaS3                        bool
	Role                            iamrole.Spec
	RoleARN, LocationARN            string
}

// Given is a transfer as it was given: the fields of the transfer that users fill in.
type Given struct {
	Name                string
	Source, Destination Endpoint
	TaskAccount         string
	Operators           []string
	Grant               string // one of the grant shapes
	Task                task.Spec
	Tags                map[string]string
	Retries             *task.Manifest
	TagPrefix           string
}

// Transfer is a transfer with everything that follows from it alone. It is worked out once and never changed.
type Transfer struct {
	Given

	TaskAccount string // given, or the source's account
	Partition   string // of the destination's Region
	SharesRole  bool   // both ends use one role that we make

	source, destination End

	DataGrants []DataGrant   // for manifest, retries and report, unless their roles are given
	KeyNeeds   []KeyNeed     // what the roles may do with keys
	KeySids    []string      // every Sid that the transfer can have in the policy of a key
	Keys       []kmskey.Spec // the keys of both ends, of manifests and of reports, each once, sorted by ARN
}

// End is one end of a transfer with everything that follows from it.
type End struct {
	Endpoint

	Side         plan.Side
	BucketARN    string
	Remote       bool   // the bucket is in another account than the task
	OwnsRole     bool   // we make the role
	RoleName     string // of the role that we make
	DataSyncRole string // that DataSync assumes; "" if only its location is given, because the location then names it
	PolicyName   string // of the inline policy that this transfer has for this end; a role used by several transfers holds one for each
	Purpose      string // of the statement by which DataSync reads or writes the bucket; part of its Sid
	KeyPurpose   string // of the statement by which DataSync uses the keys of this end
	Sids         []string

	// Access is the statement, actions and resources only, that DataSync needs on the bucket. Both the role's policy and the policy of a
	// bucket in another account are made from it, so that the two can never differ.
	Access policy.Statement
}

// Resolve works out everything that follows from a transfer. It never fails: Validate judges what it returns.
func Resolve(g Given) *Transfer {
	t := &Transfer{Given: g, TaskAccount: g.TaskAccount, Partition: region.Partition(g.Destination.Region)}
	if t.TaskAccount == "" {
		t.TaskAccount = g.Source.Account
	}
	t.source, t.destination = t.resolveEnd(plan.SourceSide, g.Source), t.resolveEnd(plan.DestinationSide, g.Destination)
	t.SharesRole = t.source.OwnsRole && t.destination.OwnsRole && t.source.RoleName == t.destination.RoleName
	t.DataGrants = t.dataGrants()
	t.KeyNeeds = t.keyNeeds()
	t.KeySids = t.keySids()
	t.Keys = t.keySpecs()
	return t
}

func (t *Transfer) resolveEnd(side plan.Side, e Endpoint) End {
	out := End{Endpoint: e, Side: side, BucketARN: region.Bucket(region.Partition(e.Region), e.Bucket), Remote: e.Account != t.TaskAccount,
		OwnsRole: e.RoleARN == "" && e.LocationARN == "", RoleName: e.Role.Name, DataSyncRole: e.RoleARN, PolicyName: "xacct-" + t.Name + "-" + string(side)}
	if out.RoleName == "" {
		out.RoleName = t.Name + "-" + string(side)
	}
	if out.OwnsRole {
		out.DataSyncRole = region.Role(t.Partition, t.TaskAccount, e.Role.Path, out.RoleName)
	}
	if side == plan.SourceSide {
		out.Purpose, out.KeyPurpose, out.Access = purposeRead, purposeDecrypt, bucket.Read(out.BucketARN, e.Prefix)
	} else {
		out.Purpose, out.KeyPurpose, out.Access = purposeWrite, purposeEncrypt, bucket.Write(out.BucketARN, e.Prefix)
	}
	for _, purpose := range []string{out.Purpose, purposeList, purposeManifest, purposeReport, purposeRetry} {
		out.Sids = append(out.Sids, t.sid(side, purpose))
	}
	return out
}

// End is one end of the transfer; nobody changes it.
func (t *Transfer) End(side plan.Side) *End {
	if side == plan.SourceSide {
		return &t.source
	}
	return &t.destination
}

// AccountRole is a role that we make, and the account and the ends that it is for.
type AccountRole struct {
	Account string
	Side    plan.Side // "" if it serves both ends
	iamrole.Spec
}

// Resources is what each account should hold for one transfer.
type Resources struct {
	Transfer            *Transfer
	Roles               []AccountRole
	Buckets             []bucket.Spec
	Keys                []kmskey.Spec
	Source, Destination location.Spec
	Task                task.Spec
}
