package enginetest_test

import (
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

// appliedWorlds are set-ups from nothing, edits, moves of every kind, and tear-downs of all of them.
func appliedWorlds() []appliedWorld {
	var out []appliedWorld
	add := func(name string, begin func(*testing.T) (*xaccttest.Cloud, xacct.Transfer), edit func(*testing.T, *xaccttest.Cloud, *xacct.Transfer), mode xacct.Mode) {
		out = append(out, appliedWorld{name + ", " + string(mode), func(t *testing.T) (*xaccttest.Cloud, kittest.Appliers, *xacct.Plan) {
			cloud, tr := begin(t)
			appliers := kittest.AddAppliers(cloud)
			tr.Operators = appliers.Operators(tr)
			if edit != nil {
				kittest.SetUp(t, cloud, tr)
				edit(t, cloud, &tr)
			}
			p := planFor(t, cloud, mode, tr)
			cloud.Intercept(loseFirst())
			return cloud, appliers, p
		}})
	}
	for _, o := range operatedTransfers {
		begin := func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := o.world(t)
			tr := o.make(cloud)
			tr.Operators = []string{cloud.OperatorARN(tr.TaskAccount)}
			return cloud, tr
		}
		add(o.name, begin, nil, xacct.SetUp)
		add(o.name, begin, func(*testing.T, *xaccttest.Cloud, *xacct.Transfer) {}, xacct.SetUp)
		add(o.name+", edited", begin, later, xacct.SetUp)
		add(o.name, begin, started, xacct.TearDown)
	}
	for _, m := range moves {
		begin := func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) { return m.begin(t) }
		edit := func(_ *testing.T, c *xaccttest.Cloud, tr *xacct.Transfer) { m.edit(c, tr) }
		add("moved "+m.name, begin, edit, xacct.SetUp)
		add("moved "+m.name, begin, edit, xacct.TearDown)
	}
	for _, mode := range []xacct.Mode{xacct.SetUp, xacct.TearDown} {
		add("a key left", leftKey, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Source.KMSKeys = tr.Source.KMSKeys[:1]
		}, mode)
		add("a log group left", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			cloud.AddLogGroup(accountA, "us-east-2", "one")
			return cloud, logging(cloud, "one")
		}, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.LogGroupARN, tr.Task.Options.LogLevel = "", dstypes.LogLevelOff
		}, mode)
		add("a shared log group left", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("Theirs")))
			return cloud, logging(cloud, "one")
		}, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.LogGroupARN, tr.Task.Options.LogLevel = "", dstypes.LogLevelOff
		}, mode)
		add("a log group of its own left", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			return cloud, grouped(cloud)
		}, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Task.Log = &task.Log{Name: "/transfers/renamed"}
		}, mode)
		add("another mode", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			return cloud, kittest.Push(cloud)
		}, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeBasic }, mode)
		add("a bucket emptied", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := moveWorld(t)
			cloud.SetBucketPolicy("media-archive", nil)
			return cloud, kittest.Push(cloud)
		}, func(_ *testing.T, _ *xaccttest.Cloud, tr *xacct.Transfer) {
			tr.Destination.Account, tr.Destination.Bucket = accountC, "third-archive"
		}, mode)
		add("a report's bucket", func(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
			cloud := kittest.World(t)
			cloud.AddBucket(accountA, "us-east-2", "reports")
			tr := kittest.Push(cloud)
			tr.Task.Report = &task.Report{Bucket: "reports"}
			return cloud, tr
		}, later, mode)
	}
	return append(out, handedWorlds...)
}

