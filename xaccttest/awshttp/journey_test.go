package awshttp_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

var applies = flag.Int("applies", 16, "how many applies run at once in TestManyAppliesAtOnce; .ci/clients runs 64")

// theirs is a policy of the destination's owner, which must stay.
const theirs = `{"Version":"2012-10-17","Statement":[{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*",` +
	`"Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`

// world is two accounts with a bucket each, reached by real SDK clients over the handler.
type world struct {
	cloud    *xaccttest.Cloud
	handler  *awshttp.Handler
	clients  xacct.Clients
	transfer xacct.Transfer
	inside   xacct.Clients // those of the cloud itself, where a test compares
}

func newWorld(optFns ...func(*xaccttest.Options)) *world {
	w := &world{cloud: xaccttest.NewCloud(optFns...)}
	w.cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	w.cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = "ObjectWriter" })
	w.cloud.SetBucketPolicy("media-archive", []byte(theirs))
	for i := range 12 {
		w.cloud.PutObject("media-raw", fmt.Sprintf("2026/%02d.mov", i), []byte(strings.Repeat("x", i+1)))
	}
	w.handler = awshttp.New(w.cloud)
	w.clients = xacct.Clients{
		accountA: xacct.NewAccountClients(config(w.handler, accountA, "eu-west-1")),
		accountB: xacct.NewAccountClients(config(w.handler, accountB, "us-east-2")),
	}
	w.transfer = xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media-archive", Prefix: "incoming", DisableACLs: true},
		Operators:   []string{w.cloud.OperatorARN(accountA)},
		Tags:        map[string]string{"team": "media + more"},
	}
	return w
}

// encrypted gives both ends a key.
func (w *world) encrypted() {
	w.transfer.Source.KMSKeys = []string{w.cloud.AddKey(accountA, "eu-west-1")}
	w.transfer.Destination.KMSKeys = []string{w.cloud.AddKey(accountB, "us-east-2")}
	w.cloud.SetBucketEncryption("media-archive", "aws:kms", w.transfer.Destination.KMSKeys[0])
}

func (w *world) dump() string {
	return w.cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
}

func (w *world) plan(t *testing.T) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(t.Context(), w.clients, []xacct.Transfer{w.transfer})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// apply applies the plan, and requires that the plan after it is empty.
func (w *world) apply(t *testing.T, p *xacct.Plan) *xacct.Result {
	t.Helper()
	r, err := p.Apply(t.Context(), w.clients)
	if err != nil {
		t.Fatalf("%v\nhints: %v", err, xacct.Hints(err))
	}
	return r
}

// run runs the task to its end.
func (w *world) run(t *testing.T, r *xacct.Result) {
	t.Helper()
	arn := r.TaskARN("media-archive")
	api, err := w.clients.DataSync(arn)
	if err != nil {
		t.Fatal(err)
	}
	run, err := task.Start(t.Context(), api, arn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) destroy(t *testing.T) {
	t.Helper()
	down, err := xacct.NewDestroyPlan(t.Context(), w.clients, []xacct.Transfer{w.transfer})
	if err != nil {
		t.Fatal(err)
	}
	w.apply(t, down)
}

// The whole journey through real SDK clients, in virtual time: plan, apply, run, destroy. The accounts end as they began.
func TestJourney(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options func(*xaccttest.Options)
		change  func(*world)
	}{
		{"plain", nil, func(*world) {}},
		{"keys", nil, (*world).encrypted},
		{"pull", nil, func(w *world) {
			w.transfer.TaskAccount, w.transfer.Operators = accountB, []string{w.cloud.OperatorARN(accountB)}
		}},
		{"log group", nil, func(w *world) {
			w.transfer.Task.Mode, w.transfer.Task.Log = "BASIC", &task.Log{Name: "/transfers/media", RetentionDays: 30}
		}},
		{"slow", func(o *xaccttest.Options) { o.Latency = 200 * time.Millisecond }, func(*world) {}},
		{"seen late", func(o *xaccttest.Options) { o.Propagation = 2 }, func(*world) {}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tt.options)
				tt.change(w)
				before := w.dump()
				p := w.plan(t)
				r := w.apply(t, p)
				again := w.plan(t)
				for range 5 { // until every change is seen
					again = w.plan(t)
				}
				if !again.Empty() {
					t.Errorf("the second plan is not empty:\n%s", again)
				}
				w.run(t, r)
				if n := len(w.cloud.Objects("media-archive")); n != 12 {
					t.Errorf("%d objects arrived, want 12", n)
				}
				w.destroy(t)
				after := w.dump()
				if want := strings.Replace(before, "ObjectWriter", "BucketOwnerEnforced", 1); after != want {
					t.Errorf("the accounts are not as before:\n%s\nwant\n%s", after, want)
				}
			})
		})
	}
}

