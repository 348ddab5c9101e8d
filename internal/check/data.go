package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/task"
)

// dataAccess is what DataSync does with a manifest or the reports.
type dataAccess struct {
	side            plan.Side // whose role it is, unless one is given
	role            string    // given; "" is that of the side
	name, verb      string    // "manifest", "read the manifest"
	account, bucket string
	key             string // of the manifest; of reports the beginning
	actions         []dataAction
	kmsKey          string // that was given for the bucket; "" is none
	keyUses         []keyAction
}

// dataAction is one action of such an access.
type dataAction struct {
	action string
	use    verdict.Use
	why    string
}

// dataAccesses are those of the transfer's task. A manifest of which no version is named is read as s3:GetObject.
// https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html
func dataAccesses(t *transfer.Transfer) []dataAccess {
	var out []dataAccess
	read := func(name, verb string, m *task.Manifest) {
		if m == nil {
			return
		}
		byVersion := dataAction{"s3:GetObjectVersion", verdict.Rarely, "a version of it is read only where one is named"}
		if m.VersionID != "" {
			byVersion.use = verdict.Always
		}
		out = append(out, dataAccess{side: plan.SourceSide, role: m.RoleARN, name: name, verb: verb, account: cmp.Or(m.Account, t.TaskAccount), bucket: m.Bucket, key: m.Key,
			actions: []dataAction{{"s3:GetObject", verdict.Always, ""}, byVersion}, kmsKey: m.KMSKey, keyUses: []keyAction{{"kms:Decrypt", verdict.Always}}})
	}
	read("manifest", "read the manifest", t.Task.Manifest)
	read("retry", "read manifests of retries", t.Retries)
	if r := t.Task.Report; r != nil {
		out = append(out, dataAccess{side: plan.DestinationSide, role: r.RoleARN, name: "report", verb: "write reports", account: cmp.Or(r.Account, t.TaskAccount), bucket: r.Bucket, key: transfer.Slashed(r.Prefix),
			actions: []dataAction{{"s3:PutObject", verdict.Always, ""}}, kmsKey: r.KMSKey, keyUses: []keyAction{{"kms:GenerateDataKey", verdict.Always}}})
	}
	return out
}

// checkData judges the access to manifests and reports, and the roles that were given for it. Its findings have no side: they are not about
// the access of the ends' locations.
func (r *checker) checkData() []plan.Finding {
	var out []plan.Finding
	for _, a := range dataAccesses(r.Transfer) {
		role := cmp.Or(a.role, r.roleOf(a.side))
		if role == "" {
			continue // nothing is known of the location's role, and there is a finding for that
		}
		if role != r.roleOf(plan.SourceSide) && role != r.roleOf(plan.DestinationSide) {
			out = append(out, r.dataRole(a)...)
		}
		out = append(out, r.dataAccess(a, role)...)
	}
	return out
}

// dataRole judges a role that was given for manifests or reports and that serves no end.
func (r *checker) dataRole(a dataAccess) []plan.Finding {
	t := r.Transfer
	var out []plan.Finding
	givenRole(r.facts, a.role, func(s plan.Severity, code plan.Code, subject, detail, remedy string) {
		out = append(out, plan.Finding{Severity: s, Code: code, Transfer: t.Name, Account: t.TaskAccount, Subject: subject, Detail: detail, Remedy: remedy})
	})
	return append(out, r.trusted("", a.role, a.name, t.Destination.Region, t.End(a.side).Region)...)
}

func (r *checker) dataAccess(a dataAccess, role string) []plan.Finding {
	t := r.Transfer
	p := r.identity(role, a.account)
	var read bool
	if p.Resource, read = r.merged(a.bucket); !read {
		p.Unread |= authz.Resource
	}
	in := "" // the Region of another bucket is not known
	for _, e := range []transfer.Endpoint{t.Source, t.Destination} {
		if e.Bucket == a.bucket {
			in = e.Region
		}
	}
	call := r.dataCall(role, a.account, in)
	j := verdict.Case{Transfer: t, Shared: r.shared, Organisations: r.facts.OrgIDs, Policies: p, Principal: role, Bucket: a.bucket, Owner: a.account, Facts: call.Facts(),
		May: "DataSync may " + a.verb, MayNot: "DataSync may not " + a.verb,
		Finding: plan.Finding{Transfer: t.Name, Account: a.account, Subject: role}}
	base := region.Bucket(t.Partition, a.bucket) + "/" + a.key
	for _, action := range a.actions {
		if req := r.known(call.S3(action.action, base), role, a.account); a.side == plan.SourceSide {
			j.Decide(req, action.use, action.why)
		} else {
			req.Resource += verdict.Probe
			j.DecideBelow(req, base, action.use, action.why)
		}
	}
	out := j.Conclude()
	for _, arn := range t.KeysOf(a.bucket, a.kmsKey) {
		if role != r.roleOf(a.side) || !slices.Contains(t.End(a.side).KMSKeys, arn) { // those are judged with the end
			out = append(out, r.checkKey("", role, arn, fmt.Sprintf("%s with key %s", a.verb, transfer.KeyName(arn)), a.keyUses)...)
		}
	}
	return out
}
