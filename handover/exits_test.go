package handover_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
)

// hostile is a text that each language would run or read otherwise, if it stood there unquoted.
const hostile = "a'b\"c $(touch pwned) `touch pwned` ${path.module} %{if true} {{x}} <script>alert(1)</script> [x](http://x) # ; & \\ \t*_~ @all é😀"

// hostileTo puts a text wherever a transfer takes any, and a path of IAM, which takes every printed character but the space.
func hostileTo(tr *xacct.Transfer, text string) {
	path := "/" + strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '/' {
			return '!'
		}
		return r
	}, text) + "/"
	tr.Source.Role.Path, tr.Destination.Role.Path = path, path
	tr.Source.Role.Description = strings.Map(func(r rune) rune {
		if r > 0xff || r < ' ' || r >= 0x7f && r < 0xa1 {
			return '?'
		}
		return r
	}, text)
	tr.Task.Excludes = []string{"/" + text}
}

// exitVariants are transfers whose resources have every property.
func exitVariants() map[string]func(*xacct.Transfer) {
	return map[string]func(*xacct.Transfer){
		"plain":   func(*xacct.Transfer) {},
		"hostile": func(tr *xacct.Transfer) { hostileTo(tr, hostile) },
		"everything": func(tr *xacct.Transfer) {
			tr.Destination.StorageClass = dstypes.S3StorageClassStandardIa
			tr.Destination.Role.Path = "/sync/"
			tr.Destination.Role.PermissionsBoundary = "arn:aws:iam::111122223333:policy/boundary"
			tr.Task.Includes, tr.Task.Excludes = []string{"/a", "/b*"}, []string{"*.tmp"}
			tr.Task.Schedule = &task.Schedule{Expression: "cron(0 2 * * ? *)"}
			tr.Task.Report = &task.Report{Bucket: "media-raw", Prefix: "reports", Level: dstypes.ReportLevelErrorsOnly}
			tr.Task.Options.BytesPerSecond = 100 * task.MiBPerSecond
		},
		"basic": func(tr *xacct.Transfer) {
			tr.Task.Mode = dstypes.TaskModeBasic
			tr.Task.Log = &task.Log{Name: "/xacct/media-archive", RetentionDays: 30}
		},
		"signs": func(tr *xacct.Transfer) { // as far as each takes any
			tr.Source.Prefix, tr.Destination.Prefix = "a + (b)/", "1.20/no"
			tr.Tags = map[string]string{"cost": "1.20/no_-= @", "no": "no", "012": "0x1F", "x = ": "1e3"}
			tr.Task.Mode, tr.Task.Log = dstypes.TaskModeBasic, &task.Log{Name: "/xacct/#a.b-c_D"}
			tr.Task.Excludes = []string{"/$${x}\r\n%%{y}\u2028$"}
			tr.Task.Report = &task.Report{Bucket: "media-raw", Prefix: "r (1)", Level: dstypes.ReportLevelErrorsOnly}
			tr.Task.Schedule = &task.Schedule{Expression: "cron(0 2 ? * MON-FRI *)"}
		},
		"manifest": func(tr *xacct.Transfer) {
			tr.Task.Manifest = &task.Manifest{Bucket: "media-raw", Key: "lists/today.csv"}
		},
	}
}

