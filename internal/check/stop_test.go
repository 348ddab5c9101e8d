package check

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// endsAfter is a context that ends when it was asked so often.
type endsAfter struct {
	context.Context
	left *atomic.Int64
}

func (c endsAfter) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestAllStopsBetweenDecisions ends the context at every moment of the checks of a transfer: All returns its error, and asks only a few times more.
func TestAllStopsBetweenDecisions(t *testing.T) {
	set := transfer.Resolve(transfer.Given{Name: "media-archive", Operators: []string{"arn:aws:iam::111122223333:role/ops"},
		Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"}}).Resources()
	const whole = 1 << 20
	var left atomic.Int64
	left.Store(whole)
	if _, err := All(endsAfter{t.Context(), &left}, []*transfer.Resources{set, set}, plan.Facts{}); err != nil {
		t.Fatal(err)
	}
	asked := whole - left.Load()
	if asked < 40 {
		t.Errorf("the context was asked %d times for two transfers", asked)
	}
	for after := range asked {
		left.Store(after)
		found, err := All(endsAfter{t.Context(), &left}, []*transfer.Resources{set, set}, plan.Facts{})
		if !errors.Is(err, context.Canceled) || found != nil {
			t.Errorf("ended after %d of %d: %d findings, %v", after, asked, len(found), err)
		}
	}
}
