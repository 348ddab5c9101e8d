package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/planner"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// A plan of another version or none is refused before anything is read, and so is one whose input makes no sense.
func TestRunRefuses(t *testing.T) {
	transfers := newWorld().snap.Transfers
	for _, tt := range []struct {
		name string
		p    planner.Plan
		want string
	}{
		{"no schema", planner.Plan{Mode: plan.SetUp, Transfers: transfers},
			`the JSON has no Schema, which every plan has, and this version reads 1.0 and what is older after the dot`},
		{"a newer minor version", planner.Plan{Schema: "1.1", Mode: plan.SetUp, Transfers: transfers},
			`the plan's schema is "1.1", and this version reads 1.0 and what is older after the dot: ` +
				`a newer one may hold settings that this version does not know and would not keep to`},
		{"another major version", planner.Plan{Schema: "2.0", Mode: plan.SetUp, Transfers: transfers},
			`the plan's schema is "2.0", and this version reads 1.0 and what is older after the dot`},
		{"no minor version", planner.Plan{Schema: "1", Mode: plan.SetUp, Transfers: transfers},
			`the plan's schema is "1", and this version reads 1.0 and what is older after the dot`},
		{"no mode", planner.Plan{Schema: plan.Schema, Transfers: transfers}, `the plan does not match its transfers: its mode is ""`},
		{"no transfers", planner.Plan{Schema: plan.Schema, Mode: plan.SetUp}, "plan: no transfers were given: give at least one"},
		{"no clients", planner.Plan{Schema: plan.Schema, Mode: plan.SetUp, Transfers: transfers},
			`plan: Clients hold none of the transfers' accounts: account 111122223333: no clients were given`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(t.Context(), &tt.p, nil, Options{})
			if diff := cmp.Diff(tt.want, message(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// A plan whose changes would wait for each other is refused, whether its text says so or what AWS holds now.
func TestCyclic(t *testing.T) {
	for _, tt := range []struct {
		name string
		text map[string][]string // edits of what the plan's changes require
		now  map[string][]string // and of what they require by now
		want string              // the change; "" is no cycle
	}{
		{"as planned", nil, nil, ""},
		{"itself", map[string][]string{media: {media}}, nil, media},
		{"each other, by the text", map[string][]string{destRole: {media}}, nil, media},
		{"in a circle, by the text", map[string][]string{sourceRole: {nightly}}, nil, sourceRole},
		{"each other, by now", nil, map[string][]string{destRole: {media}}, media},
		{"one way by the text, the other way by now", map[string][]string{source: {nightly}, nightly: nil}, nil, source},
		{"twice the same", map[string][]string{nightly: {source, source, dest}}, nil, ""},
		{"what is not in the plan", map[string][]string{media: {"elsewhere"}}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			p := w.plan()
			for id, requires := range tt.text {
				change(p, id).Requires = requires
			}
			r := w.run(t, p)
			for id, requires := range tt.now {
				r.changes[id].Requires = requires
			}
			err := r.cyclic()
			var mismatch *plan.MismatchError
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tt.want != "" && !errors.As(err, &mismatch):
				t.Errorf("not refused: %v", err)
			case tt.want != "" && (mismatch.Change != tt.want || mismatch.Detail != "it requires itself"):
				t.Errorf("refused for %s: %s", mismatch.Change, mismatch.Detail)
			}
		})
	}
}

// A change stands once.
func TestEnlist(t *testing.T) {
	p := newWorld().plan()
	p.Changes = append(p.Changes, p.Changes[0])
	err := newRun(p, nil, Options{}).enlist()
	if diff := cmp.Diff(p.Changes[0].ID+": the plan does not match its transfers: it stands twice in the plan", message(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// A change begins when what it requires has ended, or, for some pairs of kinds in a set-up, as soon as what it needs of that is there.
func TestAwait(t *testing.T) {
	for _, tt := range []struct {
		first, then plan.Kind
		early       bool // in a set-up
	}{
		{plan.IAMRole, plan.BucketPolicy, true},
		{plan.IAMRole, plan.KeyPolicy, true},
		{plan.IAMRole, plan.DataSyncLocation, false},
		{plan.BucketPolicy, plan.DataSyncLocation, true},
		{plan.KeyPolicy, plan.DataSyncLocation, true},
		{plan.DataSyncLocation, plan.DataSyncTask, false},
		{plan.LogPolicy, plan.DataSyncTask, false},
		{plan.BucketPolicy, plan.IAMRole, false},
	} {
		for _, mode := range []plan.Mode{plan.SetUp, plan.TearDown} {
			t.Run(fmt.Sprintf("%s: %s after %s", mode, tt.then, tt.first), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newRun(&planner.Plan{Mode: mode, Changes: []plan.Change{
						{ID: "first", Kind: tt.first}, {ID: "then", Kind: tt.then, Requires: []string{"elsewhere", "first"}}}}, nil, Options{})
					if err := r.enlist(); err != nil {
						t.Fatal(err)
					}
					begun := false
					go func() {
						r.await(&r.approved.Changes[1])
						begun = true
					}()
					synctest.Wait()
					if begun {
						t.Error("it begins at once")
					}
					r.use("first")
					r.use("first") // again when it ends
					synctest.Wait()
					if want := tt.early && mode == plan.SetUp; begun != want {
						t.Errorf("it begins early: %v, want %v", begun, want)
					}
					close(r.done["first"])
					synctest.Wait()
					if !begun {
						t.Error("it does not begin")
					}
				})
			})
		}
	}
}

// How a change ends without being made. What it requires counts as AWS is now.
func TestDecide(t *testing.T) {
	ended := func(id string, s plan.Status) func(*run) { return func(r *run) { r.results[id].Status = s } }
	none := func(*world) {}
	same := func(*planner.Plan) {}
	for _, tt := range []struct {
		name    string
		mode    plan.Mode
		id      string
		before  func(*world)        // when it was planned
		edit    func(*planner.Plan) // the plan's text
		since   func(*world)        // what AWS became
		running func(*run)          // while it is applied
		want    plan.Status         // "" is to be made
		err     string
	}{
		{"to be made", plan.SetUp, sourceRole, none, same, none, nil, "", ""},
		{"what it requires was made", plan.SetUp, media, none, same, none, ended(destRole, plan.Done), "", ""},
		{"what it requires was there", plan.SetUp, media, none, same, none, ended(destRole, plan.Unchanged), "", ""},
		{"what it requires failed", plan.SetUp, media, none, same, none, ended(destRole, plan.Failed), plan.Skipped,
			media + ": skipped, because " + destRole + " was not made"},
		{"what it requires was skipped", plan.SetUp, media, none, same, none, ended(destRole, plan.Skipped), plan.Skipped,
			media + ": skipped, because " + destRole + " was not made"},
		{"something else failed", plan.SetUp, media, none, same, none, ended(sourceRole, plan.Failed), "", ""},
		{"the text hides what it requires", plan.SetUp, media, none, func(p *planner.Plan) { change(p, media).Requires = nil }, none,
			ended(destRole, plan.Failed),
			plan.Skipped, media + ": skipped, because " + destRole + " was not made"},
		{"what it requires waits, and it can be tried", plan.SetUp, media, none, same, none, ended(destRole, plan.Waiting), "", ""},
		{"what it requires waits, on the way to its removal", plan.TearDown, destRole, func(w *world) { w.made() }, same, none,
			ended(media, plan.Waiting),
			plan.Waiting, "waits for account 444455556666: " + media},
		{"blocked", plan.SetUp, media, none, func(p *planner.Plan) { change(p, media).Hold = plan.Blocked }, none, nil, plan.Skipped, ""},
		{"blocked since", plan.SetUp, sourceRole, none, same, func(w *world) {
			w.snap.Buckets["media"] = bucket.State{Exists: true, OwnerProved: true, Unread: map[string]error{bucket.PartPolicy: errRefused}}
		}, nil, plan.Skipped, ""},
		{"handed over", plan.SetUp, media, none, func(p *planner.Plan) { change(p, media).Hold = plan.Handover }, none, nil, plan.Waiting,
			"waits for account 444455556666: " + media},
		{"handed over, after a failure", plan.SetUp, media, none, func(p *planner.Plan) { change(p, media).Hold = plan.Handover }, none,
			ended(destRole, plan.Failed),
			plan.Skipped, media + ": skipped, because " + destRole + " was not made"},
		{"for somebody else by now", plan.SetUp, media, none, same,
			func(w *world) { delete(w.snap.Readable, accountB); delete(w.snap.Buckets, "media") }, nil,
			plan.Waiting, "waits for account 444455556666: " + media},
		{"there by now", plan.SetUp, sourceRole, none, same, func(w *world) { w.made() }, nil, plan.Unchanged, ""},
		{"gone by now", plan.TearDown, sourceRole, func(w *world) { w.made() }, same, func(w *world) {
			clear(w.snap.Roles)
		}, nil, plan.Unchanged, ""},
		{"there was nothing to do", plan.SetUp, sourceRole, func(w *world) { w.made() }, same, func(w *world) {
			w.snap.Roles["arn:aws:iam::111122223333:role/nightly-source"] = iamrole.State{}
		}, nil, plan.Failed, sourceRole + ": changed since the plan was made: there was nothing to do, and now there is"},
		{"not asked for", plan.SetUp, "x/iam-role/x", none, func(p *planner.Plan) {
			p.Changes = append(p.Changes, plan.Change{ID: "x/iam-role/x", Kind: plan.IAMRole, Op: plan.Create, Transfers: []string{"nightly"}})
		}, none, nil, plan.Failed, "x/iam-role/x: the plan does not match its transfers: the transfers do not ask for it"},
		{"another name", plan.SetUp, sourceRole, none, func(p *planner.Plan) { change(p, sourceRole).Name = "admin" }, none, nil,
			plan.Failed, sourceRole + ": the plan does not match its transfers: its account, Region, kind or name is another"},
		{"another text", plan.SetUp, source, none, func(p *planner.Plan) { change(p, source).After = "{}" }, none, nil,
			plan.Failed, source + ": the plan does not match its transfers: the text of what is wanted is another"},
		{"a statement more in the text", plan.SetUp, media, none, func(p *planner.Plan) {
			d, _ := policy.Parse([]byte(change(p, media).After))
			change(p, media).After = d.With(policy.Allow("s3:*").By(policy.Everyone()).On("*").WithSid("Open")).String()
		}, none, nil, plan.Failed, media + ": the plan does not match its transfers: statement Open is nobody's"},
		{"to be removed, which the plan does not say", plan.TearDown, sourceRole, func(w *world) { w.made() },
			func(p *planner.Plan) { change(p, sourceRole).Op = plan.Create },
			none, nil, plan.Failed, sourceRole + ": changed since the plan was made: the plan says create, and by now it would be delete"},
		{"ours, changed by somebody since", plan.SetUp, sourceRole, func(w *world) {
			w.made()
			r := w.snap.Roles["arn:aws:iam::111122223333:role/nightly-source"]
			r.Policies = nil
			w.snap.Roles[r.ARN] = r
		}, same, func(w *world) {
			r := w.snap.Roles["arn:aws:iam::111122223333:role/nightly-source"]
			r.Policies = map[string]policy.Document{"xacct-nightly-source": policy.New(policy.Allow("s3:*").On("*"))}
			w.snap.Roles[r.ARN] = r
		}, nil, plan.Failed, sourceRole + ": changed since the plan was made: Policies/xacct-nightly-source is neither as it was read nor as it is wanted"},
		{"something is required since, of an account of the plan", plan.SetUp, media, none, func(p *planner.Plan) {
			p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.ID == destRole })
		}, none, nil, plan.Failed, media + ": changed since the plan was made: by now it needs " + destRole + " first, which the plan does not hold"},
		{"something is required of another operator's plan", plan.SetUp, media, none, func(p *planner.Plan) {
			p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.Account == accountA })
		}, none, nil, "", ""},
		{"to be removed after something of another operator's plan", plan.TearDown, media, func(w *world) { w.made() }, func(p *planner.Plan) {
			p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { return c.Account == accountA })
		}, none, nil, "", ""}, // its locations are gone
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.mode = tt.mode
			tt.before(w)
			p := w.plan()
			tt.edit(p)
			tt.since(w)
			r := w.run(t, p)
			if tt.running != nil {
				tt.running(r)
			}
			got, err := r.decide(t.Context(), change(p, tt.id))
			if diff := cmp.Diff([]string{string(tt.want), tt.err}, []string{string(got), message(err)}); diff != "" {
				t.Errorf("status and error (-want +got):\n%s", diff)
			}
		})
	}
}