// exitBundle is the bundle of the task account for a variant of a push.
func exitBundle(t *testing.T, edit func(*xacct.Transfer), account string) *handover.Bundle {
	t.Helper()
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	edit(&tr)
	b, err := handover.New(planOf(t, cloud, accountA, tr), account, func(o *handover.Options) { o.Blocked = true })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, b *handover.Bundle, name string) string {
	t.Helper()
	text, err := fs.ReadFile(b.FS(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// arguments of Terraform's resources that the bundles use; "x.y" is y in the block x.
// https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs
var arguments = map[string][]string{
	"aws_iam_role":        {"provider", "name", "path", "description", "permissions_boundary", "assume_role_policy", "tags"},
	"aws_iam_role_policy": {"provider", "name", "role", "policy"},
	"aws_datasync_location_s3": {"provider", "s3_bucket_arn", "subdirectory", "s3_storage_class", "depends_on", "s3_config",
		"s3_config.bucket_access_role_arn", "tags"},
	"aws_datasync_task": {"provider", "name", "source_location_arn", "destination_location_arn", "task_mode", "cloudwatch_log_group_arn", "options",
		"options.verify_mode",
		"options.overwrite_mode", "options.preserve_deleted_files", "options.transfer_mode", "options.object_tags", "options.task_queueing",
		"options.log_level", "options.atime",
		"options.mtime", "options.bytes_per_second", "options.uid", "options.gid", "options.posix_permissions", "options.preserve_devices", "includes",
		"includes.filter_type",
		"includes.value", "excludes", "excludes.filter_type", "excludes.value", "schedule", "schedule.schedule_expression", "task_report_config",
		"task_report_config.output_type",
		"task_report_config.report_level", "task_report_config.s3_object_versioning", "task_report_config.s3_destination",
		"task_report_config.s3_destination.bucket_access_role_arn",
		"task_report_config.s3_destination.s3_bucket_arn", "task_report_config.s3_destination.subdirectory", "task_report_config.report_overrides", "tags"},
	"aws_cloudwatch_log_group":         {"provider", "name", "retention_in_days", "kms_key_id", "tags"},
	"aws_s3_bucket_ownership_controls": {"bucket", "rule", "rule.object_ownership"},
}

// TestTerraformParses reads every file of Terraform by the grammar, and checks the names of the arguments.
func TestTerraformParses(t *testing.T) {
	t.Parallel()
	resources := 0
	for name, edit := range exitVariants() {
		b := exitBundle(t, edit, accountA)
		body, err := parseHCL(read(t, b, "terraform/main.tf"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, x := range body.blocks {
			if x.words[0] != "resource" {
				continue
			}
			resources++
			for _, arg := range x.body.names("") {
				if !slices.Contains(arguments[x.words[1]], arg) {
					t.Errorf("%s: %s has no %s", name, x.words[1], arg)
				}
			}
		}
		if name == "hostile" && !slices.Contains(body.strings(), "/"+hostile) {
			t.Errorf("the filter is not the string that it was: %q", body.strings())
		}
	}
	if resources == 0 {
		t.Error("no resource was looked at")
	}
	t.Logf("%d resources", resources)
}

// What a form cannot express is refused for that form, with the reason in README.md.
func TestRefusedForAForm(t *testing.T) {
	t.Parallel()
	b := exitBundle(t, exitVariants()["manifest"], accountA)
	if tf := read(t, b, "terraform/main.tf"); strings.Contains(tf, "aws_datasync_task\"") || !strings.Contains(tf, "# Not here: the task of transfer "+
		"media-archive") {
		t.Errorf("%s", tf)
	}
	if page := read(t, b, "README.md"); !strings.Contains(page, "Terraform, task of transfer media-archive") {
		t.Errorf("README.md does not say why:\n%s", page)
	}
	if cfn := read(t, b, "cloudformation/3-tasks-us-east-2.yaml"); !strings.Contains(cfn, "ManifestConfig:") {
		t.Errorf("%s", cfn)
	}
	disabled := exitBundle(t, func(tr *xacct.Transfer) {
		tr.Task.Schedule = &task.Schedule{Expression: "rate(1 day)", Status: dstypes.ScheduleStatusDisabled}
	}, accountA)
	if page := read(t, disabled, "README.md"); !strings.Contains(page, "no status of the schedule") {
		t.Errorf("README.md does not say why:\n%s", page)
	}
	cloud := kittest.SharedWorld(t)
	owner, err := handover.New(planOf(t, cloud, accountA, kittest.EncryptedPush(cloud)...), accountB)
	if err != nil {
		t.Fatal(err)
	}
	if page := read(t, owner, "README.md"); !strings.Contains(page, "CloudFormation, Object Ownership of bucket media-archive") {
		t.Errorf("README.md does not say why:\n%s", page)
	}
}

// plugins is a directory from which terraform takes its provider without a network; "" if there is none.
func plugins() string {
	if dir := os.Getenv("XACCT_TERRAFORM_PLUGINS"); dir != "" {
		return dir
	}
	for _, pattern := range []string{"/usr/share/terraform/*", "/usr/local/share/terraform/*", "/opt/*"} {
		found, err := filepath.Glob(pattern + "/registry.terraform.io/hashicorp/aws")
		if err == nil && len(found) > 0 {
			return strings.TrimSuffix(found[0], "/registry.terraform.io/hashicorp/aws")
		}
	}
	return ""
}

// TestTerraformValidates lets terraform read what the bundles have for it.
func TestTerraformValidates(t *testing.T) {
	need(t, "terraform")
	dir := plugins()
	if dir == "" {
		t.Skip("not run: there is no provider of Terraform here; XACCT_TERRAFORM_PLUGINS names a directory with one")
	}
	for name, edit := range exitVariants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work := t.TempDir()
			for _, account := range []string{accountA, accountB} {
				sub, err := fs.Sub(exitBundle(t, edit, account).FS(), "terraform")
				if err == nil {
					err = os.CopyFS(work, sub)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{"init", "-plugin-dir=" + dir}, {"validate"}, {"fmt", "-check", "-diff"}} {
				cmd := exec.CommandContext(t.Context(), "terraform", append(args, "-no-color")...)
				if args[0] == "fmt" {
					cmd = exec.CommandContext(t.Context(), "terraform", args...)
				}
				cmd.Dir = work
				cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "TF_CLI_CONFIG_FILE=") })
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("terraform %v: %v\n%s", args, err, out)
				}
			}
		})
	}
}

