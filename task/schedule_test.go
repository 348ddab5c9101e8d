package task

import (
	"testing"
	"time"
)

func TestScheduleNext(t *testing.T) {
	for _, tt := range []struct{ name, expression, after, want string }{
		{"tonight", "cron(0 2 * * ? *)", "2026-03-01T01:59:59Z", "2026-03-01T02:00:00Z"},
		{"not the same moment again", "cron(0 2 * * ? *)", "2026-03-01T02:00:00Z", "2026-03-02T02:00:00Z"},
		{"across a year", "cron(30 23 1 1 ? *)", "2026-01-01T23:30:00Z", "2027-01-01T23:30:00Z"},
		{"weekdays", "cron(0 8 ? * MON-FRI *)", "2026-03-06T08:00:00Z", "2026-03-09T08:00:00Z"},
		{"first Wednesday", "cron(0 8 ? * 4#1 *)", "2026-03-04T08:00:00Z", "2026-04-01T08:00:00Z"},
		{"last day", "cron(0 0 L 2 ? *)", "2026-03-01T00:00:00Z", "2027-02-28T00:00:00Z"},
		{"last Friday", "cron(0 0 ? * 6L *)", "2026-03-01T00:00:00Z", "2026-03-27T00:00:00Z"},
		{"weekday nearest to a Sunday", "cron(0 0 15W 3 ? *)", "2026-03-01T00:00:00Z", "2026-03-16T00:00:00Z"},
		{"weekday nearest to a Saturday", "cron(0 0 14W 3 ? *)", "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z"},
		{"weekday nearest to a Saturday the first", "cron(0 0 1W 8 ? *)", "2026-08-01T00:00:00Z", "2026-08-03T00:00:00Z"},
		{"leap day", "cron(0 12 29 2 ? *)", "2026-01-01T00:00:00Z", "2028-02-29T12:00:00Z"},
		{"every six hours", "cron(5 */6 * * ? *)", "2026-03-01T06:05:00Z", "2026-03-01T12:05:00Z"},
		{"another zone", "cron(0 2 * * ? *)", "2026-03-01T02:30:00+02:00", "2026-03-01T02:00:00Z"},
		{"past years", "cron(0 2 * * ? 2020)", "2026-03-01T00:00:00Z", ""},
		{"no such day", "cron(0 2 31 2 ? *)", "2026-03-01T00:00:00Z", ""},
		{"rate", "rate(2 days)", "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"},
		{"rate of one", "rate(1 day)", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
		{"rate beyond ten years", "rate(999999 days)", "2026-03-01T00:00:00Z", ""},
		{"rate in hours beyond ten years", "rate(999999 hours)", "2026-03-01T00:00:00Z", ""},
		{"largest step", "cron(0 1/9999 * * ? *)", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00Z"},
		{"not a schedule", "every night", "2026-03-01T00:00:00Z", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			after, err := time.Parse(time.RFC3339, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			at, ok := Schedule{Expression: tt.expression}.Next(after)
			got := ""
			if ok {
				got = at.Format(time.RFC3339)
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add("cron(0 2 ? * 6L *)")
	f.Add("cron(5 */6 15W JAN-JUN ? 2026-2030)")
	f.Add("rate(36 hours)")
	f.Fuzz(func(t *testing.T, expression string) {
		s := Schedule{Expression: expression}
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		first, ok := s.Next(start)
		if !ok {
			return
		}
		second, ok := s.Next(first)
		if !first.After(start) || ok && second.Sub(first) < time.Hour {
			t.Errorf("%q starts at %v and %v", expression, first, second)
		}
	})
}
