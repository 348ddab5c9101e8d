package xaccttest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// A schedule starts runs in virtual time, one after the other.
func TestSchedule(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=x")
		arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
			in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("cron(0 2 * * ? *)")}
		})
		time.Sleep(3 * 24 * time.Hour)
		runs := w.runs(arn)
		if len(runs) != 3 {
			t.Fatalf("%d runs in three days", len(runs))
		}
		for i, r := range runs {
			if at := r.StartTime.UTC(); at.Hour() != 2 || at.Minute() != 0 || r.Status != dstypes.TaskExecutionStatusSuccess {
				t.Errorf("run %d at %v: %s", i, at, r.Status)
			}
		}
		out, err := w.sync(dstRegion).DescribeTask(w.ctx, &datasync.DescribeTaskInput{TaskArn: &arn})
		w.must(err)
		if out.Schedule.Status != dstypes.ScheduleStatusEnabled {
			t.Errorf("a status that was never sent is shown: %+v", out.Schedule)
		}
		_, err = w.sync(dstRegion).UpdateTask(w.ctx, &datasync.UpdateTaskInput{TaskArn: &arn, Schedule: &dstypes.TaskSchedule{ScheduleExpression: aws.String("")}})
		w.must(err)
		time.Sleep(3 * 24 * time.Hour)
		if n := len(w.runs(arn)); n != 3 {
			t.Errorf("%d runs after the schedule was taken away", n)
		}
	})
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
func TestScheduleIsDisabledByTheService(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
			in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("rate(1 hour)")}
		})
		w.cloud.SetBucketPolicy("media-archive", nil)
		time.Sleep(10 * time.Hour)
		state, err := task.Observe(w.ctx, w.sync(dstRegion), arn)
		w.must(err)
		if s := state.Schedule; s == nil || s.DisabledBy != dstypes.ScheduleDisabledByService || s.DisabledReason == "" || len(w.runs(arn)) != 3 {
			t.Errorf("%+v after %d runs", s, len(w.runs(arn)))
		}
	})
}

// runs are the executions of a task in the order of their start.
func (w *world) runs(arn string) []*datasync.DescribeTaskExecutionOutput {
	var out []*datasync.DescribeTaskExecutionOutput
	in := &datasync.ListTaskExecutionsInput{TaskArn: &arn}
	for {
		page, err := w.sync(dstRegion).ListTaskExecutions(w.ctx, in)
		w.must(err)
		for _, e := range page.TaskExecutions {
			out = append(out, w.execution(*e.TaskExecutionArn))
		}
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	slices.SortFunc(out, func(a, b *datasync.DescribeTaskExecutionOutput) int { return a.StartTime.Compare(*b.StartTime) })
	return out
}

// Only the same failure again and again disables a schedule, and only a person enables it again.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
func TestScheduleGivesUp(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
			in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String("rate(1 hour)")}
		})
		run, codes := 0, []string{"A", "A", "", "A", "A", "B", "B", "B"}
		w.cloud.OnStep(func(s xaccttest.Step) error {
			if s.Phase != dstypes.TaskExecutionStatusLaunching || s.Key != "" {
				return nil
			}
			if run++; run > len(codes) || codes[run-1] == "" {
				return nil
			}
			return xaccttest.Fault(0, codes[run-1], "on purpose")
		})
		schedule := func(change *dstypes.TaskSchedule) string {
			if change != nil {
				_, err := w.sync(dstRegion).UpdateTask(w.ctx, &datasync.UpdateTaskInput{TaskArn: &arn, Schedule: change})
				w.must(err)
			}
			out, err := w.sync(dstRegion).DescribeTask(w.ctx, &datasync.DescribeTaskInput{TaskArn: &arn})
			w.must(err)
			return strings.TrimSpace(string(out.Schedule.Status) + " " + string(out.ScheduleDetails.DisabledBy) + " " + aws.ToString(out.ScheduleDetails.DisabledReason))
		}
		hourly := func(s dstypes.ScheduleStatus) *dstypes.TaskSchedule {
			return &dstypes.TaskSchedule{ScheduleExpression: aws.String("rate(1 hour)"), Status: s}
		}
		time.Sleep(7*time.Hour + 30*time.Minute)
		got := []string{schedule(nil)}
		time.Sleep(24 * time.Hour)
		got = append(got, schedule(nil), schedule(hourly("DISABLED")), schedule(hourly("ENABLED")))
		if run != len(codes) {
			t.Errorf("%d runs, want %d", run, len(codes))
		}
		time.Sleep(2*time.Hour + 30*time.Minute)
		got = append(got, schedule(hourly("DISABLED")))
		if run != len(codes)+2 {
			t.Errorf("%d runs, want two more than %d", run, len(codes))
		}
		want := []string{"ENABLED", "DISABLED SERVICE on purpose", "DISABLED SERVICE on purpose", "ENABLED", "DISABLED USER Manually disabled by user."}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// The moments are written by hand, from https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and a calendar
