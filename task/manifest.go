package task

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/s3name"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
)

// Manifest names the CSV file in S3 that lists the only objects to transfer. [WriteManifest] writes one.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
type Manifest struct {
	Account   string `json:",omitempty"` // 12-digit id of the bucket's owner; "" is the task's account
	Bucket    string // name of the bucket that holds the manifest; required
	Key       string // key of the manifest; letters, digits, spaces and _ - + . / ( ); required
	VersionID string `json:",omitempty"` // version of the manifest; "" is the current one
	RoleARN   string `json:",omitempty"` // role that DataSync assumes to read it; "" is "not known yet" to Validate
	KMSKey    string `json:",omitempty"` // full ARN of the customer managed key that encrypts it; "" is none, or that of an end's bucket; not sent
}

// Report asks DataSync to write a report of each run to S3.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html
type Report struct {
	Account string `json:",omitempty"` // 12-digit id of the bucket's owner; "" is the task's account
	Bucket  string // name of the bucket to write to; required
	Prefix  string `json:",omitempty"` // folders that the keys of reports begin with; "" is none
	RoleARN string `json:",omitempty"` // role that DataSync assumes to write them; "" is "not known yet" to Validate
	KMSKey  string `json:",omitempty"` // full ARN of the customer managed key that the bucket uses; "" is none, or that of an end's bucket; not sent

	Type             dstypes.ReportOutputType `json:",omitempty"` // SUMMARY_ONLY, or STANDARD, which lists objects; "" is STANDARD
	Level            dstypes.ReportLevel      `json:",omitempty"` // level of a STANDARD report; "" is ERRORS_ONLY
	ObjectVersionIDs dstypes.ObjectVersionIds `json:",omitempty"` // INCLUDE lists the versions written to a versioned bucket, and takes longer; "" is NONE

	// The levels for transferred, verified, deleted and skipped objects, where they differ from Level; "" is Level.
	Transferred, Verified, Deleted, Skipped dstypes.ReportLevel `json:",omitempty"`
}

const (
	manifestPage = "https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html"
	reportPage   = "https://docs.aws.amazon.com/datasync/latest/userguide/creating-task-reports.html"
)

var (
	ruleManifestKey = problem.Rule{
		ID: "manifest-key", Text: "must be 1 to 1,024 bytes of ASCII letters, digits, spaces and _ - + . / ( )",
		Remedy: "give the manifest another key", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_S3ManifestConfig.html",
	}
	ruleManifestVersion = problem.Rule{
		ID: "manifest-version", Text: "must be at most 100 characters in one line",
		Remedy: "give the version id as S3 shows it, or none for the current version", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_S3ManifestConfig.html",
	}
	ruleReportPrefix = problem.Rule{
		ID: "report-prefix", Text: "must be at most 1,023 bytes of ASCII letters, digits, spaces and _ - + . / ( )",
		Remedy: "give the reports another prefix", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_ReportDestinationS3.html",
	}
	ruleReportEnums = problem.Rule{
		ID: "report-enum", Text: "must be a value of its enum: SUMMARY_ONLY or STANDARD; ERRORS_ONLY or SUCCESSES_AND_ERRORS; INCLUDE or NONE",
		Remedy: "choose one of these, or none", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TaskReportConfig.html",
	}
	ruleDataRole = problem.Rule{
		ID: "data-role", Text: "must be the ARN, of at most 2,048 characters, of an IAM role in the task's account and partition",
		Remedy: "make the role in the task's account, and let the bucket's policy name it", Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
	}
	ruleDataRoleKnown = problem.Rule{
		ID: "data-role-known", Text: "must be known when it is sent",
		Remedy: "give the role that DataSync assumes to read the manifest or to write the report", Source: reportPage,
	}
	ruleDataAccount = problem.Rule{
		ID: "data-account", Text: "must be a 12-digit account id, or empty for the task's account",
		Remedy: "give the id of the bucket's owner", Source: manifestPage,
	}
	ruleDataKey = problem.Rule{
		ID: "data-key", Text: "must be the full ARN of a KMS key, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
		Remedy: "give the key's ARN as DescribeKey tells it, neither its id nor an alias", Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
	}
)

var dataRules = []problem.Rule{
	ruleManifestKey, ruleManifestVersion, ruleReportPrefix, ruleReportEnums, ruleDataRole, ruleDataRoleKnown, ruleDataAccount, ruleDataKey, ruleReportType, ruleManifestEntry, ruleManifestSkipped,
}

// roleShape matches the resource of a role's ARN: path and name. Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
var roleShape = regexp.MustCompile(`^role/([!-~]*/)?[\w+=,.@-]+$`)

// plainKey reports whether a key has only characters that DataSync accepts in paths.
func plainKey(key string) bool { return prefixShape.MatchString(key) }

