package kittest

import (
	"errors"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"syscall"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xacct/xacct/xaccttest"
)

// CallKey names one call of a run: account, Region, operation, resource, and its number among the calls that are alike in these.
type CallKey struct {
	Account, Region, Operation, Resource string
	Occurrence                           int
}

// String is one line: where, what, on what, and which of the calls that are alike.
func (k CallKey) String() string {
	return fmt.Sprintf("%s %s %s(%s) #%d", k.Account, k.Region, k.Operation, k.Resource, k.Occurrence)
}

// WithoutOccurrence is the key without the occurrence.
func (k CallKey) WithoutOccurrence() CallKey { k.Occurrence = 0; return k }

// KeyOf is the key of a call, without the occurrence. Generated ids are left out: with one location and one task in a Region the kind is enough.
func KeyOf(call xaccttest.Call) CallKey {
	var parts []string
	in := reflect.ValueOf(call.Input).Elem()
	for _, name := range []string{"Bucket", "RoleName", "PolicyName", "PolicyArn", "S3BucketArn", "Subdirectory", "LocationArn", "TaskArn", "ResourceArn", "KeyId", "Name", "LogGroupName", "LogGroupNamePrefix"} {
		f := in.FieldByName(name)
		if !f.IsValid() || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
			continue
		}
		parts = append(parts, GeneratedID.ReplaceAllString(f.Elem().String(), "$1"))
	}
	return CallKey{Account: call.Account, Region: call.Region, Operation: call.Operation, Resource: strings.Join(parts, " ")}
}

// Reads reports whether the operation changes nothing.
func Reads(operation string) bool {
	return slices.ContainsFunc([]string{"Get", "List", "Describe", "Head"}, func(verb string) bool { return strings.HasPrefix(operation, verb) })
}

// ErrProcessGone is the error of every call after the process is said to have ended.
var ErrProcessGone = errors.New("the process is gone")

// ErrConnectionReset is what the SDK returns for a connection that is lost.
var ErrConnectionReset = &smithyhttp.RequestSendError{Err: &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}}

// Throttling is the error of a call that AWS throttles, as its service says it.
func Throttling(call xaccttest.Call) error {
	switch call.Service {
	case "S3":
		return xaccttest.Fault(503, "SlowDown", "Please reduce your request rate.")
	case "IAM", "STS":
		return xaccttest.Fault(400, "Throttling", "Rate exceeded")
	}
	return xaccttest.Fault(400, "ThrottlingException", "Rate exceeded")
}

// AccessDenied is the error of a call that AWS refuses for want of a permission, as its service says it.
func AccessDenied(call xaccttest.Call) error {
	if call.Service == "DataSync" || call.Service == "KMS" {
		return xaccttest.Fault(400, "AccessDeniedException", "not authorized to perform "+call.Operation)
	}
	return xaccttest.Fault(403, "AccessDenied", "not authorized to perform "+call.Operation)
}

// ServerError is the 5xx error of a call, as its service says it.
func ServerError(call xaccttest.Call) error {
	switch call.Service {
	case "IAM":
		return xaccttest.Fault(500, "ServiceFailure", "The request processing has failed because of an unknown error.")
	case "S3":
		return xaccttest.Fault(500, "InternalError", "We encountered an internal error. Please try again.")
	case "DataSync":
		return xaccttest.Fault(500, "InternalException", "internal error")
	}
	return xaccttest.Fault(500, "InternalFailure", "internal error")
}
