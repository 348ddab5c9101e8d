package enginetest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestMistypedAccount plans with an id of an account for which there is no client, while the bucket belongs to somebody whose client may be held. found
// are the severities, sides and details of the findings wrong-owner.
func TestMistypedAccount(t *testing.T) {
	const typoA, typoB, accountC = "111122223334", "444455556665", "777788889999"
	destination := func(tr *xacct.Transfer) { tr.Destination.Account = typoB }
	source := func(tr *xacct.Transfer) { tr.Source.Account, tr.TaskAccount = typoA, accountA }
	const theirs = "bucket media-archive belongs to account 444455556666, not to account 444455556665"
	const ours = "bucket media-raw belongs to account 111122223333, not to account 111122223334"
	const unproved = "it is not proved that bucket media-archive belongs to account 444455556665: no client of the account was given"
	for _, tt := range []struct {
		name    string
		running bool // the transfer is set up as it should be
		destroy bool
		typo    func(*xacct.Transfer)
		clients func(*xaccttest.Cloud, xacct.Clients)
		opts    func(*xacct.PlanOptions)
		found   []string
	}{
		{name: "of a running transfer's destination", running: true, typo: destination, found: []string{"blocking destination " + theirs}},
		{name: "of a running transfer's source", running: true, typo: source, found: []string{"blocking source " + ours}},
		{name: "at first", typo: destination, found: []string{"blocking destination " + theirs}},
		{name: "of the source at first", typo: source, found: []string{"blocking source " + ours}},
		{name: "of a transfer to destroy", running: true, destroy: true, typo: destination, found: []string{"blocking destination " + theirs}},
		{name: "of the source to destroy", running: true, destroy: true, typo: source, found: []string{"blocking source " + ours}},
		{name: "of both ends", running: true, typo: func(tr *xacct.Transfer) { source(tr); destination(tr) },
			found: []string{"blocking source " + ours, "blocking destination " + theirs}},
		{name: "where a third account owns the bucket that was meant", typo: func(tr *xacct.Transfer) { tr.Destination.Account = typoB },
			clients: func(cloud *xaccttest.Cloud, c xacct.Clients) {
				cloud.AddBucket(accountC, "us-east-2", "other")
				c[accountC] = cloud.Clients()[accountC]
			},
			found: []string{"blocking destination " + theirs}},
		{name: "overridden", running: true, typo: destination, opts: func(o *xacct.PlanOptions) { o.Override = []string{xacct.CodeWrongOwner} },
			found: []string{"warning destination " + theirs}},
		{name: "that is handed over", typo: destination, opts: func(o *xacct.PlanOptions) { o.HandOver = []string{typoB} },
			found: []string{"blocking destination " + theirs}},
		{name: "without the owner's client", typo: destination, clients: func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountB) },
			found: []string{"info destination " + unproved}},
		{name: "of a running transfer without the owner's client", running: true, typo: destination,
			clients: func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountB) },
			found:   []string{"warning destination " + unproved + ", and when the transfer's role was written the bucket belonged to account 444455556666"}},
		{name: "to destroy without the owner's client", running: true, destroy: true, typo: destination,
			clients: func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountB) },
			found:   []string{"warning destination " + unproved + ", and when the transfer's role was written the bucket belonged to account 444455556666"}},
		{name: "with a client of the owner that may not list", typo: destination,
			clients: func(cloud *xaccttest.Cloud, c xacct.Clients) {
				c[accountB] = cloud.ClientsAs(cloud.AddRole(accountB, "Nobody"))
			},
			found: []string{"info destination " + unproved}},
		{name: "with a client that is not the owner's", typo: destination,
			clients: func(cloud *xaccttest.Cloud, c xacct.Clients) { c[accountB] = cloud.Clients()[accountA] },
			found:   []string{"info destination " + unproved}},
		{name: "none, and the account has no client", clients: func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountB) },
			found: []string{"info destination " + strings.ReplaceAll(unproved, typoB, accountB)}},
		{name: "none, of a running transfer, and the account has no client", running: true,
			clients: func(_ *xaccttest.Cloud, c xacct.Clients) { delete(c, accountB) },
			found:   []string{"info destination " + strings.ReplaceAll(unproved, typoB, accountB)}},
		{name: "none", running: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				if tt.running {
					kittest.SetUp(t, cloud, tr)
				}
				if tt.typo != nil {
					tt.typo(&tr)
				}
				clients := cloud.Clients()
				if tt.clients != nil {
					tt.clients(cloud, clients)
				}
				plan := xacct.NewPlan
				if tt.destroy {
					plan = xacct.NewDestroyPlan
				}
				cloud.ResetCalls()
				p, err := plan(t.Context(), clients, []xacct.Transfer{tr}, tt.opts) // nil options are skipped
				if err != nil {
					t.Fatal(err)
				}
				checkMistyped(t, cloud, clients, p, tt.found)
			})
		})
	}
}

// checkMistyped compares the findings wrong-owner of the plan with those that are expected, and applies it if one of them blocks.
func checkMistyped(t *testing.T, cloud *xaccttest.Cloud, clients xacct.Clients, p *xacct.Plan, want []string) {
	t.Helper()
	var got []string
	for _, f := range p.Findings {
		if f.Code == xacct.CodeWrongOwner {
			got = append(got, fmt.Sprintf("%s %s %s", f.Severity, f.Side, f.Detail))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("findings (-want +got):\n%s\n%s", diff, p)
	}
	asked := map[string]int{}
	for _, c := range cloud.Calls() {
		if in, ok := c.Input.(*s3.HeadBucketInput); ok {
			asked[fmt.Sprintf("%s whether %s is that of %s", c.Account, *in.Bucket, *in.ExpectedBucketOwner)]++
		}
	}
	for what, n := range asked {
		if n > 1 {
			t.Errorf("%s was asked %d times", what, n)
		}
	}
	if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "blocking") }) {
		return
	}
	before := kittest.Dump(cloud)
	_, err := p.Apply(t.Context(), clients)
	var blocked *xacct.BlockedError
	var owner *xacct.WrongOwnerError
	if !errors.As(err, &blocked) || !errors.As(err, &owner) {
		t.Fatalf("apply: %v", err)
	}
	if owner.Owner == "" || !strings.Contains(owner.Error(), "belongs to account "+owner.Owner) || !strings.HasSuffix(owner.Hint(), "to "+owner.Owner) {
		t.Errorf("%v; %s", owner, owner.Hint())
	}
	if after := kittest.Dump(cloud); after != before {
		t.Errorf("something was changed (-before +after):\n%s", cmp.Diff(before, after))
	}
}
