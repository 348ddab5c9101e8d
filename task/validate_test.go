package task

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/problem"
)

func TestRules(t *testing.T) {
	tests := []struct {
		rule, name string
		change     func(*Spec)
		refuse     bool
	}{
		{"task-name", "all the marks", func(s *Spec) { s.Name = "a + = . _ : / @ -" }, false},
		{"task-name", "none", func(s *Spec) { s.Name = "" }, false},
		{"task-name", "umlaut", func(s *Spec) { s.Name = "Übertragung" }, true},
		{"task-name", "too long", func(s *Spec) { s.Name = strings.Repeat("a", 257) }, true},
		{"account", "good", func(s *Spec) {}, false},
		{"account", "none", func(s *Spec) { s.Account = "" }, true},
		{"region", "good", func(s *Spec) {}, false},
		{"region", "none", func(s *Spec) { s.Region = "" }, true},
		{"location-arn", "both", func(s *Spec) {}, false},
		{"location-arn", "not known yet", func(s *Spec) { s.SourceLocationARN, s.DestinationLocationARN = "", "" }, false},
		{"location-arn", "bucket", func(s *Spec) { s.SourceLocationARN = "arn:aws:s3:::amzn-s3-demo-bucket" }, true},
		{"location-arn", "task", func(s *Spec) { s.DestinationLocationARN = taskARN }, true},
		{"location-account", "same", func(s *Spec) {}, false},
		{"location-account", "other account", func(s *Spec) { s.SourceLocationARN = strings.Replace(sourceARN, "111122223333", "444455556666", 1) }, true},
		{"location-account", "other partition", func(s *Spec) { s.SourceLocationARN = strings.Replace(sourceARN, "arn:aws:", "arn:aws-us-gov:", 1) }, true},
		{"locations-differ", "two", func(s *Spec) {}, false},
		{"locations-differ", "one", func(s *Spec) { s.SourceLocationARN = destinationARN }, true},
		{"task-region", "destination's", func(s *Spec) {}, false},
		{"task-region", "source's", func(s *Spec) { s.Region = "us-east-1" }, false},
		{"task-region", "neither", func(s *Spec) { s.Region = "eu-west-1" }, true},
		{"task-region-basic", "destination's", func(s *Spec) { s.Mode = "BASIC" }, false},
		{"task-region-basic", "source's, enhanced", func(s *Spec) { s.Region = "us-east-1" }, false},
		{"task-region-basic", "source's", func(s *Spec) { s.Mode, s.Region = "BASIC", "us-east-1" }, true},
		{"log-group", "plain", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN }, false},
		{"log-group", "with star", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+":*" }, false},
		{"log-group", "log stream", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+":log-stream:a" }, true},
		{"log-group", "name", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", "datasync" }, true},
		{"log-group", "other Region", func(s *Spec) {
			s.Mode, s.LogGroupARN = "BASIC", strings.Replace(logGroupARN, "us-east-2", "us-east-1", 1)
		}, true},
		{"log-group", "longest", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+strings.Repeat("a", 562-len(logGroupARN)) }, false},
		{"log-group", "too long", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN+strings.Repeat("a", 563-len(logGroupARN)) }, true},
		{"log-group-enhanced", "basic", func(s *Spec) { s.Mode, s.LogGroupARN = "BASIC", logGroupARN }, false},
		{"log-group-enhanced", "that of DataSync", func(s *Spec) { s.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync" }, false},
		{"log-group-enhanced", "that of DataSync with star", func(s *Spec) {
			s.Mode, s.LogGroupARN = "ENHANCED", "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync:*"
		}, false},
		{"log-group-enhanced", "below that of DataSync", func(s *Spec) { s.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:/aws/datasync/mine" }, true},
		{"log-group-enhanced", "that of DataSync in other letters", func(s *Spec) { s.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:/aws/DataSync" }, true},
		{"log-enhanced", "basic", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "/transfers/media"} }, false},
		{"log-enhanced", "that of DataSync", func(s *Spec) { s.Log = &Log{Name: DataSyncLogGroup, RetentionDays: 30} }, false},
		{"log-enhanced", "enhanced by default", func(s *Spec) { s.Log = &Log{Name: "/transfers/media"} }, true},
		{"log-twice", "Log alone", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "media"} }, false},
		{"log-twice", "another group", func(s *Spec) { s.Mode, s.Log, s.LogGroupARN = "BASIC", &Log{Name: "media"}, logGroupARN }, true},
		{"log-name", "shortest", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "m"} }, false},
		{"log-name", "longest", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: strings.Repeat("m", 512)} }, false},
		{"log-name", "too long", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: strings.Repeat("m", 513)} }, true},
		{"log-name", "none", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{} }, true},
		{"log-name", "an ARN", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: logGroupARN} }, true},
		{"log-name", "of AWS", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "aws/media"} }, true},
		{"log-retention", "a month", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "m", RetentionDays: 30} }, false},
		{"log-retention", "31 days", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "m", RetentionDays: 31} }, true},
		{"log-retention", "less than none", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "m", RetentionDays: -1} }, true},
		{"log-key", "of the Region", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "arn:aws:kms:us-east-2:111122223333:key/11111111-2222-3333-4444-555555555555"}
		}, false},
		{"log-key", "of another Region", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"}
		}, true},
		{"log-key", "of another account", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "arn:aws:kms:us-east-2:444455556666:key/11111111-2222-3333-4444-555555555555"}
		}, true},
		{"log-key", "of another partition", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "arn:aws-cn:kms:us-east-2:111122223333:key/11111111-2222-3333-4444-555555555555"}
		}, true},
		{"log-key", "an id", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "11111111-2222-3333-4444-555555555555"}
		}, true},
		{"log-key", "an alias by its ARN", func(s *Spec) {
			s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "arn:aws:kms:us-east-2:111122223333:alias/logs"}
		}, true},
		{"log-key", "of DataSync's group too", func(s *Spec) {
			s.Log = &Log{Name: "/aws/datasync", KMSKey: "arn:aws:kms:us-east-2:444455556666:key/11111111-2222-3333-4444-555555555555"}
		}, true},
		{"log-key", "an alias", func(s *Spec) { s.Mode, s.Log = "BASIC", &Log{Name: "m", KMSKey: "alias/logs"} }, true},
		{"log-group-enhanced", "enhanced by default", func(s *Spec) { s.LogGroupARN = logGroupARN }, true},
		{"mode", "none", func(s *Spec) {}, false},
		{"mode", "lower case", func(s *Spec) { s.Mode = "basic" }, true},
		{"verify-mode", "in the enum", func(s *Spec) { s.Options.VerifyMode = "NONE" }, false},
		{"verify-mode", "not in it", func(s *Spec) { s.Options.VerifyMode = "ALL" }, true},
		{"overwrite-mode", "in the enum", func(s *Spec) { s.Options.OverwriteMode = "NEVER" }, false},
		{"overwrite-mode", "not in it", func(s *Spec) { s.Options.OverwriteMode = "NONE" }, true},
		{"preserve-deleted-files", "in the enum", func(s *Spec) { s.Options.PreserveDeletedFiles = "REMOVE" }, false},
		{"preserve-deleted-files", "not in it", func(s *Spec) { s.Options.PreserveDeletedFiles = "DELETE" }, true},
		{"transfer-mode", "in the enum", func(s *Spec) { s.Options.TransferMode = "ALL" }, false},
		{"transfer-mode", "not in it", func(s *Spec) { s.Options.TransferMode = "NEW" }, true},
		{"object-tags", "in the enum", func(s *Spec) { s.Options.ObjectTags = "NONE" }, false},
		{"object-tags", "not in it", func(s *Spec) { s.Options.ObjectTags = "COPY" }, true},
		{"task-queueing", "in the enum", func(s *Spec) { s.Options.TaskQueueing = "DISABLED" }, false},
		{"task-queueing", "not in it", func(s *Spec) { s.Options.TaskQueueing = "NONE" }, true},
		{"log-level", "in the enum", func(s *Spec) { s.Options.LogLevel = "OFF" }, false},
		{"log-level", "word of the console", func(s *Spec) { s.Options.LogLevel = "NONE" }, true},
		{"atime", "in the enum", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "NONE", "NONE" }, false},
		{"atime", "not in it", func(s *Spec) { s.Options.Atime = "PRESERVE" }, true},
		{"mtime", "in the enum", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "BEST_EFFORT", "PRESERVE" }, false},
		{"mtime", "not in it", func(s *Spec) { s.Options.Mtime = "BEST_EFFORT" }, true},
		{"times", "neither", func(s *Spec) {}, false},
		{"times", "kept", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "BEST_EFFORT", "PRESERVE" }, false},
		{"times", "not kept", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "NONE", "NONE" }, false},
		{"times", "only one", func(s *Spec) { s.Options.Mtime = "PRESERVE" }, true},
		{"times", "one of each", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "NONE", "PRESERVE" }, true},
		{"times", "the other of each", func(s *Spec) { s.Options.Atime, s.Options.Mtime = "BEST_EFFORT", "NONE" }, true},
		{"bytes-per-second", "limited, basic", func(s *Spec) { s.Mode, s.Options.BytesPerSecond = "BASIC", 1<<20 }, false},
		{"bytes-per-second", "unlimited", func(s *Spec) { s.Options.BytesPerSecond = -1 }, false},
		{"bytes-per-second", "some", func(s *Spec) { s.Options.BytesPerSecond = 1 << 20 }, false},
		{"bytes-per-second", "negative", func(s *Spec) { s.Options.BytesPerSecond = -2 }, true},
		{"verify-enhanced", "basic", func(s *Spec) { s.Mode, s.Options.VerifyMode = "BASIC", "POINT_IN_TIME_CONSISTENT" }, false},
		{"verify-enhanced", "only what was transferred", func(s *Spec) { s.Options.VerifyMode = "ONLY_FILES_TRANSFERRED" }, false},
		{"verify-enhanced", "everything", func(s *Spec) { s.Options.VerifyMode = "POINT_IN_TIME_CONSISTENT" }, true},
		{"verify-archive", "by default", func(s *Spec) { s.Mode, s.DestinationStorageClass = "BASIC", "GLACIER" }, false},
		{"verify-archive", "instant retrieval", func(s *Spec) {
			s.Mode, s.DestinationStorageClass, s.Options.VerifyMode = "BASIC", "GLACIER_INSTANT_RETRIEVAL", "POINT_IN_TIME_CONSISTENT"
		}, false},
		{"verify-archive", "glacier", func(s *Spec) {
			s.Mode, s.DestinationStorageClass, s.Options.VerifyMode = "BASIC", "GLACIER", "POINT_IN_TIME_CONSISTENT"
		}, true},
		{"all-remove", "changed and remove", func(s *Spec) { s.Options.TransferMode, s.Options.PreserveDeletedFiles = "CHANGED", "REMOVE" }, false},
		{"all-remove", "all and remove", func(s *Spec) { s.Options.TransferMode, s.Options.PreserveDeletedFiles = "ALL", "REMOVE" }, true},
		{"filter-empty", "none", func(s *Spec) {}, false},
		{"filter-empty", "empty", func(s *Spec) { s.Excludes = []string{"*.tmp", ""} }, true},
		{"filter-bar", "escaped", func(s *Spec) { s.Includes = []string{`/a\|b`} }, false},
		{"filter-bar", "two in one", func(s *Spec) { s.Includes = []string{"/a|/b"} }, true},
		{"filter-bar", "after an escaped backslash", func(s *Spec) { s.Excludes = []string{`/a\\|/b`} }, true},
		{"filter-include-slash", "slash", func(s *Spec) { s.Includes = []string{"/dt=2026-01-01/"} }, false},
		{"filter-include-slash", "exclude without", func(s *Spec) { s.Excludes = []string{"tmp"} }, false},
		{"filter-include-slash", "without", func(s *Spec) { s.Includes = []string{"photos"} }, true},
		{"filter-include-star", "at the end", func(s *Spec) { s.Includes = []string{"/photos*"} }, false},
		{"filter-include-star", "exclude with it in front", func(s *Spec) { s.Excludes = []string{"*.tmp"} }, false},
		{"filter-include-star", "escaped", func(s *Spec) { s.Includes = []string{`/a\*b*`} }, false},
		{"filter-include-star", "within", func(s *Spec) { s.Includes = []string{"/*.txt"} }, true},
		{"filter-include-star", "two", func(s *Spec) { s.Includes = []string{"/a*b*"} }, true},
		{"filter-backslash", "escaped", func(s *Spec) { s.Excludes = []string{`/a\\`} }, false},
		{"filter-backslash", "at the end", func(s *Spec) { s.Excludes = []string{`/a\`} }, true},
		{"filter-nul", "other characters", func(s *Spec) { s.Excludes = []string{"/größe=1\t"} }, false},
		{"filter-nul", "NUL", func(s *Spec) { s.Excludes = []string{"/a\x00"} }, true},
		{"filter-include-folders", "dots in a name", func(s *Spec) { s.Includes = []string{"/a/.b/..c/d./*", "/a/.*"} }, false},
		{"filter-include-folders", "excluded", func(s *Spec) { s.Excludes = []string{"*//*"} }, false},
		{"filter-include-folders", "two slashes in front", func(s *Spec) { s.Includes = []string{"//a"} }, true},
		{"filter-include-folders", "two slashes within", func(s *Spec) { s.Includes = []string{"/a//b"} }, true},
		{"filter-include-folders", "a dot", func(s *Spec) { s.Includes = []string{"/./x"} }, true},
		{"filter-include-folders", "two dots at the end", func(s *Spec) { s.Includes = []string{"/a/.."} }, true},
		{"filter-length", "longest", func(s *Spec) { s.Includes = []string{"/" + strings.Repeat("a", 102397), "/"} }, false},
		{"filter-length", "too long with the bar", func(s *Spec) { s.Includes = []string{"/" + strings.Repeat("a", 102398), "/"} }, true},
		{"manifest-filters", "manifest alone", func(s *Spec) { s.Manifest = manifest() }, false},
		{"manifest-filters", "filters alone", func(s *Spec) { s.Excludes = []string{"*.tmp"} }, false},
		{"manifest-filters", "both", func(s *Spec) { s.Manifest, s.Excludes = manifest(), []string{"*.tmp"} }, true},
		{"manifest-key", "good", func(s *Spec) { s.Manifest = manifest() }, false},
		{"manifest-key", "none", func(s *Spec) { s.Manifest = manifest(); s.Manifest.Key = "" }, true},
		{"manifest-key", "equals sign", func(s *Spec) { s.Manifest = manifest(); s.Manifest.Key = "dt=1/list.csv" }, true},
		{"manifest-version", "longest", func(s *Spec) { s.Manifest = manifest(); s.Manifest.VersionID = strings.Repeat("a", 100) }, false},
		{"manifest-version", "too long", func(s *Spec) { s.Manifest = manifest(); s.Manifest.VersionID = strings.Repeat("a", 101) }, true},
		{"manifest-version", "two lines", func(s *Spec) { s.Manifest = manifest(); s.Manifest.VersionID = "a\nb" }, true},
		{"report-prefix", "good", func(s *Spec) { s.Report = fullReport() }, false},
		{"report-prefix", "none", func(s *Spec) { s.Report = fullReport(); s.Report.Prefix = "" }, false},
		{"report-prefix", "equals sign", func(s *Spec) { s.Report = fullReport(); s.Report.Prefix = "dt=1/" }, true},
		{"report-enum", "good", func(s *Spec) { s.Report = fullReport() }, false},
		{"report-enum", "type", func(s *Spec) { s.Report = fullReport(); s.Report.Type = "FULL" }, true},
		{"report-enum", "level", func(s *Spec) { s.Report = fullReport(); s.Report.Skipped = "ALL" }, true},
		{"report-enum", "versions", func(s *Spec) { s.Report = fullReport(); s.Report.ObjectVersionIDs = "YES" }, true},
		{"report-summary", "without levels", func(s *Spec) { s.Report = &Report{Bucket: "amzn-s3-demo-bucket", Type: "SUMMARY_ONLY"} }, false},
		{"report-summary", "with a level", func(s *Spec) { s.Report = fullReport(); s.Report.Type = "SUMMARY_ONLY" }, true},
		{"data-role", "good", func(s *Spec) { s.Manifest, s.Report = manifest(), fullReport() }, false},
		{"data-role", "not known yet", func(s *Spec) { s.Manifest = manifest(); s.Manifest.RoleARN = "" }, false},
		{"data-role", "other account", func(s *Spec) { s.Manifest = manifest(); s.Manifest.RoleARN = "arn:aws:iam::444455556666:role/a" }, true},
		{"data-role", "other partition", func(s *Spec) { s.Report = fullReport(); s.Report.RoleARN = "arn:aws-cn:iam::111122223333:role/a" }, true},
		{"data-role", "user", func(s *Spec) { s.Report = fullReport(); s.Report.RoleARN = "arn:aws:iam::111122223333:user/a" }, true},
		{"data-role", "with a path", func(s *Spec) {
			s.Report = fullReport()
			s.Report.RoleARN = "arn:aws:iam::111122223333:role/a/b+c/d=e,f.g@h-i_j"
		}, false},
		{"data-role", "too long", func(s *Spec) { s.Report = fullReport(); s.Report.RoleARN += strings.Repeat("b", 2048) }, true},
		{"data-role", "two lines", func(s *Spec) { s.Report = fullReport(); s.Report.RoleARN += "\nb" }, true},
		{"data-role", "a Region", func(s *Spec) { s.Report = fullReport(); s.Report.RoleARN = "arn:aws:iam:us-east-1:111122223333:role/a" }, true},
		{"data-account", "none", func(s *Spec) { s.Manifest = manifest(); s.Manifest.Account = "" }, false},
		{"data-account", "alias", func(s *Spec) { s.Manifest = manifest(); s.Manifest.Account = "acme" }, true},
		{"data-key", "of any account and Region", func(s *Spec) {
			s.Manifest, s.Report = manifest(), fullReport()
			s.Manifest.KMSKey, s.Report.KMSKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-central-1:444455556666:key/mrk-1234abcd12ab34cd56ef1234567890ab"
		}, false},
		{"data-key", "the manifest's is an alias", func(s *Spec) {
			s.Manifest = manifest()
			s.Manifest.KMSKey = "arn:aws:kms:eu-west-1:111122223333:alias/media"
		}, true},
		{"data-key", "the report's is an id", func(s *Spec) { s.Report = fullReport(); s.Report.KMSKey = "1234abcd-12ab-34cd-56ef-1234567890ab" }, true},
		{"bucket-name", "good", func(s *Spec) { s.Manifest = manifest() }, false},
		{"bucket-name", "capitals", func(s *Spec) { s.Manifest = manifest(); s.Manifest.Bucket = "Bucket" }, true},
		{"bucket-address", "name", func(s *Spec) { s.Report = fullReport() }, false},
		{"bucket-address", "ARN", func(s *Spec) { s.Report = fullReport(); s.Report.Bucket = "arn:aws:s3:::b" }, true},
		{"bucket-kind", "general purpose", func(s *Spec) { s.Report = fullReport() }, false},
		{"bucket-kind", "directory", func(s *Spec) { s.Report = fullReport(); s.Report.Bucket = "a--use2-az1--x-s3" }, true},
		{"schedule-form", "none", func(s *Spec) {}, false},
		{"schedule-form", "cron", func(s *Spec) { s.Schedule = cron("0 2 * * ? *") }, false},
		{"schedule-form", "rate", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(12 hours)"} }, false},
		{"schedule-form", "five fields", func(s *Spec) { s.Schedule = cron("0 2 * * ?") }, true},
		{"schedule-form", "moment", func(s *Spec) { s.Schedule = &Schedule{Expression: "at(2026-01-01T00:00:00)"} }, true},
		{"schedule-form", "empty", func(s *Spec) { s.Schedule = &Schedule{} }, true},
		{"schedule-form", "a rate of no hours", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(0 hours)"} }, true},
		{"schedule-form", "a rate of one", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 day)"} }, false},
		{"schedule-form", "one hours", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 hours)"} }, true},
		{"schedule-form", "five hour", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(5 hour)"} }, true},
		{"schedule-form", "a letter that has the upper case of another", func(s *Spec) { s.Schedule = cron("0 2 ? * ſun *") }, true},
		{"schedule-form", "a space that is no space", func(s *Spec) { s.Schedule = cron("0\u00a02 * * ? *") }, true},
		{"schedule-form", "a sign", func(s *Spec) { s.Schedule = cron("+5 2 * * ? *") }, true},
		{"schedule-field", "a step as long as an integer", func(s *Spec) { s.Schedule = cron("0 1/9223372036854775807 * * ? *") }, true},
		{"schedule-field", "lower case", func(s *Spec) { s.Schedule = cron("0 2 ? jan sun *") }, false},
		{"schedule-field", "names, ranges, steps and lists", func(s *Spec) { s.Schedule = cron("30 8-18/2,23 ? JAN-JUN,12 MON-FRI 2026-2030") }, false},
		{"schedule-field", "first Wednesday", func(s *Spec) { s.Schedule = cron("0 8 ? * 4#1 *") }, false},
		{"schedule-field", "hour 24", func(s *Spec) { s.Schedule = cron("0 24 * * ? *") }, true},
		{"schedule-field", "weekday 0", func(s *Spec) { s.Schedule = cron("0 2 ? * 0 *") }, true},
		{"schedule-field", "range backwards", func(s *Spec) { s.Schedule = cron("0 9-8 * * ? *") }, true},
		{"schedule-field", "step 0", func(s *Spec) { s.Schedule = cron("0 */0 * * ? *") }, true},
		{"schedule-field", "sixth Monday", func(s *Spec) { s.Schedule = cron("0 2 ? * MON#6 *") }, true},
		{"schedule-day", "in the week", func(s *Spec) { s.Schedule = cron("0 2 * * ? *") }, false},
		{"schedule-day", "in the month", func(s *Spec) { s.Schedule = cron("0 2 ? * * *") }, false},
		{"schedule-day", "none", func(s *Spec) { s.Schedule = cron("0 2 * * * *") }, true},
		{"schedule-day", "two", func(s *Spec) { s.Schedule = cron("0 2 ? * ? *") }, true},
		{"schedule-hourly", "hourly", func(s *Spec) { s.Schedule = cron("17 * * * ? *") }, false},
		{"schedule-hourly", "60 minutes", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(60 minutes)"} }, false},
		{"schedule-hourly", "many days", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(999999 days)"} }, false},
		{"schedule-hourly", "one minute", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(1 minute)"} }, true},
		{"schedule-hourly", "two minutes of an hour", func(s *Spec) { s.Schedule = cron("0,30 * * * ? *") }, true},
		{"schedule-hourly", "every minute", func(s *Spec) { s.Schedule = cron("* 2 * * ? *") }, true},
		{"schedule-hourly", "59 minutes", func(s *Spec) { s.Schedule = &Schedule{Expression: "rate(59 minutes)"} }, true},
		{"schedule-length", "short", func(s *Spec) { s.Schedule = cron("0 2 * * ? *") }, false},
		{"schedule-length", "long", func(s *Spec) { s.Schedule = cron("0 2 " + strings.Repeat("1,", 130) + "1 * ? *") }, true},
		{"schedule-status", "none", func(s *Spec) { s.Schedule = cron("0 2 * * ? *") }, false},
		{"schedule-status", "off", func(s *Spec) { s.Schedule = cron("0 2 * * ? *"); s.Schedule.Status = "OFF" }, true},
		{"tag-key", "good", func(s *Spec) { s.Tags = map[string]string{"xacct:transfer": "a"} }, false},
		{"tag-key", "bad", func(s *Spec) { s.Tags = map[string]string{"a@b": "c"} }, true},
		{"tag-value", "good", func(s *Spec) { s.Tags = map[string]string{"a": "b@c"} }, false},
		{"tag-value", "bad", func(s *Spec) { s.Tags = map[string]string{"a": ""} }, true},
		{"tag-count", "few", func(s *Spec) { s.Tags = map[string]string{"a": "b"} }, false},
		{"tag-count", "many", func(s *Spec) { s.Tags = tags(51) }, true},
		{"tag-reserved", "no", func(s *Spec) { s.Tags = map[string]string{"laws:a": "b"} }, false},
		{"tag-reserved", "yes", func(s *Spec) { s.Tags = map[string]string{"aws:a": "b"} }, true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: s.Validate()})
	}
	unknown := spec()
	unknown.DestinationLocationARN = ""
	_, known := spec().CreateInput()
	_, notKnown := unknown.CreateInput()
	elsewhere := Spec{Account: "444455556666"}
	for _, tt := range []struct {
		rule, name string
		err        error
		refuse     bool
	}{
		{"locations-known", "both", known, false},
		{"locations-known", "one", notKnown, true},
		{"data-role-known", "known", withManifest("arn:aws:iam::111122223333:role/a"), false},
		{"data-role-known", "not known", withManifest(""), true},
		{"report-standard", "standard", retryOf("STANDARD"), false},
		{"report-standard", "summary", retryOf("SUMMARY_ONLY"), true},
		{"manifest-entry", "keys", keysOf("a", "b"), false},
		{"manifest-entry", "folder", keysOf("a/"), true},
		{"manifest-entry-skipped", "keys", keysOf("a/b", ".c", "d/..e"), false},
		{"manifest-entry-skipped", "two slashes", keysOf("a//b"), true},
		{"allow-delete", "preserves", startWith(Options{PreserveDeletedFiles: "PRESERVE"}, false), false},
		{"allow-delete", "allowed", startWith(Options{PreserveDeletedFiles: "REMOVE"}, true), false},
		{"allow-delete", "removes", startWith(Options{PreserveDeletedFiles: "REMOVE"}, false), true},
		{"mode-change", "none", updateTo("", "BASIC"), false},
		{"mode-change", "the same", updateTo("BASIC", "BASIC"), false},
		{"mode-change", "another", updateTo("BASIC", "ENHANCED"), true},
		{"verify-archive", "of a run", StartOptions{DestinationStorageClass: "GLACIER", Options: Options{VerifyMode: "POINT_IN_TIME_CONSISTENT"}}.Validate(), true},
		{"report-summary", "of a run", StartOptions{Report: &Report{Bucket: "amzn-s3-demo-bucket", Type: "SUMMARY_ONLY", Level: "ERRORS_ONLY"}}.Validate(), true},
		{"task-arn", "task", spec().checkARN(taskARN), false},
		{"task-arn", "location", spec().checkARN(sourceARN), true},
		{"task-arn", "execution", spec().checkARN(executionARN), true},
		{"task-place", "same", spec().checkARN(taskARN), false},
		{"task-place", "other account", elsewhere.checkARN(taskARN), true},
		{"task-place", "other Region", Spec{Region: "us-east-1"}.checkARN(taskARN), true},
		{"execution-arn", "execution", Attach(nil, executionARN).check(), false},
		{"execution-arn", "task", Attach(nil, taskARN).check(), true},
		{"run-token", "none", StartOptions{}.Validate(), false},
		{"run-token", "date", StartOptions{Token: "2026-03-01 12:00"}.Validate(), false},
		{"run-token", "braces", StartOptions{Token: "{a}"}.Validate(), true},
		{"run-token", "too long", StartOptions{Token: strings.Repeat("a", 257)}.Validate(), true},
		{"not-negative", "the default", StartOptions{}.Validate(), false},
		{"not-negative", "Settle", StartOptions{Settle: -1}.Validate(), true},
		{"not-negative", "MinDelay", WatchOptions{MinDelay: -1}.check(), true},
		{"not-negative", "MaxDelay", WatchOptions{MaxDelay: -1}.check(), true},
		{"if-running", "attach", StartOptions{IfRunning: AttachToIt}.Validate(), false},
		{"if-running", "anything", StartOptions{IfRunning: "kill"}.Validate(), true},
		{"bandwidth", "some", bandwidth(50 * MiBPerSecond), false},
		{"bandwidth", "unlimited", bandwidth(Unlimited), false},
		{"bandwidth", "none", bandwidth(0), true},
		{"bytes-per-second", "of a run", bandwidth(-2), true},
		{"manifest-key", "of a run", StartOptions{Manifest: &Manifest{Bucket: "amzn-s3-demo-bucket"}}.Validate(), true},
		{"manifest-filters", "of a run", StartOptions{Manifest: manifest(), Includes: []string{"/a"}}.Validate(), true},
		{"manifest-filters", "taken away", StartOptions{Manifest: &Manifest{}, Includes: []string{"/a"}}.Validate(), false},
		{"report-enum", "of a run", StartOptions{Report: &Report{Bucket: "amzn-s3-demo-bucket", Type: "X"}}.Validate(), true},
		{"run-tag", "other", StartOptions{Tags: map[string]string{"a": "b"}}.Validate(), false},
		{"run-tag", "the token's", StartOptions{Tags: map[string]string{"xacct:run": "b"}}.Validate(), true},
		{"tag-count", "50 with the token", StartOptions{Token: "a", Tags: tags(49)}.Validate(), false},
		{"tag-count", "51 with the token", StartOptions{Token: "a", Tags: tags(50)}.Validate(), true},
		{"all-remove", "overrides", StartOptions{Options: Options{TransferMode: "ALL", PreserveDeletedFiles: "REMOVE"}}.Validate(), true},
		{"filter-include-slash", "overrides", StartOptions{Includes: []string{"a"}}.Validate(), true},
		{"filter-empty", "overrides", StartOptions{Excludes: []string{""}}.Validate(), true},
	} {
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: tt.err})
	}
	problemtest.Run(t, rules, cases)
}

func retryOf(kind dstypes.ReportOutputType) error {
	_, err := Retry(context.Background(), retryRunner(reportedRun(nil)), &shelf{}, executionARN, Report{Bucket: "amzn-s3-demo-bucket", Type: kind}, *manifest())
	return err
}

func startWith(o Options, allowDelete bool) error {
	r := &runner{task: &datasync.DescribeTaskOutput{TaskMode: "ENHANCED"}}
	_, err := Start(context.Background(), r, taskARN, func(so *StartOptions) { so.Options, so.AllowDelete = o, allowDelete })
	return err
}

func keysOf(keys ...string) error {
	_, _, err := written(keys...)
	return err
}

func updateTo(mode, have dstypes.TaskMode) error {
	s := spec()
	s.Mode = mode
	_, err := s.UpdateFrom(State{ARN: taskARN, Mode: have})
	return err
}

func bandwidth(n int64) error {
	return Attach(&runner{}, executionARN).SetBandwidth(context.Background(), n)
}

func manifest() *Manifest {
	return &Manifest{Account: "444455556666", Bucket: "amzn-s3-demo-bucket", Key: "lists/today.csv", RoleARN: "arn:aws:iam::111122223333:role/datasync"}
}

func cron(fields string) *Schedule { return &Schedule{Expression: "cron(" + fields + ")"} }

func withManifest(role string) error {
	s := spec()
	s.Manifest = manifest()
	s.Manifest.RoleARN = role
	_, err := s.CreateInput()
	return err
}

func tags(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprint("k", i)] = "v"
	}
	return m
}

func TestValidate(t *testing.T) {
	if err := spec().Validate(); err != nil {
		t.Error(err)
	}
	s := spec()
	s.Mode, s.Options, s.Includes = "FAST", Options{VerifyMode: "X", BytesPerSecond: -5}, []string{"a*b"}
	var got []string
	for _, p := range problem.All(s.Validate()) {
		got = append(got, p.Path+" "+p.ID)
	}
	want := "Mode mode, Options.VerifyMode verify-mode, Options.BytesPerSecond bytes-per-second, Includes[0] filter-include-slash, Includes[0] filter-include-star"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}
