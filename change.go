package xacct

import (
	"github.com/xacct/xacct/plan"
)

// writes reports whether Apply has something to do for the change.
func writes(c *plan.Change) bool { return c.Op != plan.NoOp && c.Hold == "" }
