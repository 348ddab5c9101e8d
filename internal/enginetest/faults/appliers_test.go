package faults_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// race is two processes that apply at the same time.
type race struct {
	name   string
	second func(*xaccttest.Cloud) xacct.Transfer // the first does pushed
	counts func(xaccttest.Call) bool             // the calls whose order is tried; the others follow as they come, the first process' first
	orders int                                   // at least so many are all; 0 is too many
}

// another is a second transfer into the bucket of pushed.
func another(c *xaccttest.Cloud) xacct.Transfer {
	tr := pushed(c)[0]
	tr.Name, tr.Source.Bucket, tr.Destination.Prefix = "second", "media-raw-2", "second"
	return tr
}

func samePush(c *xaccttest.Cloud) xacct.Transfer { return pushed(c)[0] }

func aboutThePolicy(call xaccttest.Call) bool {
	return strings.HasSuffix(call.Operation, "BucketPolicy") && kittest.KeyOf(call).Resource == "media-archive"
}

func aboutWhatIsMade(call xaccttest.Call) bool {
	switch call.Operation {
	case "ListLocations", "ListTasks", "CreateLocationS3", "CreateTask":
		return true
	}
	return false
}

// TestTwoAppliers lets two processes work at once, on one transfer and on two into one bucket: in every order of their reads, writes and
// looks at the bucket's policy, and in many orders of their lists and of what they make. Without -faults it takes a sample.
func TestTwoAppliers(t *testing.T) {
	t.Parallel()
	for _, r := range []race{
		{"one transfer, the policy", samePush, aboutThePolicy, 50}, // who comes second may find nothing to write
		{"two transfers, the policy", another, aboutThePolicy, 70}, // of four calls each: 8 over 4
		{"one transfer, what is made", samePush, aboutWhatIsMade, 0},
		{"two transfers, what is made", another, aboutWhatIsMade, 0},
	} {
		t.Run(r.name, func(t *testing.T) {
			ends := r.oneAfterTheOther(t)
			seen := map[string]bool{}
			twice := 0
			run := func(choose func() int) {
				order, n := r.run(t, choose, ends)
				seen[order] = true
				twice += n
			}
			if kittest.EveryFault() && r.orders > 0 {
				orders(9, run)
				if len(seen) < r.orders {
					t.Errorf("only %d orders, want %d", len(seen), r.orders)
				}
			} else {
				random := rand.New(rand.NewPCG(3, 4))
				for range kittest.Sample(max(1, 4/testlimit.UnderRace), 150) {
					run(func() int { return random.IntN(2) })
				}
			}
			kittest.Count(t, len(seen), ": %s, %d things made twice", r.name, twice)
		})
	}
}

// oneAfterTheOther is what everything may end as.
func (r race) oneAfterTheOther(t *testing.T) (ends []string) {
	for first := range 2 {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.SharedWorld(t)
			transfers := []xacct.Transfer{samePush(cloud), r.second(cloud)}
			for i := range 2 {
				tr := transfers[(first+i)%2]
				kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			}
			ends = append(ends, sorted(kittest.StableDump(cloud)))
		})
	}
	return ends
}

