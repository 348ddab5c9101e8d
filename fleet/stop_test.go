package fleet_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestStopThenGoOn ends the context at many times. When the same Runner goes on, every transfer is complete in the end, whatever was under way.
func TestStopThenGoOn(t *testing.T) {
	why := errors.New("a new version is deployed")
	for _, tt := range []struct {
		name       string
		from, till time.Duration
		step       time.Duration // of the whole test
		left       int           // how many runs of the first transfer leave an object behind
		canary     bool
		throttled  bool // starts, until the Runner goes on
		lost       bool // the answers to starts, and the lists behind them fail, until the Runner goes on
	}{
		{name: "a canary and its retry", till: 400 * time.Second, step: 7 * time.Second / 5, left: 1, canary: true},
		{name: "around the retry", from: 179 * time.Second, till: 190 * time.Second, step: 100 * time.Millisecond, left: 1},
		{name: "while starts are throttled", till: 120 * time.Second, step: 3 * time.Second, throttled: true},
		{name: "while answers to starts are lost, before they are given up", till: 55 * time.Second, step: time.Second, lost: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cases := 0
			for at := tt.from; at < tt.till; at += tt.step * time.Duration(kittest.Sample(21, 1)) {
				cases++
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, 4, lists, latency)
					w.leavingBehind(name(0), tt.left)
					ctx, cancel := context.WithCancelCause(t.Context())
					defer cancel(nil)
					time.AfterFunc(at, func() { cancel(why) })
					begun := map[string]bool{}
					w.meter.lose = func(op string) bool { return tt.lost && ctx.Err() == nil && op == "StartTaskExecution" }
					w.meter.fault = func(call xaccttest.Call) error {
						if arn := arnOf(call.Input); tt.lost && call.Operation == "StartTaskExecution" {
							begun[arn] = true
						} else if tt.lost && ctx.Err() == nil && call.Operation == "ListTaskExecutions" && begun[arn] {
							return kittest.ServerError(call)
						}
						if tt.throttled && ctx.Err() == nil && call.Operation == "StartTaskExecution" {
							return kittest.Throttling(call)
						}
						return nil
					}
					r := w.runner(t, func(o *fleet.Options) {
						o.Retries, o.NoReceipts = 1, true
						if tt.canary {
							o.Canaries = []string{name(0)}
						}
					})
					_, err := run(ctx, r)
					var interrupted *fleet.InterruptedError
					if c := r.Counts(); (c.Complete < 4) != errors.As(err, &interrupted) {
						t.Errorf("stopped at %s: %s, error %v", at, c, err)
					}
					if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
						t.Errorf("stopped at %s, then gone on: %v, %v", at, err, r.Err())
					}
				})
			}
			kittest.Count(t, cases, "")
		})
	}
}

// TestLeaveAtEachEvent leaves the loop at one event after the other. The next loop begins with those that were not handed out.
func TestLeaveAtEachEvent(t *testing.T) {
	t.Parallel()
	for leave := 1; leave < 60; leave += kittest.Sample(8, 1) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, 6, nil, latency)
			r := w.runner(t, func(o *fleet.Options) { o.MaxRunning = 3 })
			ended, receipts, n := map[string]bool{}, map[string]bool{}, 0
			see := func(e fleet.Event) {
				ended[e.Row.Transfer] = ended[e.Row.Transfer] || e.Row.State == fleet.Ended
				receipts[e.Row.Transfer] = receipts[e.Row.Transfer] || e.Row.Receipt != nil
			}
			for e := range r.Run(t.Context()) {
				see(e)
				if n++; n == leave {
					break
				}
			}
			for e := range r.Run(t.Context()) {
				see(e)
			}
			for transfer := range ended {
				if !ended[transfer] || !receipts[transfer] {
					t.Errorf("left at event %d: of %s the loops saw its end %t, its receipt %t", leave, transfer, ended[transfer], receipts[transfer])
				}
			}
			if err := r.Err(); err != nil || len(ended) != 6 {
				t.Errorf("left at event %d: %d transfers, %v", leave, len(ended), err)
			}
		})
	}
}
