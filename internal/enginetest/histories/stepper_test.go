package histories_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// model plays a history. One call is made at a time, so that the same history always goes the same way.
type model struct {
	history
	t      *testing.T
	cloud  *xaccttest.Cloud
	owners []*owner
	random *rand.Rand // chooses whose call is next

	mu            sync.Mutex
	waiting       []*held
	quiet         bool // no mishap befalls a call any more
	running       int  // processes that have not ended
	turn          int  // the process that made the last call
	calls, writes int
	reached       map[mishap]bool
	trace         []string
	damage        []string // what was done to statements of others
}

// run is one act of a process. Its context carries it.
type run struct {
	process int
	cancel  context.CancelFunc
	gone    bool              // the process has crashed
	reads   map[string][]seen // by policy: its last reads
}

// seen is what stood in a policy when it was read: what is around its statements, those of others, and how often its owner had written.
type seen struct {
	head    string
	theirs  []string
	written int
}

// remembered is how many reads of a policy may be what a write rests on. Two steps of one process may read the policy at the same time as a third one
// that writes it.
const remembered = 3

// saw notes a read of the policy.
func (r *run) saw(name string, s seen) {
	r.reads[name] = append(r.reads[name], s)
	r.reads[name] = r.reads[name][max(0, len(r.reads[name])-remembered):]
}

// overtaken reports whether the owner wrote after the read that the text rests on: the text carries what stood there at an earlier
// read, or none of the last reads came after the owner's last write.
func (r *run) overtaken(name, text string, written int) bool {
	head, theirs, _ := parts(text)
	current := slices.ContainsFunc(r.reads[name], func(s seen) bool { return s.written == written })
	return !current || slices.ContainsFunc(r.reads[name], func(s seen) bool {
		return s.written < written && s.head == head && slices.Equal(s.theirs, theirs)
	})
}

type runKey struct{}

func newRun(process int, cancel context.CancelFunc) *run {
	return &run{process: process, cancel: cancel, reads: map[string][]seen{}}
}

// held is a call that waits for its turn.
type held struct {
	run  *run
	call xaccttest.Call
	key  string
	turn chan string // the mishap that befalls it; "" is none
}

// unlimited is a limit that no call waits for: which goroutine comes next would not follow from the seed.
const unlimited = 1000

// tick is how much time passes when nobody is ready to make a call. Every delay between two attempts is shorter, so that all that wait are ready after
// it. No multiple of it comes near a time that something is allowed to take: the jitter of the delays must not decide what happens.
const tick = 6500 * time.Millisecond

// steps is how many calls a history has at most. Most have a few hundred.
const steps = 20_000

// play plays the history to the end of its processes.
func (m *model) play() {
	var all []func()
	for p := range processes {
		all = append(all, func() {
			for _, a := range m.acts {
				if a.process == p {
					m.act(a)
				}
			}
		})
	}
	m.drive(all...)
}

// drive lets processes run to their ends, a call at a time.
func (m *model) drive(all ...func()) {
	m.cloud.Intercept(m.intercept)
	defer m.cloud.Intercept(nil)
	m.running = len(all)
	for _, process := range all {
		go func() {
			process()
			m.mu.Lock()
			defer m.mu.Unlock()
			m.running--
		}()
	}
	for n := 0; ; n++ {
		synctest.Wait()
		next, ended := m.next()
		switch {
		case ended:
			return
		case n > steps:
			m.t.Fatalf("%s: more than %d steps", m.history, steps)
		case next == nil:
			time.Sleep(tick)
		default:
			m.step(next)
		}
	}
}

// act plans and applies. What becomes of it does not matter.
func (m *model) act(a act) {
	ctx, cancel := context.WithCancel(m.t.Context())
	defer cancel()
	ctx = context.WithValue(ctx, runKey{}, newRun(a.process, cancel))
	var transfers []xacct.Transfer
	for _, i := range a.transfers {
		transfers = append(transfers, m.transfer(m.cloud, i, a.version))
	}
	p, err := planOf(ctx, m.cloud, a.down, transfers)
	if err != nil {
		m.note("process %d: plan: %v", a.process, err)
		return
	}
	err = apply(ctx, m.cloud, p)
	m.note("process %d: apply: %v", a.process, err)
}

func planOf(ctx context.Context, cloud *xaccttest.Cloud, down bool, transfers []xacct.Transfer) (*xacct.Plan, error) {
	if down {
		return xacct.NewDestroyPlan(ctx, cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.Concurrency = unlimited })
	}
	return xacct.NewPlan(ctx, cloud.Clients(), transfers, func(o *xacct.PlanOptions) { o.AllowReplace, o.Concurrency = true, unlimited })
}

func apply(ctx context.Context, cloud *xaccttest.Cloud, p *xacct.Plan) error {
	_, err := p.Apply(ctx, cloud.Clients(), func(o *xacct.ApplyOptions) { o.Concurrency = unlimited })
	return err
}

// requestID matches the ids that the fake gives to calls as they come, before their turn.
var requestID = regexp.MustCompile(`(RequestID:|request) [0-9a-f-]{36}`)

func (m *model) note(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trace = append(m.trace, requestID.ReplaceAllString(fmt.Sprintf(format, args...), "$1"))
}

