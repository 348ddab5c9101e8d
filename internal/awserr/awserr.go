// Package awserr classifies the errors of AWS calls. It decides by the error code; DataSync has no specific codes, so for DataSync it decides
// by the message.
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

// Code returns the service's error code; "" if err is not the response of a service to the call itself. What another service answered when
// the SDK got credentials for the call is none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && !gettingCredentials(err) {
		return api.ErrorCode()
	}
	return ""
}

// Is reports whether err is the response of a service with one of the codes.
func Is(err error, codes ...string) bool {
	c := Code(err)
	return c != "" && slices.Contains(codes, c)
}

// NotFound reports whether err says that the requested resource does not exist. An access test that failed because something else was not found, such as
// the alias of a key, says nothing of the resource.
func NotFound(err error) bool {
	return matches(err, notFound) && !matches(err, propagation) && !gettingCredentials(err)
}

// Denied reports whether err says that the caller is not allowed to make the call.
func Denied(err error) bool { return matches(err, denied) && !gettingCredentials(err) }

// Throttled reports whether err says that there were too many calls. Such a call had no effect.
func Throttled(err error) bool { return matches(err, throttled) || status(err) == 429 }

// Propagation reports whether err can be caused by a role or policy that has not yet propagated. A wrong role or policy causes the same
// errors. Such a call had no effect, so that a retry is safe.
func Propagation(err error) bool { return matches(err, propagation) && !gettingCredentials(err) }

// NoRole reports whether err says that the role of a call of IAM does not exist, which IAM may also say of a role that was made a moment ago. A
// permissions boundary that does not exist has the same code.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
func NoRole(err error) bool {
	var api smithy.APIError
	return Is(err, "NoSuchEntity") && errors.As(err, &api) && !strings.Contains(strings.ToLower(api.ErrorMessage()), "scope arn")
}

// Ambiguous reports whether it is unknown if the call had an effect: a 5xx, a timeout, or a lost response. A call that never left this
// machine, or that the service refused, is not ambiguous.
func Ambiguous(err error) bool {
	if err == nil || Throttled(err) || ConfigFlaw(err) != NoFlaw {
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

// Passing reports whether the same call may succeed later without anybody's help: there were too many calls, the service is broken, the network fails, or
// the credentials have expired, which a provider renews.
func Passing(err error) bool {
	return err != nil && !errors.Is(err, context.Canceled) && (Throttled(err) || Ambiguous(err) || unanswered(err) || ConfigFlaw(err) == Expired)
}

// status returns the HTTP status of the response that err is from; 0 if there was none.
func status(err error) int {
	var r interface{ HTTPStatusCode() int }
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
}

// kind is one way to recognise an error: by code and message.
type kind struct {
	code string // the service's error code
	text string // what the message must contain, in any letter case; "" is any message
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

// Class names the class of err for a log, in one word; "" is no error.
func Class(err error) string {
	switch {
	case err == nil:
		return ""
	case ConfigFlaw(err) != NoFlaw:
		return "config"
	case Throttled(err):
		return "throttled"
	case Denied(err):
		return "denied"
	case NotFound(err):
		return "not-found"
	case Propagation(err):
		return "propagation"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case Ambiguous(err):
		return "ambiguous"
	case Code(err) != "":
		return "refused"
	}
	return "other"
}
