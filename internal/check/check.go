package check

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/xacct/xacct/internal/excess"
	"github.com/xacct/xacct/internal/operator"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// checker checks the resources of one transfer against what is known of its accounts.
type checker struct {
	*transfer.Resources
	facts    plan.Facts
	together *together                   // of all transfers that are checked together
	merged   map[string]policy.Document  // by bucket's name or key's ARN: see mergedBucket
	own      map[plan.Phase][]ownCall    // that ownCalls has found
	scopes   map[operator.Scope][]string // in the task account; nil until it is asked for
	shared   *verdict.Exemptions         // of all cases of the transfer
	stop     func() bool                 // reports whether the findings are wanted no more
}

// organisation matches ids of organisations, whatever their length.
var organisation = regexp.MustCompile(`^o-[a-z0-9]+$`)

// All returns what stands in the way of the transfers and who is allowed what. It takes all of them together, because findings that propose to
// change the same statement must propose the same new one. When ctx ends, All stops before the next decision and returns the error of ctx.
func All(ctx context.Context, sets []*transfer.Resources, f plan.Facts) ([]plan.Finding, error) {
	var out Findings
	err := Each(ctx, len(sets), func(i int) *transfer.Resources { return sets[i] }, f, out.Add)
	if err != nil {
		return nil, err
	}
	return out.List, nil
}

// Each is [All] of n transfers, whose resources set returns twice, so that nobody need hold those of a whole fleet. As many transfers are checked at once
// as there are processors; add gets the findings at the end, in the order of the transfers. An organisation whose id has characters that ids do not have
// is not known: the id would equal none of those in policies.
func Each(ctx context.Context, n int, set func(i int) *transfer.Resources, f plan.Facts, add func(plan.Finding)) error {
	f.OrgIDs = maps.Clone(f.OrgIDs)
	maps.DeleteFunc(f.OrgIDs, func(_, id string) bool { return !organisation.MatchString(id) })
	all := newTogether(n, set)
	each, shared := make([][]plan.Finding, n), make([]verdict.Exemptions, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func() {
		for i := next.Add(1) - 1; int(i) < n && ctx.Err() == nil; i = next.Add(1) - 1 {
			c := &checker{Resources: set(int(i)), facts: f, together: all, merged: map[string]policy.Document{}, own: map[plan.Phase][]ownCall{},
				shared: &shared[i], stop: func() bool { return ctx.Err() != nil }}
			each[i] = c.check()
		}
	}
	for range min(runtime.GOMAXPROCS(0), n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	var exemptions verdict.Exemptions
	for i := range shared {
		exemptions.Append(&shared[i])
	}
	exemptions.Share()
	for i, findings := range each {
		for _, f := range findings {
			add(f)
		}
		each[i] = nil
	}
	return nil
}

// together is what the transfers have in common that are checked together.
type together struct {
	statements map[string]policy.Statements // by bucket's name or key's ARN: those of all transfers
	roles      excess.Users

	mu    sync.Mutex
	calls map[callsOf]operatorCalls // that were found out
}

// callsOf returns what is known of the calls, and finds it out if nobody asked before.
func (s *together) callsOf(of callsOf, find func() operatorCalls) operatorCalls {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, ok := s.calls[of]
	if !ok {
		out = find()
		s.calls[of] = out
	}
	return out
}

func newTogether(n int, set func(i int) *transfer.Resources) *together {
	out := &together{statements: map[string]policy.Statements{}, roles: excess.Users{}, calls: map[callsOf]operatorCalls{}}
	for i := range n {
		r := set(i)
		out.roles.Add(r)
		for _, b := range r.Buckets {
			out.statements[b.Name] = append(out.statements[b.Name], b.Statements...)
		}
		for _, k := range r.Keys {
			out.statements[k.ARN] = append(out.statements[k.ARN], k.Statements...)
		}
	}
	return out
}

// check returns the findings on the one transfer.
func (c *checker) check() []plan.Finding {
	var out []plan.Finding
	for _, side := range transfer.Sides {
		out = append(out, c.checkGiven(side)...)
		switch role := c.roleOf(side); {
		case role == "":
			out = append(out, c.noRole(side)...)
		case !absent(c.facts, role): // of one that is absent, checkGiven says all that matters
			out = append(out, c.checkTrust(side, role)...)
			out = append(out, c.checkRole(side, role)...)
			out = append(out, c.checkKeys(side, role)...)
		}
	}
	out = append(out, excess.Findings(c.Resources, c.together.roles, c.stop)...)
	out = append(out, c.checkData()...)
	out = append(out, c.until()...)
	out = append(out, c.adviseRoles()...)
	operators := slices.Compact(slices.Sorted(slices.Values(c.Transfer.Operators)))
	for _, op := range operators {
		if none := c.noSuchOperator(op); none != nil {
			out = append(out, none...)
			continue
		}
		for _, side := range transfer.Sides {
			out = append(out, c.checkOperator(side, op)...)
		}
		out = append(out, c.checkOwnCalls(op)...)
	}
	if m, known := c.facts.Makers[c.Transfer.Name]; known {
		out = append(out, c.checkMaker(m)...)
	} else if len(operators) == 0 {
		out = append(out, c.noOperator()...)
	}
	out = append(out, c.checkWrites()...)
	for _, side := range transfer.Sides {
		if side == plan.DestinationSide && c.Transfer.Source.Bucket == c.Transfer.Destination.Bucket {
			out = append(out, c.checkContent()...)
			continue
		}
		out = append(out, c.checkBucket(side)...)
	}
	out = append(out, c.checkKeyStates()...)
	out = append(out, c.optIn()...)
	return append(append(out, c.notGiven()...), c.assumed()...)
}

// roleOf returns the role that DataSync assumes for the side: ours, the given one, or that of the given location; "" if it is not known.
func (c *checker) roleOf(side plan.Side) string {
	e := c.Transfer.End(side)
	return cmp.Or(e.DataSyncRole, c.facts.Locations[e.LocationARN].RoleARN)
}

// severityIf returns Blocking or Warning.
func severityIf(blocking bool) plan.Severity {
	if blocking {
		return plan.Blocking
	}
	return plan.Warning
}
