package fleet_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/fleet"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// expired is the answer of AWS to credentials that have expired.
func expired(call xaccttest.Call) error {
	return xaccttest.Fault(403, "ExpiredTokenException", "The security token included in the request is expired")
}

// away is an answer of a gateway that nothing stands behind.
func away(call xaccttest.Call) error {
	return xaccttest.Fault(503, "ServiceUnavailable", "Service Unavailable")
}

// TestOutage lets every call fail for a while, from the first one or while transfers run: afterwards everything is complete, and nothing was started twice.
func TestOutage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		fault func(xaccttest.Call) error
		begin time.Duration
		of    string // the service that fails; "" is all
	}{
		{"servers broken from the first call on", kittest.ServerError, 0, ""},
		{"servers broken later", kittest.ServerError, 3 * time.Minute, ""},
		{"gateways", away, 3 * time.Minute, ""},
		{"credentials expired", expired, 3 * time.Minute, ""},
		{"credentials expired before", expired, 0, ""},
		{"S3 alone", kittest.ServerError, time.Minute, "S3"},
		{"STS alone", away, time.Minute, "STS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 16, nil)
				begun := time.Now()
				w.meter.fault = func(call xaccttest.Call) error {
					if at := time.Since(begun); at >= tt.begin && at < tt.begin+20*time.Minute && (tt.of == "" || tt.of == call.Service) {
						return tt.fault(call)
					}
					return nil
				}
				r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 2, true })
				if _, err := run(t.Context(), r); err != nil || r.Err() != nil {
					t.Errorf("%v, %v", err, r.Err())
				}
				once(t, w)
				if n := w.meter.total(); n > 3000 {
					t.Errorf("%d calls", n)
				}
			})
		})
	}
}

// TestOutageForEver gives up after half an hour: what waits was not started, and what runs is unknown. A new runner with the same RunID goes on.
func TestOutageForEver(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(xaccttest.Call) error{"servers": kittest.ServerError, "credentials": expired} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, 16, nil)
				begun := time.Now()
				w.meter.fault = func(call xaccttest.Call) error {
					if time.Since(begun) > 3*time.Minute {
						return fault(call)
					}
					return nil
				}
				options := func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 2, true }
				r := w.runner(t, options)
				if _, err := run(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				if c := r.Counts(); c.Complete == 0 || c.NotStarted == 0 || c.Unknown == 0 || c.Waiting+c.Running > 0 {
					t.Errorf("%s", c)
				}
				if took := time.Since(begun); took < 30*time.Minute || took > 3*time.Hour {
					t.Errorf("it took %s", took)
				}
				w.meter.fault = nil
				again := w.runner(t, options)
				if _, err := run(t.Context(), again); err != nil || again.Err() != nil {
					t.Errorf("%v, %v", err, again.Err())
				}
				once(t, w)
			})
		})
	}
}

// TestOutageOfOne lets the calls for one destination fail for ever: the others are complete by the time that it is given up, also where one runs at a time.
func TestOutageOfOne(t *testing.T) {
	t.Parallel()
	const n, bad = 12, 4
	for _, most := range []int{1, 2, n} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, n, func(i int, tr *xacct.Transfer) {
					if i == bad {
						tr.Destination.Bucket, tr.Destination.Role.Name = "apart", "write-apart"
					}
				})
				w.meter.fault = func(call xaccttest.Call) error {
					if in, ok := call.Input.(*s3.GetBucketOwnershipControlsInput); ok && aws.ToString(in.Bucket) == "apart" {
						return kittest.ServerError(call)
					}
					return nil
				}
				r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = most, true })
				events, err := run(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				last := events[len(events)-1]
				if last.Row.Transfer != name(bad) || last.Row.State != fleet.NotStarted || last.Counts.Complete != n-1 {
					t.Errorf("%s; %s", last, last.Counts)
				}
			})
		})
	}
}

// TestThrottledThenBroken throttles the starts of one task for long, and lets one of them meet a broken server then: what was throttled does not count
// towards the half hour of the transfer.
func TestThrottledThenBroken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, bad = 60, 4
		w := newWorld(t, n, nil)
		begun, arn, broken := time.Now(), w.result.TaskARN(name(bad)), false
		w.meter.fault = func(call xaccttest.Call) error {
			in, ok := call.Input.(*datasync.ListTaskExecutionsInput)
			switch {
			case !ok || aws.ToString(in.TaskArn) != arn || time.Since(begun) > 41*time.Minute:
				return nil
			case time.Since(begun) < 40*time.Minute:
				return kittest.Throttling(call)
			case !broken:
				broken = true
			}
			return kittest.ServerError(call)
		}
		r := w.runner(t, func(o *fleet.Options) { o.MaxRunning, o.NoReceipts = 2, true })
		if _, err := run(t.Context(), r); err != nil || r.Err() != nil || !broken {
			t.Errorf("%v, %v, broken %v", err, r.Err(), broken)
		}
		once(t, w)
	})
}
