package enginetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const org = "o-exampleorgid"

// TestMistypedOptions gives NewPlan, NewDestroyPlan and Apply options of a wrong form: each is an error that names the entry, before any call.
func TestMistypedOptions(t *testing.T) {
	noPolicies := [][]policy.Document{}
	for _, tt := range []struct {
		name    string
		edit    func(*xacct.PlanOptions)
		path    string
		value   string
		remedy  string
		setting bool // a plan keeps it
	}{
		{"an account of HandOver with hyphens", func(o *xacct.PlanOptions) { o.HandOver = []string{"4444-5555-6666"} },
			"HandOver[0]", "4444-5555-6666", `write "444455556666"`, true},
		{"the second account of HandOver, with a space", func(o *xacct.PlanOptions) { o.HandOver = []string{accountB, "111122223333 "} },
			"HandOver[1]", "111122223333 ", `write "111122223333"`, true},
		{"an ARN in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{"arn:aws:iam::444455556666:root"} },
			"HandOver[0]", "arn:aws:iam::444455556666:root", `write "444455556666"`, true},
		{"an alias in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{"media-production"} },
			"HandOver[0]", "media-production", "not an alias", true},
		{"nothing in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{""} }, "HandOver[0]", "", "12", true},
		{"an account of OrgIDs with hyphens", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{"4444-5555-6666": org} },
			`OrgIDs["4444-5555-6666"]`, "", `write "444455556666"`, true},
		{"an account of OrgIDs without its zeros", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{"11112222": org, "455556666": org} },
			`OrgIDs["455556666"]`, "", `write "000455556666"`, true},
		{"an organisation with a space", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: org + " "} },
			`OrgIDs["111122223333"]`, org + " ", `write "o-exampleorgid"`, true},
		{"an organisation in upper case", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: "O-EXAMPLEORGID"} },
			`OrgIDs["111122223333"]`, "O-EXAMPLEORGID", `write "o-exampleorgid"`, true},
		{"an organisation's ARN", func(o *xacct.PlanOptions) {
			o.OrgIDs = map[string]string{accountA: "arn:aws:organizations::111122223333:organization/o-exampleorgid"}
		}, `OrgIDs["111122223333"]`, "arn:aws:organizations::111122223333:organization/o-exampleorgid", `write "o-exampleorgid"`, true},
		{"an organisational unit", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: "ou-ab12-11111111"} },
			`OrgIDs["111122223333"]`, "ou-ab12-11111111", "o-exampleorgid", true},
		{"an organisation that is too short", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: "o-short"} },
			`OrgIDs["111122223333"]`, "o-short", "leave the account out", true},
		{"an empty organisation", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{accountA: ""} },
			`OrgIDs["111122223333"]`, "", "leave the account out", true},
		{"an account of SCPs", func(o *xacct.PlanOptions) { o.SCPs = map[string][][]policy.Document{"1111 2222 3333": noPolicies} },
			`SCPs["1111 2222 3333"]`, "", `write "111122223333"`, true},
		{"an account of RCPs", func(o *xacct.PlanOptions) { o.RCPs = map[string][][]policy.Document{"444455556666\n": noPolicies} },
			`RCPs["444455556666\n"]`, "", `write "444455556666"`, true},
		{"an organisation in place of the account", func(o *xacct.PlanOptions) { o.RCPs = map[string][][]policy.Document{org: noPolicies} },
			`RCPs["o-exampleorgid"]`, "", "12", true},
		{"an account of Regions with hyphens", func(o *xacct.PlanOptions) { o.Regions = map[string][]string{"4444-5555-6666": {"me-central-1"}} },
			`Regions["4444-5555-6666"]`, "", `write "444455556666"`, true},
		{"a Region in upper case", func(o *xacct.PlanOptions) { o.Regions = map[string][]string{accountA: {"af-south-1", "ME-CENTRAL-1"}} },
			`Regions["111122223333"][1]`, "ME-CENTRAL-1", `write "me-central-1"`, true},
		{"a Region's name for people", func(o *xacct.PlanOptions) { o.Regions = map[string][]string{accountA: {"Middle East (UAE)"}} },
			`Regions["111122223333"][0]`, "Middle East (UAE)", "such as me-central-1", true},
		{"a negative Concurrency", func(o *xacct.PlanOptions) { o.Concurrency = -1 }, "Concurrency", "-1", "16", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				transfers := []xacct.Transfer{kittest.Push(cloud)}
				good := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
				cloud.ResetCalls()
				refused := func(what, path string, err error) {
					t.Helper()
					for _, p := range xacct.Problems(err) {
						if p.Path == path && p.Value == tt.value && strings.Contains(p.Remedy+p.Rule, tt.remedy) && strings.Contains(err.Error(), tt.path) {
							return
						}
					}
					t.Errorf("%s: %v, want a problem of %s with %q", what, err, path, tt.remedy)
				}
				_, err := xacct.NewPlan(t.Context(), cloud.Clients(), transfers, tt.edit)
				refused("NewPlan", tt.path, err)
				_, err = xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers, tt.edit)
				refused("NewDestroyPlan", tt.path, err)
				if tt.setting {
					var o xacct.PlanOptions
					tt.edit(&o)
					good.Settings.HandOver, good.Settings.OrgIDs, good.Settings.SCPs, good.Settings.RCPs = o.HandOver, o.OrgIDs, o.SCPs, o.RCPs
					good.Settings.Regions = o.Regions
					r, err := good.Apply(t.Context(), cloud.Clients())
					refused("Apply", "Settings."+tt.path, err)
					if r != nil {
						t.Error("Apply has a result")
					}
				}
				if calls := cloud.Calls(); len(calls) > 0 {
					t.Errorf("%d calls were made, the first %s", len(calls), calls[0].Operation)
				}
			})
		})
	}
}

