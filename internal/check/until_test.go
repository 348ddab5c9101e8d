package check

import (
	"errors"
	"strings"
	"testing"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// What is found about the end of grants at each time, by what it is about, and what becomes of the verdict on writing the destination.
func TestUntilFindings(t *testing.T) {
	end := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	const bucket = "media-archive"
	every := &task.Schedule{Expression: "rate(1 day)"}
	byAccount := func(g *transfer.Given) { g.Grant = "ByAccount" }
	for _, tt := range []struct {
		name string
		now  time.Time
		edit func(*transfer.Given)
		want map[string]plan.Severity
		code plan.Code
		says string // part of the verdict's words
	}{
		{"long before", end.AddDate(-1, 0, 0), byAccount, map[string]plan.Severity{}, plan.CodeAllowed, "until 2030-01-31T00:00:00Z"},
		{"a day before", end.AddDate(0, 0, -1), byAccount, map[string]plan.Severity{}, plan.CodeAllowed, "until"},
		{"less than a day before", end.AddDate(0, 0, -1).Add(time.Nanosecond), byAccount, map[string]plan.Severity{"Until": plan.Warning}, plan.CodeAllowed, "until"},
		{"a moment before", end.Add(-time.Nanosecond), byAccount, map[string]plan.Severity{"Until": plan.Warning}, plan.CodeAllowed, "until"},
		{"exactly", end, byAccount, map[string]plan.Severity{"Until": plan.Blocking}, plan.CodeDenied, "our statement ended at 2030-01-31T00:00:00Z"},
		{"long after", end.AddDate(1, 0, 0), byAccount, map[string]plan.Severity{"Until": plan.Blocking}, plan.CodeDenied, "our statement ended at"},
		{"the time is not known", time.Time{}, byAccount, map[string]plan.Severity{}, plan.CodeUndetermined, "it applies if aws:CurrentTime is before 2030-01-31T00:00:00Z"},
		{"no end", end, func(g *transfer.Given) { byAccount(g); g.Until = time.Time{} }, map[string]plan.Severity{}, plan.CodeAllowed, ""},
		{"by role", end.AddDate(-1, 0, 0), func(*transfer.Given) {}, map[string]plan.Severity{bucket: plan.Info}, plan.CodeAllowed, "until"},
		{"a schedule", end.AddDate(-1, 0, 0), func(g *transfer.Given) { byAccount(g); g.Task.Schedule = every },
			map[string]plan.Severity{"Task.Schedule": plan.Warning}, plan.CodeAllowed, "until"},
		{"a schedule, without a clock", time.Time{}, func(g *transfer.Given) { byAccount(g); g.Task.Schedule = every },
			map[string]plan.Severity{"Task.Schedule": plan.Warning}, plan.CodeUndetermined, ""},
		{"a schedule without an end", end, func(g *transfer.Given) { byAccount(g); g.Until, g.Task.Schedule = time.Time{}, every }, map[string]plan.Severity{}, plan.CodeAllowed, ""},
		{"a disabled schedule", end.AddDate(-1, 0, 0), func(g *transfer.Given) {
			byAccount(g)
			g.Task.Schedule = &task.Schedule{Expression: every.Expression, Status: dstypes.ScheduleStatusDisabled}
		}, map[string]plan.Severity{}, plan.CodeAllowed, "until"},
		{"a schedule that ends before", end.AddDate(-1, 0, 0), func(g *transfer.Given) {
			byAccount(g)
			g.Task.Schedule = &task.Schedule{Expression: "cron(0 3 * * ? 2029)"}
		}, map[string]plan.Severity{}, plan.CodeAllowed, "until"},
		{"a schedule whose last run is at the end", end.AddDate(-1, 0, 0), func(g *transfer.Given) {
			byAccount(g)
			g.Task.Schedule = &task.Schedule{Expression: "cron(0 0 31 1 ? 2030)"}
		}, map[string]plan.Severity{"Task.Schedule": plan.Warning}, plan.CodeAllowed, "until"},
		{"of the operators alone, who are no principals", end.AddDate(-1, 0, 0), func(g *transfer.Given) {
			g.Operators = []string{"arn:aws:iam::111122223333:role/ops"}
			byAccount(g)
		}, map[string]plan.Severity{}, plan.CodeAllowed, "until"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := transfer.Given{
				Name: "media-archive", Until: end,
				Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
				Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: bucket},
			}
			tt.edit(&g)
			r := transfer.Resolve(g)
			if err := r.Validate(); err != nil {
				t.Fatal(err)
			}
			others := policy.New(policy.Allow("s3:GetObject").By(policy.AWS("arn:aws:iam::444455556666:root")).On("arn:aws:s3:::media-archive/*").
				When(policy.Where("DateLessThan", "aws:CurrentTime", "2001-01-01T00:00:00Z")))
			found, err := All(t.Context(), []*transfer.Resources{r.Resources()}, plan.Facts{Now: tt.now, BucketPolicies: map[string]policy.Document{bucket: others}})
			if err != nil {
				t.Fatal(err)
			}
			got, verdicts := map[string]plan.Severity{}, 0
			for _, f := range found {
				if f.Code == plan.CodeUntil {
					got[f.Subject] = f.Severity
				}
				if f.Side == plan.DestinationSide && len(f.Actions) > 2 && f.Code != plan.CodeLimited && strings.Contains(f.Detail, "write the destination") {
					if verdicts++; f.Code != tt.code || !strings.Contains(f.Detail, tt.says) || tt.says == "" && strings.Contains(f.Detail, "until") {
						t.Errorf("%s: %s", f.Code, f.Detail)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || verdicts == 0 {
				t.Errorf("%d verdicts; the findings (-want +got):\n%s", verdicts, diff)
			}
		})
	}
}

// What others allow at any time does not end with our statements, and what they allow until a date ends with them: then it depends on that date.
func TestUntilBesideOthers(t *testing.T) {
	end := time.Date(2030, time.January, 31, 0, 0, 0, 0, time.UTC)
	const role = "arn:aws:iam::111122223333:role/media-archive-destination"
	all := policy.Allow("s3:*").WithSid("Theirs").By(policy.AWS(role)).On("arn:aws:s3:::media-archive", "arn:aws:s3:::media-archive/*")
	dated := all.When(policy.Where("DateLessThan", "aws:CurrentTime", "2040-01-01T00:00:00Z"))
	for _, tt := range []struct {
		name   string
		theirs policy.Statement
		now    time.Time
		code   plan.Code
		until  bool
	}{
		{"allowed for ever, before", all, end.AddDate(-1, 0, 0), plan.CodeAllowed, false},
		{"allowed for ever, after", all, end, plan.CodeAllowed, false},
		{"allowed until their date, before", dated, end.AddDate(-1, 0, 0), plan.CodeAllowed, true},
		{"allowed until their date, after ours", dated, end, plan.CodeUndetermined, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := transfer.Resolve(transfer.Given{
				Name: "media-archive", Until: end,
				Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
				Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
			})
			found, err := All(t.Context(), []*transfer.Resources{r.Resources()}, plan.Facts{Now: tt.now, BucketPolicies: map[string]policy.Document{"media-archive": policy.New(tt.theirs)}})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, f := range found {
				if f.Side == plan.DestinationSide && f.Subject == role && len(f.Actions) > 2 && strings.Contains(f.Detail, "write the destination") {
					if n++; f.Code != tt.code || strings.Contains(f.Detail, " until ") != tt.until {
						t.Errorf("%s: %s", f.Code, f.Detail)
					}
				}
			}
			if n == 0 {
				t.Error("no verdict")
			}
		})
	}
}

// A refusal is laid to the end only if it came after it: a run that had failed before is explained as ever, however late. At an end in the task account
// nothing ends, and neither does a trust.
func TestUntilExplains(t *testing.T) {
	end := time.Now().UTC().Truncate(time.Second).AddDate(0, 0, -1)
	run := func(at time.Time, detail string) error {
		return &task.IncompleteError{Outcome: task.Outcome{Verdict: task.Failed, EndTime: at, ErrorDetail: detail}}
	}
	const denied = "DataSync could not perform s3:HeadBucket on the destination bucket. Access denied."
	for _, tt := range []struct {
		name  string
		until time.Time
		err   error
		ended bool
	}{
		{"a run after it", end, run(end.Add(time.Hour), denied), true},
		{"a run that ended with it", end, run(end, denied), true},
		{"a run before it", end, run(end.Add(-time.Hour), denied), false},
		{"a run whose end is not known", end, run(time.Time{}, denied), true},
		{"an end to come", end.AddDate(1, 0, 0), run(time.Time{}, denied), false},
		{"no end", time.Time{}, run(time.Time{}, denied), false},
		{"copies that could not be read back", end, run(end.Add(time.Hour), "Verification detected mismatches."), true},
		{"copies that differ, before it", end, run(end.Add(-time.Hour), "Verification detected mismatches."), false},
		{"the source, which is the task account's", end, run(end.Add(time.Hour), "DataSync could not perform s3:HeadBucket on the source bucket. Access denied."), false},
		{"something else", end, run(end.Add(time.Hour), "not enough memory"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := transfer.Resolve(transfer.Given{
				Name: "media-archive", Until: tt.until,
				Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
				Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
			})
			found, err := All(t.Context(), []*transfer.Resources{r.Resources()}, plan.Facts{Now: tt.until.Add(-time.Hour), BucketPolicies: map[string]policy.Document{"media-archive": {}}})
			if err != nil {
				t.Fatal(err)
			}
			err = Explain(found, r, nil, tt.err)
			var access *plan.AccessTestError
			if got := errors.As(err, &access) && !access.Ended.IsZero(); got != tt.ended {
				t.Fatalf("ended is %v, want %v: %v", got, tt.ended, err)
			}
			if hint := "to a later time"; tt.ended && !strings.Contains(access.Hint(), hint) {
				t.Errorf("the hint is %q, want %q in it", access.Hint(), hint)
			}
		})
	}
}
