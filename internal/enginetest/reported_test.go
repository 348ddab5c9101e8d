package enginetest_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// handBack is what the other team hands back: its Result's Report as JSON, read again.
func handBack(t *testing.T, r *xacct.Result) *xacct.Result {
	t.Helper()
	data, err := json.Marshal(r.Report())
	if err != nil {
		t.Fatal(err)
	}
	var out xacct.Result
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// byReport plans with what was handed back.
func byReport(reports ...*xacct.Result) func(*xacct.PlanOptions) {
	return func(o *xacct.PlanOptions) { o.Reported = reports }
}

// teams are accounts whose operators exchange nothing but parts of plans and reports, as JSON.
type teams struct {
	t       *testing.T
	cloud   *xaccttest.Cloud
	planner string // the account whose operator plans
	others  []string
	told    map[string][]string // by account: all JSON that its operator got
}

// round plans and applies in the planning account with what the others report, has the others apply their parts, and returns the plan and their reports.
func (w *teams) round(plan func(...func(*xacct.PlanOptions)) (*xacct.Plan, error), reports []*xacct.Result, optFns ...func(*xacct.PlanOptions)) (*xacct.Plan, []*xacct.Result) {
	w.t.Helper()
	p, err := plan(append(optFns, byReport(reports...))...)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := p.Apply(w.t.Context(), only(w.cloud, w.planner)); err != nil {
		w.t.Fatalf("%v\n%s", err, p)
	}
	var back []*xacct.Result
	for _, account := range w.others {
		data, err := json.Marshal(p.For(account))
		if err != nil {
			w.t.Fatal(err)
		}
		w.told[account] = append(w.told[account], string(data))
		time.Sleep(time.Minute)
		done, err := reload(w.t, p.For(account)).Apply(w.t.Context(), only(w.cloud, account))
		if err != nil {
			w.t.Fatalf("%s: %v", account, err)
		}
		back = append(back, handBack(w.t, done))
	}
	return p, back
}

// TestTeamsGoByReports sets up and tears down with teams that have no client of each other and exchange nothing but For's and Report's JSON: everything is
// as before in the end, and nobody learns of a third.
func TestTeamsGoByReports(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for _, tt := range []struct {
		name   string
		world  func(*testing.T) (*xaccttest.Cloud, []xacct.Transfer)
		others []string
		hidden map[string][]string
	}{
		{name: "two", others: []string{accountB}, world: func(t *testing.T) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := kittest.SharedWorld(t)
			return cloud, []xacct.Transfer{kittest.WithEveryKind(kittest.Push(cloud))}
		}},
		{name: "two, by account", others: []string{accountB}, world: func(t *testing.T) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := kittest.SharedWorld(t)
			tr := kittest.WithEveryKind(kittest.Push(cloud))
			tr.Grant = xacct.ByAccount
			return cloud, []xacct.Transfer{tr}
		}},
		{name: "two, with a key", others: []string{accountB}, world: func(t *testing.T) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := kittest.SharedWorld(t)
			return cloud, kittest.EncryptedPush(cloud)
		}},
		{name: "three", others: []string{accountB, accountC}, hidden: hubHides, world: func(*testing.T) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := companyWorld()
			return cloud, hub(cloud)
		}},
		{name: "three, with one role", others: []string{accountB, accountC}, hidden: hubHides, world: func(*testing.T) (*xaccttest.Cloud, []xacct.Transfer) {
			cloud := companyWorld()
			trs := hub(cloud)
			for i := range trs {
				trs[i].Destination.Role.Name = "delivery"
			}
			return cloud, trs
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, trs := tt.world(t)
				before := kittest.Dump(cloud)
				w := &teams{t: t, cloud: cloud, planner: accountA, others: tt.others, told: map[string][]string{}}
				a := only(cloud, accountA)
				up := func(optFns ...func(*xacct.PlanOptions)) (*xacct.Plan, error) {
					return xacct.NewPlan(t.Context(), a, trs, optFns...)
				}
				down := func(optFns ...func(*xacct.PlanOptions)) (*xacct.Plan, error) {
					return xacct.NewDestroyPlan(t.Context(), a, trs, optFns...)
				}
				first, reports := w.round(up, nil)
				if len(first.Held()) == 0 {
					t.Errorf("nothing is held back:\n%s", first)
				}
				second, _ := w.round(up, reports)
				w.byWord(second)
				done, err := up(byReport(reports...))
				if err != nil || !done.Empty() || len(done.Held()) > 0 {
					t.Fatalf("more to do: %v\n%s", err, done)
				}
				for _, tr := range trs {
					w.runs(second, tr.Name)
				}
				old := map[string]s3types.ObjectOwnership{}
				for _, r := range reports {
					maps.Copy(old, r.Ownership())
				}
				back := func(o *xacct.PlanOptions) { o.Ownership, o.Override = old, []string{"reported-removal"} }
				_, reports = w.round(down, nil, back)
				w.round(down, reports, back)
				last, err := down(byReport(reports...), back)
				if err != nil || !last.Empty() || len(last.Held()) > 0 {
					t.Errorf("more to take away: %v\n%s", err, last)
				}
				if diff := cmp.Diff(before, kittest.Dump(cloud)); diff != "" {
					t.Errorf("accounts before and after (-want +got):\n%s", diff)
				}
				for account, words := range tt.hidden {
					for _, word := range words {
						if strings.Contains(strings.Join(w.told[account], "\n"), word) {
							t.Errorf("%s learns of %s", account, word)
						}
					}
				}
			})
		})
	}
}

