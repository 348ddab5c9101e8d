package task

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

func TestIfRunning(t *testing.T) {
	queued, moving := old("a", 1, "QUEUED"), old("b", 2, "TRANSFERRING")
	ended := []execution{old("c", 3, "SUCCESS"), old("d", 4, "ERROR")}
	strange := old("e", 5, "REHEARSING")
	for _, tt := range []struct {
		name       string
		executions []execution
		option     IfRunning
		want       string // ARN; "" is a new run
		refused    bool
	}{
		{"queue", []execution{moving}, Queue, "", false},
		{"attach, none running", ended, AttachToIt, "", false},
		{"attach", append(ended, moving), AttachToIt, moving.arn, false},
		{"attach to the one that moves", []execution{queued, moving}, AttachToIt, moving.arn, false},
		{"attach to one in the queue", []execution{queued}, AttachToIt, queued.arn, false},
		{"attach to an unknown status", []execution{strange}, AttachToIt, strange.arn, false},
		{"refuse, none running", ended, Refuse, "", false},
		{"refuse", []execution{queued, moving}, Refuse, moving.arn, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{executions: tt.executions, pageSize: 1}
			proved := 0
			e, err := Start(t.Context(), r, taskARN, func(o *StartOptions) {
				o.IfRunning = tt.option
				o.Before = func(context.Context) error { proved++; return nil }
			})
			var running *RunningError
			switch {
			case tt.refused:
				if !errors.As(err, &running) || running.ExecutionARN != tt.want || running.Hint() == "" {
					t.Errorf("%v, %v", e, err)
				}
			case err != nil:
				t.Fatal(err)
			case tt.want != "" && e.ARN() != tt.want:
				t.Errorf("got %s", e.ARN())
			}
			starts := count(r.calls, "StartTaskExecution")
			if isNew := tt.want == ""; (starts == 1) != isNew || proved != starts {
				t.Errorf("%d starts, %d proofs", starts, proved)
			}
		})
	}
	t.Run("not known", func(t *testing.T) {
		r := &runner{err: map[string]error{"ListTaskExecutions": denied}}
		var failed *StartError
		if _, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.IfRunning = Refuse }); !errors.As(err, &failed) || count(r.calls, "StartTaskExecution") != 0 {
			t.Error(err)
		}
	})
}

func TestBeforeStart(t *testing.T) {
	unproved := errors.New("not proved")
	r := &runner{}
	_, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.Before = func(context.Context) error { return unproved } })
	if !errors.Is(err, unproved) || count(r.calls, "StartTaskExecution") != 0 {
		t.Errorf("%v, calls %v", err, r.calls)
	}
}

// Overrides are checked together with the settings of the task.
func TestStartOverridesOfTheTask(t *testing.T) {
	filtered := &datasync.DescribeTaskOutput{TaskMode: "ENHANCED", Includes: rule("/a")}
	listed := &datasync.DescribeTaskOutput{TaskMode: "BASIC", ManifestConfig: manifest().sdk("aws")}
	for _, tt := range []struct {
		name string
		task *datasync.DescribeTaskOutput
		opt  func(*StartOptions)
		ok   bool
	}{
		{"manifest over filters", filtered, func(o *StartOptions) { o.Manifest = manifest() }, false},
		{"manifest, filters taken away", filtered, func(o *StartOptions) { o.Manifest, o.Includes = manifest(), []string{} }, true},
		{"filters over a manifest", listed, func(o *StartOptions) { o.Excludes = []string{"*.tmp"} }, false},
		{"filters, manifest taken away", listed, func(o *StartOptions) { o.Excludes, o.Manifest = []string{"*.tmp"}, &Manifest{} }, true},
		{"report", listed, func(o *StartOptions) { o.Report = fullReport() }, true},
		{"verification of the other mode", filtered, func(o *StartOptions) { o.Options.VerifyMode = "POINT_IN_TIME_CONSISTENT" }, false},
		{"verification of its mode", listed, func(o *StartOptions) { o.Options.VerifyMode = "POINT_IN_TIME_CONSISTENT" }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{task: tt.task}
			_, err := Start(t.Context(), r, taskARN, tt.opt)
			var p *Problem
			if tt.ok != (err == nil) || !tt.ok && !errors.As(err, &p) {
				t.Error(err)
			}
		})
	}
}

func TestSetBandwidth(t *testing.T) {
	r := &runner{}
	if err := Attach(r, executionARN).SetBandwidth(t.Context(), 50*MiBPerSecond); err != nil || r.bandwidth[0] != 52428800 {
		t.Errorf("%v, %v", r.bandwidth, err)
	}
	r.err = map[string]error{"UpdateTaskExecution": refused}
	if err := Attach(r, executionARN).SetBandwidth(t.Context(), Unlimited); !errors.Is(err, refused) {
		t.Error(err)
	}
}

