package check

import (
	"fmt"
	"slices"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
)

// encryption compares the default key of the bucket, under which new objects are written, with the keys that the transfer lists.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (s *inspection) encryption() {
	enc, e := s.state.Encryption, s.end
	if enc.Algorithm != s3types.ServerSideEncryptionAwsKms && enc.Algorithm != s3types.ServerSideEncryptionAwsKmsDsse {
		return
	}
	severity := severityIf(s.side == plan.DestinationSide) // the objects that a source has may be encrypted under other keys
	what := fmt.Sprintf("bucket %s encrypts new objects with ", e.Bucket)
	key, ok := region.ParseARN(enc.KMSKey)
	ok = ok && key.Service == "kms" && strings.HasPrefix(key.Resource, "key/")
	switch {
	case enc.KMSKey == "" || strings.HasSuffix(enc.KMSKey, "alias/aws/s3"):
		if e.Remote {
			s.find(severity, plan.CodeKeyUnusable, "",
				what+"the managed key aws/s3, whose policy cannot be changed: no other account can use it",
				"let the owner of bucket "+e.Bucket+" encrypt it with a customer managed key, or with SSE-S3")
		}
	case !ok:
		if !e.Remote {
			severity = plan.Warning
		}
		s.find(severity, plan.CodeKeyUnusable, "",
			what+enc.KMSKey+", which is not the ARN of a key: it is looked up in the account of whoever writes",
			"let the owner of bucket "+e.Bucket+" name the key by its full ARN")
	case key.Region != e.Region:
		s.find(severity, plan.CodeKeyUnusable, "",
			fmt.Sprintf("%skey %s, which is not in the bucket's Region %s", what, enc.KMSKey, e.Region),
			"let the owner of bucket "+e.Bucket+" name a key of the bucket's Region")
	case !slices.Contains(e.KMSKeys, enc.KMSKey):
		s.keyNotListed(severity, fmt.Sprintf("%skey %s, which the transfer does not list", what, enc.KMSKey))
	}
}

// keyNotListed reports a default key that the transfer does not list. A role that we make may not use it. Another role may, if its own policies
// and the key's policy allow it, but the key's policy is read only if the key is listed.
func (s *inspection) keyNotListed(severity plan.Severity, detail string) {
	remedy := fmt.Sprintf("add %s to KMSKeys of the %s", s.state.Encryption.KMSKey, s.side)
	role := s.roleOf(s.side)
	if _, ours := s.role(role); ours {
		s.find(severity, plan.CodeKeyNotListed, "", detail+": role "+role+" is not allowed to use it", remedy)
		return
	}
	if role == "" {
		s.find(plan.Warning, plan.CodeKeyNotListed, "",
			detail+": whether the location's role may use it is not decided, as the role was not read", remedy)
		return
	}
	var dependsOn []string
	for _, f := range s.checkKey(s.side, role, s.state.Encryption.KMSKey, "use the default key", keyUse[s.side]) {
		switch f.Code {
		case plan.CodeDenied:
			s.find(severity, plan.CodeKeyNotListed, f.Statement,
				fmt.Sprintf("%s, and role %s may not use it: %s%s", detail, role, verdict.ListActions(f.Actions), text.Within(f.Statement)),
				remedy+", and let role "+role+" use it")
			return
		case plan.CodeUndetermined:
			dependsOn = append(dependsOn, f.DependsOn...)
		}
	}
	if len(dependsOn) > 0 {
		slices.Sort(dependsOn)
		s.find(plan.Warning, plan.CodeKeyNotListed, "", fmt.Sprintf("%s: whether role %s may use it is not decided", detail, role),
			remedy+": then the key's policy is read")
		s.findings[len(s.findings)-1].DependsOn = slices.Compact(dependsOn)
	}
}
