package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// inspection checks the bucket of one side and gathers the findings on it.
type inspection struct {
	*checker
	side     plan.Side
	end      *transfer.End
	state    bucket.State
	looked   bool            // state was read, or parts of it
	current  policy.Document // the bucket's policy
	read     bool            // current was read
	merged   policy.Document // the policy as it will be
	writes   bool            // merged differs from current, so that it has to be written
	findings []plan.Finding
}

// checkBucket reports what about the bucket of the side stands in the way.
func (c *checker) checkBucket(side plan.Side) []plan.Finding {
	e := c.Transfer.End(side)
	s := &inspection{checker: c, side: side, end: e}
	s.state, s.looked = c.facts.Buckets[e.Bucket]
	s.current, s.read = c.facts.BucketPolicies[e.Bucket]
	s.merged, _ = c.mergedBucket(e.Bucket)
	s.writes = e.Remote && !s.merged.Equal(s.current)
	if s.read || s.state.Public {
		s.public()
	}
	if s.read {
		s.deadPrincipals()
		s.lockout()
	}
	if s.looked {
		if !s.exists() {
			return s.findings
		}
		s.owner()
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
		s.findings = append(s.findings, c.checkContent()...)
	}
	return s.findings
}

// find adds a finding on the bucket.
func (s *inspection) find(severity plan.Severity, code plan.Code, statement, detail, remedy string) {
	s.findings = append(s.findings, plan.Finding{Severity: severity, Code: code, Transfer: s.Transfer.Name, Side: s.side,
		Account: s.end.Account, Subject: s.end.Bucket, Statement: statement, Detail: detail, Remedy: remedy})
}

// exists reports whether the bucket exists in the right Region, without which nothing else about it matters.
func (s *inspection) exists() bool {
	e, head := s.end, s.state.Unread[bucket.PartBucket]
	switch {
	case s.state.Region != "" && s.state.Region != e.Region:
		s.findings = append(s.findings, WrongRegion(s.Transfer, s.side, s.state.Region))
		return false
	case head == nil && !s.state.Exists:
		s.find(plan.Blocking, plan.CodeNoBucket, "", fmt.Sprintf("%s bucket %s does not exist", s.side, e.Bucket), fmt.Sprintf("make bucket %s, or correct its name in the %s", e.Bucket, s.side))
		return false
	}
	return true
}

// WrongRegion is the finding that the bucket of the side is in the given Region, and not in that of the transfer.
func WrongRegion(t *transfer.Transfer, side plan.Side, region string) plan.Finding {
	e := t.End(side)
	return plan.Finding{Severity: plan.Blocking, Code: plan.CodeWrongRegion, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
		Detail: fmt.Sprintf("%s bucket %s lives in %s, not in %s", side, e.Bucket, region, e.Region), Remedy: fmt.Sprintf("set the Region of the %s to %s", side, region)}
}

// readActions is the table of the actions with which the parts of a bucket are read.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var readActions = map[string]string{
	bucket.PartBucket:            "s3:ListBucket",
	bucket.PartPublicAccessBlock: "s3:GetBucketPublicAccessBlock",
	bucket.PartPolicyStatus:      "s3:GetBucketPolicyStatus",
	bucket.PartEncryption:        "s3:GetEncryptionConfiguration",
	bucket.PartVersioning:        "s3:GetBucketVersioning",
	bucket.PartObjectLock:        "s3:GetBucketObjectLockConfiguration",
	bucket.PartPayer:             "s3:GetBucketRequestPayment",
}

// unread reports in one finding all parts of the bucket that could not be read. Policy, ownership and ACL have findings of their own.
func (s *inspection) unread() {
	var parts, actions []string
	for _, part := range slices.Sorted(maps.Keys(readActions)) {
		if s.state.Unread[part] != nil && (part != bucket.PartBucket || s.state.OwnerProved && s.state.Region == "") { // what HeadBucket tells is known otherwise
			parts, actions = append(parts, part), append(actions, readActions[part])
		}
	}
	if len(parts) == 0 {
		return
	}
	detail := fmt.Sprintf("the %s of bucket %s could not be read: %s", text.And(parts), s.end.Bucket, text.OneLine(s.state.Unread[parts[0]]))
	s.find(plan.Warning, plan.CodeUnread, "", detail, Remedy(s.state.Unread[parts[0]], "grant the reader "+strings.Join(actions, ", ")+" on bucket "+s.end.Bucket))
}