// byWord looks for the verdicts that rest on reports, none of which is one of allowed.
func (w *teams) byWord(p *xacct.Plan) {
	w.t.Helper()
	for _, account := range w.others {
		heard := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
			return f.Code == xacct.CodeUndetermined && strings.Contains(f.Detail, "undetermined, allowed if the report of "+account+" of ") && slices.Contains(f.DependsOn, "report")
		})
		if !heard {
			w.t.Errorf("no verdict rests on the report of %s:\n%s", account, p)
		}
	}
	for _, f := range p.Findings {
		if f.Code == xacct.CodeAllowed && slices.Contains(w.others, f.Account) {
			w.t.Errorf("allowed: %s", f.Detail)
		}
	}
}

// runs runs the transfer, with the ownership proved by the report.
func (w *teams) runs(p *xacct.Plan, name string) {
	w.t.Helper()
	time.Sleep(time.Minute)
	run, err := p.Start(w.t.Context(), only(w.cloud, w.planner), nil, name)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := run.Wait(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	receipt, err := run.Receipt(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, word := range receipt.OwnershipConfirmed {
		if !strings.HasPrefix(word, "the report of ") {
			w.t.Errorf("who confirmed the ownership: %q", word)
		}
	}
	if len(receipt.OwnershipConfirmed) != 1 {
		w.t.Errorf("who confirmed the ownership: %v", receipt.OwnershipConfirmed)
	}
}

// TestByAccountWaitsForNobody tears down grants by account: nothing of the task account waits for the other team, and the plan says which grant stays.
func TestByAccountWaitsForNobody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before xacct.GrantShape // of the set-up before the one that is torn down
		read   bool             // the other account is read, and handed over
		waits  bool
	}{
		{"never by role", xacct.ByAccount, false, false},
		{"read and handed over", xacct.ByAccount, true, false},
		{"by role before", xacct.ByRole, false, true},
		{"by role before, read and handed over", xacct.ByRole, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Grant = tt.before
				kittest.SetUp(t, cloud, tr)
				tr.Grant = xacct.ByAccount
				kittest.SetUp(t, cloud, tr)
				clients, handOver := only(cloud, accountA), []string(nil)
				if tt.read {
					clients, handOver = cloud.Clients(), []string{accountB}
				}
				down, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.HandOver = handOver })
				if err != nil {
					t.Fatal(err)
				}
				if stays := strings.Contains(down.String(), "a new role of that name would inherit the grant"); stays == tt.waits {
					t.Errorf("says that the grant stays: %v\n%s", stays, down)
				}
				if _, err := down.Apply(t.Context(), clients); err != nil {
					t.Fatal(err)
				}
				if there := roleIsThere(cloud); there != tt.waits {
					t.Errorf("the role is there: %v", there)
				}
				rest, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := rest.Apply(t.Context(), cloud.Clients()); err != nil {
					t.Fatal(err)
				}
				if text := string(cloud.BucketPolicy("media-archive")); strings.Contains(text, "Xacct") {
					t.Errorf("left:\n%s", text)
				}
			})
		})
	}
}

// TestByAccountThenByRole: a role that was made for grants by account stays once a grant names it, whatever the transfer says of its shape later.
func TestByAccountThenByRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		for _, shape := range []xacct.GrantShape{xacct.ByAccount, xacct.ByRole} {
			tr.Grant = shape
			kittest.SetUp(t, cloud, tr)
		}
		tr.Grant = xacct.ByAccount
		a := only(cloud, accountA)
		down, err := xacct.NewDestroyPlan(t.Context(), a, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := down.Apply(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if !roleIsThere(cloud) {
			t.Error("the role is gone, and the bucket's policy names it")
		}
	})
}
