package check

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// public reports what Block Public Access does if the policy of a bucket outside the task account is public: S3 refuses to store it, or ignores
// every other account, also those that other statements name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (s *inspection) public() {
	public := policy.Public(s.merged)
	if !s.end.Remote || len(public) == 0 && !s.state.Public || s.notPublic(public) {
		return
	}
	name := s.end.Bucket
	statement, reason := "", "S3 calls it so"
	if len(public) > 0 {
		statement = text.SidOr(public[0].Statement.Sid(), public[0].Index+1)
		reason = text.Statement(statement) + ": " + public[0].Reason
	}
	block, unread := s.state.PublicAccessBlock, s.state.Unread[bucket.PartPublicAccessBlock] != nil
	severity, code, detail := plan.Warning, plan.CodePublicPolicy, ""
	switch {
	case block.RestrictPublicBuckets:
		severity, code = plan.Blocking, plan.CodePublicAccess
		detail = fmt.Sprintf("bucket %s restricts public buckets and its policy is public (%s): "+
			"S3 keeps every other account out, whatever else the policy says", name, reason)
	case block.BlockPublicPolicy && s.writes:
		severity = plan.Blocking
		detail = fmt.Sprintf("bucket %s blocks public policies and its policy is public (%s): S3 refuses to store it with our statements", name, reason)
	case block.BlockPublicPolicy:
		severity = plan.Info
		detail = fmt.Sprintf("the policy of bucket %s is public (%s), and S3 will refuse every later change of it", name, reason)
	case unread || !s.looked:
		detail = fmt.Sprintf("the policy of bucket %s is public (%s): "+
			"if Block Public Access is on, S3 refuses to store it or keeps other accounts out", name, reason)
	default:
		detail = fmt.Sprintf("the policy of bucket %s is public (%s): "+
			"Block Public Access of its account or organisation, which is not read, may refuse it or keep other accounts out", name, reason)
	}
	s.find(severity, code, statement, detail, fmt.Sprintf("let the owner of bucket %s limit the statement to fixed principals, "+
		"or to fixed values of a condition key that S3 takes for a limit", name))
}

// notPublic reports whether S3 says that the policy as it is, which has these statements, is not public: S3 accepts more limits than it documents.
// The statements that we add have fixed principals.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
func (s *inspection) notPublic(public []policy.PublicStatement) bool {
	if !s.looked || !s.read || s.state.Public || s.state.Unread[bucket.PartPolicyStatus] != nil {
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
