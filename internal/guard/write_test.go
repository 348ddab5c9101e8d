package guard

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

// statement is a statement that is told by its Sid.
func statement(sid string) policy.Statement {
	return policy.Allow("s3:ListBucket").By(policy.Account("111122223333")).On("arn:aws:s3:::media").WithSid(sid)
}

// holding is a policy with the statements.
func holding(sids ...string) policy.Document {
	var all policy.Statements
	for _, sid := range sids {
		all = append(all, statement(sid))
	}
	if len(all) == 0 {
		return policy.Document{}
	}
	return policy.New(all)
}

func sidsOf(d policy.Document) []string {
	var out []string
	for st := range d.All() {
		out = append(out, st.Sid())
	}
	return out
}

// service holds a policy into which Ours is to be merged. Its hooks note what is asked of them.
type service struct {
	policy   policy.Document
	reads    []error                               // how the next reads end; nil is well
	writes   []error                               // how the next writes end
	stores   []bool                                // whether the next writes that fail are carried out all the same
	others   func(policy.Document) policy.Document // what another writer makes of what was written
	another  []*Other                              // what the next looks see in place of our principals; nil is nothing
	rewrites bool                                  // another principal is seen when the policy is read again
	stale    bool                                  // the last look saw another principal
	shown    [][]string                            // the roles whose ids the next looks see in ours
	gone     []string                              // the roles that are no more
	given    int                                   // after how many times another principal is no longer written over; 0 is never
	check    error
	refused  func(attempt int) error
	log      []string
	takenSid string
}

// next takes the first of the list, the zero value if there is none.
func next[V any](list *[]V) (v V) {
	if len(*list) > 0 {
		v, *list = (*list)[0], (*list)[1:]
	}
	return v
}

func (s *service) note(what string) { s.log = append(s.log, what) }

func (s *service) target() Target {
	return Target{
		Ours: []string{"Ours"},
		Read: func(context.Context) (policy.Document, error) {
			s.note("read")
			if err := next(&s.reads); err != nil {
				return policy.Document{}, err
			}
			return s.policy, nil
		},
		Edit: func(current policy.Document, gone []string) Edit {
			if s.takenSid != "" {
				return Edit{Taken: []string{s.takenSid}}
			}
			_, there := current.Statement("Ours")
			if len(gone) > 0 {
				return Edit{None: !there, Next: current.Without("Ours"), Gone: []string{"Ours"}}
			}
			there = there && !(s.rewrites && s.stale)
			return Edit{None: there, Next: current.With(statement("Ours"))}
		},
		Write: func(_ context.Context, d policy.Document) error {
			s.note("write")
			err := next(&s.writes)
			if stored := next(&s.stores); err != nil && !stored {
				return err
			}
			if s.policy = d; s.others != nil {
				s.policy = s.others(d)
			}
			return err
		},
		Compare: func(sent, got policy.Document) Difference {
			d := Difference{Missing: slices.DeleteFunc(sidsOf(sent), func(sid string) bool { return slices.Contains(sidsOf(got), sid) })}
			d.Other = next(&s.another)
			s.stale, d.Shown = d.Other != nil, next(&s.shown)
			return d
		},
	}
}

func (s *service) hooks() Hooks {
	return Hooks{
		Check: func(_ policy.Document, e Edit) error {
			s.note("check")
			return s.check
		},
		Refused: func(_ context.Context, attempt int, err error) error {
			s.note("refused")
			if s.refused == nil {
				return err
			}
			return s.refused(attempt)
		},
		Wrote:  func(_, next policy.Document) { s.note("wrote") },
		Stored: func() { s.note("stored") },
		Another: func(_ context.Context, attempt int, _ Other) error {
			s.note("another")
			if attempt == s.given {
				return errOther
			}
			return nil
		},
		Settle: func(ctx context.Context, look func(context.Context) (bool, error)) error {
			_, err := look(ctx)
			return err
		},
		Gone: func(_ context.Context, roles []string) []string {
			s.note("gone")
			return slices.DeleteFunc(slices.Clone(roles), func(arn string) bool { return !slices.Contains(s.gone, arn) })
		},
	}
}

// errOther is what a caller says of another principal that it no longer writes over.
var errOther = errors.New("another principal")

