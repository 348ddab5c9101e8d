package xacct_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// operated is a transfer in a world of its own, run by operators that have their policies and nothing else: one role an account and phase.
type operated struct {
	name  string
	world func(*testing.T) *xaccttest.Cloud
	make  func(*xaccttest.Cloud) xacct.Transfer
}

var operatedTransfers = []operated{
	{"push", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountA, "") }},
	{"pull", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountB, "") }},
	{"basic", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountA, dstypes.TaskModeBasic) }},
	{"kms", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Destination.KMSKeys = []string{c.AddKey(accountB, "us-east-2")}
		return tr
	}},
	{"logs and report", operatedWorld, operatedJob},
	{"shared log policy", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(policy.Allow("logs:PutLogEvents").WithSid("Theirs").By(policy.Service("es.amazonaws.com")).On("*")))
		return c
	}, operatedJob},
	{"retries", func(*testing.T) *xaccttest.Cloud {
		c := xaccttest.NewCloud()
		for _, b := range []struct{ account, region, name string }{{accountA, "eu-west-1", "media-raw"}, {accountB, "us-east-2", "media-archive"}} {
			c.AddBucket(b.account, b.region, b.name, func(o *xaccttest.BucketOptions) {
				o.Encryption, o.KMSKey = s3types.ServerSideEncryptionAwsKms, c.AddKey(b.account, b.region)
			})
		}
		c.PutObject("media-raw", "2026/01.mov", []byte("x"))
		c.PutObject("media-raw", "2026/02.mov", []byte("y"))
		return c
	}, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Destination.Prefix, tr.Destination.DisableACLs = "in/", false
		tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{defaultKey(c, accountA, "eu-west-1", "media-raw")}, []string{defaultKey(c, accountB, "us-east-2", "media-archive")}
		tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
		tr.Retries = &task.Manifest{Bucket: "media-raw", Key: "retry.csv"}
		return tr
	}},
	{"empty policy", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.SetBucketPolicy("media-archive", nil)
		return c
	}, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountA, "") }},
}

// operatedJob is a BASIC transfer that logs and reports.
func operatedJob(c *xaccttest.Cloud) xacct.Transfer {
	tr := operatedTransfer(c, accountA, dstypes.TaskModeBasic)
	tr.Destination.Prefix = "in/"
	tr.Task.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:media"
	tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
	return tr
}

// operatedWorld is two accounts, and a destination with ACLs.
func operatedWorld(t *testing.T) *xaccttest.Cloud {
	t.Helper()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
	cloud.SetBucketPolicy("media-archive", []byte(foreignPolicy))
	cloud.PutObject("media-raw", "2026/01.mov", []byte("x"))
	return cloud
}

// defaultKey is the key of the bucket's default encryption.
func defaultKey(c *xaccttest.Cloud, account, region, bucket string) string {
	out, err := c.Clients()[account].S3(region).GetBucketEncryption(context.Background(), &s3.GetBucketEncryptionInput{Bucket: &bucket, ExpectedBucketOwner: &account})
	if err != nil {
		panic(err)
	}
	return *out.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID
}

func operatorRole(account string, phase xacct.Phase) string {
	return "arn:aws:iam::" + account + ":role/operator-" + string(phase)
}

// operatedTransfer has two roles of which one has a boundary.
func operatedTransfer(cloud *xaccttest.Cloud, taskAccount string, mode dstypes.TaskMode) xacct.Transfer {
	tr := push(cloud)
	tr.TaskAccount, tr.Task.Mode = taskAccount, mode
	tr.Operators = []string{operatorRole(taskAccount, xacct.ApplyPhase)}
	tr.Destination.DisableACLs = true
	tr.Source.Role = iamrole.Spec{PermissionsBoundary: cloud.AddPolicy(taskAccount, "boundary", policy.New(policy.Allow("s3:*", "kms:*").On("*")))}
	return tr
}

// grants are the documents of the operators, by account and phase.
type grants map[string]map[xacct.Phase]policy.Document

func grantsOf(t *testing.T, tr xacct.Transfer) grants {
	t.Helper()
	out := grants{}
	for _, account := range []string{accountA, accountB} {
		out[account] = map[xacct.Phase]policy.Document{}
		for _, phase := range []xacct.Phase{xacct.PlanPhase, xacct.ApplyPhase, xacct.RunPhase, xacct.DestroyPhase} {
			d, err := xacct.OperatorPolicy(account, []xacct.Transfer{tr}, phase)
			if err != nil {
				t.Fatal(err)
			}
			out[account][phase] = d
		}
	}
	return out
}

