package check

import (
	"cmp"
	"fmt"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// ownership reports what enabled ACLs mean for the transfer: an object belongs to the account that writes it, and the bucket's policy does not
// cover objects of other accounts than the owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (s *inspection) ownership() {
	disable := s.side == plan.DestinationSide && s.end.DisableACLs
	if !s.end.Remote && !disable {
		return
	}
	if err := s.state.Unread[bucket.PartOwnership]; err != nil {
		s.find(severityIf(disable), plan.CodeUnread, "", "the object ownership of bucket "+s.end.Bucket+" could not be read: "+text.OneLine(err),
			Remedy(err, "grant the reader s3:GetBucketOwnershipControls on bucket "+s.end.Bucket))
		return
	}
	have := cmp.Or(s.state.Ownership, s3types.ObjectOwnershipObjectWriter)
	switch {
	case have == s3types.ObjectOwnershipBucketOwnerEnforced:
	case disable:
		s.disableACLs()
	case s.side == plan.SourceSide:
		s.find(plan.Warning, plan.CodeACLsEnabled, "",
			fmt.Sprintf("bucket %s has ACLs enabled (%s): its policy does not let anybody read objects that belong to other accounts "+
				"than its owner's, and who owns the objects is not read", s.end.Bucket, have),
			"let the owner of bucket "+s.end.Bucket+" disable ACLs, or see that every object is the bucket owner's")
	case !s.facts.DisablingACLs[s.end.Bucket]:
		s.find(plan.Blocking, plan.CodeACLsEnabled, "",
			fmt.Sprintf("bucket %s has ACLs enabled (%s): objects that DataSync writes would belong to the task account %s", s.end.Bucket, have, s.Transfer.TaskAccount),
			"set Destination.DisableACLs, after checking who still writes or reads through ACLs")
	}
}

// disableACLs reports what keeps ACLs from being disabled, and whose access that may end.
func (s *inspection) disableACLs() {
	if len(s.state.Grants) > 0 {
		s.find(plan.Blocking, plan.CodeACLGrants, "",
			"the ACL of bucket "+s.end.Bucket+" grants others access, so ACLs cannot be disabled: "+strings.Join(s.state.Grants, "; "),
			"move these grants to the policy of bucket "+s.end.Bucket+" and reset its ACL to private first")
	} else if err := s.state.Unread[bucket.PartGrants]; err != nil {
		s.find(plan.Warning, plan.CodeUnread, "", "the ACL of bucket "+s.end.Bucket+" could not be read: "+text.OneLine(err),
			Remedy(err, "grant the reader s3:GetBucketAcl on bucket "+s.end.Bucket+": foreign grants would make the change fail"))
	}
	s.find(plan.Warning, plan.CodeOwnership, "",
		"disabling ACLs on bucket "+s.end.Bucket+" ends all access by ACL, and uploads with an ACL other than bucket-owner-full-control will fail",
		"check the other writers of bucket "+s.end.Bucket+" first")
}
