package transfer

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

var (
	nameShape      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,51}$`)
	locationShape  = regexp.MustCompile(`^location/loc-[0-9a-z]{17}$`)
	tagKeyShape    = regexp.MustCompile(`^[a-zA-Z0-9 +=._:/-]{1,128}$`) // of DataSync, without the white space that IAM refuses
	tagValueShape  = regexp.MustCompile(`^[a-zA-Z0-9 +=._:@/-]{1,256}$`)
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

// validateTogether reports where valid transfers contradict each other about one role, bucket or log group.
func validateTogether(l *problem.List, transfers []*Transfer) {
	roles, buckets, adopted, tutorials := map[string]iamrole.Spec{}, map[string]Place{}, map[string]bool{}, map[string]bool{}
	adopt := func(path, arn string) {
		l.Check(!adopted[arn], ruleAdoptOnce, path, arn)
		adopted[arn] = arn != "" && arn != plan.Fitting
	}
	groups := map[string]bool{}
	for i, t := range transfers {
		adopt(fmt.Sprintf("Transfers[%d].Adopt.Task", i), t.Adopt.Task)
		if t.Grant == GrantTutorial {
			l.Check(!tutorials[t.Destination.Bucket], ruleTutorialOnce, fmt.Sprintf("Transfers[%d].Grant", i), t.Destination.Bucket)
			tutorials[t.Destination.Bucket] = true
		}
		if t.MakesLogGroup() {
			l.Check(!groups[t.LogGroup()], ruleOneLogGroup, fmt.Sprintf("Transfers[%d].Task.Log.Name", i), t.Task.Log.Name)
			groups[t.LogGroup()] = true
		}
		for _, side := range Sides {
			path := fmt.Sprintf("Transfers[%d].%s", i, fieldOf(side))
			e := t.End(side)
			adopt(path+".Adopt.Location", e.Adopt.Location)
			place := Place{e.Account, e.Region}
			if have, ok := buckets[e.Bucket]; ok {
				rule := ruleOneBucket
				rule.Text += fmt.Sprintf(": %s in %s, and %s in %s", have.Account, have.Region, place.Account, place.Region)
				l.Check(have == place, rule, path+".Bucket", e.Bucket)
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

// Validate reports what is wrong with the transfer alone, as [Validate] does. Each problem is reported on the field that the user set. What is made
// from several fields is checked once all of them are right.
func (t *Transfer) Validate() error {
	var l problem.List
	l.Check(nameShape.MatchString(t.Name), ruleName, "Name", t.Name)
	l.Check(t.Given.TaskAccount == "" || region.ValidAccount(t.Given.TaskAccount), ruleAccount, "TaskAccount", t.Given.TaskAccount)
	l.Check(slices.Contains([]string{GrantByRole, grantByAccount, GrantTutorial}, t.Grant), ruleGrant, "Grant", t.Grant)
	if t.Grant == GrantTutorial {
		if region.ValidAccount(t.Source.Account) && region.ValidAccount(t.Destination.Account) && region.ValidAccount(t.TaskAccount) {
			l.Check(t.End(plan.DestinationSide).Remote && !t.End(plan.SourceSide).Remote, ruleTutorial, "Grant", t.Grant)
		}
		l.Check(!t.Destination.NoDelete, ruleTutorialDeletes, "Destination.NoDelete", "true")
	}
	t.validateUntil(&l)
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
	if from, to := t.End(plan.SourceSide), t.End(plan.DestinationSide); from.OwnsRole && to.OwnsRole && !t.SharesRole {
		l.Check(!strings.EqualFold(from.RoleName, to.RoleName), ruleOneRole, "Destination.Role.Name", to.RoleName) // IAM's names differ in more than letter case
	}
	for i, op := range t.Operators {
		l.Check(t.principalARN(op, "role/", "user/"), t.placed(ruleOperator), fmt.Sprintf("Operators[%d]", i), op)
	}
	l.Under("Task", t.validateTask())
	t.validateAdoptedTask(&l)
	l.Under("Retries", t.validateRetries())
	t.validateData(&l)
	t.validateTags(&l)
	if l.Err() == nil {
		t.validateMade(&l)
		t.validateEnding(&l)
	}
	return l.Err()
}

// fieldOf names the field of a transfer that holds the side's end.
func fieldOf(side plan.Side) string { return strings.ToUpper(string(side[:1])) + string(side[1:]) }

// principalShape matches the resource of a role's or user's ARN: a path of printable characters, and a name. A wildcard would name several.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
var principalShape = regexp.MustCompile(`^(role|user)/([!-)+->@-~]+/)?[\w+=,.@-]+$`)

// principalARN reports whether arn names an IAM principal of the task account whose kind, such as "role/", is one of kinds.
func (t *Transfer) principalARN(arn string, kinds ...string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && a.Region == "" && t.inPlace(a) &&
		principalShape.MatchString(a.Resource) &&
		slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(a.Resource, k) })
}

// inPlace reports whether the ARN is of the task account, in the partition of the transfer. What is not valid of these is reported at its own field,
// and cannot be compared with.
func (t *Transfer) inPlace(a region.ARN) bool {
	return (a.Account == t.TaskAccount || !region.ValidAccount(t.TaskAccount)) && (a.Partition == t.Partition || !region.Valid(t.Destination.Region))
}

// placed returns the rule with the task account and the partition in its words, as far as they are valid.
func (t *Transfer) placed(rule problem.Rule) problem.Rule {
	if region.ValidAccount(t.TaskAccount) {
		rule.Text = strings.Replace(rule.Text, "the task account", "the task account "+t.TaskAccount, 1)
		rule.Remedy = strings.Replace(rule.Remedy, "TASK-ACCOUNT", t.TaskAccount, 1)
	}
	if region.Valid(t.Destination.Region) {
		rule.Remedy = strings.Replace(rule.Remedy, "PARTITION", t.Partition, 1)
	}
	return rule
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
	a, b = withDefaults(a), withDefaults(b)
	return a.Name == b.Name && a.Path == b.Path && a.Description == b.Description && a.PermissionsBoundary == b.PermissionsBoundary &&
		a.Trust.Equal(b.Trust) && maps.EqualFunc(a.Policies, b.Policies, policy.Document.Equal) && maps.Equal(a.Tags, b.Tags)
}