// TestMistypedClients gives every function that takes clients a key that is not an account id.
func TestMistypedClients(t *testing.T) {
	for _, tt := range []struct{ name, key, path, remedy string }{
		{"hyphens", "4444-5555-6666", `Clients["4444-5555-6666"]`, `write "444455556666"`},
		{"spaces", "4444 5555 6666", `Clients["4444 5555 6666"]`, `write "444455556666"`},
		{"a space before", " 444455556666", `Clients[" 444455556666"]`, `write "444455556666"`},
		{"a line break behind", "444455556666\n", `Clients["444455556666\n"]`, `write "444455556666"`},
		{"eleven digits", "44445555666", `Clients["44445555666"]`, `write "044445555666"`},
		{"thirteen digits", "4444555566667", `Clients["4444555566667"]`, "leading zeros"},
		{"an ARN", "arn:aws:iam::444455556666:role/ops", `Clients["arn:aws:iam::444455556666:role/ops"]`, `write "444455556666"`},
		{"an alias", "media-production", `Clients["media-production"]`, "not an alias"},
		{"a profile", "default", `Clients["default"]`, "12"},
		{"empty", "", `Clients[""]`, "12"},
		{"digits of another script", "٤٤٤٤٥٥٥٥٦٦٦٦", `Clients["٤٤٤٤٥٥٥٥٦٦٦٦"]`, "12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cloud := t.Context(), kittest.World(t)
				tr := kittest.Push(cloud)
				p := kittest.MustPlan(t, ctx, cloud.Clients(), []xacct.Transfer{tr})
				clients := cloud.Clients()
				clients[tt.key] = clients[accountB]
				delete(clients, accountB)
				cloud.ResetCalls()
				for what, call := range map[string]func() error{
					"NewPlan":         func() error { _, err := xacct.NewPlan(ctx, clients, p.Transfers); return err },
					"NewDestroyPlan":  func() error { _, err := xacct.NewDestroyPlan(ctx, clients, p.Transfers); return err },
					"Apply":           func() error { _, err := p.Apply(ctx, clients); return err },
					"Residue":         func() error { _, err := p.Residue(ctx, clients); return err },
					"Receipt":         func() error { _, err := p.Receipt(ctx, clients, tr.Name, nil, &task.Outcome{}); return err },
					"VerifyOwnership": func() error { return xacct.VerifyOwnership(clients, tr)(ctx) },
					"DataSync":        func() error { _, err := clients.DataSync("arn:aws:datasync:us-east-2:111122223333:task/x"); return err },
					"Objects":         func() error { _, err := clients.Objects(accountB, "us-east-2"); return err },
				} {
					err := call()
					problems := xacct.Problems(err)
					if len(problems) != 1 || problems[0].Path != tt.path || !strings.Contains(problems[0].Error(), tt.remedy) {
						t.Errorf("%s: %v, want a problem of %s with %s", what, err, tt.path, tt.remedy)
					}
					if err != nil && strings.Contains(err.Error(), "\n") {
						t.Errorf("%s: more than one line: %v", what, err)
					}
				}
				if calls := cloud.Calls(); len(calls) > 0 {
					t.Errorf("%d calls were made, the first %s", len(calls), calls[0].Operation)
				}
			})
		})
	}
}

// TestVerifyOwnershipOfAMistypedTransfer names the field of the transfer, not a client that is missing.
func TestVerifyOwnershipOfAMistypedTransfer(t *testing.T) {
	cloud := kittest.World(t)
	tr := kittest.Push(cloud)
	tr.Destination.Account = "4444-5555-6666"
	err := xacct.VerifyOwnership(cloud.Clients(), tr)(t.Context())
	var typed *xacct.OwnershipError
	problems := xacct.Problems(err)
	if !errors.As(err, &typed) || len(problems) == 0 || problems[0].Path != "Destination.Account" || typed.Hint() != problems[0].Remedy {
		t.Errorf("VerifyOwnership = %v, hints %v", err, xacct.Hints(err))
	}
}

