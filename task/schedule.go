package task

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
)

// Schedule says when DataSync starts the task by itself. Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
type Schedule struct {
	// Expression is "cron(minute hour day-of-month month day-of-week year)" in UTC, with "?" for exactly one of the two days, or "rate(n hours)" or
	// "rate(n days)". It must not start the task more than once an hour. Required.
	Expression string

	// Status is ENABLED or DISABLED. "" creates an enabled schedule and leaves the status of an existing one alone. A schedule that DataSync has
	// disabled by itself is never changed: see [ScheduleState.Held].
	Status dstypes.ScheduleStatus `json:",omitempty"`
}

// ScheduleState is the observed schedule of a task.
type ScheduleState struct {
	Schedule
	DisabledBy     dstypes.ScheduleDisabledBy // USER, or SERVICE if DataSync gave up after repeated errors; "" if it is enabled
	DisabledReason string                     // DataSync's reason; "" if it is enabled
	StatusChanged  time.Time                  // zero if DataSync does not say
}

// Held reports whether DataSync has disabled the schedule by itself. Such a schedule is not changed until a person has repaired the cause and enabled or
// removed the schedule by hand. A nil ScheduleState is "no schedule", which is not held.
func (s *ScheduleState) Held() bool {
	return s != nil && s.DisabledBy == dstypes.ScheduleDisabledByService
}

const schedulePage = "https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html"

var (
	ruleScheduleForm = problem.Rule{
		ID: "schedule-form", Text: "must be cron(…) with six fields, or rate(1 hour), rate(n hours), rate(1 day) or rate(n days)",
		Remedy: "write cron(0 2 * * ? *) for every night at two, UTC; a schedule has no seconds, and no single moment", Source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
	}
	ruleScheduleField = problem.Rule{
		ID: "schedule-field", Text: "must have minutes 0-59, hours 0-23, days 1-31, months 1-12 or JAN-DEC, weekdays 1-7 or SUN-SAT, and years 1970-2199",
		Remedy: "correct the field", Source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html",
	}
	ruleScheduleDay = problem.Rule{
		ID: "schedule-day", Text: "must have exactly one ?, as day of month or as day of week",
		Remedy: "put the ? into the field of the day that you do not choose by", Source: schedulePage,
	}
	ruleScheduleHourly = problem.Rule{
		ID: "schedule-hourly", Text: "must not run more often than once an hour",
		Remedy: "give one minute, such as cron(0 * * * ? *), or rate(1 hour)", Source: schedulePage,
	}
	ruleScheduleLength = problem.Rule{
		ID: "schedule-length", Text: "must be at most 256 characters",
		Remedy: "shorten the lists of the cron fields", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TaskSchedule.html",
	}
	ruleScheduleStatus = problem.Rule{
		ID: "schedule-status", Text: "must be ENABLED or DISABLED",
		Remedy: "choose one, or none for ENABLED", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TaskSchedule.html",
	}
)

var scheduleRules = []problem.Rule{ruleScheduleForm, ruleScheduleField, ruleScheduleDay, ruleScheduleHourly, ruleScheduleLength, ruleScheduleStatus}

var (
	rateShape = regexp.MustCompile(`^rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]{1,5}) (minute|hour|day)s)\)$`)
	cronShape = regexp.MustCompile(`^cron\(([a-zA-Z0-9*?,/#\s-]*)\)$`) // \s matches ASCII white space only
)

// Validate reports all problems of the schedule: the error joins one *Problem for each. It is nil if there is none.
func (s Schedule) Validate() error {
	var l problem.List
	_, broken := parseSchedule(s.Expression)
	for _, r := range broken {
		l.Add(r, "Expression", s.Expression)
	}
	value, bad := unknown(s.Status)
	l.Check(!bad, ruleScheduleStatus, "Status", value)
	l.Check(len(s.Expression) <= 256, ruleScheduleLength, "Expression", s.Expression)
	return l.Err()
}

// Next returns the first moment after t at which the schedule starts the task, in UTC. It returns false if there is none within ten years, or if the
// expression is not valid. A rate is assumed to count from t.
func (s Schedule) Next(t time.Time) (time.Time, bool) {
	timetable, broken := parseSchedule(s.Expression)
	if len(broken) > 0 {
		return time.Time{}, false
	}
	return timetable.next(t.UTC())
}

