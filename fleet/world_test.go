package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// The Regions of the tasks in tests.
var regions = []string{"us-east-2", "us-west-2"}

// world is a fleet that was set up: twenty transfers a bucket, half of the tasks in each Region.
type world struct {
	cloud  *xaccttest.Cloud
	plan   *xacct.Plan
	result *xacct.Result
	meter  *meter
}

// newWorld sets up n transfers, each of which edit may change before.
func newWorld(t *testing.T, n int, edit func(i int, tr *xacct.Transfer), optFns ...func(*xaccttest.Options)) *world {
	t.Helper()
	cloud := xaccttest.NewCloud(append([]func(*xaccttest.Options){func(o *xaccttest.Options) { o.PageSize, o.KeepCalls = 100, 1 }}, optFns...)...)
	for _, region := range regions {
		cloud.AddBucket(kittest.AccountA, region, "lists-"+region)
	}
	made := map[string]bool{}
	var transfers []xacct.Transfer
	for i := range n {
		region := regions[i%2]
		tr := xacct.Transfer{
			Name:        name(i),
			Source:      xacct.Endpoint{Account: kittest.AccountA, Region: "eu-west-1", Bucket: fmt.Sprintf("source-%03d", i/20), Prefix: fmt.Sprintf("%04d/", i)},
			Destination: xacct.Endpoint{Account: kittest.AccountB, Region: region, Bucket: fmt.Sprintf("destination-%s-%03d", region, i/20), Prefix: fmt.Sprintf("%04d/", i)},
			Operators:   []string{cloud.OperatorARN(kittest.AccountA)},
		}
		tr.Source.Role.Name, tr.Destination.Role.Name = fmt.Sprintf("read-%03d", i/20), fmt.Sprintf("write-%s-%03d", region, i/20)
		if edit != nil {
			edit(i, &tr)
		}
		for _, e := range []xacct.Endpoint{tr.Source, tr.Destination} {
			if !made[e.Bucket] {
				made[e.Bucket] = true
				cloud.AddBucket(e.Account, e.Region, e.Bucket)
			}
		}
		cloud.PutObject(tr.Source.Bucket, tr.Source.Prefix+"a.mov", []byte("abc"))
		transfers = append(transfers, tr)
	}
	w := &world{cloud: cloud}
	w.plan = kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
	if r, err := w.plan.Apply(t.Context(), cloud.Clients()); err != nil {
		t.Fatal(err, r)
	} else {
		w.result = r
	}
	w.meter = &meter{calls: map[string]int{}}
	cloud.Intercept(w.meter.intercept)
	time.Sleep(time.Minute) // tasks are no longer being created
	return w
}

func name(i int) string { return fmt.Sprintf("t-%04d", i) }

// runner makes a runner with the options of every test: two at once, unless a function says otherwise.
func (w *world) runner(t *testing.T, optFns ...func(*fleet.Options)) *fleet.Runner {
	t.Helper()
	r, err := fleet.New(w.plan, w.cloud.Clients(), w.result, append([]func(*fleet.Options){func(o *fleet.Options) { o.MaxRunning, o.RunID = 2, "night" }}, optFns...)...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run runs it to its end, and returns the events and the error.
func run(ctx context.Context, r *fleet.Runner) (events []fleet.Event, err error) {
	for e, err := range r.Run(ctx) {
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
	return events, nil
}

// meter counts the calls, and breaks those that it is told to.
type meter struct {
	mu    sync.Mutex
	calls map[string]int              // by operation
	all   int                         // of them
	whole int                         // of them ListTaskExecutions without a task
	dies  int                         // after so many calls the process is gone; 0 is never
	fault func(xaccttest.Call) error  // the error of a call; nil is none
	lose  func(operation string) bool // whether the answer of a call gets lost; nil is never
}

func (m *meter) intercept(_ context.Context, call xaccttest.Call, next func() error) error {
	m.mu.Lock()
	gone := m.dies > 0 && m.all >= m.dies
	if !gone {
		m.all++
		m.calls[call.Operation]++
		if call.Operation == "ListTaskExecutions" && arnOf(call.Input) == "" {
			m.whole++
		}
	}
	var fault error
	if m.fault != nil && !gone {
		fault = m.fault(call)
	}
	lost := m.lose != nil && m.lose(call.Operation)
	m.mu.Unlock()
	switch {
	case gone:
		return kittest.ErrProcessGone
	case fault != nil:
		return fault
	}
	if err := next(); err != nil || !lost {
		return err
	}
	return kittest.ErrConnectionReset
}

// gone reports whether the process has made its last call, and total how many it has made.
func (m *meter) gone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dies > 0 && m.all >= m.dies
}

func (m *meter) total() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all
}

// latency lets calls take time, so that they overlap.
func latency(o *xaccttest.Options) { o.Latency = 200 * time.Millisecond }

// restart lets a new process begin, which is gone after so many calls.
func (m *meter) restart(dies int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all, m.whole, m.dies = 0, 0, dies
	m.calls = map[string]int{}
}

// census is what DataSync has in one Region: the runs of each task, and the most that were under way at once.
func census(t *testing.T, w *world) (runs map[string]int, most map[string]int) {
	t.Helper()
	runs, most = map[string]int{}, map[string]int{}
	w.cloud.Intercept(nil)
	defer w.cloud.Intercept(w.meter.intercept)
	for _, region := range regions {
		api := w.cloud.Clients()[kittest.AccountA].DataSync(region)
		type edge struct {
			at time.Time
			by int
		}
		var edges []edge
		in := &datasync.ListTaskExecutionsInput{}
		for {
			out, err := api.ListTaskExecutions(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range out.TaskExecutions {
				arn, _, _ := strings.Cut(*e.TaskExecutionArn, "/execution/")
				runs[arn]++
				d, err := api.DescribeTaskExecution(t.Context(), &datasync.DescribeTaskExecutionInput{TaskExecutionArn: e.TaskExecutionArn})
				if err != nil {
					t.Fatal(err)
				}
				edges = append(edges, edge{*d.StartTime, 1})
				if d.EndTime != nil {
					edges = append(edges, edge{*d.EndTime, -1})
				}
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		most[region] = peak(edges, func(e edge) (time.Time, int) { return e.at, e.by })
	}
	return runs, most
}

// peak is the highest sum of the edges up to any time; at the same time, falls come first.
func peak[E any](edges []E, of func(E) (time.Time, int)) int {
	byTime := map[time.Time]int{}
	for _, e := range edges {
		at, by := of(e)
		byTime[at] += by
	}
	sum, high := 0, 0
	for _, at := range sorted(byTime) {
		sum += byTime[at]
		high = max(high, sum)
	}
	return high
}

// once fails unless each task of the plan has exactly one run.
func once(t *testing.T, w *world) (most map[string]int) {
	t.Helper()
	runs, most := census(t, w)
	for _, tr := range w.plan.Transfers {
		if n := runs[w.result.TaskARN(tr.Name)]; n != 1 {
			t.Errorf("%s has %d runs, want 1", tr.Name, n)
		}
	}
	return most
}

// as is the error as its type.
func as[E error](err error) (e E, ok bool) { return e, errors.As(err, &e) }

// arnOf is the ARN of the task, or of the run, that the input of a call of DataSync names.
func arnOf(input any) string {
	in := reflect.ValueOf(input).Elem()
	for _, name := range []string{"TaskArn", "TaskExecutionArn", "ResourceArn"} {
		if f := in.FieldByName(name); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() {
			return f.Elem().String()
		}
	}
	return ""
}
