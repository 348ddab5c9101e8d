package enginetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
)

// record is one line of a log.
type record map[string]any

// capture is a logger and what it wrote at any level.
func capture() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug - 10})), &b
}

func records(t *testing.T, b *bytes.Buffer) []record {
	t.Helper()
	var out []record
	for line := range strings.Lines(b.String()) {
		r := record{}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, r)
	}
	return out
}

// named are the records with the message.
func named(rs []record, msg string) []record {
	var out []record
	for _, r := range rs {
		if r["msg"] == msg {
			out = append(out, r)
		}
	}
	return out
}

// journey plans, applies, plans the tear-down and applies it, all with the logger.
func journey(ctx context.Context, cloud *xaccttest.Cloud, tr xacct.Transfer, l *slog.Logger) (plans []*xacct.Plan, errs []error) {
	for _, newPlan := range []func(context.Context, xacct.Clients, []xacct.Transfer, ...func(*xacct.PlanOptions)) (*xacct.Plan, error){
		xacct.NewPlan, xacct.NewDestroyPlan,
	} {
		p, err := newPlan(ctx, cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.Logger = l })
		errs = append(errs, err)
		if err != nil {
			continue
		}
		plans = append(plans, p)
		_, err = p.Apply(ctx, cloud.Clients(), func(o *xacct.ApplyOptions) { o.Logger, o.Settle, o.Budget = l, time.Second, time.Second })
		errs = append(errs, err)
	}
	return plans, errs
}

// Every call is one record at Debug, and every change and finding one at Info.
func TestLoggedCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		l, b := capture()
		before := len(cloud.Calls())
		plans, errs := journey(t.Context(), cloud, kittest.Push(cloud), l)
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
		rs := records(t, b)
		want, got := map[string]int{}, map[string]int{}
		services := map[string]string{"STS": "sts", "IAM": "iam", "S3": "s3", "DataSync": "datasync", "KMS": "kms", "Logs": "cloudwatchlogs"}
		for _, c := range cloud.Calls()[before:] {
			want[fmt.Sprint(services[c.Service], " ", c.Operation, " ", c.Account)]++
		}
		for _, r := range named(rs, "xacct call") {
			got[fmt.Sprint(r["service"], " ", r["operation"], " ", r["account"])]++
			if _, ok := r["duration"].(float64); !ok || r["attempt"] != float64(1) || r["level"] != "DEBUG" {
				t.Errorf("%v", r)
			}
			if (r["region"] == nil) != (r["service"] == "iam" || r["service"] == "sts") {
				t.Errorf("Region of %v", r)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("calls -want +got:\n%s", diff)
		}
		changes, findings := 0, 0
		for _, p := range plans {
			changes, findings = changes+len(p.Changes), findings+len(p.Findings)
		}
		if n := len(named(rs, "xacct change")); n != changes {
			t.Errorf("%d records of changes, want %d", n, changes)
		}
		if n := len(named(rs, "xacct finding")); n < findings || findings == 0 { // an apply logs those of its own plan too
			t.Errorf("%d records of findings, want at least %d", n, findings)
		}
		if n := len(named(rs, "xacct plan")); n != len(plans) {
			t.Errorf("%d records of plans, want %d", n, len(plans))
		}
		ended := 0
		for _, r := range named(rs, "xacct apply") {
			if r["state"] == "ended" && r["status"] == "done" {
				ended++
			}
		}
		if ended == 0 {
			t.Error("no record of a change that was made")
		}
		for _, r := range rs {
			if r["msg"] != "xacct call" && r["level"] != "INFO" {
				t.Errorf("level of %v", r)
			}
		}
	})
}