func (m *Manifest) check(l *problem.List, path string, s Spec) {
	if m == nil {
		return
	}
	checkBucket(l, path, m.Account, m.Bucket, m.RoleARN, m.KMSKey, s)
	l.Check(m.Key != "" && len(m.Key) <= 1024 && plainKey(m.Key), ruleManifestKey, path+".Key", m.Key)
	l.Check(utf8.RuneCountInString(m.VersionID) <= 100 && !strings.Contains(m.VersionID, "\n"), ruleManifestVersion, path+".VersionID", m.VersionID)
}

func (r *Report) check(l *problem.List, path string, s Spec) {
	if r == nil {
		return
	}
	checkBucket(l, path, r.Account, r.Bucket, r.RoleARN, r.KMSKey, s)
	l.Check(len(r.Prefix) <= 1023 && plainKey(r.Prefix), ruleReportPrefix, path+".Prefix", r.Prefix)
	value, bad := unknown(r.Type)
	l.Check(!bad, ruleReportEnums, path+".Type", value)
	value, bad = unknown(r.ObjectVersionIDs)
	l.Check(!bad, ruleReportEnums, path+".ObjectVersionIDs", value)
	for _, v := range []struct {
		name  string
		level dstypes.ReportLevel
	}{{"Level", r.Level}, {"Transferred", r.Transferred}, {"Verified", r.Verified}, {"Deleted", r.Deleted}, {"Skipped", r.Skipped}} {
		value, bad := unknown(v.level)
		l.Check(!bad, ruleReportEnums, path+"."+v.name, value)
	}
}

func checkBucket(l *problem.List, path, account, bucket, role, key string, s Spec) {
	l.Check(key == "" || region.ValidKey(key), ruleDataKey, path+".KMSKey", key)
	l.Check(account == "" || region.ValidAccount(account), ruleDataAccount, path+".Account", account)
	s3name.Check(l, path+".Bucket", bucket, s.Region)
	if role == "" {
		return
	}
	a, ok := region.ParseARN(role)
	ok = ok && a.Service == "iam" && a.Region == "" && roleShape.MatchString(a.Resource) && len(role) <= 2048
	ok = ok && (s.Account == "" || a.Account == s.Account) && (s.Region == "" || a.Partition == region.Partition(s.Region))
	rule := ruleDataRole
	if s.Account != "" {
		rule.Text = strings.Replace(rule.Text, "the task's account", "the task's account "+s.Account, 1)
	}
	l.Check(ok, rule, path+".RoleARN", role)
}

// checkKnown reports roles that are not known yet, without which no request can be made.
func checkKnown(l *problem.List, m *Manifest, r *Report) {
	if m != nil && *m != (Manifest{}) {
		l.Check(m.RoleARN != "", ruleDataRoleKnown, "Manifest.RoleARN", "")
	}
	if r != nil && *r != (Report{}) {
		l.Check(r.RoleARN != "", ruleDataRoleKnown, "Report.RoleARN", "")
	}
}

// sdk returns the manifest as DataSync accepts it: nil for nil, and an empty one, which removes the task's manifest, for the zero Manifest.
func (m *Manifest) sdk(partition string) *dstypes.ManifestConfig {
	if m == nil {
		return nil
	}
	if *m == (Manifest{}) {
		return &dstypes.ManifestConfig{}
	}
	return &dstypes.ManifestConfig{Action: dstypes.ManifestActionTransfer, Format: dstypes.ManifestFormatCsv, Source: &dstypes.SourceManifestConfig{
		S3: &dstypes.S3ManifestConfig{
			S3BucketArn: new(region.Bucket(partition, m.Bucket)), ManifestObjectPath: &m.Key,
			BucketAccessRoleArn: &m.RoleARN, ManifestObjectVersionId: optional(m.VersionID),
		},
	}}
}

// sdk returns the report as DataSync accepts it: nil for nil, and an empty one, which removes the task's report, for the zero Report. It leaves out
// levels equal to Level, because DataSync does not return them (https://github.com/hashicorp/terraform-provider-aws/issues/36016).
func (r *Report) sdk(partition string) *dstypes.TaskReportConfig {
	if r == nil {
		return nil
	}
	if *r == (Report{}) {
		return &dstypes.TaskReportConfig{}
	}
	n := r.canonical()
	out := &dstypes.TaskReportConfig{OutputType: n.Type, ReportLevel: n.Level, ObjectVersionIds: n.ObjectVersionIDs, Destination: &dstypes.ReportDestination{
		S3: &dstypes.ReportDestinationS3{S3BucketArn: new(region.Bucket(partition, n.Bucket)), BucketAccessRoleArn: &r.RoleARN, Subdirectory: optional(n.Prefix)},
	}}
	var o dstypes.ReportOverrides
	if n.Transferred != "" {
		o.Transferred = &dstypes.ReportOverride{ReportLevel: n.Transferred}
	}
	if n.Verified != "" {
		o.Verified = &dstypes.ReportOverride{ReportLevel: n.Verified}
	}
	if n.Deleted != "" {
		o.Deleted = &dstypes.ReportOverride{ReportLevel: n.Deleted}
	}
	if n.Skipped != "" {
		o.Skipped = &dstypes.ReportOverride{ReportLevel: n.Skipped}
	}
	if o != (dstypes.ReportOverrides{}) {
		out.Overrides = &o
	}
	return out
}

