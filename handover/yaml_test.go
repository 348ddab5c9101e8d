package handover_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// properties of CloudFormation's resources that the bundles use.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-datasync-locations3.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-datasync-task.html,
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
var cfnProperties = map[string][]string{
	"AWS::IAM::Role":            {"RoleName", "Path", "Description", "PermissionsBoundary", "AssumeRolePolicyDocument", "Policies", "Tags"},
	"AWS::DataSync::LocationS3": {"S3BucketArn", "S3Config", "S3StorageClass", "Subdirectory", "Tags"},
	"AWS::Logs::LogGroup":       {"LogGroupName", "RetentionInDays", "KmsKeyId", "Tags"},
	"AWS::DataSync::Task": {"CloudWatchLogGroupArn", "DestinationLocationArn", "Excludes", "Includes", "ManifestConfig", "Name", "Options",
		"Schedule", "SourceLocationArn", "Tags",
		"TaskMode", "TaskReportConfig"},
}

// yamlLine is a line of the part of YAML that the bundles use: a name or a dash, then a quoted string, an empty collection or nothing.
var yamlLine = regexp.MustCompile(`^( *)(- )?(?:([A-Za-z][A-Za-z0-9]*|"(?:[^"\\]|\\.)*"):)? ?("(?:[^"\\]|\\.)*"|\{\}|\[\]|)$`)

// TestCloudFormationReads reads every template line by line: no scalar stands unquoted, and the properties are those of the resources.
func TestCloudFormationReads(t *testing.T) {
	t.Parallel()
	lines, resources := 0, 0
	for name, edit := range exitVariants() {
		b := exitBundle(t, edit, accountA)
		found, err := fs.Glob(b.FS(), "cloudformation/*.yaml")
		if err != nil || len(found) < 4 {
			t.Fatalf("%s: %v %v", name, found, err)
		}
		var all []string
		for _, f := range found {
			kind := ""
			for line := range strings.Lines(read(t, b, f)) {
				lines++
				if strings.HasPrefix(line, "# ") {
					continue
				}
				m := yamlLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
				if m == nil {
					t.Errorf("%s of %s: %q", f, name, line)
					continue
				}
				if m[1] == "" {
					kind = ""
				}
				if m[3] == "Type" && len(m[1]) == 4 && strings.Contains(m[4], "::") {
					kind = strings.Trim(m[4], `"`)
					resources++
				}
				if len(m[1]) == 6 && m[2] == "" && kind != "" && !slices.Contains(cfnProperties[kind], m[3]) {
					t.Errorf("%s of %s: %s has no property %s", f, name, kind, m[3])
				}
				if strings.HasPrefix(m[4], `"`) {
					s, err := yamlLiteral(m[4])
					if err != nil {
						t.Errorf("%s of %s: %v", f, name, err)
					}
					all = append(all, s)
				}
			}
		}
		if name == "hostile" && !slices.Contains(all, "/"+hostile) {
			t.Errorf("the filter is not the string that it was: %q", all)
		}
	}
	if resources == 0 {
		t.Error("no resource was looked at")
	}
	t.Logf("%d lines, %d resources", lines, resources)
}

// yamlLiteral is the string that a quoted string of YAML means. https://yaml.org/spec/1.1/#id872840
func yamlLiteral(quoted string) (string, error) {
	s := quoted[1 : len(quoted)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		digits := map[byte]int{'u': 4, 'U': 8}[s[i]]
		switch {
		case s[i] == '"' || s[i] == '\\':
			b.WriteByte(s[i])
		case digits > 0 && i+digits < len(s):
			n, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
			if err != nil {
				return "", err
			}
			b.WriteRune(rune(n)) //nolint:gosec // it has 32 bits
			i += digits
		default:
			return "", fmt.Errorf("no escape: %q", s[i-1:])
		}
	}
	return b.String(), nil
}