// A call that fails has the class of its error, the service's code, the request id and the number of the attempt.
func TestLoggedFailures(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		status     int
		class      string
		attempts   bool // it is tried again
	}{
		{"denied", "AccessDenied", 403, "denied", false},
		{"throttled", "SlowDown", 503, "throttled", true},
		{"broken", "InternalError", 500, "ambiguous", true},
		{"expired", "ExpiredToken", 400, "config", false},
		{"refused", "InvalidRequest", 400, "refused", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				failed := 0
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					if c.Operation == "GetBucketVersioning" && failed < 2 {
						failed++
						return xaccttest.Fault(tt.status, tt.code, "no")
					}
					return next()
				})
				l, b := capture()
				_, _ = xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)}, func(o *xacct.PlanOptions) { o.Logger = l })
				attempts := map[float64]bool{}
				found := false
				for _, r := range named(records(t, b), "xacct call") {
					if r["operation"] != "GetBucketVersioning" {
						continue
					}
					attempts[r["attempt"].(float64)] = true
					if r["error"] == nil {
						continue
					}
					found = true
					if r["error"] != tt.class || r["code"] != tt.code || r["request_id"] == nil || r["request_id"] == "" {
						t.Errorf("%v", r)
					}
				}
				if !found || attempts[2] != tt.attempts {
					t.Errorf("found %v, attempts %v", found, attempts)
				}
			})
		})
	}
}

// No policy document, tag, credential or text of an error is logged, whatever fails.
func TestNoSecretIsLogged(t *testing.T) {
	const secret = `AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI {"Statement":[{"Effect":"Deny"}]} tag-value-of-ours`
	forbidden := []string{"AKIA", "wJalr", "Statement\"", `Statement\"`, "Effect", "2012-10-17", "2008-10-17", "SecureTransport", "tag-value-of-ours",
		"secret-tag-key", "sts:AssumeRole", "s3:GetObject", "arn:aws:s3:::"}
	for i, operation := range []string{"", "GetRole", "GetBucketPolicy", "PutBucketPolicy", "CreateRole", "CreateLocationS3", "CreateTask", "ListTasks",
		"DeleteRole", "GetCallerIdentity", "HeadBucket"} {
		for j, code := range []string{"AccessDenied", "MalformedPolicy", "ThrottlingException", "ExpiredToken", "InternalError"} {
			if (5*i+j)%(kittest.Sample(3, 1)*testlimit.UnderRace) != 0 {
				continue
			}
			t.Run(operation+" "+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					tr := kittest.Push(cloud)
					tr.Tags = map[string]string{"secret-tag-key": "tag-value-of-ours"}
					var failed atomic.Int64
					cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
						if c.Operation == operation && failed.Add(1) <= 3 {
							return xaccttest.Fault(400, code, secret)
						}
						return next()
					})
					l, b := capture()
					journey(t.Context(), cloud, tr, l)
					if b.Len() == 0 {
						t.Error("nothing was logged")
					}
					for line := range strings.Lines(b.String()) {
						for _, f := range forbidden {
							if strings.Contains(line, f) {
								t.Errorf("%s is logged: %s", f, line)
							}
						}
					}
				})
			})
		}
	}
}

// An edited plan's text is refused with a piece of the edit, which the log does not quote.
func TestNoEditIsLogged(t *testing.T) {
	cloud := kittest.World(t)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Kind == xacct.BucketPolicy {
			c.After = strings.Replace(c.After, `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"},`, 1)
			c.After = strings.Replace(c.After, `"Statement": [`, `"Statement": [{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"},`, 1)
		}
	}
	l, b := capture()
	_, err := p.Apply(t.Context(), cloud.Clients(), func(o *xacct.ApplyOptions) { o.Logger = l })
	if mismatch := (*xacct.MismatchError)(nil); !errors.As(err, &mismatch) || strings.Contains(b.String(), "Effect") {
		t.Errorf("%v\n%s", err, b)
	}
}

// With a logger that wants no Debug nothing is made for it, and a nil one is none.
func TestLogLevels(t *testing.T) {
	t.Parallel()
	cloud := kittest.World(t)
	var b bytes.Buffer
	_, errs := journey(t.Context(), cloud, kittest.Push(cloud), slog.New(slog.NewTextHandler(&b, nil)))
	_, more := journey(t.Context(), cloud, kittest.Push(cloud), nil)
	for _, err := range append(errs, more...) {
		if err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(b.String(), "xacct call") || !strings.Contains(b.String(), "xacct finding") {
		t.Errorf("logged %s", &b)
	}
}
