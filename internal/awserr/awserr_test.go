package awserr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func generic(code, message string) error {
	return &smithy.GenericAPIError{Code: code, Message: message}
}

func invalid(message string) error { return &dstypes.InvalidRequestException{Message: &message} }

// answered wraps err as the SDK does for a response with the HTTP status.
func answered(status int, err error) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "X", Err: &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err},
		RequestID:     "r",
	}}
}

func TestClasses(t *testing.T) {
	const (
		none = iota
		missing
		refused
		throttle
		unsure
		propagating
	)
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"nil", nil, none},
		{"plain", errors.New("x"), none},
		{"IAM role missing", &iamtypes.NoSuchEntityException{}, missing},
		{"bucket missing, HeadBucket", answered(404, generic("NotFound", "")), missing},
		{"bucket missing", answered(404, generic("NoSuchBucket", "The specified bucket does not exist")), missing},
		{"no bucket policy", answered(404, generic("NoSuchBucketPolicy", "")), missing},
		{"no ownership controls", generic("OwnershipControlsNotFoundError", ""), missing},
		{"DataSync location missing", invalid("Location loc-0 is not found."), missing},
		{"DataSync task missing", invalid("Sync task task-0 is Not Found."), missing},
		{"DataSync, other", invalid("Invalid SyncOption value."), none},
		{"not found in the text of another code", generic("MalformedPolicy", "not found"), none},
		{"denied, S3", answered(403, generic("AccessDenied", "")), refused},
		{"denied, DataSync", generic("AccessDeniedException", ""), refused},
		{"denied, HeadBucket", answered(403, generic("Forbidden", "")), refused},
		{"policy call from another account", answered(405, generic("MethodNotAllowed", "")), refused},
		{"throttled, IAM", generic("Throttling", "Rate exceeded"), throttle},
		{"throttled, DataSync", answered(400, generic("ThrottlingException", "Rate exceeded")), throttle},
		{"throttled, S3, a 503", answered(503, generic("SlowDown", "")), throttle},
		{"throttled by status", answered(429, generic("X", "")), throttle},
		{"DataSync internal", &dstypes.InternalException{}, unsure},
		{"IAM internal, code only", generic("ServiceFailure", ""), unsure},
		{"S3 internal", answered(500, generic("InternalError", "")), unsure},
		{"a 502 of something in between", answered(502, generic("UnknownError", "")), unsure},
		{"undecodable answer", &smithy.DeserializationError{Err: errors.New("x")}, unsure},
		{"lost answer", &smithyhttp.RequestSendError{Err: io.ErrUnexpectedEOF}, unsure},
		{"lost answer, bare", fmt.Errorf("x: %w", io.EOF), unsure},
		{"connection reset", &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, unsure},
		{"never connected", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, none},
		{"cancelled", &smithy.CanceledError{Err: context.Canceled}, unsure},
		{"timeout", fmt.Errorf("x: %w", context.DeadlineExceeded), unsure},
		{"refused with 400", answered(400, generic("ValidationException", "")), none},
		{"role not assumable", invalid("Unable to assume role. Reason: Access denied when calling sts:AssumeRole"), propagating},
		{"location access test", invalid("Invalid request provided: DataSync location access test failed: could not perform s3:ListObjectsV2"), propagating},
		{"bucket access test", invalid("DataSync bucket access test failed: could not perform s3:HeadBucket"), propagating},
		{"access test, an alias that is not found", invalid("DataSync location access test failed: Alias arn:aws:kms:eu-west-1:444455556666:alias/x is not found."), propagating},
		{"third text for a new role", invalid("Invalid IAM role"), propagating},
		{"principal, S3", answered(400, generic("MalformedPolicy", "Invalid principal in policy")), propagating},
		{"principal, IAM", &iamtypes.MalformedPolicyDocumentException{Message: new("Invalid principal in policy: x")}, propagating},
		{"principal, KMS", generic("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."), propagating},
		{"other malformed policy", generic("MalformedPolicy", "Policy has invalid resource"), none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for class, got := range map[int]bool{
				missing: NotFound(tt.err), refused: Denied(tt.err), throttle: Throttled(tt.err), unsure: Ambiguous(tt.err), propagating: Propagation(tt.err),
			} {
				if want := class == tt.want; got != want {
					t.Errorf("class %d = %v, want %v", class, got, want)
				}
			}
		})
	}
}

// TestTables has a case for every row of every table.
func TestTables(t *testing.T) {
	rows := 0
	for name, tt := range map[string]struct {
		kinds []kind
		is    func(error) bool
	}{
		"notFound": {notFound, NotFound}, "denied": {denied, Denied}, "throttled": {throttled, Throttled}, "server": {server, Ambiguous}, "propagation": {propagation, Propagation},
	} {
		for _, k := range tt.kinds {
			rows++
			if !tt.is(fmt.Errorf("wrapped: %w", generic(k.code, "… "+k.text+" …"))) {
				t.Errorf("%s: %s %q is not recognised", name, k.code, k.text)
			}
			if k.text != "" && tt.is(generic(k.code, "something else")) {
				t.Errorf("%s: %s is recognised whatever its text", name, k.code)
			}
		}
	}
	if rows == 0 {
		t.Error("no rows")
	}
}

func TestCode(t *testing.T) {
	err := answered(404, generic("NoSuchBucket", ""))
	if got := Code(err); got != "NoSuchBucket" {
		t.Errorf("Code = %q", got)
	}
	if !Is(err, "X", "NoSuchBucket") || Is(err, "X") || Is(errors.New("x"), "") || Code(nil) != "" {
		t.Error("Is or Code is wrong")
	}
}

// IAM says of a role that it does not know yet what it says of one that does not exist. A boundary that does not exist is no role.
func TestNoRole(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"a role", &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The role with name x cannot be found."}, true},
		{"a role, in other words", &smithy.GenericAPIError{Code: "NoSuchEntity"}, true},
		{"a boundary", &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "Scope ARN: arn:aws:iam::111122223333:policy/role does not exist or is not attachable."}, false},
		{"a denial", &smithy.GenericAPIError{Code: "AccessDenied", Message: "NoSuchEntity"}, false},
		{"a bucket", &smithy.GenericAPIError{Code: "NoSuchBucket"}, false},
		{"no answer of AWS", errors.New("NoSuchEntity"), false},
		{"nothing", nil, false},
	} {
		if got := NoRole(tt.err); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestPassing has the errors that may pass without anybody's help, and those that stay.
func TestPassing(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"plain", errors.New("x"), false},
		{"throttled", generic("ThrottlingException", "Rate exceeded"), true},
		{"a broken server", answered(500, generic("InternalError", "")), true},
		{"a gateway", answered(503, generic("ServiceUnavailable", "")), true},
		{"never connected", &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}, true},
		{"no name server", &smithyhttp.RequestSendError{Err: &net.DNSError{Err: "no such host"}}, true},
		{"lost answer", &smithyhttp.RequestSendError{Err: io.ErrUnexpectedEOF}, true},
		{"timeout", fmt.Errorf("x: %w", context.DeadlineExceeded), true},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), false},
		{"expired credentials", answered(403, generic("ExpiredTokenException", "The security token included in the request is expired")), true},
		{"refused credentials", answered(403, generic("InvalidClientTokenId", "The security token included in the request is invalid.")), false},
		{"denied", answered(403, generic("AccessDenied", "")), false},
		{"refused", invalid("Invalid SyncOption value."), false},
		{"missing", answered(404, generic("NoSuchBucket", "")), false},
	} {
		if got := Passing(tt.err); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
