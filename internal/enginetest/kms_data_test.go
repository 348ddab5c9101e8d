package enginetest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// encryptedJob is a transfer between encrypted buckets with a manifest and a report in buckets that are encrypted too.
func encryptedJob(edit func(*xacct.Transfer, *xaccttest.Cloud)) (*xaccttest.Cloud, xacct.Transfer) {
	cloud, tr := kittest.EncryptedWorld()
	tr.Destination.Prefix = "in/"
	tr.Task.Manifest = &task.Manifest{Bucket: "media-lists", Key: "today.csv"}
	tr.Task.Report = &task.Report{Bucket: "media-lists", Prefix: "reports", Level: dstypes.ReportLevelSuccessesAndErrors}
	edit(&tr, cloud)
	return cloud, tr
}

// lists makes the bucket media-lists of the task account, encrypted under a key of some account, with a manifest in it.
func lists(tr *xacct.Transfer, cloud *xaccttest.Cloud, owner string) (key string) {
	key = cloud.AddKey(owner, "us-east-2")
	cloud.AddBucket(accountA, "us-east-2", "media-lists", func(o *xaccttest.BucketOptions) {
		o.Encryption, o.KMSKey = s3types.ServerSideEncryptionAwsKms, key
	})
	cloud.AddObject("media-lists", "today.csv", []byte("00.mov\n01.mov\n"), func(o *xaccttest.ObjectOptions) { o.KMSKey = key })
	return key
}

// inEnds puts the manifest into the destination's bucket, where the role that reads it does not write, and the report into the source's.
func inEnds(tr *xacct.Transfer, cloud *xaccttest.Cloud) {
	cloud.AddObject("media-archive", "lists/today.csv", []byte("00.mov\n01.mov\n"), func(o *xaccttest.ObjectOptions) { o.KMSKey = tr.Destination.KMSKeys[0] })
	tr.Task.Manifest.Account, tr.Task.Manifest.Bucket, tr.Task.Manifest.Key = accountB, "media-archive", "lists/today.csv"
	tr.Task.Report.Bucket = "media-raw"
}

// Manifests and reports are read and written under whatever key their buckets are encrypted: set up, run, taken away again, without a trace.
func TestKeysOfManifestsAndReports(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edit  func(*xacct.Transfer, *xaccttest.Cloud)
		grant string // the purpose of the statement in the policy of a remote key; "" is none for the data
	}{
		{"a bucket of the task account, a key of its own", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			key := lists(tr, c, accountA)
			tr.Task.Manifest.KMSKey, tr.Task.Report.KMSKey = key, key
		}, ""},
		{"a bucket of the task account, a key of another", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			key := lists(tr, c, accountC)
			tr.Task.Manifest.KMSKey, tr.Task.Report.KMSKey = key, key
		}, "ManifestKey"},
		{"by account", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			key := lists(tr, c, accountC)
			tr.Grant, tr.Task.Manifest.KMSKey, tr.Task.Report.KMSKey = xacct.ByAccount, key, key
		}, "ReportKey"},
		{"through S3 only", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			key := lists(tr, c, accountC)
			tr.Source.KMSViaS3, tr.Destination.KMSViaS3, tr.Task.Manifest.KMSKey, tr.Task.Report.KMSKey = true, true, key, key
		}, "ReportKey"},
		{"in the other ends' buckets", inEnds, "ManifestKey"},
		{"in the other ends' buckets, one role", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			inEnds(tr, c)
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := encryptedJob(tt.edit)
				before := kittest.Dump(cloud)
				ctx, clients := t.Context(), cloud.Clients()
				p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
				for _, f := range p.Findings {
					if f.Code == xacct.CodeDenied || f.Code == xacct.CodeUndetermined && strings.Contains(f.Detail, "key") {
						t.Errorf("%+v", f)
					}
				}
				r := kittest.MustApply(t, ctx, clients, reload(t, p))
				if again := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}); !again.Empty() {
					t.Errorf("not converged:\n%s", again)
				}
				outcome := runOf(t, cloud, r, tr)
				if outcome.Counters.Files != 2 || outcome.Report.Status != dstypes.PhaseStatusSuccess {
					t.Errorf("%+v", outcome)
				}
				found := ""
				for _, c := range kinds(p, xacct.KeyPolicy) {
					found += strings.Join(c.Details, "\n")
				}
				if got := strings.Contains(found, "XacctMediaArchive"+tt.grant); tt.grant != "" && !got || tt.grant == "" && strings.Contains(found, "Key") {
					t.Errorf("key policies:\n%s", found)
				}
				down, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				kittest.MustApply(t, ctx, clients, reload(t, down))
				if after := kittest.Dump(cloud); after != before {
					t.Errorf("left behind:\n%s\nwant\n%s", after, before)
				}
			})
		})
	}
}

