package enginetest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// companies are three companies of one plan, and what only each of them knows: the id of its organisation and the Sids of its policies.
var companies = map[string]struct{ org, scp, rcp string }{
	accountA: {"o-aaaaaaaaaa", "AlphaGuardrail", "AlphaPerimeter"},
	accountB: {"o-bbbbbbbbbb", "BravoGuardrail", "BravoPerimeter"},
	accountC: {"o-cccccccccc", "CharlieGuardrail", "CharliePerimeter"},
}

// ofAll hands the plan the organisation, SCPs and RCPs of all three companies.
func ofAll(o *xacct.PlanOptions) {
	o.OrgIDs, o.SCPs, o.RCPs = map[string]string{}, map[string][][]policy.Document{}, map[string][][]policy.Document{}
	for account, c := range companies {
		o.OrgIDs[account] = c.org
		o.SCPs[account] = [][]policy.Document{{policy.New(policy.Allow("*").On("*")), policy.New(policy.Deny("iam:CreateUser").WithSid(c.scp).On("*"))}}
		o.RCPs[account] = [][]policy.Document{{policy.New(policy.Deny("s3:PutBucketAcl").WithSid(c.rcp).By(policy.Everyone()).On("*"))}}
	}
}

// denying hands over all policies too, and the SCP of the account denies writing, with a Sid or without one.
func denying(account, sid string) func(*xacct.PlanOptions) {
	return func(o *xacct.PlanOptions) {
		ofAll(o)
		deny := policy.Deny("s3:PutObject").On("*").When(policy.StringNotEquals("aws:RequestedRegion", "ap-southeast-2"))
		if sid != "" {
			deny = deny.WithSid(sid)
		}
		o.SCPs[account] = [][]policy.Document{{policy.New(policy.Allow("*").On("*"))}, {policy.New(policy.Allow("*").On("*")), policy.New(deny)}}
	}
}

// between is a transfer from one company's bucket to another's, set up by the source's.
func between(cloud *xaccttest.Cloud, name, from, fromBucket, to, toBucket string) xacct.Transfer {
	return xacct.Transfer{
		Name:        name,
		Source:      xacct.Endpoint{Account: from, Region: "eu-west-1", Bucket: fromBucket},
		Destination: xacct.Endpoint{Account: to, Region: "us-east-2", Bucket: toBucket},
		Operators:   []string{cloud.OperatorARN(from)},
	}
}

// companyWorld holds the buckets that the three companies name.
func companyWorld() *xaccttest.Cloud {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "alpha-footage")
	cloud.AddBucket(accountA, "eu-west-1", "alpha-dailies")
	cloud.AddBucket(accountA, "us-east-2", "alpha-archive")
	cloud.AddBucket(accountB, "eu-west-1", "bravo-masters")
	cloud.AddBucket(accountB, "us-east-2", "bravo-archive")
	cloud.AddBucket(accountC, "us-east-2", "charlie-archive")
	cloud.AddBucket(accountC, "eu-west-1", "charlie-rushes")
	for _, b := range []string{"alpha-footage", "alpha-dailies", "bravo-masters", "charlie-rushes"} {
		cloud.PutObject(b, "one.mov", []byte("x"))
	}
	return cloud
}

// hub are two transfers of one task account; the other two companies have nothing to do with each other.
func hub(cloud *xaccttest.Cloud) []xacct.Transfer {
	return []xacct.Transfer{between(cloud, "deliver-b", accountA, "alpha-footage", accountB, "bravo-archive"),
		between(cloud, "deliver-c", accountA, "alpha-dailies", accountC, "charlie-archive")}
}

// legs are two transfers that have the company in the middle in common.
func legs(cloud *xaccttest.Cloud) []xacct.Transfer {
	return []xacct.Transfer{between(cloud, "first-leg", accountA, "alpha-footage", accountB, "bravo-archive"),
		between(cloud, "second-leg", accountB, "bravo-masters", accountC, "charlie-archive")}
}

// ring are three transfers of three task accounts.
func ring(cloud *xaccttest.Cloud) []xacct.Transfer {
	return append(legs(cloud), between(cloud, "third-leg", accountC, "charlie-rushes", accountA, "alpha-archive"))
}

