package fleet_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// TestProcessDies lets the process end at every hundredth call of the whole run: a first process makes so many calls, and a second one with the same RunID
// goes on to the end. Nothing is started twice, and no more runs at once than may.
func TestProcessDies(t *testing.T) {
	t.Parallel()
	n, most, step := kittest.Sample(24, 200), kittest.Sample(4, 20), kittest.Sample(40, 100)
	cases, calls := 0, 0
	for dies := step; dies == step || dies < calls; dies += step {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, n, nil)
			options := func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true }
			w.meter.restart(dies)
			r := w.runner(t, options)
			for _, err := range r.Run(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				if w.meter.gone() { // the process has no time to see what became of its calls
					break
				}
			}
			calls = max(calls, w.meter.total()+1)
			w.meter.restart(0)
			again := w.runner(t, options)
			events, err := run(t.Context(), again)
			if err != nil || again.Err() != nil {
				t.Errorf("after call %d: %v, %v", dies, err, again.Err())
			}
			for region, high := range once(t, w) {
				if high > most {
					t.Errorf("after call %d: %d ran at once in %s, want at most %d", dies, high, region, most)
				}
			}
			if r.Counts().Complete > 0 && !found(events) {
				t.Errorf("after call %d: %s by then, and none was found again", dies, r.Counts())
			}
			calls = max(calls, w.meter.total())
		})
		cases++
	}
	if cases < 2 {
		t.Errorf("%d processes died", cases)
	}
	kittest.Count(t, cases, " of %d calls", calls)
}

func found(events []fleet.Event) bool {
	for _, e := range events {
		if e.Row.Found {
			return true
		}
	}
	return false
}

// TestProcessDiesAgainAndAgain lets one process after the other end, each a hundred calls later than the one before, until one comes to the end.
func TestProcessDiesAgainAndAgain(t *testing.T) {
	t.Parallel()
	n, most := kittest.Sample(60, 1000), kittest.Sample(8, 100)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, n, nil)
		lives, done := 0, false
		for dies := 100; !done; dies += 100 {
			w.meter.restart(dies)
			r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true })
			for range r.Run(t.Context()) {
				if w.meter.gone() {
					break
				}
			}
			lives, done = lives+1, !w.meter.gone()
			if done && r.Err() != nil {
				t.Error(r.Err())
			}
		}
		for region, high := range once(t, w) {
			if high > most {
				t.Errorf("%d ran at once in %s, want at most %d", high, region, most)
			}
		}
		if lives < 3 {
			t.Errorf("%d processes", lives)
		}
		kittest.Count(t, lives, " of processes for %d transfers", n)
	})
}

// TestLostAnswers loses the answer of every fifth start, which was carried out: the run is found and not started again.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 20, nil)
		started := 0
		w.meter.lose = func(op string) bool {
			if op == "StartTaskExecution" {
				started++
			}
			return op == "StartTaskExecution" && started%5 == 0
		}
		r := w.runner(t, func(o *fleet.Options) { o.NoReceipts = true })
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		once(t, w)
	})
}

// TestContextEnds cancels the context in the middle: the error names what runs on, nothing more is started, and another process goes on.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	for _, at := range []time.Duration{0, time.Second, 100 * time.Second, 200 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 12, nil, latency)
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("the deployment goes on")
			time.AfterFunc(at, func() { cancel(why) })
			r := w.runner(t)
			_, err := run(ctx, r)
			stopped, ok := as[*fleet.InterruptedError](err)
			if !ok || !errors.Is(err, why) {
				t.Fatalf("at %s: %v", at, err)
			}
			runs, _ := census(t, w)
			c := r.Counts()
			if len(stopped.Running) != c.Running || len(stopped.NotStarted) != c.Waiting || len(stopped.Unknown) != 0 || c.Transfers() != 12 {
				t.Errorf("at %s: %v does not tell what there is: %s", at, err, c)
			}
			if len(runs) != c.Running+c.Complete {
				t.Errorf("at %s: %d runs, want %d that run and %d that are complete", at, len(runs), c.Running, c.Complete)
			}
			if stopped.Hint() == "" {
				t.Error("no hint")
			}
			again := w.runner(t)
			if at == time.Second { // the same runner can go on too
				again = r
			}
			if _, err := run(t.Context(), again); err != nil || again.Err() != nil {
				t.Errorf("at %s: %v, %v", at, err, again.Err())
			}
			once(t, w)
		})
	}
}

// TestLeaveTheLoop leaves the loop at the first event and goes on later.
func TestLeaveTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 6, nil, latency)
		r := w.runner(t)
		for range r.Run(t.Context()) {
			for _, err := range r.Run(t.Context()) {
				if err == nil {
					t.Error("two loops at once")
				}
			}
			break
		}
		if c := r.Counts(); c.Running == 0 || c.Running+c.Waiting != 6 {
			t.Errorf("%s", c)
		}
		time.Sleep(10 * time.Minute)
		if runs, _ := census(t, w); len(runs) != r.Counts().Running {
			t.Errorf("%d runs, want %s", len(runs), r.Counts())
		}
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
		once(t, w)
	})
}

// TestPanic has a body that panics: no goroutine is left behind, which synctest would notice.
func TestPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newWorld(t, 6, nil, latency).runner(t)
		func() {
			defer func() { recover() }()
			for range r.Run(t.Context()) {
				panic("no disk left")
			}
		}()
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
			t.Errorf("%v, %v", err, r.Err())
		}
	})
}
