package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

// dataAccess is what DataSync does with a manifest or the reports.
type dataAccess struct {
	side            plan.Side // the side whose role DataSync assumes, unless a role is given
	role            string    // the given one; "" is that of the side
	name, do        string    // in words: "manifest", "read the manifest"
	account, bucket string
	key             string // of the manifest's object; of reports, how the keys begin
	actions         []dataAction
	kmsKey          string // the KMS key that was given for the bucket; "" is none
	keyUses         []keyAction
}

// dataAction is one action on a manifest or report.
type dataAction struct {
	action string
	use    verdict.Use
	why    string
}

// dataAccesses returns the accesses of the transfer's task. DataSync reads a manifest with s3:GetObject, and with s3:GetObjectVersion if a version
// of it is named.
// https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html
func dataAccesses(t *transfer.Transfer) []dataAccess {
	var out []dataAccess
	read := func(name, do string, m *task.Manifest) {
		if m == nil {
			return
		}
		byVersion := dataAction{"s3:GetObjectVersion", verdict.Rarely, "a version of it is read only where one is named"}
		if m.VersionID != "" {
			byVersion.use = verdict.Always
		}
		out = append(out, dataAccess{
			side: plan.SourceSide, role: m.RoleARN, name: name, do: do,
			account: cmp.Or(m.Account, t.TaskAccount), bucket: m.Bucket, key: m.Key,
			actions: []dataAction{{"s3:GetObject", verdict.Always, ""}, byVersion},
			kmsKey:  m.KMSKey, keyUses: []keyAction{{"kms:Decrypt", verdict.Always}}})
	}
	read("manifest", "read the manifest", t.Task.Manifest)
	read("retry", "read manifests of retries", t.Retries)
	if r := t.Task.Report; r != nil {
		out = append(out, dataAccess{
			side: plan.DestinationSide, role: r.RoleARN, name: "report", do: "write reports",
			account: cmp.Or(r.Account, t.TaskAccount), bucket: r.Bucket, key: transfer.Slashed(r.Prefix),
			actions: []dataAction{{"s3:PutObject", verdict.Always, ""}},
			kmsKey:  r.KMSKey, keyUses: []keyAction{{"kms:GenerateDataKey", verdict.Always}}})
	}
	return out
}

// checkData checks the access to manifests and reports, and the roles that were given for it. Its findings have no side, because they are not
// about the access of the two locations.
func (c *checker) checkData() []plan.Finding {
	var out []plan.Finding
	for _, a := range dataAccesses(c.Transfer) {
		role := cmp.Or(a.role, c.roleOf(a.side))
		if role == "" {
			continue // noRole reports that
		}
		if role != c.roleOf(plan.SourceSide) && role != c.roleOf(plan.DestinationSide) {
			out = append(out, c.dataRole(a)...)
		}
		if absent(c.facts, role) {
			continue // a finding says so, and the role may do nothing
		}
		out = append(out, c.dataAccess(a, role)...)
	}
	return out
}

// dataRole checks a role that was given for manifests or reports and that serves no end.
func (c *checker) dataRole(a dataAccess) []plan.Finding {
	t := c.Transfer
	var out []plan.Finding
	givenRole(c.facts, a.role, "RoleARN of the "+a.name, func(s plan.Severity, code plan.Code, subject, detail, remedy string) {
		out = append(out, plan.Finding{Severity: s, Code: code, Transfer: t.Name, Account: t.TaskAccount, Subject: subject,
			Detail: detail, Remedy: remedy})
	})
	if absent(c.facts, a.role) {
		return out
	}
	return append(out, c.trusted("", a.role, a.name, t.Destination.Region, t.End(a.side).Region)...)
}

// dataAccess decides what the role may do with the manifest or the reports, and with their keys.
func (c *checker) dataAccess(a dataAccess, role string) []plan.Finding {
	t := c.Transfer
	inRegion := "" // of a bucket that is no end's, the Region is not known
	for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
		if e.Bucket == a.bucket {
			inRegion = e.Region
		}
	}
	call := c.dataCall(role, a.account, inRegion)
	verdicts := c.newCase("", "DataSync", a.do, verdict.Case{
		Policies: c.onBucket(role, a.bucket, a.account), Principal: role, Bucket: a.bucket, Owner: a.account, Facts: call.Facts()})
	base := region.Bucket(t.Partition, a.bucket) + "/" + a.key
	requests := verdicts.Like(c.known(call.S3("", ""), role, a.account))
	for _, action := range a.actions {
		if a.side == plan.SourceSide {
			requests.Decide(action.action, base, action.use, action.why)
		} else {
			requests.DecideBelow(action.action, base+verdict.Probe, base, action.use, action.why)
		}
	}
	out := verdicts.Conclude()
	for _, arn := range t.KeysOf(a.bucket, a.kmsKey) {
		if role != c.roleOf(a.side) || !slices.Contains(t.End(a.side).KMSKeys, arn) { // checkKeys decides the others
			out = append(out, c.checkKey("", role, arn, fmt.Sprintf("%s with key %s", a.do, transfer.KeyName(arn)), a.keyUses)...)
		}
	}
	return out
}