// intercept holds the calls of the processes back until their turn.
func (m *model) intercept(ctx context.Context, call xaccttest.Call, next func() error) error {
	r, ok := ctx.Value(runKey{}).(*run)
	if !ok {
		return next()
	}
	h := &held{run: r, call: call, key: kittest.KeyOf(call).String(), turn: make(chan string, 1)}
	m.mu.Lock()
	m.waiting = append(m.waiting, h)
	m.mu.Unlock()
	kind := <-h.turn
	err := m.perform(h, kind, next)
	m.note("%d: process %d: %s: %s %v", m.calls, r.process, h.key, kind, err)
	return err
}

// perform makes the call as the mishap lets it.
func (m *model) perform(h *held, kind string, next func() error) error {
	r := h.run
	if r.gone {
		return kittest.ErrProcessGone
	}
	switch kind {
	case crashBefore:
		r.gone = true
		r.cancel()
		return kittest.ErrProcessGone
	case crashAfter:
		m.observed(h, next)
		r.gone = true
		r.cancel()
		return kittest.ErrProcessGone
	case lostBefore:
		return kittest.ErrConnectionReset
	case lostAfter:
		m.observed(h, next)
		return kittest.ErrConnectionReset
	case throttled:
		return kittest.Throttling(h.call)
	case refused:
		return kittest.AccessDenied(h.call)
	case serverError:
		return kittest.ServerError(h.call)
	}
	return m.observed(h, next)
}

// observed makes the call, and looks at what it does to the statements of others.
func (m *model) observed(h *held, next func() error) error {
	name, sent, write := policyOf(h.call)
	i := slices.IndexFunc(m.owners, func(o *owner) bool { return o.name == name })
	if i < 0 {
		return next()
	}
	o := m.owners[i]
	if !write {
		h.run.saw(name, seen{o.head, slices.Clone(o.theirs), o.written})
		return next()
	}
	inBetween := h.run.overtaken(name, sent, o.written)
	if head, theirs, _ := parts(sent); !inBetween && (head != o.head || !slices.Equal(theirs, o.theirs)) {
		m.damage = append(m.damage, fmt.Sprintf("%s sends for %s\n%s\nwhere others have\n%s", h.key, name, sent, together(o.head, o.theirs...)))
	}
	err := next()
	if head, theirs, _ := parts(o.text(m.cloud)); head != o.head || !slices.Equal(theirs, o.theirs) {
		if !inBetween {
			m.damage = append(m.damage, fmt.Sprintf("%s leaves of %s\n%s\nwhere others had\n%s", h.key, name, together(head, theirs...), together(o.head, o.theirs...)))
		}
		o.lost++
		m.note("the owner of %s writes again: %v", name, o.write(m.cloud, o.head, o.theirs))
	}
	return err
}

// changesSomething reports whether the call is a write.
func changesSomething(call xaccttest.Call) bool {
	return !slices.ContainsFunc([]string{"Get", "List", "Describe", "Head"}, func(p string) bool { return strings.HasPrefix(call.Operation, p) })
}

// next is the call whose turn it is; nil is none yet.
func (m *model) next() (next *held, ended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.waiting) == 0 {
		return nil, m.running == 0
	}
	var ready []int
	for _, h := range m.waiting {
		if !slices.Contains(ready, h.run.process) {
			ready = append(ready, h.run.process)
		}
	}
	slices.Sort(ready)
	process := ready[m.random.IntN(len(ready))]
	if slices.Contains(ready, m.turn) && m.random.Float64() < m.sticky {
		process = m.turn
	}
	m.turn = process
	for _, h := range m.waiting {
		if h.run.process == process && (next == nil || before(h, next)) {
			next = h
		}
	}
	m.waiting = slices.DeleteFunc(m.waiting, func(h *held) bool { return h == next })
	return next, false
}

// before is an order of the calls of one process that does not depend on which goroutine was faster.
func before(a, b *held) bool {
	c := strings.Compare(a.key, b.key)
	if c == 0 {
		one, err1 := json.Marshal(a.call.Input)
		two, err2 := json.Marshal(b.call.Input)
		c = cmp.Or(strings.Compare(string(one), string(two)), cmp.Compare(fmt.Sprint(err1), fmt.Sprint(err2)))
	}
	return c < 0
}

// step lets the call pass, after what happens before it.
func (m *model) step(h *held) {
	if h.run.gone {
		h.turn <- ""
		return
	}
	m.calls++
	write := changesSomething(h.call)
	if write {
		m.writes++
	}
	befalls := ""
	if m.quiet {
		h.turn <- ""
		return
	}
	for _, x := range m.mishaps {
		if x.writes && (!write || x.at != m.writes) || !x.writes && x.at != m.calls {
			continue
		}
		m.reached[x] = true
		if !strings.HasPrefix(x.kind, "others") {
			befalls = x.kind
			continue
		}
		o := m.owners[x.policy]
		name, _, write := policyOf(h.call)
		if i := slices.IndexFunc(m.owners, func(o *owner) bool { return o.name == name }); x.writes && write && i >= 0 {
			o = m.owners[i] // between the read and the write
		}
		m.note("%s, a statement of %s: %v", x.kind, o.name, o.edit(m.cloud, x))
	}
	h.turn <- befalls
}
