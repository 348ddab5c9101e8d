package transfer

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// givenTask returns the spec with the account and the Region that tasks of the transfer have. What is not valid of these is left out, because it is
// reported at its own field.
func (t *Transfer) givenTask(s task.Spec) task.Spec {
	s.Account, s.Region = "", ""
	if region.ValidAccount(t.TaskAccount) {
		s.Account = t.TaskAccount
	}
	if region.Valid(t.Destination.Region) {
		s.Region = t.Destination.Region
	}
	return s
}

// validateTask checks what the user gave of the task, without names, tags and roles that are filled in.
func (t *Transfer) validateTask() error {
	var l problem.List
	for _, f := range []struct{ path, value string }{{"Account", t.Task.Account}, {"Region", t.Task.Region}, {"SourceLocationARN", t.Task.SourceLocationARN},
		{"DestinationLocationARN", t.Task.DestinationLocationARN}, {"DestinationStorageClass", string(t.Task.DestinationStorageClass)}} {
		l.Check(f.value == "", ruleComputed, f.path, f.value)
	}
	s := t.givenTask(t.Task)
	s.SourceLocationARN, s.DestinationLocationARN, s.DestinationStorageClass = "", "", t.Destination.StorageClass
	for _, p := range problem.All(s.Validate()) {
		switch {
		case p.Path == "Account", p.Path == "Region": // the transfer has rules for these
		case p.Path == "LogGroupARN" && (s.Account == "" || s.Region == ""): // what it must be of is not known
		default:
			l.Under("", p)
		}
	}
	return l.Err()
}

// validateRetries checks the manifest of retries by the rules of a task's manifest.
func (t *Transfer) validateRetries() error {
	var l problem.List
	for _, p := range problem.All(t.givenTask(task.Spec{Manifest: t.Retries}).Validate()) {
		if path, ok := strings.CutPrefix(p.Path, "Manifest."); ok {
			p.Path = path
			l.Under("", p)
		}
	}
	return l.Err()
}

// validateData checks the buckets and keys of manifests and reports.
func (t *Transfer) validateData(l *problem.List) {
	ends := []Endpoint{t.Source, t.Destination}
	for _, g := range t.DataGrants {
		known := region.ValidAccount(g.account) && region.ValidAccount(t.TaskAccount)
		ofEnd := slices.ContainsFunc(ends, func(e Endpoint) bool {
			return e.Bucket == g.Bucket && (e.Account == g.account || !region.ValidAccount(e.Account))
		})
		l.Check(!known || g.account == t.TaskAccount || ofEnd, t.placed(ruleDataBucket), g.field+".Bucket", g.Bucket)
		keyed := slices.ContainsFunc(ends, func(e Endpoint) bool {
			return g.key != "" && g.Bucket == e.Bucket && region.Valid(e.Region) && region.ValidKey(g.key) && (kmskey.Spec{ARN: g.key}).Region() != e.Region
		})
		l.Check(!keyed, ruleKeyRegion, g.field+".KMSKey", g.key)
		l.Check(t.End(g.Role).DataSyncRole != "", ruleDataNoRole, g.field+".RoleARN", "")
	}
	if t.Removes() && t.Task.Manifest == nil {
		for _, at := range t.DeletedBy(t) {
			l.Check(false, RuleReportDeleted, at.path, at.URI)
		}
	}
}

// validateMade checks the roles, locations and task that the fields make, each of which is right by itself.
func (t *Transfer) validateMade(l *problem.List) {
	for _, side := range Sides {
		if e := t.End(side); e.OwnsRole && !(side == plan.DestinationSide && t.SharesRole) {
			t.madeRole(l, side)
		}
		for _, p := range problem.All(t.LocationSpec(side).Validate()) {
			if strings.HasPrefix(p.Path, "Tags") { // the others are checked with the end
				madeTags(l, p, "", "Tags")
			}
		}
	}
	field := "Tags"
	if len(t.Task.Tags) > 0 {
		field = "Task.Tags"
	}
	for _, p := range problem.All(t.taskSpec().Validate()) {
		madeTags(l, p, "Task", field)
	}
}

// madeRole adds the problems of the role of the side that follow from several fields, at the field that has the most to do with them.
func (t *Transfer) madeRole(l *problem.List, side plan.Side) {
	role, tags, long := fieldOf(side)+".Role", "Tags", false
	if len(t.End(side).Role.Tags) > 0 {
		tags = role + ".Tags"
	}
	keys := side
	if t.SharesRole && len(t.Destination.KMSKeys) > len(t.Source.KMSKeys) {
		keys = plan.DestinationSide
	}
	for _, p := range problem.All(t.role(side).Validate()) {
		if strings.HasPrefix(p.Path, "Policies") && len(t.End(side).Role.Policies) == 0 && len(t.End(keys).KMSKeys) > 0 {
			long = true
			continue
		}
		madeTags(l, p, role, tags)
	}
	l.Check(!long, ruleKeysMany, fieldOf(keys)+".KMSKeys", "")
}

// madeTags adds the problem below path, or, if it is one of tags, at the field of the tags that the user gave.
func madeTags(l *problem.List, p *problem.Problem, path, tags string) {
	if strings.HasPrefix(p.Path, "Tags") {
		q := *p
		q.Path = tags
		q.Rule += ", ours and those of the other fields included"
		l.Under("", &q)
		return
	}
	l.Under(path, p)
}