// Every write follows right after a read, whatever became of the write before it, and is looked at.
func TestWrite(t *testing.T) {
	lost, stop := io.ErrUnexpectedEOF, errors.New("stop")
	times := func(n int, what ...string) []string { return slices.Repeat(what, n) }
	written := []string{"read", "check", "write", "wrote", "stored", "read"}
	removesTheirs := func(d policy.Document) policy.Document { return d.Without("Theirs") }
	certain, unsure := &Other{Statements: []string{"Ours"}, Certain: true}, &Other{Statements: []string{"Ours"}}
	again := func(what ...string) []string {
		return slices.Concat([]string{"read", "check", "write", "wrote", "stored", "read", "another"}, what)
	}
	role := []string{"arn:aws:iam::111122223333:role/r"}
	removesOurs := func(d policy.Document) policy.Document { return d.Without("Ours") }
	for _, tt := range []struct {
		name  string
		s     service
		want  Outcome
		err   error // by errors.Is or its text
		log   []string
		holds []string // the statements afterwards
	}{
		{"into no policy", service{}, Outcome{Changed: true}, nil, written, []string{"Ours"}},
		{"beside others' statements", service{policy: holding("Theirs")}, Outcome{Changed: true}, nil, written, []string{"Theirs", "Ours"}},
		{"there already", service{policy: holding("Ours")}, Outcome{}, nil, []string{"read"}, []string{"Ours"}},
		{"not read", service{reads: []error{denied}}, Outcome{}, &ReadError{denied}, []string{"read"}, nil},
		{"taken by somebody else", service{takenSid: "Ours"}, Outcome{}, &TakenError{"Ours"}, []string{"read"}, nil},
		{"not let through", service{check: stop}, Outcome{}, stop, []string{"read", "check"}, nil},
		{"refused", service{writes: []error{denied}}, Outcome{}, denied, []string{"read", "check", "write", "refused"}, nil},
		{"refused once", service{writes: []error{denied}, refused: func(int) error { return nil }}, Outcome{Changed: true}, nil,
			append([]string{"read", "check", "write", "refused"}, written...), []string{"Ours"}},
		{"refused for too long", service{writes: each(denied, 9), refused: func(attempt int) error {
			if attempt == 3 {
				return stop
			}
			return nil
		}}, Outcome{}, stop, times(3, "read", "check", "write", "refused"), nil},
		{"the answer lost, and carried out", service{writes: []error{lost}, stores: []bool{true}}, Outcome{Changed: true}, nil,
			[]string{"read", "check", "write", "wrote", "read"}, []string{"Ours"}},
		{"the answer lost, and not carried out", service{writes: []error{lost}}, Outcome{Changed: true}, nil,
			append([]string{"read", "check", "write", "wrote", "read"}, written...), []string{"Ours"}},
		{"all answers lost", service{writes: each(lost, 9)}, Outcome{Changed: true}, lost, times(5, "read", "check", "write", "wrote", "read"), nil},
		{"not read afterwards", service{reads: []error{nil, denied}}, Outcome{Changed: true}, &ReadError{denied}, written, []string{"Ours"}},
		{"ours removed by another writer, over and over", service{others: removesOurs}, Outcome{Changed: true}, &LostError{[]string{"Ours"}},
			times(5, written...), nil},
		{"the answer lost, and others' not there",
			service{policy: holding("Theirs"), writes: []error{lost}, stores: []bool{true}, others: removesTheirs},
			Outcome{Changed: true}, nil, []string{"read", "check", "write", "wrote", "read", "read"}, []string{"Ours"}},
		// whoever removed them may have done so before
		{"others' removed by another writer", service{policy: holding("Theirs"), others: removesTheirs},
			Outcome{Changed: true, Others: []string{"Theirs"}}, nil, written, []string{"Ours"}},
		{"for another principal, once", service{another: []*Other{certain}, rewrites: true}, Outcome{Changed: true}, nil, again(written...), []string{"Ours"}},
		{"for another principal that was right when it was read again", service{another: []*Other{certain}}, Outcome{Changed: true}, nil, again("read"), []string{"Ours"}},
		{"for another principal, for too long", service{another: []*Other{certain, certain}, rewrites: true, given: 2}, Outcome{Changed: true}, errOther,
			again(again()...), []string{"Ours"}},
		{"for a principal that may be another, for too long", service{another: []*Other{unsure, unsure}, rewrites: true, given: 2},
			Outcome{Changed: true, Unsure: unsure}, nil, again(again()...), []string{"Ours"}},
		{"for another principal, while others' are removed", service{policy: holding("Theirs"), another: []*Other{certain}, rewrites: true, others: removesTheirs},
			Outcome{Changed: true}, nil, again("read", "check", "write", "wrote", "stored", "read"), []string{"Ours"}},
		{"for another principal, and the answer lost", service{another: []*Other{certain}, rewrites: true, writes: []error{lost}, stores: []bool{true}},
			Outcome{Changed: true}, nil, slices.Concat([]string{"read", "check", "write", "wrote", "read", "another"}, written), []string{"Ours"}},
		{"for a role that is shown by its id and there", service{shown: [][]string{role, role}}, Outcome{Changed: true}, nil,
			append(slices.Clone(written), "gone"), []string{"Ours"}},
		{"for a role that is gone", service{policy: holding("Theirs"), shown: [][]string{role}, gone: role}, Outcome{Changed: true, Gone: role}, nil,
			slices.Concat(written, []string{"gone"}, written), []string{"Theirs"}},
		{"for a role that is gone, in no other policy", service{shown: [][]string{role}, gone: role}, Outcome{Changed: true, Gone: role}, nil,
			slices.Concat(written, []string{"gone"}, written), nil},
		{"for a role that is gone, and refused to be taken out", service{shown: [][]string{role}, gone: role, writes: []error{nil, denied}},
			Outcome{Changed: true, Gone: role}, denied, slices.Concat(written, []string{"gone", "read", "check", "write", "refused"}), []string{"Ours"}},
		{"for a role that is gone, and the answer lost", service{shown: [][]string{role}, gone: role, writes: []error{lost}, stores: []bool{true}},
			Outcome{Changed: true, Gone: role}, nil, slices.Concat([]string{"read", "check", "write", "wrote", "read", "gone"}, written), nil},
		{"for a role that was made again", service{shown: [][]string{role}, another: []*Other{nil, certain}, rewrites: true}, Outcome{Changed: true}, nil,
			slices.Concat(written, []string{"gone", "another"}, written), []string{"Ours"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Write(t.Context(), tt.s.target(), tt.s.hooks())
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
			switch want := tt.err.(type) {
			case *ReadError:
				var read *ReadError
				if !errors.As(err, &read) || !errors.Is(err, want.Err) {
					t.Errorf("error %v, want that of a read", err)
				}
			case *TakenError, *LostError:
				if err == nil || err.Error() != want.Error() {
					t.Errorf("error %v, want %v", err, want)
				}
			default:
				if !errors.Is(err, tt.err) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
			}
			if diff := cmp.Diff(tt.log, tt.s.log); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.holds, sidsOf(tt.s.policy)); diff != "" {
				t.Errorf("statements afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

// each is the error n times.
func each(err error, n int) []error { return slices.Repeat([]error{err}, n) }

// A write that has begun is looked at although the context has ended; none begins after that.
func TestWriteStopped(t *testing.T) {
	enough := errors.New("enough")
	for _, tt := range []struct {
		name, at string // the context ends with this call
		gone     []string
		writes   []error
		err      error
		log      []string
	}{
		{"before the write", "check", nil, nil, enough, []string{"read", "check"}},
		{"during the write", "write", nil, nil, nil, []string{"read", "check", "write", "wrote", "stored", "read"}},
		{"during a write for a role that is gone", "write", []string{"r"}, nil, nil,
			[]string{"read", "check", "write", "wrote", "stored", "read", "gone", "read", "check", "write", "wrote", "stored", "read"}},
		{"during a write whose answer is lost", "write", nil, []error{io.ErrUnexpectedEOF}, enough,
			[]string{"read", "check", "write", "wrote", "read", "read", "check"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			s := &service{writes: tt.writes, gone: tt.gone, shown: [][]string{tt.gone}}
			target, hooks := s.target(), s.hooks()
			read, write, check := target.Read, target.Write, hooks.Check
			target.Read = func(ctx context.Context) (policy.Document, error) {
				if ctx.Err() != nil {
					t.Error("a read with a context that has ended")
				}
				return read(ctx)
			}
			target.Write = func(ctx context.Context, d policy.Document) error {
				if tt.at == "write" {
					cancel(enough)
				}
				if ctx.Err() != nil {
					t.Error("a write with a context that has ended")
				}
				return write(ctx, d)
			}
			hooks.Check = func(d policy.Document, e Edit) error {
				if tt.at == "check" {
					cancel(enough)
				}
				return check(d, e)
			}
			if _, err := Write(ctx, target, hooks); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.log, s.log); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
