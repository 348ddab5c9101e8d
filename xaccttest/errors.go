package xaccttest

import (
	"errors"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Fault is an error that a service answers with an HTTP status, a code and a message. A function given to [Cloud.Intercept] returns it to
// refuse a call: Fault(400, "ThrottlingException", "Rate exceeded"). The client wraps it as the SDK does. A status of 500 and above is the
// service's fault, any other is the caller's.
func Fault(status int, code, message string) error {
	return &fault{status: status, code: code, message: message}
}

// fault is a service's error before it is wrapped as the SDK does.
type fault struct {
	status        int
	code, message string
	errorCode     string // the errorCode member of DataSync's errors; "" is none
	header        http.Header
}

func (f *fault) Error() string { return f.code + ": " + f.message }

// modelled makes the errors for which the SDK has types, by service and code. All others are generic API errors.
var modelled = map[string]func(message *string) error{
	"IAM NoSuchEntity":                     func(m *string) error { return &iamtypes.NoSuchEntityException{Message: m} },
	"IAM EntityAlreadyExists":              func(m *string) error { return &iamtypes.EntityAlreadyExistsException{Message: m} },
	"IAM MalformedPolicyDocument":          func(m *string) error { return &iamtypes.MalformedPolicyDocumentException{Message: m} },
	"IAM DeleteConflict":                   func(m *string) error { return &iamtypes.DeleteConflictException{Message: m} },
	"IAM LimitExceeded":                    func(m *string) error { return &iamtypes.LimitExceededException{Message: m} },
	"IAM InvalidInput":                     func(m *string) error { return &iamtypes.InvalidInputException{Message: m} },
	"IAM UnmodifiableEntity":               func(m *string) error { return &iamtypes.UnmodifiableEntityException{Message: m} },
	"IAM ConcurrentModification":           func(m *string) error { return &iamtypes.ConcurrentModificationException{Message: m} },
	"IAM ServiceFailure":                   func(m *string) error { return &iamtypes.ServiceFailureException{Message: m} },
	"S3 NotFound":                          func(m *string) error { return &s3types.NotFound{} },
	"S3 NoSuchBucket":                      func(m *string) error { return &s3types.NoSuchBucket{Message: m} },
	"S3 NoSuchKey":                         func(m *string) error { return &s3types.NoSuchKey{Message: m} },
	"KMS NotFoundException":                func(m *string) error { return &kmstypes.NotFoundException{Message: m} },
	"KMS InvalidArnException":              func(m *string) error { return &kmstypes.InvalidArnException{Message: m} },
	"KMS LimitExceededException":           func(m *string) error { return &kmstypes.LimitExceededException{Message: m} },
	"KMS MalformedPolicyDocumentException": func(m *string) error { return &kmstypes.MalformedPolicyDocumentException{Message: m} },
	"DataSync InvalidRequestException": func(m *string) error {
		return &dstypes.InvalidRequestException{Message: m}
	},
	"DataSync InternalException": func(m *string) error { return &dstypes.InternalException{Message: m} },
}

// modelledFor are the operations that have an error of S3 in their model. All others return it as a generic API error.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html, the errors of each operation
var modelledFor = map[string][]string{"S3 NoSuchBucket": {"ListObjectsV2"}, "S3 NoSuchKey": {"GetObject"}}

// shape wraps err as an SDK client does: an operation error around an HTTP response error around the API error.
func shape(service, operation, requestID string, err error) error {
	if op := (*smithy.OperationError)(nil); errors.As(err, &op) {
		return err
	}
	if f := (*fault)(nil); errors.As(err, &f) {
		err = f.response(service, operation, requestID)
	}
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
}

func (f *fault) response(service, operation, requestID string) error {
	var api error
	key := service + " " + f.code
	if make, only := modelled[key], modelledFor[key]; make != nil && (only == nil || slices.Contains(only, operation)) {
		api = make(aws.String(f.message))
	} else {
		generic := &smithy.GenericAPIError{Code: f.code, Message: f.message}
		if f.status >= 500 {
			generic.Fault = smithy.FaultServer
		} else {
			generic.Fault = smithy.FaultClient
		}
		api = generic
	}
	if e, ok := api.(*dstypes.InvalidRequestException); ok && f.errorCode != "" {
		e.ErrorCode_ = aws.String(f.errorCode)
	}
	header := f.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(requestIDHeader(service), requestID)
	return &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{
				StatusCode: f.status, Status: http.StatusText(f.status), Header: header, Body: http.NoBody,
			}},
			Err: api,
		},
		RequestID: requestID,
	}
}

func requestIDHeader(service string) string {
	if service == "S3" {
		return "X-Amz-Request-Id"
	}
	return "X-Amzn-Requestid"
}
