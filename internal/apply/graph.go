package apply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// cyclic refuses a plan whose changes wait for each other, by its text or by what they really wait for.
func (r *run) cyclic() error {
	const walking, walked = 1, 2
	state := map[string]int{}
	var walk func(ch *plan.Change) bool
	walk = func(ch *plan.Change) bool {
		switch state[ch.ID] {
		case walking:
			return false
		case walked:
			return true
		}
		state[ch.ID] = walking
		for _, id := range slices.Concat(ch.Requires, r.requires(ch), r.tellers(ch)) {
			if next := r.approvedByID[id]; next != nil && !walk(next) {
				return false
			}
		}
		state[ch.ID] = walked
		return true
	}
	for i := range r.approved.Changes {
		if ch := &r.approved.Changes[i]; !walk(ch) {
			return &plan.MismatchError{Change: ch.ID, Detail: "it requires itself"}
		}
	}
	return nil
}

// await returns when everything that the change requires has ended, or exists as far as the change needs it. A required change that is not in the
// plan is another operator's, or done.
func (r *run) await(ch *plan.Change) {
	beside := r.removedBeside(ch)
	for _, id := range slices.Concat(r.requires(ch), r.tellers(ch)) {
		q := r.results[id]
		if q == nil {
			continue
		}
		if beside && namesRoles[q.Kind] {
			<-r.sending[id]
		} else if r.approved.Mode == plan.SetUp && early[[2]plan.Kind{ch.Kind, q.Kind}] {
			<-r.usable[id]
		} else {
			<-r.done[id]
		}
	}
}

// requires returns the IDs of what must be done before the change. They come from what AWS holds now, because somebody may have edited the plan's
// text; only for a change that is no longer needed is the text all there is.
func (r *run) requires(ch *plan.Change) []string {
	if now := r.changes[ch.ID]; now != nil {
		return now.Requires
	}
	return ch.Requires
}

// tellers returns the IDs of the role changes of the plan whose roles tell of the statements that the change adds. A statement by account does not need
// its role, but where the role could not be made, nothing would tell of the statement later.
func (r *run) tellers(ch *plan.Change) []string {
	if r.approved.Mode != plan.SetUp || ch.Kind != plan.BucketPolicy && ch.Kind != plan.KeyPolicy {
		return nil
	}
	var out []string
	for _, id := range r.byAccount[ch.ID] {
		if role := r.approvedByID[id]; role != nil && !slices.Contains(r.requires(role), ch.ID) {
			out = append(out, id)
		}
	}
	return out
}

// waitsFor says for whose operator the change waits, nil for nobody: a change that it requires is not done and is another operator's, or not in this
// plan. A tear-down does not wait for an account that cannot be read, because its owner could never be shown that the grant may go.
func (r *run) waitsFor(ch *plan.Change) *plan.WaitingError {
	for _, id := range r.requires(ch) {
		now := r.changes[id]
		switch q := r.results[id]; {
		case q != nil && r.status(id) == plan.Waiting:
			if w := (*plan.WaitingError)(nil); errors.As(r.err(id), &w) {
				return w // of the operator for whom the required change waits
			}
			return &plan.WaitingError{Account: q.Account, Changes: []string{id}}
		case q == nil && now != nil && now.Op != plan.NoOp && !r.holds(now.Account) && (r.approved.Mode == plan.SetUp || r.current.CanRead(now.Account)):
			return &plan.WaitingError{Account: now.Account, Changes: []string{id}}
		}
	}
	return nil
}

// holds reports whether the plan has changes of the account. Then nothing in that account is left to another operator.
func (r *run) holds(account string) bool { return r.accounts[account] }

// lacks returns a change that is required only since the plan was made, in an account of which the plan has changes.
func (r *run) lacks(ch *plan.Change) (id string, ok bool) {
	for _, id := range r.requires(ch) {
		if now := r.changes[id]; r.results[id] == nil && now != nil && now.Op != plan.NoOp && r.holds(now.Account) {
			return id, true
		}
	}
	return "", false
}

// dependentError says that a change was skipped because another one was not made.
type dependentError struct{ change, on string }

func (e *dependentError) Error() string {
	return text.Printable(fmt.Sprintf("%s: skipped, because %s was not made", e.change, e.on))
}

// early are pairs of kinds of which the first need not wait for the second to end: a policy can name a role as soon as the role exists, and a
// location can be tried as soon as the policies that allow it are stored, while they are read back.
var early = map[[2]plan.Kind]bool{
	{plan.BucketPolicy, plan.IAMRole}:          true,
	{plan.KeyPolicy, plan.IAMRole}:             true,
	{plan.DataSyncLocation, plan.BucketPolicy}: true,
	{plan.DataSyncLocation, plan.KeyPolicy}:    true,
}

// send says that the policy of the change is being written.
func (r *run) send(id string) { r.close(r.sending[id]) }

// use starts the changes that need wait for this one only as far as early says.
func (r *run) use(id string) { r.close(r.usable[id]) }

// close closes the channel unless it is closed.
func (r *run) close(c chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-c:
	default:
		close(c)
	}
}

// status returns how a change ended, "" if it has not ended or is not in the plan.
func (r *run) status(id string) plan.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q := r.results[id]; q != nil {
		return q.Status
	}
	return ""
}

// err returns the error of a change that has ended.
func (r *run) err(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if q := r.results[id]; q != nil {
		return q.Err
	}
	return nil
}

// make makes one change and records how it ended.
func (r *run) make(ctx context.Context, ch *plan.Change) {
	res := r.results[ch.ID]
	status, err := r.decide(ctx, ch)
	if status == "" {
		r.emit(ctx, ch, plan.Event{State: plan.EventStarted}, nil)
		status, err = step{run: r, ch: ch, res: res}.execute(ctx)
	}
	r.mu.Lock()
	res.Status, res.Err = status, err
	r.mu.Unlock()
	detail := string(status)
	if err != nil {
		res.Error = text.OneLine(err)
		detail += ": " + res.Error
	} else if res.Detail = text.Escape(res.Detail); res.Detail != "" {
		detail += ": " + res.Detail
	}
	r.emit(ctx, ch, plan.Event{State: plan.EventEnded, Detail: detail}, err, slog.String("status", string(status)))
}

// emit reports a step of the change, which err is the reason for. The log has its class only: its text may quote documents.
func (r *run) emit(ctx context.Context, ch *plan.Change, e plan.Event, err error, attrs ...slog.Attr) {
	r.events <- struct{}{}
	defer func() { <-r.events }()
	e.Time, e.Change, e.Account, e.Region, e.Kind, e.Name, e.Op = time.Now(), ch.ID, ch.Account, ch.Region, ch.Kind, ch.Name, ch.Op
	attrs = append([]slog.Attr{text.Attr("change", ch.ID), text.Attr("op", string(ch.Op)), slog.String("state", string(e.State))}, attrs...)
	if e.Attempt > 0 {
		attrs = append(attrs, slog.Int("attempt", e.Attempt), slog.Duration("delay", e.Delay))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", classOf(err)))
	}
	r.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "xacct apply", attrs...)
	if r.opts.OnEvent != nil {
		r.opts.OnEvent(e)
	}
}
