package location

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/tag"
	"github.com/xacct/xacct/problem"
)

// Problem is one violation of one rule: the field, the value, the rule and the remedy. See [problem.Problem].
type Problem = problem.Problem

const createPage = "https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateLocationS3.html"
const guidePage = "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"

var (
	ruleAccount = problem.Rule{
		ID: "account", Text: "must be a 12-digit account id",
		Remedy: "give the id of the account that owns the location, which is the task's", Source: createPage,
	}
	ruleRegion = problem.Rule{
		ID: "region", Text: "must be the name of a Region, such as eu-west-1",
		Remedy: "give the bucket's Region", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html",
	}
	rulePrefixCharacters = problem.Rule{
		ID: "prefix-characters", Text: "must consist of ASCII letters, digits, spaces and _ - + . / ( )",
		Remedy: "end the prefix before the first other character and select the rest with an include filter of the task: the keys keep it at the destination", Source: createPage,
	}
	rulePrefixURI = problem.Rule{
		ID: "prefix-uri", Text: "must be a folder of the bucket, not a URI or an ARN",
		Remedy: "give the bucket's name in Bucket, and here what follows it, such as 2026/", Source: createPage,
	}
	rulePrefixFolders = problem.Rule{
		ID: "prefix-folders", Text: "must not begin with two slashes nor hold //, /./ or /../: DataSync does not transfer such keys",
		Remedy: "copy the objects to other keys first, or give the prefix above them and leave them behind", Source: guidePage,
	}
	rulePrefixLength = problem.Rule{
		ID: "prefix-length", Text: "must be at most 1,023 bytes, so that a key can follow",
		Remedy: "give a shorter prefix", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
	}
	ruleStorageClass = problem.Rule{
		ID: "storage-class", Text: "must be one that DataSync writes: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_INSTANT_RETRIEVAL, GLACIER or DEEP_ARCHIVE",
		Remedy: "choose one of these, or none for STANDARD", Source: guidePage,
	}
	ruleOutposts = problem.Rule{
		ID: "storage-class-outposts", Text: "must not be OUTPOSTS, which is only for S3 on Outposts",
		Remedy: "leave it empty for STANDARD", Source: guidePage,
	}
	ruleRoleARN = problem.Rule{
		ID: "role-arn", Text: "must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/datasync",
		Remedy: "give the ARN of the role, with its path, and not that of a session", Source: createPage,
	}
	ruleRoleAccount = problem.Rule{
		ID: "role-account", Text: "must be in the account of the location: a role of another account cannot be passed",
		Remedy: "make the role in the location's account and let the bucket's policy name it", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
	}
	rulePartition = problem.Rule{
		ID: "role-partition", Text: "must be in the partition of the Region",
		Remedy: "correct the Region or the ARN; nothing crosses partitions", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html",
	}
	ruleARN = problem.Rule{
		ID: "location-arn", Text: "must be the ARN of a DataSync location, such as arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890",
		Remedy: "give the location's ARN, not the bucket's", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeLocationS3.html",
	}
	ruleARNPlace = problem.Rule{
		ID: "location-place", Text: "must be in the account, Region and partition of the spec",
		Remedy: "correct the ARN or the spec: a location cannot move", Source: "xacct",
	}
)

// rules is the table of all rules of this package.
var rules = slices.Concat([]problem.Rule{
	ruleAccount, ruleRegion, rulePrefixURI, rulePrefixCharacters, rulePrefixFolders, rulePrefixLength, ruleStorageClass, ruleOutposts,
	ruleRoleARN, ruleRoleAccount, rulePartition, ruleARN, ruleARNPlace,
}, s3name.Rules, tag.DataSync.All())

var (
	prefixURI        = regexp.MustCompile(`^(?i:[a-z0-9]+://|arn:)`)
	prefixCharacters = regexp.MustCompile(`^[a-zA-Z0-9_\-+./()\p{Zs}]*`)
	roleShape        = regexp.MustCompile(`^role/([!-~]*/)?[\w+=,.@-]+$`) // path and name: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
	arnShape         = regexp.MustCompile(`^arn:[a-z-]+:datasync:[a-z0-9-]+:[0-9]{12}:location/loc-[0-9a-z]{17}$`)
)

// maxPrefix is the maximum length of a prefix in bytes: one less than that of a key.
const maxPrefix = 1023

