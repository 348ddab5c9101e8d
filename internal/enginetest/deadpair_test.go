package enginetest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// pair is two transfers into one bucket, under one key, which are set up, and whose roles are then deleted by hand.
func pair(t *testing.T, edit func(*xacct.Transfer)) (*xaccttest.Cloud, []xacct.Transfer) {
	t.Helper()
	cloud, one := kittest.EncryptedWorld()
	two := one
	two.Name, two.Source.Prefix, two.Destination.Prefix = "media-copy", "2025/", "older"
	trs := []xacct.Transfer{one, two}
	for i := range trs {
		edit(&trs[i])
	}
	kittest.SetUp(t, cloud, trs...)
	for _, name := range rolesIn(cloud, trs[0].TaskAccount) {
		deleteRole(t, cloud, trs[0].TaskAccount, name)
	}
	return cloud, trs
}

// rolesIn are the names of the roles of ours in the task account; "" is that of the source.
func rolesIn(cloud *xaccttest.Cloud, account string) []string {
	if account == "" {
		account = kittest.AccountA
	}
	var out []string
	for line := range strings.Lines(kittest.Dump(cloud)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "role /"); ok {
			name, _, _ = strings.Cut(name, " ")
			out = append(out, name)
		}
	}
	return slices.DeleteFunc(out, func(name string) bool {
		return !strings.HasPrefix(name, "media-") && !strings.HasPrefix(name, "datasync")
	})
}

// deleteRole deletes a role with its inline policies, as a person would in the console.
func deleteRole(t *testing.T, cloud *xaccttest.Cloud, account, name string) {
	t.Helper()
	if account == "" {
		account = kittest.AccountA
	}
	api := cloud.Clients()[account].IAM
	for more := true; more; {
		list, err := api.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &name})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list.PolicyNames {
			if _, err := api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &p}); err != nil {
				t.Fatal(err)
			}
		}
		more = list.IsTruncated
	}
	if _, err := api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: &name}); err != nil {
		t.Fatal(err)
	}
}

var deadPairs = []struct {
	name string
	edit func(*xacct.Transfer)
}{
	{"push", func(*xacct.Transfer) {}},
	{"pull", func(tr *xacct.Transfer) {
		tr.TaskAccount, tr.Operators = kittest.AccountB, []string{strings.Replace(tr.Operators[0], kittest.AccountA, kittest.AccountB, 1)}
	}},
	{"one role", func(tr *xacct.Transfer) { tr.Source.Role.Name, tr.Destination.Role.Name = "datasync", "datasync" }},
}

// TestDeadIDsThatThePlanRewrites: two transfers of ours share a bucket and a key, and the roles of both are gone. A plan of both rewrites both statements
// in one write, to set up as to tear down.
func TestDeadIDsThatThePlanRewrites(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range deadPairs {
		t.Run(tt.name+", set up", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, trs := pair(t, tt.edit)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), trs)
				kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, p))
				noDeadPrincipal(t, cloud, trs)
			})
		})
		t.Run(tt.name+", tear down", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, trs := pair(t, tt.edit)
				kittest.TearDown(t, cloud, trs...)
				if dump := kittest.Dump(cloud); strings.Contains(dump, "Xacct") || strings.Contains(dump, "AROA") && strings.Contains(dump, "media-copy") {
					t.Errorf("something is left:\n%s", dump)
				}
			})
		})
	}
}

