package enginetest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// network answers the requests of real clients of the SDK.
type network func(*http.Request) (int, string)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := n(r)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// unconfigured plans with real clients of the SDK, and returns the number of questions who they are and the error. Other requests
// may be under way beside these.
func unconfigured(t *testing.T, cfg aws.Config, answer network) (int, error) {
	t.Helper()
	var sent atomic.Int64
	cfg.HTTPClient = &http.Client{Transport: network(func(r *http.Request) (int, string) {
		if strings.HasPrefix(r.URL.Host, "sts.") {
			sent.Add(1)
		}
		return answer(r)
	})}
	_, err := xacct.NewPlan(t.Context(), xacct.Clients{kittest.AccountA: xacct.NewAccountClients(cfg)}, []xacct.Transfer{kittest.Demo()})
	return int(sent.Load()), err
}

// Clients that NewAccountClients made of a configuration that cannot work.
func TestNewPlanWithAnUnusableConfig(t *testing.T) {
	key := credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "token")
	refuses := func(code string) network {
		return func(*http.Request) (int, string) {
			return 403, "<ErrorResponse><Error><Type>Sender</Type><Code>" + code + "</Code><Message>no</Message></Error></ErrorResponse>"
		}
	}
	for _, tt := range []struct {
		name   string
		cfg    aws.Config
		answer network
		flaw   task.Flaw
		hint   string
		sent   int
	}{
		{"no Region", aws.Config{Credentials: key}, refuses("ExpiredToken"), task.NoRegion, "set cfg.Region", 0},
		{"no credentials", aws.Config{Region: "eu-west-1"}, refuses("MissingAuthenticationToken"), task.NoCredentials, "renew the credentials of account 111122223333", 1},
		{"empty credentials", aws.Config{Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("", "", "")}, refuses("X"),
			task.NoCredentials, "renew the credentials of account 111122223333", 0},
		{"expired", aws.Config{Region: "eu-west-1", Credentials: key}, refuses("ExpiredToken"), task.ExpiredCredentials, "renew the credentials of account 111122223333", 1},
		{"unknown token", aws.Config{Region: "ap-east-1", Credentials: key}, refuses("InvalidClientTokenId"), task.RefusedCredentials, "opt-in Region", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent, err := unconfigured(t, tt.cfg, tt.answer)
			var (
				identity *xacct.IdentityError
				config   *xacct.ConfigError
			)
			if !errors.As(err, &identity) || !errors.As(err, &config) || config.Flaw != tt.flaw || config.Account != kittest.AccountA {
				t.Fatalf("%v", err)
			}
			if !strings.Contains(identity.Hint(), tt.hint) || len(plan.Hints(err)) != 1 {
				t.Errorf("hints %q, want one of %q", plan.Hints(err), tt.hint)
			}
			if sent != tt.sent || strings.Contains(err.Error(), "\n") {
				t.Errorf("%d requests of STS, want %d: %v", sent, tt.sent, err)
			}
		})
	}
}

// from lets the calls of one account fail from a call on that the function chooses.
func from(cloud *xaccttest.Cloud, account string, begins func(xaccttest.Call) bool, code string) {
	var begun atomic.Bool
	cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
		if c.Account == account && (begun.Load() || begins(c)) {
			begun.Store(true)
			return xaccttest.Fault(400, code, "The provided token is not of use")
		}
		return next()
	})
}

// Credentials that expire while a plan is made end the plan: nothing more can be known of the account.
func TestCredentialsExpireWhilePlanning(t *testing.T) {
	for _, code := range []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "MissingAuthenticationToken"} {
		for what, do := range map[string]func(context.Context, *xaccttest.Cloud, *xacct.Plan) error{
			"NewPlan": func(ctx context.Context, cloud *xaccttest.Cloud, p *xacct.Plan) error {
				_, err := xacct.NewPlan(ctx, cloud.Clients(), p.Transfers)
				return err
			},
			"NewDestroyPlan": func(ctx context.Context, cloud *xaccttest.Cloud, p *xacct.Plan) error {
				_, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), p.Transfers)
				return err
			},
			"Apply": func(ctx context.Context, cloud *xaccttest.Cloud, p *xacct.Plan) error {
				res, err := p.Apply(ctx, cloud.Clients())
				if res != nil {
					t.Errorf("changes were begun: %+v", res)
				}
				return err
			},
			"Residue": func(ctx context.Context, cloud *xaccttest.Cloud, p *xacct.Plan) error {
				_, err := p.Residue(ctx, cloud.Clients())
				return err
			},
		} {
			t.Run(what+", "+code, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
					from(cloud, kittest.AccountB, func(c xaccttest.Call) bool { return c.Service == "S3" }, code)
					begun := time.Now()
					err := do(t.Context(), cloud, p)
					var config *xacct.ConfigError
					if !errors.As(err, &config) || config.Account != kittest.AccountB {
						t.Fatalf("%v", err)
					}
					if hints := plan.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "renew the credentials of account "+kittest.AccountB) {
						t.Errorf("hints %q", hints)
					}
					if took := time.Since(begun); took > time.Minute/2 {
						t.Errorf("took %v", took)
					}
				})
			})
		}
	}
}