// handedWorlds are parts of plans that were made without a client of the account, which only its own operator applies.
var handedWorlds = []appliedWorld{
	{"the bucket's part", func(t *testing.T) (*xaccttest.Cloud, kittest.Appliers, *xacct.Plan) {
		cloud := operatedWorld(t)
		tr := kittest.WithEveryKind(kittest.Push(cloud))
		ours := xacct.Clients{accountA: cloud.Clients()[accountA]}
		p := kittest.MustPlan(t, t.Context(), ours, []xacct.Transfer{tr})
		if _, err := p.Apply(t.Context(), ours); err != nil { // the roles
			t.Fatal(err)
		}
		return cloud, kittest.AddAppliers(cloud), p.For(accountB)
	}},
	{"the bucket's part of a tear-down", func(t *testing.T) (*xaccttest.Cloud, kittest.Appliers, *xacct.Plan) {
		cloud := kittest.World(t)
		cloud.SetBucketPolicy("media-archive", nil)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		ours := xacct.Clients{accountA: cloud.Clients()[accountA]}
		p, err := xacct.NewDestroyPlan(t.Context(), ours, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Apply(t.Context(), ours); err != nil { // task and locations
			t.Fatal(err)
		}
		return cloud, kittest.AddAppliers(cloud), p.For(accountB)
	}},
	{"the task's part of what was changed meanwhile", func(t *testing.T) (*xaccttest.Cloud, kittest.Appliers, *xacct.Plan) {
		cloud := operatedWorld(t)
		tr := operatedTransfer(cloud, accountA, "")
		appliers := kittest.AddAppliers(cloud)
		tr.Operators = []string{cloud.OperatorARN(accountA), appliers.ARNs[accountA]}
		kittest.SetUp(t, cloud, tr)
		later(t, cloud, &tr)
		theirs := xacct.Clients{accountB: cloud.Clients()[accountB]}
		p := kittest.MustPlan(t, t.Context(), theirs, []xacct.Transfer{tr})
		return cloud, appliers, p.For(accountA)
	}},
}

// The policy of an account's part of a plan allows what that of the whole plan does, but for reading the policies of buckets that are left: whose they are,
// and that there are any, stands in the changes of several accounts.
func TestPlanOperatorPolicyOfParts(t *testing.T) {
	kittest.SkipUnlessFaults(t)
	for i, w := range appliedWorlds() {
		if i%kittest.Sample(3, 1) != 0 {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			_, _, p := w.make(t)
			for _, account := range []string{accountA, accountB} {
				whole, err := p.OperatorPolicy(account)
				if err != nil {
					t.Fatal(err)
				}
				part, err := p.For(account).OperatorPolicy(account)
				if err != nil {
					t.Fatal(err)
				}
				reads := func(pair string) bool { return strings.HasPrefix(pair, "s3:GetBucketPolicy ") }
				want, got := slices.DeleteFunc(pairs(whole), reads), slices.DeleteFunc(pairs(part), reads)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: account %s (-whole +part):\n%s", w.name, account, diff)
				}
			}
		})
	}
}

// later edits what the task account has, behind the back of the plans too.
func later(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
	t.Helper()
	if tr.Source.RoleARN == "" && tr.Source.LocationARN == "" {
		if tr.TaskAccount == "" {
			tr.TaskAccount = tr.Source.Account
		}
		if err := drift(t.Context(), cloud, *tr); err != nil {
			t.Fatal(err)
		}
	}
	if tr.Destination.LocationARN == "" {
		tr.Destination.Prefix = "later"
	}
	tr.Task.Options.BytesPerSecond, tr.Tags = 1<<20, map[string]string{"team": "media"}
}

// started starts the task, for a tear-down to cancel.
func started(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer) {
	t.Helper()
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{*tr})
	for _, c := range p.Changes {
		if c.Kind == xacct.DataSyncTask {
			api, err := cloud.Clients().DataSync(c.ARN)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := task.Start(t.Context(), api, c.ARN); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func leftKey(t *testing.T) (*xaccttest.Cloud, xacct.Transfer) {
	cloud, tr := kittest.EncryptedWorld()
	tr.Source.KMSKeys = append(tr.Source.KMSKeys, cloud.AddKey(accountC, "eu-west-1"))
	return cloud, tr
}

// planFor plans with an administrator's clients.
func planFor(t *testing.T, cloud *xaccttest.Cloud, mode xacct.Mode, tr xacct.Transfer) *xacct.Plan {
	t.Helper()
	if mode == xacct.SetUp {
		return kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
	}
	p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
		o.CancelRuns = true
		if tr.Destination.DisableACLs {
			o.Ownership = map[string]s3types.ObjectOwnership{tr.Destination.Bucket: s3types.ObjectOwnershipObjectWriter}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
