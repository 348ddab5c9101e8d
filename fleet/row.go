package fleet

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/task"
)

// State is what became of a transfer so far.
type State string

// The states. Nothing follows on the last four within a call of Run.
const (
	Waiting    State = "waiting"     // not begun yet
	Running    State = "running"     // its run has begun, or waits in the queue of its task
	Ended      State = "ended"       // see Row.Outcome
	NotStarted State = "not started" // its start was refused; see Row.Err
	Held       State = "held"        // not begun, because a canary is not complete: Row.Err is a *GateError
	Unknown    State = "unknown"     // whether it runs, or how it ended, could not be found out; see Row.Err. It counts towards MaxRunning
)

// Row is what is known of one transfer. Its JSON has the texts of Err and ReceiptErr: what is read from it are errors without a type.
type Row struct {
	Transfer        string
	Account, Region string // of its task
	State           State

	ExecutionARN string                      // of its latest run; "" if there is none
	Status       dstypes.TaskExecutionStatus // of that run, as it was seen last; "" if it was not
	Found        bool                        // the run was there already: a former process with this RunID started it, or Start attached to it

	Outcome *task.Outcome   // how the latest run ended; nil while it runs
	Earlier []*task.Outcome // of the runs before it, which were followed by a retry; nil is none

	// Err is why the transfer is not complete: a *[task.IncompleteError] if it has ended, the error of [xacct.Plan.Start] if it was not started, a
	// *GateError if it is held. It is nil for a transfer that is complete, and for one that waits or runs.
	Err error

	Receipt    *xacct.Receipt // of the latest run alone: Complete tells of all of them; nil before it was written
	ReceiptErr error          // why there is none; nil if there is, or will be
}

// Complete reports whether the transfer has ended and everything arrived and was deleted that should be, in its runs taken together.
func (r Row) Complete() bool { return r.State == Ended && r.verdict() == task.Complete }

// verdict is how the runs of a transfer ended together: a retry that is complete does not make good what it left out.
func (r Row) verdict() task.Verdict {
	switch {
	case r.Outcome == nil:
		return task.Unknown
	case r.Outcome.Verdict == task.Complete && leftOut(r.Earlier) != nil:
		return task.WithExceptions
	}
	return r.Outcome.Verdict
}

// leftOut is the first of the runs that has something which no retry repeats: objects whose keys DataSync skips, and deletions, because a run with a manifest
// deletes nothing. Nil is none.
func leftOut(runs []*task.Outcome) *task.Outcome {
	for _, o := range runs {
		if o.NotRetriable > 0 || o.Counters.FailedDelete > 0 {
			return o
		}
	}
	return nil
}

// counters are the objects and bytes that all runs of the transfer wrote.
func (r Row) counters() (objects, bytes int64) {
	for _, o := range append(r.Earlier[:len(r.Earlier):len(r.Earlier)], r.Outcome) {
		if o != nil {
			objects, bytes = objects+o.Counters.Files, bytes+o.Counters.BytesWritten
		}
	}
	return objects, bytes
}

// end is how the transfer ended, in words; the state if it has not.
func (r Row) end() string {
	switch {
	case r.State == Ended && r.Outcome != nil:
		return r.verdict().String()
	case r.State == Running && r.Status != "":
		return text.Printable(strings.ToLower(string(r.Status)))
	}
	return string(r.State)
}

// String is one line: the transfer, how it ended or its state, and why.
func (r Row) String() string {
	line := r.Transfer + ": " + r.end()
	if r.State == Running && len(r.Earlier) > 0 {
		line += fmt.Sprintf(", retry %d", len(r.Earlier))
	}
	if r.Err != nil {
		line += ": " + r.Err.Error()
	}
	if r.ReceiptErr != nil {
		line += "; no receipt: " + r.ReceiptErr.Error()
	}
	return text.Printable(line)
}

// Event is one step of a run: a transfer has begun, was looked at, has ended, has its receipt, was not started, or is held.
type Event struct {
	Row      Row            // of the transfer, after the step
	Progress *task.Progress // what a look at its run saw; nil if none was taken, or if a list told only the Status
	Counts   Counts         // of all transfers, after the step
}

