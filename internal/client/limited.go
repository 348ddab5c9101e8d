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

// defaultConcurrency keeps well under the request rates at which IAM and DataSync begin to throttle.
const defaultConcurrency = 16

// slots bound how many calls go to one service of one account and Region at once: AWS throttles each of these by itself.
type slots chan struct{}

// take waits for a slot, unless ctx ends first, and returns how to give it back.
func (s slots) take(ctx context.Context) (give func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Limit returns the clients with every read tried again while it is throttled, broken on the service's side, or its answer lost, and at most
// n calls at once to each service of an account and Region; 0 is the default.
func (c Set) Limit(n int) Set {
	if n <= 0 {
		n = defaultConcurrency
	}
	out := make(Set, len(c))
	for account, ac := range c {
		if ac.STS != nil {
			ac.STS = limitedSTS{ac.STS, make(slots, n)}
		}
		if ac.IAM != nil {
			ac.IAM = limitedIAM{ac.IAM, make(slots, n)}
		}
		ac.S3 = limitedIn(ac.S3, func(api bucket.API) bucket.API { return limitedS3{api, make(slots, n)} })
		ac.DataSync = limitedIn(ac.DataSync, func(api DataSyncAPI) DataSyncAPI { return limitedDataSync{api, make(slots, n)} })
		ac.Logs = limitedIn(ac.Logs, func(api task.LogsAPI) task.LogsAPI { return limitedLogs{api, make(slots, n)} })
		ac.KMS = limitedIn(ac.KMS, func(api kmskey.API) kmskey.API { return limitedKMS{api, make(slots, n)} })
		out[account] = ac
	}
	return out
}

// limitedIn wraps what a function of the Region returns, once a Region. No function and no client stay none.
func limitedIn[API comparable](of func(string) API, wrap func(API) API) func(string) API {
	if of == nil {
		return nil
	}
	return PerRegion(func(region string) API {
		var none API
		api := of(region)
		if api == none {
			return none
		}
		return wrap(api)
	})
}

// bounded makes a call when a slot is free.
func bounded[I, O, F any](ctx context.Context, s slots, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, optFns []func(*F)) (*O, error) {
	give, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	return call(ctx, in, optFns...)
}

// retried makes a read until it succeeds, fails for good, or is out of time. It keeps its slot while it waits, so that a service that throttles
// is asked less.
func retried[I, O, F any](ctx context.Context, s slots, call func(context.Context, *I, ...func(*F)) (*O, error), in *I, optFns []func(*F)) (*O, error) {
	give, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	spent := patience.NewBackoff()
	for attempt := 1; ; attempt++ {
		out, err := call(ctx, in, optFns...)
		limit := time.Duration(0)
		switch {
		case err == nil || ctx.Err() != nil:
			return out, err
		case awserr.Throttled(err):
			limit = patience.ThrottledFor
		case awserr.Ambiguous(err):
			limit = patience.BrokenFor
		}
		d := patience.Delay(attempt)
		if spent.Over(limit, d, err) || patience.Sleep(ctx, d) != nil {
			return out, err
		}
	}
}
