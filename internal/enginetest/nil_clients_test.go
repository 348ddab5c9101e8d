package enginetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// nilClients are ways to give no client of one account, with the service that the error names.
var nilClients = []struct {
	name, account, service string
	edit                   func(*xacct.AccountClients)
}{
	{"no STS", kittest.AccountA, "STS", func(c *xacct.AccountClients) { c.STS = nil }},
	{"a nil pointer for STS", kittest.AccountA, "STS", func(c *xacct.AccountClients) { c.STS = (*sts.Client)(nil) }},
	{"no STS in the other account", kittest.AccountB, "STS", func(c *xacct.AccountClients) { c.STS = nil }},
	{"no IAM", kittest.AccountA, "IAM", func(c *xacct.AccountClients) { c.IAM = nil }},
	{"a nil pointer for IAM", kittest.AccountA, "IAM", func(c *xacct.AccountClients) { c.IAM = (*iam.Client)(nil) }},
	{"no function for S3", kittest.AccountB, "S3", func(c *xacct.AccountClients) { c.S3 = nil }},
	{"a function that returns no S3", kittest.AccountB, "S3", func(c *xacct.AccountClients) { c.S3 = func(string) bucket.API { return nil } }},
	{"a function that returns a nil pointer for S3", kittest.AccountB, "S3", func(c *xacct.AccountClients) {
		c.S3 = func(string) bucket.API { return (*s3.Client)(nil) }
	}},
	{"no function for DataSync", kittest.AccountA, "DataSync", func(c *xacct.AccountClients) { c.DataSync = nil }},
	{"a function that returns no DataSync", kittest.AccountA, "DataSync", func(c *xacct.AccountClients) {
		c.DataSync = func(string) xacct.DataSyncAPI { return nil }
	}},
	{"a function that returns a nil pointer for DataSync", kittest.AccountA, "DataSync", func(c *xacct.AccountClients) {
		c.DataSync = func(string) xacct.DataSyncAPI { return (*datasync.Client)(nil) }
	}},
	{"no DataSync in one Region", kittest.AccountA, "DataSync", func(c *xacct.AccountClients) {
		of := c.DataSync
		c.DataSync = func(region string) xacct.DataSyncAPI {
			if region == "us-east-2" {
				return nil
			}
			return of(region)
		}
	}},
	{"a function that returns a nil pointer for KMS", kittest.AccountB, "KMS", func(c *xacct.AccountClients) {
		c.KMS = func(string) kmskey.API { return (*kms.Client)(nil) }
	}},
	{"a function that returns a nil pointer for Logs", kittest.AccountA, "CloudWatch Logs", func(c *xacct.AccountClients) {
		c.Logs = func(string) task.LogsAPI { return (*cloudwatchlogs.Client)(nil) }
	}},
	{"the zero AccountClients", kittest.AccountA, "STS", func(c *xacct.AccountClients) { *c = xacct.AccountClients{} }},
}

// Whatever reads AWS says which client is missing, before any call.
func TestNilClientsAreErrors(t *testing.T) {
	cloud := kittest.SharedWorld(t)
	tr := kittest.EncryptedPush(cloud)[0]
	tr.Task.Mode, tr.Task.LogGroupARN = "BASIC", "arn:aws:logs:us-east-2:"+kittest.AccountA+":log-group:transfers"
	transfers := []xacct.Transfer{tr}
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), transfers)
	calls := map[string]func(context.Context, xacct.Clients) error{
		"NewPlan": func(ctx context.Context, c xacct.Clients) error {
			_, err := xacct.NewPlan(ctx, c, transfers)
			return err
		},
		"NewDestroyPlan": func(ctx context.Context, c xacct.Clients) error {
			_, err := xacct.NewDestroyPlan(ctx, c, transfers)
			return err
		},
		"Apply":   func(ctx context.Context, c xacct.Clients) error { _, err := p.Apply(ctx, c); return err },
		"Residue": func(ctx context.Context, c xacct.Clients) error { _, err := p.Residue(ctx, c); return err },
		"Receipt": func(ctx context.Context, c xacct.Clients) error {
			_, err := p.Receipt(ctx, c, tr.Name, nil, &task.Outcome{})
			return err
		},
	}
	try := func(name string, c xacct.Clients, account, service string) {
		for function, call := range calls {
			t.Run(name+"/"+function, func(t *testing.T) {
				cloud.ResetCalls()
				err := call(t.Context(), c)
				var missing *xacct.ClientError
				if !errors.As(err, &missing) || missing.Account != account || missing.Service != service || missing.Hint() == "" {
					t.Errorf("got %v, want that account %s has no client of %q", err, account, service)
				}
				if n := len(cloud.Calls()); n > 0 {
					t.Errorf("%d calls were made", n)
				}
			})
		}
	}
	for _, tt := range nilClients {
		c := cloud.Clients()
		of := c[tt.account]
		tt.edit(&of)
		c[tt.account] = of
		try(tt.name, c, tt.account, tt.service)
	}
	try("nil Clients", nil, kittest.AccountA, "")
	try("empty Clients", xacct.Clients{}, kittest.AccountA, "")
	try("Clients of others", xacct.Clients{"777788889999": {}}, kittest.AccountA, "")
}