// No change begins once the context has ended.
func TestDecideStopped(t *testing.T) {
	enough := errors.New("enough")
	w := newWorld()
	p := w.plan()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(enough)
	got, err := w.run(t, p).decide(ctx, change(p, sourceRole))
	if got != plan.Skipped || !errors.Is(err, enough) {
		t.Errorf("%s, %v; want it skipped for the cause", got, err)
	}
}

// Events come one at a time, none of a change before what it requires has ended, and what depends on a failure is skipped.
func TestEvents(t *testing.T) {
	for _, tt := range []struct {
		name string
		w    *world
		want map[string]plan.Status
	}{
		{"all there", newWorld().made(), map[string]plan.Status{sourceRole: plan.Unchanged, destRole: plan.Unchanged, media: plan.Unchanged}},
		{"a role that cannot be made", newWorld(), map[string]plan.Status{sourceRole: plan.Failed, destRole: plan.Failed, media: plan.Skipped,
			source: plan.Skipped, dest: plan.Skipped, nightly: plan.Skipped}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := tt.w.plan()
				p.Changes = slices.DeleteFunc(p.Changes, func(c plan.Change) bool { _, ok := tt.want[c.ID]; return !ok })
				r := tt.w.run(t, p)
				inside := false
				var events []plan.Event
				r.opts.OnEvent = func(e plan.Event) {
					if inside {
						t.Error("two events at a time")
					}
					inside = true
					events = append(events, e)
					time.Sleep(time.Second) // a receiver may take its time
					inside = false
				}
				var wg sync.WaitGroup
				for i := range p.Changes {
					ch := &p.Changes[i]
					wg.Go(func() {
						defer close(r.done[ch.ID])
						defer r.use(ch.ID)
						r.await(ch)
						r.make(t.Context(), ch)
					})
				}
				wg.Wait()
				got, started, ended := map[string]plan.Status{}, map[string]bool{}, map[string]bool{}
				for _, e := range events {
					switch {
					case e.State == plan.EventStarted:
						started[e.Change] = true
					case e.State == plan.EventEnded:
						ended[e.Change] = true
					}
					for _, id := range change(p, e.Change).Requires {
						if change(p, id) != nil && !ended[id] {
							t.Errorf("%s %s before %s ended", e.Change, e.State, id)
						}
					}
				}
				result, err := r.result()
				for _, c := range result.Changes {
					got[c.ID] = c.Status
					if !ended[c.ID] || started[c.ID] != (c.Status == plan.Failed) {
						t.Errorf("%s: started %v, ended %v, and is %s", c.ID, started[c.ID], ended[c.ID], c.Status)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("statuses (-want +got):\n%s", diff)
				}
				var failed *plan.ClientError
				if want := tt.want[sourceRole] == plan.Failed; errors.As(err, &failed) != want {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// The result keeps the plan's order, and says once what went wrong: a change that depends on a failure adds nothing, a block stands for its transfer.
func TestResult(t *testing.T) {
	blocked := plan.Finding{Severity: plan.Blocking, Code: plan.CodeUnread, Transfer: "nightly", Detail: "no"}
	for _, tt := range []struct {
		name     string
		edit     func(*run)
		findings []plan.Finding
		want     string
	}{
		{"all done", func(*run) {}, nil, ""},
		{"failed", func(r *run) { r.results[destRole].Status, r.results[destRole].Err = plan.Failed, errRefused }, nil, "refused\n5 changes of this apply stand: " + media + ", " + sourceRole + ", " + source + " and 2 more"},
		{"skipped for a failure", func(r *run) {
			r.results[destRole].Status, r.results[destRole].Err = plan.Failed, errRefused
			r.results[media].Status, r.results[media].Err = plan.Skipped, &dependentError{media, destRole}
		}, nil, "refused\n4 changes of this apply stand: " + sourceRole + ", " + source + ", " + dest + " and 1 more"},
		{"stopped", func(r *run) { r.results[media].Status, r.results[media].Err = plan.Skipped, errRefused }, nil, "refused\n5 changes of this apply stand: " + destRole + ", " + sourceRole + ", " + source + " and 2 more"},
		{"waiting", func(r *run) { r.results[media].Status, r.results[media].Err = plan.Waiting, &plan.WaitingError{} }, nil, ""},
		{"blocked", func(r *run) { r.results[media].Status = plan.Skipped }, []plan.Finding{blocked}, "transfer nightly: blocked by unread: no"},
		{"blocked, with no changes", func(*run) {}, []plan.Finding{blocked}, "transfer nightly: blocked by unread: no"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			p := w.plan()
			p.Findings = tt.findings
			r := w.run(t, p)
			for _, res := range r.results {
				res.Status = plan.Done
			}
			r.arns[nightly] = "arn:task"
			tt.edit(r)
			result, err := r.result()
			if diff := cmp.Diff(tt.want, message(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			for i, c := range result.Changes {
				if c.ID != p.Changes[i].ID {
					t.Errorf("change %d is %s, want %s", i, c.ID, p.Changes[i].ID)
				}
			}
			if arn := result.TaskARN("nightly"); arn != "arn:task" {
				t.Errorf("task %q", arn)
			}
		})
	}
}
