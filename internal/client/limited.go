package client

import (
	"context"
	"time"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
)

// Limit returns the same clients with two limits. Every read is tried again while it is throttled, fails on the service's side, or gets no answer;
// other calls are made once. At most n calls go to one service of one account and Region at the same time; n of 0 or less is the default, 16.
func (c Set) Limit(n int) Set {
	if n <= 0 {
		n = defaultConcurrency
	}
	out := make(Set, len(c))
	for account, ac := range c {
		if ac.STS != nil {
			ac.STS = limitedSTS{ac.STS, newSlots(n, account, "")}
		}
		if ac.IAM != nil {
			ac.IAM = limitedIAM{ac.IAM, newSlots(n, account, "")}
		}
		ac.S3 = limitedIn(ac.S3, func(api bucket.API, region string) bucket.API { return limitedS3{api, newSlots(n, account, region)} })
		ac.DataSync = limitedIn(ac.DataSync, func(api DataSyncAPI, region string) DataSyncAPI {
			return limitedDataSync{api, newSlots(n, account, region)}
		})
		ac.Logs = limitedIn(ac.Logs, func(api task.LogsAPI, region string) task.LogsAPI {
			return limitedLogs{api, newSlots(n, account, region)}
		})
		ac.KMS = limitedIn(ac.KMS, func(api kmskey.API, region string) kmskey.API { return limitedKMS{api, newSlots(n, account, region)} })
		out[account] = ac
	}
	return out
}

// defaultConcurrency keeps well under the request rates at which IAM and DataSync begin to throttle.
const defaultConcurrency = 16

// limitedIn wraps each client that the function of the Region returns, once for each Region. A nil function stays nil, and so does a nil client.
func limitedIn[API comparable](of func(region string) API, wrap func(api API, region string) API) func(region string) API {
	if of == nil {
		return nil
	}
	return PerRegion(func(region string) API {
		var none API
		api := of(region)
		if api == none {
			return none
		}
		return wrap(api, region)
	})
}

// slots bound how many calls go to one service of one account and Region at once, because AWS throttles each of these apart.
type slots struct {
	account, region string
	free            chan struct{}
}

func newSlots(n int, account, region string) slots {
	return slots{account, region, make(chan struct{}, n)}
}

// take waits for a slot and returns the function that gives it back. If ctx ends first, it returns the cause of that.
func (s slots) take(ctx context.Context) (give func(), err error) {
	select {
	case s.free <- struct{}{}:
		return func() { <-s.free }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// bounded makes a call once, as soon as a slot is free.
func bounded[I, O, F any](ctx context.Context, s slots, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, o []func(*F)) (*O, error) {
	give, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	return attempt(ctx, s, 1, call, in, o)
}

// retried makes a read again until it succeeds, fails for good, or is out of time. It keeps its slot while it waits, so that a service that
// throttles gets fewer calls.
func retried[I, O, F any](ctx context.Context, s slots, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, o []func(*F)) (*O, error) {
	give, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	backoff := patience.NewBackoff()
	for n := 1; ; n++ {
		out, err := attempt(ctx, s, n, call, in, o)
		limit := time.Duration(0)
		switch {
		case err == nil || ctx.Err() != nil:
			return out, err
		case awserr.Throttled(err):
			limit = patience.ThrottledFor
		case awserr.Ambiguous(err):
			limit = patience.BrokenFor
		}
		d := patience.Delay(n)
		if backoff.Over(limit, d, err) || patience.Sleep(ctx, d) != nil {
			return out, err
		}
	}
}
