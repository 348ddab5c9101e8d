package awshttp_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
)

// What a plan over HTTP says is what a plan in Go says, also where AWS redirects or refuses.
func TestPlansSayTheSame(t *testing.T) {
	operator := func(w *world, account string, policies ...policy.Document) {
		arn := w.cloud.AddRole(account, "Planner", policies...)
		w.handler.Key("AKIAPLANNER", arn)
		w.clients[account] = xacct.NewAccountClients(config(w.handler, "AKIAPLANNER", "eu-west-1"))
		w.inside[account] = w.cloud.ClientsAs(arn)
	}
	for _, tt := range []struct {
		name   string
		change func(*world)
	}{
		{"plain", func(*world) {}},
		{"keys", (*world).encrypted},
		{"the source is in another Region", func(w *world) { w.transfer.Source.Region = "us-east-2" }},
		{"the destination is in another Region", func(w *world) { w.transfer.Destination.Region = "eu-west-1" }},
		{"no such bucket", func(w *world) { w.transfer.Source.Bucket = "media-gone" }},
		{"a bucket of another account", func(w *world) {
			w.cloud.AddBucket("777788889999", "us-east-2", "media-theirs")
			w.transfer.Destination.Bucket = "media-theirs"
		}},
		{"no such key", func(w *world) {
			w.transfer.Source.KMSKeys = []string{"arn:aws:kms:eu-west-1:" + accountA + ":key/1234abcd-12ab-34cd-56ef-1234567890ab"}
		}},
		{"a caller without policies", func(w *world) { operator(w, accountA) }},
		{"a caller who may read half", func(w *world) { operator(w, accountA, policy.New(policy.Allow("iam:*", "s3:ListBucket").On("*"))) }},
		{"an owner without policies", func(w *world) { operator(w, accountB) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.inside = w.cloud.Clients()
				tt.change(w)
				said := func(clients xacct.Clients) string {
					p, err := xacct.NewPlan(t.Context(), clients, []xacct.Transfer{w.transfer})
					if err != nil {
						return err.Error()
					}
					return p.String()
				}
				if diff := cmp.Diff(said(w.inside), said(w.clients)); diff != "" {
					t.Errorf("in Go and over HTTP (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The journey by operators who have what xacct asks for and nothing else.
func TestOperators(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.transfer.Operators = []string{"arn:aws:iam::" + accountA + ":role/Planner"}
		for account, region := range map[string]string{accountA: "eu-west-1", accountB: "us-east-2"} {
			documents, err := xacct.OperatorPolicies(account, []xacct.Transfer{w.transfer})
			if err != nil {
				t.Fatal(err)
			}
			w.handler.Key("AKIA"+account, w.cloud.AddRole(account, "Planner", documents...))
			w.clients[account] = xacct.NewAccountClients(config(w.handler, "AKIA"+account, region))
		}
		before := w.dump()
		w.run(t, w.apply(t, w.plan(t)))
		if n := len(w.cloud.Objects("media-archive")); n != 12 {
			t.Errorf("%d objects arrived, want 12", n)
		}
		w.destroy(t)
		if diff := cmp.Diff(strings.Replace(before, "ObjectWriter", "BucketOwnerEnforced", 1), w.dump()); diff != "" {
			t.Errorf("the accounts are not as before (-want +got):\n%s", diff)
		}
	})
}