// A lost answer of any write cuts the connection, and the plan is carried out all the same.
func TestLostAnswers(t *testing.T) {
	for _, operation := range []string{"CreateRole", "PutRolePolicy", "PutBucketPolicy", "PutBucketOwnershipControls", "CreateLocationS3", "CreateTask"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				var lost atomic.Bool
				w.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					err := next()
					if call.Operation == operation && lost.CompareAndSwap(false, true) {
						return io.ErrUnexpectedEOF
					}
					return err
				})
				w.apply(t, w.plan(t))
				if again := w.plan(t); !again.Empty() || !lost.Load() {
					t.Errorf("lost: %v; the second plan:\n%s", lost.Load(), again)
				}
			})
		})
	}
}

// A service that throttles is asked again by the clients.
func TestThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		for account, region := range map[string]string{accountA: "eu-west-1", accountB: "us-east-2"} {
			cfg := config(w.handler, account, region)
			cfg.RetryMode = aws.RetryModeStandard // see RoundTrip
			w.clients[account] = xacct.NewAccountClients(cfg)
		}
		var calls atomic.Int32
		w.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if calls.Add(1)%3 == 0 {
				code := map[string]string{"S3": "SlowDown", "IAM": "Throttling"}[call.Service]
				if code == "" {
					code = "ThrottlingException"
				}
				return xaccttest.Fault(map[bool]int{true: 503, false: 400}[code == "SlowDown"], code, "Rate exceeded")
			}
			return next()
		})
		w.apply(t, w.plan(t))
		if again := w.plan(t); !again.Empty() {
			t.Errorf("the second plan:\n%s", again)
		}
	})
}

// Many applies of one plan at once, as a fleet of schedulers makes them, end with one of everything.
func TestManyAppliesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(o *xaccttest.Options) { o.Latency = 10 * time.Millisecond })
		p := w.plan(t)
		var wg sync.WaitGroup
		for range max(4, *applies/testlimit.UnderRace) {
			wg.Go(func() { p.Apply(t.Context(), w.clients) }) //nolint:errcheck // that they are in each other's way is no matter
		}
		wg.Wait()
		for range 3 { // duplicates of ours heal
			w.apply(t, w.plan(t))
		}
		if again := w.plan(t); !again.Empty() {
			t.Errorf("the plan at the end is not empty:\n%s", again)
		}
		w.destroy(t)
	})
}

// A call that the caller gives up is given up by the handler, too.
func TestContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(func(o *xaccttest.Options) { o.Latency = time.Hour })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		_, err := xacct.NewPlan(ctx, w.clients, []xacct.Transfer{w.transfer})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Minute {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
	})
}

// What the cloud records of a call over HTTP is what it records of a call in Go.
func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		record := func(clients func(*world) xacct.Clients) []string {
			w := newWorld()
			w.clients = clients(w)
			w.apply(t, w.plan(t))
			var out []string
			for _, c := range w.cloud.Calls() {
				out = append(out, fmt.Sprint(c.Account, " ", c.Region, " ", c.Principal, " ", c.Service, ".", c.Operation, " ", c.Applied))
			}
			slices.Sort(out)
			return slices.Compact(out)
		}
		over, inside := record(func(w *world) xacct.Clients { return w.clients }), record(func(w *world) xacct.Clients { return w.cloud.Clients() })
		if !slices.Equal(over, inside) {
			t.Errorf("over HTTP\n%s\nin Go\n%s", strings.Join(over, "\n"), strings.Join(inside, "\n"))
		}
	})
}