func TestNegativeApplyOptions(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		edit       func(*xacct.ApplyOptions)
	}{
		{"Concurrency", "Concurrency", func(o *xacct.ApplyOptions) { o.Concurrency = -1 }},
		{"Concurrency, far below", "Concurrency", func(o *xacct.ApplyOptions) { o.Concurrency = -1 << 30 }},
		{"Budget", "Budget", func(o *xacct.ApplyOptions) { o.Budget = -time.Minute }},
		{"Budget, a nanosecond", "Budget", func(o *xacct.ApplyOptions) { o.Budget = -1 }},
		{"Grace", "Grace", func(o *xacct.ApplyOptions) { o.Grace = -time.Minute }},
		{"Settle", "Settle", func(o *xacct.ApplyOptions) { o.Settle = -time.Second }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
				cloud.ResetCalls()
				r, err := p.Apply(t.Context(), cloud.Clients(), tt.edit)
				problems := xacct.Problems(err)
				if r != nil || len(problems) != 1 || problems[0].Path != tt.path || problems[0].Value == "" {
					t.Errorf("Apply = %v, %v, want a problem of %s", r, err, tt.path)
				}
				if n := len(cloud.Calls()); n > 0 {
					t.Errorf("%d calls were made", n)
				}
			})
		})
	}
}

// unknownAccounts are the findings about accounts that the plan does not know.
func unknownAccounts(p *xacct.Plan) []string {
	var out []string
	for _, f := range p.Findings {
		if f.Code == xacct.CodeUnknownAccount {
			out = append(out, fmt.Sprintf("%s %s", f.Severity, f.Subject))
		}
	}
	return out
}

// TestAccountsOfOthers gives accounts that no transfer names: they are normal everywhere but in HandOver.
func TestAccountsOfOthers(t *testing.T) {
	const other, another = "777788889999", "000011112222"
	noPolicies := [][]policy.Document{}
	for _, tt := range []struct {
		name string
		edit func(*xacct.PlanOptions)
		want []string
	}{
		{"in OrgIDs", func(o *xacct.PlanOptions) { o.OrgIDs = map[string]string{other: org} }, nil},
		{"in SCPs", func(o *xacct.PlanOptions) { o.SCPs = map[string][][]policy.Document{other: noPolicies} }, nil},
		{"in RCPs", func(o *xacct.PlanOptions) { o.RCPs = map[string][][]policy.Document{other: noPolicies} }, nil},
		{"an end's in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} }, nil},
		{"the task account in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{accountA} }, nil},
		{"in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{other} }, []string{"warning " + other}},
		{"in HandOver, twice", func(o *xacct.PlanOptions) { o.HandOver = []string{other, other} }, []string{"warning " + other}},
		{"in HandOver, beside an end's", func(o *xacct.PlanOptions) { o.HandOver = []string{accountB, other} }, []string{"warning " + other}},
		{"two in HandOver", func(o *xacct.PlanOptions) { o.HandOver = []string{other, another} }, []string{"warning " + other, "warning " + another}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				clients := cloud.Clients()
				clients[other] = xacct.AccountClients{} // normal here too, and never used
				for _, plan := range []func(context.Context, xacct.Clients, []xacct.Transfer, ...func(*xacct.PlanOptions)) (*xacct.Plan, error){xacct.NewPlan, xacct.NewDestroyPlan} {
					p, err := plan(t.Context(), clients, []xacct.Transfer{kittest.Push(cloud)}, tt.edit)
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(tt.want, unknownAccounts(p)); diff != "" {
						t.Errorf("%s (-want +got):\n%s", p.Mode, diff)
					}
					if len(tt.want) > 0 && !strings.Contains(p.String(), "HandOver names account "+other) {
						t.Errorf("the text does not say it:\n%s", p)
					}
				}
			})
		})
	}
}

// TestHandOverOfAFormerAccount names the account of a bucket that the transfer has left.
func TestHandOverOfAFormerAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		cloud.AddBucket(accountA, "us-east-2", "own-archive")
		tr.Destination.Account, tr.Destination.Bucket = accountA, "own-archive"
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace, func(o *xacct.PlanOptions) { o.HandOver = []string{accountB} })
		if got := unknownAccounts(p); got != nil {
			t.Errorf("found %v:\n%s", got, p)
		}
		if got := unknownAccounts(p.For(accountB)); got != nil {
			t.Errorf("its part: found %v:\n%s", got, p)
		}
	})
}

