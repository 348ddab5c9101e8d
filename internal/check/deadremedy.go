package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// DeadRemedy says what to do about statements of a policy that name a deleted role or user. what is whose policy it is, such as "bucket media-archive";
// sids are the Sids of the statements. A statement of ours belongs to a transfer that is not planned with this one: one write mends both. A tear-down
// must not lead to that of a transfer which is to stay.
func DeadRemedy(mode plan.Mode, what string, sids []string) string {
	var names, ours []string
	others := len(sids) == 0
	for _, sid := range sids {
		name := transfer.NameInSid(sid)
		switch {
		case name == "":
			others = true
		case !slices.Contains(names, name):
			names, ours = append(names, name), append(ours, sid)
		}
	}
	var out []string
	if len(names) > 0 {
		form := "plan it together with the transfer whose name is, in letters and digits, %s (%s): one write then mends the policy"
		if mode == plan.TearDown {
			form = "destroy it together with the transfer whose name is, in letters and digits, %s (%s), or, if that transfer is to stay, first set up both: " +
				"one write then mends the policy"
		}
		out = append(out, fmt.Sprintf(form, strings.Join(names, " or "), text.NamedAll(ours)))
	}
	if others {
		out = append(out, fmt.Sprintf("let the owner of %s remove or correct that principal", what))
	}
	return strings.Join(out, ", and ")
}
