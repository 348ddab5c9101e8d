package xaccttest

import (
	"errors"
	"slices"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
)

// execution is one run of a task. Nothing happens by itself: every call, and every look at the cloud's objects, first lets the executions
// catch up with the time.
type execution struct {
	arn                 string
	task                *taskState
	mode                dstypes.TaskMode
	options             dstypes.Options
	includes, excludes  []dstypes.FilterRule
	source, destination locationState // as they were at the start
	extras
	tags         map[string]string
	phases       Phases
	scheduled    bool // it was started by the task's schedule
	entries      []entry
	reportResult *dstypes.ReportResult

	requested, launched, cancelled, ended time.Time

	phase   int // index of steps
	entered bool

	found   []*item         // at the source, in the order of their paths
	extra   []*item         // at the destination, looked at to be deleted
	folders map[string]bool // that are at the destination
	done    [checking + 1]struct{ found, extra int }

	objects, prefixes     tally
	bytes, estimatedBytes int64

	failed                 bool
	errorCode, errorDetail string
}

// steps are the phases that a run goes through.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/understand-task-statuses.html
var steps = []dstypes.TaskExecutionStatus{
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

// takes is how long a phase takes. Some are left out.
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

// begins is when a phase begins.
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
	return steps[e.phase]
}

// Step is a point in an execution at which a function given to [Cloud.OnStep] may make it fail.
type Step struct {
	Execution string                      // ARN
	Phase     dstypes.TaskExecutionStatus // LAUNCHING, PREPARING, TRANSFERRING or VERIFYING
	Key       string                      // of the object, relative to the location; "": the run gets this status

	// An ENHANCED run verifies objects already while its status is TRANSFERRING.
}

// OnStep calls fn at each step of each execution; nil takes it away. An error makes the step fail: without a key, the execution ends as
// ERROR with the error's code and message (see [Fault]); with a key, this object is not transferred, or in VERIFYING found to differ.
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
	return c.step(Step{Execution: e.arn, Phase: steps[phase], Key: key})
}

// advance lets schedules start what is due, and every execution catch up with now.
func (c *Cloud) advance(now time.Time) {
	c.fire(now)
	c.catchUp(now)
}

// catchUp lets every execution catch up with now.
func (c *Cloud) catchUp(now time.Time) {
	for progress := true; progress; {
		progress = false
		for _, e := range slices.Clone(c.running) {
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
			// That a cancelled run ends as ERROR is documented; code and text are assumed.
			e.fail(c, at, "Cancelled", "The task execution was cancelled.")
		}
		return
	}
	for e.phase < len(steps) {
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
		if e.phase++; e.phase == len(steps) {
			e.end(c, end)
			return
		}
		e.entered = false
	}
}

// enter begins the current phase.
func (e *execution) enter(c *Cloud, at time.Time) error {
	if err := c.stepped(e, e.phase, ""); err != nil {
		return err
	}
	switch e.phase {
	case preparing:
		return e.prepare(c, at)
	case verifying:
		e.drop(c, at)
	}
	return nil
}

func (e *execution) failWith(c *Cloud, at time.Time, err error) {
	code, text := "InternalError", err.Error()
	if f := (*fault)(nil); errors.As(err, &f) {
		code, text = f.code, f.message
	} else if api := smithy.APIError(nil); errors.As(err, &api) {
		code, text = api.ErrorCode(), api.ErrorMessage()
	}
	e.fail(c, at, code, text)
}

func (e *execution) fail(c *Cloud, at time.Time, code, text string) {
	e.failed, e.errorCode, e.errorDetail = true, code, text
	e.end(c, at)
}

// end ends the run and lets the next one of the task begin.
func (e *execution) end(c *Cloud, at time.Time) {
	e.ended = at
	e.writeReport(c, at)
	e.log(c, at)
	e.judgeSchedule(at)
	is := func(x *execution) bool { return x == e }
	c.running = slices.DeleteFunc(c.running, is)
	first := len(e.task.queue) > 0 && e.task.queue[0] == e
	e.task.queue = slices.DeleteFunc(e.task.queue, is)
	if first && len(e.task.queue) > 0 {
		e.task.queue[0].launched = at
	}
}
