package transfer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// TestProblemsAreOfTheFieldThatWasSet breaks one field at a time: only that field has a problem, not what is made from it.
func TestProblemsAreOfTheFieldThatWasSet(t *testing.T) {
	const roleA = "arn:aws:iam::111122223333:role/reader"
	report := func(r task.Report) func(*Given) {
		return func(t *Given) { t.Task.Report = &r }
	}
	retries := func(m task.Manifest) func(*Given) {
		return func(t *Given) { t.Retries = &m }
	}
	manifest := func(m task.Manifest) func(*Given) {
		return func(t *Given) { t.Task.Manifest = &m }
	}
	many := func(prefix string, n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[prefix+string(rune('a'+i/26))+string(rune('a'+i%26))] = "v"
		}
		return m
	}
	for _, tt := range []struct {
		name, paths string
		edit        func(*Given)
	}{
		{"a name with a space", "Name", func(t *Given) { t.Name = "media archive" }},
		{"a name with an umlaut", "Name", func(t *Given) { t.Name = "médias" }},
		{"a name that is too long for a role", "Name", func(t *Given) { t.Name = strings.Repeat("a", 60) }},
		{"a name that is too long for anything", "Name", func(t *Given) { t.Name = strings.Repeat("a", 300) }},
		{"no name", "Name", func(t *Given) { t.Name = "" }},
		{"a bad name, and a named role", "Name", func(t *Given) { t.Name, t.Source.Role.Name = "a_b{}", "reader" }},
		{"a tag with an umlaut", "Tags", func(t *Given) { t.Tags = map[string]string{"team": "médias"} }},
		{"a tag key with an at sign", "Tags", func(t *Given) { t.Tags = map[string]string{"a@b": "v"} }},
		{"an empty tag", "Tags", func(t *Given) { t.Tags = map[string]string{"team": ""} }},
		{"a tag with a tab, which IAM refuses", "Tags", func(t *Given) { t.Tags = map[string]string{"team": "a\tb"} }},
		{"a tag of AWS in upper case, which IAM refuses", "Tags", func(t *Given) { t.Tags = map[string]string{"AWS:team": "a"} }},
		{"a tag of ours in another letter case, which IAM refuses", "Tags", func(t *Given) { t.Tags = map[string]string{"XACCT:Transfer": "a"} }},
		{"a tag value that is too long", "Tags", func(t *Given) { t.Tags = map[string]string{"team": strings.Repeat("a", 257)} }},
		{"too many tags", "Tags", func(t *Given) { t.Tags = many("k", 48) }},
		{"too many tags for a location, with ours", "Tags", func(t *Given) { t.Tags = many("k", 47) }},
		{"too many tags with those of the task", "Task.Tags", func(t *Given) { t.Tags, t.Task.Tags = many("k", 30), many("t", 20) }},
		{"too many tags with those of a role", "Source.Role.Tags", func(t *Given) { t.Tags, t.Source.Role.Tags = many("k", 30), many("r", 20) }},
		{"a tag of the task", "Task.Tags", func(t *Given) { t.Task.Tags = map[string]string{"a@b": "v"} }},
		{"a tag value of the task", "Task.Tags[team]", func(t *Given) { t.Task.Tags = map[string]string{"team": "médias"} }},
		{"a tag of a role", "Destination.Role.Tags", func(t *Given) { t.Destination.Role.Tags = map[string]string{"a{b": "v"} }},
		{"a tag of a role that differs in case from the transfer's", "Source.Role.Tags", func(t *Given) {
			t.Tags, t.Source.Role.Tags = map[string]string{"team": "a"}, map[string]string{"Team": "b"}
		}},
		{"a tag prefix", "TagPrefix", func(t *Given) { t.TagPrefix = "a@b:" }},
		{"a tag prefix of AWS", "TagPrefix", func(t *Given) { t.TagPrefix = "AWS:x:" }},
		{"the task account", "TaskAccount", func(t *Given) { t.TaskAccount = "1111-2222-3333" }},
		{"the source's account, and a role of it", "Source.Account", func(t *Given) { t.Source.Account, t.Source.RoleARN = "1111-2222-3333", roleA }},
		{"the source's account, and operators of it", "Source.Account", func(t *Given) { t.Source.Account, t.Operators = "11112222333", []string{roleA} }},
		{"the source's account, and a location of it", "Source.Account", func(t *Given) {
			t.Source.Account = "111122223333 "
			t.Source.LocationARN = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
		}},
		{"the source's account, and a report", "Source.Account", func(t *Given) {
			t.Source.Account = "1111"
			report(task.Report{Account: "111122223333", Bucket: "reports", RoleARN: roleA})(t)
		}},
		{"the source's account, and a log group", "Source.Account", func(t *Given) {
			t.Source.Account, t.Task.Mode, t.Task.LogGroupARN = "1111", "BASIC", "arn:aws:logs:us-east-2:111122223333:log-group:datasync"
		}},
		{"the destination's Region, and a key of the real one", "Destination.Region", func(t *Given) { t.Destination.Region, t.Destination.KMSKeys = "us-east-2a", []string{keyB} }},
		{"the destination's Region, and a log group of the real one", "Destination.Region", func(t *Given) {
			t.Destination.Region, t.Task.Mode, t.Task.LogGroupARN = "us-east-2 ", "BASIC", "arn:aws:logs:us-east-2:111122223333:log-group:datasync"
		}},
		{"the source's Region, and an old bucket", "Source.Region", func(t *Given) { t.Source.Region, t.Source.Bucket = "us-east-1 ", "My_Old_Bucket" }},
		{"the source's RoleARN, and a manifest", "Source.RoleARN", func(t *Given) {
			t.Source.RoleARN = "reader"
			manifest(task.Manifest{Bucket: "lists", Key: "today.csv"})(t)
		}},
		{"a role's path, and a manifest", "Source.Role.Path", func(t *Given) {
			t.Source.Role.Path = "/a b/"
			manifest(task.Manifest{Bucket: "lists", Key: "today.csv"})(t)
		}},
		{"a role's name, and a report", "Destination.Role.Name", func(t *Given) {
			t.Destination.Role.Name = "a role"
			report(task.Report{Bucket: "reports"})(t)
		}},
		{"a role's boundary, and a bad bucket", "Source.Bucket Source.Role.PermissionsBoundary", func(t *Given) {
			t.Source.Bucket, t.Source.Role.PermissionsBoundary = "s3://media-raw", "boundary"
		}},
		{"a policy of a role", "Source.Role.Policies[read]", func(t *Given) {
			t.Source.Role.Policies = map[string]policy.Document{"read": {}}
		}},
		{"a storage class on the source that no one has", "Source.StorageClass", func(t *Given) { t.Source.StorageClass = "COLD" }},
		{"ACLs of the source", "Source.DisableACLs", func(t *Given) { t.Source.DisableACLs = true }},
		{"the task's name", "Task.Name", func(t *Given) { t.Task.Name = "médias" }},
		{"the class of the task, which is computed", "Task.DestinationStorageClass", func(t *Given) { t.Task.DestinationStorageClass = "GLACIER" }},
		{"a manifest's bucket", "Task.Manifest.Bucket", manifest(task.Manifest{Bucket: "s3://lists", Key: "today.csv"})},
		{"a manifest's key", "Task.Manifest.Key", manifest(task.Manifest{Bucket: "lists", Key: "today?.csv"})},
		{"a manifest's account", "Task.Manifest.Account", manifest(task.Manifest{Account: "7777", Bucket: "lists", Key: "today.csv"})},
		{"a manifest of somebody else", "Task.Manifest.Bucket", manifest(task.Manifest{Account: "777788889999", Bucket: "lists", Key: "today.csv"})},
		{"the bucket of retries", "Retries.Bucket", retries(task.Manifest{Bucket: "Lists", Key: "retry.csv"})},
		{"the bucket of retries is somebody else's", "Retries.Bucket", retries(task.Manifest{Account: "777788889999", Bucket: "lists", Key: "retry.csv"})},
		{"the account of retries", "Retries.Account", retries(task.Manifest{Account: "7777-8888-9999", Bucket: "lists", Key: "retry.csv"})},
		{"the role of retries", "Retries.RoleARN", retries(task.Manifest{Bucket: "lists", Key: "retry.csv", RoleARN: "arn:aws:iam::444455556666:role/x"})},
		{"the key of the bucket of retries is another Region's", "Retries.KMSKey", retries(task.Manifest{Bucket: "media-raw", Key: "retry.csv", KMSKey: keyB})},
		{"retries, and a given location", "Retries.RoleARN", func(t *Given) {
			retries(task.Manifest{Bucket: "lists", Key: "retry.csv"})(t)
			t.Source.LocationARN = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
		}},
		{"retries that the task deletes", "Retries", func(t *Given) {
			retries(task.Manifest{Account: "444455556666", Bucket: "media-archive", Key: "retry.csv"})(t)
			t.Task.Options.PreserveDeletedFiles = "REMOVE"
		}},
		{"reports that the task deletes", "Task.Report", func(t *Given) {
			report(task.Report{Account: "444455556666", Bucket: "media-archive", Prefix: "reports"})(t)
			t.Task.Options.PreserveDeletedFiles = "REMOVE"
		}},
		{"a report's bucket", "Task.Report.Bucket", report(task.Report{Bucket: "arn:aws:s3:::reports"})},
		{"a report's prefix", "Task.Report.Prefix", report(task.Report{Bucket: "reports", Prefix: "a*"})},
		{"a report's key", "Task.Report.KMSKey", report(task.Report{Bucket: "reports", KMSKey: "alias/reports"})},
		{"a report's role of another account", "Task.Report.RoleARN", report(task.Report{Bucket: "reports", RoleARN: "arn:aws:iam::444455556666:role/x"})},
		{"too many keys for a role", "Source.KMSKeys", func(t *Given) {
			for _, a := range "abcdefghij" {
				for _, b := range "0123456789abcdef" {
					t.Source.KMSKeys = append(t.Source.KMSKeys, strings.Replace(keyA, "1234567890ab", "123456789"+string([]rune{'0', b})+digit(a), 1))
				}
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := edited(tt.edit)
			var paths []string
			for _, p := range problem.All(err) {
				paths = append(paths, p.Path)
				if p.Rule == "" || p.Remedy == "" {
					t.Errorf("%v lacks its rule or remedy", p)
				}
			}
			if diff := cmp.Diff(tt.paths, strings.Join(paths, " ")); diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

// digit is adecimal digit for a letter from a to j.
func digit(r rune) string { return string("0123456789"[r-'a']) }

// TestErrorsNameTheTaskAccount gives ARNs of other accounts.
func TestErrorsNameTheTaskAccount(t *testing.T) {
	const role = "arn:aws:iam::777788889999:role/x"
	for _, tt := range []struct {
		name string
		edit func(*Given)
		want []string
	}{
		{"RoleARN", func(t *Given) { t.Source.RoleARN = role }, []string{"111122223333", "arn:aws:iam::111122223333:role/NAME"}},
		{"RoleARN of a pull", func(t *Given) { t.TaskAccount, t.Source.RoleARN = "444455556666", role }, []string{"444455556666"}},
		{"RoleARN in China", func(t *Given) {
			t.Source.Region, t.Destination.Region, t.Source.RoleARN = "cn-north-1", "cn-northwest-1", role
		}, []string{"arn:aws-cn:iam::111122223333:role/NAME"}},
		{"LocationARN", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:777788889999:location/loc-0123456789abcdef0"
		}, []string{"task account 111122223333", "arn:aws:datasync:us-east-2:111122223333:location/loc-…"}},
		{"Operators", func(t *Given) { t.Operators = []string{role} }, []string{"task account 111122223333"}},
		{"a bucket of retries", func(t *Given) { t.Retries = &task.Manifest{Account: "777788889999", Bucket: "lists", Key: "a"} }, []string{"task account 111122223333"}},
		{"a bucket of a report", func(t *Given) { t.Task.Report = &task.Report{Account: "777788889999", Bucket: "reports"} }, []string{"task account 111122223333"}},
		{"a role of retries", func(t *Given) { t.Retries = &task.Manifest{Bucket: "lists", Key: "a", RoleARN: role} }, []string{"the task's account 111122223333"}},
		{"a role of a report", func(t *Given) { t.Task.Report = &task.Report{Bucket: "reports", RoleARN: role} }, []string{"the task's account 111122223333"}},
		{"a role of a manifest", func(t *Given) { t.Task.Manifest = &task.Manifest{Bucket: "lists", Key: "a", RoleARN: role} }, []string{"the task's account 111122223333"}},
		{"a log group", func(t *Given) {
			t.Task.Mode, t.Task.LogGroupARN = "BASIC", "arn:aws:logs:us-east-2:777788889999:log-group:datasync"
		},
			[]string{"the task's account 111122223333", "arn:aws:logs:us-east-2:111122223333:log-group:datasync"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := edited(tt.edit)
			if n := len(problem.All(err)); n != 1 {
				t.Fatalf("%d problems, want one: %v", n, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
		})
	}
}

// TestDefaultsMeanTheSame fills in the defaults, and wants the same transfer.
func TestDefaultsMeanTheSame(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*Given)
	}{
		{"nothing given", func(*Given) {}},
		{"prefixes", func(t *Given) { t.Source.Prefix, t.Destination.Prefix = "/2026", "in" }},
		{"a pull", func(t *Given) { t.TaskAccount = "444455556666" }},
		{"one role by its name", func(t *Given) { t.Source.Role.Name, t.Destination.Role.Name = "datasync", "datasync" }},
		{"one role by the default name", func(t *Given) { t.Destination.Role.Name = "media-archive-source" }},
		{"a role's path", func(t *Given) { t.Source.Role.Path = "/team/" }},
		{"given roles", func(t *Given) {
			t.Source.RoleARN, t.Destination.RoleARN = "arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"
		}},
		{"a given location", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}},
		{"another tag prefix", func(t *Given) { t.TagPrefix, t.Tags = "media:", map[string]string{"team": "a"} }},
		{"a storage class", func(t *Given) { t.Destination.StorageClass = "STANDARD_IA" }},
		{"a task's name and mode", func(t *Given) { t.Task = task.Spec{Name: "nightly", Mode: "BASIC"} }},
		{"a manifest, a report and retries", func(t *Given) {
			t.Task.Manifest, t.Retries = &task.Manifest{Bucket: "lists", Key: "today.csv"}, &task.Manifest{Bucket: "lists", Key: "retry.csv"}
			t.Task.Report = &task.Report{Bucket: "reports", Prefix: "/media"}
		}},
		{"a summary", func(t *Given) { t.Task.Report = &task.Report{Bucket: "reports", Type: "SUMMARY_ONLY"} }},
		{"keys", func(t *Given) { t.Source.KMSKeys, t.Destination.KMSKeys = []string{keyA}, []string{keyB} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := valid()
			tt.edit(&g)
			one := Resolve(g)
			filled := one.Defaults()
			two := Resolve(filled)
			if err := two.Validate(); err != nil {
				t.Fatalf("the defaults are not valid: %v", err)
			}
			if diff := cmp.Diff(two.Defaults(), filled, cmp.Comparer(policy.Document.Equal)); diff != "" {
				t.Errorf("twice (-want +got):\n%s", diff)
			}
			want, got := one.Resources(), two.Resources()
			for _, r := range []*Resources{want, got} { // what is written differently and means the same
				for i := range r.Roles {
					r.Roles[i].Spec = withDefaults(r.Roles[i].Spec)
				}
				if r.Destination.StorageClass == "" {
					r.Destination.StorageClass, r.Task.DestinationStorageClass = "STANDARD", "STANDARD"
				}
				if r.Task.Report != nil {
					r.Task.Report = r.Transfer.Defaults().Task.Report
				}
				for _, prefix := range []*string{&r.Source.Prefix, &r.Destination.Prefix} {
					*prefix = Slashed(*prefix)
				}
				r.Transfer = nil
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(policy.Document.Equal), cmp.Comparer(policy.Statement.Equal)); diff != "" {
				t.Errorf("other resources (-want +got):\n%s", diff)
			}
			if err := Validate([]*Transfer{one, renamed(two)}); err != nil {
				t.Errorf("beside each other: %v", err)
			}
		})
	}
}

// renamed is the transfer under another name, with the roles of before.
func renamed(t *Transfer) *Transfer {
	g := t.Given
	g.Name = "other"
	return Resolve(g)
}

// TestDefaults says what is filled in.
func TestDefaults(t *testing.T) {
	g := valid()
	g.Source.Prefix, g.Destination.Prefix = "/2026", ""
	g.Task.Manifest, g.Task.Report = &task.Manifest{Bucket: "lists", Key: "today.csv"}, &task.Report{Bucket: "reports", Prefix: "media"}
	want := valid()
	want.TaskAccount, want.TagPrefix = "111122223333", "xacct:"
	want.Source.Role = iamrole.Spec{Name: "media-archive-source", Path: "/", Description: roleDescription}
	want.Destination.Role = iamrole.Spec{Name: "media-archive-destination", Path: "/", Description: roleDescription}
	want.Destination.StorageClass = "STANDARD"
	want.Task.Name = "media-archive"
	want.Task.Manifest = &task.Manifest{Account: "111122223333", Bucket: "lists", Key: "today.csv"}
	want.Task.Report = &task.Report{Account: "111122223333", Bucket: "reports", Prefix: "media/", Type: "STANDARD", Level: "ERRORS_ONLY", ObjectVersionIDs: "NONE"}
	if diff := cmp.Diff(want, Resolve(g).Defaults(), cmp.Comparer(policy.Document.Equal)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if g.Task.Report.Account != "" || g.Task.Manifest.Account != "" {
		t.Error("what was given has changed")
	}
}