// run is one order. It returns which, and how many things were made twice.
func (r race) run(t *testing.T, choose func() int, ends []string) (order string, twice int) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.SharedWorld(t)
		s := &stepper{cloud: cloud, counts: r.counts}
		transfers := []xacct.Transfer{samePush(cloud), r.second(cloud)}
		foreign, before := theirPolicies(cloud), kittest.Dump(cloud)
		for i, tr := range transfers {
			w := newWatcher()
			p := &process{watcher: w, clients: w.watched(cloud.Clients()), listed: map[string]int{}}
			p.plan = kittest.MustPlan(t, t.Context(), p.clients, []xacct.Transfer{tr})
			s.processes[i] = p
		}
		cloud.Intercept(s.intercept)
		for i, p := range s.processes {
			go func() {
				r, err := p.plan.Apply(context.WithValue(t.Context(), processKey{}, i), p.clients)
				s.mu.Lock()
				defer s.mu.Unlock()
				p.result, p.err, p.ended = r, err, true
				p.atEnd, p.dump = string(cloud.BucketPolicy("media-archive")), kittest.Dump(cloud)
			}()
		}
		s.step(choose)
		cloud.Intercept(nil)
		order = strings.Join(s.order, ", ")
		wrong := func(format string, args ...any) { t.Errorf("%s: %s", order, fmt.Sprintf(format, args...)) }

		for i, p := range s.processes {
			p.report(func(format string, args ...any) {
				wrong("applier %d: %s", i+1, fmt.Sprintf(format, args...))
			}, s.processes[1-i])
		}
		if diff := cmp.Diff(foreign, theirPolicies(cloud)); diff != "" {
			wrong("statements of others (-want +got):\n%s", diff)
		}
		twice = s.duplicates(t, wrong, transfers[0])
		for _, tr := range transfers {
			next := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			kittest.MustApply(t, t.Context(), cloud.Clients(), next)
		}
		for _, tr := range transfers {
			if next := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !next.Empty() {
				wrong("not converged:\n%s", next)
			}
		}
		if end := sorted(kittest.StableDump(cloud)); !slices.Contains(ends, end) {
			wrong("it ends as neither order of one after the other does (-want +got):\n%s", cmp.Diff(ends[0], end))
		}
		for _, tr := range transfers {
			kittest.TearDown(t, cloud, tr)
		}
		enforced := strings.ReplaceAll(before, "ownership: ObjectWriter", "ownership: BucketOwnerEnforced") // that stays
		if diff := cmp.Diff(enforced, kittest.Dump(cloud)); diff != "" {
			wrong("destroyed, and not as before (-want +got):\n%s", diff)
		}
	})
	return order, twice
}

// sorted puts the things in a dump into the order of their text, because generated ids are in none.
func sorted(dump string) string {
	things := strings.Split(strings.ReplaceAll(dump, "\n    ", "\r    "), "\n")
	slices.Sort(things)
	return strings.ReplaceAll(strings.Join(things, "\n"), "\r", "\n")
}

// report holds the Result of a process against what it did and saw, and what there was when it ended.
func (p *process) report(wrong func(string, ...any), other *process) {
	if d := p.watcher.damage(); d != "" {
		wrong("statements of others were damaged: %s", d)
	}
	if p.tornRead() {
		return
	}
	if p.err != nil {
		wrong("%v", p.err)
	}
	if len(p.result.Changes) != len(p.plan.Changes) {
		wrong("%d changes in the Result, %d in the plan", len(p.result.Changes), len(p.plan.Changes))
	}
	for i, c := range p.result.Changes {
		if c.Status != xacct.Done && c.Status != xacct.Unchanged {
			wrong("%s is %s: %v", c.ID, c.Status, c.Err)
			continue
		}
		there := c.ARN
		switch {
		case c.Kind == xacct.IAMRole:
			there = "role /" + c.Name + " "
		case c.Kind == xacct.BucketPolicy && c.Name == "media-archive":
			if diff := cmp.Diff(p.watcher.writes[c.Name], c.Writes, cmpopts.IgnoreFields(xacct.PolicyWrite{}, "Time"), cmpopts.EquateEmpty()); diff != "" {
				wrong("the writes in the Result (-what was read and sent +got):\n%s", diff)
			}
			for _, sid := range ours(p.plan.Changes[i].After) {
				if !strings.Contains(p.watcher.read[c.Name], sid) {
					wrong("%s is %s, and %s was not there when it was last read", c.ID, c.Status, sid)
				}
				if !strings.Contains(p.atEnd, sid) && !other.overwrote(sid) {
					wrong("%s is %s, and %s is not there, nor did the other one write without it", c.ID, c.Status, sid)
				}
			}
		}
		if !strings.Contains(p.dump, there) {
			wrong("%s is %s, and %s is not there", c.ID, c.Status, there)
		}
	}
}

