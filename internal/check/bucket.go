package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// inspection is one bucket as it is, and what the transfer makes of it.
type inspection struct {
	r        *checker
	side     plan.Side
	end      *transfer.End
	state    bucket.State
	current  policy.Document
	merged   policy.Document
	read     bool // current is known
	writes   bool // the merged policy is another than the current
	remote   bool // the bucket is outside the task account
	findings []plan.Finding
}

func (s *inspection) find(severity plan.Severity, code plan.Code, statement, detail, remedy string) {
	s.findings = append(s.findings, plan.Finding{Severity: severity, Code: code, Transfer: s.r.Transfer.Name, Side: s.side, Account: s.end.Account, Subject: s.end.Bucket,
		Statement: statement, Detail: detail, Remedy: remedy})
}

// checkBucket says what about the bucket of the side stands in the way. What could not be read is reported once, and never taken for absent.
func (r *checker) checkBucket(side plan.Side) []plan.Finding {
	e := r.Transfer.End(side)
	s := &inspection{r: r, side: side, end: e, remote: r.Transfer.End(side).Remote, state: r.facts.Buckets[e.Bucket]}
	s.current, s.read = r.facts.BucketPolicies[e.Bucket]
	s.merged, _ = r.merged(e.Bucket)
	s.writes = s.remote && !s.merged.Equal(s.current)
	if s.read || s.state.Public {
		s.public()
	}
	if s.read {
		s.deadPrincipals()
		s.lockout()
	}
	if _, looked := r.facts.Buckets[e.Bucket]; looked {
		if !s.identity() {
			return s.findings
		}
		s.ownership()
		s.unread()
		s.encryption()
		s.payer()
		if side == plan.DestinationSide {
			s.objectLock()
			s.versioning()
		}
	}
	if side == plan.DestinationSide {
		s.findings = append(s.findings, r.checkContent()...)
	}
	return s.findings
}

// identity says whether the bucket is the one that is meant. Without it nothing else is worth saying.
func (s *inspection) identity() bool {
	e, head := s.end, s.state.Unread[bucket.PartBucket]
	switch {
	case s.state.Region != "" && s.state.Region != e.Region:
		s.find(plan.Blocking, plan.CodeWrongRegion, "", fmt.Sprintf("bucket %s lives in %s, not in %s", e.Bucket, s.state.Region, e.Region), "set the Region of that end to "+s.state.Region)
		return false
	case head == nil && !s.state.Exists:
		s.find(plan.Blocking, plan.CodeNoBucket, "", "bucket "+e.Bucket+" does not exist", "make the bucket, or correct its name")
		return false
	case !s.state.OwnerProved:
		detail := fmt.Sprintf("it is not proved that bucket %s belongs to account %s", e.Bucket, e.Account)
		if head != nil {
			detail += ": " + text.OneLine(head)
		}
		s.find(plan.Warning, plan.CodeWrongOwner, "", detail, "correct the account, or grant the reader s3:ListBucket on the bucket")
	}
	return true
}

// readActions is what a reader needs to know each part of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var readActions = map[string]string{
	bucket.PartPublicAccessBlock: "s3:GetBucketPublicAccessBlock",
	bucket.PartPolicyStatus:      "s3:GetBucketPolicyStatus",
	bucket.PartEncryption:        "s3:GetEncryptionConfiguration",
	bucket.PartVersioning:        "s3:GetBucketVersioning",
	bucket.PartObjectLock:        "s3:GetBucketObjectLockConfiguration",
	bucket.PartPayer:             "s3:GetBucketRequestPayment",
}

// unread is one finding for all that could not be read of the bucket beside its policy, ownership and ACL, which have findings of their own.
func (s *inspection) unread() {
	var parts, actions []string
	for _, part := range slices.Sorted(maps.Keys(readActions)) {
		if s.state.Unread[part] != nil {
			parts, actions = append(parts, part), append(actions, readActions[part])
		}
	}
	if len(parts) == 0 {
		return
	}
	s.find(plan.Warning, plan.CodeUnread, "", fmt.Sprintf("of bucket %s could not be read: %s: %s", s.end.Bucket, strings.Join(parts, ", "), text.OneLine(s.state.Unread[parts[0]])),
		"grant the reader "+strings.Join(actions, ", "))
}

