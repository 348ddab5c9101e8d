package patience

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	smithy "github.com/aws/smithy-go"
)

func TestDelay(t *testing.T) {
	for _, tt := range []struct {
		attempt int
		middle  time.Duration
	}{
		{1, 500 * time.Millisecond},
		{2, time.Second},
		{3, 2 * time.Second},
		{4, 4 * time.Second},
		{1000, 4 * time.Second},
	} {
		for range 100 {
			if d := Delay(tt.attempt); d < tt.middle*8/10 || d > tt.middle*12/10 {
				t.Errorf("after attempt %d: %v, want a fifth around %v", tt.attempt, d, tt.middle)
			}
		}
	}
}

// Each class of error has time of its own.
func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttled, refused := &smithy.GenericAPIError{Code: "ThrottlingException"}, errors.New("refused")
		b := NewBackoff()
		for _, tt := range []struct {
			name  string
			taken time.Duration // of the attempt
			wait  time.Duration
			err   error
			want  bool
		}{
			{"within the limit", 30 * time.Second, 30 * time.Second, throttled, false},
			{"over it by the wait", 0, time.Second, throttled, true},
			{"of another class", 30 * time.Second, 20 * time.Second, refused, false},
			{"over it by the attempt", 11 * time.Second, 0, refused, true},
		} {
			time.Sleep(tt.taken)
			if got := b.Over(time.Minute, tt.wait, tt.err); got != tt.want {
				t.Errorf("%s: over %v, want %v", tt.name, got, tt.want)
			}
			time.Sleep(tt.wait)
		}
	})
}

func TestGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancelCause(t.Context())
		if err := Stopped(ctx); err != nil {
			t.Errorf("stopped before the end: %v", err)
		}
		cause := errors.New("enough")
		begin := time.Now()
		err := Finish(ctx, func(ctx context.Context) error {
			stop(cause)
			return Sleep(ctx, time.Hour)
		})
		if took := time.Since(begin); err == nil || took != grace {
			t.Errorf("the call ended with %v after %v, want an error after %v", err, took, grace)
		}
		if err := Stopped(ctx); !errors.Is(err, cause) {
			t.Errorf("stopped by %v, want %v", err, cause)
		}
		if err := Sleep(ctx, time.Hour); !errors.Is(err, cause) {
			t.Errorf("slept until %v, want %v", err, cause)
		}
	})
}
