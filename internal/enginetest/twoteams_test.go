package enginetest_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// only are the clients of one account.
func only(cloud *xaccttest.Cloud, account string) xacct.Clients {
	return xacct.Clients{account: cloud.ClientsAs(cloud.OperatorARN(account))}
}

// TestTwoTeams sets up and destroys with two teams that have no client of each other, handing plans over as JSON.
func TestTwoTeams(t *testing.T) {
	for _, shape := range []xacct.GrantShape{xacct.ByRole, xacct.ByAccount} {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			before := kittest.Dump(cloud)
			tr := kittest.Push(cloud)
			tr.Grant = shape
			a, b := only(cloud, accountA), only(cloud, accountB)

			p := kittest.MustPlan(t, t.Context(), a, []xacct.Transfer{tr})
			r, err := p.Apply(t.Context(), a)
			if err != nil {
				t.Fatalf("first apply of the task account: %v", err)
			}
			if r.Count(xacct.Failed) != 0 || r.Count(xacct.Waiting) == 0 || r.TaskARN(tr.Name) != "" {
				t.Fatalf("first apply of the task account: %+v", r.Changes)
			}
			theirs := reload(t, p.For(accountB))
			for _, c := range theirs.Changes {
				if c.Account != accountB || c.Hold != "" {
					t.Errorf("the other team's plan holds %s, held as %q", c.ID, c.Hold)
				}
			}
			if _, err := theirs.Apply(t.Context(), b); err != nil {
				t.Fatalf("apply of the bucket's account: %v", err)
			}
			if r, err = reload(t, p).Apply(t.Context(), a); err != nil || r.TaskARN(tr.Name) == "" {
				t.Fatalf("second apply of the task account: %v", err)
			}
			if next := kittest.MustPlan(t, t.Context(), a, p.Transfers); !next.Empty() {
				t.Errorf("more for the task account to do:\n%s", next)
			}

			down, err := xacct.NewDestroyPlan(t.Context(), a, p.Transfers)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := down.Apply(t.Context(), a); err != nil {
				t.Fatalf("destroy by the task account: %v", err)
			}
			if shape == xacct.ByRole && !strings.Contains(kittest.Dump(cloud), "role /media-archive-destination") {
				t.Error("the role is gone although the bucket's policy names it, which stops every later policy of its owner")
			}
			if r, err := down.For(accountB).Apply(t.Context(), b); err != nil || r.Count(xacct.Done) != 1 {
				t.Fatalf("destroy by the bucket's account: %v, %+v", err, r)
			}
			if strings.Contains(string(cloud.BucketPolicy("media-archive")), "Xacct") {
				t.Error("the bucket's policy still holds statements of ours")
			}
			last, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), p.Transfers)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := last.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatalf("destroy of what was gated: %v", err)
			}
			if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
				t.Errorf("accounts before and after (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHandOverNeverWrites names an account that may be read and never written.
func TestHandOverNeverWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} })
		cloud.ResetCalls()
		r, err := p.Apply(t.Context(), cloud.Clients())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cloud.Calls() {
			if c.Account == accountB && !reads[c.Operation] && !strings.HasPrefix(c.Operation, "Get") && !strings.HasPrefix(c.Operation, "List") {
				t.Errorf("%s was called in the account that is handed over", c.Operation)
			}
		}
		if r.Count(xacct.Waiting) == 0 || r.Count(xacct.Failed) != 0 {
			t.Errorf("%+v", r.Changes)
		}
	})
}

