package faults_test

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// A fault is one way in which a call can go wrong.
type fault struct {
	name      string
	transient bool // the run must succeed nevertheless
	strike    func(m *mishap, ctx context.Context, call xaccttest.Call, next func() error) error
	again     func(m *mishap, ctx context.Context, call xaccttest.Call, next func() error) error // later calls like the one that was hit; nil passes
}

// mishap is a fault that befalls one call of a run.
type mishap struct {
	fault
	key    kittest.CallKey
	cancel context.CancelFunc // of the run

	mu   sync.Mutex
	seen map[kittest.CallKey]int
	hit  time.Time // zero: not yet
	gone bool      // the process is: nothing is called any more
}

func newMishap(f fault, key kittest.CallKey, cancel context.CancelFunc) *mishap {
	return &mishap{fault: f, key: key, cancel: cancel, seen: map[kittest.CallKey]int{}}
}

// Intercept is for [xaccttest.Cloud.Intercept].
func (m *mishap) Intercept(ctx context.Context, call xaccttest.Call, next func() error) error {
	key := kittest.KeyOf(call)
	m.mu.Lock()
	if m.gone {
		m.mu.Unlock()
		return kittest.ErrProcessGone
	}
	m.seen[key]++
	strikes := key == m.key.WithoutOccurrence() && m.seen[key] == m.key.Occurrence
	again := key == m.key.WithoutOccurrence() && !m.hit.IsZero()
	if strikes {
		m.hit = time.Now()
	}
	m.mu.Unlock()
	switch {
	case strikes:
		return m.strike(m, ctx, call, next)
	case again && m.again != nil:
		return m.again(m, ctx, call, next)
	}
	return next()
}

func (m *mishap) isGone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone
}

func (m *mishap) struck() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.hit.IsZero()
}

// faults are the ways in which every call of every run goes wrong.
var faults = []fault{
	{name: "throttled once", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error {
			return kittest.Throttling(call)
		}},
	{name: "throttled for a minute", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error {
			return kittest.Throttling(call)
		},
		again: func(m *mishap, _ context.Context, call xaccttest.Call, next func() error) error {
			if time.Since(m.hit) < time.Minute {
				return kittest.Throttling(call)
			}
			return next()
		}},
	{name: "refused for ever",
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error {
			return kittest.AccessDenied(call)
		},
		again: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error {
			return kittest.AccessDenied(call)
		}},
	{name: "5xx, unapplied", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error {
			return kittest.ServerError(call)
		}},
	{name: "5xx, applied", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, next func() error) error {
			if err := next(); err != nil {
				return err
			}
			return kittest.ServerError(call)
		}},
	{name: "connection lost before", transient: true,
		strike: func(*mishap, context.Context, xaccttest.Call, func() error) error { return kittest.ErrConnectionReset }},
	{name: "connection lost after", transient: true,
		strike: func(_ *mishap, _ context.Context, _ xaccttest.Call, next func() error) error {
			next()
			return kittest.ErrConnectionReset
		}},
	{name: "cancelled before",
		strike: func(m *mishap, ctx context.Context, _ xaccttest.Call, next func() error) error {
			m.cancel()
			if err := ctx.Err(); err != nil {
				return &aws.RequestCanceledError{Err: err}
			}
			return next()
		}},
	{name: "cancelled after",
		strike: func(m *mishap, ctx context.Context, _ xaccttest.Call, next func() error) error {
			err := next()
			m.cancel()
			return err
		}},
	{name: "process gone after",
		strike: func(m *mishap, _ context.Context, _ xaccttest.Call, next func() error) error {
			next()
			m.mu.Lock()
			m.gone = true
			m.mu.Unlock()
			m.cancel()
			return kittest.ErrProcessGone
		}},
}