// TestCloudFormationLints lets cfn-lint read what the bundles have for CloudFormation. Fragments are read within a template that has their policy.
func TestCloudFormationLints(t *testing.T) {
	need(t, "cfn-lint")
	work := t.TempDir()
	var files []string
	for name, made := range lintedBundles() {
		for _, account := range []string{accountA, accountB} {
			b := made(t, account)
			found, err := fs.Glob(b.FS(), "cloudformation/*.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range found {
				if strings.Contains(f, "/log-policy") {
					continue // its document is a string, of which cfn-lint reads nothing
				}
				text := read(t, b, f)
				if strings.Contains(f, ".fragment.") {
					text = inTemplate(path.Base(f), text)
				}
				to := filepath.Join(work, name+"-"+account+"-"+path.Base(f))
				if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				files = append(files, to)
			}
		}
	}
	if len(files) == 0 {
		t.Fatal("no template was looked at")
	}
	out, err := exec.CommandContext(t.Context(), "cfn-lint", append([]string{"--non-zero-exit-code", "warning", "--"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%d templates", len(files))
}

// lintedBundles make the bundles of each variant, and those of transfers that stand, as a whole and but for a location.
func lintedBundles() map[string]func(*testing.T, string) *handover.Bundle {
	out := map[string]func(*testing.T, string) *handover.Bundle{}
	for name, edit := range exitVariants() {
		out[name] = func(t *testing.T, account string) *handover.Bundle { return exitBundle(t, edit, account) }
	}
	out["exit"] = func(t *testing.T, account string) *handover.Bundle { return standingBundle(t, account, nil) }
	out["partial-exit"] = func(t *testing.T, account string) *handover.Bundle {
		return standingBundle(t, account, func(p *xacct.Plan) {
			for i, c := range p.Changes {
				if c.Kind == xacct.DataSyncLocation && strings.HasSuffix(c.ID, "/source") {
					p.Changes[i].Op, p.Changes[i].ARN = xacct.Create, ""
				}
			}
		})
	}
	return out
}

// standingBundle is the bundle for a transfer that is set up, of a plan that may be edited.
func standingBundle(t *testing.T, account string, edit func(*xacct.Plan)) *handover.Bundle {
	t.Helper()
	cloud, tr := standing(t)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if edit != nil {
		edit(p)
	}
	b, err := handover.New(p, account, func(o *handover.Options) { o.Settled = true })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What exists is imported by a template of its own, with nothing that an import refuses: other resources and outputs.
func TestImportTemplates(t *testing.T) {
	t.Parallel()
	b := lintedBundles()["partial-exit"](t, accountA)
	for name, want := range map[string]bool{"1-roles": true, "2-locations-eu-west-1": false, "2-locations-us-east-2": true, "3-tasks-us-east-2": true} {
		text, err := fs.ReadFile(b.FS(), "cloudformation/"+name+".import.yaml")
		if is := err == nil; is != want {
			t.Errorf("%s.import.yaml: %v, want %t", name, err, want)
		}
		if strings.Contains(string(text), "Outputs:") {
			t.Errorf("%s.import.yaml has outputs:\n%s", name, text)
		}
	}
	page := read(t, b, "README.md")
	for _, want := range []string{
		"Plan: 6 to import, 1 to add, 0 to change, 0 to destroy.", "--stack-name xacct-media-archive-3-tasks-us-east-2 --region us-east-2",
		"--resources-to-import file://1-roles.import.json",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("README.md lacks %q:\n%s", want, page)
		}
	}
}

// inTemplate is a template whose policy has the statements of the fragment.
func inTemplate(name, fragment string) string {
	kind, properties := "AWS::S3::BucketPolicy", "      Bucket: \"b\"\n      PolicyDocument:\n"
	if strings.HasPrefix(name, "key-policy") {
		kind, properties = "AWS::KMS::Key", "      KeyPolicy:\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Resources:\n  Owner:\n    Type: %q\n    Properties:\n%s        Version: \"2012-10-17\"\n        Statement:\n", kind, properties)
	for line := range strings.Lines(fragment) {
		b.WriteString("          " + line)
	}
	return b.String()
}
