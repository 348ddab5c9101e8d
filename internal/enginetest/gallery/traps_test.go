package gallery_test

import (
	"context"
	"errors"
	"testing"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func trapUnknownElements(t *testing.T, cloud *xaccttest.Cloud) {
	cloud.SetBucketPolicy("media-archive", []byte(`{"Version":"2012-10-17","Id":"x","Statement":[
		{"Sid":"a","Effect":"Deny","NotPrincipal":{"AWS":["444455556666","111122223333"]},"NotAction":"s3:*","NotResource":"arn:aws:s3:::media-archive/a*"},
		{"Sid":"b","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::media-archive/*","Condition":{"NumericLessThan":{"s3:TlsVersion":1.2}}}]}`))
	before := kittest.BucketPolicy(t, cloud, "media-archive")
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	after := kittest.BucketPolicy(t, cloud, "media-archive")
	for st := range before.All() {
		if got, ok := after.Statement(st.Sid()); !ok || !got.Equal(st) {
			t.Errorf("statement %s is %s, was %s", st.Sid(), got.Bytes(), st.Bytes())
		}
	}
	if after.ID() != "x" {
		t.Errorf("Id %q", after.ID())
	}
}

func trapNoSid(t *testing.T, cloud *xaccttest.Cloud) {
	kittest.SetUp(t, cloud, kittest.Push(cloud)) // the policy of World has a statement without a Sid
	if n := kittest.BucketPolicy(t, cloud, "media-archive").Len(); n != 3+2 {
		t.Errorf("%d statements, want the 3 of others and 2 of ours", n)
	}
}

func trapUnreadIsNotAbsent(t *testing.T, cloud *xaccttest.Cloud) {
	before := string(cloud.BucketPolicy("media-archive"))
	cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
		if call.Operation == "GetBucketPolicy" {
			return xaccttest.Fault(403, "AccessDenied", "Access Denied")
		}
		return next()
	})
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	if !kittest.HasFinding(p, xacct.CodeUnread, xacct.Blocking) {
		t.Errorf("want a blocking finding %s:\n%s", xacct.CodeUnread, p)
	}
	if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil {
		t.Error("the apply claims success")
	}
	cloud.Intercept(nil)
	if after := string(cloud.BucketPolicy("media-archive")); after != before {
		t.Errorf("the policy is %s, was %s", after, before)
	}
}

func trapConstantSids(t *testing.T, cloud *xaccttest.Cloud) {
	one, two := kittest.Push(cloud), kittest.Push(cloud)
	two.Name, two.Destination.Prefix = "second", "second"
	kittest.SetUp(t, cloud, one)
	kittest.SetUp(t, cloud, two)
	if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one, two}); !p.Empty() {
		t.Errorf("the second transfer has undone the first:\n%s", p)
	}
}

func trapRestore(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	since := policy.Allow("s3:GetObject").WithSid("Since").By(policy.Account("444455556666")).On("arn:aws:s3:::media-archive/*")
	cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(since).Bytes())
	kittest.TearDown(t, cloud, tr)
	after := kittest.BucketPolicy(t, cloud, "media-archive")
	if got, ok := after.Statement("Since"); !ok || !got.Equal(since) || after.Len() != 4 {
		t.Errorf("the policy after destroy lacks what was written since:\n%s", after)
	}
}

func trapRestoreNothing(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Pull(cloud) // media-raw has no policy
	kittest.SetUp(t, cloud, tr)
	kittest.TearDown(t, cloud, tr)
	if got := cloud.BucketPolicy("media-raw"); len(got) != 0 {
		t.Errorf("a policy is left: %s", got)
	}
}

func trapSlowRole(t *testing.T, _ *xaccttest.Cloud) {
	cloud := kittest.World(t, func(o *xaccttest.Options) { o.Propagation = 4 })
	start := time.Now()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	r, err := p.Apply(t.Context(), cloud.Clients())
	if err != nil {
		t.Fatal(err)
	}
	if r.Count(xacct.Done) != 6 {
		t.Errorf("%d done, want 6", r.Count(xacct.Done))
	}
	if time.Since(start) == 0 {
		t.Error("nothing was waited for, so nothing was shown")
	}
}

func trapSilentFailure(t *testing.T, cloud *xaccttest.Cloud) {
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
		if call.Operation == "PutRolePolicy" {
			return xaccttest.Fault(403, "AccessDenied", "not authorized")
		}
		return next()
	})
	r, err := p.Apply(t.Context(), cloud.Clients())
	var call *xacct.CallError
	if !errors.As(err, &call) || call.Operation != "iam:PutRolePolicy" || call.Account != accountA {
		t.Errorf("error %v, want one of iam:PutRolePolicy in account %s", err, accountA)
	}
	if r.Count(xacct.Failed) != 2 || r.Count(xacct.Skipped) == 0 || r.TaskARN("media-archive") != "" {
		t.Errorf("result: %d failed, %d skipped, task %q", r.Count(xacct.Failed), r.Count(xacct.Skipped), r.TaskARN("media-archive"))
	}
}

func trapAppend(t *testing.T, cloud *xaccttest.Cloud) {
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	for range 2 {
		if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Fatal(err)
		}
	}
	if n := kittest.BucketPolicy(t, cloud, "media-archive").Len(); n != 5 {
		t.Errorf("%d statements, want 5", n)
	}
}

func trapDeleteByDefault(t *testing.T, cloud *xaccttest.Cloud) {
	cloud.PutObject("media-archive", "incoming/theirs", []byte("x"))
	r := kittest.SetUp(t, cloud, kittest.Push(cloud))
	copyAll(t, cloud, r.TaskARN("media-archive"))
	if cloud.Objects("media-archive")["incoming/theirs"] == nil {
		t.Error("an object of theirs was deleted")
	}
	deleting := kittest.Push(cloud)
	deleting.Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
	if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{deleting}); !kittest.HasFinding(p, xacct.CodeDeletes, xacct.Blocking) {
		t.Errorf("REMOVE without AllowDelete is not blocked:\n%s", p)
	}
}

func copyAll(t *testing.T, cloud *xaccttest.Cloud, taskARN string) {
	t.Helper()
	api, err := cloud.Clients().DataSync(taskARN)
	if err != nil {
		t.Fatal(err)
	}
	run, err := task.Start(t.Context(), api, taskARN)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func trapEndlessWait(t *testing.T, cloud *xaccttest.Cloud) {
	r := kittest.SetUp(t, cloud, kittest.Push(cloud))
	api, err := cloud.Clients().DataSync(r.TaskARN("media-archive"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := task.Start(t.Context(), api, r.TaskARN("media-archive"))
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Cancel(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, err := run.Wait(t.Context())
	var incomplete *task.IncompleteError
	if out == nil || out.Verdict != task.Cancelled || !errors.As(err, &incomplete) {
		t.Errorf("Wait = %+v, %v; want cancelled and an IncompleteError", out, err)
	}
}
