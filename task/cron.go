package task

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The fields of a cron expression. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
// (that DataSync takes the special letters too is assumed: its own pages show numbers, *, ? and #).

// lastOrNearest finds L and W among the days of the month, and L behind or in place of a weekday.
var lastOrNearest = regexp.MustCompile(`^cron\(\s*\S+\s+\S+\s+(\S*[LW]\S*\s|\S+\s+\S+\s+(|[1-7]|[A-Za-z]{3})L\s)`)

var (
	monthNames   = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"", "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// cronField is the numbers that a field stands for, ascending: lists of numbers, names, ranges, and steps.
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

// digits is a number of one to four digits, and nothing else.
func digits(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil && len(text) <= 4
}

// dayOfMonth judges a date: by numbers, L for the last day, or 15W for the weekday nearest to the fifteenth.
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

// nearestWeekday is the weekday of t's month nearest to its n-th day; 0 if the month has no such day.
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

// dayOfWeek judges a weekday, of which 1 is Sunday: by numbers or names, 6L for the last Friday, or 4#1 for the first Wednesday of the month.
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
