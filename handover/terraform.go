package handover

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

const terraformForm = "Terraform"

// terraform adds the configuration for Terraform: main.tf with what the account owns, and a fragment for each policy that others write too.
func (w *work) terraform() error {
	if err := w.gather(); err != nil || w.empty() {
		return err
	}
	h := &hcl{}
	h.comment("What account "+w.account+" has of its own for "+strings.Join(w.names(), ", ")+".", "See README.md one folder up. What exists already is imported, not made.")
	w.tfProviders(h)
	home := ""
	if regions := w.regions(); len(regions) > 0 {
		home = alias(regions[len(regions)-1])
	}
	for _, r := range w.exits.roles {
		w.tfRole(h, r, home)
	}
	for _, l := range w.exits.locations {
		w.tfLocation(h, l)
	}
	for _, g := range w.exits.groups {
		w.tfGroup(h, g)
	}
	for _, t := range w.exits.tasks {
		w.tfTask(h, t)
	}
	if len(w.exits.roles)+len(w.exits.locations)+len(w.exits.tasks)+len(w.exits.groups) > 0 {
		w.add("terraform/main.tf", []byte(h.String()))
	}
	w.tfFragments()
	return nil
}

// alias is the name of the provider of a Region.
func alias(region string) string { return strings.ReplaceAll(region, "-", "_") }

func (w *work) tfProviders(h *hcl) {
	h.line("")
	h.block("terraform", func() {
		h.attributes(attribute{"required_version", `">= 1.5"`})
		h.block("required_providers", func() { h.line(`aws = { source = "hashicorp/aws", version = ">= 5.100" }`) })
	})
	for _, r := range w.regions() {
		h.line("")
		h.block(`provider "aws"`, func() {
			h.attributes(quoted("alias", alias(r)), quoted("region", r), attribute{"allowed_account_ids", "[" + hclString(w.account) + "]"})
		})
	}
}

// tfImport writes an import block.
func tfImport(h *hcl, to, provider, id string) {
	h.line("")
	h.block("import", func() {
		h.attributes(attribute{"to", to}, attribute{"provider", "aws." + provider}, quoted("id", id))
	})
}

// tfFile is the expression that reads a policy, which is written to a file of its own, so that its text is no part of the configuration.
func (w *work) tfFile(name string, d policy.Document) string {
	w.add("terraform/policies/"+name, indented(d))
	return `file("${path.module}/policies/` + name + `")`
}

func (w *work) tfRole(h *hcl, r exitRole, home string) {
	address := "aws_iam_role." + r.label
	if r.have {
		tfImport(h, address, home, r.spec.Name)
	}
	h.line("")
	h.block(`resource "aws_iam_role" "`+r.label+`"`, func() {
		h.attributes(attribute{"provider", "aws." + home}, quoted("name", r.spec.Name), quoted("path", r.spec.Path), quoted("description", r.spec.Description),
			quoted("permissions_boundary", r.spec.PermissionsBoundary), attribute{"assume_role_policy", w.tfFile(r.label+".trust.json", r.spec.Trust)})
		h.tags(r.spec.Tags)
	})
	for i, name := range r.names {
		label := fmt.Sprintf("%s_%d", r.label, i+1)
		if slices.Contains(r.stand, name) {
			tfImport(h, "aws_iam_role_policy."+label, home, r.spec.Name+":"+name)
		}
		h.line("")
		h.block(`resource "aws_iam_role_policy" "`+label+`"`, func() {
			h.attributes(attribute{"provider", "aws." + home}, quoted("name", name), attribute{"role", address + ".name"},
				attribute{"policy", w.tfFile(label+".json", r.spec.Policies[name])})
		})
	}
}

func (w *work) tfLocation(h *hcl, l exitLocation) {
	address := "aws_datasync_location_s3." + l.label
	if l.arn != "" {
		tfImport(h, address, alias(l.region), l.arn)
	}
	role, after := hclString(aws.ToString(l.in.S3Config.BucketAccessRoleArn)), ""
	if l.role >= 0 {
		r := w.exits.roles[l.role]
		role = "aws_iam_role." + r.label + ".arn"
		var policies []string
		for i := range r.names {
			policies = append(policies, fmt.Sprintf("aws_iam_role_policy.%s_%d", r.label, i+1))
		}
		after = "[" + strings.Join(policies, ", ") + "]"
	}
	folder := aws.ToString(l.in.Subdirectory)
	if !strings.HasPrefix(folder, "/") {
		folder = "/" + folder
	}
	h.line("")
	h.block(`resource "aws_datasync_location_s3" "`+l.label+`"`, func() {
		h.attributes(attribute{"provider", "aws." + alias(l.region)}, quoted("s3_bucket_arn", aws.ToString(l.in.S3BucketArn)), quoted("subdirectory", folder),
			quoted("s3_storage_class", string(l.in.S3StorageClass)), attribute{"depends_on", after})
		h.block("s3_config", func() { h.attributes(attribute{"bucket_access_role_arn", role}) })
		h.tags(tagMap(l.in.Tags))
	})
}