// grant is one action of one statement.
type grant struct {
	account     string
	phase       xacct.Phase
	sid, action string
}

func (g grants) all() []grant {
	var out []grant
	for _, account := range slices.Sorted(maps.Keys(g)) {
		for _, phase := range slices.Sorted(maps.Keys(g[account])) {
			for st := range g[account][phase].All() {
				actions, _ := st.Actions()
				for _, a := range actions {
					out = append(out, grant{account, phase, st.Sid(), a})
				}
			}
		}
	}
	return out
}

// without are the documents without one action.
func (g grants) without(one grant) grants {
	out := grants{}
	for account, phases := range g {
		out[account] = maps.Clone(phases)
	}
	var kept policy.Statements
	for st := range g[one.account][one.phase].All() {
		if st.Sid() == one.sid {
			actions, _ := st.Actions()
			actions = slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return a == one.action })
			if len(actions) == 0 {
				continue
			}
			resources, _ := st.Resources()
			st = policy.Allow(actions...).WithSid(st.Sid()).On(resources...).When(st.Conditions()...)
		}
		kept = append(kept, st)
	}
	out[one.account][one.phase] = policy.New(kept)
	return out
}

// operate plays the whole life of the transfer, and says what went wrong: an error, a finding, or a call that was refused.
func (o operated) operate(t *testing.T, restrict func(grants) grants) (wrong error) {
	cloud := o.world(t)
	tr := o.make(cloud)
	g := restrict(grantsOf(t, tr))
	as := func(phase xacct.Phase) xacct.Clients {
		out := xacct.Clients{}
		for account := range g {
			out[account] = cloud.ClientsAs(operatorRole(account, phase))
		}
		return out
	}
	for account, phases := range g {
		for phase, d := range phases {
			if d.Len() == 0 {
				cloud.AddRole(account, "operator-"+string(phase))
				continue
			}
			cloud.AddRole(account, "operator-"+string(phase), d)
		}
	}
	cloud.ResetCalls()
	defer func() {
		for _, c := range cloud.Calls() {
			if wrong == nil && awserr.Denied(c.Err) {
				wrong = fmt.Errorf("refused: %v", c)
			}
		}
	}()
	cloud.Intercept(loseFirst())
	return life(t.Context(), cloud, as, tr)
}

// loseFirst loses the answer of the first call of every operation that makes or starts something.
func loseFirst() func(context.Context, xaccttest.Call, func() error) error {
	var once onceEach
	return func(_ context.Context, c xaccttest.Call, next func() error) error {
		err := next()
		if err == nil && (strings.HasPrefix(c.Operation, "Create") || strings.HasPrefix(c.Operation, "Start")) && once.first(c.Operation) {
			return xaccttest.Fault(500, "InternalFailure", "the answer got lost")
		}
		return err
	}
}

var everyLife = flag.Bool("every-life", false, "try every action in every life, also those that are known to be needed from another")

// TestOperatorPoliciesByEnforcement plays each life with the operators' policies, and then once for every action without it: something must
// then fail, or the action is not needed. What is not needed in one life may be in another.
func TestOperatorPoliciesByEnforcement(t *testing.T) {
	t.Parallel()
	needed, all := map[string]bool{}, map[string][]string{}
	lives := 0
	for _, o := range operatedTransfers {
		t.Run(o.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var list []grant
				if err := o.operate(t, func(g grants) grants { list = g.all(); return g }); err != nil {
					t.Fatalf("with the whole policies: %v", err)
				}
				lives++
				for _, one := range list {
					// The same statement of the same phase is the same in all lives, whichever account has it.
					key := fmt.Sprintf("%s: %s %s", one.phase, one.sid, one.action)
					all[key] = append(all[key], o.name)
					if needed[key] && !*everyLife {
						continue
					}
					lives++
					if err := o.operate(t, func(g grants) grants { return g.without(one) }); err != nil {
						needed[key] = true
					}
				}
			})
		})
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !needed[key] {
			t.Errorf("nothing fails without %s, in any of %s", key, strings.Join(all[key], ", "))
		}
	}
	t.Logf("%d lives, %d actions of statements and phases, %d needed", lives, len(all), len(needed))
}

// onceEach tells the first time of each name.
type onceEach struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (o *onceEach) first(name string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	first := !o.seen[name]
	o.seen[name] = true
	return first
}
