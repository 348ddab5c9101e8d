package awserr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// transport answers requests in place of a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// refusal is a network behind which every service refuses every call with the code, in the words of its protocol.
func refusal(httpStatus int, code, message string) transport {
	return func(r *http.Request) (*http.Response, error) {
		kind, body := "application/x-amz-json-1.1", fmt.Sprintf(`{"__type":"com.amazon.coral.service#%s","message":%q}`, code, message)
		switch {
		case strings.Contains(r.URL.Host, "s3"):
			kind, body = "application/xml", fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
		case strings.Contains(r.URL.Host, "sts"), strings.Contains(r.URL.Host, "iam"):
			kind, body = "text/xml", fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
		}
		return &http.Response{StatusCode: httpStatus, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

// sdkCalls makes one call of each service with real clients, and returns the errors by service.
func sdkCalls(t *testing.T, cfg aws.Config) map[string]error {
	t.Helper()
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	ctx := t.Context()
	out := map[string]error{}
	_, out["sts"] = sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	_, out["iam"] = iam.NewFromConfig(cfg).GetRole(ctx, &iam.GetRoleInput{RoleName: new("role")})
	_, out["s3"] = s3.NewFromConfig(cfg).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: new("bucket")})
	_, out["kms"] = kms.NewFromConfig(cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: new("key")})
	_, out["datasync"] = datasync.NewFromConfig(cfg).ListTasks(ctx, nil)
	_, out["logs"] = cloudwatchlogs.NewFromConfig(cfg).DescribeResourcePolicies(ctx, nil)
	return out
}

// The errors that clients of the SDK really return.
func TestConfigFlawOfTheSDK(t *testing.T) {
	key := credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", "token")
	without := func(err error) aws.CredentialsProvider {
		return aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, err }))
	}
	offline := transport(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	})
	metadata := fmt.Errorf("no EC2 IMDS role found, %w", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("no route to host")}})
	role := func(httpStatus int, code string) error { return answered(httpStatus, generic(code, "")) }
	for _, tt := range []struct {
		name        string
		region      string
		credentials aws.CredentialsProvider
		network     transport
		want        Flaw
	}{
		{"no Region", "", key, offline, NoRegion},
		{"no Region that can be", "eu west 1", key, offline, NoRegion},
		{"no credentials and no signature", "eu-west-1", nil, refusal(403, "MissingAuthenticationToken", "Request is missing Authentication Token"), NoCredentials},
		{"empty credentials", "eu-west-1", credentials.NewStaticCredentialsProvider("", "", ""), offline, NoCredentials},
		{"no instance metadata", "eu-west-1", without(metadata), offline, NoCredentials},
		{"a role that may not be assumed", "eu-west-1", without(role(403, "AccessDenied")), offline, NoCredentials},
		{"a role of IAM Identity Center that is not there", "eu-west-1", without(role(404, "ResourceNotFoundException")), offline, NoCredentials},
		{"a profile that is wrong", "eu-west-1", without(errors.New("process provider error: exit status 1")), offline, NoCredentials},
		{"an expired session of IAM Identity Center", "eu-west-1", without(fmt.Errorf("the SSO session has expired or is invalid: %w", errors.New("x"))), offline, Expired},
		{"a refresh token that is refused", "eu-west-1", without(role(400, "InvalidGrantException")), offline, Expired},
		{"an expired web identity", "eu-west-1", without(role(400, "ExpiredTokenException")), offline, Expired},
		{"expired", "eu-west-1", key, refusal(400, "ExpiredToken", "The provided token has expired."), Expired},
		{"expired, in JSON", "eu-west-1", key, refusal(400, "ExpiredTokenException", "The security token included in the request is expired"), Expired},
		{"unknown token", "ap-east-1", key, refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid."), RefusedCredentials},
		{"unknown token, in JSON", "ap-east-1", key, refusal(400, "UnrecognizedClientException", "The security token included in the request is invalid."), RefusedCredentials},
		{"wrong secret key", "eu-west-1", key, refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match"), RefusedCredentials},
		{"no network", "eu-west-1", key, offline, NoFlaw},
		{"no network to get credentials", "eu-west-1", without(&smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}), offline, NoFlaw},
		{"throttled while getting credentials", "eu-west-1", without(role(400, "Throttling")), offline, NoFlaw},
		{"broken while getting credentials", "eu-west-1", without(role(503, "ServiceUnavailable")), offline, NoFlaw},
		{"cancelled while getting credentials", "eu-west-1", without(fmt.Errorf("no EC2 IMDS role found, %w", context.Canceled)), offline, NoFlaw},
		{"throttled", "eu-west-1", key, refusal(400, "ThrottlingException", "Rate exceeded"), NoFlaw},
		{"denied", "eu-west-1", key, refusal(403, "AccessDenied", "no identity-based policy allows it"), NoFlaw},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := aws.Config{Region: tt.region, Credentials: tt.credentials, HTTPClient: &http.Client{Transport: tt.network}}
			for service, err := range sdkCalls(t, cfg) {
				if got := ConfigFlaw(err); got != tt.want {
					t.Errorf("%s: %q, want %q: %v", service, got, tt.want, err)
				}
				if tt.want != NoFlaw && (Ambiguous(err) || Throttled(err) || Denied(err) || NotFound(err) || Propagation(err)) {
					t.Errorf("%s: is of another class too: %v", service, err)
				}
			}
		})
	}
}