// Validate reports all problems of the spec: the error joins one *Problem for each. It is nil if there is none.
func (s Spec) Validate() error {
	var l problem.List
	l.Check(region.ValidAccount(s.Account), ruleAccount, "Account", s.Account)
	l.Check(region.Valid(s.Region), ruleRegion, "Region", s.Region)
	s3name.Check(&l, "Bucket", s.Bucket, s.Region)
	s.checkPrefix(&l)
	s.checkStorageClass(&l)
	s.checkRole(&l)
	tag.DataSync.Check(&l, "Tags", s.Tags)
	return l.Err()
}

func (s Spec) checkPrefix(l *problem.List) {
	if prefixURI.MatchString(s.Prefix) {
		l.Add(rulePrefixURI, "Prefix", s.Prefix)
		return
	}
	if good := prefixCharacters.FindString(s.Prefix); good != s.Prefix {
		r := rulePrefixCharacters
		r.Remedy = filterRemedy(s.Prefix, good)
		l.Add(r, "Prefix", s.Prefix)
	}
	folders := "/" + strings.Trim(s.Prefix, "/") + "/"
	l.Check(!strings.Contains(s.Prefix, "//") && !strings.Contains(folders, "/./") && !strings.Contains(folders, "/../"), rulePrefixFolders, "Prefix", s.Prefix)
	l.Check(len(folders)-1 <= maxPrefix, rulePrefixLength, "Prefix", s.Prefix)
}

// filterRemedy returns the remedy for a prefix that a location cannot have: use the folder above it, and an include filter in which *, | and \
// are escaped (https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html). The result differs in one point: keys at the destination
// are relative to the folder above, and so keep the rest of the prefix.
func filterRemedy(prefix, good string) string {
	above := good[:strings.LastIndex(good, "/")+1]
	rest := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `|`, `\|`).Replace(prefix[len(above):])
	return fmt.Sprintf("as a source, give the prefix %q and the task's include filter %q, and the keys keep %q in front at the destination; a destination cannot have this prefix",
		strings.TrimPrefix(above, "/"), "/"+rest, strings.TrimPrefix(prefix[len(above):], "/"))
}

// s3Classes maps names of storage classes in S3 to those in DataSync, where they differ.
var s3Classes = map[string]dstypes.S3StorageClass{
	"GLACIER_IR":                 dstypes.S3StorageClassGlacierInstantRetrieval,
	"GLACIER_FLEXIBLE_RETRIEVAL": dstypes.S3StorageClassGlacier,
	"GLACIER_DEEP_ARCHIVE":       dstypes.S3StorageClassDeepArchive,
}

func (s Spec) checkStorageClass(l *problem.List) {
	switch c := s.StorageClass; {
	case c == "":
	case c == dstypes.S3StorageClassOutposts:
		l.Add(ruleOutposts, "StorageClass", string(c))
	case !slices.Contains(c.Values(), c):
		r := ruleStorageClass
		if name := s3Classes[string(c)]; name != "" {
			r.Remedy = "write " + string(name) + ", which is its name in DataSync"
		}
		l.Add(r, "StorageClass", string(c))
	}
}

func (s Spec) checkRole(l *problem.List) {
	a, ok := region.ParseARN(s.RoleARN)
	if !ok || a.Service != "iam" || a.Region != "" || !region.ValidAccount(a.Account) || !roleShape.MatchString(a.Resource) || len(s.RoleARN) > 2048 {
		l.Add(ruleRoleARN, "RoleARN", s.RoleARN)
		return
	}
	l.Check(a.Account == s.Account, ruleRoleAccount, "RoleARN", s.RoleARN)
	l.Check(a.Partition == region.Partition(s.Region), rulePartition, "RoleARN", s.RoleARN)
}

// checkARN checks that arn is a location's and, as far as s gives them, in the account and Region of s.
func (s Spec) checkARN(arn string) error {
	var l problem.List
	if !arnShape.MatchString(arn) {
		l.Add(ruleARN, "", arn)
		return l.Err()
	}
	a, _ := region.ParseARN(arn)
	same := (s.Account == "" || a.Account == s.Account) && (s.Region == "" || a.Region == s.Region && a.Partition == region.Partition(s.Region))
	l.Check(same, ruleARNPlace, "", arn)
	return l.Err()
}
