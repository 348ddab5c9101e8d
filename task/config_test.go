package task

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
)

func refusedAs(code string) error {
	return &smithy.OperationError{ServiceID: "DataSync", OperationName: "X", Err: &smithy.GenericAPIError{Code: code, Message: "no"}}
}

// noMetadata is what the SDK says outside of EC2 if it finds no other credentials.
var noMetadata = &smithy.OperationError{ServiceID: "DataSync", OperationName: "X", Err: fmt.Errorf("get identity: get credentials: %w",
	fmt.Errorf("failed to refresh cached credentials, no EC2 IMDS role found, %w", &net.OpError{Op: "dial", Err: errors.New("no route to host")}))}

func TestConfigErrorHint(t *testing.T) {
	for _, tt := range []struct {
		name, region string
		err          error
		flaw         Flaw
		says, hint   string
		not          string // what the hint does not say; "" is not looked at
	}{
		{"expired", "eu-west-1", refusedAs("ExpiredTokenException"), ExpiredCredentials, "the credentials of account 111122223333 have expired",
			"renew the credentials of account 111122223333", "opt-in"},
		{"expired in an opt-in Region", "ap-east-1", refusedAs("ExpiredTokenException"), ExpiredCredentials, "have expired", "renew the credentials", "opt-in"},
		{"none", "eu-west-1", noMetadata, NoCredentials, "there are no credentials of account 111122223333", "renew the credentials of account 111122223333", ""},
		{"unknown token", "eu-west-1", refusedAs("UnrecognizedClientException"), RefusedCredentials, "are not accepted",
			"renew the credentials of account 111122223333", "opt-in"},
		{"unknown token in an opt-in Region", "ap-east-1", refusedAs("UnrecognizedClientException"), RefusedCredentials, "are not accepted",
			"enable the opt-in Region ap-east-1 in account 111122223333; if it is enabled, get the session token from the endpoint of a Region, because one of the global STS endpoint", ""},
		{"unknown token of S3 in an opt-in Region", "me-south-1", refusedAs("InvalidToken"), RefusedCredentials, "are not accepted", "enable the opt-in Region me-south-1", ""},
		{"unknown token of STS, whose Region is not known", "", refusedAs("InvalidClientTokenId"), RefusedCredentials, "are not accepted",
			"renew the credentials of account 111122223333; if cfg.Region is an opt-in Region, enable it in the account", ""},
		{"wrong signature in an opt-in Region", "ap-east-1", refusedAs("SignatureDoesNotMatch"), RefusedCredentials, "are not accepted", "renew the credentials", "opt-in"},
		{"no Region", "", &aws.MissingRegionError{}, NoRegion, "the client of account 111122223333 has no Region", "set cfg.Region", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := NewConfigError("111122223333", tt.region, fmt.Errorf("x: %w", tt.err))
			var config *ConfigError
			if !errors.As(err, &config) || !errors.Is(err, tt.err) || config.Flaw != tt.flaw || config.Account != "111122223333" || config.Region != tt.region {
				t.Fatalf("%+v", err)
			}
			if s := err.Error(); !strings.Contains(s, tt.says) || strings.Contains(s, "\n") {
				t.Errorf("says %q, want %q", s, tt.says)
			}
			if h := config.Hint(); !strings.Contains(h, tt.hint) || tt.not != "" && strings.Contains(h, tt.not) {
				t.Errorf("hints %q, want %q and not %q", h, tt.hint, tt.not)
			}
			if NewConfigError("444455556666", "", err) != err {
				t.Error("put into another one")
			}
		})
	}
	for _, err := range []error{nil, denied, throttled, errConnection, internal} {
		if got := NewConfigError("111122223333", "eu-west-1", err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// Credentials and Regions are called that in every part of a run, at once and not after attempts.
func TestRunWithoutUsableClient(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		flaw Flaw
	}{
		{"expired", refusedAs("ExpiredTokenException"), ExpiredCredentials},
		{"no credentials", noMetadata, NoCredentials},
		{"unknown token", refusedAs("UnrecognizedClientException"), RefusedCredentials},
		{"no Region", &aws.MissingRegionError{}, NoRegion},
	} {
		for what, do := range map[string]func(*testing.T, *runner) error{
			"Start": func(t *testing.T, r *runner) error {
				r.starts = []start{{false, tt.err}}
				_, err := Start(t.Context(), r, taskARN)
				return err
			},
			"Start with a token": func(t *testing.T, r *runner) error {
				r.err = map[string]error{"ListTaskExecutions": tt.err}
				_, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.Token = "mine" })
				return err
			},
			"Start unless it runs": func(t *testing.T, r *runner) error {
				r.err = map[string]error{"DescribeTask": tt.err, "ListTaskExecutions": tt.err}
				_, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.IfRunning = AttachToIt })
				return err
			},
			"Start with options": func(t *testing.T, r *runner) error {
				r.err = map[string]error{"DescribeTask": tt.err}
				_, err := Start(t.Context(), r, taskARN, func(o *StartOptions) { o.Options.LogLevel = "OFF" })
				return err
			},
			"Start whose answer is lost": func(t *testing.T, r *runner) error {
				r.starts, r.err = []start{{true, errConnection}}, map[string]error{"ListTaskExecutions": tt.err}
				_, err := Start(t.Context(), r, taskARN)
				var lost *LostStartError
				if !errors.As(err, &lost) || !strings.Contains(lost.Hint(), "call Start again with this token") {
					t.Errorf("%v", err)
				}
				return err
			},
			"Watch": func(t *testing.T, r *runner) error {
				r.looks = []look{{err: tt.err}}
				var last error
				for _, last = range Attach(r, executionARN).Watch(t.Context()) {
				}
				return last
			},
			"Wait": func(t *testing.T, r *runner) error {
				r.looks = []look{{err: tt.err}}
				_, err := Attach(r, executionARN).Wait(t.Context())
				return err
			},
			"Cancel": func(t *testing.T, r *runner) error {
				r.cancelErr = tt.err
				return Attach(r, executionARN).Cancel(t.Context())
			},
			"SetBandwidth": func(t *testing.T, r *runner) error {
				r.err = map[string]error{"UpdateTaskExecution": tt.err}
				return Attach(r, executionARN).SetBandwidth(t.Context(), 5<<20)
			},
		} {
			t.Run(what+", "+tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					err := do(t, &runner{})
					var config *ConfigError
					if !errors.As(err, &config) || config.Flaw != tt.flaw || !errors.Is(err, tt.err) || config.Account == "" || config.Region == "" {
						t.Fatalf("%v", err)
					}
					var h interface{ Hint() string }
					if !errors.As(err, &h) || !strings.Contains(h.Hint(), "renew the credentials of account") && !strings.Contains(h.Hint(), "set cfg.Region") {
						t.Errorf("hint of %v", err)
					}
					if strings.Contains(err.Error(), "\n") {
						t.Errorf("not one line: %q", err)
					}
					if took := time.Since(begun); took > 0 {
						t.Errorf("took %v", took)
					}
				})
			})
		}
	}
}
