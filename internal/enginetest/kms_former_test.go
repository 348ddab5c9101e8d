package enginetest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

const accountC = "777788889999"

// keyLeft is a world in which a transfer listed a key of another account, as what it is now, and the key.
func keyLeft(t *testing.T, edit func(*xacct.Transfer, *xaccttest.Cloud)) (cloud *xaccttest.Cloud, start string, tr xacct.Transfer, key string) {
	t.Helper()
	cloud, tr = kittest.EncryptedWorld()
	key = cloud.AddKey(accountC, "eu-west-1")
	edit(&tr, cloud)
	start = kittest.Dump(cloud)
	listing := tr
	listing.Source.KMSKeys = append(slices.Clone(tr.Source.KMSKeys), key)
	kittest.SetUp(t, cloud, listing)
	if !strings.Contains(string(cloud.KeyPolicy(key)), "XacctMediaArchive") {
		t.Fatalf("no statement of ours:\n%s", cloud.KeyPolicy(key))
	}
	return cloud, start, tr, key
}

func nothingElse(*xacct.Transfer, *xaccttest.Cloud) {}

// The last key of an end goes like any other.
func TestLastKeyTakenOffTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.SharedWorld(t)
		ts := kittest.EncryptedPush(cloud)
		key := ts[0].Destination.KMSKeys[0]
		clean := string(cloud.KeyPolicy(key))
		kittest.SetUp(t, cloud, ts...)
		ts[0].Source.KMSKeys, ts[0].Destination.KMSKeys = nil, nil
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), ts))
		if got := string(cloud.KeyPolicy(key)); got != clean {
			t.Errorf("left in the key's policy:\n%s", got)
		}
		if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), ts); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}
	})
}

// A key that is taken off KMSKeys loses our statement in the same plan, and its owner can write its policy when everything of ours is gone.
func TestKeyTakenOffTheList(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*xacct.Transfer, *xaccttest.Cloud)
	}{
		{"by role", nothingElse},
		{"by account", func(tr *xacct.Transfer, _ *xaccttest.Cloud) { tr.Grant = xacct.ByAccount }},
		{"one role", func(tr *xacct.Transfer, _ *xaccttest.Cloud) {
			tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync"
		}},
		{"a pull", func(tr *xacct.Transfer, c *xaccttest.Cloud) {
			tr.TaskAccount, tr.Operators = accountB, []string{c.OperatorARN(accountB)}
		}},
	} {
		for _, between := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, set up without it: %v", tt.name, between), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud, start, tr, key := keyLeft(t, tt.edit)
					ctx, clients := t.Context(), cloud.Clients()
					if between {
						p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
						kittest.MustApply(t, ctx, clients, reload(t, p))
						if strings.Contains(string(cloud.KeyPolicy(key)), "Xacct") {
							t.Errorf("left in the key's policy:\n%s", cloud.KeyPolicy(key))
						}
						if again := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}); !again.Empty() {
							t.Errorf("not converged:\n%s", again)
						}
						if r := kittest.MustApply(t, ctx, clients, reload(t, p)); r.Count(xacct.Done) != 0 {
							t.Errorf("applied again: %+v", r)
						}
					}
					down, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{tr})
					if err != nil {
						t.Fatal(err)
					}
					if left, err := down.Residue(ctx, clients); err != nil || !between && !slices.ContainsFunc(left, func(r xacct.Residue) bool { return r.Ours && r.Account == accountC }) {
						t.Errorf("what is left of the key is not told: %v, %v", left, err)
					}
					kittest.MustApply(t, ctx, clients, reload(t, down))
					if after := kittest.Dump(cloud); after != start {
						t.Errorf("left behind:\n%s", after)
					}
					text := string(cloud.KeyPolicy(key))
					if _, err := clients[accountC].KMS("eu-west-1").PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{KeyId: &key, Policy: &text}); err != nil {
						t.Errorf("the key's owner cannot write its policy: %v", err)
					}
				})
			})
		}
	}
}

// A key that only one end, or only another transfer, still lists loses the statement of who does not.
func TestKeyThatOthersStillList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		key := cloud.AddKey(accountC, "eu-west-1")
		first, second := tr, tr
		second.Name, second.Destination.Prefix = "second", "second"
		first.Source.KMSKeys, second.Source.KMSKeys = append(slices.Clone(tr.Source.KMSKeys), key), append(slices.Clone(tr.Source.KMSKeys), key)
		kittest.SetUp(t, cloud, first, second)
		first.Source.KMSKeys = tr.Source.KMSKeys
		both := []xacct.Transfer{first, second}
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), both))
		if got := string(cloud.KeyPolicy(key)); strings.Contains(got, "XacctMediaArchive") || !strings.Contains(got, "XacctSecond") {
			t.Errorf("the key's policy is\n%s", got)
		}
		if again := kittest.MustPlan(t, t.Context(), cloud.Clients(), both); !again.Empty() {
			t.Errorf("not converged:\n%s", again)
		}
	})
}

