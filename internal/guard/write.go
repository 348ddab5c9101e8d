// Package guard changes policies that others write too: those of buckets and keys, and the resource policy of CloudWatch Logs. Write takes a Target,
// which reads, edits and writes one whole policy, and Hooks of its caller; it reads, merges, writes, and looks again until what was written shows. The
// other functions are the single reads and writes of each kind. AWS has no conditional write of a policy, so a read comes right before every write:
// the writes switch the SDK's own retries off, and Write reads anew before it tries again.
package guard

import (
	"context"
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/patience"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/policy"
)

// Edit is what is to become of a policy as it was read.
type Edit struct {
	None  bool            // nothing is to be done
	Next  policy.Document // what to write; the zero Document deletes the policy
	Gone  []string        // the Sids of ours that leave it
	Taken []string        // the Sids of ours that stand on statements of others: nothing is written
}

// Target is a policy that others write too.
type Target struct {
	Ours    []string                                           // every Sid that we can have in it
	Read    func(context.Context) (policy.Document, error)     // the zero Document is no policy
	Edit    func(current policy.Document, gone []string) Edit  // merges ours into what was read, but for those that name a role that is gone, by ARN
	Write   func(ctx context.Context, d policy.Document) error // the zero Document deletes the policy
	Compare func(sent, got policy.Document) Difference         // how what was read after a write differs from it
}

// Difference is how a policy that was read after a write differs from what was sent.
type Difference struct {
	Missing []string // the statements, by Sid or number, that stand in one of the two only
	Other   *Other   // statements of ours that stand there, but for another principal; nil if there are none
	Shown   []string // the ARNs of the roles whose own unique IDs stand in statements of ours
}

// Other is what stands in a policy in place of principals that were sent. The service puts the unique ID in place of an ARN when it stores a policy: a
// service that does not know yet that a role was deleted and made again puts that of the deleted one.
type Other struct {
	Statements []string // the Sids of the statements
	Sent       []string // the ARNs that were sent
	Got        []string // the unique IDs that stand there instead
	Certain    bool     // the IDs of the principals that were sent are known to be others; otherwise they may be these, still shown in place of the ARNs
}

// Hooks are what [Write] asks of its caller.
type Hooks struct {
	Check   func(current policy.Document, e Edit) error                      // an error ends it: nothing is written
	Refused func(ctx context.Context, attempt int, err error) error          // the service refused the write: nil tries again, after a wait
	Wrote   func(current, next policy.Document)                              // a write was carried out, or may have been
	Stored  func()                                                           // the service has accepted a write
	Another func(ctx context.Context, attempt int, o Other) error            // what was written names another principal: nil writes again, after a wait
	Settle  func(context.Context, func(context.Context) (bool, error)) error // looks until the function says that the write shows
	Gone    func(ctx context.Context, roles []string) []string               // which of the roles, by ARN, are known not to be there any more
}

// Outcome is what [Write] did.
type Outcome struct {
	Changed bool     // it wrote
	Others  []string // statements of others that were sent and are not there afterwards: another writer was at work
	Unsure  *Other   // what was written last shows unique IDs that may be those of the principals that were sent; nil if it shows none
	Gone    []string // the ARNs of the roles that were deleted meanwhile: statements that name them are to be out again, unless there is an error
}

// TakenError says that a statement of somebody else has one of our Sids.
type TakenError struct{ Sid string }

// Error is one line: the Sid.
func (e *TakenError) Error() string {
	return text.Printable("statement " + e.Sid + " bears our id but is not of our making")
}

// LostError says that what was written was not there afterwards, however often it was written.
type LostError struct{ Missing []string }

// Error is one line: the statements that are missing.
func (e *LostError) Error() string {
	return text.Printable("not there after the write: " + text.NamedAll(e.Missing))
}

// ReadError is the error of reading the policy.
type ReadError struct{ Err error }

// Error is that of the read.
func (e *ReadError) Error() string { return text.Printable(e.Err.Error()) }

// Unwrap is the error of the read.
func (e *ReadError) Unwrap() error { return e.Err }

// merges is how often a policy is merged anew because another writer replaced what was written.
const merges = 5

