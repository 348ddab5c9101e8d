package transfer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// valid is a transfer that breaks no rule.
func valid() Given {
	return Given{
		Name:        "media-archive",
		Source:      Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	}
}

// A key in the Region of each end of valid.
const (
	keyA = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	keyB = "arn:aws:kms:us-east-2:444455556666:key/mrk-1234abcd12ab34cd56ef1234567890ab"
)

// edited is what Validate reports of valid after an edit.
func edited(edit func(*Given)) error {
	t := valid()
	edit(&t)
	return Resolve(t).Validate()
}

func TestRules(t *testing.T) {
	accept := func(rule, name string, edit func(*Given)) problemtest.Case {
		return problemtest.Case{Rule: rule, Name: name, Err: edited(edit)}
	}
	refuse := func(rule, name string, edit func(*Given)) problemtest.Case {
		return problemtest.Case{Rule: rule, Name: name, Refuse: true, Err: edited(edit)}
	}
	twice := []Given{valid(), valid()}
	renamed := []Given{valid(), valid()}
	renamed[1].Name = "other"
	keys := func(n int) []string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-%012d", i))
		}
		return out
	}
	tags := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("key%d", i)] = "v"
		}
		return m
	}
	pair := func(edit func(a, b *Given)) error {
		a, b := valid(), valid()
		b.Name = "other"
		edit(&a, &b)
		return Validate(resolveAll([]Given{a, b}))
	}
	same := func(*Given) {}
	end := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	until := func(at time.Time) func(*Given) { return func(t *Given) { t.Until = at } }
	const handRole = "arn:aws:iam::111122223333:role/teams/by-hand"
	adoptTask := func(arn string) func(*Given) { return func(t *Given) { t.Adopt.Task = arn } }
	resolved := func(edit func(*Given)) *Transfer {
		t := valid()
		edit(&t)
		return Resolve(t)
	}
	report := func(account, bucket, prefix, role string) func(*Given) {
		return func(t *Given) {
			t.Task.Report = &task.Report{Account: account, Bucket: bucket, Prefix: prefix, RoleARN: role}
		}
	}
	boundary := func(arn string) func(*Given) {
		return func(t *Given) { t.Destination.Role.PermissionsBoundary = arn }
	}
	removing := func(prefix string, edit func(*Given)) func(*Given) {
		return func(t *Given) {
			t.Destination.Prefix, t.Task.Options.PreserveDeletedFiles = prefix, "REMOVE"
			edit(t)
		}
	}
	problemtest.Run(t, rules, []problemtest.Case{
		accept("data-bucket", "the task account's", report("", "reports", "", "")),
		accept("data-bucket", "an end's", report("444455556666", "media-archive", "reports", "")),
		accept("data-bucket", "with a role of its own", report("777788889999", "reports", "", "arn:aws:iam::111122223333:role/reports")),
		refuse("data-bucket", "somebody else's", report("777788889999", "reports", "", "")),
		accept("data-no-role", "a role that we make", report("", "reports", "", "")),
		refuse("data-no-role", "a given location", func(t *Given) {
			report("", "reports", "", "")(t)
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}),
		accept("report-deleted", "beside the destination", removing("in/", report("444455556666", "media-archive", "reports", ""))),
		accept("report-deleted", "in it, nothing is deleted", report("444455556666", "media-archive", "reports", "")),
		refuse("report-deleted", "in the whole bucket", removing("", report("444455556666", "media-archive", "reports", ""))),
		refuse("report-deleted", "below the prefix", removing("in/", report("444455556666", "media-archive", "/in/reports", ""))),
		accept("boundary-account", "the task account's", boundary("arn:aws:iam::111122223333:policy/teams/boundary")),
		accept("boundary-account", "one of AWS", boundary("arn:aws:iam::aws:policy/PowerUserAccess")),
		refuse("boundary-account", "the bucket owner's", boundary("arn:aws:iam::444455556666:policy/boundary")),
		refuse("boundary-account", "a mistyped account's", boundary("arn:aws:iam::111122223334:policy/boundary")),
		refuse("boundary-account", "of another partition", boundary("arn:aws-cn:iam::111122223333:policy/boundary")),
		refuse("boundary-account", "one of AWS of another partition", boundary("arn:aws-us-gov:iam::aws:policy/PowerUserAccess")),
		accept("grant-tutorial", "a push into another account", func(t *Given) { t.Grant = GrantTutorial }),
		accept("grant-tutorial", "with a given role", func(t *Given) {
			t.Grant, t.Destination.RoleARN = GrantTutorial, "arn:aws:iam::111122223333:role/source-datasync-role"
		}),
		refuse("grant-tutorial", "a pull", func(t *Given) { t.Grant, t.TaskAccount = GrantTutorial, "444455556666" }),
		refuse("grant-tutorial", "a third account", func(t *Given) { t.Grant, t.TaskAccount = GrantTutorial, "777788889999" }),
		refuse("grant-tutorial", "one account", func(t *Given) {
			t.Grant, t.Destination.Account = GrantTutorial, "111122223333"
		}),
		accept("grant-tutorial-deletes", "it may delete", func(t *Given) { t.Grant = GrantTutorial }),
		accept("grant-tutorial-deletes", "another grant", func(t *Given) { t.Destination.NoDelete = true }),
		refuse("grant-tutorial-deletes", "it may not", func(t *Given) { t.Grant, t.Destination.NoDelete = GrantTutorial, true }),
		{Rule: "grant-tutorial-once", Name: "one of two", Err: pair(func(a, b *Given) { a.Grant = GrantTutorial })},
		{Rule: "grant-tutorial-once", Name: "two buckets", Err: pair(func(a, b *Given) {
			a.Grant, b.Grant, b.Destination.Bucket = GrantTutorial, GrantTutorial, "media-other"
		})},
		{Rule: "grant-tutorial-once", Name: "two prefixes", Refuse: true, Err: pair(func(a, b *Given) {
			a.Grant, b.Grant, a.Destination.Prefix, b.Destination.Prefix = GrantTutorial, GrantTutorial, "a", "b"
		})},
		accept("until", "UTC", until(end)),
		accept("until", "a zone of the same offset", until(end.In(time.FixedZone("GMT", 0)))),
		accept("until", "in the past", until(end.AddDate(-50, 0, 0))),
		accept("until", "the last", until(time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC))),
		refuse("until", "another zone", until(end.In(time.FixedZone("CET", 3600)))),
		refuse("until", "a part of a second", until(end.Add(time.Nanosecond))),
		refuse("until", "year 10000", until(end.AddDate(8000, 0, 0))),
		refuse("until", "before the epoch", until(time.Unix(-1, 0).UTC())),
		accept("until-remote", "a pull", func(t *Given) { t.Until, t.TaskAccount = end, "444455556666" }),
		accept("until-remote", "a key of another account alone", func(t *Given) {
			t.Until, t.TaskAccount, t.Source.Account, t.Source.KMSKeys = end, "444455556666", "444455556666", []string{keyA}
		}),
		refuse("until-remote", "one account", func(t *Given) { t.Until, t.Destination.Account = end, "111122223333" }),
		refuse("until-remote", "a location whose role nobody here grants anything", func(t *Given) {
			t.Until, t.Destination.LocationARN = end, "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}),
		accept("until-tutorial", "another grant", until(end)),
		refuse("until-tutorial", "both", func(t *Given) { t.Until, t.Grant = end, GrantTutorial }),
		accept("trust-wildcard", "a service and an account", func(t *Given) {
			t.Source.Role.Trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com"), policy.Account("111122223333")))
		}),
		accept("trust-wildcard", "a Deny for everybody", func(t *Given) {
			t.Source.Role.Trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")),
				policy.Deny("sts:TagSession").By(policy.Everyone()))
		}),
		refuse("trust-wildcard", "everybody", func(t *Given) {
			t.Source.Role.Trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.Everyone()))
		}),
		refuse("trust-wildcard", "every AWS principal", func(t *Given) {
			t.Destination.Role.Trust = policy.New(policy.Allow("sts:AssumeRole").By(policy.AWS("*")))
		}),
		{Rule: "role-once", Name: "shared and equal", Err: pair(func(a, b *Given) { a.Source.Role.Name, b.Source.Role.Name = "x", "x" })},
		{Rule: "role-once", Name: "another path", Refuse: true, Err: pair(func(a, b *Given) {
			a.Source.Role.Name, b.Source.Role = "x", iamrole.Spec{Name: "x", Path: "/p/"}
		})},
		{Rule: "role-once", Name: "another letter case", Refuse: true, Err: pair(func(a, b *Given) { a.Source.Role.Name, b.Source.Role.Name = "x", "X" })},
		{Rule: "log-group-once", Name: "two groups", Err: pair(func(a, b *Given) {
			a.Task, b.Task = task.Spec{Mode: "BASIC", Log: &task.Log{Name: "one"}}, task.Spec{Mode: "BASIC", Log: &task.Log{Name: "two"}}
		})},
		{Rule: "log-group-once", Name: "made for one, used by the other", Err: pair(func(a, b *Given) {
			a.Task = task.Spec{Mode: "BASIC", Log: &task.Log{Name: "one"}}
			b.Task = task.Spec{Mode: "BASIC", LogGroupARN: "arn:aws:logs:" + b.Destination.Region + ":111122223333:log-group:one"}
		})},
		{Rule: "log-group-once", Name: "made for both", Refuse: true, Err: pair(func(a, b *Given) {
			a.Task, b.Task = task.Spec{Mode: "BASIC", Log: &task.Log{Name: "one"}}, task.Spec{Mode: "BASIC", Log: &task.Log{Name: "one"}}
		})},
		{Rule: "bucket-once", Name: "the same", Err: pair(func(a, b *Given) {})},
		{Rule: "bucket-once", Name: "two accounts", Refuse: true, Err: pair(func(a, b *Given) { b.Destination.Account = "777788889999" })},
		{Rule: "bucket-once", Name: "two Regions", Refuse: true, Err: pair(func(a, b *Given) { b.Destination.Region = "us-east-1" })},
		accept("task-arn", "in the destination's Region", adoptTask("arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0")),
		accept("task-arn", "what fits", adoptTask(plan.Fitting)),
		refuse("task-arn", "in the source's Region", adoptTask("arn:aws:datasync:eu-west-1:111122223333:task/task-0123456789abcdef0")),
		refuse("task-arn", "of the other account", adoptTask("arn:aws:datasync:us-east-2:444455556666:task/task-0123456789abcdef0")),
		refuse("task-arn", "an execution", adoptTask("arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0/execution/exec-0123456789abcdef0")),
		accept("adopt-task", "in the transfer", adoptTask(plan.Fitting)),
		refuse("adopt-task", "in an end", func(t *Given) { t.Source.Adopt.Task = plan.Fitting }),
		accept("adopt-end", "in an end", func(t *Given) { t.Source.Adopt.Location = plan.Fitting }),
		refuse("adopt-end", "a location in the transfer", func(t *Given) { t.Adopt.Location = plan.Fitting }),
		refuse("adopt-end", "a role in the transfer", func(t *Given) { t.Adopt.Role = handRole }),
		accept("adopt-excluded", "a location with a given role", func(t *Given) { t.Source.Adopt.Location, t.Source.RoleARN = plan.Fitting, handRole }),
		refuse("adopt-excluded", "a given role", func(t *Given) { t.Source.Adopt.Role, t.Source.RoleARN = handRole, handRole }),
		refuse("adopt-excluded", "a given location", func(t *Given) {
			t.Source.Adopt.Location, t.Source.LocationARN = plan.Fitting, "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
		}),
		accept("adopt-name", "the same", func(t *Given) {
			t.Source.Adopt.Role, t.Source.Role.Name, t.Source.Role.Path = handRole, "by-hand", "/teams/"
		}),
		refuse("adopt-name", "another name", func(t *Given) { t.Source.Adopt.Role, t.Source.Role.Name = handRole, "other" }),
		refuse("adopt-name", "another path", func(t *Given) { t.Source.Adopt.Role, t.Source.Role.Path = handRole, "/" }),
		refuse("adopt-name", "a name beside what fits", func(t *Given) {
			t.Source.Adopt, t.Source.Role.Name = plan.Adopt{Role: plan.Fitting, Location: plan.Fitting}, "other"
		}),
		accept("adopt-fitting-role", "that of a location", func(t *Given) { t.Source.Adopt = plan.Adopt{Role: plan.Fitting, Location: plan.Fitting} }),
		refuse("adopt-fitting-role", "that of none", func(t *Given) { t.Source.Adopt.Role = plan.Fitting }),
		refuse("role-arn", "a role to adopt of another account", func(t *Given) { t.Source.Adopt.Role = "arn:aws:iam::444455556666:role/by-hand" }),
		refuse("location-arn", "a location to adopt in another Region", func(t *Given) {
			t.Source.Adopt.Location = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}),
		{Rule: "adopt-unfitted", Name: "an ARN", Err: resolved(func(t *Given) { t.Source.Adopt.Role = handRole }).Unfitted()},
		{Rule: "adopt-unfitted", Name: "what fits", Refuse: true, Err: resolved(func(t *Given) {
			t.Source.Adopt = plan.Adopt{Role: plan.Fitting, Location: plan.Fitting}
		}).Unfitted()},
		{Rule: "adopt-once", Name: "what fits each", Err: pair(func(a, b *Given) { a.Adopt.Task, b.Adopt.Task = plan.Fitting, plan.Fitting })},
		{Rule: "adopt-once", Name: "one task twice", Refuse: true, Err: pair(func(a, b *Given) {
			a.Adopt.Task = "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0"
			b.Adopt.Task = a.Adopt.Task
		})},
		{Rule: "adopt-once", Name: "one location twice", Refuse: true, Err: pair(func(a, b *Given) {
			a.Source.Adopt.Location = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
			b.Source.Adopt.Location = a.Source.Adopt.Location
		})},
		{Rule: "no-delete-run", Name: "deletions where they are allowed", Err: resolved(same).CheckRun(task.Options{PreserveDeletedFiles: "REMOVE"})},
		{Rule: "no-delete-run", Name: "deletions with NoDelete", Refuse: true, Err: resolved(func(t *Given) { t.Destination.NoDelete = true }).
			CheckRun(task.Options{PreserveDeletedFiles: "REMOVE"})},
		accept("tag-case", "different keys", func(t *Given) { t.Tags = map[string]string{"a": "1", "b": "2"} }),
		refuse("tag-case", "one key in two cases", func(t *Given) { t.Tags = map[string]string{"a": "1", "A": "2"} }),
		refuse("shared-role", "by the default name", func(t *Given) {
			t.Destination.Role = iamrole.Spec{Name: "media-archive-source", Path: "/x/"}
		}),
		accept("transfer-name", "letters, digits, hyphens", func(t *Given) { t.Name = "A-1-b" }),
		accept("transfer-name", "52 characters", func(t *Given) { t.Name = strings.Repeat("a", 52) }),
		refuse("transfer-name", "empty", func(t *Given) { t.Name = "" }),
		refuse("transfer-name", "53 characters", func(t *Given) { t.Name = strings.Repeat("a", 53) }),
		refuse("transfer-name", "starts with a digit", func(t *Given) { t.Name = "1a" }),
		refuse("transfer-name", "underscore", func(t *Given) { t.Name = "a_b" }),
		{Rule: "transfer-name-unique", Name: "two names", Err: Validate(resolveAll(renamed))},
		{Rule: "transfer-name-unique", Name: "the same twice", Refuse: true, Err: Validate(resolveAll(twice))},
		accept("account-id", "leading zeros", func(t *Given) { t.Source.Account = "000011112222" }),
		refuse("account-id", "an alias", func(t *Given) { t.Source.Account = "my-company" }),
		refuse("account-id", "zeros lost", func(t *Given) { t.Destination.Account = "11112222" }),
		refuse("account-id", "task account", func(t *Given) { t.TaskAccount = "x" }),
		refuse("account-id", "empty", func(t *Given) { t.Destination.Account = "" }),
		accept("region", "a new one", func(t *Given) { t.Source.Region = "mx-central-1" }),
		refuse("region", "an availability zone", func(t *Given) { t.Source.Region = "eu-west-1a" }),
		refuse("region", "empty", func(t *Given) { t.Destination.Region = "" }),
		refuse("region", "upper case", func(t *Given) { t.Destination.Region = "US-EAST-2" }),
		accept("partition", "both in China", func(t *Given) { t.Source.Region, t.Destination.Region = "cn-north-1", "cn-northwest-1" }),
		refuse("partition", "commercial to GovCloud", func(t *Given) { t.Destination.Region = "us-gov-west-1" }),
		refuse("partition", "European Sovereign Cloud to commercial", func(t *Given) { t.Source.Region = "eusc-de-east-1" }),
		accept("source-destination", "siblings in one bucket", func(t *Given) {
			t.Destination = t.Source
			t.Destination.Prefix = "2027/"
		}),
		accept("source-destination", "a prefix that only begins alike", func(t *Given) {
			t.Destination = t.Source
			t.Destination.Prefix = "2026-copy"
		}),
		refuse("source-destination", "equal but for slashes", func(t *Given) {
			t.Destination = t.Source
			t.Destination.Prefix = "/2026"
		}),
		refuse("source-destination", "inside", func(t *Given) {
			t.Destination = t.Source
			t.Destination.Prefix = "2026/copy"
		}),
		refuse("source-destination", "the whole bucket", func(t *Given) {
			t.Destination = t.Source
			t.Destination.Prefix = ""
		}),
		accept("role-excluded", "RoleARN alone", func(t *Given) { t.Source.RoleARN = "arn:aws:iam::111122223333:role/x" }),
		refuse("role-excluded", "RoleARN and Role", func(t *Given) {
			t.Source.RoleARN, t.Source.Role.Name = "arn:aws:iam::111122223333:role/x", "y"
		}),
		refuse("role-excluded", "LocationARN and Role", func(t *Given) {
			t.Source.LocationARN = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0123456789abcdef0"
			t.Source.Role.Tags = map[string]string{"a": "b"}
		}),
		accept("role-arn", "with a path", func(t *Given) { t.Source.RoleARN = "arn:aws:iam::111122223333:role/team/x" }),
		refuse("role-arn", "of the other account", func(t *Given) { t.Destination.RoleARN = "arn:aws:iam::444455556666:role/x" }),
		refuse("role-arn", "of another partition", func(t *Given) { t.Destination.RoleARN = "arn:aws-cn:iam::111122223333:role/x" }),
		refuse("role-arn", "a session", func(t *Given) { t.Destination.RoleARN = "arn:aws:sts::111122223333:assumed-role/x/y" }),
		refuse("role-arn", "a wildcard", func(t *Given) { t.Destination.RoleARN = "arn:aws:iam::111122223333:role/*" }),
		accept("location-arn", "of the bucket's Region", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}),
		refuse("location-arn", "of another Region", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-1:111122223333:location/loc-0123456789abcdef0"
		}),
		refuse("location-arn", "of the bucket's account", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:444455556666:location/loc-0123456789abcdef0"
		}),
		refuse("location-arn", "a bucket", func(t *Given) { t.Source.LocationARN = "arn:aws:s3:::media-raw" }),
		accept("shared-role", "equal", func(t *Given) { t.Source.Role.Name, t.Destination.Role.Name = "x", "x" }),
		refuse("shared-role", "another path", func(t *Given) {
			t.Source.Role = iamrole.Spec{Name: "x", Path: "/a/"}
			t.Destination.Role = iamrole.Spec{Name: "x", Path: "/b/"}
		}),
		accept("operator-arn", "a role and a user", func(t *Given) {
			t.Operators = []string{"arn:aws:iam::111122223333:role/ops", "arn:aws:iam::111122223333:user/jo"}
		}),
		refuse("operator-arn", "a session", func(t *Given) { t.Operators = []string{"arn:aws:sts::111122223333:assumed-role/ops/jo"} }),
		refuse("operator-arn", "of the other account", func(t *Given) { t.Operators = []string{"arn:aws:iam::444455556666:role/ops"} }),
		refuse("operator-arn", "the account", func(t *Given) { t.Operators = []string{"arn:aws:iam::111122223333:root"} }),
		refuse("operator-arn", "everybody", func(t *Given) { t.Operators = []string{"*"} }),
		accept("kms-region", "one key on each end, one of the task account", func(t *Given) {
			t.Source.KMSKeys, t.Destination.KMSKeys = []string{keyA}, []string{keyB}
		}),
		accept("kms-region", "what is no key is told once", func(t *Given) { t.Destination.KMSKeys = []string{"alias/media"} }),
		refuse("kms-region", "the other end's key", func(t *Given) { t.Destination.KMSKeys = []string{keyA} }),
		accept("kms-region", "a key of the bucket of the reports", func(t *Given) {
			report("444455556666", "media-archive", "reports", "")(t)
			t.Task.Report.KMSKey = keyB
		}),
		refuse("kms-region", "another Region's key for the bucket of the reports", func(t *Given) {
			report("444455556666", "media-archive", "reports", "")(t)
			t.Task.Report.KMSKey = keyA
		}),
		accept("kms-unique", "two keys", func(t *Given) { t.Source.KMSKeys = []string{keyA, strings.Replace(keyA, "1234", "5678", 1)} }),
		accept("kms-unique", "one key on both ends", func(t *Given) {
			t.Destination.Region = t.Source.Region
			t.Source.KMSKeys, t.Destination.KMSKeys = []string{keyA}, []string{keyA}
		}),
		refuse("kms-unique", "the same twice", func(t *Given) { t.Source.KMSKeys = []string{keyA, keyA} }),
		accept("destination-only", "on the destination", func(t *Given) {
			t.Destination.StorageClass, t.Destination.DisableACLs = dstypes.S3StorageClassStandardIa, true
		}),
		refuse("destination-only", "class of the source", func(t *Given) { t.Source.StorageClass = dstypes.S3StorageClassStandard }),
		refuse("destination-only", "no deletions at the source", func(t *Given) { t.Source.NoDelete = true }),
		accept("no-delete", "beside what keeps objects", func(t *Given) { t.Destination.NoDelete, t.Task.Options.PreserveDeletedFiles = true, "PRESERVE" }),
		accept("no-delete", "alone", func(t *Given) { t.Destination.NoDelete = true }),
		refuse("no-delete", "beside REMOVE", removing("copies", func(t *Given) { t.Destination.NoDelete = true })),
		refuse("destination-only", "ACLs of the source", func(t *Given) { t.Source.DisableACLs = true }),
		accept("kms-many", "100 keys", func(t *Given) { t.Source.KMSKeys = keys(100) }),
		refuse("kms-many", "150 keys", func(t *Given) { t.Source.KMSKeys = keys(150) }),
		accept("tag-ours", "of somebody", func(t *Given) { t.Source.Role.Tags = map[string]string{"team": "media"} }),
		accept("tag-ours", "another prefix is ours", func(t *Given) {
			t.TagPrefix, t.Task.Tags = "media:", map[string]string{"xacct:transfer": "a"}
		}),
		refuse("tag-ours", "of a role", func(t *Given) { t.Destination.Role.Tags = map[string]string{"xacct:managed-by": "a"} }),
		refuse("tag-ours", "of the task, in another letter case", func(t *Given) { t.Task.Tags = map[string]string{"XACCT:transfer": "a"} }),
		accept("grant-shape", "by account", func(t *Given) { t.Grant = grantByAccount }),
		refuse("grant-shape", "unknown", func(t *Given) { t.Grant = "ByMagic" }),
		accept("task-computed", "settings only", func(t *Given) { t.Task = task.Spec{Name: "n", Mode: dstypes.TaskModeBasic} }),
		refuse("task-computed", "Region", func(t *Given) { t.Task.Region = "us-east-2" }),
		refuse("task-computed", "location", func(t *Given) { t.Task.SourceLocationARN = "x" }),
		accept("tags", "47", func(t *Given) { t.Tags = tags(47) }),
		refuse("tags", "48", func(t *Given) { t.Tags = tags(48) }),
		refuse("tags", "of AWS", func(t *Given) { t.Tags = map[string]string{"aws:x": "y"} }),
		refuse("tags", "of ours", func(t *Given) { t.Tags = map[string]string{"xacct:transfer": "y"} }),
		refuse("tags", "a character of no tag", func(t *Given) { t.Tags = map[string]string{"a": "ü"} }),
		refuse("tags", "an empty value", func(t *Given) { t.Tags = map[string]string{"a": ""} }),
		accept("tag-prefix", "another", func(t *Given) { t.TagPrefix = "team/" }),
		refuse("tag-prefix", "of AWS", func(t *Given) { t.TagPrefix = "aws:x" }),
		refuse("tag-prefix", "an at sign", func(t *Given) { t.TagPrefix = "a@b" }),
	})
}

