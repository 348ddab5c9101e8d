package xaccttest

import (
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// work is one kind of processing that a run applies to every item. A BASIC run does one work after the other, an ENHANCED run several at once.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html
type work int

const (
	listing work = iota
	comparing
	copying
	checking
)

// span is the begin and end of a work, counted from the launch. Each work goes through the items at an even pace in the same order, and does not
// overtake the work before it. How the works of an ENHANCED run overlap is assumed: listing goes on until half of Transferring is over,
// comparing lasts from the middle of Preparing until three quarters of Transferring, and verifying begins after a quarter of Transferring. The
// status is TRANSFERRING from the first transfer on, and VERIFYING once all items are transferred.
func (e *execution) span(w work) (begin, end time.Duration) {
	prepare := e.takes(launching)
	transfer := prepare + e.takes(preparing)
	verify := transfer + e.takes(transferring)
	last := verify + e.takes(verifying)
	if e.mode == dstypes.TaskModeBasic {
		return [...]time.Duration{prepare, prepare, transfer, verify}[w], [...]time.Duration{transfer, transfer, verify, last}[w]
	}
	t := verify - transfer
	return [...]time.Duration{prepare, (prepare + transfer) / 2, transfer, transfer + t/4}[w], [...]time.Duration{transfer + t/2, transfer + 3*t/4, verify, last}[w]
}

// reach is how many of n items a work has processed at a moment.
func (e *execution) reach(w work, n int, at time.Time) int {
	begin, end := e.span(w)
	switch passed := at.Sub(e.launched); {
	case passed >= end:
		return n
	case passed <= begin:
		return 0
	default:
		return int(float64(n) * (float64(passed-begin) / float64(end-begin)))
	}
}

// moment is the time at which a work has processed the i-th item that was found.
func (e *execution) moment(w work, i int) time.Time {
	begin, end := e.span(w)
	return e.launched.Add(begin + time.Duration(float64(end-begin)*float64(i+1)/float64(len(e.found))))
}

// work processes all items that are due by a moment of the current phase.
func (e *execution) work(c *Cloud, at time.Time) {
	if e.phase < preparing {
		return
	}
	e.each(listing, at, func(_ int, it *item) { e.list(it) }, func(it *item) { e.tally(it).listedForDelete++ })
	e.each(comparing, at, func(_ int, it *item) { e.compare(c, it, at) }, func(it *item) {
		if it.drop {
			e.tally(it).toDelete++
		}
	})
	if e.phase >= transferring {
		e.each(copying, at, func(i int, it *item) { e.transfer(c, it, e.moment(copying, i)) }, nil)
		e.each(checking, at, func(i int, it *item) { e.verify(c, it, e.moment(checking, i)) }, nil)
	}
}

// each applies a work to the items that are due by a moment: found to those of the source, extra to candidates for deletion at the
// destination.
func (e *execution) each(w work, at time.Time, found func(int, *item), extra func(*item)) {
	done := &e.done[w]
	for n := e.reach(w, len(e.found), at); done.found < n; done.found++ {
		found(done.found, e.found[done.found])
	}
	if extra == nil {
		return
	}
	for n := e.reach(w, len(e.extra), at); done.extra < n; done.extra++ {
		extra(e.extra[done.extra])
	}
}

// prepared reports whether all items were listed and compared.
func (e *execution) prepared() bool {
	done := e.done[comparing]
	return e.phase > preparing && done.found == len(e.found) && done.extra == len(e.extra)
}