// While the key's policy cannot be seen, the role keeps the key's name, and stays at the end; the key's operator takes our statement out.
func TestKeyTakenOffTheListOfAnUnseenAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, start, tr, key := keyLeft(t, nothingElse)
		ctx, all := t.Context(), cloud.Clients()
		ours, theirs := xacct.Clients{accountA: all[accountA], accountB: all[accountB]}, xacct.Clients{accountC: all[accountC]}
		var p *xacct.Plan
		for range 2 { // the second time nothing but the hand-over is left to do
			p = kittest.MustPlan(t, ctx, ours, []xacct.Transfer{tr})
			if _, err := reload(t, p).Apply(ctx, ours); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range p.Changes {
			if c.Op != xacct.NoOp && c.Account != accountC {
				t.Errorf("not converged: %+v", c)
			}
		}
		down, err := xacct.NewDestroyPlan(ctx, ours, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reload(t, down).Apply(ctx, ours); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(down.Changes, func(c xacct.Change) bool {
			return c.Kind == xacct.IAMRole && c.Name == "media-archive-source" && c.Hold == xacct.Blocked && strings.Contains(c.Reason, key[strings.LastIndexByte(key, '/')+1:])
		}) {
			t.Errorf("the role that the key may name does not stay:\n%s", down)
		}

		handed := reload(t, p.For(accountC))
		for _, want := range []xacct.Status{xacct.Done, xacct.Unchanged} {
			r, err := handed.Apply(ctx, theirs)
			if err != nil || len(r.Changes) != 1 || r.Changes[0].Status != want {
				t.Fatalf("handed over, want %s: %+v, %v", want, r, err)
			}
		}
		if strings.Contains(string(cloud.KeyPolicy(key)), "Xacct") {
			t.Errorf("left in the key's policy:\n%s", cloud.KeyPolicy(key))
		}
		if down, err = xacct.NewDestroyPlan(ctx, all, []xacct.Transfer{tr}); err != nil {
			t.Fatal(err)
		}
		kittest.MustApply(t, ctx, all, reload(t, down))
		if after := kittest.Dump(cloud); after != start {
			t.Errorf("left behind:\n%s", after)
		}
	})
}

// The role names the key until our statement is gone from its policy: a refused write is made up for by the next plan.
func TestRoleNamesTheKeyUntilItIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, _, tr, key := keyLeft(t, nothingElse)
		ctx, clients := t.Context(), cloud.Clients()
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "PutKeyPolicy" {
				return kittest.AccessDenied(call)
			}
			return next()
		})
		if _, err := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}).Apply(ctx, clients); err == nil {
			t.Fatal("nothing was refused")
		}
		cloud.Intercept(nil)
		kittest.MustApply(t, ctx, clients, kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}))
		if strings.Contains(string(cloud.KeyPolicy(key)), "Xacct") {
			t.Errorf("left in the key's policy:\n%s", cloud.KeyPolicy(key))
		}
	})
}

// A plan's text can name any key: of that, nothing but our own statements is touched.
func TestHandedKeyOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		key := cloud.AddKey(accountC, "eu-west-1")
		ctx, clients := t.Context(), cloud.Clients()
		kittest.SetUp(t, cloud, tr)
		other := tr
		other.Name, other.Destination.Prefix = "other", "other"
		other.Source.KMSKeys = append(slices.Clone(tr.Source.KMSKeys), key)
		kittest.SetUp(t, cloud, other)
		before := string(cloud.KeyPolicy(key))
		p := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr})
		p.Changes = append(p.Changes, xacct.Change{ID: accountC + "/eu-west-1/key-policy/" + key[strings.LastIndexByte(key, '/')+1:], Account: accountC, Region: "eu-west-1",
			Kind: xacct.KeyPolicy, Name: key[strings.LastIndexByte(key, '/')+1:], ARN: key, Transfers: []string{tr.Name}, Op: xacct.Update})
		kittest.MustApply(t, ctx, clients, reload(t, p))
		if got := string(cloud.KeyPolicy(key)); got != before {
			t.Errorf("the key's policy became\n%s", got)
		}
	})
}

// What in the policy of a remote key names a role that is gone, or bears our prefix, is told.
func TestResidueOfKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, tr := kittest.EncryptedWorld()
		key := tr.Destination.KMSKeys[0]
		cloud.AddRole(accountA, "short-lived")
		kittest.SetUp(t, cloud, tr)
		other := tr
		other.Name, other.Destination.Prefix = "other", "other"
		kittest.SetUp(t, cloud, other)
		withKey(t, cloud, key, policy.Allow("kms:Decrypt").WithSid("Dead").By(policy.AWS("arn:aws:iam::"+accountA+":role/short-lived")).On("*"))
		if _, err := cloud.Clients()[accountA].IAM.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: new("short-lived")}); err != nil {
			t.Fatal(err)
		}
		left, err := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}).Residue(t.Context(), cloud.Clients())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range left {
			if r.Kind == xacct.KeyPolicy {
				got = append(got, r.String())
			}
		}
		for _, want := range []string{"statement XacctMediaArchiveEncrypt", "other transfers, or of an earlier version of these: \"XacctOther", "name a role or user that is gone: AROA"} {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
				t.Errorf("%q is not told:\n%s", want, strings.Join(got, "\n"))
			}
		}
	})
}