// deadPrincipals reports statements that name a role or user by its unique id, which S3 shows once the role or user is deleted. If the policy has to
// be written S3 refuses it as a whole. Right after a change S3 shows ids also for roles and users that exist, so that only an id that several
// reads have shown blocks.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (s *inspection) deadPrincipals() {
	var dead, sids, doubtful []string
	first := "" // the first statement with a dead principal
	current := policy.Dangling(s.current)
	if len(current) == 0 {
		return
	}
	stays := map[string]bool{}
	for _, p := range policy.Dangling(s.nextBucket(s.end.Bucket)) {
		stays[p.Statement.Sid()+"\x00"+p.ID] = true
	}
	for _, p := range current {
		sid := p.Statement.Sid()
		if !stays[sid+"\x00"+p.ID] {
			continue // a statement of ours, which the new policy replaces or no longer has
		}
		name, named := text.SidOr(sid, p.Index+1), text.Named(sid, p.Index+1)
		if slices.Contains(s.facts.DeadIDs, p.ID) {
			dead, sids, first = append(dead, named+" names "+p.ID), append(sids, sid), cmp.Or(first, name)
		} else {
			doubtful = append(doubtful, named+" names "+p.ID)
		}
	}
	in := fmt.Sprintf("in the policy of bucket %s ", s.end.Bucket)
	remedy := DeadRemedy(plan.SetUp, "bucket "+s.end.Bucket, sids)
	gone := in + strings.Join(dead, ", ") + ", whose role or user is gone"
	switch {
	case len(dead) > 0 && s.writes:
		s.find(plan.Blocking, plan.CodeDeadPrincipal, first, gone+": S3 refuses every change of the policy", remedy)
	case len(dead) > 0:
		s.find(plan.Info, plan.CodeDeadPrincipal, first, gone, remedy)
	case len(doubtful) > 0 && s.end.Remote:
		s.find(plan.Warning, plan.CodeDeadPrincipal, "",
			in+strings.Join(doubtful, ", ")+": a role or user that is gone, or one whose change is minutes old", remedy)
	}
}

// lockout reports a policy under which its writer could not change it again. Our statements only allow, so that the Deny is in the policy already.
func (s *inspection) lockout() {
	if !s.writes {
		return
	}
	e := s.end
	for _, f := range s.checkWriter(e.Account, e.Region, "s3:PutBucketPolicy", e.BucketARN, "bucket "+e.Bucket, s.merged) {
		if f.Code == plan.CodeLockout { // an undetermined one has no side, because it is not about DataSync's access to this side
			f.Side = s.side
		}
		s.findings = append(s.findings, f)
	}
}

// payer blocks a Requester Pays bucket: requests of other accounts must say that they pay, and DataSync has no setting for that.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
func (s *inspection) payer() {
	if s.end.Remote && s.state.Payer == s3types.PayerRequester {
		s.find(plan.Blocking, plan.CodeRequesterPays, "",
			fmt.Sprintf("bucket %s is a Requester Pays bucket: S3 refuses requests of other accounts that do not say that they pay, "+
				"and DataSync has no setting for it (assumed: it never says so)", s.end.Bucket),
			"let the owner of bucket "+s.end.Bucket+" turn Requester Pays off, or run the task in the bucket's account")
	}
}

// objectLock warns of a default retention: S3 then requires a checksum with every upload, and it is not documented that DataSync always sends one.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (s *inspection) objectLock() {
	l := s.state.ObjectLock
	if !l.Enabled || l.Mode == "" {
		return
	}
	s.find(plan.Warning, plan.CodeObjectLock, "",
		fmt.Sprintf("bucket %s locks new objects (%s): S3 wants a checksum with every upload, "+
			"and whether DataSync always sends one is not documented", s.end.Bucket, l.Mode),
		"try the transfer with a few objects first: what was copied cannot be deleted before its retention ends")
	s.findings[len(s.findings)-1].DependsOn = []string{"whether DataSync sends a checksum"}
}

// versioning tells what deleting means in a versioned bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func (s *inspection) versioning() {
	if s.Transfer.Removes() && s.state.Versioning == s3types.BucketVersioningStatusEnabled {
		s.find(plan.Info, plan.CodeVersioning, "",
			fmt.Sprintf("bucket %s is versioned: what the task deletes gets a delete marker, and its versions stay", s.end.Bucket),
			"add a lifecycle rule if the versions are to go")
	}
}
