package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// ran sets a transfer up, runs it and returns what became of it.
func ran(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, *xacct.Result, *task.Outcome) {
	t.Helper()
	clients := cloud.Clients()
	p := kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr})
	r := kittest.MustApply(t, t.Context(), clients, p)
	api, err := clients.DataSync(r.TaskARN(tr.Name))
	if err != nil {
		t.Fatal(err)
	}
	e, err := task.Start(t.Context(), api, r.TaskARN(tr.Name), func(o *task.StartOptions) { o.Before = xacct.VerifyOwnership(clients, tr) })
	if err != nil {
		t.Fatal(err)
	}
	outcome, _ := e.Wait(t.Context())
	return p, r, outcome
}

func TestReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.AddObject("media-raw", "2026/ice", []byte("x"), func(o *xaccttest.ObjectOptions) { o.StorageClass = s3types.StorageClassGlacier })
		tr := kittest.Push(cloud)
		p, result, outcome := ran(t, cloud, tr)
		r, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, result, outcome)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != "with exceptions" || r.ExecutionARN != outcome.ExecutionARN || r.TaskARN != result.TaskARN(tr.Name) || r.Counters != outcome.Counters {
			t.Errorf("run: %+v", r)
		}
		if len(r.Exceptions) != 1 || r.Exceptions[0].What != "skipped" || r.Exceptions[0].Count != 1 {
			t.Errorf("exceptions: %+v", r.Exceptions)
		}
		if d, err := p.Digest(); err != nil || r.Plan != d || !strings.HasPrefix(d, "sha256:") {
			t.Errorf("plan %q, %v", r.Plan, err)
		}
		for what, want := range map[string]bool{
			"trust arn:aws:iam::111122223333:role/media-archive-source":                                          true,
			"policy xacct-media-archive-destination of arn:aws:iam::111122223333:role/media-archive-destination": true,
			"bucket media-archive": true,
		} {
			if strings.HasPrefix(r.Policies[what], "sha256:") != want {
				t.Errorf("%s: %q", what, r.Policies[what])
			}
		}
		if len(r.NotRead) > 0 || len(r.RequestIDs) == 0 {
			t.Errorf("not read %v, request ids %v", r.NotRead, r.RequestIDs)
		}

		data, err := json.Marshal(r)
		var again xacct.Receipt
		if err == nil {
			err = json.Unmarshal(data, &again)
		}
		if err != nil || again.ExecutionARN != r.ExecutionARN || again.Transfer.Name != tr.Name || len(again.Policies) != len(r.Policies) {
			t.Errorf("as JSON: %v\n%s", err, data)
		}

		if _, ok := r.RequestIDs["start"]; !ok {
			t.Errorf("no request id of the start: %v", r.RequestIDs)
		}
		foreign := *outcome
		foreign.ExecutionARN = strings.Replace(outcome.ExecutionARN, ":task/task-", ":task/task-0", 1)
		if r, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, result, &foreign); err == nil {
			t.Errorf("a receipt for the run of another task: %+v", r)
		}

		before := r.Policies["bucket media-archive"]
		cloud.SetBucketPolicy("media-archive", nil)
		alone := cloud.Clients()
		delete(alone, accountB)
		later, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, nil, outcome)
		if err != nil || later.Policies["bucket media-archive"] == before || len(later.RequestIDs) != 1 {
			t.Errorf("a changed policy has the same digest: %v", err)
		}
		unseen, err := p.Receipt(t.Context(), alone, tr.Name, nil, outcome)
		if err != nil || unseen.NotRead["bucket media-archive"] == "" {
			t.Errorf("an account without clients: %v, %v", unseen, err)
		}
	})
}

func TestReceiptFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		if _, err := p.Receipt(t.Context(), cloud.Clients(), "other", nil, &task.Outcome{}); err == nil || !strings.Contains(err.Error(), `no transfer "other"`) {
			t.Error(err)
		}
		if _, err := p.Receipt(t.Context(), cloud.Clients(), "media-archive", nil, nil); err == nil || !strings.Contains(err.Error(), "wait for its end first") {
			t.Error(err)
		}
	})
}

// A receipt reads, and writes nothing.
func TestReceiptOnlyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		p, result, outcome := ran(t, cloud, tr)
		before := cloud.Dump()
		if _, err := p.Receipt(t.Context(), cloud.Clients(), tr.Name, result, outcome); err != nil {
			t.Fatal(err)
		}
		if after := cloud.Dump(); after != before {
			t.Error("a receipt changed something")
		}
	})
}

func TestVerifyOwnership(t *testing.T) {
	for _, tt := range []struct {
		name      string
		ownership s3types.ObjectOwnership
		edit      func(*xacct.Transfer, xacct.Clients)
		deny      bool
		have      s3types.ObjectOwnership
		ok        bool
	}{
		{"enforced", s3types.ObjectOwnershipBucketOwnerEnforced, nil, false, "", true},
		{"the writer owns", s3types.ObjectOwnershipObjectWriter, nil, false, s3types.ObjectOwnershipObjectWriter, false},
		{"never set", "", nil, false, s3types.ObjectOwnershipObjectWriter, false},
		{"pull", s3types.ObjectOwnershipObjectWriter, func(tr *xacct.Transfer, _ xacct.Clients) { tr.TaskAccount = accountB }, false, "", true},
		{"no client", s3types.ObjectOwnershipBucketOwnerEnforced, func(_ *xacct.Transfer, c xacct.Clients) { delete(c, accountB) }, false, "", false},
		{"not to be read", s3types.ObjectOwnershipBucketOwnerEnforced, nil, true, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := xaccttest.NewCloud()
			cloud.AddBucket(accountA, "eu-west-1", "media-raw")
			cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = tt.ownership })
			tr, clients := kittest.Push(cloud), cloud.Clients()
			if tt.edit != nil {
				tt.edit(&tr, clients)
			}
			if tt.deny {
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					if _, ok := call.Input.(*s3.GetBucketOwnershipControlsInput); ok {
						return xaccttest.Fault(403, "AccessDenied", "Access Denied")
					}
					return next()
				})
			}
			err := xacct.VerifyOwnership(clients, tr)(t.Context())
			var ownership *xacct.OwnershipError
			switch {
			case tt.ok && err != nil:
				t.Error(err)
			case !tt.ok && (!errors.As(err, &ownership) || ownership.Have != tt.have || ownership.Hint() == "" || ownership.Error() == ""):
				t.Errorf("%v", err)
			}
		})
	}
}

// TestReceiptOfGivenRoles records the policies of every role that DataSync was given, and the log policies.
func TestReceiptOfGivenRoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:datasync"
		kittest.SetUp(t, cloud, tr)
		given := tr
		given.Name, given.Destination.Prefix = "given", "given"
		given.Source.RoleARN = "arn:aws:iam::111122223333:role/media-archive-source"
		p, result, outcome := ran(t, cloud, given)
		r, err := p.Receipt(t.Context(), cloud.Clients(), given.Name, result, outcome)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range []string{
			"trust " + given.Source.RoleARN, "policy xacct-media-archive-source of " + given.Source.RoleARN,
			"trust arn:aws:iam::111122223333:role/given-destination", "log policy " + task.LogPolicyName + " in us-east-2",
		} {
			if !strings.HasPrefix(r.Policies[what], "sha256:") {
				t.Errorf("%s: %q", what, r.Policies[what])
			}
		}
	})
}
