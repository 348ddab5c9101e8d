package enginetest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// withKey changes the policy of a key.
func withKey(t *testing.T, cloud *xaccttest.Cloud, arn string, fragments ...policy.Fragment) policy.Document {
	t.Helper()
	d, err := policy.Parse(cloud.KeyPolicy(arn))
	if err != nil {
		t.Fatal(err)
	}
	d = d.With(fragments...)
	cloud.SetKeyPolicy(arn, d.Bytes())
	return d
}

// What is wrong with a key, or with its policy, is found before anything is written.
func TestFindingsAboutKeys(t *testing.T) {
	managed := func(t *testing.T, cloud *xaccttest.Cloud, account, region string) string {
		out, err := cloud.Clients()[account].KMS(region).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/aws/s3")})
		if err != nil {
			t.Fatal(err)
		}
		return *out.KeyMetadata.Arn
	}
	for _, tt := range []struct {
		name     string
		setUp    func(*testing.T, *xaccttest.Cloud, *xacct.Transfer)
		code     xacct.Code // "" is nothing that blocks
		severity xacct.Severity
		detail   string
	}{
		{"all is well", func(*testing.T, *xaccttest.Cloud, *xacct.Transfer) {}, "", "", ""},
		{"no such key", func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.KMSKeys = append(tr.Source.KMSKeys, "arn:aws:kms:eu-west-1:"+accountA+":key/00000000-0000-0000-0000-000000000000")
		}, xacct.CodeNoKey, xacct.Blocking, "does not exist"},
		{"disabled", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.SetKeyState(tr.Destination.KMSKeys[0], kmstypes.KeyStateDisabled)
		}, xacct.CodeKeyUnusable, xacct.Blocking, "in state Disabled"},
		{"managed, in another account", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			key := managed(t, c, accountB, "us-east-2")
			c.SetBucketEncryption("media-archive", "aws:kms", key)
			tr.Destination.KMSKeys = []string{key}
		}, xacct.CodeKeyUnusable, xacct.Blocking, "managed by AWS"},
		{"managed, in the task account", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			key := managed(t, c, accountA, "eu-west-1")
			c.SetBucketEncryption("media-raw", "aws:kms", key)
			tr.Source.KMSKeys = append(tr.Source.KMSKeys, key)
		}, "", "", ""},
		{"our Sid on somebody's statement", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			r, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range r.Keys {
				for _, st := range k.Statements {
					withKey(t, c, k.ARN, policy.Allow("kms:Decrypt").WithSid(st.Sid()).By(policy.Account("777788889999")).On("*"))
				}
			}
		}, xacct.CodeSidTaken, xacct.Blocking, "has our Sid and is not ours"},
		{"nobody could change it again", func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			c.SetKeyPolicy(tr.Destination.KMSKeys[0], policy.New(policy.Allow("kms:Get*", "kms:Describe*", "kms:Decrypt", "kms:GenerateDataKey*").By(policy.Account(accountB)).On("*")).Bytes())
		}, xacct.CodeLockout, xacct.Blocking, "must let somebody of the key's account change it again"},
		{"its policy may not be read", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			withKey(t, c, tr.Destination.KMSKeys[0], policy.Deny("kms:GetKeyPolicy").By(policy.Everyone()).On("*"))
		}, xacct.CodeUnread, xacct.Blocking, "kms:GetKeyPolicy"},
		{"whether it is enabled may not be read", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			withKey(t, c, tr.Destination.KMSKeys[0], policy.Deny("kms:DescribeKey").By(policy.AWS(c.OperatorARN(accountB))).On("*"))
		}, xacct.CodeUnread, xacct.Warning, "kms:DescribeKey"},
		{"a role in it is gone", func(t *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) {
			role := c.AddRole("777788889999", "gone")
			withKey(t, c, tr.Destination.KMSKeys[0], kmskey.Read("*").WithSid("Theirs").By(policy.AWS(role)))
			if _, err := c.Clients()["777788889999"].IAM.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: aws.String("gone")}); err != nil {
				t.Fatal(err)
			}
		}, xacct.CodeDeadPrincipal, xacct.Blocking, "KMS refuses every change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr := kittest.EncryptedWorld()
				tt.setUp(t, cloud, &tr)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				found := tt.code == ""
				for _, f := range p.Findings {
					if f.Code == tt.code && f.Severity == tt.severity && strings.Contains(f.Detail+f.Remedy, tt.detail) && f.Account != "" && f.Remedy != "" {
						found = true
					}
					if tt.code == "" && f.Severity == xacct.Blocking {
						t.Errorf("blocks: %+v", f)
					}
				}
				if !found {
					t.Errorf("the plan says\n%s", p)
				}
				if tt.code == "" {
					if err := runs(t, cloud, tr); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// The clients of KMS are needed in the accounts of listed keys, and nowhere else.
func TestClientsOfKMS(t *testing.T) {
	cloud, tr := kittest.EncryptedWorld()
	without := xacct.Clients{}
	for account, c := range cloud.Clients() {
		c.KMS = nil
		without[account] = c
	}
	var missing *xacct.ClientError
	if _, err := xacct.NewPlan(t.Context(), without, []xacct.Transfer{tr}); !errors.As(err, &missing) || missing.Service != "KMS" {
		t.Errorf("with keys: %v", err)
	}
	tr.Source.KMSKeys, tr.Destination.KMSKeys = nil, nil
	if _, err := xacct.NewPlan(t.Context(), without, []xacct.Transfer{tr}); err != nil {
		t.Errorf("without keys: %v", err)
	}
}

// What others wrote in the policy of a key keeps its bytes in every write, also what they write while the plan is applied.
func TestForeignStatementsOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		key := tr.Destination.KMSKeys[0]
		before := withKey(t, cloud, key, policy.Allow("kms:Decrypt").WithSid("Theirs").By(policy.Account("777788889999")).On("*"))
		ctx, clients := t.Context(), cloud.Clients()
		p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
		raced := false
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "PutKeyPolicy" && !raced {
				raced = true
				err := next()
				// Another writer replaces the policy by what it had read before.
				cloud.SetKeyPolicy(key, before.With(policy.Allow("kms:Decrypt").WithSid("Late").By(policy.Account("777788889999")).On("*")).Bytes())
				return err
			}
			return next()
		})
		r, err := p.Apply(ctx, clients)
		if err != nil {
			t.Fatal(err)
		}
		writes := 0
		for _, c := range r.Changes {
			if c.Kind != xacct.KeyPolicy {
				continue
			}
			for _, w := range c.Writes {
				writes++
				was, _ := policy.Parse([]byte(w.Before))
				for st := range was.All() {
					if !strings.Contains(w.After, string(st.Bytes())) {
						t.Errorf("the write lacks the bytes of %s", st)
					}
				}
			}
		}
		got, err := policy.Parse(cloud.KeyPolicy(key))
		if err != nil {
			t.Fatal(err)
		}
		_, late := got.Statement("Late")
		if writes != 2 || !late || got.Len() != 4 {
			t.Errorf("%d writes; in the end:\n%s", writes, got)
		}
	})
}