func (w *work) tfGroup(h *hcl, g exitGroup) {
	if g.have {
		tfImport(h, "aws_cloudwatch_log_group."+g.label, alias(g.region), g.want.Spec.Name)
	}
	h.line("")
	h.block(`resource "aws_cloudwatch_log_group" "`+g.label+`"`, func() {
		days := ""
		if n := g.want.Spec.RetentionDays; n != 0 {
			days = fmt.Sprint(n)
		}
		h.attributes(attribute{"provider", "aws." + alias(g.region)}, quoted("name", g.want.Spec.Name), attribute{"retention_in_days", days}, quoted("kms_key_id", g.want.Spec.KMSKey))
		h.tags(g.want.Tags)
	})
}

func tagMap(list []dstypes.TagListEntry) map[string]string {
	out := map[string]string{}
	for _, t := range list {
		out[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out
}

func (w *work) tfTask(h *hcl, t exitTask) {
	if why := taskRefusals(t.in); why != nil {
		for _, s := range why {
			w.refuse(terraformForm, "task of transfer "+t.transfer, s)
			h.line("")
			h.comment("Not here: the task of transfer " + t.transfer + ". " + s + ".")
		}
		return
	}
	if t.arn != "" {
		tfImport(h, "aws_datasync_task."+t.label, alias(t.region), t.arn)
	}
	ends := [2]string{}
	for i, e := range t.ends {
		if ends[i] = hclString(e.arn); e.location >= 0 {
			ends[i] = "aws_datasync_location_s3." + w.exits.locations[e.location].label + ".arn"
		}
	}
	h.line("")
	h.block(`resource "aws_datasync_task" "`+t.label+`"`, func() {
		h.attributes(attribute{"provider", "aws." + alias(t.region)}, quoted("name", aws.ToString(t.in.Name)), attribute{"source_location_arn", ends[0]}, attribute{"destination_location_arn", ends[1]},
			quoted("task_mode", string(t.in.TaskMode)), quoted("cloudwatch_log_group_arn", aws.ToString(t.in.CloudWatchLogGroupArn)))
		tfOptions(h, t.in.TaskMode, t.in.Options)
		tfFilters(h, "includes", t.in.Includes)
		tfFilters(h, "excludes", t.in.Excludes)
		if t.in.Schedule != nil {
			h.block("schedule", func() {
				h.attributes(quoted("schedule_expression", aws.ToString(t.in.Schedule.ScheduleExpression)))
			})
		}
		tfReport(h, t.in.TaskReportConfig)
		h.tags(tagMap(t.in.Tags))
	})
}

// tfOptions writes every option, with the default of a new task where the transfer names none: the provider would send defaults of its own, of which that
// of verify_mode is none of ENHANCED, and those about POSIX are for file systems.
// https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/datasync_task#options-argument-reference
func tfOptions(h *hcl, mode dstypes.TaskMode, o *dstypes.Options) {
	if o == nil {
		o = &dstypes.Options{}
	}
	verify := dstypes.VerifyModePointInTimeConsistent
	if mode == dstypes.TaskModeEnhanced {
		verify = dstypes.VerifyModeOnlyFilesTransferred
	}
	rate := "-1"
	if o.BytesPerSecond != nil {
		rate = fmt.Sprint(*o.BytesPerSecond)
	}
	h.block("options", func() {
		h.attributes(quoted("verify_mode", string(cmp.Or(o.VerifyMode, verify))), quoted("overwrite_mode", string(cmp.Or(o.OverwriteMode, dstypes.OverwriteModeAlways))),
			quoted("preserve_deleted_files", string(cmp.Or(o.PreserveDeletedFiles, dstypes.PreserveDeletedFilesPreserve))),
			quoted("transfer_mode", string(cmp.Or(o.TransferMode, dstypes.TransferModeChanged))), quoted("object_tags", string(cmp.Or(o.ObjectTags, dstypes.ObjectTagsPreserve))),
			quoted("task_queueing", string(cmp.Or(o.TaskQueueing, dstypes.TaskQueueingEnabled))), quoted("log_level", string(cmp.Or(o.LogLevel, dstypes.LogLevelOff))),
			quoted("atime", string(cmp.Or(o.Atime, dstypes.AtimeBestEffort))), quoted("mtime", string(cmp.Or(o.Mtime, dstypes.MtimePreserve))), attribute{"bytes_per_second", rate},
			quoted("uid", "NONE"), quoted("gid", "NONE"), quoted("posix_permissions", "NONE"), quoted("preserve_devices", "NONE"))
	})
}

func tfFilters(h *hcl, name string, rules []dstypes.FilterRule) {
	for _, r := range rules {
		h.block(name, func() {
			h.attributes(quoted("filter_type", string(r.FilterType)), quoted("value", aws.ToString(r.Value)))
		})
	}
}

func tfReport(h *hcl, r *dstypes.TaskReportConfig) {
	if r == nil {
		return
	}
	h.block("task_report_config", func() {
		h.attributes(quoted("output_type", string(r.OutputType)), quoted("report_level", string(r.ReportLevel)), quoted("s3_object_versioning", string(r.ObjectVersionIds)))
		if r.Destination != nil && r.Destination.S3 != nil {
			d := r.Destination.S3
			h.block("s3_destination", func() {
				h.attributes(quoted("bucket_access_role_arn", aws.ToString(d.BucketAccessRoleArn)), quoted("s3_bucket_arn", aws.ToString(d.S3BucketArn)), quoted("subdirectory", aws.ToString(d.Subdirectory)))
			})
		}
		if o := r.Overrides; o != nil {
			level := func(name string, r *dstypes.ReportOverride) attribute {
				if r == nil {
					return attribute{}
				}
				return quoted(name, string(r.ReportLevel))
			}
			h.block("report_overrides", func() {
				h.attributes(level("deleted_override", o.Deleted), level("skipped_override", o.Skipped), level("transferred_override", o.Transferred), level("verified_override", o.Verified))
			})
		}
	})
}

// tfFragments adds a fragment for each policy that others write too.
func (w *work) tfFragments() {
	for _, s := range w.granted() {
		owner, member := "aws_s3_bucket_policy", "policy of its aws_s3_bucket_policy"
		if s.kind == policy.Key {
			owner, member = "aws_kms_key and aws_kms_key_policy", "policy of its aws_kms_key or aws_kms_key_policy"
		}
		w.tfFragment(s.file(), policy.New(s.wanted), owner+" replaces the whole policy, so that a second one would take away what others wrote.", member)
	}
	for _, l := range w.exits.logs {
		w.tfFragment(string(plan.LogPolicy)+"-"+l.Region, logDocument(l), "aws_cloudwatch_log_resource_policy replaces the whole document of its name, and an account has ten of them in a Region.",
			"policy_document of one that the account has")
	}
	for _, o := range w.ownership {
		h := &hcl{}
		h.comment("aws_s3_bucket_ownership_controls holds all there is to say of a bucket's Object Ownership: if your configuration has one for this bucket, change that one",
			"and leave this file out.", "Whoever writes or reads the bucket by ACLs loses access.")
		label := labels{}.of(o.spec.Name)
		h.block(`resource "aws_s3_bucket_ownership_controls" "`+label+`"`, func() {
			h.attributes(quoted("bucket", o.spec.Name))
			h.block("rule", func() { h.attributes(quoted("object_ownership", o.want)) })
		})
		w.add("terraform/bucket-ownership-"+o.spec.Name+".fragment.tf", []byte(h.String()))
	}
}

func (w *work) tfFragment(name string, d policy.Document, why, member string) {
	h, local := &hcl{}, "xacct_"+labels{}.of(name)
	h.comment("A fragment for the configuration that owns this policy. Do not make another resource for it: "+why,
		"Add it to the "+member+", as a further entry of source_policy_documents of its aws_iam_policy_document:",
		"  source_policy_documents = [local."+local+"]",
		"or, where the policy is made by jsonencode, its statements:",
		"  Statement = concat([ … ], jsondecode(local."+local+").Statement)")
	h.block("locals", func() { h.attributes(attribute{local, w.tfFile(name+".json", d)}) })
	w.add("terraform/"+name+".fragment.tf", []byte(h.String()))
}
