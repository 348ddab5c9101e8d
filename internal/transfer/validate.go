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
	"github.com/xacct/xacct/task"
)

var (
	nameShape      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,51}$`)
	locationShape  = regexp.MustCompile(`^location/loc-[0-9a-z]{17}$`)
	tagKeyShape    = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:/-]{1,128}$`)
	tagValueShape  = regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]{1,256}$`)
	tagPrefixShape = regexp.MustCompile(`^[a-zA-Z0-9+=._:/-]{0,100}$`)
)

// maxUserTags leaves room for our own three among DataSync's fifty.
const maxUserTags = 47

// Validate reports everything that is wrong with the transfers of one plan and can be known without a call: all problems joined, each a
// [problem.Problem]. nil means none.
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

// validateTogether reports where valid transfers contradict each other about one role or one bucket.
func validateTogether(l *problem.List, transfers []*Transfer) {
	roles, buckets := map[string]iamrole.Spec{}, map[string]Place{}
	for i, t := range transfers {
		for _, side := range Sides {
			path := fmt.Sprintf("Transfers[%d].%s", i, fieldOf(side))
			e := t.End(side)
			place := Place{e.Account, e.Region}
			if have, ok := buckets[e.Bucket]; ok {
				l.Check(have == place, ruleOneBucket, path+".Bucket", e.Bucket)
			} else {
				buckets[e.Bucket] = place
			}
			if !e.OwnsRole {
				continue
			}
			spec := e.Role
			spec.Name = e.RoleName
			key := t.TaskAccount + "/" + strings.ToLower(spec.Name)
			if have, ok := roles[key]; ok {
				l.Check(sameRole(have, spec), ruleOneRole, path+".Role", spec.Name)
			} else {
				roles[key] = spec
			}
		}
	}
}

// Validate reports what is wrong with the transfer alone, as [Validate] does.
func (t *Transfer) Validate() error {
	var l problem.List
	l.Check(nameShape.MatchString(t.Name), ruleName, "Name", t.Name)
	l.Check(t.Given.TaskAccount == "" || region.ValidAccount(t.Given.TaskAccount), ruleAccount, "TaskAccount", t.Given.TaskAccount)
	l.Check(t.Grant == GrantByRole || t.Grant == grantByAccount, ruleGrant, "Grant", t.Grant)
	for _, side := range Sides {
		l.Under(fieldOf(side), t.validateEnd(side))
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

// fieldOf names the field of a transfer that holds the side's end.
func fieldOf(side plan.Side) string { return strings.ToUpper(string(side[:1])) + string(side[1:]) }

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
		ok = ok && a.Service == "datasync" && a.Partition == t.Partition && a.Account == t.TaskAccount && a.Region == e.Region &&
			locationShape.MatchString(a.Resource)
		l.Check(ok, ruleLocationARN, "LocationARN", e.LocationARN)
	}
	sound := keys == nil && nameShape.MatchString(t.Name) && region.ValidAccount(t.TaskAccount) && region.Valid(e.Region)
	for _, p := range problem.All(t.LocationSpec(side).Validate()) {
		switch p.Path {
		case "Bucket", "Prefix", "StorageClass": // the others have rules of the transfer, above
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
	} else if sound { // otherwise the role, which is made from the end, would repeat the problem
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
		case "Account", "Region", "SourceLocationARN", "DestinationLocationARN", "Tags": // the transfer has rules for these
		default:
			l.Under("", p)
		}
	}
	t.validateData(&l)
	return l.Err()
}

// validateRetries checks the manifest of retries by the rules of a task's manifest.
func (t *Transfer) validateRetries() error {
	var l problem.List
	for _, p := range problem.All((task.Spec{Account: t.TaskAccount, Region: t.Destination.Region, Manifest: t.Retries}).Validate()) {
		if path, ok := strings.CutPrefix(p.Path, "Manifest."); ok {
			p.Path = path
			l.Under("", p)
		}
	}
	return l.Err()
}

// validateData checks the buckets and keys of manifests and reports.
func (t *Transfer) validateData(l *problem.List) {
	for _, g := range t.DataGrants {
		ends := []Endpoint{t.Source, t.Destination}
		ofEnd := slices.ContainsFunc(ends, func(e Endpoint) bool { return e.Bucket == g.Bucket && e.Account == g.account })
		l.Check(g.account == t.TaskAccount || ofEnd, ruleDataBucket, g.purpose+".Bucket", g.Bucket)
		for _, e := range ends {
			l.Check(g.key == "" || g.Bucket != e.Bucket || (kmskey.Spec{ARN: g.key}).Region() == e.Region, ruleKeyRegion, g.purpose+".KMSKey", g.key)
		}
		l.Check(t.End(g.Role).DataSyncRole != "", ruleDataNoRole, g.purpose+".RoleARN", "")
	}
	if t.Removes() && t.Task.Manifest == nil {
		for _, at := range t.DeletedBy(t) {
			l.Check(false, RuleReportDeleted, at.path, at.URI)
		}
	}
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

// principalARN reports whether arn names an IAM principal of the task account whose kind, such as "role/", is one of kinds.
func (t *Transfer) principalARN(arn string, kinds ...string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && a.Region == "" && a.Partition == t.Partition && a.Account == t.TaskAccount &&
		!strings.ContainsAny(arn, "*?") && !strings.HasSuffix(arn, "/") &&
		slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(a.Resource, k) })
}

// nested reports whether the two ends overlap, so that a run would copy what it has just written.
func nested(a, b Endpoint) bool {
	if a.Bucket != b.Bucket {
		return false
	}
	p, q := Slashed(a.Prefix), Slashed(b.Prefix)
	return strings.HasPrefix(p, q) || strings.HasPrefix(q, p)
}

// sameRole reports whether two specs would make the same role.
func sameRole(a, b iamrole.Spec) bool {
	return a.Name == b.Name && a.Path == b.Path && a.Description == b.Description && a.PermissionsBoundary == b.PermissionsBoundary &&
		a.Trust.Equal(b.Trust) && maps.EqualFunc(a.Policies, b.Policies, policy.Document.Equal) && maps.Equal(a.Tags, b.Tags)
}
