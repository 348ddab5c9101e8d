package location

import (
	"errors"
	"fmt"
	"strings"
	"testing"

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
		{"account", "twelve digits", func(s *Spec) {}, false},
		{"account", "eleven digits", func(s *Spec) { s.Account = "11112222333" }, true},
		{"account", "none", func(s *Spec) { s.Account = "" }, true},
		{"region", "name", func(s *Spec) { s.Region = "us-gov-west-1" }, false},
		{"region", "zone", func(s *Spec) { s.Region = "eu-west-1a" }, true},
		{"region", "none", func(s *Spec) { s.Region = "" }, true},
		{"bucket-name", "good", func(s *Spec) {}, false},
		{"bucket-name", "upper case", func(s *Spec) { s.Bucket = "Bucket" }, true},
		{"bucket-address", "name", func(s *Spec) {}, false},
		{"bucket-address", "ARN", func(s *Spec) { s.Bucket = "arn:aws:s3:::amzn-s3-demo-bucket" }, true},
		{"bucket-kind", "general purpose", func(s *Spec) {}, false},
		{"bucket-kind", "directory", func(s *Spec) { s.Bucket = "demo--use1-az4--x-s3" }, true},
		{"prefix-characters", "none", func(s *Spec) {}, false},
		{"prefix-characters", "all of them", func(s *Spec) { s.Prefix = "aZ09_-+.()/with space/" }, false},
		{"prefix-characters", "Hive", func(s *Spec) { s.Prefix = "logs/dt=2026-01-01/" }, true},
		{"prefix-characters", "umlaut", func(s *Spec) { s.Prefix = "fotos/größe" }, true},
		{"prefix-characters", "newline", func(s *Spec) { s.Prefix = "a\n" }, true},
		{"prefix-uri", "a folder named like a scheme", func(s *Spec) { s.Prefix = "s3/media-raw/2026/" }, false},
		{"prefix-uri", "URI", func(s *Spec) { s.Prefix = "s3://media-raw/2026/" }, true},
		{"prefix-uri", "URL", func(s *Spec) { s.Prefix = "HTTPS://media-raw.s3.amazonaws.com/2026/" }, true},
		{"prefix-uri", "ARN", func(s *Spec) { s.Prefix = "arn:aws:s3:::media-raw/2026/" }, true},
		{"prefix-folders", "one slash on each side", func(s *Spec) { s.Prefix = "/a/b/" }, false},
		{"prefix-folders", "slash alone", func(s *Spec) { s.Prefix = "/" }, false},
		{"prefix-folders", "dots in names", func(s *Spec) { s.Prefix = "a.b/..c/.d/" }, false},
		{"prefix-folders", "two slashes alone", func(s *Spec) { s.Prefix = "//" }, true},
		{"prefix-folders", "two slashes in front", func(s *Spec) { s.Prefix = "//a" }, true},
		{"prefix-folders", "two slashes within", func(s *Spec) { s.Prefix = "photos//2006" }, true},
		{"prefix-folders", "two slashes at the end", func(s *Spec) { s.Prefix = "a//" }, true},
		{"prefix-folders", "dot", func(s *Spec) { s.Prefix = "photos/./2006" }, true},
		{"prefix-folders", "dot at the end", func(s *Spec) { s.Prefix = "photos/." }, true},
		{"prefix-folders", "two dots", func(s *Spec) { s.Prefix = "photos/../2006" }, true},
		{"prefix-folders", "two dots in front", func(s *Spec) { s.Prefix = "../a" }, true},
		{"prefix-length", "longest", func(s *Spec) { s.Prefix = strings.Repeat("a", 1022) }, false},
		{"prefix-length", "too long with its slash", func(s *Spec) { s.Prefix = strings.Repeat("a", 1023) }, true},
		{"storage-class", "none", func(s *Spec) {}, false},
		{"storage-class", "in the enum", func(s *Spec) { s.StorageClass = dstypes.S3StorageClassGlacierInstantRetrieval }, false},
		{"storage-class", "name in S3", func(s *Spec) { s.StorageClass = "GLACIER_IR" }, true},
		{"storage-class", "reduced redundancy", func(s *Spec) { s.StorageClass = "REDUCED_REDUNDANCY" }, true},
		{"storage-class", "lower case", func(s *Spec) { s.StorageClass = "standard" }, true},
		{"storage-class-outposts", "other", func(s *Spec) { s.StorageClass = dstypes.S3StorageClassDeepArchive }, false},
		{"storage-class-outposts", "outposts", func(s *Spec) { s.StorageClass = dstypes.S3StorageClassOutposts }, true},
		{"role-arn", "with path", func(s *Spec) {}, false},
		{"role-arn", "none", func(s *Spec) { s.RoleARN = "" }, true},
		{"role-arn", "name", func(s *Spec) { s.RoleARN = "datasync" }, true},
		{"role-arn", "session", func(s *Spec) { s.RoleARN = "arn:aws:sts::111122223333:assumed-role/datasync/me" }, true},
		{"role-arn", "user", func(s *Spec) { s.RoleARN = "arn:aws:iam::111122223333:user/me" }, true},
		{"role-arn", "too long", func(s *Spec) { s.RoleARN += strings.Repeat("a", 2048) }, true},
		{"role-arn", "two lines", func(s *Spec) { s.RoleARN += "\nb" }, true},
		{"role-account", "same", func(s *Spec) {}, false},
		{"role-account", "other", func(s *Spec) { s.RoleARN = "arn:aws:iam::444455556666:role/datasync" }, true},
		{"role-partition", "same", func(s *Spec) { s.Region, s.RoleARN = "cn-north-1", "arn:aws-cn:iam::111122223333:role/datasync" }, false},
		{"role-partition", "other", func(s *Spec) { s.RoleARN = "arn:aws-us-gov:iam::111122223333:role/datasync" }, true},
		{"tag-key", "good", func(s *Spec) { s.Tags = map[string]string{"xacct:transfer": "a"} }, false},
		{"tag-key", "bad", func(s *Spec) { s.Tags = map[string]string{"a@b": "c"} }, true},
		{"tag-value", "good", func(s *Spec) { s.Tags = map[string]string{"a": "b@c"} }, false},
		{"tag-value", "bad", func(s *Spec) { s.Tags = map[string]string{"a": "{}"} }, true},
		{"tag-count", "few", func(s *Spec) { s.Tags = map[string]string{"a": "b"} }, false},
		{"tag-count", "many", func(s *Spec) {
			s.Tags = map[string]string{}
			for i := range 51 {
				s.Tags[fmt.Sprint(i)] = "v"
			}
		}, true},
		{"tag-reserved", "no", func(s *Spec) { s.Tags = map[string]string{"laws:a": "b"} }, false},
		{"tag-reserved", "yes", func(s *Spec) { s.Tags = map[string]string{"aws:a": "b"} }, true},
	}
	var cases []problemtest.Case
	for _, tt := range tests {
		s := spec()
		tt.change(&s)
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.name, Refuse: tt.refuse, Err: s.Validate()})
	}
	for _, tt := range []struct {
		rule, arn string
		refuse    bool
	}{
		{"location-arn", arn, false},
		{"location-arn", "arn:aws:s3:::amzn-s3-demo-bucket", true},
		{"location-arn", "arn:aws:datasync:eu-west-1:111122223333:task/task-0a1b2c3d4e5f67890", true},
		{"location-arn", "", true},
		{"location-place", arn, false},
		{"location-place", strings.Replace(arn, "111122223333", "444455556666", 1), true},
		{"location-place", strings.Replace(arn, "eu-west-1", "eu-west-2", 1), true},
		{"location-place", strings.Replace(arn, "arn:aws:", "arn:aws-cn:", 1), true},
	} {
		cases = append(cases, problemtest.Case{Rule: tt.rule, Name: tt.arn, Refuse: tt.refuse, Err: spec().checkARN(tt.arn)})
	}
	problemtest.Run(t, rules, cases)
}

