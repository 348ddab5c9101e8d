package kittest

import (
	"context"
	"fmt"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// MustPlan makes a plan or fails the test.
func MustPlan(t *testing.T, ctx context.Context, c xacct.Clients, transfers []xacct.Transfer, optFns ...func(*xacct.PlanOptions)) *xacct.Plan {
	t.Helper()
	p, err := xacct.NewPlan(ctx, c, transfers, optFns...)
	if err != nil {
		t.Fatalf("NewPlan: %v", err)
	}
	told := map[string]bool{}
	for _, f := range p.Findings {
		key := fmt.Sprint(f.Code, f.Transfer, f.Side, f.Subject, f.Statement, f.Actions)
		if told[key] {
			t.Errorf("two findings are about the same:\n%s", key)
		}
		told[key] = true
	}
	return p
}

// MustApply applies a plan, which must succeed, and requires that the plan after it is empty.
func MustApply(t *testing.T, ctx context.Context, c xacct.Clients, p *xacct.Plan) *xacct.Result {
	t.Helper()
	r, err := p.Apply(ctx, c)
	if err != nil {
		t.Fatalf("Apply: %v\nhints: %v", err, xacct.Hints(err))
	}
	next := func() (*xacct.Plan, error) { return xacct.NewPlan(ctx, c, p.Transfers) }
	if p.Mode == xacct.TearDown {
		next = func() (*xacct.Plan, error) { return xacct.NewDestroyPlan(ctx, c, p.Transfers) }
	}
	again, err := next()
	if err != nil {
		t.Fatalf("planning again: %v", err)
	}
	if !again.Empty() {
		t.Fatalf("the plan after the apply is not empty:\n%s", again)
	}
	return r
}

// SetUp plans and applies the transfers, and requires that the plan after it is empty.
func SetUp(t *testing.T, cloud *xaccttest.Cloud, transfers ...xacct.Transfer) *xacct.Result {
	t.Helper()
	return MustApply(t, t.Context(), cloud.Clients(), MustPlan(t, t.Context(), cloud.Clients(), transfers))
}

// TearDown plans and applies the removal of the transfers, and requires that the plan after it is empty.
func TearDown(t *testing.T, cloud *xaccttest.Cloud, transfers ...xacct.Transfer) {
	t.Helper()
	down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), transfers)
	if err != nil {
		t.Fatal(err)
	}
	MustApply(t, t.Context(), cloud.Clients(), down)
}
