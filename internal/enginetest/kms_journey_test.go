package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// runs applies the transfer, runs it and returns how far that came.
func runs(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, optFns ...func(*xacct.PlanOptions)) error {
	t.Helper()
	ctx, clients := t.Context(), cloud.Clients()
	r, err := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}, optFns...).Apply(ctx, clients)
	if err != nil {
		return err
	}
	api, err := clients.DataSync(r.TaskARN(tr.Name))
	if err != nil {
		return err
	}
	run, err := task.Start(ctx, api, r.TaskARN(tr.Name))
	if err != nil {
		return err
	}
	_, err = run.Wait(ctx)
	return err
}

// Both buckets are encrypted, each with a key of its own account and Region: set up, run, taken away again, without a trace.
func TestJourneyOfEncryptedBuckets(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer, *xaccttest.Cloud)
		key  string // the policy that changes is that of the key of: source or destination
	}{
		{"push", func(*xacct.Transfer, *xaccttest.Cloud) {}, "destination"},
		{"pull", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			tr.TaskAccount, tr.Operators = accountB, []string{c.OperatorARN(accountB)}
		}, "source"},
		{"by account", func(tr *xacct.Transfer, _ *xaccttest.Cloud) { tr.Grant = xacct.ByAccount }, "destination"},
		{"through S3 only", func(tr *xacct.Transfer, _ *xaccttest.Cloud) {
			tr.Source.KMSViaS3, tr.Destination.KMSViaS3 = true, true
		}, "destination"},
		{"one role", func(tr *xacct.Transfer, _ *xaccttest.Cloud) {
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
		}, "destination"},
		{"key of a third account", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			key := c.AddKey("777788889999", "eu-west-1")
			c.AddObject("media-raw", "2026/third.mov", []byte("3"), func(o *xaccttest.ObjectOptions) { o.KMSKey = key })
			tr.Source.KMSKeys = append(tr.Source.KMSKeys, key)
		}, "destination"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := kittest.EncryptedWorld()
				tt.edit(&tr, cloud)
				before := kittest.Dump(cloud)
				ctx, clients := t.Context(), cloud.Clients()
				p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
				t.Logf("\n%s", p)
				kittest.MustApply(t, ctx, clients, reload(t, p))
				if err := runs(t, cloud, tr); err != nil {
					t.Fatal(err)
				}
				copies := cloud.Objects("media-archive")
				if len(copies) != len(cloud.Objects("media-raw")) {
					t.Errorf("%d objects arrived", len(copies))
				}
				for key := range copies {
					if o := cloud.Object("media-archive", key); o.KMSKey != tr.Destination.KMSKeys[0] {
						t.Errorf("%s is encrypted under %q", key, o.KMSKey)
					}
				}
				changed := tr.Destination.KMSKeys[0]
				if tt.key == "source" {
					changed = tr.Source.KMSKeys[0]
				}
				if !strings.Contains(string(cloud.KeyPolicy(changed)), "Xacct") || !strings.Contains(string(cloud.KeyPolicy(changed)), "Enable IAM User Permissions") {
					t.Errorf("policy of the key:\n%s", cloud.KeyPolicy(changed))
				}

				down, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				kittest.MustApply(t, ctx, clients, reload(t, down))
				left, err := down.Residue(ctx, clients)
				if err != nil {
					t.Fatal(err)
				}
				for _, item := range left {
					if item.Ours {
						t.Errorf("left: %v", item)
					}
				}
				if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
					t.Errorf("after the way back (-before +after):\n%s", diff)
				}
			})
		})
	}
}

func finding(p *xacct.Plan, side xacct.Side, code xacct.Code) (xacct.Finding, bool) {
	for _, f := range p.Findings {
		if f.Side == side && f.Code == code {
			return f, true
		}
	}
	return xacct.Finding{}, false
}

// A key of the task account must let the role in by a policy of its own: the plan does not touch it, and says so.
func TestKeyOfTheTaskAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		admin := policy.New(policy.Allow("kms:*").By(policy.AWS(cloud.OperatorARN(accountA))).On("*"))
		cloud.SetKeyPolicy(tr.Source.KMSKeys[0], admin.Bytes())
		ctx, clients := t.Context(), cloud.Clients()
		p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
		f, ok := finding(p, xacct.SourceSide, xacct.CodeDenied)
		if !ok || !strings.Contains(f.Remedy, "let account "+accountA+" allow kms:Decrypt to ") {
			t.Fatalf("the plan says\n%s", p)
		}
		for _, c := range p.Changes {
			if c.Kind == xacct.KeyPolicy && c.Account == accountA {
				t.Errorf("it would change the key of the task account: %+v", c)
			}
		}
		// What the proposal says, done by the key's owner, is enough.
		role := "arn:aws:iam::" + accountA + ":role/media-archive-source"
		cloud.SetKeyPolicy(tr.Source.KMSKeys[0], admin.With(kmskey.Read("*").WithSid("Mine").By(policy.Account(accountA)).When(policy.ArnEquals("aws:PrincipalArn", role))).Bytes())
		if err := runs(t, cloud, tr); err != nil {
			t.Error(err)
		}
	})
}

// The other team's key is handed over, and what waits for it waits.
func TestHandOverOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		ctx, all := t.Context(), cloud.Clients()
		mine, theirs := xacct.Clients{accountA: all[accountA]}, xacct.Clients{accountB: all[accountB]}
		p := kittest.MustPlan(t, ctx, mine, []xacct.Transfer{tr})
		if _, err := p.Apply(ctx, mine); err != nil {
			t.Fatal(err)
		}
		handed := reload(t, p.For(accountB))
		kinds := map[xacct.Kind]bool{}
		for _, c := range handed.Changes {
			kinds[c.Kind] = true
		}
		if !kinds[xacct.KeyPolicy] || !kinds[xacct.BucketPolicy] {
			t.Fatalf("handed over:\n%s", handed)
		}
		if _, err := handed.Apply(ctx, theirs); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Apply(ctx, mine); err != nil {
			t.Fatal(err)
		}
		if err := runs(t, cloud, tr); err != nil {
			t.Error(err)
		}
	})
}

// Changes that are seen late, among them the new role that the key's policy names, are waited for.
func TestYoungRolesInKeyPolicies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld(func(o *xaccttest.Options) { o.Propagation = 3 })
		ctx, clients := t.Context(), cloud.Clients()
		waited := false
		_, err := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}).Apply(ctx, clients, func(o *xacct.ApplyOptions) {
			o.OnEvent = func(e xacct.Event) {
				waited = waited || e.Kind == xacct.KeyPolicy && e.State == xacct.EventWaiting && strings.Contains(e.Detail, "invalid principals")
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if !waited {
			t.Error("KMS knew the role at once")
		}
	})
}
