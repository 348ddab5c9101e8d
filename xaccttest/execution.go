package xaccttest

import (
	"errors"
	"slices"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// execution is one run of a task. It makes progress only when it is looked at: every call, and every method that shows objects, first lets all
// executions catch up with the clock.
type execution struct {
	arn                 string
	task                *taskState
	mode                dstypes.TaskMode
	options             dstypes.Options
	includes, excludes  []dstypes.FilterRule
	source, destination locationState // copies from the start of the run
	extras
	tags         map[string]string
	phases       Phases
	scheduled    bool // the task's schedule started it
	entries      []entry
	reportResult *dstypes.ReportResult

	requested, launched, cancelled, ended time.Time

	phase   int // index into runPhases
	entered bool

	found   []*item         // found at the source, in the order of their paths
	extra   []*item         // found at the destination, candidates for deletion
	folders map[string]bool // folders that exist at the destination
	done    [checking + 1]struct{ found, extra int }

	objects, prefixes     tally
	bytes, estimatedBytes int64

	failed                 bool
	errorCode, errorDetail string
}

// runPhases are the phases of a run, in order.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/understand-task-statuses.html
var runPhases = []dstypes.TaskExecutionStatus{
	dstypes.TaskExecutionStatusLaunching,
	dstypes.TaskExecutionStatusPreparing,
	dstypes.TaskExecutionStatusTransferring,
	dstypes.TaskExecutionStatusVerifying,
}

const (
	launching = iota
	preparing
	transferring
	verifying
)

// takes is the duration of a phase; 0 for a phase that the options leave out.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_Options.html
func (e *execution) takes(phase int) time.Duration {
	switch {
	case phase == launching:
		return e.phases.Launching
	case phase == preparing && e.options.TransferMode != dstypes.TransferModeAll:
		return e.phases.Preparing
	case phase == transferring:
		return e.phases.Transferring
	case phase == verifying && e.options.VerifyMode != dstypes.VerifyModeNone:
		return e.phases.Verifying
	}
	return 0
}

// begins is the time at which a phase begins.
func (e *execution) begins(phase int) time.Time {
	t := e.launched
	for p := range phase {
		t = t.Add(e.takes(p))
	}
	return t
}

func (e *execution) status() dstypes.TaskExecutionStatus {
	switch {
	case !e.ended.IsZero() && e.failed:
		return dstypes.TaskExecutionStatusError
	case !e.ended.IsZero():
		return dstypes.TaskExecutionStatusSuccess
	case !e.cancelled.IsZero():
		return dstypes.TaskExecutionStatusCancelling
	case e.launched.IsZero():
		return dstypes.TaskExecutionStatusQueued
	}
	return runPhases[e.phase]
}

// Step is a point in an execution at which a function given to [Cloud.OnStep] may make it fail.
type Step struct {
	Execution string                      // ARN
	Phase     dstypes.TaskExecutionStatus // LAUNCHING, PREPARING, TRANSFERRING or VERIFYING
	Key       string                      // key of the object, relative to the location; "" is the run as a whole, which enters the phase

	// An ENHANCED run verifies objects already while its status is TRANSFERRING.
}

// OnStep calls fn at each step of each execution; a nil fn removes it. An error makes the step fail. Without a key, the execution ends as
// ERROR with the error's code and message (see [Fault]). With a key, this object is not transferred, or in VERIFYING is found to differ.
// fn must not call the cloud.
func (c *Cloud) OnStep(fn func(Step) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.step = fn
}

func (c *Cloud) stepped(e *execution, phase int, key string) error {
	if c.step == nil {
		return nil
	}
	return c.step(Step{Execution: e.arn, Phase: runPhases[phase], Key: key})
}

// advance starts the tasks whose schedules are due and lets every execution catch up with now.
func (c *Cloud) advance(now time.Time) {
	c.fire(now)
	c.catchUp(now)
}

// catchUp lets every execution catch up with now.
func (c *Cloud) catchUp(now time.Time) {
	for progress := true; progress; {
		progress = false
		c.catching = append(c.catching[:0], c.running...)
		for _, e := range c.catching {
			e.advance(c, now)
			progress = progress || !e.ended.IsZero()
		}
	}
}

func (e *execution) advance(c *Cloud, now time.Time) {
	if e.launched.IsZero() || !e.ended.IsZero() {
		return
	}
	if !e.cancelled.IsZero() {
		if at := e.cancelled.Add(e.phases.Cancelling); !now.Before(at) {
			// A cancelled run has been seen to end as ERROR; code and text are assumed.
			e.fail(c, at, "Cancelled", "The task execution was cancelled.")
		}
		return
	}
	for e.phase < len(runPhases) {
		begin, takes := e.begins(e.phase), e.takes(e.phase)
		if !e.entered {
			e.entered = true
			if err := e.enter(c, begin); err != nil {
				e.failWith(c, begin, err)
				return
			}
		}
		end := begin.Add(takes)
		if now.Before(end) {
			e.work(c, now)
			return
		}
		e.work(c, end)
		if e.phase++; e.phase == len(runPhases) {
			e.end(c, end)
			return
		}
		e.entered = false
	}
}

// enter does what happens when the current phase begins.
func (e *execution) enter(c *Cloud, at time.Time) error {
	if err := c.stepped(e, e.phase, ""); err != nil {
		return err
	}
	switch e.phase {
	case launching:
		return e.launchable(c)
	case preparing:
		return e.prepare(c, at)
	case transferring:
		e.keepOwn(c, at)
	case verifying:
		e.drop(c, at)
		e.dropOwn(c, at)
	}
	return nil
}

func (e *execution) failWith(c *Cloud, at time.Time, err error) {
	code, text := "InternalError", err.Error()
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		code, text = f.Code, f.Message
	} else if api := smithy.APIError(nil); errors.As(err, &api) {
		code, text = api.ErrorCode(), api.ErrorMessage()
	}
	e.fail(c, at, code, text)
}

func (e *execution) fail(c *Cloud, at time.Time, code, text string) {
	e.failed, e.errorCode, e.errorDetail = true, code, text
	e.end(c, at)
}

// end ends the run and launches the next one in the task's queue.
func (e *execution) end(c *Cloud, at time.Time) {
	e.ended = at
	e.writeReport(c, at)
	e.log(c, at)
	e.countFailures(at)
	is := func(x *execution) bool { return x == e }
	c.running = slices.DeleteFunc(c.running, is)
	first := len(e.task.queue) > 0 && e.task.queue[0] == e
	e.task.queue = slices.DeleteFunc(e.task.queue, is)
	if first && len(e.task.queue) > 0 {
		e.task.queue[0].launched = at
	}
}
