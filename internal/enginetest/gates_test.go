package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// roleIsThere reports whether the destination's role still exists.
func roleIsThere(cloud *xaccttest.Cloud) bool {
	return strings.Contains(kittest.Dump(cloud), "role /media-archive-destination ")
}

// TestRoleStaysWhileNamed tries to have the role deleted while a policy names it: the owner of that policy could never write it again.
func TestRoleStaysWhileNamed(t *testing.T) {
	destroyPlan := func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, optFns ...func(*xacct.PlanOptions)) *xacct.Plan {
		t.Helper()
		p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}, optFns...)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, tt := range []struct {
		name string
		plan func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients)
	}{
		{"the bucket's account is handed over", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			return destroyPlan(t, cloud, tr, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} }), cloud.Clients()
		}},
		{"one operator's part", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			return destroyPlan(t, cloud, tr).For(accountA), cloud.Clients()
		}},
		{"without the bucket's account", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			clients := cloud.Clients()
			delete(clients, accountB)
			p, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			return p, clients
		}},
		{"without it, and with another grant shape by now", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			clients := cloud.Clients()
			delete(clients, accountB)
			tr.Grant = xacct.ByAccount
			p, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			return p, clients
		}},
		{"a statement of the owner's own", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			own := policy.Deny("s3:PutObjectAcl").WithSid("Own").By(policy.AWS("arn:aws:iam::111122223333:role/media-archive-destination")).On("arn:aws:s3:::media-archive/*")
			cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(own).Bytes())
			return destroyPlan(t, cloud, tr), cloud.Clients()
		}},
		{"a statement of the owner's own, since the plan was made", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			p := destroyPlan(t, cloud, tr)
			own := policy.Deny("s3:PutObjectAcl").WithSid("Own").By(policy.AWS("arn:aws:iam::111122223333:role/media-archive-destination")).On("arn:aws:s3:::media-archive/*")
			cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(own).Bytes())
			return p, cloud.Clients()
		}},
		{"an edited plan", func(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer) (*xacct.Plan, xacct.Clients) {
			p := destroyPlan(t, cloud, tr)
			var roles []xacct.Change
			for _, c := range p.Changes {
				if c.Kind == xacct.IAMRole {
					c.Requires = nil
					roles = append(roles, c)
				}
			}
			p.Changes = roles
			return p, cloud.Clients()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				p, clients := tt.plan(t, cloud, tr)
				if _, err := p.Apply(t.Context(), clients); err != nil {
					t.Logf("Apply: %v", err)
				}
				if !roleIsThere(cloud) {
					t.Errorf("the role is gone")
				}
				d := kittest.BucketPolicy(t, cloud, "media-archive")
				if dead := policy.Dangling(d); len(dead) > 0 {
					t.Errorf("the bucket's policy names a dead principal: %v", dead)
				}
			})
		})
	}
}

// TestSidOfOursOnTheirStatement puts our Sid on statements of somebody else: they stop the plan and are never changed.
func TestSidOfOursOnTheirStatement(t *testing.T) {
	t.Parallel()
	const sid = "XacctMediaArchiveWrite317df6a3"
	theirs := map[string]policy.Statement{
		"a Deny":                     policy.Deny("s3:DeleteBucket").WithSid(sid).By(policy.Everyone()).On("arn:aws:s3:::media-archive"),
		"the account, unconditional": policy.Allow("s3:GetObject").WithSid(sid).By(policy.Account(accountA)).On("arn:aws:s3:::media-archive/public/*"),
		"another account's role":     policy.Allow("s3:GetObject").WithSid(sid).By(policy.Account(accountB)).On("arn:aws:s3:::media-archive/*"),
		"other actions":              policy.Allow("s3:PutBucketPolicy").WithSid(sid).By(policy.AWS("arn:aws:iam::111122223333:role/Operator")).On("arn:aws:s3:::media-archive"),
	}
	for name, st := range theirs {
		for _, beside := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", beside ours"}[beside], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := kittest.Push(cloud)
					if beside {
						kittest.SetUp(t, cloud, tr)
					}
					text := strings.TrimSuffix(string(kittest.BucketPolicy(t, cloud, "media-archive").Bytes()), "]}") + "," + string(st.Bytes()) + "]}"
					cloud.SetBucketPolicy("media-archive", []byte(text))
					before := kittest.BucketPolicy(t, cloud, "media-archive")
					up := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					if err != nil {
						t.Fatal(err)
					}
					for _, p := range []*xacct.Plan{up, down} {
						if !kittest.HasFinding(p, xacct.CodeSidTaken, xacct.Blocking) {
							t.Errorf("%s: not blocked:\n%s", p.Mode, p)
						}
						var blocked *xacct.BlockedError
						if _, err := p.Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) {
							t.Errorf("%s: Apply = %v, want a BlockedError", p.Mode, err)
						}
					}
					if after := kittest.BucketPolicy(t, cloud, "media-archive"); !after.Equal(before) {
						t.Errorf("the policy has changed:\n%v", policy.Diff(before, after))
					}
				})
			})
		}
	}
}

