package plan

import "github.com/xacct/xacct/internal/text"

// Severity is the weight of a [Finding].
type Severity string

// The severities of findings, the lightest first.
const (
	Info     Severity = "info"     // good to know
	Warning  Severity = "warning"  // to be looked at; it stops nothing
	Blocking Severity = "blocking" // no change of the transfer is made, unless the finding's code is overridden
)

// Finding is one thing that a plan knows about a transfer: what the policies allow, what stands in the way, what is unknown. Code, Transfer, Side,
// Subject, Statement and Actions together identify it; Detail and Remedy are its words for people.
type Finding struct {
	Severity   Severity
	Code       Code
	Transfer   string `json:",omitempty"` // the name of the transfer; "" if it is about several, or about none in particular
	Side       Side   `json:",omitempty"` // the end of the transfer that it is about; "" is both
	Account    string `json:",omitempty"` // the account in which the cause lies
	Subject    string `json:",omitempty"` // what it is about, such as the ARN of a role or the name of a bucket
	Statement  string `json:",omitempty"` // the deciding statement: its Sid, or "statement 3"
	Detail     string // one line
	Overridden bool   `json:",omitempty"` // it would block, but its code is in PlanOptions.Override, so that it only warns
	Remedy     string `json:",omitempty"` // the next action

	Actions  []string `json:",omitempty"` // the actions with this verdict; nil if it is not about access
	Proposal []string `json:",omitempty"` // statements as their owner could write them to allow the subject; never applied

	DependsOn []string `json:",omitempty"` // the facts or condition keys that would settle an unknown
}

// MarshalJSON returns the finding as JSON, in which a character of a string that is not printed as itself is escaped. The strings that are read from it are
// those of the finding.
func (f Finding) MarshalJSON() ([]byte, error) {
	type members Finding
	return text.Marshal(members(f))
}