// public says what Block Public Access makes of a policy that S3 calls public: the PUT is refused, or every other account is cut off, also
// those that other statements name. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (s *inspection) public() {
	public := policy.Public(s.merged)
	if !s.remote || len(public) == 0 && !s.state.Public || s.notPublic(public) {
		return
	}
	statement, reason := "", "S3 calls it so"
	if len(public) > 0 {
		statement = cmp.Or(public[0].Statement.Sid(), fmt.Sprintf("statement %d", public[0].Index+1))
		reason = statement + ": " + public[0].Reason
	}
	block, unread := s.state.PublicAccessBlock, s.state.Unread[bucket.PartPublicAccessBlock] != nil
	_, looked := s.r.facts.Buckets[s.end.Bucket]
	remedy := fmt.Sprintf("let the owner of bucket %s limit the statement to fixed principals, or to fixed values of a condition key that S3 takes for a limit", s.end.Bucket)
	switch {
	case block.RestrictPublicBuckets:
		s.find(plan.Blocking, plan.CodePublicAccess, statement, fmt.Sprintf("bucket %s restricts public buckets and its policy is public (%s): S3 keeps every other account out, whatever else the policy says", s.end.Bucket, reason), remedy)
	case block.BlockPublicPolicy && s.writes:
		s.find(plan.Blocking, plan.CodePublicPolicy, statement, fmt.Sprintf("bucket %s blocks public policies and its policy is public (%s): S3 refuses to store it with our statements", s.end.Bucket, reason), remedy)
	case block.BlockPublicPolicy:
		s.find(plan.Info, plan.CodePublicPolicy, statement, fmt.Sprintf("the policy of bucket %s is public (%s), and S3 will refuse every later change of it", s.end.Bucket, reason), remedy)
	case unread || !looked:
		s.find(plan.Warning, plan.CodePublicPolicy, statement, fmt.Sprintf("the policy of bucket %s is public (%s): if Block Public Access is on, S3 refuses to store it or keeps other accounts out", s.end.Bucket, reason), remedy)
	default:
		s.find(plan.Warning, plan.CodePublicPolicy, statement, fmt.Sprintf("the policy of bucket %s is public (%s): Block Public Access of its account or organisation, which is not read, may refuse it or keep other accounts out", s.end.Bucket, reason), remedy)
	}
}

// notPublic reports whether S3 itself calls the policy that is there not public although these statements are in it: it documents less than it
// does. Those that we add have fixed principals.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
func (s *inspection) notPublic(public []policy.PublicStatement) bool {
	if _, looked := s.r.facts.Buckets[s.end.Bucket]; !looked || !s.read || s.state.Public || s.state.Unread[bucket.PartPolicyStatus] != nil {
		return false
	}
	return !slices.ContainsFunc(public, func(p policy.PublicStatement) bool {
		for st := range s.current.All() {
			if st.Equal(p.Statement) {
				return false
			}
		}
		return true
	})
}

// deadPrincipals names the statements with a unique id in place of a role or user. Right after a change S3 shows ids also for the living, so
// that only an id that several reads have shown blocks, and only if the policy has to be written: S3 then refuses it as a whole.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (s *inspection) deadPrincipals() {
	var dead, young []string
	first := ""
	for _, p := range policy.Dangling(s.current) {
		if next, ok := s.merged.Statement(p.Statement.Sid()); ok && strings.HasPrefix(p.Statement.Sid(), transfer.SidPrefix) && !next.Equal(p.Statement) {
			continue // a statement of ours, which is written anew
		}
		line := cmp.Or(p.Statement.Sid(), fmt.Sprintf("statement %d", p.Index+1))
		if slices.Contains(s.r.facts.DeadIDs, p.ID) {
			dead, first = append(dead, line+" names "+p.ID), cmp.Or(first, line)
			continue
		}
		young = append(young, line+" names "+p.ID)
	}
	remedy := fmt.Sprintf("let the owner of bucket %s remove or correct that principal", s.end.Bucket)
	switch {
	case len(dead) > 0 && s.writes:
		s.find(plan.Blocking, plan.CodeDeadPrincipal, first, fmt.Sprintf("in the policy of bucket %s %s, whose role or user is gone: S3 refuses every change of the policy", s.end.Bucket, strings.Join(dead, ", ")), remedy)
	case len(dead) > 0:
		s.find(plan.Info, plan.CodeDeadPrincipal, first, fmt.Sprintf("in the policy of bucket %s %s, whose role or user is gone", s.end.Bucket, strings.Join(dead, ", ")), remedy)
	case len(young) > 0 && s.remote:
		s.find(plan.Warning, plan.CodeDeadPrincipal, "", fmt.Sprintf("in the policy of bucket %s %s: a role or user that is gone, or one whose change is minutes old", s.end.Bucket, strings.Join(young, ", ")), remedy)
	}
}

// lockout refuses a policy under which its writer may not change it again. Our statements only allow, so that the Deny is one that is there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
func (s *inspection) lockout() {
	if !s.writes {
		return
	}
	for _, f := range s.r.writer(s.end.Account, s.end.Region, "s3:PutBucketPolicy", s.end.BucketARN, "bucket "+s.end.Bucket, s.merged) {
		if f.Code == plan.CodeLockout { // what is open is not about DataSync's access to this side
			f.Side = s.side
		}
		s.findings = append(s.findings, f)
	}
}