// runOf runs the task of the transfer to its end.
func runOf(t *testing.T, cloud *xaccttest.Cloud, r *xacct.Result, tr xacct.Transfer) *task.Outcome {
	t.Helper()
	api, err := cloud.Clients().DataSync(r.TaskARN(tr.Name))
	if err != nil {
		t.Fatal(err)
	}
	e, err := task.Start(t.Context(), api, r.TaskARN(tr.Name))
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := e.Wait(t.Context())
	var incomplete *task.IncompleteError
	if err != nil && !errors.As(err, &incomplete) {
		t.Fatal(err)
	}
	return outcome
}

// What is missing of a key of a manifest or report is told by the plan, and is what stops the manifest or the report.
func TestMissingKeyOfData(t *testing.T) {
	for _, tt := range []struct {
		name, action, what string
		side               xacct.Side
	}{
		{"manifest", "kms:Decrypt", "read the manifest with key", xacct.SourceSide},
		{"report", "kms:GenerateDataKey", "write reports with key", xacct.DestinationSide},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := encryptedJob(func(tr *xacct.Transfer, c *xaccttest.Cloud) {
					key := lists(tr, c, accountC)
					tr.Task.Manifest.KMSKey, tr.Task.Report.KMSKey = key, key
					role := "arn:aws:iam::" + accountA + ":role/media-archive-" + string(tt.side)
					current, err := policy.Parse(c.KeyPolicy(key))
					if err != nil {
						t.Fatal(err)
					}
					c.SetKeyPolicy(key, current.With(policy.Deny(tt.action).WithSid("Theirs").By(policy.Everyone()).On("*").When(policy.ArnEquals("aws:PrincipalArn", role))).Bytes())
				})
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				f, ok := finding(p, "", xacct.CodeDenied)
				if !ok || f.Severity != xacct.Blocking || !strings.Contains(f.Detail, tt.what) || f.Account != accountC {
					t.Fatalf("the plan says\n%s", p)
				}
			})
		})
	}
}

// A key that is added to a manifest and taken off again leaves nothing in the key's policy.
func TestKeyOfTheManifestComesAndGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var key string
		cloud, tr := encryptedJob(func(tr *xacct.Transfer, c *xaccttest.Cloud) { key = lists(tr, c, accountC) })
		clean := string(cloud.KeyPolicy(key))
		ctx, clients := t.Context(), cloud.Clients()
		kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}))
		with := tr
		with.Task.Manifest = new(*tr.Task.Manifest)
		with.Task.Manifest.KMSKey = key
		kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{with}))
		if !strings.Contains(string(cloud.KeyPolicy(key)), "XacctMediaArchiveManifestKey") {
			t.Errorf("the key's policy is\n%s", cloud.KeyPolicy(key))
		}
		kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}))
		if got := string(cloud.KeyPolicy(key)); got != clean {
			t.Errorf("left in the key's policy:\n%s", got)
		}
		if again := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}
	})
}

// The operators' policies cover the keys of manifests and reports, in whichever account these are.
func TestOperatorsOfDataKeys(t *testing.T) {
	var key string
	_, tr := encryptedJob(func(tr *xacct.Transfer, c *xaccttest.Cloud) {
		key = lists(tr, c, accountC)
		tr.Task.Report.KMSKey, tr.Retries = key, &task.Manifest{Bucket: "media-lists", Key: "again.csv", KMSKey: key}
	})
	for _, tt := range []struct {
		account string
		phase   xacct.Phase
		action  string
	}{
		{accountC, xacct.PlanPhase, "kms:GetKeyPolicy"},
		{accountC, xacct.ApplyPhase, "kms:PutKeyPolicy"},
		{accountC, xacct.DestroyPhase, "kms:PutKeyPolicy"},
		{accountA, xacct.RunPhase, "kms:Decrypt"},
		{accountA, xacct.RunPhase, "kms:GenerateDataKey"},
	} {
		d, err := xacct.OperatorPolicy(tt.account, []xacct.Transfer{tr}, tt.phase)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for st := range d.All() {
			actions, _ := st.Actions()
			resources, _ := st.Resources()
			found = found || slices.Contains(actions, tt.action) && slices.Contains(resources, key)
		}
		if !found {
			t.Errorf("account %s may not %s to %s:\n%s", tt.account, tt.action, tt.phase, d)
		}
	}
}