func TestCancelOnDone(t *testing.T) {
	for _, asked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := &runner{looks: []look{at("TRANSFERRING", 1, 2, 1, 2)}}
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			_, err := Attach(r, executionARN).Wait(ctx, func(o *WatchOptions) { o.CancelOnDone = asked })
			if !errors.Is(err, context.DeadlineExceeded) || (count(r.calls, "CancelTaskExecution") == 1) != asked {
				t.Errorf("asked %v: %v, calls %v", asked, err, r.calls)
			}
		})
	}
	t.Run("cancelling fails too", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		r := &runner{looks: []look{at("TRANSFERRING", 1, 2, 1, 2)}, cancelErr: denied}
		_, err := Attach(r, executionARN).Wait(ctx, func(o *WatchOptions) { o.CancelOnDone = true })
		if !errors.Is(err, context.Canceled) || !errors.Is(err, denied) {
			t.Error(err)
		}
	})
	t.Run("breaking off", func(t *testing.T) {
		r := &runner{looks: []look{at("TRANSFERRING", 1, 2, 1, 2)}}
		for range Attach(r, executionARN).Watch(t.Context(), func(o *WatchOptions) { o.CancelOnDone = true }) {
			break
		}
		if count(r.calls, "CancelTaskExecution") != 0 {
			t.Error("breaking off cancelled the run")
		}
	})
}

func TestMeter(t *testing.T) {
	type reading struct {
		seconds int
		bytes   int64
	}
	for _, tt := range []struct {
		name     string
		readings []reading
		rate     float64
		steady   bool
	}{
		{"nothing", nil, 0, false},
		{"one", []reading{{0, 5}}, 0, false},
		{"two", []reading{{0, 0}, {10, 100}}, 10, false},
		{"even", []reading{{0, 0}, {10, 100}, {20, 210}, {30, 300}}, 10, true},
		{"slowing down", []reading{{0, 0}, {10, 100}, {20, 200}, {30, 205}, {40, 210}}, 5.25, false},
		{"standing still", []reading{{0, 7}, {10, 7}, {20, 7}, {30, 7}}, 0, false},
		{"old readings are forgotten", []reading{{0, 0}, {1, 900}, {10, 1000}, {20, 1100}, {30, 1200}, {40, 1300}, {50, 1400}, {60, 1500}, {70, 1600}, {80, 1700}}, 10, true},
		{"bytes go back", []reading{{0, 500}, {10, 0}, {20, 100}}, 10, false},
	} {
		var m meter
		start := time.Now()
		for _, r := range tt.readings {
			m.add(true, start.Add(time.Duration(r.seconds)*time.Second), r.bytes)
		}
		if rate, steady := m.rate(); rate != tt.rate || steady != tt.steady {
			t.Errorf("%s: %v, %v", tt.name, rate, steady)
		}
	}
}

// Remaining is known only while the estimate is final and the rate is steady.
func TestRemaining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := []look{at("PREPARING", 0, 10000, 0, 10).basic()}
		for i := range 8 {
			looks = append(looks, at("TRANSFERRING", int64(i)*1000, 10000, int64(i), 10).basic())
		}
		looks = append(looks, at("VERIFYING", 10000, 10000, 10, 10).basic(), at("SUCCESS", 10000, 10000, 10, 10).basic())
		told, transferring := 0, 0
		for p, err := range Attach(&runner{looks: looks}, executionARN).Watch(t.Context(), func(o *WatchOptions) { o.MinDelay, o.MaxDelay = 10*time.Second, 10*time.Second }) {
			if err != nil {
				t.Fatal(err)
			}
			if p.Phase != p.Status && p.Outcome == nil {
				t.Errorf("%s is the phase %q", p.Status, p.Phase)
			}
			if p.Remaining > 0 {
				told++
				left := time.Duration(10000-p.Counters.BytesWritten) * time.Second / 100
				if p.Remaining < left/2 || p.Remaining > left*2 {
					t.Errorf("%v to go, want about %v", p.Remaining, left)
				}
			}
			if p.Status == "TRANSFERRING" {
				transferring++
			} else if p.Remaining != 0 || p.BytesPerSecond != 0 {
				t.Errorf("%s: %v, %v", p.Status, p.Remaining, p.BytesPerSecond)
			}
		}
		if told == 0 || told > transferring-3 {
			t.Errorf("told %d of %d times", told, transferring)
		}
	})
}

func TestTimes(t *testing.T) {
	at := func(s int) *time.Time { return new(created.Add(time.Duration(s) * time.Second)) }
	now := *at(100)
	for _, tt := range []struct {
		name            string
		out             run
		queued, elapsed time.Duration
	}{
		{"in the queue", run{Status: dstypes.TaskExecutionStatusQueued, StartTime: at(40)}, time.Minute, 0},
		{"running", run{Status: "TRANSFERRING", StartTime: at(40), LaunchTime: at(70)}, 30 * time.Second, 30 * time.Second},
		{"ended", run{Status: "SUCCESS", StartTime: at(0), LaunchTime: at(10), EndTime: at(60)}, 10 * time.Second, 50 * time.Second},
		{"no launch time", run{Status: "TRANSFERRING", StartTime: at(40)}, 0, 0},
		{"nothing", run{Status: "TRANSFERRING"}, 0, 0},
		{"a clock behind DataSync's", run{Status: "QUEUED", StartTime: at(200)}, 0, 0},
	} {
		if queued, elapsed := times(&tt.out, now); queued != tt.queued || elapsed != tt.elapsed {
			t.Errorf("%s: %v, %v", tt.name, queued, elapsed)
		}
	}
}