// The functions that take clients for one call or a part say so too.
func TestNilClientsOfOneCall(t *testing.T) {
	const arn = "arn:aws:datasync:us-east-2:" + kittest.AccountA + ":task/task-0a1b2c3d4e5f67890"
	typed := xacct.AccountClients{
		S3:       func(string) bucket.API { return (*s3.Client)(nil) },
		DataSync: func(string) xacct.DataSyncAPI { return (*datasync.Client)(nil) },
	}
	tr := kittest.Demo()
	for _, tt := range []struct {
		name string
		c    xacct.Clients
	}{
		{"nil Clients", nil},
		{"empty Clients", xacct.Clients{}},
		{"zero AccountClients", xacct.Clients{kittest.AccountA: {}, kittest.AccountB: {}}},
		{"nil pointers", xacct.Clients{kittest.AccountA: typed, kittest.AccountB: typed}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, dataSync := tt.c.DataSync(arn)
			_, objects := tt.c.Objects(kittest.AccountA, "us-east-2")
			for name, err := range map[string]error{"DataSync": dataSync, "Objects": objects, "VerifyOwnership": xacct.VerifyOwnership(tt.c, tr)(t.Context())} {
				var missing *xacct.ClientError
				if !errors.As(err, &missing) {
					t.Errorf("%s: %v, want a ClientError", name, err)
				}
			}
		})
	}
}

// The functions of the packages of one AWS resource name the parameter.
func TestNilClientsOfOneResource(t *testing.T) {
	place := bucket.Spec{Name: "media-raw", Account: kittest.AccountA, Region: "eu-west-1"}
	locationARN := "arn:aws:datasync:us-east-2:" + kittest.AccountA + ":location/loc-0a1b2c3d4e5f67890"
	keyARN := kittest.FirstKey(kittest.AccountA, "eu-west-1")
	ctx := t.Context()
	for name, call := range map[string]func() error{
		"bucket.Observe":                func() error { _, err := bucket.Observe(ctx, nil, place); return err },
		"bucket.Observe, a nil pointer": func() error { _, err := bucket.Observe(ctx, (*s3.Client)(nil), place); return err },
		"bucket.Look":                   func() error { _, err := bucket.Look(ctx, nil, place, ""); return err },
		"bucket.Look, a nil pointer":    func() error { _, err := bucket.Look(ctx, (*s3.Client)(nil), place, ""); return err },
		"kmskey.Observe":                func() error { _, err := kmskey.Observe(ctx, nil, kmskey.Spec{ARN: keyARN}); return err },
		"kmskey.Observe, a nil pointer": func() error { _, err := kmskey.Observe(ctx, (*kms.Client)(nil), kmskey.Spec{ARN: keyARN}); return err },
		"iamrole.Observe":               func() error { _, err := iamrole.Observe(ctx, nil, iamrole.Spec{Name: "data"}); return err },
		"iamrole.Observe, a nil pointer": func() error {
			_, err := iamrole.Observe(ctx, (*iam.Client)(nil), iamrole.Spec{Name: "data"})
			return err
		},
		"location.Observe":                 func() error { _, err := location.Observe(ctx, nil, locationARN); return err },
		"location.Observe, a nil pointer":  func() error { _, err := location.Observe(ctx, (*datasync.Client)(nil), locationARN); return err },
		"location.List":                    func() error { _, err := location.List(ctx, nil); return err },
		"location.List, a nil pointer":     func() error { _, err := location.List(ctx, (*datasync.Client)(nil)); return err },
		"bucket.Observe, of no bucket too": func() error { _, err := bucket.Observe(ctx, nil, bucket.Spec{}); return err },
	} {
		t.Run(name, func(t *testing.T) {
			var p *problem.Problem
			if err := call(); !errors.As(err, &p) || p.Path != "api" {
				t.Errorf("got %v, want a problem of api", err)
			}
		})
	}
}
