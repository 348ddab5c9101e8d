package apply

import (
	"context"
	"errors"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/plan"
)

// classOf names the class of a change's error for a log: that of the call that failed, or what the error says of the change.
func classOf(err error) string {
	for _, row := range []struct {
		class string
		is    func(error) bool
	}{
		{"waiting", as[*plan.WaitingError]},
		{"blocked", as[*plan.BlockedError]},
		{"stale", as[*plan.StaleError]},
		{"mismatch", as[*plan.MismatchError]},
		{"ambiguous-resource", as[*plan.AmbiguousError]},
		{"owner", as[*plan.OwnerError]},
		{"dead-principal", as[*plan.DeadPrincipalError]},
		{"lost-update", as[*plan.LostUpdateError]},
		{"no-client", as[*plan.ClientError]},
		{"dependent", as[*dependentError]},
		{"cancelled", func(err error) bool {
			return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		}},
	} {
		if row.is(err) {
			return row.class
		}
	}
	return awserr.Class(err)
}

// as reports whether err holds an error of the type.
func as[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}