// canonical returns the report with defaults filled in and repetitions of them removed, so that equal reports are equal values.
func (r Report) canonical() Report {
	if p := strings.Trim(r.Prefix, "/"); p != "" {
		r.Prefix = p + "/"
	} else {
		r.Prefix = ""
	}
	over(&r.Type, dstypes.ReportOutputTypeStandard)
	if r.Type == dstypes.ReportOutputTypeSummaryOnly { // assumed: DataSync may return its default level, which has no meaning here
		r.Level, r.Transferred, r.Verified, r.Deleted, r.Skipped = "", "", "", "", ""
		return r
	}
	over(&r.Level, dstypes.ReportLevelErrorsOnly)
	for _, level := range []*dstypes.ReportLevel{&r.Transferred, &r.Verified, &r.Deleted, &r.Skipped} {
		if *level == r.Level {
			*level = ""
		}
	}
	return r
}

// Equal reports whether both are the same to DataSync. Account and KMSKey are not compared, because they are not sent to DataSync. Nil is "no
// report".
func (r *Report) Equal(other *Report) bool {
	if r == nil || other == nil {
		return r == other
	}
	a, b := r.canonical(), other.canonical()
	a.Account, a.KMSKey, b.Account, b.KMSKey = "", "", "", ""
	over(&a.ObjectVersionIDs, dstypes.ObjectVersionIdsNone)
	over(&b.ObjectVersionIDs, dstypes.ObjectVersionIdsNone)
	return a == b
}

// Equal reports whether both are the same to DataSync. Account and KMSKey are not compared, because they are not sent to DataSync. Nil is "no
// manifest".
func (m *Manifest) Equal(other *Manifest) bool {
	if m == nil || other == nil {
		return m == other
	}
	a, b := *m, *other
	a.Account, a.KMSKey, b.Account, b.KMSKey = "", "", "", ""
	return a == b
}

// manifestState is the inverse of sdk. A bucket that is not a general purpose bucket stays an ARN.
func manifestState(c *dstypes.ManifestConfig) *Manifest {
	if c == nil || c.Source == nil || c.Source.S3 == nil {
		return nil
	}
	s := c.Source.S3
	return &Manifest{Bucket: bucketName(s.S3BucketArn), Key: aws.ToString(s.ManifestObjectPath), VersionID: aws.ToString(s.ManifestObjectVersionId), RoleARN: aws.ToString(s.BucketAccessRoleArn)}
}

func reportState(c *dstypes.TaskReportConfig) *Report {
	if c == nil || c.Destination == nil || c.Destination.S3 == nil {
		return nil
	}
	s := c.Destination.S3
	r := &Report{Bucket: bucketName(s.S3BucketArn), Prefix: aws.ToString(s.Subdirectory), RoleARN: aws.ToString(s.BucketAccessRoleArn),
		Type: c.OutputType, Level: c.ReportLevel, ObjectVersionIDs: c.ObjectVersionIds}
	if o := c.Overrides; o != nil {
		for _, x := range []struct {
			to   *dstypes.ReportLevel
			from *dstypes.ReportOverride
		}{{&r.Transferred, o.Transferred}, {&r.Verified, o.Verified}, {&r.Deleted, o.Deleted}, {&r.Skipped, o.Skipped}} {
			if x.from != nil {
				*x.to = x.from.ReportLevel
			}
		}
	}
	n := r.canonical()
	return &n
}

func bucketName(arn *string) string {
	if a, ok := region.ParseARN(aws.ToString(arn)); ok && a.Service == "s3" && a.Region == "" {
		return a.Resource
	}
	return aws.ToString(arn)
}

// String returns the place of the manifest, escaped: "s3://bucket/key", with the version if there is one.
func (m Manifest) String() string {
	place := text.Escape("s3://" + m.Bucket + "/" + m.Key)
	if m.VersionID != "" {
		place += " version " + strconv.Quote(m.VersionID)
	}
	return place
}

// String returns the place of the reports, escaped: "s3://bucket/prefix/".
func (r Report) String() string { return text.Escape("s3://" + r.Bucket + "/" + r.canonical().Prefix) }
