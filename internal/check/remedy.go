package check

import (
	"cmp"
	"errors"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/plan"
)

// Remedy returns what helps against the error of a read: what the hint of a [plan.ConfigError] says, because then no permission helps, what lifts the
// explicit Deny that the error names, because then no grant helps, and otherwise the given remedy.
func Remedy(err error, otherwise string) string {
	var config *plan.ConfigError
	if errors.As(err, &config) {
		return config.Hint()
	}
	return cmp.Or(awserr.RefusalIn(awserr.Message(err)).Remedy("the reader", ""), otherwise)
}