// String is one line: the transfer and what is known of it.
func (e Event) String() string {
	if e.Progress != nil && e.Row.State == Running {
		return text.Printable(e.Row.Transfer + ": " + e.Progress.String())
	}
	if e.Row.Receipt != nil {
		return e.Row.String() + "; its receipt is written"
	}
	return e.Row.String()
}

// Counts are the numbers of transfers by state, those that have ended by verdict.
type Counts struct {
	Waiting, Running                            int
	Complete, WithExceptions, Failed, Cancelled int
	NotStarted, Held, Unknown                   int
	Objects, Bytes                              int64 // written by runs that have ended
	NoReceipt                                   int   // of those that have ended: whose receipt could not be written
}

// Transfers is the number of transfers.
func (c Counts) Transfers() int { return c.Waiting + c.Running + c.ended() }

func (c Counts) ended() int {
	return c.Complete + c.WithExceptions + c.Failed + c.Cancelled + c.NotStarted + c.Held + c.Unknown
}

// String is one line, such as "12 waiting, 50 running, 88 complete, 1 failed, 2 without a receipt". It leaves out what is 0.
func (c Counts) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{c.Waiting, string(Waiting)}, {c.Running, string(Running)}, {c.Complete, task.Complete.String()}, {c.WithExceptions, task.WithExceptions.String()},
		{c.Failed, task.Failed.String()}, {c.Cancelled, task.Cancelled.String()}, {c.NotStarted, string(NotStarted)}, {c.Held, string(Held)}, {c.Unknown, string(Unknown)},
		{c.NoReceipt, "without a receipt"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// add counts a row n times, or takes it out with -1.
func (c *Counts) add(r Row, n int) {
	objects, bytes := r.counters()
	c.Objects, c.Bytes = c.Objects+int64(n)*objects, c.Bytes+int64(n)*bytes
	if r.ReceiptErr != nil {
		c.NoReceipt += n
	}
	switch r.State {
	case Waiting:
		c.Waiting += n
	case Running:
		c.Running += n
	case NotStarted:
		c.NotStarted += n
	case Held:
		c.Held += n
	case Ended:
		switch r.verdict() {
		case task.Complete:
			c.Complete += n
		case task.WithExceptions:
			c.WithExceptions += n
		case task.Cancelled:
			c.Cancelled += n
		default:
			c.Failed += n
		}
	default:
		c.Unknown += n
	}
}

// mostNote is how much of an error the table shows; Results has all of it.
const mostNote = 200

// table writes the rows below one another.
func table(rows []Row, c Counts) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "transfer\taccount\tregion\tstate\twritten\tfailed\tbytes\ttime\truns\twhy")
	for _, r := range rows {
		objects, bytes := r.counters()
		var took time.Duration
		runs := len(r.Earlier)
		for _, o := range append(r.Earlier[:runs:runs], r.Outcome) {
			if o != nil {
				took += o.Duration
			}
		}
		if r.ExecutionARN != "" {
			runs++
		}
		failed := int64(0)
		if r.Outcome != nil {
			failed = r.Outcome.Counters.Failed()
		}
		why := ""
		if r.Err != nil {
			why = strings.TrimPrefix(r.Err.Error(), "transfer "+r.Transfer+": ")
		}
		if r.ReceiptErr != nil {
			why = strings.TrimPrefix(why+"; no receipt: "+r.ReceiptErr.Error(), "; ")
		}
		if short := []rune(why); len(short) > mostNote {
			why = string(short[:mostNote]) + "…"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\t%d\t%s\n", text.Printable(r.Transfer), text.Printable(r.Account), text.Printable(r.Region), r.end(), objects, failed, bytes, took.Round(time.Second), runs, text.Printable(why))
	}
	w.Flush()
	var lines []string
	for line := range strings.Lines(b.String()) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return strings.Join(append(lines, c.String()), "\n")
}