var companyCases = []struct {
	name      string
	transfers func(*xaccttest.Cloud) []xacct.Transfer
	edit      func(*xaccttest.Cloud, []xacct.Transfer)
	opts      func(*xacct.PlanOptions)
	hidden    map[string][]string // by account: what its part does not name, beside the organisations and policies of others
	blocked   bool                // some of it: it is not applied
}{
	{name: "a hub", transfers: hub, opts: ofAll, hidden: hubHides},
	{name: "a chain", transfers: legs, opts: ofAll, hidden: chainHides},
	{name: "a ring", transfers: ring, opts: ofAll, hidden: map[string][]string{
		accountA: {"second-leg", "bravo-masters", "charlie-archive"}, accountB: {"third-leg", "charlie-rushes", "alpha-archive"},
		accountC: {"first-leg", "alpha-footage", "bravo-archive"}}},
	{name: "accounts handed over", transfers: hub, hidden: hubHides, opts: func(o *xacct.PlanOptions) {
		ofAll(o)
		o.HandOver = []string{accountB, accountC}
	}},
	{name: "a role for both transfers", transfers: hub, opts: ofAll, hidden: hubHides, edit: func(_ *xaccttest.Cloud, trs []xacct.Transfer) {
		for i := range trs {
			trs[i].Destination.Role.Name = "delivery"
		}
	}},
	{name: "grants by account", transfers: hub, opts: ofAll, hidden: hubHides, edit: func(_ *xaccttest.Cloud, trs []xacct.Transfer) {
		for i := range trs {
			trs[i].Grant = xacct.ByAccount
		}
	}},
	{name: "a key of a third", transfers: legs, opts: ofAll, hidden: chainHides, edit: func(cloud *xaccttest.Cloud, trs []xacct.Transfer) {
		trs[1].Source.KMSKeys = []string{cloud.AddKey(accountC, "eu-west-1")}
	}},
	{name: "ACLs of a destination", transfers: hub, opts: ofAll, hidden: hubHides, edit: func(_ *xaccttest.Cloud, trs []xacct.Transfer) {
		trs[1].Destination.DisableACLs = true
	}},
	{name: "a missing bucket elsewhere", transfers: hub, opts: ofAll, blocked: true,
		hidden: map[string][]string{accountB: {accountC, "deliver-c", "charlie-nowhere"}, accountC: {accountB, "deliver-b", "bravo-archive"}},
		edit:   func(_ *xaccttest.Cloud, trs []xacct.Transfer) { trs[1].Destination.Bucket = "charlie-nowhere" }},
	{name: "an SCP of the task account denies", transfers: hub, opts: denying(accountA, "AlphaOnlySydney"), blocked: true,
		hidden: map[string][]string{accountB: append(hubHides[accountB], "AlphaOnlySydney", "ap-southeast-2"),
			accountC: append(hubHides[accountC], "AlphaOnlySydney", "ap-southeast-2")}},
	{name: "an SCP without a Sid denies", transfers: legs, opts: denying(accountB, ""), blocked: true,
		hidden: map[string][]string{accountA: append(chainHides[accountA], "ap-southeast-2"), accountC: append(chainHides[accountC], "ap-southeast-2")}},
	{name: "a statement of the middle denies and names the third", transfers: legs, opts: ofAll, blocked: true, hidden: chainHides,
		edit: func(cloud *xaccttest.Cloud, _ []xacct.Transfer) {
			cloud.SetBucketPolicy("bravo-archive", policy.New(policy.Deny("s3:*").WithSid("OnlyCharlie").By(policy.Everyone()).
				On("arn:aws:s3:::bravo-archive", "arn:aws:s3:::bravo-archive/*").When(policy.StringNotEquals("aws:PrincipalAccount", accountB, accountC))).Bytes())
		}},
	{name: "two that meet in a bucket", opts: ofAll, blocked: true,
		hidden: map[string][]string{accountA: {accountC, "from-c", "charlie-rushes"}, accountC: {accountA, "from-a", "alpha-footage"}},
		transfers: func(cloud *xaccttest.Cloud) []xacct.Transfer {
			trs := []xacct.Transfer{between(cloud, "from-a", accountA, "alpha-footage", accountB, "bravo-archive"),
				between(cloud, "from-c", accountC, "charlie-rushes", accountB, "bravo-archive")}
			for i := range trs {
				trs[i].Task.Options.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove
			}
			return trs
		}},
	{name: "reports to the third", transfers: legs, opts: ofAll, hidden: chainHides, edit: func(_ *xaccttest.Cloud, trs []xacct.Transfer) {
		trs[1].Task.Report = &task.Report{Account: accountC, Bucket: "charlie-archive", Prefix: "reports/"}
		trs[1].Destination.Prefix = "in/"
	}},
}

