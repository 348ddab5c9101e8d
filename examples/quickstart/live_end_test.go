package main

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct/xaccttest"
)

// A caller who may not look up its own role can still take away what another made.
func TestLiveDestroyedByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLiveWorld(t)
		another := w.cloud.AddRole(accountA, "Another", w.policies(t, accountA, "team/Mover")...)
		w.before = w.dump()
		printed, err := w.command(t.Context(), "", "-yes", "-keep")
		if err != nil {
			t.Fatalf("%v\n%s", err, printed)
		}
		w.callers["a"] = another
		again, err := w.command(t.Context(), "", "-yes", "-destroy")
		if err != nil {
			t.Fatalf("%v\n%s", err, again)
		}
		if d := firstDifference(w.before, w.dump()); d != "" {
			t.Errorf("something is left: %s", d)
		}
	})
}

// With credentials that ended half-way nothing can be read, and the way to take away is named all the same.
func TestLiveWithoutCredentialsInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newLiveWorld(t)
		var expired atomic.Bool
		w.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "CreateTask" {
				expired.Store(true)
			}
			if expired.Load() {
				return xaccttest.Fault(403, "ExpiredToken", "The security token included in the request is expired")
			}
			return next()
		})
		printed, err := w.command(t.Context(), "", "-yes")
		if err == nil || !strings.Contains(err.Error(), "ExpiredToken") {
			t.Errorf("%v\n%s", err, printed)
		}
		contains(t, printed, "it could not be read", "quickstart-source: done")
		w.cloud.Intercept(nil)
		w.takeAway(t, printed)
	})
}

// An interruption at any write says what stands, and the command that it names takes that away.
func TestLiveInterrupted(t *testing.T) {
	for _, operation := range []string{
		"CreateRole", "PutRolePolicy", "PutBucketPolicy", "CreateLocationS3", "CreateTask", "StartTaskExecution", "DescribeTaskExecution",
		"DeleteTask", "DeleteRole",
	} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newLiveWorld(t)
				ctx, interrupt := context.WithCancel(t.Context())
				defer interrupt()
				w.cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
					err := next()
					if call.Operation == operation {
						interrupt()
					}
					return err
				})
				printed, err := w.command(ctx, "y\n")
				if !errors.Is(err, context.Canceled) {
					t.Fatalf("%v\n%s", err, printed)
				}
				contains(t, printed, "== What stands")
				w.cloud.Intercept(nil)
				if d := firstDifference(w.before, w.dump()); d != "" {
					w.takeAway(t, printed)
				} else {
					contains(t, printed, "nothing of ours")
				}
			})
		})
	}
}
