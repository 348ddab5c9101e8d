package plan

import (
	"fmt"
	"strings"
)

// Residue is something that is left after a tear-down.
type Residue struct {
	Ours    bool // true: made by xacct, so that it should be gone; false: made by AWS for us, or not known
	Account string
	Region  string
	Kind    Kind
	Name    string
	Detail  string // what it is, or why it is not known
	Err     error  `json:"-"` // why it is not known, where an error says so; nil otherwise
}

// String returns one line: where it is, what it is, and whose.
func (r Residue) String() string {
	whose := "left by AWS"
	switch {
	case r.Ours:
		whose = "ours"
	case strings.HasPrefix(r.Detail, "not known"), strings.HasPrefix(r.Detail, "possible"):
		whose = "unknown"
	}
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s: %s (%s)", r.Account, r.Region, r.Kind, r.Name, r.Detail, whose)), " ")
}
