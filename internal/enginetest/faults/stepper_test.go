package faults_test

import (
	"context"
	"fmt"
	"sync"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// process is one of the two.
type process struct {
	plan    *xacct.Plan
	watcher *watcher
	clients xacct.Clients
	waiting []chan struct{} // calls that count, held back
	passing []chan struct{} // calls that do not
	ended   bool
	made    []made
	listed  map[string]int // by operation and Region: when the last list was answered

	result *xacct.Result
	err    error
	atEnd  string // the bucket's policy then
	dump   string // everything then
}

// made is a location or a task that a process made, at a time that is counted in calls.
type made struct {
	kind       xacct.Kind
	what       string // the request's key
	region     string
	listed, at int // listed is when the list was answered that it went by
}

// stepper steps two processes through their calls.
type stepper struct {
	mu        sync.Mutex
	cloud     *xaccttest.Cloud
	counts    func(xaccttest.Call) bool
	processes [2]*process
	clock     int // calls made
	order     []string
}

type processKey struct{}

// intercept holds the calls of the processes back until the stepper lets them pass.
func (s *stepper) intercept(ctx context.Context, call xaccttest.Call, next func() error) error {
	i, ok := ctx.Value(processKey{}).(int)
	if !ok {
		return next()
	}
	p, turn := s.processes[i], make(chan struct{})
	s.mu.Lock()
	if s.counts(call) {
		p.waiting = append(p.waiting, turn)
	} else {
		p.passing = append(p.passing, turn)
	}
	s.mu.Unlock()
	<-turn
	err := next()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if s.counts(call) {
		s.order = append(s.order, fmt.Sprintf("%d %s", i+1, call.Operation))
	}
	m := made{what: kittest.KeyOf(call).String(), region: call.Region, at: s.clock}
	switch call.Operation {
	case "ListLocations", "ListTasks":
		p.listed[call.Region+call.Operation] = s.clock
		return err
	case "CreateLocationS3":
		m.kind, m.listed = xacct.DataSyncLocation, p.listed[call.Region+"ListLocations"]
	case "CreateTask":
		m.kind, m.listed = xacct.DataSyncTask, p.listed[call.Region+"ListTasks"]
	default:
		return err
	}
	if err == nil {
		p.made = append(p.made, m)
	}
	return err
}

// step lets calls pass one at a time until both processes have ended. Where both are at a call that counts, choose says whose is next.
func (s *stepper) step(choose func() int) {
	for {
		synctest.Wait()
		turn, ended := s.next(choose)
		switch {
		case ended:
			return
		case turn != nil:
			close(turn)
		default:
			time.Sleep(100 * time.Millisecond) // one of them waits for time to pass
		}
	}
}

// next is the call that may pass; nil is none yet.
func (s *stepper) next(choose func() int) (turn chan struct{}, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, two := s.processes[0], s.processes[1]
	take := func(calls *[]chan struct{}) (chan struct{}, bool) {
		turn := (*calls)[0]
		*calls = (*calls)[1:]
		return turn, false
	}
	switch ready := [2]bool{len(one.waiting) > 0, len(two.waiting) > 0}; {
	case len(one.passing) > 0:
		return take(&one.passing)
	case len(two.passing) > 0:
		return take(&two.passing)
	case ready[0] && ready[1]:
		return take(&s.processes[choose()].waiting)
	case ready[0] && two.ended:
		return take(&one.waiting)
	case ready[1] && one.ended:
		return take(&two.waiting)
	}
	return nil, one.ended && two.ended
}

// orders calls run with every sequence of at most that many choices between two; after them it is always the first. Two processes that
// keep overwriting each other would never come to an end of their orders.
func orders(most int, run func(choose func() int)) {
	for prefix := []int{}; ; {
		var chosen []int
		run(func() int {
			next := 0
			switch {
			case len(chosen) == most:
				return 0
			case len(chosen) < len(prefix):
				next = prefix[len(chosen)]
			}
			chosen = append(chosen, next)
			return next
		})
		for len(chosen) > 0 && chosen[len(chosen)-1] == 1 {
			chosen = chosen[:len(chosen)-1]
		}
		if len(chosen) == 0 {
			return
		}
		chosen[len(chosen)-1] = 1
		prefix = chosen
	}
}