// TestEditedPlan edits the JSON of a plan: what is written is never what the reviewer did not see.
func TestEditedPlan(t *testing.T) {
	change := func(p *xacct.Plan, k xacct.Kind) *xacct.Change {
		for i := range p.Changes {
			if p.Changes[i].Kind == k {
				return &p.Changes[i]
			}
		}
		return nil
	}
	for _, tt := range []struct {
		name string
		edit func(p *xacct.Plan)
	}{
		{"an operator is added", func(p *xacct.Plan) {
			p.Transfers[0].Operators = append(p.Transfers[0].Operators, "arn:aws:iam::111122223333:role/evil")
		}},
		{"a statement is added to the text", func(p *xacct.Plan) {
			c := change(p, xacct.BucketPolicy)
			c.After = strings.Replace(c.After, `"Statement" : [`, `"Statement" : [{"Sid":"Evil","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::media-archive"},`, 1)
			c.After = strings.Replace(c.After, `"Statement":[`, `"Statement":[{"Sid":"Evil","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::media-archive"},`, 1)
		}},
		{"the text is removed", func(p *xacct.Plan) { change(p, xacct.BucketPolicy).After = "" }},
		{"the text of the role is another", func(p *xacct.Plan) {
			c := change(p, xacct.IAMRole)
			c.After = strings.Replace(c.After, "s3:GetObject", "s3:*", 1)
		}},
		{"it claims to do nothing", func(p *xacct.Plan) {
			for i := range p.Changes {
				p.Changes[i].Op = xacct.NoOp
			}
		}},
		{"another bucket", func(p *xacct.Plan) { p.Transfers[0].Destination.Prefix = "elsewhere" }},
		{"an unknown schema", func(p *xacct.Plan) { p.Schema = "2.0" }},
		{"an odd schema", func(p *xacct.Plan) { p.Schema = "1.x; drop" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddRole(accountA, "evil", policy.New(policy.Allow("s3:*", "datasync:*", "iam:*").On("*")))
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
				before, err := json.Marshal(p)
				if err != nil {
					t.Fatal(err)
				}
				tt.edit(p)
				if after, _ := json.Marshal(p); string(after) == string(before) {
					t.Fatal("the edit changes nothing")
				}
				_, err = p.Apply(t.Context(), cloud.Clients())
				var mismatch *xacct.MismatchError
				var stale *xacct.StaleError
				var schema *xacct.SchemaError
				if !errors.As(err, &mismatch) && !errors.As(err, &stale) && !errors.As(err, &schema) {
					t.Errorf("Apply = %v, want a MismatchError, StaleError or SchemaError", err)
				}
				if d := kittest.BucketPolicy(t, cloud, "media-archive"); strings.Contains(d.String(), "evil") || strings.Contains(d.String(), "Evil") {
					t.Errorf("it was written:\n%s", d)
				}
			})
		})
	}
}

// TestDeadline runs out of time half-way: the result says what was not begun, and the apply fails.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t, func(o *xaccttest.Options) { o.Latency = 100 * time.Millisecond })
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		full := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		r, err := p.Apply(ctx, cloud.Clients())
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Apply = %v, want the deadline", err)
		}
		if r == nil || r.Count(xacct.Done) == 6 {
			t.Fatalf("nothing was cut off after %v", time.Since(full))
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), p.Transfers))
	})
}

// TestWaitingIsQuick applies what needs another operator first: it is tried once, and the apply does not fail.
func TestWaitingIsQuick(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account string // whose part is applied
	}{{"the task account before the bucket's", accountA}, {"the bucket's account before the task's", accountB}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				whole := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				only := xacct.Clients{tt.account: cloud.Clients()[tt.account]}
				start := time.Now()
				r, err := whole.For(tt.account).Apply(t.Context(), only)
				if err != nil {
					t.Errorf("Apply: %v", err)
				}
				if r.Count(xacct.Waiting) == 0 || r.Count(xacct.Failed) > 0 {
					t.Errorf("%d waiting, %d failed: %+v", r.Count(xacct.Waiting), r.Count(xacct.Failed), r.Changes)
				}
				if d := time.Since(start); d > 5*time.Second {
					t.Errorf("it took %v", d)
				}
			})
		})
	}
}