var (
	hubHides = map[string][]string{accountB: {accountC, "deliver-c", "charlie-archive", "alpha-dailies"},
		accountC: {accountB, "deliver-b", "bravo-archive", "alpha-footage"}}
	chainHides = map[string][]string{accountA: {accountC, "second-leg", "charlie-archive", "bravo-masters"},
		accountC: {accountA, "first-leg", "alpha-footage", "bravo-archive"}}
)

// TestPartForOneOfThreeCompanies looks for what others keep to themselves in the part of each company, as JSON and as text, and applies the parts.
func TestPartForOneOfThreeCompanies(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	for i, tt := range companyCases {
		if i%kittest.Sample(2, 1) != 0 {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := companyWorld()
				trs := tt.transfers(cloud)
				if tt.edit != nil {
					tt.edit(cloud, trs)
				}
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), trs, tt.opts)
				hides(t, p, tt.hidden)
				if tt.blocked {
					return
				}
				for range 3 { // each waits for the others
					applyParts(t, cloud, p, tt.hidden)
				}
				if next := kittest.MustPlan(t, t.Context(), cloud.Clients(), trs, ofAll); !next.Empty() {
					t.Fatalf("more to do:\n%s", next)
				}
				down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), trs, tt.opts, func(o *xacct.PlanOptions) {
					for _, tr := range trs {
						if tr.Destination.DisableACLs {
							o.Ownership = map[string]s3types.ObjectOwnership{tr.Destination.Bucket: s3types.ObjectOwnershipBucketOwnerPreferred}
						}
					}
				})
				if err != nil {
					t.Fatal(err)
				}
				hides(t, down, tt.hidden)
				for range 3 {
					applyParts(t, cloud, down, tt.hidden)
				}
				kittest.TearDown(t, cloud, trs...) // roles of which one company alone cannot see that no bucket names them
				if dump := kittest.Dump(cloud); strings.Contains(dump, "xacct") {
					t.Errorf("left:\n%s", dump)
				}
			})
		})
	}
}

// hides looks for hidden words in each company's part, and that the part has its own policies.
func hides(t *testing.T, p *xacct.Plan, hidden map[string][]string) {
	t.Helper()
	for account, own := range companies {
		part := p.For(account)
		data, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		words := slices.Clone(hidden[account])
		for other, c := range companies {
			if other != account {
				words = append(words, c.org, c.scp, c.rcp)
			}
		}
		for _, word := range words {
			if i := strings.Index(string(data), word); i >= 0 {
				t.Errorf("%s: the part of %s names %s: …%s…", p.Mode, account, word, data[max(0, i-200):min(len(data), i+100)])
			}
			if strings.Contains(part.String(), word) {
				t.Errorf("%s: the text of the part of %s names %s:\n%s", p.Mode, account, word, part)
			}
		}
		if diff := cmp.Diff(map[string]string{account: own.org}, part.Settings.OrgIDs); diff != "" {
			t.Errorf("%s: organisations (-want +got):\n%s", account, diff)
		}
		if len(part.Settings.SCPs) != 1 || len(part.Settings.RCPs) != 1 || part.Settings.SCPs[account] == nil || part.Settings.RCPs[account] == nil {
			t.Errorf("%s: the part has not its own SCPs and RCPs alone: %v", account, part.Settings)
		}
	}
}

// applyParts applies the part of each company with its own clients, and looks for hidden words in what comes of it.
func applyParts(t *testing.T, cloud *xaccttest.Cloud, p *xacct.Plan, hidden map[string][]string) {
	t.Helper()
	for _, account := range []string{accountA, accountB, accountC} {
		r, err := reload(t, p.For(account)).Apply(t.Context(), only(cloud, account))
		if err != nil {
			t.Fatalf("%s: %v", account, err)
		}
		for _, c := range r.Changes {
			said := fmt.Sprintf("%+v %v", c.ID, c.Err)
			for _, word := range hidden[account] {
				if strings.Contains(said, word) || slices.Contains(c.Transfers, word) {
					t.Errorf("the result of %s names %s: %s", account, word, said)
				}
			}
		}
	}
}