// TestPlanFromElsewhere edits a saved plan in ways that somebody with bad intent would.
func TestPlanFromElsewhere(t *testing.T) {
	t.Parallel()
	edit := func(kind xacct.Kind, fn func(*xacct.Change)) func(*xacct.Plan) {
		return func(p *xacct.Plan) {
			for i := range p.Changes {
				if p.Changes[i].Kind == kind {
					fn(&p.Changes[i])
				}
			}
		}
	}
	for _, tt := range []struct {
		name    string
		edit    func(*xacct.Plan)
		refused bool // else it is applied as its transfers say
	}{
		{"a principal of ours is another", edit(xacct.BucketPolicy, func(c *xacct.Change) { c.After = strings.ReplaceAll(c.After, accountA, "999999999999") }), true},
		{"a statement is added", edit(xacct.BucketPolicy, func(c *xacct.Change) {
			c.After = strings.Replace(c.After, `{"Sid":"Logs"`, `{"Sid":"Door","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::media-archive/*"},{"Sid":"Logs"`, 1)
		}), true},
		{"a statement of others is to go", edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"TLSOnly"} }), true},
		{"a statement that nobody has is to go", edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"Door"} }), true},
		{"a statement that is wanted is to go", edit(xacct.BucketPolicy, func(c *xacct.Change) { c.Remove = []string{"XacctMediaArchiveWrite317df6a3"} }), true},
		{"the trust lets everybody in", edit(xacct.IAMRole, func(c *xacct.Change) {
			c.After = strings.ReplaceAll(c.After, "datasync.amazonaws.com", "ec2.amazonaws.com")
		}), true},
		{"a location is another", edit(xacct.DataSyncLocation, func(c *xacct.Change) { c.After = strings.ReplaceAll(c.After, "media", "other") }), true},
		{"a change of another account", func(p *xacct.Plan) { p.Changes[0].Account = "999999999999" }, true},
		{"a change that nobody asks for", func(p *xacct.Plan) {
			c := p.Changes[0]
			c.ID, c.Name = accountA+"/iam-role/admin", "admin"
			p.Changes = append(p.Changes, c)
		}, true},
		{"a newer schema", func(p *xacct.Plan) { p.Schema = "2.0" }, true},
		{"a later minor schema", func(p *xacct.Plan) { p.Schema = "1.9" }, true},
		{"a plan to set up, called one to tear down", func(p *xacct.Plan) { p.Mode = xacct.TearDown }, false}, // there is nothing
		{"changes that wait for each other", func(p *xacct.Plan) {
			for i := range p.Changes {
				p.Changes[i].Requires = []string{p.Changes[(i+1)%len(p.Changes)].ID}
			}
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				p := reload(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}))
				before, _ := json.Marshal(p)
				tt.edit(p)
				if after, _ := json.Marshal(p); string(after) == string(before) {
					t.Fatal("nothing was edited")
				}
				_, err := p.Apply(t.Context(), cloud.Clients())
				var mismatch *xacct.MismatchError
				var newer *xacct.SchemaError
				if got := errors.As(err, &mismatch) || errors.As(err, &newer); got != tt.refused {
					t.Errorf("error %v, want it refused: %v", err, tt.refused)
				}
				text := kittest.Dump(cloud)
				for _, bad := range []string{"999999999999", "Door", "ec2.amazonaws.com", "s3://other", "/admin"} {
					if strings.Contains(text, bad) {
						t.Errorf("%s was written", bad)
					}
				}
			})
		})
	}
}

// TestStalePlan changes things of ours and of others between plan and apply.
func TestStalePlan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, cloud *xaccttest.Cloud)
		stale  bool
	}{
		{"a foreign statement appears", func(t *testing.T, cloud *xaccttest.Cloud) {
			cloud.SetBucketPolicy("media-archive", kittest.BucketPolicy(t, cloud, "media-archive").With(kittest.ForeignStatement(1)).Bytes())
		}, false},
		{"everything is applied already", func(t *testing.T, cloud *xaccttest.Cloud) {
			tr := kittest.Push(cloud)
			tr.Destination.Prefix = "elsewhere"
			kittest.SetUp(t, cloud, tr)
		}, false},
		{"our location is edited otherwise", func(t *testing.T, cloud *xaccttest.Cloud) {
			tr := kittest.Push(cloud)
			tr.Destination.Prefix = "third"
			kittest.SetUp(t, cloud, tr)
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				tr.Destination.Prefix = "elsewhere"
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				tt.change(t, cloud)
				r, err := p.Apply(t.Context(), cloud.Clients())
				var stale *xacct.StaleError
				if errors.As(err, &stale) != tt.stale || !tt.stale && err != nil {
					t.Errorf("error %v, want stale: %v", err, tt.stale)
				}
				if tt.stale && !slices.ContainsFunc(r.Changes, func(c xacct.ChangeResult) bool { return c.Status == xacct.Failed }) {
					t.Errorf("no change failed: %+v", r.Changes)
				}
			})
		})
	}
}