// TestDeadIDsOfAnotherTransfer plans only one of the two: it is blocked before any write, and the finding names the other by the letters of its Sid.
func TestDeadIDsOfAnotherTransfer(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range deadPairs {
		for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
			t.Run(tt.name+", "+string(mode), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud, trs := pair(t, tt.edit)
					for i, other := range []string{"MediaCopy", "MediaArchive"} {
						before := kittest.Dump(cloud)
						p, err := planIn(t.Context(), cloud, mode, trs[i])
						if err != nil {
							t.Fatal(err)
						}
						blocking := 0
						for _, f := range p.Findings {
							if f.Code != xacct.CodeDeadPrincipal || f.Severity != xacct.Blocking {
								continue
							}
							if blocking++; !strings.Contains(f.Remedy, other+` (statement "Xacct`+other) {
								t.Errorf("finding %+v", f)
							}
						}
						if blocking == 0 {
							t.Errorf("%s is not blocked:\n%s", trs[i].Name, p)
						}
						_, err = p.Apply(t.Context(), cloud.Clients())
						var blocked *xacct.BlockedError
						if !errors.As(err, &blocked) {
							t.Errorf("applied anyway: %v", err)
						}
						if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
							t.Errorf("it has written (-before +after):\n%s", diff)
						}
					}
				})
			})
		}
	}
}

// TestDeadIDsOfATransferThatStays does what the remedy of a tear-down says if the other transfer is to stay: both are set up, and then the one is torn down.
func TestDeadIDsOfATransferThatStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud, trs := pair(t, func(*xacct.Transfer) {})
		p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), trs[:1])
		if err != nil {
			t.Fatal(err)
		}
		if s := p.String(); !strings.Contains(s, "destroy it together with the transfer") || !strings.Contains(s, "if that transfer is to stay, first set up both") {
			t.Errorf("the remedy leads to tearing down both:\n%s", s)
		}
		kittest.SetUp(t, cloud, trs...)
		kittest.TearDown(t, cloud, trs[0])
		if p := kittest.MustPlan(t, t.Context(), cloud.Clients(), trs[1:]); !p.Empty() || kittest.HasFinding(p, xacct.CodeDeadPrincipal, xacct.Blocking) {
			t.Errorf("the other transfer did not stay:\n%s", p)
		}
	})
}

// TestDeadIDsBesideABlockedTransfer: the other transfer is planned too, but something else blocks it, so that its statement stays: both are blocked.
func TestDeadIDsBesideABlockedTransfer(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for name, role := range map[string]string{"its own roles": "", "one role": "datasync"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, trs := pair(t, func(tr *xacct.Transfer) { tr.Source.Role.Name, tr.Destination.Role.Name = role, role })
				trs[1].Source.Bucket = "nowhere"
				before := cloud.BucketPolicy("media-archive")
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), trs, allowReplace)
				for _, c := range p.Changes {
					if c.Hold != xacct.Blocked && c.Op != xacct.NoOp {
						t.Errorf("%s is not held: %s", c.ID, c.Hold)
					}
				}
				if _, err := p.Apply(t.Context(), cloud.Clients()); err == nil {
					t.Error("no error")
				}
				if diff := cmp.Diff(string(before), string(cloud.BucketPolicy("media-archive"))); diff != "" {
					t.Errorf("policy (-before +after):\n%s", diff)
				}
				trs[1].Source.Bucket = "media-raw"
				kittest.SetUp(t, cloud, trs...)
				noDeadPrincipal(t, cloud, trs)
			})
		})
	}
}

// TestDeadIDsOfOthersAtATearDown: a statement of somebody else names a deleted role. A tear-down is blocked before any write while the policy has to be
// written, and not where it is deleted, nor once the owner has removed the statement.
func TestDeadIDsOfOthersAtATearDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		gone := cloud.AddRole(kittest.AccountB, "gone")
		whole := kittest.BucketPolicy(t, cloud, "media-archive")
		cloud.SetBucketPolicy("media-archive", whole.With(bucket.List("arn:aws:s3:::media-archive").WithSid("Gone").By(policy.AWS(gone))).Bytes())
		deleteRole(t, cloud, kittest.AccountB, "gone")
		p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		if !kittest.HasFinding(p, xacct.CodeDeadPrincipal, xacct.Blocking) || !strings.Contains(p.String(), "let the owner of bucket media-archive remove or correct that principal") {
			t.Errorf("not blocked, or without its remedy:\n%s", p)
		}
		cloud.SetBucketPolicy("media-archive", whole.Bytes())
		kittest.TearDown(t, cloud, tr)
	})
}
