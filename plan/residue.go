package plan

import (
	"fmt"

	"github.com/xacct/xacct/internal/text"
)

// Residue is something that is left after a tear-down. If Ours, Unknown and Possible are all false, AWS made it for us. Nothing of ours is left if no
// item is Ours and none is Unknown.
type Residue struct {
	Ours     bool // made by xacct, so that it should be gone
	Unknown  bool // it could not be read, or whose it is is not known: it may be ours
	Possible bool // AWS or a run may have left it, and nobody looked; it is never ours
	Account  string
	Region   string
	Kind     Kind
	Name     string
	Detail   string // what it is, or why it is not known
	Err      error  `json:"-"` // why it is not known, where an error says so; nil otherwise
}

// MarshalJSON returns the residue as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the residue.
func (r Residue) MarshalJSON() ([]byte, error) {
	type members Residue
	return text.Marshal(members(r))
}

// String returns one line: where it is, what it is, and whose.
func (r Residue) String() string {
	whose := "left by AWS"
	switch {
	case r.Ours:
		whose = "ours"
	case r.Unknown:
		whose = "unknown"
	case r.Possible:
		whose = "possible, never ours"
	}
	return text.Printable(fmt.Sprintf("%s %s %s %s: %s (%s)", r.Account, r.Region, r.Kind, r.Name, r.Detail, whose))
}
