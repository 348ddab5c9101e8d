package patience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

var (
	throttled   = &smithy.GenericAPIError{Code: "ThrottlingException"}
	broken      = &smithy.GenericAPIError{Code: "InternalError", Fault: smithy.FaultServer}
	propagating = &smithy.GenericAPIError{Code: "MalformedPolicyDocument", Message: "Invalid principal in policy"}
	refused     = &smithy.GenericAPIError{Code: "AccessDenied"}
)

// Delays double from half a second to four, give or take a fifth.
func TestDelay(t *testing.T) {
	for _, tt := range []struct {
		attempt int
		want    time.Duration
	}{
		{1, 500 * time.Millisecond},
		{2, time.Second},
		{3, 2 * time.Second},
		{4, 4 * time.Second},
		{5, 4 * time.Second},
		{1000, 4 * time.Second}, // no overflow
	} {
		lowest, highest := time.Hour, time.Duration(0)
		for range 1000 {
			d := Delay(tt.attempt)
			lowest, highest = min(lowest, d), max(highest, d)
		}
		if lowest < tt.want*8/10 || highest > tt.want*12/10 {
			t.Errorf("attempt %d: from %s to %s, want %s give or take a fifth", tt.attempt, lowest, highest, tt.want)
		}
		if highest-lowest < tt.want/10 {
			t.Errorf("attempt %d: from %s to %s, which is no jitter", tt.attempt, lowest, highest)
		}
	}
}

// Each kind of error has a budget of its own, in which the wait that is to follow counts, as does the call before it.
func TestBackoff(t *testing.T) {
	type failure struct {
		call, wait time.Duration
		err        error
	}
	const limit = 10 * time.Second
	for _, tt := range []struct {
		name     string
		failures []failure
		want     []bool
	}{
		{"up to the limit", []failure{{0, 4 * time.Second, refused}, {0, 6 * time.Second, refused}}, []bool{false, false}},
		{"over it", []failure{{0, 4 * time.Second, refused}, {0, 7 * time.Second, refused}}, []bool{false, true}},
		{"by the length of the calls", []failure{{5 * time.Second, 0, broken}, {6 * time.Second, 0, broken}}, []bool{false, true}},
		{"one wait that is too long", []failure{{0, 11 * time.Second, throttled}}, []bool{true}},
		{"throttled before", []failure{{0, 9 * time.Second, throttled}, {0, 9 * time.Second, propagating}, {0, 9 * time.Second, broken},
			{0, 9 * time.Second, refused}},
			[]bool{false, false, false, false}},
		{"throttled again", []failure{{0, 9 * time.Second, throttled}, {0, 9 * time.Second, propagating}, {0, 2 * time.Second, throttled}},
			[]bool{false, false, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				spent := NewBackoff()
				var got []bool
				for _, f := range tt.failures {
					time.Sleep(f.call)
					over := spent.Over(limit, f.wait, f.err)
					got = append(got, over)
					if !over {
						time.Sleep(f.wait)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("over the limit (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestSleep(t *testing.T) {
	cause := errors.New("enough")
	for _, tt := range []struct {
		name  string
		ends  time.Duration // of the context; 0 is never
		sleep time.Duration
		want  time.Duration
		err   error
	}{
		{"to its end", 0, 3 * time.Second, 3 * time.Second, nil},
		{"cut off", 2 * time.Second, 3 * time.Second, 2 * time.Second, cause},
		{"the context ends later", 4 * time.Second, 3 * time.Second, 3 * time.Second, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if tt.ends > 0 {
					time.AfterFunc(tt.ends, func() { cancel(cause) })
				}
				start := time.Now()
				if err := Sleep(ctx, tt.sleep); err != tt.err {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("slept %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// A call that has begun may take a minute longer than the context, and is cut off then.
func TestFinish(t *testing.T) {
	type key struct{}
	for _, tt := range []struct {
		name  string
		takes time.Duration
		want  time.Duration
		err   error
	}{
		{"before the context ends", 5 * time.Second, 5 * time.Second, nil},
		{"within the grace", 69 * time.Second, 69 * time.Second, nil},
		{"too long", time.Hour, 70 * time.Second, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "kept"), 10*time.Second)
				defer cancel()
				start := time.Now()
				err := Finish(ctx, func(ctx context.Context) error {
					if ctx.Value(key{}) != "kept" {
						t.Error("the call lost the values of the context")
					}
					return Sleep(ctx, tt.takes)
				})
				if !errors.Is(err, tt.err) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("took %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// All calls under one context share one grace, however many begin after its end.
func TestWithGrace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		grace time.Duration
		calls []time.Duration
		want  time.Duration // from the end of the context to the end of the last call
		fails bool
	}{
		{"one that hangs", 3 * time.Second, []time.Duration{time.Hour}, 3 * time.Second, true},
		{"two that hang", 3 * time.Second, []time.Duration{time.Hour, time.Hour}, 3 * time.Second, true},
		{"one after another", 3 * time.Second, []time.Duration{11 * time.Second, time.Second, time.Second}, 3 * time.Second, false},
		{"within it", 5 * time.Minute, []time.Duration{4 * time.Minute}, 4*time.Minute - 10*time.Second, false},
		{"hardly any", 1, []time.Duration{time.Hour}, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				ctx, release := WithGrace(ctx, tt.grace)
				defer release()
				start := time.Now()
				var err error
				for _, takes := range tt.calls {
					err = Finish(ctx, func(ctx context.Context) error {
						if Sleep(ctx, takes) != nil {
							return ctx.Err()
						}
						return nil
					})
				}
				if got := time.Since(start) - 10*time.Second; got != tt.want {
					t.Errorf("ended %s after the context, want %s", got, tt.want)
				}
				if (err != nil) != tt.fails || tt.fails && (!errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "no answer within "+tt.grace.String())) {
					t.Errorf("error %v, want one: %v", err, tt.fails)
				}
			})
		})
	}
}

// The error of a call that was answered stays as it is.
func TestLate(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		want string
	}{
		{"no error", ctx, nil, "<nil>"},
		{"an answer", ctx, refused, refused.Error()},
		{"cut off", ctx, context.Canceled, "enough: context canceled"},
		{"cut off by another context", t.Context(), context.Canceled, "context canceled"},
	} {
		if got := fmt.Sprint(Late(tt.ctx, tt.err)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Whoever releases a held context ends it at once.
func TestHoldReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		held, release := Hold(ctx)
		cancel()
		synctest.Wait()
		if err := held.Err(); err != nil {
			t.Errorf("ended with the context: %v", err)
		}
		release()
		if held.Err() == nil {
			t.Error("released and not ended")
		}
	})
}

func TestStopped(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	if err := Stopped(ctx); err != nil {
		t.Errorf("going on: %v", err)
	}
	cancel(cause)
	err := Stopped(ctx)
	if !errors.Is(err, cause) {
		t.Fatalf("ended: %v, want the cause", err)
	}
	if diff := cmp.Diff("stopped: enough", err.Error()); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
