package xacct_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

var everyFault = flag.Bool("faults", false, "run the whole fault matrix, not a sample of it")

// A scenario is a run that the matrix disturbs.
type scenario struct {
	name  string
	start func(*xaccttest.Cloud) []xacct.Transfer // what is set up before the run; nil is nothing
	want  func(*xaccttest.Cloud) []xacct.Transfer // what the run is about
	plan  func(context.Context, xacct.Clients, []xacct.Transfer, int) (*xacct.Plan, error)
}

func planUp(ctx context.Context, c xacct.Clients, ts []xacct.Transfer, n int) (*xacct.Plan, error) {
	return xacct.NewPlan(ctx, c, ts, func(o *xacct.PlanOptions) { o.Concurrency, o.AllowReplace = n, true })
}

func planDown(ctx context.Context, c xacct.Clients, ts []xacct.Transfer, n int) (*xacct.Plan, error) {
	return xacct.NewDestroyPlan(ctx, c, ts, func(o *xacct.PlanOptions) { o.Concurrency = n })
}

// everything makes a transfer that touches every kind of resource.
func everything(tr xacct.Transfer) xacct.Transfer {
	tr.Destination.DisableACLs = true
	return tr
}

func pushed(c *xaccttest.Cloud) []xacct.Transfer { return []xacct.Transfer{everything(push(c))} }
func pulled(c *xaccttest.Cloud) []xacct.Transfer { return []xacct.Transfer{everything(pull(c))} }

// edited is pushed with everything changed that AWS can change in place.
func edited(c *xaccttest.Cloud) []xacct.Transfer {
	tr := everything(push(c))
	tr.Source.Prefix, tr.Destination.Prefix = "2026", "elsewhere"
	tr.Destination.StorageClass = dstypes.S3StorageClassStandardIa
	tr.Task.Options.OverwriteMode = dstypes.OverwriteModeNever
	tr.Task.Excludes = []string{"*.tmp"}
	tr.Tags = map[string]string{"team": "media"}
	tr.Operators = nil
	return []xacct.Transfer{tr}
}

// firstKey is the ARN of the first key of an account in a Region, which is the same in every cloud.
func firstKey(account, region string) string { return xaccttest.NewCloud().AddKey(account, region) }

// encryptedPush is pushed with a key on each end, of which the destination's is another account's.
func encryptedPush(c *xaccttest.Cloud) []xacct.Transfer {
	tr := everything(push(c))
	tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{firstKey(accountA, "eu-west-1")}, []string{firstKey(accountB, "us-east-2")}
	return []xacct.Transfer{tr}
}

// replaced is pushed with a bucket and a mode that AWS can only change by making anew.
func replaced(c *xaccttest.Cloud) []xacct.Transfer {
	tr := everything(push(c))
	tr.Source.Bucket = "media-raw-2"
	tr.Task.Mode = dstypes.TaskModeBasic
	return []xacct.Transfer{tr}
}

// remoded is pushed with another mode only.
func remoded(c *xaccttest.Cloud) []xacct.Transfer {
	tr := everything(push(c))
	tr.Task.Mode = dstypes.TaskModeBasic
	return []xacct.Transfer{tr}
}

// job is a BASIC push that logs, with a manifest and a report, whose bucket is another account's, and a schedule.
func job(c *xaccttest.Cloud) []xacct.Transfer {
	tr := everything(push(c))
	tr.Destination.Prefix = "in/"
	tr.Task.Mode, tr.Task.LogGroupARN = dstypes.TaskModeBasic, "arn:aws:logs:us-east-2:111122223333:log-group:media"
	tr.Task.Manifest = &task.Manifest{Bucket: "media-raw-2", Key: "today.csv"}
	tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
	tr.Task.Schedule = &task.Schedule{Expression: "rate(1 day)", Status: dstypes.ScheduleStatusDisabled}
	return []xacct.Transfer{tr}
}

var scenarios = []scenario{
	{name: "push", want: pushed, plan: planUp},
	{name: "pull", want: pulled, plan: planUp},
	{name: "edit", start: pushed, want: edited, plan: planUp},
	{name: "replace", start: pushed, want: replaced, plan: planUp},
	{name: "other mode", start: pushed, want: remoded, plan: planUp},
	{name: "destroy push", start: pushed, want: pushed, plan: planDown},
	{name: "destroy pull", start: pulled, want: pulled, plan: planDown},
	{name: "encrypted", want: encryptedPush, plan: planUp},
	{name: "destroy encrypted", start: encryptedPush, want: encryptedPush, plan: planDown},
	{name: "job", want: job, plan: planUp},
	{name: "destroy job", start: job, want: job, plan: planDown},
}

