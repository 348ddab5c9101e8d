package enginetest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// logStatements are the Sids in the log policy of our name.
func logStatements(t *testing.T, cloud *xaccttest.Cloud) string {
	t.Helper()
	api := cloud.Clients()[accountA].Logs("us-east-2")
	policies, err := task.ListLogPolicies(t.Context(), api)
	if err != nil {
		t.Fatal(err)
	}
	var sids []string
	for st := range policies[task.LogPolicyName].All() {
		sids = append(sids, st.Sid())
	}
	return strings.Join(sids, " ")
}

// What others put into the log policy while a write of it is refused or its answer lost stays, and every write is in the Result.
func TestLogPolicyIsReadBeforeEveryWrite(t *testing.T) {
	const ours = "XacctDataSyncLogs"
	for _, tt := range []struct {
		name, operation string
		down            bool
		first           string                     // what stands in the policy before; "" is no policy
		answer          func(xaccttest.Call) error // to the first write
		done            bool                       // the first write is carried out nevertheless
		want            string
		writes          int
	}{
		{"throttled", "PutResourcePolicy", false, "First", kittest.Throttling, false, "First Second " + ours, 1},
		{"broken", "PutResourcePolicy", false, "First", kittest.ServerError, false, "First Second " + ours, 2},
		{"aborted", "PutResourcePolicy", false, "First", func(xaccttest.Call) error {
			return xaccttest.Fault(400, "OperationAbortedException", "Multiple concurrent requests to update the same resource were in conflict.")
		}, false, "First Second " + ours, 1},
		{"answer lost", "PutResourcePolicy", false, "First", func(xaccttest.Call) error { return kittest.ErrConnectionReset }, true, "First Second " + ours, 2},
		{"delete throttled", "DeleteResourcePolicy", true, "", kittest.Throttling, false, "Second", 1},
		{"delete broken", "DeleteResourcePolicy", true, "", kittest.ServerError, false, "Second", 2},
		{"delete's answer lost", "DeleteResourcePolicy", true, "", func(xaccttest.Call) error { return kittest.ErrConnectionReset }, true, "Second", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				document := policy.Document{}
				if tt.first != "" {
					document = policy.New(kittest.ForeignLogStatement(tt.first))
					cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, document)
				}
				clients, transfers := cloud.Clients(), []xacct.Transfer{logging(cloud, "one")}
				p := kittest.MustPlan(t, t.Context(), clients, transfers)
				if tt.down {
					kittest.MustApply(t, t.Context(), clients, p)
					var err error
					if p, err = xacct.NewDestroyPlan(t.Context(), clients, transfers); err != nil {
						t.Fatal(err)
					}
				}
				if tt.down && !tt.done {
					document = policy.New(task.LogStatement("aws", accountA, "us-east-2", "datasync.amazonaws.com"))
				}
				var once sync.Once
				cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					hit := false
					if call.Operation == tt.operation {
						once.Do(func() { hit = true })
					}
					if !hit {
						return next()
					}
					if tt.done {
						if err := next(); err != nil {
							return err
						}
					}
					cloud.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, document.With(kittest.ForeignLogStatement("Second")))
					return tt.answer(call)
				})
				r := kittest.MustApply(t, t.Context(), clients, p)
				if got := logStatements(t, cloud); got != tt.want {
					t.Errorf("statements %q, want %q", got, tt.want)
				}
				for _, c := range r.Changes {
					if c.Kind != xacct.LogPolicy {
						continue
					}
					if len(c.Writes) != tt.writes {
						t.Errorf("%d writes, want %d: %+v", len(c.Writes), tt.writes, c.Writes)
					}
					if last := c.Writes[len(c.Writes)-1]; tt.writes > 1 && !strings.Contains(last.Before, "Second") {
						t.Errorf("the last write did not see the other team's: %+v", last)
					}
				}
			})
		})
	}
}

