package check

import (
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// MadeTwice is the finding, of which f has the subject, that there is another location or task like it, mostly because an apply at the same time made it
// too; or, with an error, that it is not known whether there is.
func MadeTwice(f plan.Finding, twins []string, err error) plan.Finding {
	f.Severity, f.Code = plan.Warning, plan.CodeAmbiguous
	f.Detail = "it is not the only one that is tagged as ours: " + strings.Join(twins, ", ") +
		"; an apply at the same time made it too, or a list showed late what an earlier one made or deleted"
	f.Remedy = "plan again: what nothing uses is deleted by the next plan; let one pipeline at a time apply a transfer"
	if err != nil {
		f.Code, f.Detail = plan.CodeUnread, "whether an apply at the same time made it too could not be read: "+text.OneLine(err)
		f.Remedy = Remedy(err, "plan again")
	}
	return f
}
