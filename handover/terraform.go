package handover

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

const terraformForm = "Terraform"

// terraform adds the configuration for Terraform: main.tf with what the account owns, and a fragment for each policy that others write too.
func (w *work) terraform() error {
	if err := w.gather(); err != nil || w.empty() {
		return err
	}
	h := &inert.HCL{}
	h.Comment("What account "+w.account+" has of its own for "+strings.Join(w.names(), ", ")+".", "See README.md one folder up. What exists already "+
		"is imported, not made.")
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

func (w *work) tfProviders(h *inert.HCL) {
	h.Line("")
	h.Block("terraform", func() {
		h.Attributes(inert.Attribute{"required_version", `">= 1.5"`})
		h.Block("required_providers", func() { h.Line(`aws = { source = "hashicorp/aws", version = ">= 5.100" }`) })
	})
	for _, r := range w.regions() {
		h.Line("")
		h.Block(`provider "aws"`, func() {
			h.Attributes(inert.Quoted("alias", alias(r)), inert.Quoted("region", r), inert.Attribute{"allowed_account_ids", "[" + inert.HCLString(w.account) + "]"})
		})
	}
}

// tfImport writes an import block.
func tfImport(h *inert.HCL, to, provider, id string) {
	h.Line("")
	h.Block("import", func() {
		h.Attributes(inert.Attribute{"to", to}, inert.Attribute{"provider", "aws." + provider}, inert.Quoted("id", id))
	})
}

// tfFile is the expression that reads a policy, which is written to a file of its own, so that its text is no part of the configuration.
func (w *work) tfFile(name string, d policy.Document) string {
	w.add("terraform/policies/"+name, indented(d))
	return `file("${path.module}/policies/` + name + `")`
}

func (w *work) tfRole(h *inert.HCL, r exitRole, home string) {
	address := "aws_iam_role." + r.label
	if r.have {
		tfImport(h, address, home, r.spec.Name)
	}
	h.Line("")
	h.Block(`resource "aws_iam_role" "`+r.label+`"`, func() {
		h.Attributes(inert.Attribute{"provider", "aws." + home}, inert.Quoted("name", r.spec.Name), inert.Quoted("path", r.spec.Path),
			inert.Quoted("description", r.spec.Description),
			inert.Quoted("permissions_boundary", r.spec.PermissionsBoundary), inert.Attribute{"assume_role_policy", w.tfFile(r.label+".trust.json", r.spec.Trust)})
		h.Tags(r.spec.Tags)
	})
	for i, name := range r.names {
		label := fmt.Sprintf("%s_%d", r.label, i+1)
		if slices.Contains(r.stand, name) {
			tfImport(h, "aws_iam_role_policy."+label, home, r.spec.Name+":"+name)
		}
		h.Line("")
		h.Block(`resource "aws_iam_role_policy" "`+label+`"`, func() {
			h.Attributes(inert.Attribute{"provider", "aws." + home}, inert.Quoted("name", name), inert.Attribute{"role", address + ".name"},
				inert.Attribute{"policy", w.tfFile(label+".json", r.spec.Policies[name])})
		})
	}
}

func (w *work) tfLocation(h *inert.HCL, l exitLocation) {
	address := "aws_datasync_location_s3." + l.label
	if l.arn != "" {
		tfImport(h, address, alias(l.region), l.arn)
	}
	role, after := inert.HCLString(aws.ToString(l.in.S3Config.BucketAccessRoleArn)), ""
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
	h.Line("")
	h.Block(`resource "aws_datasync_location_s3" "`+l.label+`"`, func() {
		h.Attributes(inert.Attribute{"provider", "aws." + alias(l.region)}, inert.Quoted("s3_bucket_arn", aws.ToString(l.in.S3BucketArn)),
			inert.Quoted("subdirectory", folder),
			inert.Quoted("s3_storage_class", string(l.in.S3StorageClass)), inert.Attribute{"depends_on", after})
		h.Block("s3_config", func() { h.Attributes(inert.Attribute{"bucket_access_role_arn", role}) })
		h.Tags(tagMap(l.in.Tags))
	})
}

func (w *work) tfGroup(h *inert.HCL, g exitGroup) {
	if g.have {
		tfImport(h, "aws_cloudwatch_log_group."+g.label, alias(g.region), g.want.Spec.Name)
	}
	h.Line("")
	h.Block(`resource "aws_cloudwatch_log_group" "`+g.label+`"`, func() {
		days := ""
		if n := g.want.Spec.RetentionDays; n != 0 {
			days = fmt.Sprint(n)
		}
		h.Attributes(inert.Attribute{"provider", "aws." + alias(g.region)}, inert.Quoted("name", g.want.Spec.Name),
			inert.Attribute{"retention_in_days", days}, inert.Quoted("kms_key_id", g.want.Spec.KMSKey))
		h.Tags(g.want.Tags)
	})
}

func tagMap(list []dstypes.TagListEntry) map[string]string {
	out := map[string]string{}
	for _, t := range list {
		out[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out
}

func (w *work) tfTask(h *inert.HCL, t exitTask) {
	if why := taskRefusals(t.in); why != nil {
		for _, s := range why {
			w.refuse(terraformForm, "task of transfer "+t.transfer, s)
			h.Line("")
			h.Comment("Not here: the task of transfer " + t.transfer + ". " + s + ".")
		}
		return
	}
	if t.arn != "" {
		tfImport(h, "aws_datasync_task."+t.label, alias(t.region), t.arn)
	}
	ends := [2]string{}
	for i, e := range t.ends {
		if ends[i] = inert.HCLString(e.arn); e.location >= 0 {
			ends[i] = "aws_datasync_location_s3." + w.exits.locations[e.location].label + ".arn"
		}
	}
	h.Line("")
	h.Block(`resource "aws_datasync_task" "`+t.label+`"`, func() {
		h.Attributes(inert.Attribute{"provider", "aws." + alias(t.region)}, inert.Quoted("name", aws.ToString(t.in.Name)),
			inert.Attribute{"source_location_arn", ends[0]}, inert.Attribute{"destination_location_arn", ends[1]},
			inert.Quoted("task_mode", string(t.in.TaskMode)), inert.Quoted("cloudwatch_log_group_arn", aws.ToString(t.in.CloudWatchLogGroupArn)))
		tfOptions(h, t.in.TaskMode, t.in.Options)
		tfFilters(h, "includes", t.in.Includes)
		tfFilters(h, "excludes", t.in.Excludes)
		if t.in.Schedule != nil {
			h.Block("schedule", func() {
				h.Attributes(inert.Quoted("schedule_expression", aws.ToString(t.in.Schedule.ScheduleExpression)))
			})
		}
		tfReport(h, t.in.TaskReportConfig)
		h.Tags(tagMap(t.in.Tags))
	})
}

// tfOptions writes every option, with the default of a new task where the transfer names none: the provider would send defaults of its own, of which that
// of verify_mode is none of ENHANCED, and those about POSIX are for file systems.
// https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/datasync_task#options-argument-reference
func tfOptions(h *inert.HCL, mode dstypes.TaskMode, o *dstypes.Options) {
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
	h.Block("options", func() {
		h.Attributes(inert.Quoted("verify_mode", string(cmp.Or(o.VerifyMode, verify))), inert.Quoted("overwrite_mode", string(cmp.Or(o.OverwriteMode,
			dstypes.OverwriteModeAlways))),
			inert.Quoted("preserve_deleted_files", string(cmp.Or(o.PreserveDeletedFiles, dstypes.PreserveDeletedFilesPreserve))),
			inert.Quoted("transfer_mode", string(cmp.Or(o.TransferMode, dstypes.TransferModeChanged))), inert.Quoted("object_tags",
				string(cmp.Or(o.ObjectTags, dstypes.ObjectTagsPreserve))),
			inert.Quoted("task_queueing", string(cmp.Or(o.TaskQueueing, dstypes.TaskQueueingEnabled))), inert.Quoted("log_level",
				string(cmp.Or(o.LogLevel, dstypes.LogLevelOff))),
			inert.Quoted("atime", string(cmp.Or(o.Atime, dstypes.AtimeBestEffort))), inert.Quoted("mtime", string(cmp.Or(o.Mtime,
				dstypes.MtimePreserve))), inert.Attribute{"bytes_per_second", rate},
			inert.Quoted("uid", "NONE"), inert.Quoted("gid", "NONE"), inert.Quoted("posix_permissions", "NONE"), inert.Quoted("preserve_devices", "NONE"))
	})
}

func tfFilters(h *inert.HCL, name string, rules []dstypes.FilterRule) {
	for _, r := range rules {
		h.Block(name, func() {
			h.Attributes(inert.Quoted("filter_type", string(r.FilterType)), inert.Quoted("value", aws.ToString(r.Value)))
		})
	}
}

func tfReport(h *inert.HCL, r *dstypes.TaskReportConfig) {
	if r == nil {
		return
	}
	h.Block("task_report_config", func() {
		h.Attributes(inert.Quoted("output_type", string(r.OutputType)), inert.Quoted("report_level", string(r.ReportLevel)),
			inert.Quoted("s3_object_versioning", string(r.ObjectVersionIds)))
		if r.Destination != nil && r.Destination.S3 != nil {
			d := r.Destination.S3
			h.Block("s3_destination", func() {
				h.Attributes(inert.Quoted("bucket_access_role_arn", aws.ToString(d.BucketAccessRoleArn)), inert.Quoted("s3_bucket_arn",
					aws.ToString(d.S3BucketArn)), inert.Quoted("subdirectory", aws.ToString(d.Subdirectory)))
			})
		}
		if o := r.Overrides; o != nil {
			level := func(name string, r *dstypes.ReportOverride) inert.Attribute {
				if r == nil {
					return inert.Attribute{}
				}
				return inert.Quoted(name, string(r.ReportLevel))
			}
			h.Block("report_overrides", func() {
				h.Attributes(level("deleted_override", o.Deleted), level("skipped_override", o.Skipped), level("transferred_override", o.Transferred),
					level("verified_override", o.Verified))
			})
		}
	})
}

// tfFragments adds a fragment for each policy that others write too.
func (w *work) tfFragments() {
	locals, owned := labels{}, labels{} // all fragments may stand in one configuration
	for _, s := range w.granted() {
		owner, member := "aws_s3_bucket_policy", "policy of its aws_s3_bucket_policy"
		if s.kind == policy.Key {
			owner, member = "aws_kms_key_policy", "policy of its aws_kms_key or aws_kms_key_policy"
		}
		w.tfFragment(locals, s.file(), policy.New(s.wanted), owner+" replaces the whole policy, so that a second one would take away what others wrote.", member)
	}
	for _, l := range w.exits.logs {
		w.tfFragment(locals, string(plan.LogPolicy)+"-"+l.Region, logDocument(l), "aws_cloudwatch_log_resource_policy replaces the whole document of its name, "+
			"and an account has ten of them in a Region.",
			"policy_document of one that the account has")
	}
	for _, o := range w.ownership {
		h := &inert.HCL{}
		h.Comment("aws_s3_bucket_ownership_controls holds all there is to say of a bucket's Object Ownership: if your configuration has one for this "+
			"bucket, change that one",
			"and leave this file out.", "Whoever writes or reads the bucket by ACLs loses access.")
		label := owned.of(o.spec.Name)
		h.Block(`resource "aws_s3_bucket_ownership_controls" "`+label+`"`, func() {
			h.Attributes(inert.Quoted("bucket", o.spec.Name))
			h.Block("rule", func() { h.Attributes(inert.Quoted("object_ownership", o.want)) })
		})
		w.add("terraform/bucket-ownership-"+o.spec.Name+".fragment.tf", []byte(h.String()))
	}
}

func (w *work) tfFragment(locals labels, name string, d policy.Document, why, member string) {
	h, local := &inert.HCL{}, "xacct_"+locals.of(name)
	h.Comment("A fragment for the configuration that owns this policy. Do not make another resource for it: "+why,
		"Add it to the "+member+", as a further entry of source_policy_documents of its aws_iam_policy_document:",
		"  source_policy_documents = [local."+local+"]",
		"or, where the policy is made by jsonencode, its statements:",
		"  Statement = concat([ … ], jsondecode(local."+local+").Statement)")
	h.Block("locals", func() { h.Attributes(inert.Attribute{local, w.tfFile(name+".json", d)}) })
	w.add("terraform/"+name+".fragment.tf", []byte(h.String()))
}