// TestPartOfAnUnknownAccount asks for the part of an account that the plan does not know, which applies to nothing and says so.
func TestPartOfAnUnknownAccount(t *testing.T) {
	reported := func(tr *xacct.Transfer) {
		tr.Task.Report = &task.Report{Account: "777788889999", Bucket: "reports", RoleARN: "arn:aws:iam::111122223333:role/reports"}
	}
	keyed := func(tr *xacct.Transfer) {
		tr.Source.KMSKeys = []string{"arn:aws:kms:eu-west-1:777788889999:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
	}
	handed := func(o *xacct.PlanOptions) { o.HandOver = []string{"777788889999"} }
	for _, tt := range []struct {
		name, account string
		edit          func(*xacct.Transfer)
		opts          func(*xacct.PlanOptions)
		remedy        string // "" is a part like any other
	}{
		{"the task account", accountA, nil, nil, ""},
		{"an end's", accountB, nil, nil, ""},
		{"a report's", "777788889999", reported, nil, ""},
		{"a key's", "777788889999", keyed, nil, ""},
		{"another", "777788889999", nil, nil, "ask for an account of the plan's changes"},
		{"another, which HandOver names", "777788889999", nil, handed, "ask for an account of the plan's changes"},
		{"an end's with hyphens", "4444-5555-6666", nil, nil, `write "444455556666"`},
		{"an end's with a space", "444455556666 ", nil, nil, `write "444455556666"`},
		{"an ARN", "arn:aws:iam::444455556666:root", nil, nil, `write "444455556666"`},
		{"eleven digits", "44445555666", nil, nil, `write "044445555666"`},
		{"an alias", "media-production", nil, nil, "not an alias"},
		{"empty", "", nil, nil, "leading zeros"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				cloud.AddRole(accountA, "reports")
				tr := kittest.Push(cloud)
				if tt.edit != nil {
					tt.edit(&tr)
				}
				if tt.opts == nil {
					tt.opts = func(*xacct.PlanOptions) {}
				}
				part := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, tt.opts).For(tt.account)
				if tt.remedy == "" {
					if got := unknownAccounts(part); got != nil {
						t.Errorf("found %v:\n%s", got, part)
					}
					return
				}
				if diff := cmp.Diff([]string{"blocking " + tt.account}, unknownAccounts(part)); diff != "" {
					t.Errorf("findings (-want +got):\n%s", diff)
				}
				if data, err := json.Marshal(part); err != nil || strings.Contains(string(data), "media-raw") {
					t.Errorf("the part names what is in other accounts: %s, %v", data, err)
				}
				if text := part.String(); !strings.Contains(text, tt.remedy) || !strings.Contains(text, fmt.Sprintf("%q", tt.account)) {
					t.Errorf("the text does not say it:\n%s", text)
				}
				cloud.ResetCalls()
				var blocked *xacct.BlockedError
				if r, err := reload(t, part).Apply(t.Context(), cloud.Clients()); !errors.As(err, &blocked) || r != nil {
					t.Errorf("Apply = %v, %v, want a BlockedError", r, err)
				}
				if n := len(cloud.Calls()); n > 0 {
					t.Errorf("%d calls were made", n)
				}
			})
		})
	}
}

// TestMistypedOrganisationOfFacts checks resources with an organisation of a wrong form: it is not known, so that nothing is denied because of it.
func TestMistypedOrganisationOfFacts(t *testing.T) {
	cloud := xaccttest.NewCloud()
	r, err := kittest.Push(cloud).Resources()
	if err != nil {
		t.Fatal(err)
	}
	deny := policy.New(policy.Deny("s3:*").WithSid("OrgOnly").By(policy.Everyone()).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*").
		When(policy.StringNotEquals("aws:PrincipalOrgID", org)))
	for _, tt := range []struct {
		name, id string
		want     xacct.Code
	}{
		{"a member", org, xacct.CodeAllowed},
		{"a member of another", "o-0123456789", xacct.CodeDenied},
		{"a space behind", org + " ", xacct.CodeUndetermined},
		{"upper case", "O-EXAMPLEORGID", xacct.CodeUndetermined},
		{"empty", "", xacct.CodeUndetermined},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := xacct.Facts{BucketPolicies: map[string]policy.Document{"media-archive": deny}, OrgIDs: map[string]string{accountA: tt.id}}
			var got []string
			for _, f := range r.Check(facts) {
				if f.Statement == "OrgOnly" {
					got = append(got, f.Code)
				}
			}
			if tt.want == xacct.CodeAllowed {
				if got != nil {
					t.Errorf("found %v", got)
				}
				return
			}
			if denied := slices.Contains(got, xacct.CodeDenied); !slices.Contains(got, tt.want) || denied != (tt.want == xacct.CodeDenied) {
				t.Errorf("found %v, want %s", got, tt.want)
			}
		})
	}
}