// Drift in our statement is told and mended, and a plan whose text was edited is refused.
func TestDriftOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		key := tr.Destination.KMSKeys[0]
		ctx, clients := t.Context(), cloud.Clients()
		kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}))
		good := cloud.KeyPolicy(key)
		r, _ := tr.Resources()
		for _, k := range r.Keys {
			for _, st := range k.Statements {
				withKey(t, cloud, k.ARN, policy.Allow("kms:Decrypt").WithSid(st.Sid()).By(policy.AWS("arn:aws:iam::"+accountA+":role/media-archive-destination")).On("*"))
			}
		}
		p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
		forged := reload(t, p)
		for i := range forged.Changes {
			forged.Changes[i].After = strings.ReplaceAll(forged.Changes[i].After, "kms:ReEncrypt*", "kms:*")
		}
		var mismatch *xacct.MismatchError
		if _, err := forged.Apply(ctx, clients); !errors.As(err, &mismatch) {
			t.Errorf("an edited plan: %v", err)
		}
		kittest.MustApply(t, ctx, clients, p)
		if string(cloud.KeyPolicy(key)) != string(good) {
			t.Errorf("mended:\n%s\nwant\n%s", cloud.KeyPolicy(key), good)
		}
	})
}

// The key's owner needs what OperatorPolicy says for its account, and all of it.
func TestOperatorOfAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const keys = "777788889999"
		for _, missing := range []string{"", "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:DescribeKey"} {
			cloud, tr := kittest.EncryptedWorld()
			key := cloud.AddKey(keys, "eu-west-1")
			cloud.AddObject("media-raw", "2026/third.mov", []byte("3"), func(o *xaccttest.ObjectOptions) { o.KMSKey = key })
			tr.Source.KMSKeys = append(tr.Source.KMSKeys, key)
			allowed, err := xacct.OperatorPolicy(keys, []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			if missing != "" {
				allowed = allowed.With(policy.Deny(missing).WithSid("Missing").On("*"))
			}
			clients := cloud.Clients()
			clients[keys] = cloud.ClientsAs(cloud.AddRole(keys, "keeper", allowed))
			ctx := t.Context()
			_, err = kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}).Apply(ctx, clients)
			down, planErr := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
			if planErr != nil {
				t.Fatal(planErr)
			}
			_, downErr := down.Apply(ctx, clients)
			if err = errors.Join(err, downErr); (err == nil) != (missing == "" || missing == "kms:DescribeKey") {
				t.Errorf("without %q: %v", missing, err)
			}
		}
	})
}

// The role stays as long as the policy of a key that cannot be read may name it, and goes once the key's owner has taken our statement out.
func TestDestroyWithoutTheKeysAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const keys = "777788889999"
		cloud, tr := kittest.EncryptedWorld()
		tr.Source.KMSKeys = append(tr.Source.KMSKeys, cloud.AddKey(keys, "eu-west-1"))
		before := kittest.Dump(cloud)
		ctx, all := t.Context(), cloud.Clients()
		kittest.MustApply(t, ctx, all, kittest.MustPlan(t, ctx, all, []xacct.Transfer{tr}))

		without := xacct.Clients{accountA: all[accountA], accountB: all[accountB]}
		destroy := func(c xacct.Clients) (*xacct.Plan, error) {
			p, err := xacct.NewDestroyPlan(ctx, c, []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Apply(ctx, c)
			return p, err
		}
		p, _ := destroy(without)
		held := false
		for _, c := range p.Changes {
			held = held || c.Kind == xacct.IAMRole && c.Side == xacct.SourceSide && c.Hold == xacct.Blocked && strings.Contains(c.Reason, keys)
		}
		if !held || !strings.Contains(kittest.Dump(cloud), "role /media-archive-source") {
			t.Fatalf("the role is not held back:\n%s", p)
		}
		if _, err := destroy(xacct.Clients{keys: all[keys]}); err != nil {
			t.Errorf("the key's owner: %v", err)
		}
		if _, err := destroy(all); err != nil {
			t.Errorf("in the end: %v", err)
		}
		if got := kittest.Dump(cloud); got != before {
			t.Errorf("left:\n%s", got)
		}
	})
}
