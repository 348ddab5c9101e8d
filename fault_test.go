package xacct_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xacct/xacct/xaccttest"
)

// callKey names one call of a run: who, where, what, on which resource, and the how manieth of these.
type callKey struct {
	account, region, operation, resource string
	occurrence                           int
}

func (k callKey) String() string {
	return fmt.Sprintf("%s %s %s(%s) #%d", k.account, k.region, k.operation, k.resource, k.occurrence)
}

// same is the key without the occurrence.
func (k callKey) same() callKey { k.occurrence = 0; return k }

// keyOf is the key of a call, without the occurrence. Generated ids are left out: with one location and one task in a Region the kind is enough.
func keyOf(call xaccttest.Call) callKey {
	var parts []string
	in := reflect.ValueOf(call.Input).Elem()
	for _, name := range []string{"Bucket", "RoleName", "PolicyName", "PolicyArn", "S3BucketArn", "Subdirectory", "LocationArn", "TaskArn", "ResourceArn", "KeyId", "Name", "LogGroupName", "LogGroupNamePrefix"} {
		f := in.FieldByName(name)
		if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
			continue
		}
		parts = append(parts, generated.ReplaceAllString(f.Elem().String(), "$1"))
	}
	return callKey{account: call.Account, region: call.Region, operation: call.Operation, resource: strings.Join(parts, " ")}
}

// generated are the ids that AWS makes up.
var generated = regexp.MustCompile(`\b(loc-|task-|exec-|AROA|AIDA)[0-9A-Za-z]{10,}`)

// settled is everything in the cloud, generated ids aside.
func settled(cloud *xaccttest.Cloud) string { return generated.ReplaceAllString(dump(cloud), "$1") }

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
	key    callKey
	cancel context.CancelFunc // of the run

	mu   sync.Mutex
	seen map[callKey]int
	hit  time.Time // zero: not yet
	gone bool      // the process is: nothing is called any more
}

func newMishap(f fault, key callKey, cancel context.CancelFunc) *mishap {
	return &mishap{fault: f, key: key, cancel: cancel, seen: map[callKey]int{}}
}

// Intercept is for [xaccttest.Cloud.Intercept].
func (m *mishap) Intercept(ctx context.Context, call xaccttest.Call, next func() error) error {
	key := keyOf(call)
	m.mu.Lock()
	if m.gone {
		m.mu.Unlock()
		return errGone
	}
	m.seen[key]++
	strikes := key == m.key.same() && m.seen[key] == m.key.occurrence
	again := key == m.key.same() && !m.hit.IsZero()
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

var errGone = errors.New("the process is gone")

var errReset = &smithyhttp.RequestSendError{Err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}}

func throttle(call xaccttest.Call) error {
	switch call.Service {
	case "S3":
		return xaccttest.Fault(503, "SlowDown", "Please reduce your request rate.")
	case "IAM", "STS":
		return xaccttest.Fault(400, "Throttling", "Rate exceeded")
	}
	return xaccttest.Fault(400, "ThrottlingException", "Rate exceeded")
}

func refuse(call xaccttest.Call) error {
	if call.Service == "DataSync" || call.Service == "KMS" {
		return xaccttest.Fault(400, "AccessDeniedException", "not authorized to perform "+call.Operation)
	}
	return xaccttest.Fault(403, "AccessDenied", "not authorized to perform "+call.Operation)
}

func internal(call xaccttest.Call) error {
	switch call.Service {
	case "IAM":
		return xaccttest.Fault(500, "ServiceFailure", "The request processing has failed because of an unknown error.")
	case "S3":
		return xaccttest.Fault(500, "InternalError", "We encountered an internal error. Please try again.")
	case "DataSync":
		return xaccttest.Fault(500, "InternalException", "internal error")
	}
	return xaccttest.Fault(500, "InternalFailure", "internal error")
}

// faults are the ways in which every call of every run goes wrong.
var faults = []fault{
	{name: "throttled once", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error { return throttle(call) }},
	{name: "throttled for a minute", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error { return throttle(call) },
		again: func(m *mishap, _ context.Context, call xaccttest.Call, next func() error) error {
			if time.Since(m.hit) < time.Minute {
				return throttle(call)
			}
			return next()
		}},
	{name: "refused for ever",
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error { return refuse(call) },
		again:  func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error { return refuse(call) }},
	{name: "5xx, unapplied", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, _ func() error) error { return internal(call) }},
	{name: "5xx, applied", transient: true,
		strike: func(_ *mishap, _ context.Context, call xaccttest.Call, next func() error) error {
			if err := next(); err != nil {
				return err
			}
			return internal(call)
		}},
	{name: "connection lost before", transient: true,
		strike: func(*mishap, context.Context, xaccttest.Call, func() error) error { return errReset }},
	{name: "connection lost after", transient: true,
		strike: func(_ *mishap, _ context.Context, _ xaccttest.Call, next func() error) error {
			next()
			return errReset
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
			return errGone
		}},
}