// tornRead reports whether the process listed the locations before the other made them and the tasks after, so that it took the other's
// task for one that must be replaced. It then does nothing at all, and says why.
func (p *process) tornRead() bool {
	var blocked *xacct.BlockedError
	if !errors.As(p.err, &blocked) || len(p.made) > 0 || len(p.watcher.writes) > 0 || p.result.Count(xacct.Skipped) != len(p.result.Changes) {
		return false
	}
	return !slices.ContainsFunc(blocked.Findings, func(f xacct.Finding) bool { return f.Code != xacct.CodeReplace })
}

// overwrote reports whether the process wrote a document that lacks the statement, from one that lacked it.
func (p *process) overwrote(sid string) bool {
	return slices.ContainsFunc(p.watcher.writes["media-archive"], func(w xacct.PolicyWrite) bool {
		return !strings.Contains(w.Before, sid) && !strings.Contains(w.After, sid)
	})
}

// ours are the ids of our statements in the policy.
func ours(text string) (sids []string) {
	for _, word := range strings.Split(text, `"`) {
		if strings.HasPrefix(word, "Xacct") {
			sids = append(sids, word)
		}
	}
	return sids
}

// duplicates counts what both processes made. There must be no way to have known better: the first was made after the list that the second went by.
// One of the two, which looked last, says that it was made twice. The next plan is not blocked, and shows as many deletions, which its caller applies.
func (s *stepper) duplicates(t *testing.T, wrong func(string, ...any), transfer xacct.Transfer) (twice int) {
	var doubled []made
	locations := 0
	one, two := s.processes[0], s.processes[1]
	for _, a := range one.made {
		for _, b := range two.made {
			if a.what != b.what {
				continue
			}
			first, second := a, b
			if b.at < a.at {
				first, second = b, a
			}
			if known := second.listed > first.at; known && (a.kind == xacct.DataSyncLocation || locations == 0) {
				wrong("%s was made at call %d and again at %d, and the list between them showed it at %d", a.what, first.at, second.at, second.listed)
			}
			if doubled = append(doubled, b); b.kind == xacct.DataSyncLocation {
				locations++
			}
			if !one.warns(one.arn(a), two.arn(b)) && !two.warns(two.arn(b), one.arn(a)) {
				wrong("%s was made twice, and no Result says so: %v, %v", a.what, one.result.Warnings, two.result.Warnings)
			}
		}
	}
	next := kittest.MustPlan(t, t.Context(), s.cloud.Clients(), []xacct.Transfer{transfer})
	for _, f := range next.Findings {
		if f.Code == xacct.CodeAmbiguous || f.Severity == xacct.Blocking {
			wrong("found where all twins are equal and unused: %+v", f)
		}
	}
	deleted := 0
	for _, c := range next.Changes {
		if c.Op == xacct.Delete && c.Hold == "" {
			deleted++
		} else if c.Op != xacct.NoOp && c.Kind != xacct.BucketPolicy {
			wrong("the plan after does more than delete: %v %s", c.Op, c.ID)
		}
	}
	if deleted != len(doubled) {
		wrong("%d things were made twice, and the plan deletes %d:\n%s", len(doubled), deleted, next)
	}
	return len(doubled)
}

// warns reports whether the Result of the process says that what it made was made by another one too.
func (p *process) warns(ours, theirs string) bool {
	return slices.ContainsFunc(p.result.Warnings, func(f xacct.Finding) bool {
		return f.Severity == xacct.Warning && f.Code == xacct.CodeAmbiguous && f.Subject == ours && strings.Contains(f.Detail, theirs) && strings.Contains(f.Remedy, "plan again")
	})
}

// arn is what the process says of a thing that it made.
func (p *process) arn(m made) string {
	for _, c := range p.result.Changes {
		if c.Kind == m.kind && c.Region == m.region {
			return c.ARN
		}
	}
	return ""
}