// Every code that speaks of credentials, and codes that do not.
func TestConfigFlawByCode(t *testing.T) {
	for code, want := range map[string]Flaw{
		"ExpiredToken": Expired, "ExpiredTokenException": Expired, "RequestExpired": Expired, "TokenRefreshRequired": Expired,
		"MissingAuthenticationToken": NoCredentials, "MissingAuthenticationTokenException": NoCredentials,
		"InvalidClientTokenId": RefusedCredentials, "UnrecognizedClientException": RefusedCredentials, "InvalidToken": RefusedCredentials,
		"InvalidAccessKeyId": RefusedCredentials, "AuthFailure": RefusedCredentials, "SignatureDoesNotMatch": RefusedCredentials,
		"InvalidSignatureException": RefusedCredentials, "RequestTimeTooSkewed": RefusedCredentials,
		"AccessDenied": NoFlaw, "AccessDeniedException": NoFlaw, "Forbidden": NoFlaw, "BadRequest": NoFlaw, "InvalidRequestException": NoFlaw, "SlowDown": NoFlaw,
		"NoSuchBucket": NoFlaw, "RequestTimeout": NoFlaw, "OptInRequired": NoFlaw,
	} {
		for name, err := range map[string]error{
			"bare": generic(code, ""), "answered": answered(400, generic(code, "")), "wrapped": fmt.Errorf("x: %w", generic(code, "")),
			"joined": errors.Join(errors.New("x"), generic(code, "")),
		} {
			if got := ConfigFlaw(err); got != want {
				t.Errorf("%s, %s: %q, want %q", code, name, got, want)
			}
		}
	}
	if got := ConfigFlaw(&aws.MissingRegionError{}); got != NoRegion {
		t.Errorf("MissingRegionError: %q", got)
	}
	if got := ConfigFlaw(nil); got != NoFlaw {
		t.Errorf("nil: %q", got)
	}
}

// What another service answered while the SDK got credentials says nothing about the resource of the call.
func TestGettingCredentialsIsNoAnswer(t *testing.T) {
	for _, code := range []string{"ResourceNotFoundException", "AccessDenied", "NoSuchBucketPolicy", "MalformedPolicyDocument"} {
		err := fmt.Errorf("operation error S3: GetBucketPolicy, %w", fmt.Errorf("get identity: %w", generic(code, "invalid principal")))
		if Code(err) != "" || Is(err, code) || NotFound(err) || Denied(err) || Propagation(err) {
			t.Errorf("%s counts as the answer to the call", code)
		}
	}
}

func TestClass(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{generic("ExpiredToken", ""), "config"},
		{generic("Throttling", ""), "throttled"},
		{generic("AccessDenied", ""), "denied"},
		{generic("NoSuchBucket", ""), "not-found"},
		{invalid("Invalid IAM role"), "propagation"},
		{fmt.Errorf("x: %w", context.Canceled), "cancelled"},
		{answered(500, generic("InternalError", "")), "ambiguous"},
		{generic("ValidationException", ""), "refused"},
		{errors.New("x"), "other"},
	} {
		if got := Class(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}