// faultWorld is the world with one more bucket, and ACLs enabled at the destination.
func faultWorld(t *testing.T, optFns ...func(*xaccttest.Options)) *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(optFns...)
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountA, "eu-west-1", "media-raw-2")
	cloud.AddKey(accountA, "eu-west-1")
	cloud.AddKey(accountB, "us-east-2")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = "ObjectWriter" })
	cloud.SetBucketPolicy("media-archive", []byte(foreignPolicy))
	cloud.SetBucketPolicy("media-raw", []byte(strings.ReplaceAll(foreignPolicy, "media-archive", "media-raw")))
	return cloud
}

// attempt is one run of a scenario in a cloud of its own.
type attempt struct {
	cloud   *xaccttest.Cloud
	clients xacct.Clients
	want    []xacct.Transfer
	foreign map[string][][]byte // by bucket: the statements of others, as S3 shows them

	mu      sync.Mutex
	damaged []string // writes of a policy that lack one of them
}

// begin makes the cloud and what the scenario starts from, which is seen by everybody.
func (s scenario) begin(t *testing.T, n int, optFns ...func(*xaccttest.Options)) *attempt {
	cloud := faultWorld(t, optFns...)
	a := &attempt{cloud: cloud, clients: cloud.Clients()}
	if s.start != nil {
		p, err := planUp(t.Context(), a.clients, s.start(cloud), n)
		if err == nil {
			_, err = p.Apply(t.Context(), a.clients)
		}
		if err != nil {
			t.Fatalf("%s: setting up: %v", s.name, err)
		}
		for range lagging(optFns) {
			if _, err := planUp(t.Context(), a.clients, s.start(cloud), n); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.want = s.want(cloud)
	a.foreign = map[string][][]byte{}
	for _, bucket := range []string{"media-raw", "media-archive"} {
		document, err := policy.Parse(cloud.BucketPolicy(bucket))
		if err != nil {
			t.Fatal(err)
		}
		for st := range document.All() {
			if !strings.HasPrefix(st.Sid(), "Xacct") {
				a.foreign[bucket] = append(a.foreign[bucket], st.Bytes())
			}
		}
	}
	return a
}

// lagging is after how many reads a change is seen.
func lagging(optFns []func(*xaccttest.Options)) int {
	var o xaccttest.Options
	for _, fn := range optFns {
		fn(&o)
	}
	return o.Propagation
}

// watch notes the policies sent that lack the bytes of somebody's statement.
func (a *attempt) watch(call xaccttest.Call) {
	in, ok := call.Input.(*s3.PutBucketPolicyInput)
	if !ok {
		return
	}
	for _, st := range a.foreign[*in.Bucket] {
		if !bytes.Contains([]byte(*in.Policy), st) {
			a.mu.Lock()
			a.damaged = append(a.damaged, fmt.Sprintf("%s is not in %s", st, *in.Policy))
			a.mu.Unlock()
		}
	}
}

// intercept watches, and lets fn at the calls.
func (a *attempt) intercept(fn func(context.Context, xaccttest.Call, func() error) error) {
	a.cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
		a.watch(call)
		if fn == nil {
			return next()
		}
		return fn(ctx, call, next)
	})
}

// outcome is how a run ended.
type outcome struct {
	plan    *xacct.Plan
	planErr error
	result  *xacct.Result
	err     error
}

func (s scenario) run(ctx context.Context, a *attempt, n int) outcome {
	var o outcome
	if o.plan, o.planErr = s.plan(ctx, a.clients, a.want, n); o.planErr == nil {
		o.result, o.err = o.plan.Apply(ctx, a.clients, func(p *xacct.ApplyOptions) { p.Concurrency = n })
	}
	return o
}

// undisturbed is what a run without a mishap shows and leads to.
type undisturbed struct{ plan, end string }

func timeless(text string) string { return generated.ReplaceAllString(text, "$1") }

// record runs the scenario undisturbed, and returns its calls and what it leads to.
func (s scenario) record(t *testing.T, n int, optFns ...func(*xaccttest.Options)) (keys []callKey, want undisturbed) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := s.begin(t, n, optFns...)
		seen := map[callKey]int{}
		a.cloud.ResetCalls()
		o := s.run(t.Context(), a, n)
		if o.planErr != nil || o.err != nil {
			t.Fatalf("%s: undisturbed: %v, %v", s.name, o.planErr, o.err)
		}
		for _, call := range a.cloud.Calls() {
			key := keyOf(call)
			seen[key]++
			key.occurrence = seen[key]
			keys = append(keys, key)
		}
		want = undisturbed{plan: timeless(o.plan.String()), end: settled(a.cloud)}
	})
	return keys, want
}

