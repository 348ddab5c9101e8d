package verdict

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// dependsReport is what a verdict depends on that a report would settle if it holds.
const dependsReport = "report"

// hear decides the latest verdict again as if the reported statements were all of the resource's policy, which was not read. What they allow then is
// noted: the verdict stays undetermined, because a report is somebody's word. decide adds the verdict to a case.
func (c *Case) hear(decide func(*Case)) {
	v := &c.Verdicts[len(c.Verdicts)-1]
	if c.Report.Time.IsZero() || v.Effect != authz.Undetermined || c.Policies.Unread&authz.Resource == 0 {
		return
	}
	alt := *c
	alt.Verdicts, alt.Report = nil, plan.Claim{}
	alt.Policies.Resource = c.Report.Ours
	alt.Policies.Unread &^= authz.Resource
	decide(&alt)
	if len(alt.Verdicts) == 1 && alt.Verdicts[0].Effect == authz.Allowed {
		v.reported, v.ends = &alt.Verdicts[0].Decision, alt.Verdicts[0].ends
	}
}

// hearsay completes the finding on what is allowed if the report holds.
func (c *Case) hearsay(f *plan.Finding, vs []Verdict) {
	f.Severity, f.Statement = plan.Warning, Deciding(*vs[0].reported)
	rest := ""
	if c.Report.Rest != "" {
		rest = " and none of the other statements there denies it"
	}
	f.Detail = fmt.Sprintf("%s: %s (undetermined, allowed%s if %s holds%s)", c.May, ListActions(f.Actions), c.until(vs), c.Report, rest)
	f.DependsOn = []string{dependsReport}
	var unread []unread
	var what []string
	for _, v := range vs {
		for _, u := range c.unreadOf(v, f.Actions) {
			if unread = append(unread, u); !slices.Contains(what, u.what) {
				what = append(what, u.what)
			}
		}
	}
	f.Remedy, _ = c.settle(what, unread, vs)
}
