// Package awserr tells the errors of AWS calls apart. A code decides where the service has one; DataSync has not, so there the message does.
package awserr

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Code is the service's error code, "" if err is not the answer of a service.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Is reports whether err is the answer of a service with one of the codes.
func Is(err error, codes ...string) bool {
	c := Code(err)
	return c != "" && slices.Contains(codes, c)
}

// NotFound reports whether err says that the resource asked for does not exist.
func NotFound(err error) bool { return matches(err, notFound) }

// Denied reports whether err says that the caller may not do this.
func Denied(err error) bool { return matches(err, denied) }

// Throttled reports whether err says that there were too many calls. Nothing was done then.
func Throttled(err error) bool { return matches(err, throttled) || status(err) == 429 }

// Propagation reports whether err is one that a role or a policy causes which has not spread yet, and that also a wrong one causes.
// Nothing was done then, so that a retry is safe.
func Propagation(err error) bool { return matches(err, propagation) }

// Ambiguous reports whether the call may or may not have been carried out: a 5xx, a timeout, a lost answer.
// What never left this machine, and what the service refused, is not ambiguous.
func Ambiguous(err error) bool {
	if err == nil || Throttled(err) {
		return false
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorFault() == smithy.FaultServer || status(err) >= 500 || matches(err, server)
	}
	var (
		send    *smithyhttp.RequestSendError
		decode  *smithy.DeserializationError
		network net.Error
	)
	return errors.As(err, &send) || errors.As(err, &decode) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || status(err) >= 500
}

// status is the HTTP status of the answer that err came with, 0 if there was none.
func status(err error) int {
	var r interface{ HTTPStatusCode() int }
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
}

// kind is one way to recognise an error.
type kind struct {
	code string // the service's error code
	text string // what its message must hold, whatever the letter case; "" is anything
}

func matches(err error, kinds []kind) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	code, message := api.ErrorCode(), strings.ToLower(api.ErrorMessage())
	return slices.ContainsFunc(kinds, func(k kind) bool {
		return k.code == code && strings.Contains(message, strings.ToLower(k.text))
	})
}