// disturb runs the scenario with one mishap, then once more without, and says what is wrong with how it ends: "" is nothing.
func (s scenario) disturb(t *testing.T, n int, want undisturbed, mishaps func(cancel context.CancelFunc) []*mishap, optFns ...func(*xaccttest.Options)) (hit bool, wrong string) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := s.begin(t, n, optFns...)
		ms := mishaps(cancel)
		transient := true
		var fn func(context.Context, xaccttest.Call, func() error) error
		for _, m := range ms {
			inner := fn
			fn = func(ctx context.Context, call xaccttest.Call, next func() error) error {
				return m.Intercept(ctx, call, func() error {
					if inner == nil {
						return next()
					}
					return inner(ctx, call, next)
				})
			}
			transient = transient && m.transient
		}
		a.intercept(fn)
		first := s.run(ctx, a, n)
		a.intercept(nil)
		hit = true
		gone := false
		for _, m := range ms {
			hit, gone = hit && m.struck(), gone || m.gone
		}
		if transient && (first.planErr != nil || first.err != nil) {
			wrong = fmt.Sprintf("the first run failed: %v, %v", first.planErr, first.err)
			return
		}
		if transient {
			if wrong = cmp.Diff(want.plan, timeless(first.plan.String())); wrong != "" {
				wrong = "the first plan is another (-want +got):\n" + wrong
				return
			}
		}
		next, err := s.plan(t.Context(), a.clients, a.want, n)
		if err != nil {
			wrong = fmt.Sprintf("the second plan: %v", err)
			return
		}
		if !gone && first.planErr == nil {
			if wrong = truth(first, next); wrong != "" {
				return
			}
		}
		if _, err := next.Apply(t.Context(), a.clients, func(p *xacct.ApplyOptions) { p.Concurrency = n }); err != nil {
			wrong = fmt.Sprintf("the second run: %v\nafter %v, %v\nplan:\n%s", err, first.planErr, first.err, next)
			return
		}
		last, err := s.plan(t.Context(), a.clients, a.want, n)
		switch {
		case err != nil:
			wrong = fmt.Sprintf("the last plan: %v", err)
		case !last.Empty():
			wrong = fmt.Sprintf("the last plan is not empty:\n%s", last)
		case len(a.damaged) > 0:
			wrong = fmt.Sprintf("foreign statements were damaged: %v", a.damaged)
		default:
			wrong = cmp.Diff(want.end, settled(a.cloud))
		}
	})
	return hit, wrong
}

// truth holds the Result of a run against what a fresh plan finds.
func truth(o outcome, next *xacct.Plan) string {
	if o.result == nil {
		if o.err == nil {
			return "neither a Result nor an error"
		}
		return ""
	}
	if o.err == nil && !next.Empty() {
		return fmt.Sprintf("no error, but there is more to do:\n%s", next)
	}
	if len(o.result.Changes) != len(o.plan.Changes) {
		return fmt.Sprintf("%d changes in the Result, %d in the plan", len(o.result.Changes), len(o.plan.Changes))
	}
	todo := map[string]xacct.Change{}
	for _, c := range next.Changes {
		todo[c.ID] = c
	}
	for _, c := range o.result.Changes {
		switch c.Status {
		case xacct.Done, xacct.Unchanged:
			if left, ok := todo[c.ID]; ok && left.Op != xacct.NoOp {
				return fmt.Sprintf("%s is %s in the Result, but would be: %s %v", c.ID, c.Status, left.Op, left.Details)
			}
		case xacct.Failed:
			if c.Err == nil {
				return c.ID + " failed without an error"
			}
		case xacct.Skipped, xacct.Waiting:
		default:
			return fmt.Sprintf("%s has no status", c.ID)
		}
	}
	return ""
}

// TestFaultMatrix breaks every call of every scenario in every way. Without -faults it takes a sample.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	total, failed, unhit := 0, 0, 0
	for i, s := range scenarios {
		for j, n := range []int{1, 0} {
			t.Run(fmt.Sprintf("%s, concurrency %d", s.name, n), func(t *testing.T) {
				keys, want := s.record(t, n)
				if len(keys) == 0 {
					t.Fatal("no calls")
				}
				t.Logf("%d calls", len(keys))
				for k, key := range keys {
					for l, f := range faults {
						if !*everyFault && (7*k+3*l+i+5*j)%293 != 0 {
							continue
						}
						total++
						hit, wrong := s.disturb(t, n, want, func(cancel context.CancelFunc) []*mishap { return []*mishap{newMishap(f, key, cancel)} })
						if !hit {
							unhit++
							t.Errorf("%s: never called", key)
						}
						if wrong != "" {
							failed++
							t.Errorf("%s: %s:\n%s", key, f.name, wrong)
						}
					}
				}
			})
		}
	}
	t.Logf("faults: %d cases, %d failures, %d unhit keys", total, failed, unhit)
	if total == 0 {
		t.Error("no case ran")
	}
}
