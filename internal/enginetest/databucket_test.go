package enginetest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// TestDataBuckets plans with buckets of manifests and reports that are no ends. A line of the result is a finding on such a bucket that is not info, or
// the verdict on the access to it.
func TestDataBuckets(t *testing.T) {
	const accountC, typo = "777788889999", "777788889998"
	report := func(account, bucket string) func(*xaccttest.Cloud, *xacct.Transfer) {
		return func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Report = &task.Report{Account: account, Bucket: bucket, Prefix: "reports"}
			if account != "" {
				tr.Task.Report.RoleARN = cloud.AddRole(accountA, "lists", policy.New(policy.Allow("s3:*").On("*")))
			}
		}
	}
	const missing, theirs = "blocking no-bucket Task.Report: bucket nope-bucket does not exist", "it is not proved that bucket lists-c belongs to account 111122223333"
	const write, read = "whether DataSync may write reports", "whether DataSync may read the manifest"
	for _, tt := range []struct {
		name    string
		edit    func(*xaccttest.Cloud, *xacct.Transfer)
		clients func(*xaccttest.Cloud, xacct.Clients)
		want    []string // how the lines begin
	}{
		{"a report's bucket that is missing", report("", "nope-bucket"), nil, []string{missing, "warning undetermined " + write}},
		{"a manifest's bucket that is missing", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Manifest = &task.Manifest{Bucket: "nope-bucket", Key: "list.csv"}
		}, nil, []string{"blocking no-bucket Task.Manifest: bucket nope-bucket does not exist", "warning undetermined " + read}},
		{"a bucket of Retries that is missing", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Retries = &task.Manifest{Bucket: "nope-bucket", Key: "list.csv"}
		}, nil, []string{"blocking no-bucket Retries: bucket nope-bucket does not exist", "warning undetermined whether DataSync may read manifests of retries"}},
		{"a report's bucket of somebody else", report("", "lists-c"), nil, []string{"blocking wrong-owner Task.Report: " + theirs, "warning undetermined " + write}},
		{"a manifest's bucket of somebody else", func(_ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Manifest = &task.Manifest{Bucket: "lists-c", Key: "list.csv"}
		}, nil, []string{"blocking wrong-owner Task.Manifest: " + theirs, "warning undetermined " + read}},
		{"a report's bucket whose account is mistyped", report(typo, "lists-c"), nil,
			[]string{"blocking wrong-owner Task.Report: bucket lists-c belongs to account 777788889999, not to account 777788889998", "warning undetermined " + write}},
		{"a report's bucket whose account has no client", report(accountC, "lists-c"), func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountC) },
			[]string{"warning undetermined " + write}},
		{"a report's bucket that nobody may list", report("", "lists-a"), func(cloud *xaccttest.Cloud, _ xacct.Clients) {
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if c.Account == accountA && c.Region == "us-east-2" && c.Service == "S3" {
					return xaccttest.Fault(403, "AccessDenied", "Access Denied")
				}
				return next()
			})
		}, []string{"blocking wrong-owner Task.Report: it is not proved that bucket lists-a belongs to account 111122223333", "warning undetermined " + write}},
		{"a report's bucket of another Region", report("", "lists-far"), nil, []string{"info allowed DataSync may write reports"}},
		{"a report's bucket without a policy", report("", "lists-a"), nil, []string{"info allowed DataSync may write reports"}},
		{"a report's bucket whose policy denies", func(cloud *xaccttest.Cloud, tr *xacct.Transfer) {
			deny := policy.Deny("s3:PutObject").On("arn:aws:s3:::lists-a/*").By(policy.Everyone()).WithSid("NoWriters")
			cloud.SetBucketPolicy("lists-a", policy.New(deny).Bytes())
			report("", "lists-a")(cloud, tr)
		}, nil, []string{"blocking denied DataSync may not write reports"}},
		{"a report's bucket that is an end", report("", "media-raw"), nil, []string{"info allowed DataSync may write reports"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddBucket(accountA, "us-east-2", "lists-a")
				cloud.AddBucket(accountA, "eu-central-1", "lists-far")
				cloud.AddBucket(accountC, "us-east-2", "lists-c")
				tr := kittest.Push(cloud)
				tt.edit(cloud, &tr)
				clients := cloud.Clients()
				if tt.clients != nil {
					tt.clients(cloud, clients)
				}
				p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr})
				checkDataBuckets(t, cloud, clients, p, tt.want)
			})
		})
	}
}

// checkDataBuckets compares the findings of the plan on manifests and reports with how they are to begin, and applies it if one of them blocks.
func checkDataBuckets(t *testing.T, cloud *xaccttest.Cloud, clients xacct.Clients, p *xacct.Plan, want []string) {
	t.Helper()
	var got []string
	blocks, owner := false, false
	for _, f := range p.Findings {
		about := strings.Contains(f.Detail, "reports") || strings.Contains(f.Detail, "manifest")
		if f.Side != "" || f.Code == xacct.CodeNoRole || !about && f.Code != xacct.CodeNoBucket && f.Code != xacct.CodeWrongOwner {
			continue
		}
		line := fmt.Sprintf("%s %s %s", f.Severity, f.Code, f.Detail)
		if i := len(got); i < len(want) && strings.HasPrefix(line, want[i]) {
			line = want[i]
		}
		got = append(got, line)
		blocks, owner = blocks || f.Severity == xacct.Blocking, owner || f.Code == xacct.CodeWrongOwner
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("findings (-want +got):\n%s\n%s", diff, p)
	}
	if !blocks {
		return
	}
	before := kittest.Dump(cloud)
	_, err := p.Apply(t.Context(), clients)
	var blocked *xacct.BlockedError
	var wrong *xacct.WrongOwnerError
	if !errors.As(err, &blocked) || errors.As(err, &wrong) != owner {
		t.Errorf("apply: %v", err)
	}
	if after := kittest.Dump(cloud); after != before {
		t.Errorf("something was changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}
