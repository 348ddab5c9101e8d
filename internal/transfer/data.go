package transfer

import (
	"cmp"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// DataGrant is what DataSync may do with the bucket of a manifest or report.
type DataGrant struct {
	purpose string
	field   string    // the field of the transfer that holds the manifest or report
	Role    plan.Side // the side whose role DataSync assumes
	account string    // the bucket's owner
	Bucket  string
	key     string           // the KMS key that was given for the bucket; "" is none
	grant   policy.Statement // actions and resources only
}

// dataGrants returns the grants for the manifest, the manifest of retries and the report, as far as no roles are given for them.
func (t *Transfer) dataGrants() []DataGrant {
	var out []DataGrant
	read := func(purpose, field string, m *task.Manifest) {
		if m != nil && m.RoleARN == "" {
			out = append(out, DataGrant{purpose, field, plan.SourceSide, cmp.Or(m.Account, t.TaskAccount), m.Bucket, m.KMSKey,
				policy.Allow("s3:GetObject", "s3:GetObjectVersion").On(region.Bucket(t.Partition, m.Bucket) + "/" + m.Key)})
		}
	}
	read(purposeManifest, "Task.Manifest", t.Task.Manifest)
	read(purposeRetry, "Retries", t.Retries)
	if r := t.Task.Report; r != nil && r.RoleARN == "" {
		out = append(out, DataGrant{purposeReport, "Task.Report", plan.DestinationSide, cmp.Or(r.Account, t.TaskAccount), r.Bucket, r.KMSKey,
			policy.Allow("s3:PutObject").On(region.Bucket(t.Partition, r.Bucket) + "/" + Slashed(r.Prefix) + "*")})
	}
	return out
}

// WithData returns the task with the roles and bucket owners of its manifest and report filled in. What the user gave stays.
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

// RetryManifest returns Retries with the role and the account filled in, as [task.Retry] takes it; the zero Manifest if there is none.
func (t *Transfer) RetryManifest() task.Manifest {
	s := t.WithData(task.Spec{Manifest: t.Retries})
	if s.Manifest == nil {
		return task.Manifest{}
	}
	return *s.Manifest
}

// JobRoles returns the roles that DataSync is passed for a manifest and a report, each of which may be nil: the given roles, or those of the ends.
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

// GivenDataRoles returns the roles that were given for manifests and reports.
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

// DataBucket is the bucket of a manifest or report that is no end of the transfer.
type DataBucket struct {
	Field   string // the field of the transfer, such as "Task.Report"
	Account string
	Name    string
}

// DataBuckets returns the buckets of the manifest, the report and the manifest of retries that are no end of the transfer.
func (t *Transfer) DataBuckets() []DataBucket {
	var out []DataBucket
	add := func(field, account, name string) {
		account = cmp.Or(account, t.TaskAccount)
		for _, e := range []Endpoint{t.Source, t.Destination} {
			if e.Bucket == name && e.Account == account {
				return
			}
		}
		out = append(out, DataBucket{field, account, name})
	}
	if m := t.Task.Manifest; m != nil {
		add("Task.Manifest", m.Account, m.Bucket)
	}
	if r := t.Task.Report; r != nil {
		add("Task.Report", r.Account, r.Bucket)
	}
	if m := t.Retries; m != nil {
		add("Retries", m.Account, m.Bucket)
	}
	return out
}

// DataPlace is where a manifest or report is.
type DataPlace struct {
	What string // such as "manifest of retries"
	path string // the field of the transfer
	URI  string
}

// DeletedBy returns the transfer's manifests and reports below the destination of the other transfer, whose task would delete them if it
// deletes at all.
func (t *Transfer) DeletedBy(other *Transfer) []DataPlace {
	var out []DataPlace
	add := func(what, path, bucket, key, uri string) {
		if bucket == other.Destination.Bucket && strings.HasPrefix(key, Slashed(other.Destination.Prefix)) {
			out = append(out, DataPlace{what, path, uri})
		}
	}
	if r := t.Task.Report; r != nil {
		add("report", "Task.Report", r.Bucket, Slashed(r.Prefix), r.String())
	}
	if m := t.Task.Manifest; m != nil {
		add("manifest", "Task.Manifest", m.Bucket, m.Key, m.String())
	}
	if m := t.Retries; m != nil {
		add("manifest of retries", "Retries", m.Bucket, m.Key, m.String())
	}
	return out
}

// Removes reports whether the task deletes at the destination what is not at the source.
func (t *Transfer) Removes() bool {
	return t.Task.Options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove
}

// Overwrites reports whether the task may overwrite objects at the destination, which is DataSync's default.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (t *Transfer) Overwrites() bool {
	return t.Task.Options.OverwriteMode != dstypes.OverwriteModeNever
}

// WantsLogPolicy reports whether the task needs a resource policy of CloudWatch Logs.
func (t *Transfer) WantsLogPolicy() bool {
	return t.Task.Mode == dstypes.TaskModeBasic && t.LogGroup() != ""
}

// MakesLogGroup reports whether a log group is made for the task.
func (t *Transfer) MakesLogGroup() bool {
	return t.Task.Log != nil && !t.Task.Log.IsDataSyncs() && t.Task.Mode == dstypes.TaskModeBasic
}

// LogGroup is the ARN of the log group that the transfer names, made with the task or not; "" is none.
func (t *Transfer) LogGroup() string { return t.givenTask(t.Task).NamedLogGroup() }
