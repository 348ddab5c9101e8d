package transfer

import (
	"cmp"
	"slices"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

var (
	ruleDataBucket = problem.Rule{ID: "data-bucket", Text: "must be a bucket of the task account, or that of one end of the transfer",
		Remedy: "use such a bucket, or grant the access yourself and name the role in RoleARN", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html"}
	ruleDataNoRole = problem.Rule{ID: "data-no-role", Text: "must be given if the end has a LocationARN: which role that location has is not known",
		Remedy: "give the role that DataSync assumes to read the manifest (the source's) or to write the report (the destination's)", Source: "xacct"}
	RuleReportDeleted = problem.Rule{ID: "report-deleted", Text: "must not lie in the destination's prefix if the task deletes there: the next run would delete it",
		Remedy: "give reports and manifests another prefix or bucket", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html"}
)

// DataGrant is what DataSync may do with the bucket of a manifest or report.
type DataGrant struct {
	purpose string
	Role    plan.Side // whose role DataSync assumes
	account string
	Bucket  string
	key     string           // that was given for the bucket; "" is none
	grant   policy.Statement // actions and resources only
}

// dataGrants are the grants for the manifest and the report, unless their roles are given.
func (t *Transfer) dataGrants() []DataGrant {
	var out []DataGrant
	if m := t.Task.Manifest; m != nil && m.RoleARN == "" {
		out = append(out, DataGrant{purposeManifest, plan.SourceSide, cmp.Or(m.Account, t.TaskAccount), m.Bucket, m.KMSKey,
			policy.Allow("s3:GetObject", "s3:GetObjectVersion").On(region.Bucket(t.Partition, m.Bucket) + "/" + m.Key)})
	}
	if m := t.Retries; m != nil && m.RoleARN == "" {
		out = append(out, DataGrant{purposeRetry, plan.SourceSide, cmp.Or(m.Account, t.TaskAccount), m.Bucket, m.KMSKey,
			policy.Allow("s3:GetObject", "s3:GetObjectVersion").On(region.Bucket(t.Partition, m.Bucket) + "/" + m.Key)})
	}
	if r := t.Task.Report; r != nil && r.RoleARN == "" {
		out = append(out, DataGrant{purposeReport, plan.DestinationSide, cmp.Or(r.Account, t.TaskAccount), r.Bucket, r.KMSKey,
			policy.Allow("s3:PutObject").On(region.Bucket(t.Partition, r.Bucket) + "/" + Slashed(r.Prefix) + "*")})
	}
	return out
}

// dataRoleStatements are what the role of the side may do for the manifest or the report.
func (t *Transfer) dataRoleStatements(side plan.Side) policy.Statements {
	var out policy.Statements
	for _, g := range t.DataGrants {
		if g.Role == side {
			out = append(out, g.grant.WithSid(g.purpose).When(policy.StringEquals("aws:ResourceAccount", g.account)))
		}
	}
	return out
}

// dataBucketStatements are what the bucket of the side, in another account, needs for the manifest or the report in it. Two ends in one bucket
// are served by the source.
func (t *Transfer) dataBucketStatements(side plan.Side) policy.Statements {
	var out policy.Statements
	for _, g := range t.DataGrants {
		if g.Bucket == t.End(side).Bucket && (side == plan.SourceSide || g.Bucket != t.Source.Bucket) {
			out = append(out, t.admit(g.grant.WithSid(t.sid(side, g.purpose)), t.End(g.Role).DataSyncRole))
		}
	}
	return out
}

// WithData fills in the roles of the manifest and the report, and the owners of their buckets. What the user gave is not changed.
func (t *Transfer) WithData(s task.Spec) task.Spec {
	if s.Manifest != nil {
		m := *s.Manifest
		m.Account, m.RoleARN = cmp.Or(m.Account, t.TaskAccount), cmp.Or(m.RoleARN, t.End(plan.SourceSide).DataSyncRole)
		s.Manifest = &m
	}
	if s.Report != nil {
		r := *s.Report
		r.Account, r.RoleARN = cmp.Or(r.Account, t.TaskAccount), cmp.Or(r.RoleARN, t.End(plan.DestinationSide).DataSyncRole)
		s.Report = &r
	}
	return s
}

// RetryManifest is Retries with the role and the account filled in, as [task.Retry] takes it; the zero Manifest if there is none.
func (t *Transfer) RetryManifest() task.Manifest {
	s := t.WithData(task.Spec{Manifest: t.Retries})
	if s.Manifest == nil {
		return task.Manifest{}
	}
	return *s.Manifest
}

// validateRetries judges the place of retry manifests as if it were the task's.
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

// validateData judges where the manifest and the report lie.
func (t *Transfer) validateData(l *problem.List) {
	for _, g := range t.DataGrants {
		path := g.purpose + ".Bucket" // Retry's is that of the transfer; its problem says which bucket
		ends := slices.ContainsFunc([]Endpoint{t.Source, t.Destination}, func(e Endpoint) bool { return e.Bucket == g.Bucket && e.Account == g.account })
		l.Check(g.account == t.TaskAccount || ends, ruleDataBucket, path, g.Bucket)
		for _, e := range []Endpoint{t.Source, t.Destination} {
			l.Check(g.key == "" || g.Bucket != e.Bucket || (kmskey.Spec{ARN: g.key}).Region() == e.Region, ruleKeyRegion, g.purpose+".KMSKey", g.key)
		}
		l.Check(t.End(g.Role).DataSyncRole != "", ruleDataNoRole, g.purpose+".RoleARN", "")
	}
	if t.Removes() && t.Task.Manifest == nil {
		for _, at := range t.DeletedBy(t) {
			l.Check(false, RuleReportDeleted, at.path, at.Uri)
		}
	}
}

// dataPlace is where a manifest or report lies.
type dataPlace struct{ What, path, Uri string }

// DeletedBy are the transfer's manifests and reports that lie where the task of by writes, which would delete them if it deletes at all.
func (t *Transfer) DeletedBy(by *Transfer) []dataPlace {
	var out []dataPlace
	add := func(what, path, bucket, key, uri string) {
		if bucket == by.Destination.Bucket && strings.HasPrefix(key, Slashed(by.Destination.Prefix)) {
			out = append(out, dataPlace{what, path, uri})
		}
	}
	if r := t.Task.Report; r != nil {
		add("report", "Report", r.Bucket, Slashed(r.Prefix), r.String())
	}
	if m := t.Task.Manifest; m != nil {
		add("manifest", "Manifest", m.Bucket, m.Key, m.String())
	}
	if m := t.Retries; m != nil {
		add("manifest of retries", "Retries", m.Bucket, m.Key, m.String())
	}
	return out
}

// Removes reports whether the task deletes what is not at the source.
func (t *Transfer) Removes() bool {
	return t.Task.Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
}

// GivenDataRoles are the roles that were given for manifests and reports.
func (t *Transfer) GivenDataRoles() []string {
	var out []string
	for _, m := range []*task.Manifest{t.Task.Manifest, t.Retries} {
		if m != nil && m.RoleARN != "" {
			out = append(out, m.RoleARN)
		}
	}
	if r := t.Task.Report; r != nil && r.RoleARN != "" {
		out = append(out, r.RoleARN)
	}
	return out
}

// Overwrites reports whether the transfer may overwrite what lies at the destination. DataSync's default is to do so.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (t *Transfer) Overwrites() bool {
	return t.Task.Options.OverwriteMode != dstypes.OverwriteModeNever
}

// JobRoles are the roles that DataSync is passed for a manifest and a report, given ones or the ends'.
func (t *Transfer) JobRoles(m *task.Manifest, r *task.Report) []string {
	s := t.WithData(task.Spec{Manifest: m, Report: r})
	var out []string
	if s.Manifest != nil {
		out = append(out, s.Manifest.RoleARN)
	}
	if s.Report != nil {
		out = append(out, s.Report.RoleARN)
	}
	return out
}
