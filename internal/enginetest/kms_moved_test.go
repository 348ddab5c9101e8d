package enginetest_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// twoWithKeys are two transfers into different buckets and two keys of the destination account.
func twoWithKeys(t *testing.T) (cloud *xaccttest.Cloud, first, second xacct.Transfer, keys [2]string) {
	cloud = kittest.World(t)
	cloud.AddBucket(kittest.AccountB, "us-east-2", "media-second")
	first = kittest.Push(cloud)
	second = first
	first.Name, second.Name, second.Destination.Bucket = "first", "second", "media-second"
	return cloud, first, second, [2]string{cloud.AddKey(kittest.AccountB, "us-east-2"), cloud.AddKey(kittest.AccountB, "us-east-2")}
}

// TestKeyMovesToAnotherTransfer: one transfer leaves a key that another one begins to use. While the key's policy cannot be written, the role of the first
// goes on naming the key, so that the next plan takes its statement out, whatever it is a plan of. Two transfers that swap keys do not wait for each other.
func TestKeyMovesToAnotherTransfer(t *testing.T) {
	for _, tt := range []struct {
		name          string
		grant         xacct.GrantShape // of the second
		before, after [2]string        // the key of each transfer: "0", "1", or "" for none
		refused       bool             // the first write of a key's policy
	}{
		{"by role", xacct.ByRole, [2]string{"0", ""}, [2]string{"", "0"}, true},
		{"by account", xacct.ByAccount, [2]string{"0", ""}, [2]string{"", "0"}, true},
		{"to the other key", xacct.ByRole, [2]string{"0", ""}, [2]string{"1", "0"}, true},
		{"swapped", xacct.ByRole, [2]string{"0", "1"}, [2]string{"1", "0"}, false},
		{"swapped by account", xacct.ByAccount, [2]string{"0", "1"}, [2]string{"1", "0"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, first, second, keys := twoWithKeys(t)
				start := kittest.StableDump(cloud)
				second.Grant = tt.grant
				with := func(key [2]string) []xacct.Transfer {
					out := []xacct.Transfer{first, second}
					for i, k := range key {
						if k != "" {
							out[i].Destination.KMSKeys = []string{keys[k[0]-'0']}
						}
					}
					return out
				}
				kittest.SetUp(t, cloud, with(tt.before)...)
				ctx, clients, after := t.Context(), cloud.Clients(), with(tt.after)
				if tt.refused {
					cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
						if call.Operation == "PutKeyPolicy" {
							return kittest.AccessDenied(call)
						}
						return next()
					})
					if _, err := kittest.MustPlan(t, ctx, clients, after).Apply(ctx, clients); err == nil {
						t.Fatal("nothing was refused")
					}
					cloud.Intercept(nil)
					after = with([2]string{}) // none of them comes back to the key
				}
				kittest.SetUp(t, cloud, after...)
				kittest.TearDown(t, cloud, after...)
				if end := kittest.StableDump(cloud); end != start {
					t.Errorf("left after the tear-down:\n%s\nbefore:\n%s", end, start)
				}
			})
		})
	}
}

// TestGrantByAccountWithoutItsRole: a role that cannot be made tells of no statement, so none is written for it, though the statement does not need it.
func TestGrantByAccountWithoutItsRole(t *testing.T) {
	for _, kind := range []xacct.Kind{xacct.BucketPolicy, xacct.KeyPolicy} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tr, _, keys := twoWithKeys(t)
				tr.Grant, tr.Destination.KMSKeys = xacct.ByAccount, keys[:1]
				ctx, clients := t.Context(), cloud.Clients()
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					if in, ok := call.Input.(*iam.CreateRoleInput); ok && *in.RoleName == tr.Name+"-destination" {
						return kittest.AccessDenied(call)
					}
					return next()
				})
				result, err := kittest.MustPlan(t, ctx, clients, []xacct.Transfer{tr}).Apply(ctx, clients)
				if err == nil {
					t.Fatal("nothing was refused")
				}
				n := 0
				for _, r := range result.Changes {
					if r.Kind == kind && r.Status != "" {
						n++
						if r.Status != xacct.Skipped {
							t.Errorf("%s: %s", r.ID, r.Status)
						}
					}
				}
				if n != 1 {
					t.Errorf("%d changes of kind %s", n, kind)
				}
			})
		})
	}
}