func TestValidTransfer(t *testing.T) {
	if err := Resolve(valid()).Validate(); err != nil {
		t.Error(err)
	}
}

// TestBadInputOfTheParts reaches the rules of the packages below through a transfer, and looks at the field that is named.
func TestBadInputOfTheParts(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		edit       func(*Given)
	}{
		{"bucket ARN", "Source.Bucket", func(t *Given) { t.Source.Bucket = "arn:aws:s3:::media-raw" }},
		{"no bucket", "Destination.Bucket", func(t *Given) { t.Destination.Bucket = "" }},
		{"double slash", "Source.Prefix", func(t *Given) { t.Source.Prefix = "a//b" }},
		{"dot segment", "Source.Prefix", func(t *Given) { t.Source.Prefix = "a/./b" }},
		{"Hive", "Source.Prefix", func(t *Given) { t.Source.Prefix = "dt=2026-01-01/" }},
		{"class of no bucket", "Destination.StorageClass", func(t *Given) { t.Destination.StorageClass = dstypes.S3StorageClassOutposts }},
		{"role name", "Source.Role.Name", func(t *Given) { t.Source.Role.Name = "a role" }},
		{"role path", "Destination.Role.Path", func(t *Given) { t.Destination.Role.Path = "team" }},
		{"verify mode", "Task.Options.VerifyMode", func(t *Given) { t.Task.Options.VerifyMode = dstypes.VerifyModePointInTimeConsistent }},
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
			if len(paths) != 1 || paths[0] != tt.path {
				t.Fatalf("problems at %v, want one at %s: %v", paths, tt.path, err)
			}
			if strings.Contains(err.Error(), "\n") && len(paths) == 1 {
				t.Errorf("more than one line: %v", err)
			}
		})
	}
}