// of 2000, when a bubble's time begins: 1 January was a Saturday. Package task has to find the same ones by itself.
func TestScheduleTimes(t *testing.T) {
	for expression, want := range map[string][]string{
		"cron(30 2 * * ? *)":           {"01-01 02:30", "01-02 02:30", "01-03 02:30"},
		"cron(0 2 ? * MON-FRI *)":      {"01-03 02:00", "01-04 02:00", "01-05 02:00"},
		"cron(0 0 1 * ? *)":            {"02-01 00:00", "03-01 00:00", "04-01 00:00"},
		"cron(0 0 31 * ? *)":           {"01-31 00:00", "03-31 00:00", "05-31 00:00"},
		"cron(0 12 L * ? *)":           {"01-31 12:00", "02-29 12:00", "03-31 12:00"},
		"cron(15 10 ? * 6L *)":         {"01-28 10:15", "02-25 10:15", "03-31 10:15"},
		"cron(15 10 ? * WEDL *)":       {"01-26 10:15", "02-23 10:15", "03-29 10:15"},
		"cron(0 9 ? * 3#1 *)":          {"01-04 09:00", "02-01 09:00", "03-07 09:00"},
		"cron(0 9 ? * MON#5 *)":        {"01-31 09:00", "05-29 09:00", "07-31 09:00"},
		"cron(0 6 1W * ? *)":           {"01-03 06:00", "02-01 06:00", "03-01 06:00", "04-03 06:00"},
		"cron(0 6 30W * ? *)":          {"01-31 06:00", "03-30 06:00", "04-28 06:00"},
		"cron(0 */8 * * ? *)":          {"01-01 08:00", "01-01 16:00", "01-02 00:00"},
		"cron(0 18/2 31 DEC ? 2000)":   {"12-31 18:00", "12-31 20:00", "12-31 22:00"},
		"cron(5 1,13 ? JAN,MAR SUN *)": {"01-02 01:05", "01-02 13:05", "01-09 01:05"},
		"cron(0 3 1-3,30 2-4 ? *)":     {"02-01 03:00", "02-02 03:00", "02-03 03:00", "03-01 03:00"},
		"rate(12 hours)":               {"01-01 12:00", "01-02 00:00", "01-02 12:00"},
		"rate(90 minutes)":             {"01-01 01:30", "01-01 03:00", "01-01 04:30"},
		"rate(40 days)":                {"02-10 00:00", "03-21 00:00", "04-30 00:00"},
	} {
		t.Run(expression, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				var computed []string
				for at, ok := (task.Schedule{Expression: expression}).Next(time.Now()); ok && len(computed) < len(want); at, ok = (task.Schedule{Expression: expression}).Next(at) {
					computed = append(computed, at.Format("01-02 15:04"))
				}
				arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.Schedule = &dstypes.TaskSchedule{ScheduleExpression: aws.String(expression)}
				})
				seen := map[string]bool{}
				for range 40 {
					time.Sleep(10 * 24 * time.Hour)
					for _, r := range w.runs(arn) {
						seen[r.StartTime.UTC().Format("2006-01-02 15:04")] = true
					}
					if len(seen) >= len(want) {
						break
					}
				}
				var got []string
				for at := range seen {
					got = append(got, strings.TrimPrefix(at, "2000-"))
				}
				slices.Sort(got)
				if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(want, computed); diff != "" {
					t.Errorf("package task (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Source: https://docs.aws.amazon.com/datasync/latest/userguide/task-scheduling.html
func TestSchedulesAreRefused(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		for expression, want := range map[string]string{
			"cron(0 2 * * ? *)":       "no error",
			"rate(1 hour)":            "no error",
			"rate(60 minutes)":        "no error",
			"cron(0 8 * * 3#1)":       "six fields",
			"cron(0 8 * * ? *":        "six fields",
			"cron(0 8 1 * 2 *)":       "has to be ?",
			"cron(0 8 ? * ? *)":       "has to be ?",
			"cron(0,30 8 * * ? *)":    "more than once an hour",
			"cron(* 8 * * ? *)":       "more than once an hour",
			"rate(59 minutes)":        "more than once an hour",
			"cron(0 24 * * ? *)":      "out of range",
			"cron(60 2 * * ? *)":      "out of range",
			"cron(0 2 0 * ? *)":       "out of range",
			"cron(0 2 ? * 8 *)":       "out of range",
			"cron(0 2 ? * 2#6 *)":     "out of range",
			"cron(0 2 ? 13 MON *)":    "out of range",
			"cron(0 2 ? JUNE MON *)":  "out of range",
			"cron(0 2 * * ? 1969)":    "out of range",
			"cron(0 2/0 * * ? *)":     "out of range",
			"cron(0 9-8 * * ? *)":     "out of range",
			"cron(+5 2 * * ? *)":      "out of range",
			"rate(0 days)":            "neither cron nor rate",
			"rate(1 week)":            "neither cron nor rate",
			"rate(999999999 days)":    "neither cron nor rate",
			"every day":               "neither cron nor rate",
			"at(2026-01-01T00:00:00)": "ValidationException",
		} {
			_, err := w.sync(dstRegion).CreateTask(w.ctx, &datasync.CreateTaskInput{SourceLocationArn: &source, DestinationLocationArn: &destination,
				Schedule: &dstypes.TaskSchedule{ScheduleExpression: aws.String(expression)}})
			if got := refused(err); !strings.Contains(got, want) {
				t.Errorf("%s: %s, want %q in it", expression, got, want)
			}
		}
	})
}
