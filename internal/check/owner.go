package check

import (
	"cmp"
	"fmt"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// owner blocks a bucket of which no call proved that it belongs to the account: S3 refuses in the same words a caller without permission and an
// account that is not the owner. It only warns if a policy that was read denies the reader, because then that is why.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func (s *inspection) owner() {
	if s.state.OwnerProved {
		return
	}
	e, refused := s.end, s.state.Unread[bucket.PartBucket]
	detail := fmt.Sprintf("it is not proved that bucket %s belongs to account %s", e.Bucket, e.Account)
	if refused != nil {
		detail += ": " + text.OneLine(refused)
	}
	severity, statement, remedy := plan.Blocking, "", fmt.Sprintf("correct the account of the %s, or grant the reader s3:ListBucket on bucket %s", s.side, e.Bucket)
	if s.readDenied() {
		remedy = fmt.Sprintf("correct the account of the %s, or let the owner of bucket %s exempt the reader from the Deny that S3 names for its other reads, for s3:ListBucket too",
			s.side, e.Bucket)
	}
	if refused != nil && !awserr.Denied(refused) {
		remedy = "plan again when S3 answers for bucket " + e.Bucket
	}
	if reader, d := s.readerDenied(); d.Effect == authz.ExplicitlyDenied {
		severity, statement = plan.Warning, verdict.Deciding(d)
		detail += fmt.Sprintf("; the reader %s may not list it (explicitly denied%s)", reader, text.By(statement))
		remedy = "plan as somebody whom no policy keeps from s3:ListBucket on bucket " + e.Bucket
	}
	s.find(severity, plan.CodeWrongOwner, statement, detail, Remedy(refused, remedy))
}

// readDenied reports whether S3 names an explicit Deny where it refuses another read of the bucket. HeadBucket itself has no text, and against a Deny a
// grant does not help.
func (s *inspection) readDenied() bool {
	for _, err := range s.state.Unread {
		if awserr.RefusalIn(awserr.Message(err)).Deny != "" {
			return true
		}
	}
	return false
}

// readerDenied decides with the policies that were given and read whether the reader may list the bucket, whose own policy is not known.
func (s *inspection) readerDenied() (string, authz.Decision) {
	e, reader := s.end, s.facts.Writers[s.end.Account]
	if e.Account == s.Transfer.TaskAccount {
		reader = cmp.Or(s.facts.Makers[s.Transfer.Name].ARN, reader)
	}
	if reader == "" {
		return "", authz.Decision{}
	}
	p := authz.Policies{SCPs: s.facts.SCPs[e.Account], RCPs: s.facts.RCPs[e.Account], Boundary: s.facts.Boundaries[reader], Unread: authz.Resource}
	var known bool
	if p.Identity, known = s.facts.Identity[reader]; !known {
		p.Unread |= authz.Identity | authz.Boundary
	}
	call := authz.OperatorCall{PrincipalARN: reader, PrincipalID: s.facts.IDs[reader], Tags: s.facts.Tags[reader], OrgID: s.facts.OrgIDs[e.Account],
		Account: e.Account, Region: e.Region}
	return reader, authz.Decide(s.inOrganisation(call.Request("s3:ListBucket", e.BucketARN), e.Account), p)
}