// encryption compares the bucket's default key with those that the transfer lists: new objects are written with it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (s *inspection) encryption() {
	enc, e := s.state.Encryption, s.end
	if enc.Algorithm != s3types.ServerSideEncryptionAwsKms && enc.Algorithm != s3types.ServerSideEncryptionAwsKmsDsse {
		return
	}
	severity := severityIf(s.side == plan.DestinationSide) // a source's default key is that of some objects, which may be other than ours
	what := fmt.Sprintf("bucket %s encrypts new objects with ", e.Bucket)
	key, ok := region.ParseARN(enc.KMSKey)
	ok = ok && key.Service == "kms" && strings.HasPrefix(key.Resource, "key/")
	switch {
	case enc.KMSKey == "" || strings.HasSuffix(enc.KMSKey, "alias/aws/s3"):
		if s.remote {
			s.find(severity, plan.CodeKeyUnusable, "", what+"the managed key aws/s3, whose policy cannot be changed: no other account can use it", "let the owner use a customer managed key, or SSE-S3")
		}
	case !ok:
		if !s.remote {
			severity = plan.Warning
		}
		s.find(severity, plan.CodeKeyUnusable, "", fmt.Sprintf("%s%s, which is not the ARN of a key: it is looked up in the account of whoever writes", what, enc.KMSKey), "let the owner name the key by its full ARN")
	case key.Region != e.Region:
		s.find(severity, plan.CodeKeyUnusable, "", fmt.Sprintf("%skey %s, which is not in the bucket's Region %s", what, enc.KMSKey, e.Region), "let the owner name a key of the bucket's Region")
	case !slices.Contains(e.KMSKeys, enc.KMSKey):
		s.keyNotListed(severity, fmt.Sprintf("%skey %s, which the transfer does not list", what, enc.KMSKey))
	}
}

// payer blocks a bucket that wants the requester to pay: requests of other accounts must say that they do, and DataSync has no setting for it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
func (s *inspection) payer() {
	if s.remote && s.state.Payer == s3types.PayerRequester {
		s.find(plan.Blocking, plan.CodeRequesterPays, "", fmt.Sprintf("bucket %s is a Requester Pays bucket: S3 refuses requests of other accounts that do not say that they pay, and DataSync has no setting for it (assumed: it never says so)", s.end.Bucket),
			"let the owner turn Requester Pays off, or run the task in the bucket's account")
	}
}

// objectLock warns of a default retention: S3 then wants a checksum with every upload, and whether DataSync always sends one is not documented.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (s *inspection) objectLock() {
	l := s.state.ObjectLock
	if !l.Enabled || l.Mode == "" {
		return
	}
	s.find(plan.Warning, plan.CodeObjectLock, "", fmt.Sprintf("bucket %s locks new objects (%s): S3 wants a checksum with every upload, and whether DataSync always sends one is not documented", s.end.Bucket, l.Mode),
		"try it with a few objects first: what was copied cannot be deleted before its retention ends")
	s.findings[len(s.findings)-1].DependsOn = []string{"whether DataSync sends a checksum"}
}

// versioning says what deleting means in a versioned bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func (s *inspection) versioning() {
	if s.r.Transfer.Task.Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove && s.state.Versioning == s3types.BucketVersioningStatusEnabled {
		s.find(plan.Info, plan.CodeVersioning, "", fmt.Sprintf("bucket %s is versioned: what the task deletes gets a delete marker, and its versions stay", s.end.Bucket), "add a lifecycle rule if the versions are to go")
	}
}

// checkContent warns of objects that are at the destination already and that the first run may overwrite.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (r *checker) checkContent() []plan.Finding {
	t := r.Transfer
	if err := r.facts.NotListed[t.Name]; err != nil && t.Overwrites() && r.facts.Buckets[t.Destination.Bucket].OwnerProved { // else there is a finding for the bucket
		return []plan.Finding{{Severity: plan.Warning, Code: plan.CodeUnread, Transfer: t.Name, Side: plan.DestinationSide, Account: t.Destination.Account, Subject: r.Destination.URI(),
			Detail: "whether the task overwrites objects that are there could not be read: " + text.OneLine(err), Remedy: "grant the reader s3:ListBucket on bucket " + t.Destination.Bucket}}
	}
	sample, ok := r.facts.Filled[t.Name]
	if !ok || sample.Empty() || t.Task.Options.OverwriteMode == dstypes.OverwriteModeNever {
		return nil
	}
	count := fmt.Sprintf("%d object%s", sample.Objects, text.Plural(sample.Objects))
	if sample.More {
		count = fmt.Sprintf("more than %d objects", sample.Objects)
	}
	detail := fmt.Sprintf("%s holds %s, and the task overwrites those that differ from the source", r.Destination.URI(), count)
	if s, looked := r.facts.Buckets[t.Destination.Bucket]; looked && s.Unread[bucket.PartVersioning] == nil && s.Versioning != s3types.BucketVersioningStatusEnabled {
		detail += "; the bucket is not versioned, so that what is overwritten is lost"
	}
	return []plan.Finding{{Severity: plan.Warning, Code: plan.CodeOverwrites, Transfer: t.Name, Side: plan.DestinationSide, Account: t.Destination.Account, Subject: r.Destination.URI(),
		Detail: detail, Remedy: "set Task.Options.OverwriteMode to NEVER, or choose an empty prefix, if they are to stay"}}
}

func severityIf(blocking bool) plan.Severity {
	if blocking {
		return plan.Blocking
	}
	return plan.Warning
}