// Clients of an account that no transfer names may have expired: a transfer that has left a bucket only tries them.
func TestExpiredCredentialsOfAnotherAccount(t *testing.T) {
	cloud := kittest.World(t, func(o *xaccttest.Options) { o.Phases.Creating = 0 })
	tr := kittest.Push(cloud)
	cloud.AddBucket(kittest.AccountB, "us-east-2", "media-next")
	cloud.AddBucket("999900001111", "us-east-2", "elsewhere")
	_, _ = applied(t, cloud, tr)
	tr.Destination.Bucket = "media-next"
	from(cloud, "999900001111", func(xaccttest.Call) bool { return true }, "ExpiredToken")
	tried := len(cloud.Calls())
	if _, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr}); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(cloud.Calls()[tried:], func(c xaccttest.Call) bool { return c.Account == "999900001111" }) {
		t.Error("its client was not tried")
	}
}

// A token that one Region does not know blocks the transfers of that Region, with both causes if the Region is an opt-in Region.
func TestRefusedTokenInOneRegion(t *testing.T) {
	for _, tt := range []struct{ name, region, hint string }{
		{"an opt-in Region", "ap-east-1", "enable the opt-in Region ap-east-1 in account 444455556666; if it is enabled, get the session token"},
		{"another Region", "us-west-2", "renew the credentials of account 444455556666"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := kittest.World(t)
			cloud.AddBucket(kittest.AccountB, tt.region, "media-far")
			tr := kittest.Push(cloud)
			tr.Destination.Region, tr.Destination.Bucket = tt.region, "media-far"
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if c.Service == "S3" && c.Account == kittest.AccountB {
					return xaccttest.Fault(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
				}
				return next()
			})
			p, err := xacct.NewPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if err != nil {
				t.Fatal(err)
			}
			blocking := 0
			for _, f := range p.Findings {
				if f.Account == kittest.AccountB && (f.Code == plan.CodeUnread || f.Code == plan.CodeWrongOwner) {
					if !strings.Contains(f.Remedy, tt.hint) || strings.Contains(f.Remedy, "grant the reader") {
						t.Errorf("remedy %q", f.Remedy)
					}
					if f.Severity == plan.Blocking {
						blocking++
					}
				}
			}
			if blocking == 0 {
				t.Error("no finding blocks")
			}
			res, err := p.Apply(t.Context(), cloud.Clients())
			var blocked *xacct.BlockedError
			if !errors.As(err, &blocked) || !strings.Contains(blocked.Hint(), tt.hint) {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
}

// Credentials that expire during an apply end it at once, and every failed change says so.
func TestCredentialsExpireWhileApplying(t *testing.T) {
	for _, operation := range []string{"CreateRole", "PutRolePolicy", "CreateLocationS3", "CreateTask", "PutBucketPolicy"} {
		t.Run(operation, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
				account := kittest.AccountA
				if operation == "PutBucketPolicy" {
					account = kittest.AccountB
				}
				from(cloud, account, func(c xaccttest.Call) bool { return c.Operation == operation }, "ExpiredTokenException")
				begun := time.Now()
				res, err := p.Apply(t.Context(), cloud.Clients())
				var (
					config *xacct.ConfigError
					call   *xacct.CallError
				)
				if res == nil || !errors.As(err, &config) || !errors.As(err, &call) || config.Account != account {
					t.Fatalf("%v", err)
				}
				if h := call.Hint(); h != "renew the credentials of account "+account+", and run again" {
					t.Errorf("hint %q", h)
				}
				if took := time.Since(begun); took > time.Minute/2 {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
