package faults_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestPartialAppliesAreTakenAway cuts a set-up off at every write, in every way that ends it, and takes what stands away by a destroy plan: everything is
// as before. With -faults it tries every write, otherwise a sample.
func TestPartialAppliesAreTakenAway(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	var total, told atomic.Int64
	t.Run("writes", func(t *testing.T) {
		for i, s := range scenarios {
			if s.start != nil { // what was there before is not what a tear-down leads to
				continue
			}
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				keys, _ := s.record(t, 0)
				settled := s.taken(t)
				for k, key := range keys {
					for l, f := range faults {
						if f.transient || kittest.Reads(key.Operation) || !kittest.EveryFault() && (7*k+3*l+i)%211 > 0 {
							continue
						}
						total.Add(1)
						wrong, said := s.takeAway(t, settled, f, key)
						if wrong != "" {
							t.Errorf("%s: %s:\n%s", key, f.name, wrong)
						}
						if said {
							told.Add(1)
						}
					}
				}
			})
		}
	})
	if told.Load() == 0 {
		t.Error("no error says what stands")
	}
	kittest.Count(t, int(total.Load()), ", %d errors say what stands", told.Load())
}

// taken is what an undisturbed set-up and its destroy plan lead to.
func (s scenario) taken(t *testing.T) (end string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := s.begin(t, 0)
		if o := s.run(t.Context(), a, 0); o.planErr != nil || o.err != nil {
			t.Fatalf("%s: undisturbed: %v, %v", s.name, o.planErr, o.err)
		}
		if err := s.destroy(t.Context(), a); err != nil {
			t.Fatalf("%s: undisturbed: %v", s.name, err)
		}
		end = kittest.StableDump(a.cloud)
	})
	return end
}

// formerOwnership is what the buckets had whose transfers disable ACLs: a process that is gone has no Result that tells it.
func formerOwnership(ts []xacct.Transfer) map[string]s3types.ObjectOwnership {
	old := map[string]s3types.ObjectOwnership{}
	for _, tr := range ts {
		if tr.Destination.DisableACLs {
			old[tr.Destination.Bucket] = s3types.ObjectOwnershipObjectWriter
		}
	}
	return old
}

// destroy takes away what the scenario is about.
func (s scenario) destroy(ctx context.Context, a *attempt) error {
	for range 2 { // orphans of what was cut off may go only once what uses them is gone
		p, err := xacct.NewDestroyPlan(ctx, a.clients, a.want, func(o *xacct.PlanOptions) { o.Ownership = formerOwnership(a.want) })
		if err == nil {
			_, err = s.apply(ctx, a, p, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeAway cuts the set-up off, takes what stands away, and says what is left, "" if it is nothing. said reports whether the error of the apply says
// what stands.
func (s scenario) takeAway(t *testing.T, settled string, f fault, key kittest.CallKey) (wrong string, said bool) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		a := s.begin(t, 0)
		before := kittest.StableDump(a.cloud)
		m := newMishap(f, key, cancel)
		a.cloud.Intercept(func(ctx context.Context, call xaccttest.Call, next func() error) error {
			if m.isGone() {
				return kittest.ErrProcessGone
			}
			return m.Intercept(ctx, call, next)
		})
		o := s.run(ctx, a, 0)
		a.cloud.Intercept(nil)
		if wrong = stands(o); wrong != "" {
			return
		}
		said = errors.As(o.err, new(*xacct.PartialError))
		old := formerOwnership(a.want)
		for name, was := range o.result.Ownership() {
			if was != old[name] {
				wrong = fmt.Sprintf("the result says that bucket %s had %s", name, was)
				return
			}
		}
		if err := s.destroy(t.Context(), a); err != nil {
			wrong = fmt.Sprintf("destroy after %v: %v", o.err, err)
			return
		}
		wrong = a.harmed() + kittest.DiffEither(before, settled, kittest.StableDump(a.cloud)) // a document of others may have been rendered anew
		wrong += left(t.Context(), a)
	})
	return wrong, said
}

// left says what of ours is left.
func left(ctx context.Context, a *attempt) string {
	p, err := xacct.NewDestroyPlan(ctx, a.clients, a.want)
	if err != nil {
		return err.Error()
	}
	residue, err := p.Residue(ctx, a.clients)
	if err != nil {
		return err.Error()
	}
	out := ""
	for _, r := range residue {
		if r.Ours || r.Unknown {
			out += fmt.Sprintf("left: %+v\n", r)
		}
	}
	return out
}

// stands compares what the error says with the Result.
func stands(o outcome) string {
	var partial *xacct.PartialError
	if done := o.result.Count(xacct.Done); errors.As(o.err, &partial) && (len(partial.Changes) != done || !strings.Contains(partial.Hint(), "NewDestroyPlan")) {
		return fmt.Sprintf("%v, hint %s, with %d changes done", partial, partial.Hint(), done)
	} else if o.err != nil && partial == nil && done > 0 {
		return fmt.Sprintf("%d changes are done, and the error does not say so: %v", done, o.err)
	}
	return ""
}