// Validate reports all problems at once, each with its own remedy.
func TestAllProblemsAtOnce(t *testing.T) {
	err := Spec{Account: "1", Region: "r", Bucket: "arn:aws:s3:::b", Prefix: "dt=1", StorageClass: "GLACIER_IR", RoleARN: "r"}.Validate()
	want := []string{
		`Account "1" must be a 12-digit account id; give the id of the account that owns the location, which is the task's`,
		`Region "r" must be the name of a Region, such as eu-west-1; give the bucket's Region`,
		`Bucket "arn:aws:s3:::b" must be a bucket's name, not its ARN or address; give the name alone, such as amzn-s3-demo-bucket, and what follows it as the prefix`,
		`Prefix "dt=1" must consist of ASCII letters, digits, spaces and _ - + . / ( ); as a source, give the prefix "" and the task's include filter "/dt=1", and the keys keep "dt=1" in front at the destination; a destination cannot have this prefix`,
		`StorageClass "GLACIER_IR" must be one that DataSync writes: STANDARD, STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_INSTANT_RETRIEVAL, GLACIER or DEEP_ARCHIVE; write GLACIER_INSTANT_RETRIEVAL, which is its name in DataSync`,
		`RoleARN "r" must be the ARN of an IAM role, such as arn:aws:iam::111122223333:role/datasync; give the ARN of the role, with its path, and not that of a session`,
	}
	if got := strings.Split(err.Error(), "\n"); len(got) != len(want) {
		t.Fatalf("%d problems, want %d: %v", len(got), len(want), err)
	} else {
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got  %s\nwant %s", got[i], want[i])
			}
		}
	}
	var p *Problem
	if !errors.As(err, &p) || p.Hint() == "" {
		t.Errorf("no hint in %v", err)
	}
}

func TestHiveRemedy(t *testing.T) {
	for prefix, want := range map[string]string{
		"logs/dt=2026-01-01/": `as a source, give the prefix "logs/" and the task's include filter "/dt=2026-01-01/", and the keys keep "dt=2026-01-01/" in front at the destination; a destination cannot have this prefix`,
		"/logs/a*b|c\\d":      `as a source, give the prefix "logs/" and the task's include filter "/a\\*b\\|c\\\\d", and the keys keep "a*b|c\\d" in front at the destination; a destination cannot have this prefix`,
	} {
		err := Spec{Prefix: prefix}.Validate()
		found := false
		for _, p := range problem.All(err) {
			found = found || p.ID == "prefix-characters" && p.Hint() == want
		}
		if !found {
			t.Errorf("%q: no remedy %s in %v", prefix, want, err)
		}
	}
}
