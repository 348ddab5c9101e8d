package xaccttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/xaccttest/internal/clone"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
	"github.com/xacct/xacct/xaccttest/internal/required"
)

// Call is one call that a client made, or is making.
type Call struct {
	Account   string // the account of the client
	Region    string // the Region of the client; "" for IAM and STS
	Service   string // the SDK's service id: "IAM", "STS", "S3", "KMS", "DataSync"
	Operation string // the operation, such as "PutBucketPolicy"
	Principal string // the ARN of the role or user that calls
	Input     any    // a copy of the SDK's input, such as *s3.PutBucketPolicyInput
	RequestID string
	Applied   bool  // the operation was performed and succeeded, whether or not the caller learned of it
	Err       error // the error that the caller saw; nil while the call runs
}

// client is a principal in one account and Region, on whose behalf calls are made.
type client struct {
	cloud   *Cloud
	service string
	region  string
	account string
	key     string // key of the role or user in its account, such as "role/name"
	arn     string // ARN of the role or user
	session *session
}

// request is one call while it is performed. The cloud is locked for that time.
type request struct {
	client
	operation string
	now       time.Time
	who       *identity // cached by caller
}

// configuring are the operations that change the configuration of a bucket. S3 refuses one while another is in progress.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (OperationAborted)
var configuring = map[string]bool{
	"PutBucketPolicy": true, "DeleteBucketPolicy": true, "PutBucketOwnershipControls": true, "DeleteBucketOwnershipControls": true,
}

// do makes a call: it checks the required members, records the call, waits, intercepts, performs it and records the outcome.
func do[I, O any](ctx context.Context, c client, operation string, in *I, perform func(*request, *I) (*O, error)) (*O, error) {
	if in == nil {
		in = new(I)
	}
	if err := required.Missing(c.service, operation, in); err != nil {
		return nil, &smithy.OperationError{ServiceID: c.service, OperationName: operation, Err: err}
	}
	input := clone.Of(in)
	call, done := c.cloud.record(c, operation, input)

	var out *O
	began := false
	next := func() error {
		if began {
			return errors.New("xaccttest: next was called twice")
		}
		began = true
		return c.cloud.run(ctx, c, call, func(rq *request) (err error) {
			out, err = perform(rq, clone.Of(input))
			return err
		})
	}
	var err error
	if fn := c.cloud.interceptor(); fn != nil {
		if err = fn(ctx, call, next); !began {
			if werr := c.cloud.wait(ctx, c.cloud.opts.Latency); werr != nil && err == nil {
				err = werr
			}
		}
	} else {
		err = next()
	}
	if err != nil {
		err = fault.Wrap(c.service, operation, call.RequestID, err)
		out = nil
	} else {
		if out == nil {
			out = new(O)
		}
		stamp(out, call.RequestID)
	}
	done(err)
	return out, err
}

// run performs the call between the two halves of its latency. A change of a bucket's configuration holds the bucket for that time.
func (c *Cloud) run(ctx context.Context, by client, call Call, perform func(*request) error) error {
	if configuring[call.Operation] {
		name := reflect.ValueOf(call.Input).Elem().FieldByName("Bucket").Interface().(*string)
		release, err := c.hold(*name)
		if err != nil {
			c.wait(ctx, c.opts.Latency)
			return fault.Wrap(call.Service, call.Operation, call.RequestID, err)
		}
		defer release()
	}
	half := c.opts.Latency / 2
	if err := c.wait(ctx, half); err != nil {
		return err
	}
	err := c.perform(by, call, perform)
	if werr := c.wait(ctx, c.opts.Latency-half); werr != nil {
		return werr
	}
	return err
}

func (c *Cloud) perform(by client, call Call, perform func(*request) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.advance(now)
	err := c.unknownHere(by, call.Operation)
	if err == nil {
		err = perform(&request{client: by, operation: call.Operation, now: now})
	}
	if err == nil {
		err = obeysModel(call)
	}
	if err != nil {
		return fault.Wrap(call.Service, call.Operation, call.RequestID, err)
	}
	c.applied(call.RequestID)
	return nil
}

// wait lets d pass, or returns the SDK's error for a context that ends first.
func (c *Cloud) wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() == nil && d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		return &aws.RequestCanceledError{Err: err}
	}
	return nil
}

// stamp stores the request id in the output's metadata, where the SDK stores it.
func stamp(out any, requestID string) {
	field := reflect.ValueOf(out).Elem().FieldByName("ResultMetadata")
	if m, ok := field.Addr().Interface().(*middleware.Metadata); ok {
		awsmiddleware.SetRequestIDMetadata(m, requestID)
	}
}

// record adds a call that begins to the list of calls. done records the error that the caller saw.
func (c *Cloud) record(by client, operation string, input any) (call Call, done func(error)) {
	c.calls.Lock()
	defer c.calls.Unlock()
	n := c.calls.serial.Next(by.service, operation)
	call = Call{
		Account: by.account, Region: by.region, Service: by.service, Operation: operation, Principal: by.arn,
		Input: input, RequestID: ids.Request(by.service, operation, n),
	}
	entry := &recorded{Call: call}
	c.calls.all = append(c.calls.all, entry)
	if keep := c.opts.KeepCalls; keep > 0 && len(c.calls.all) >= 2*keep {
		c.calls.all = slices.Clone(c.calls.all[len(c.calls.all)-keep:])
	}
	c.calls.byID[call.RequestID] = entry
	call.Input = clone.Of(input)
	return call, func(err error) {
		c.calls.Lock()
		defer c.calls.Unlock()
		entry.Err = err
		delete(c.calls.byID, call.RequestID)
	}
}

type recorded struct{ Call }

func (c *Cloud) applied(requestID string) {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.byID[requestID].Applied = true
}

// Calls returns all calls since the last ResetCalls, or the latest of them (see [Options].KeepCalls), in the order in which they began.
func (c *Cloud) Calls() []Call {
	c.calls.Lock()
	defer c.calls.Unlock()
	all := c.calls.all
	if keep := c.opts.KeepCalls; keep > 0 && len(all) > keep {
		all = all[len(all)-keep:]
	}
	out := make([]Call, len(all))
	for i, entry := range all {
		out[i] = entry.Call
		out[i].Input = clone.Input(entry.Input)
	}
	return out
}

// ResetCalls empties the list of calls.
func (c *Cloud) ResetCalls() {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.all = nil
}

// Intercept puts fn between the clients and the services; a nil fn removes it. next performs the call and returns the service's error, and
// the caller sees the error that fn returns. So fn can pass a call on (return next()), refuse it (return a [Fault] or another error without
// next), delay it, or lose its answer (call next, then return an error). If fn returns nil without next, the output is empty. fn is called
// concurrently and may use the cloud. It may call next once.
func (c *Cloud) Intercept(fn func(ctx context.Context, call Call, next func() error) error) {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.intercept = fn
}

func (c *Cloud) interceptor() func(context.Context, Call, func() error) error {
	c.calls.Lock()
	defer c.calls.Unlock()
	return c.calls.intercept
}

// String is one line with the account, the Region, the operation and the outcome.
func (c Call) String() string {
	outcome := "ok"
	if c.Err != nil {
		outcome = c.Err.Error()
	}
	return fmt.Sprintf("%s %s %s.%s: %s", c.Account, c.Region, c.Service, c.Operation, outcome)
}
