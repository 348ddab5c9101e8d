package check

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// checkWriter decides whether who writes the policy of a bucket or key, which name tells, could change it again afterwards: neither the new policy
// itself nor those of organisations may deny that. action and resource are the call that writes it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html and
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func (c *checker) checkWriter(account, region, action, resource, name string, next policy.Document) []plan.Finding {
	who := c.facts.Writers[account]
	if who == "" {
		return nil
	}
	verdicts := c.newCase("", who, "change the policy of "+name, verdict.Case{
		Policies:  authz.Policies{Resource: next, SCPs: c.facts.SCPs[account], RCPs: c.facts.RCPs[account], Unread: authz.Identity | authz.Boundary},
		Principal: who, Caller: true, Resource: "the policy of " + name, Owner: account})
	call := authz.OperatorCall{PrincipalARN: who, OrgID: c.facts.OrgIDs[account], Account: account, Region: region}
	verdicts.Decide(c.inOrganisation(call.Request(action, resource), account), verdict.Always, "")
	v := verdicts.Verdicts[0]
	statement := verdict.Deciding(v.Decision)
	out := verdicts.Finding
	out.Subject, out.Statement = strings.TrimPrefix(name, "bucket "), statement
	switch {
	case v.Effect == authz.ExplicitlyDenied:
		out.Severity, out.Code, out.Remedy = plan.Blocking, plan.CodeLockout, "apply this account's part as somebody whom the statement does not deny"
		out.Detail = fmt.Sprintf("%s (explicitly denied%s)", verdicts.MayNot, text.By(statement))
		if why := verdicts.Explain(v); why != "" {
			out.Detail += ": " + why
		}
	case v.Effect == authz.Undetermined && len(v.DependsOn) > 0:
		out.Severity, out.Code, out.Remedy = plan.Warning, plan.CodeUndetermined, "find out "+text.List(v.DependsOn, ", ")+" of "+who+", or apply this account's part as somebody whom the statement does not deny"
		out.Detail = fmt.Sprintf("whether %s depends on %s%s", verdicts.May, text.List(v.DependsOn, " and "), text.Within(statement))
		if v.Exhausted {
			out.Detail += ": " + verdict.NotExamined
			out.Remedy += ", or write its statements with fewer conditions"
		}
		out.DependsOn, out.Actions = v.DependsOn, []string{action}
	default:
		return nil
	}
	return []plan.Finding{out}
}
