// Package fault has the errors of the services in the shape that the SDK gives them.
package fault

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

// Error is a service's error before it is wrapped as the SDK does.
type Error struct {
	Status        int    // of the HTTP answer
	Code, Message string // of the service
	ErrorCode     string // the errorCode member of DataSync's errors; "" is none
	Header        http.Header
}

// Error returns the code and the message.
func (f *Error) Error() string { return f.Code + ": " + f.Message }

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

// Wrap wraps err as an SDK client does: an operation error around an HTTP response error around the API error.
func Wrap(service, operation, requestID string, err error) error {
	if op := (*smithy.OperationError)(nil); errors.As(err, &op) {
		return err
	}
	if f := (*Error)(nil); errors.As(err, &f) {
		err = f.response(service, operation, requestID)
	}
	return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
}

func (f *Error) response(service, operation, requestID string) error {
	var api error
	key := service + " " + f.Code
	if make, only := modelled[key], modelledFor[key]; make != nil && (only == nil || slices.Contains(only, operation)) {
		api = make(aws.String(f.Message))
	} else {
		generic := &smithy.GenericAPIError{Code: f.Code, Message: f.Message}
		if f.Status >= 500 {
			generic.Fault = smithy.FaultServer
		} else {
			generic.Fault = smithy.FaultClient
		}
		api = generic
	}
	if e, ok := api.(*dstypes.InvalidRequestException); ok && f.ErrorCode != "" {
		e.ErrorCode_ = aws.String(f.ErrorCode)
	}
	header := f.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(requestIDHeader(service), requestID)
	return &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{
				StatusCode: f.Status, Status: http.StatusText(f.Status), Header: header, Body: http.NoBody,
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
