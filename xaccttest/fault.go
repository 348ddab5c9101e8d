package xaccttest

import (
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// Fault is an error that a service answers with an HTTP status, a code and a message. A function given to [Cloud.Intercept] returns it to
// refuse a call: Fault(400, "ThrottlingException", "Rate exceeded"). The client wraps it as the SDK does. A status of 500 and above is the
// service's fault, any other is the caller's.
func Fault(status int, code, message string) error {
	return &fault.Error{Status: status, Code: code, Message: message}
}
