package task

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/problem"
)

// last is the error of the last pair.
func last[T any](all iter.Seq2[T, error]) (err error) {
	for _, err = range all {
	}
	return err
}

type clients struct {
	run     ExecutionAPI
	tasks   API
	objects ObjectsAPI
	logs    LogsAPI
}

// A client that is nil, or a nil pointer in an interface, is a problem of the parameter that holds it, and no call is made.
func TestNilClientsAreProblems(t *testing.T) {
	manifest := Manifest{Bucket: "amzn-s3-demo-bucket", Key: "retry.csv", RoleARN: "arn:aws:iam::111122223333:role/data"}
	none := func(yield func(string, error) bool) { t.Error("keys are read") }
	before := func(o *StartOptions) {
		o.Before = func(context.Context) error { t.Error("Before is called"); return nil }
	}
	for _, tt := range []struct {
		name, path string
		call       func(ctx context.Context, c clients) error
	}{
		{"Start", "api", func(ctx context.Context, c clients) error {
			_, err := Start(ctx, c.run, taskARN, before)
			return err
		}},
		{"Watch", "api", func(ctx context.Context, c clients) error {
			return last(Attach(c.run, executionARN).Watch(ctx))
		}},
		{"Wait", "api", func(ctx context.Context, c clients) error {
			_, err := Attach(c.run, executionARN).Wait(ctx)
			return err
		}},
		{"Cancel", "api", func(ctx context.Context, c clients) error {
			return Attach(c.run, executionARN).Cancel(ctx)
		}},
		{"SetBandwidth", "api", func(ctx context.Context, c clients) error {
			return Attach(c.run, executionARN).SetBandwidth(ctx, MiBPerSecond)
		}},
		{"Wait of the zero handle", "api", func(ctx context.Context, c clients) error {
			_, err := (&Execution{}).Wait(ctx)
			return err
		}},
		{"Wait of no handle", "api", func(ctx context.Context, c clients) error {
			_, err := (*Execution)(nil).Wait(ctx)
			return err
		}},
		{"Cancel of no handle", "api", func(ctx context.Context, c clients) error {
			return (*Execution)(nil).Cancel(ctx)
		}},
		{"Retry", "api", func(ctx context.Context, c clients) error {
			_, err := Retry(ctx, c.run, &shelf{}, executionARN, Report{}, manifest)
			return err
		}},
		{"Retry without objects", "objects", func(ctx context.Context, c clients) error {
			_, err := Retry(ctx, &runner{}, c.objects, executionARN, Report{}, manifest)
			return err
		}},
		{"ReadReport", "api", func(ctx context.Context, c clients) error {
			return last(ReadReport(ctx, c.objects, Report{Bucket: "amzn-s3-demo-bucket"}, executionARN))
		}},
		{"WriteManifest", "api", func(ctx context.Context, c clients) error {
			_, _, err := WriteManifest(ctx, c.objects, manifest, none)
			return err
		}},
		{"Observe", "api", func(ctx context.Context, c clients) error {
			_, err := Observe(ctx, c.tasks, taskARN)
			return err
		}},
		{"List", "api", func(ctx context.Context, c clients) error {
			_, err := List(ctx, c.tasks)
			return err
		}},
		{"ListLogPolicies", "api", func(ctx context.Context, c clients) error {
			_, err := ListLogPolicies(ctx, c.logs)
			return err
		}},
	} {
		for kind, c := range map[string]clients{
			"nil":           {},
			"a nil pointer": {(*datasync.Client)(nil), (*datasync.Client)(nil), (*s3.Client)(nil), (*cloudwatchlogs.Client)(nil)},
		} {
			t.Run(tt.name+"/"+kind, func(t *testing.T) {
				err := tt.call(t.Context(), c)
				var p *problem.Problem
				if !errors.As(err, &p) || p.ID != "client" || p.Path != tt.path || p.Hint() == "" {
					t.Errorf("got %v, want a problem of %s", err, tt.path)
				}
			})
		}
	}
}