// Write reads the policy, merges ours into what it reads, writes that, and looks until it shows. Every attempt begins with a read, however the one
// before it ended, so that no write of somebody else is undone except one between that read and the write right after it.
//
// An error is a *[ReadError], a *[TakenError], a *[LostError], that of a hook, or that of the write.
func Write(ctx context.Context, t Target, h Hooks) (Outcome, error) {
	var out Outcome
	// A write that has begun is finished and looked at, whatever becomes of ctx.
	held, release := patience.Hold(ctx)
	defer release()
	reading := ctx
	for attempt, lost, other := 1, 0, 0; ; attempt++ {
		current, err := t.Read(reading)
		if err != nil {
			return out, &ReadError{err}
		}
		e := t.Edit(current, out.Gone)
		if err := h.allow(current, e); err != nil || e.None {
			return out, err
		}
		if err := patience.Stopped(ctx); err != nil && len(out.Gone) == 0 { // what names a role that is gone does not stay
			return out, err
		}
		put := patience.Late(held, t.Write(held, e.Next))
		if put != nil && !awserr.Ambiguous(put) {
			if err := h.Refused(ctx, attempt, put); err != nil {
				return out, err
			}
			continue
		}
		reading, out.Changed = held, true
		h.Wrote(current, e.Next)
		if put == nil {
			h.Stored()
		}
		d, dead, err := t.readBack(held, h, e.Next, other > 0)
		if err != nil {
			return out, &ReadError{fmt.Errorf("after the write: %w", joined(put, err))}
		}
		if out.Others, out.Unsure = nil, nil; len(dead) > 0 {
			out.Gone = append(out.Gone, dead...)
			continue
		}
		if len(d.Missing) == 0 && d.Other == nil {
			return out, nil
		}
		gone := slices.ContainsFunc(d.Missing, func(sid string) bool { return slices.Contains(t.Ours, sid) }) || put != nil && len(d.Missing) > 0
		switch {
		case gone:
			if lost++; lost == merges {
				if put != nil {
					return out, put
				}
				return out, &LostError{d.Missing}
			}
		case d.Other != nil:
			other++
			err := h.Another(ctx, other, *d.Other)
			switch {
			case err == nil:
				continue
			case d.Other.Certain:
				return out, err
			}
			out.Others, out.Unsure = d.Missing, d.Other
			return out, nil
		default:
			out.Others = d.Missing
			return out, nil
		}
	}
}

// allow says why the edit must not be written.
func (h Hooks) allow(current policy.Document, e Edit) error {
	switch {
	case len(e.Taken) > 0:
		return &TakenError{e.Taken[0]}
	case e.None:
		return nil
	}
	return h.Check(current, e)
}

// joined is the error of a read after the write, with that of the write before it if there is one, in one line.
func joined(put, err error) error {
	if put == nil {
		return err
	}
	return fmt.Errorf("%w; %w", put, err)
}

// readBack looks at the policy until it holds every statement that was sent and none of ours that was not, or the time for that is over. It returns
// what differs. A service answers in its own rendering and may show the old policy for a while. What is certain to be another principal ends the
// look, because only another write can change it. So does what may be one, if it was written again for that.
//
// A service that shows the unique ID of a role in our statements until the end may do so because the role was deleted before the write, which it did
// not know yet. gone are those of these roles that are not there any more.
func (t Target) readBack(ctx context.Context, h Hooks, sent policy.Document, again bool) (d Difference, gone []string, err error) {
	var got policy.Document
	err = h.Settle(ctx, func(ctx context.Context) (bool, error) {
		var err error
		if got, err = t.Read(ctx); err != nil {
			return false, err
		}
		if d = t.Compare(sent, got); d.Other != nil {
			return len(d.Missing) == 0 && (d.Other.Certain || again), nil
		}
		return len(d.Missing) == 0 && len(d.Shown) == 0, nil
	})
	if err != nil || len(d.Missing) > 0 || d.Other != nil || len(d.Shown) == 0 {
		return d, nil, err
	}
	if gone = h.Gone(ctx, d.Shown); len(gone) == 0 {
		d = t.Compare(sent, got) // a role of that name may have been found to be another one
	}
	return d, gone, nil
}