// timetable is a parsed schedule: a rate, or the fields of a cron expression.
type timetable struct {
	every  time.Duration // interval of a rate in minutes or hours
	days   int           // interval of a rate in days
	minute int
	hours  []int
	months []int
	years  []int
	day    func(time.Time) bool
}

func (tt timetable) next(t time.Time) (time.Time, bool) {
	end := t.AddDate(10, 0, 0)
	if tt.every > 0 || tt.days > 0 {
		at := t.Add(tt.every).AddDate(0, 0, tt.days)
		return at, at.Before(end)
	}
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	for ; day.Before(end); day = day.AddDate(0, 0, 1) {
		if !slices.Contains(tt.years, day.Year()) || !slices.Contains(tt.months, int(day.Month())) || !tt.day(day) {
			continue
		}
		for _, h := range tt.hours {
			if at := day.Add(time.Duration(h)*time.Hour + time.Duration(tt.minute)*time.Minute); at.After(t) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// parseSchedule parses an expression, or returns the rules that it breaks.
func parseSchedule(expression string) (timetable, []problem.Rule) {
	if m := rateShape.FindStringSubmatch(expression); m != nil {
		n, _ := strconv.Atoi(cmp.Or(m[3], "1"))
		tt := timetable{}
		switch cmp.Or(m[2], m[4]) {
		case "minute":
			tt.every = time.Duration(n) * time.Minute
		case "hour":
			tt.every = time.Duration(n) * time.Hour
		default:
			tt.days = n
		}
		if tt.days == 0 && tt.every < time.Hour {
			return timetable{}, []problem.Rule{ruleScheduleHourly}
		}
		return tt, nil
	}
	m := cronShape.FindStringSubmatch(expression)
	if m == nil {
		return timetable{}, []problem.Rule{ruleScheduleForm}
	}
	fields := strings.Fields(m[1])
	if len(fields) != 6 {
		return timetable{}, []problem.Rule{ruleScheduleForm}
	}
	return parseCron(fields)
}

func parseCron(fields []string) (timetable, []problem.Rule) {
	var broken []problem.Rule
	tt := timetable{}
	minutes, ok := cronField(fields[0], 0, 59, nil)
	hours, hoursOK := cronField(fields[1], 0, 23, nil)
	months, monthsOK := cronField(fields[3], 1, 12, monthNames)
	years, yearsOK := cronField(fields[5], 1970, 2199, nil)
	onDate, dateOK := dayOfMonth(fields[2])
	onWeekday, weekdayOK := dayOfWeek(fields[4])
	if !ok || !hoursOK || !monthsOK || !yearsOK || !dateOK || !weekdayOK {
		broken = append(broken, ruleScheduleField)
	}
	if (fields[2] == "?") == (fields[4] == "?") || strings.Count(strings.Join(fields, " "), "?") != 1 {
		broken = append(broken, ruleScheduleDay)
	}
	if ok && len(minutes) != 1 {
		broken = append(broken, ruleScheduleHourly)
	}
	if len(broken) > 0 {
		return tt, broken
	}
	tt.minute, tt.hours, tt.months, tt.years, tt.day = minutes[0], hours, months, years, onDate
	if fields[2] == "?" {
		tt.day = onWeekday
	}
	return tt, nil
}

// sdk returns the schedule as DataSync accepts it; nil for nil.
func (s *Schedule) sdk() *dstypes.TaskSchedule {
	if s == nil {
		return nil
	}
	return &dstypes.TaskSchedule{ScheduleExpression: &s.Expression, Status: s.Status}
}

// noSchedule returns the input that removes a task's schedule. The guide does not say how.
// Source: https://github.com/hashicorp/terraform-provider-aws/pull/35282
func noSchedule() *dstypes.TaskSchedule { return &dstypes.TaskSchedule{ScheduleExpression: new("")} }

// scheduleState returns the schedule of a task; nil if it has none.
func scheduleState(out *datasync.DescribeTaskOutput) *ScheduleState {
	if out.Schedule == nil || aws.ToString(out.Schedule.ScheduleExpression) == "" {
		return nil
	}
	s := &ScheduleState{Schedule: Schedule{Expression: *out.Schedule.ScheduleExpression, Status: out.Schedule.Status}}
	over(&s.Status, dstypes.ScheduleStatusEnabled)
	if d := out.ScheduleDetails; d != nil {
		s.DisabledBy, s.DisabledReason, s.StatusChanged = d.DisabledBy, aws.ToString(d.DisabledReason), aws.ToTime(d.StatusUpdateTime)
	}
	return s
}
