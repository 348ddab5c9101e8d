package task

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file reads the fields of a cron expression. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
// DataSync's own pages show numbers, *, ? and #. That it accepts the special letters of EventBridge too is assumed.

// lastOrNearest matches an expression with L or W in the day of the month, or with L after or instead of a day of the week.
var lastOrNearest = regexp.MustCompile(`^cron\(\s*\S+\s+\S+\s+(\S*[LW]\S*\s|\S+\s+\S+\s+(|[1-7]|[A-Za-z]{3})L\s)`)

var (
	monthNames   = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// cronField returns the numbers that a field stands for, in ascending order. A field is a list of numbers, names, ranges and steps.
func cronField(field string, low, high int, names []string) ([]int, bool) {
	var out []int
	for part := range strings.SplitSeq(field, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			n, ok := digits(stepText)
			if !ok || n < 1 {
				return nil, false
			}
			step = n
		}
		from, to := low, high
		if span != "*" {
			first, last, isRange := strings.Cut(span, "-")
			var ok bool
			if from, ok = cronNumber(first, low, high, names); !ok {
				return nil, false
			}
			if isRange {
				if to, ok = cronNumber(last, low, high, names); !ok || to < from {
					return nil, false
				}
			} else if !stepped {
				to = from
			}
		}
		for n := from; n <= to; n += step {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

func cronNumber(text string, low, high int, names []string) (int, bool) {
	if i := slices.Index(names, strings.ToUpper(text)); i > 0 {
		return i, true
	}
	n, ok := digits(text)
	return n, ok && n >= low && n <= high
}

// digits reads a number of one to four digits.
func digits(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil && len(text) <= 4
}

// dayOfMonth returns a function that reports whether a date fits the field: numbers, L for the last day of the month, or 15W for the weekday
// nearest to the fifteenth.
func dayOfMonth(field string) (func(time.Time) bool, bool) {
	switch {
	case field == "?":
		return nil, true
	case field == "L":
		return func(t time.Time) bool { return t.AddDate(0, 0, 1).Day() == 1 }, true
	case strings.HasSuffix(field, "W"):
		n, ok := cronNumber(strings.TrimSuffix(field, "W"), 1, 31, nil)
		return func(t time.Time) bool { return nearestWeekday(t, n) == t.Day() }, ok
	}
	days, ok := cronField(field, 1, 31, nil)
	return func(t time.Time) bool { return slices.Contains(days, t.Day()) }, ok
}

// nearestWeekday returns the day of t's month that is the weekday nearest to its n-th day; 0 if the month has no n-th day.
func nearestWeekday(t time.Time, n int) int {
	d := time.Date(t.Year(), t.Month(), n, 0, 0, 0, 0, time.UTC)
	switch {
	case d.Month() != t.Month():
		return 0
	case d.Weekday() == time.Saturday && n == 1:
		return 3
	case d.Weekday() == time.Saturday:
		return n - 1
	case d.Weekday() == time.Sunday && d.AddDate(0, 0, 1).Month() != t.Month():
		return n - 2
	case d.Weekday() == time.Sunday:
		return n + 1
	}
	return n
}

// dayOfWeek returns a function that reports whether a date fits the field: numbers (1 is Sunday) or names, 6L for the last Friday of the month,
// or 4#1 for its first Wednesday.
func dayOfWeek(field string) (func(time.Time) bool, bool) {
	if field == "?" {
		return nil, true
	}
	if day, nth, ok := strings.Cut(field, "#"); ok {
		d, dayOK := cronNumber(day, 1, 7, weekdayNames)
		n, nthOK := cronNumber(nth, 1, 5, nil)
		return func(t time.Time) bool { return int(t.Weekday())+1 == d && (t.Day()-1)/7+1 == n }, dayOK && nthOK
	}
	if day, ok := strings.CutSuffix(field, "L"); ok {
		d := 7
		if day != "" {
			if d, ok = cronNumber(day, 1, 7, weekdayNames); !ok {
				return nil, false
			}
			return func(t time.Time) bool { return int(t.Weekday())+1 == d && t.AddDate(0, 0, 7).Month() != t.Month() }, true
		}
		return func(t time.Time) bool { return int(t.Weekday())+1 == d }, true
	}
	days, ok := cronField(field, 1, 7, weekdayNames)
	return func(t time.Time) bool { return slices.Contains(days, int(t.Weekday())+1) }, ok
}
