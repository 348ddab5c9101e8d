package xaccttest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/ids"
	"github.com/xacct/xacct/xaccttest/internal/timetable"
)

// scheduleState is the schedule of a task.
type scheduleState struct {
	expression string // "" is no schedule
	status     dstypes.ScheduleStatus
	by         dstypes.ScheduleDisabledBy
	reason     string
	changed    time.Time // time of the last change of the status
	timetable  *timetable.Timetable
	next       time.Time // next start of the task, if more is true
	more       bool
	failures   int // number of failures in a row with the same code
	code       string
}

// giveUpAfter is the number of scheduled runs in a row with the same error after which the service disables the schedule. That it does so is
// documented, the number is assumed. Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
const giveUpAfter = 3

// scheduleText is the form of a schedule expression.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_TaskSchedule.html
var scheduleText = regexp.MustCompile(`^[a-zA-Z0-9\ \_\*\?\,\|\^\-\/\#\s\(\)\+]*$`)

// over is s with the schedule of a request in its place: nil keeps the schedule, an empty expression removes it.
func (s scheduleState) over(in *dstypes.TaskSchedule, now time.Time) (scheduleState, error) {
	if in == nil {
		return s, nil
	}
	text := aws.ToString(in.ScheduleExpression)
	if text == "" {
		return scheduleState{}, nil
	}
	if len(text) > 256 || !scheduleText.MatchString(text) {
		return s, violation("schedule.scheduleExpression", text, "regular expression pattern: "+scheduleText.String())
	}
	if in.Status != "" && !known(in.Status) {
		return s, violation("schedule.status", string(in.Status), "enum value set: [ENABLED, DISABLED]")
	}
	times, err := timetable.Parse(text)
	if err != nil {
		return s, invalidRequest("Invalid schedule expression: %s", err)
	}
	next := scheduleState{expression: text, timetable: times, status: in.Status, changed: now}
	next.count(now)
	if next.status == "" {
		next.status = dstypes.ScheduleStatusEnabled
	}
	if next.status == dstypes.ScheduleStatusDisabled {
		next.by, next.reason = dstypes.ScheduleDisabledByUser, "Manually disabled by user."
		if s.by == dstypes.ScheduleDisabledByService && s.expression == text {
			next = s // the schedule is disabled already
		}
	}
	return next, nil
}

// count sets the next start, counted from a moment.
func (s *scheduleState) count(from time.Time) { s.next, s.more = s.timetable.Next(from) }

func (s scheduleState) sdk() (*dstypes.TaskSchedule, *dstypes.TaskScheduleDetails) {
	if s.expression == "" {
		return nil, nil
	}
	details := &dstypes.TaskScheduleDetails{StatusUpdateTime: aws.Time(s.changed.UTC())}
	if s.status == dstypes.ScheduleStatusDisabled {
		details.DisabledBy, details.DisabledReason = s.by, aws.String(s.reason)
	}
	return &dstypes.TaskSchedule{ScheduleExpression: aws.String(s.expression), Status: s.status}, details
}

// due is the time at which the schedule starts the task next; false if it never does.
func (t *taskState) due() (time.Time, bool) {
	if t.schedule.expression == "" || t.schedule.status != dstypes.ScheduleStatusEnabled {
		return time.Time{}, false
	}
	return t.schedule.next, t.schedule.more
}

// fire starts all tasks that are due, in the order of their times. Before each start it lets earlier runs catch up.
func (c *Cloud) fire(now time.Time) {
	for {
		var first *taskState
		var at time.Time
		for _, t := range c.scheduled() {
			if due, ok := t.due(); ok && !due.After(now) && (first == nil || due.Before(at)) {
				first, at = t, due
			}
		}
		if first == nil {
			return
		}
		c.catchUp(at)
		if due, ok := first.due(); !ok || !due.Equal(at) {
			continue // a run that ended in between has disabled the schedule
		}
		first.schedule.count(at)
		c.startScheduled(first, at)
	}
}

// scheduled are the tasks that have a schedule, in a fixed order.
func (c *Cloud) scheduled() []*taskState {
	return slices.SortedFunc(maps.Keys(c.timed), func(a, b *taskState) int { return strings.Compare(a.arn, b.arn) })
}

// keepTime notes whether the task has a schedule.
func (c *Cloud) keepTime(t *taskState) {
	delete(c.timed, t)
	if t.schedule.expression != "" {
		c.timed[t] = true
	}
}

// startScheduled starts a run without overrides. A run that may neither start nor wait in the queue is lost (assumed).
func (c *Cloud) startScheduled(t *taskState, at time.Time) {
	if t.status(c, at) == dstypes.TaskStatusCreating || len(t.queue) > 0 && t.options.TaskQueueing == dstypes.TaskQueueingDisabled || len(t.queue) > queueQuota || c.enhancedFull(t) {
		return
	}
	e := &execution{task: t, mode: t.mode, options: t.options, includes: t.includes, excludes: t.excludes, extras: t.extras,
		source: *t.source, destination: *t.destination, tags: map[string]string{}, phases: c.opts.Phases, requested: at, scheduled: true}
	e.arn = t.arn + "/execution/exec-" + ids.Digest(17, "execution", t.arn, c.serial.Next("execution", t.arn))
	c.enqueue(e, at)
}

// enqueue puts a run at the end of its task's queue. The first run in the queue is launched.
func (c *Cloud) enqueue(e *execution, at time.Time) {
	t := e.task
	if len(t.queue) == 0 {
		e.launched = at
	}
	t.queue = append(t.queue, e)
	t.latest = e
	c.running = append(c.running, e)
	here := c.accounts[t.account].at(t.region)
	here.executions[e.arn] = e
	here.executionList.add(e, c.opts.Propagation)
}

// countFailures counts the failures in a row of a task's scheduled runs, and disables the schedule after too many.
func (e *execution) countFailures(at time.Time) {
	s := &e.task.schedule
	if !e.scheduled || s.expression == "" {
		return
	}
	switch {
	case !e.failed:
		s.failures = 0
	case e.errorCode == s.code:
		s.failures++
	default:
		s.failures, s.code = 1, e.errorCode
	}
	if s.failures >= giveUpAfter && s.status == dstypes.ScheduleStatusEnabled {
		s.status, s.by, s.reason, s.changed = dstypes.ScheduleStatusDisabled, dstypes.ScheduleDisabledByService, e.errorDetail, at
	}
}
