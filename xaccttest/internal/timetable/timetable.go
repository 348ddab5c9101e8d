// Package timetable reads the schedule expressions of DataSync and says when they are due.
package timetable

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Timetable is a parsed schedule expression. It does not use the parser of package task, so that tests find mistakes in either of them.
// Cron fields are those of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html.
type Timetable struct {
	every                 time.Duration // interval of a rate; 0 for cron
	minutes, hours        []bool
	months, years         []bool
	monthDay, weekDay     string // the fields of the day, one of which is "?"
	monthDays, weekDays   []bool // nil if the field is ? or has the letter L or W, or the sign #
	weekDayOf, weekOfDate int    // for 4#1 and 6L: the weekday, and its number in the month; -1 is the last
}

// badSchedule is the error for an expression that DataSync refuses.
type badSchedule string

func (b badSchedule) Error() string { return string(b) }

// What is wrong with a refused expression. The texts are assumed.
const (
	notSchedule  badSchedule = "it is neither cron nor rate."
	notSixFields badSchedule = "a cron expression has six fields."
	notOneDay    badSchedule = "one of day of month and day of week has to be ?."
	tooOften     badSchedule = "the schedule runs more than once an hour."
	badField     badSchedule = "a field of the cron expression is out of range."
)

var rateText = regexp.MustCompile(`^rate\(([1-9][0-9]{0,8}) (?:(minute|hour|day)s?)\)$`)

// Parse parses an expression.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
func Parse(text string) (*Timetable, error) {
	if m := rateText.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
		if err != nil || n > int(200*365*24*time.Hour/unit) {
			return nil, notSchedule
		}
		if time.Duration(n)*unit < time.Hour {
			return nil, tooOften
		}
		return &Timetable{every: time.Duration(n) * unit}, nil
	}
	inside, ok := strings.CutPrefix(text, "cron(")
	inside, closed := strings.CutSuffix(inside, ")")
	fields := strings.Fields(inside)
	switch {
	case !ok:
		return nil, notSchedule
	case !closed || len(fields) != 6:
		return nil, notSixFields
	case (fields[2] == "?") == (fields[4] == "?"):
		return nil, notOneDay
	}
	t := &Timetable{monthDay: fields[2], weekDay: fields[4]}
	good := true
	set := func(field string, low, high int, names string) []bool {
		s, ok := cronSet(field, low, high, names)
		good = good && ok
		return s
	}
	t.minutes, t.hours = set(fields[0], 0, 59, ""), set(fields[1], 0, 23, "")
	t.months, t.years = set(fields[3], 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"), set(fields[5], 1970, 2199, "")
	if !good || !t.readDays() {
		return nil, badField
	}
	if n := len(slices.DeleteFunc(slices.Clone(t.minutes), func(on bool) bool { return !on })); n > 1 {
		return nil, tooOften
	}
	return t, nil
}

const weekDayNames = "SUNMONTUEWEDTHUFRISAT"

var (
	nearestText = regexp.MustCompile(`^(0?[1-9]|[12][0-9]|3[01])W$`)
	nthText     = regexp.MustCompile(`^([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:#([1-5])|(L))$`)
)

// readDays parses the two fields of the day. It reports whether they are valid.
func (t *Timetable) readDays() (ok bool) {
	if t.weekDay == "?" {
		if t.monthDay == "L" || nearestText.MatchString(t.monthDay) {
			return true
		}
		t.monthDays, ok = cronSet(t.monthDay, 1, 31, "")
		return ok
	}
	t.weekDay = strings.ToUpper(t.weekDay)
	if t.weekDay == "L" {
		t.weekDay = "7"
	}
	if m := nthText.FindStringSubmatch(t.weekDay); m != nil {
		t.weekDayOf, t.weekOfDate = cronValue(m[1], weekDayNames), -1
		if m[2] != "" {
			t.weekOfDate = int(m[2][0] - '0')
		}
		return true
	}
	t.weekDays, ok = cronSet(t.weekDay, 1, 7, weekDayNames)
	return ok
}

var cronPart = regexp.MustCompile(`^(?:(\*)|([0-9]{1,4}|[A-Za-z]{3})(?:-([0-9]{1,4}|[A-Za-z]{3}))?)(?:/([0-9]{1,4}))?$`)

// cronSet is the set of numbers that a field names, by index; false if the field is invalid. names holds names of three letters each, the
// first of which stands for low.
func cronSet(field string, low, high int, names string) ([]bool, bool) {
	set := make([]bool, high+1)
	for _, part := range strings.Split(field, ",") {
		m := cronPart.FindStringSubmatch(part)
		if m == nil {
			return nil, false
		}
		from, to, step := low, high, 1
		if m[1] == "" {
			from, to = cronValue(m[2], names), cronValue(m[2], names)
			switch {
			case m[3] != "":
				to = cronValue(m[3], names)
			case m[4] != "":
				to = high
			}
		}
		if m[4] != "" {
			step, _ = strconv.Atoi(m[4])
		}
		if from < low || to > high || from > to || step == 0 {
			return nil, false
		}
		for n := range set {
			set[n] = set[n] || n >= from && n <= to && (n-from)%step == 0
		}
	}
	return set, true
}

// cronValue is the number that a text of a field stands for; -1 is none.
func cronValue(text, names string) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	if i := strings.Index(names, strings.ToUpper(text)); i >= 0 && i%3 == 0 {
		return i/3 + 1
	}
	return -1
}

// Next is the first time after a moment at which the schedule starts the task; false if there is none.
func (t *Timetable) Next(after time.Time) (time.Time, bool) {
	if t.every > 0 {
		return after.Add(t.every), true
	}
	after = after.UTC()
	for year := after.Year(); year < len(t.years); year++ {
		for month := time.January; month <= time.December; month++ {
			if !t.years[year] || !t.months[month] || year == after.Year() && month < after.Month() {
				continue
			}
			for _, day := range t.daysOf(year, month) {
				for hour, on := range t.hours {
					at := time.Date(year, month, day, hour, slices.Index(t.minutes, true), 0, 0, time.UTC)
					if on && at.After(after) {
						return at, true
					}
				}
			}
		}
	}
	return time.Time{}, false
}

// daysOf are the days of a month on which the schedule starts the task, ascending.
func (t *Timetable) daysOf(year int, month time.Month) []int {
	var all, working, named, chosen []int
	for d := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC); d.Month() == month; d = d.AddDate(0, 0, 1) {
		all = append(all, d.Day())
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			working = append(working, d.Day())
		}
		if int(d.Weekday())+1 == t.weekDayOf {
			named = append(named, d.Day())
		}
		if t.monthDays != nil && t.monthDays[d.Day()] || t.weekDays != nil && t.weekDays[d.Weekday()+1] {
			chosen = append(chosen, d.Day())
		}
	}
	switch n := t.weekOfDate; {
	case t.monthDay == "L":
		return all[len(all)-1:]
	case strings.HasSuffix(t.monthDay, "W"):
		n, _ := strconv.Atoi(strings.TrimSuffix(t.monthDay, "W"))
		if n > len(all) {
			return nil
		}
		distance := func(day int) int { return max(day-n, n-day) }
		return []int{slices.MinFunc(working, func(a, b int) int { return cmp.Compare(distance(a), distance(b)) })}
	case n == -1:
		return named[len(named)-1:]
	case n > 0 && n <= len(named):
		return named[n-1 : n]
	case n > 0:
		return nil
	}
	return chosen
}
