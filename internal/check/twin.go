package check

import (
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// MadeTwice is the finding, of which f has the subject, that an apply at the same time made a location or task too; or, with an error, that it is not
// known whether one did.
func MadeTwice(f plan.Finding, twins []string, err error) plan.Finding {
	f.Severity, f.Code = plan.Warning, plan.CodeAmbiguous
	f.Detail = "an apply at the same time made it too: " + strings.Join(twins, ", ")
	f.Remedy = "plan again: what nothing uses is deleted by the next plan; let one pipeline at a time apply a transfer"
	if err != nil {
		f.Code, f.Detail = plan.CodeUnread, "whether an apply at the same time made it too could not be read: "+text.OneLine(err)
		f.Remedy = Remedy(err, "plan again")
	}
	return f
}