// What others write into the log policy between plan and apply is merged, and is no tampering.
func TestLogPolicyEditedSinceThePlan(t *testing.T) {
	console := policy.New(policy.Allow("logs:PutLogEvents", "logs:CreateLogStream").By(policy.Service("datasync.amazonaws.com")).On("arn:aws:logs:us-east-2:111122223333:log-group:*:*"))
	for _, tt := range []struct {
		name   string
		before func(*xaccttest.Cloud)
		since  func(*xaccttest.Cloud)
		want   string
		status xacct.Status
	}{
		{"a statement joined another", func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("First")))
		}, func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("First"), kittest.ForeignLogStatement("Second")))
		}, "First Second XacctDataSyncLogs", xacct.Done},
		{"a statement is gone", func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("First"), kittest.ForeignLogStatement("Second")))
		}, func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("Second")))
		}, "Second XacctDataSyncLogs", xacct.Done},
		{"the policy is new", func(*xaccttest.Cloud) {}, func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(kittest.ForeignLogStatement("Second")))
		}, "Second XacctDataSyncLogs", xacct.Done},
		{"another policy lets DataSync in", func(*xaccttest.Cloud) {}, func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", "console", console)
		}, "", xacct.Unchanged},
		{"another policy let DataSync in, and says more", func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", "console", console)
		}, func(c *xaccttest.Cloud) {
			c.AddLogPolicy(accountA, "us-east-2", "console", console.With(kittest.ForeignLogStatement("Second")))
		}, "", xacct.Unchanged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tt.before(cloud)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{logging(cloud, "one")})
				tt.since(cloud)
				r := kittest.MustApply(t, t.Context(), cloud.Clients(), reload(t, p))
				for _, c := range r.Changes {
					if c.Kind == xacct.LogPolicy && c.Status != tt.status {
						t.Errorf("%+v", c)
					}
				}
				if got := logStatements(t, cloud); got != tt.want {
					t.Errorf("statements %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// A plan whose log policy was edited is not applied.
func TestTamperedLogPolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{logging(cloud, "one")})
		for i := range p.Changes {
			if c := &p.Changes[i]; c.Kind == xacct.LogPolicy {
				document, err := policy.Parse([]byte(c.After))
				if err != nil {
					t.Fatal(err)
				}
				c.After = document.With(kittest.ForeignLogStatement("Smuggled")).String()
			}
		}
		_, err := p.Apply(t.Context(), cloud.Clients())
		if err == nil || !strings.Contains(err.Error(), "Smuggled is nobody's") {
			t.Error(err)
		}
		if got := logStatements(t, cloud); got != "" {
			t.Errorf("written: %q", got)
		}
	})
}

// retryers notes what the writes of policies say about the SDK's retries.
type retryers struct {
	mu   sync.Mutex
	seen map[string]aws.Retryer
}

func (r *retryers) note(operation string, retryer aws.Retryer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[operation] = retryer
}

type keySpy struct {
	kmskey.API
	*retryers
}

func (k keySpy) PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	var o kms.Options
	option.Apply(&o, optFns)
	k.note("PutKeyPolicy", o.Retryer)
	return k.API.PutKeyPolicy(ctx, in, optFns...)
}

type logSpy struct {
	task.LogsAPI
	*retryers
}

func (l logSpy) PutResourcePolicy(ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	var o cloudwatchlogs.Options
	option.Apply(&o, optFns)
	l.note("PutResourcePolicy", o.Retryer)
	return l.LogsAPI.PutResourcePolicy(ctx, in, optFns...)
}

func (l logSpy) DeleteResourcePolicy(ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	var o cloudwatchlogs.Options
	option.Apply(&o, optFns)
	l.note("DeleteResourcePolicy", o.Retryer)
	return l.LogsAPI.DeleteResourcePolicy(ctx, in, optFns...)
}

// The SDK does not send a policy again by itself: each write needs a read right before it.
func TestNoSDKRetriesForPolicies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.SharedWorld(t)
		seen := &retryers{seen: map[string]aws.Retryer{}}
		clients := cloud.Clients()
		for account, ac := range clients {
			keys, logs := ac.KMS, ac.Logs
			ac.KMS = func(region string) kmskey.API { return keySpy{keys(region), seen} }
			ac.Logs = func(region string) task.LogsAPI { return logSpy{logs(region), seen} }
			clients[account] = ac
		}
		tr := kittest.EncryptedPush(cloud)[0]
		tr.Task.Mode, tr.Task.LogGroupARN = logging(cloud, "one").Task.Mode, logging(cloud, "one").Task.LogGroupARN
		kittest.MustApply(t, t.Context(), clients, kittest.MustPlan(t, t.Context(), clients, []xacct.Transfer{tr}))
		down, err := xacct.NewDestroyPlan(t.Context(), clients, []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		kittest.MustApply(t, t.Context(), clients, down)
		for _, operation := range []string{"PutKeyPolicy", "PutResourcePolicy", "DeleteResourcePolicy"} {
			if _, ok := seen.seen[operation].(aws.NopRetryer); !ok {
				t.Errorf("%s is sent with retries: %v", operation, seen.seen[operation])
			}
		}
	})
}
