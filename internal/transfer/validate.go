package transfer

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

const sourceTags = "https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html"

// The rules of a transfer. What one end, role or task must be by itself stands in location, iamrole and task.
var (
	ruleName = problem.Rule{ID: "transfer-name", Text: "must start with a letter, hold letters, digits and hyphens only, and have at most 52 characters",
		Remedy: "choose a short name such as media-archive: roles, tags and statement ids are made from it", Source: "xacct"}
	ruleDuplicateName = problem.Rule{ID: "transfer-name-unique", Text: "is used by two transfers of this plan",
		Remedy: "give every transfer a name of its own", Source: "xacct"}
	ruleAccount = problem.Rule{ID: "account-id", Text: "must be a 12-digit account id",
		Remedy: "give the id with its leading zeros, not an alias or an ARN", Source: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"}
	ruleRegion = problem.Rule{ID: "region", Text: "must be the name of an AWS Region",
		Remedy: "give the Region the bucket lives in, such as us-east-2", Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html"}
	rulePartition = problem.Rule{ID: "partition", Text: "is in another partition than the source's Region",
		Remedy: "use buckets of one partition; between partitions, model one side as an object storage location with an access key", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html"}
	ruleNested = problem.Rule{ID: "source-destination", Text: "is the source, or lies inside it, or holds it",
		Remedy: "choose prefixes of which neither begins with the other", Source: "xacct"}
	ruleRoleExcludes = problem.Rule{ID: "role-excluded", Text: "cannot be given together with RoleARN or LocationARN",
		Remedy: "either let xacct make the role (Role) or use an existing one (RoleARN, LocationARN)", Source: "xacct"}
	ruleRoleARN = problem.Rule{ID: "role-arn", Text: "must be the ARN of a role of the task account, in the same partition",
		Remedy: "DataSync can only be passed a role of the account that owns the location: give arn:PARTITION:iam::TASK-ACCOUNT:role/NAME", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"}
	ruleLocationARN = problem.Rule{ID: "location-arn", Text: "must be the ARN of a DataSync location of the task account in the bucket's Region",
		Remedy: "give arn:PARTITION:datasync:REGION:TASK-ACCOUNT:location/loc-…", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/working-with-locations.html"}
	ruleSharedRole = problem.Rule{ID: "shared-role", Text: "has the name of the other end's role but is another role",
		Remedy: "make the two Role values equal, or give them different names", Source: "xacct"}
	ruleOperator = problem.Rule{ID: "operator-arn", Text: "must be the ARN of a role or user of the task account, in the same partition",
		Remedy: "give the role's ARN with its path (iam:GetRole tells it), not the ARN of a session", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"}
	ruleKeyRegion = problem.Rule{ID: "kms-region", Text: "must be a key of the end's Region",
		Remedy: "give the key that encrypts this bucket: a bucket's key is in the bucket's Region", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"}
	ruleKeyTwice = problem.Rule{ID: "kms-unique", Text: "is listed twice",
		Remedy: "list every key of an end once", Source: "xacct"}
	ruleDestinationOnly = problem.Rule{ID: "destination-only", Text: "has a meaning for the destination only",
		Remedy: "leave it empty on the source", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html"}
	ruleGrant = problem.Rule{ID: "grant-shape", Text: "must be ByRole or ByAccount",
		Remedy: "leave it empty for ByRole", Source: "xacct"}
	ruleComputed = problem.Rule{ID: "task-computed", Text: "is computed from the two ends and must be empty",
		Remedy: "remove it from Task", Source: "xacct"}
	ruleTags = problem.Rule{ID: "tags", Text: "must be at most 47 tags of DataSync's characters (letters, digits, spaces and + = . _ : / -; values also @), with keys of 1 to 128 and values of 1 to 256, without the prefixes aws: and TagPrefix",
		Remedy: "remove or rename the tag; three tags are ours", Source: sourceTags}
	ruleTrust = problem.Rule{ID: "trust-wildcard", Text: "must not let everybody assume the role",
		Remedy: "name datasync.amazonaws.com and whoever else must assume it, or leave Trust empty", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"}
	ruleOneRole = problem.Rule{ID: "role-once", Text: "is the name of two different roles of this plan; IAM takes names that differ in letter case only for the same",
		Remedy: "make the Role values that share a name equal, or give them different names", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"}
	ruleOneBucket = problem.Rule{ID: "bucket-once", Text: "is given with two accounts or Regions in this plan",
		Remedy: "a bucket has one owner and one Region: correct the wrong one", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html"}
	ruleTagCase = problem.Rule{ID: "tag-case", Text: "has the key of another tag but for letter case, which IAM refuses",
		Remedy: "remove one of the two", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"}
	ruleTagPrefix = problem.Rule{ID: "tag-prefix", Text: "must be at most 100 letters, digits and + = . _ : / - and not begin with aws:",
		Remedy: "leave it empty for xacct:", Source: sourceTags}
)

var rules = []problem.Rule{ruleName, ruleDuplicateName, ruleAccount, ruleRegion, rulePartition, ruleNested, ruleRoleExcludes, ruleRoleARN, ruleLocationARN,
	ruleSharedRole, ruleOperator, ruleKeyRegion, ruleKeyTwice, ruleDestinationOnly, ruleGrant, ruleComputed, ruleTags, ruleTagCase, ruleTagPrefix, ruleTrust, ruleOneRole, ruleOneBucket, ruleDataBucket, ruleDataNoRole, RuleReportDeleted}

var (
	nameShape      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,51}$`)
	locationShape  = regexp.MustCompile(`^location/loc-[0-9a-z]{17}$`)
	tagKeyShape    = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:/-]{1,128}$`)
	tagValueShape  = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]{1,256}$`)
	tagPrefixShape = regexp.MustCompile(`^[a-zA-Z0-9+=._:/-]{0,100}$`)
)

// maxUserTags leaves room for our own three among DataSync's fifty.
const maxUserTags = 47

// Validate reports everything that can be known to be wrong without a call: all problems joined, each a [Problem]. Nil means none.
func (t *Transfer) Validate() error {
	var l problem.List
	l.Check(nameShape.MatchString(t.Name), ruleName, "Name", t.Name)
	l.Check(t.Given.TaskAccount == "" || region.ValidAccount(t.Given.TaskAccount), ruleAccount, "TaskAccount", t.Given.TaskAccount)
	l.Check(t.Grant == GrantByRole || t.Grant == grantByAccount, ruleGrant, "Grant", t.Grant)
	for _, side := range []plan.Side{plan.SourceSide, plan.DestinationSide} {
		l.Under(strings.ToUpper(string(side[:1]))+string(side[1:]), t.validateEnd(side))
	}
	if region.Valid(t.Source.Region) && region.Valid(t.Destination.Region) {
		l.Check(region.Partition(t.Source.Region) == t.Partition, rulePartition, "Destination.Region", t.Destination.Region)
	}
	if t.Source.Bucket != "" && nested(t.Source, t.Destination) {
		l.Add(ruleNested, "Destination", "s3://"+t.Destination.Bucket+"/"+Slashed(t.Destination.Prefix))
	}
	if t.SharesRole {
		source, destination := t.Source.Role, t.Destination.Role
		source.Name, destination.Name = t.End(plan.SourceSide).RoleName, t.End(plan.DestinationSide).RoleName
		l.Check(sameRole(source, destination), ruleSharedRole, "Destination.Role", destination.Name)
	}
	for _, op := range t.Operators {
		l.Check(t.principalARN(op, "role/", "user/"), ruleOperator, "Operators", op)
	}
	l.Under("Task", t.validateTask())
	l.Under("Retries", t.validateRetries())
	t.validateTags(&l)
	return l.Err()
}

func (t *Transfer) validateEnd(side plan.Side) error {
	var l problem.List
	e := t.End(side)
	l.Check(region.ValidAccount(e.Account), ruleAccount, "Account", e.Account)
	l.Check(region.Valid(e.Region), ruleRegion, "Region", e.Region)
	if side == plan.SourceSide {
		l.Check(e.StorageClass == "", ruleDestinationOnly, "StorageClass", string(e.StorageClass))
		l.Check(!e.DisableACLs, ruleDestinationOnly, "DisableACLs", "true")
	}
	keys := validateKeys(e.Endpoint)
	l.Under("", keys)
	if e.RoleARN != "" {
		l.Check(t.principalARN(e.RoleARN, "role/"), ruleRoleARN, "RoleARN", e.RoleARN)
	}
	if e.LocationARN != "" {
		a, ok := region.ParseARN(e.LocationARN)
		ok = ok && a.Service == "datasync" && a.Partition == t.Partition && a.Account == t.TaskAccount && a.Region == e.Region && locationShape.MatchString(a.Resource)
		l.Check(ok, ruleLocationARN, "LocationARN", e.LocationARN)
	}
	sound := keys == nil && nameShape.MatchString(t.Name) && region.ValidAccount(t.TaskAccount) && region.Valid(e.Region)
	for _, p := range problem.All(t.LocationSpec(side).Validate()) {
		switch p.Path {
		case "Bucket", "Prefix", "StorageClass": // the rest is judged above
			l.Under("", p)
			sound = false
		}
	}
	for st := range e.Role.Trust.All() {
		principals, not := st.Principals()
		everybody := not || slices.ContainsFunc(principals, func(p policy.Principal) bool { return p.Value() == "*" })
		l.Check(st.Effect() != "Allow" || !everybody, ruleTrust, "Role.Trust", st.Sid())
	}
	if e.RoleARN != "" || e.LocationARN != "" {
		l.Check(reflect.ValueOf(e.Role).IsZero(), ruleRoleExcludes, "Role", e.Role.Name)
	} else if sound { // or the presets would repeat what is wrong
		l.Under("Role", t.role(side).Validate())
	}
	return l.Err()
}

func validateKeys(e Endpoint) error {
	var l problem.List
	seen := map[string]bool{}
	for i, arn := range e.KMSKeys {
		path := fmt.Sprintf("KMSKeys[%d]", i)
		spec := kmskey.Spec{ARN: arn}
		err := spec.Validate()
		for _, p := range problem.All(err) {
			q := *p
			q.Path = path
			l.Under("", &q)
		}
		l.Check(err != nil || spec.Region() == e.Region, ruleKeyRegion, path, arn)
		l.Check(!seen[arn], ruleKeyTwice, path, arn)
		seen[arn] = true
	}
	return l.Err()
}

func (t *Transfer) validateTask() error {
	var l problem.List
	for path, v := range map[string]string{"Account": t.Task.Account, "Region": t.Task.Region,
		"SourceLocationARN": t.Task.SourceLocationARN, "DestinationLocationARN": t.Task.DestinationLocationARN} {
		l.Check(v == "", ruleComputed, path, v)
	}
	for _, p := range problem.All(t.taskSpec().Validate()) {
		switch p.Path {
		case "Account", "Region", "SourceLocationARN", "DestinationLocationARN", "Tags": // judged by the transfer's own rules
		default:
			l.Under("", p)
		}
	}
	t.validateData(&l)
	return l.Err()
}

func (t *Transfer) validateTags(l *problem.List) {
	l.Check(tagPrefixShape.MatchString(t.TagPrefix) && !strings.HasPrefix(t.TagPrefix, "aws:"), ruleTagPrefix, "TagPrefix", t.TagPrefix)
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		ok := tagKeyShape.MatchString(key) && tagValueShape.MatchString(t.Tags[key]) &&
			!strings.HasPrefix(key, "aws:") && !strings.HasPrefix(key, t.TagKey(""))
		l.Check(ok, ruleTags, "Tags", key+"="+t.Tags[key])
	}
	l.Check(len(t.Tags) <= maxUserTags, ruleTags, "Tags", "")
	folded := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		l.Check(!folded[strings.ToLower(key)], ruleTagCase, "Tags", key)
		folded[strings.ToLower(key)] = true
	}
}

// principalARN reports whether arn is an IAM principal of the task account of one of the kinds.
func (t *Transfer) principalARN(arn string, kinds ...string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && a.Region == "" && a.Partition == t.Partition && a.Account == t.TaskAccount &&
		!strings.ContainsAny(arn, "*?") && !strings.HasSuffix(arn, "/") &&
		slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(a.Resource, k) })
}

// nested reports whether the two ends overlap, which would make a run copy what it has just written.
func nested(a, b Endpoint) bool {
	if a.Bucket != b.Bucket {
		return false
	}
	p, q := Slashed(a.Prefix), Slashed(b.Prefix)
	return strings.HasPrefix(p, q) || strings.HasPrefix(q, p)
}

// Slashed is the prefix as DataSync keeps it: without a leading slash, with one at the end.
func Slashed(prefix string) string {
	p := strings.Trim(prefix, "/")
	if p == "" {
		return ""
	}
	return p + "/"
}

func sameRole(a, b iamrole.Spec) bool {
	return a.Name == b.Name && a.Path == b.Path && a.Description == b.Description && a.PermissionsBoundary == b.PermissionsBoundary &&
		a.Trust.Equal(b.Trust) && maps.EqualFunc(a.Policies, b.Policies, policy.Document.Equal) && maps.Equal(a.Tags, b.Tags)
}

// Validate judges the transfers of one plan together.
func Validate(transfers []*Transfer) error {
	var l problem.List
	seen := map[string]bool{}
	for i, t := range transfers {
		path := fmt.Sprintf("Transfers[%d]", i)
		for _, p := range problem.All(t.Validate()) {
			q := *p
			q.Path = path + "." + p.Path
			l.Under("", &q)
		}
		l.Check(!seen[t.Name] || t.Name == "", ruleDuplicateName, path+".Name", t.Name)
		seen[t.Name] = true
	}
	if l.Err() == nil {
		validateTogether(&l, transfers)
	}
	return l.Err()
}

// validateTogether compares what valid transfers say of the same role and the same bucket.
func validateTogether(l *problem.List, transfers []*Transfer) {
	type where struct{ account, region string }
	roles, buckets := map[string]iamrole.Spec{}, map[string]where{}
	for i, t := range transfers {
		for _, side := range Sides {
			path := fmt.Sprintf("Transfers[%d].%s", i, strings.ToUpper(string(side[:1]))+string(side[1:]))
			e := t.End(side)
			if have, ok := buckets[e.Bucket]; ok {
				l.Check(have == where{e.Account, e.Region}, ruleOneBucket, path+".Bucket", e.Bucket)
			} else {
				buckets[e.Bucket] = where{e.Account, e.Region}
			}
			if !t.End(side).OwnsRole {
				continue
			}
			spec := e.Role
			spec.Name = t.End(side).RoleName
			key := t.TaskAccount + "/" + strings.ToLower(spec.Name)
			if have, ok := roles[key]; ok {
				l.Check(sameRole(have, spec), ruleOneRole, path+".Role", spec.Name)
			} else {
				roles[key] = spec
			}
		}
	}
}
