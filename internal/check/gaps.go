package check

import (
	"fmt"
	"slices"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// noRole reports that the role of a given location is not known, so that nothing could be decided about the access of that side.
func (c *checker) noRole(side plan.Side) []plan.Finding {
	t, arn := c.Transfer, c.Transfer.End(side).LocationARN
	if s, ok := c.facts.Locations[arn]; ok && !s.Exists {
		return nil // checkGiven reports that
	}
	unread := "the role of location " + arn + ", which was not read"
	return []plan.Finding{{Severity: plan.Warning, Code: plan.CodeUndetermined, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: arn,
		Detail: fmt.Sprintf("whether DataSync may %s the %s depends on %s", accessVerb(side), side, unread), DependsOn: []string{unread},
		Remedy: "grant the reader datasync:DescribeLocationS3 on location " + arn}}
}

// notGiven reports the service and resource control policies that were not given: findings about access hold only as far as these allow it.
func (c *checker) notGiven() []plan.Finding {
	t := c.Transfer
	var what, callers, owners []string
	accounts := []string{t.Source.Account, t.Destination.Account}
	for _, k := range c.Keys {
		accounts = append(accounts, k.Account())
	}
	slices.Sort(accounts)
	for _, a := range slices.Compact(append([]string{t.TaskAccount}, accounts...)) {
		if c.facts.SCPs[a] == nil && (a == t.TaskAccount || c.facts.Writers[a] != "") && !slices.Contains(callers, a) {
			callers = append(callers, a)
		}
	}
	for _, a := range slices.Compact(accounts) {
		if c.facts.RCPs[a] == nil {
			owners = append(owners, a)
		}
	}
	for _, a := range callers {
		what = append(what, "service control policies of "+a)
	}
	for _, a := range owners {
		what = append(what, "resource control policies of "+a)
	}
	if len(what) == 0 {
		return nil
	}
	return []plan.Finding{{Severity: plan.Info, Code: plan.CodeNotGiven, Transfer: t.Name, Detail: text.NotGiven(what), DependsOn: what,
		Remedy: "hand them to the plan in SCPs and RCPs, or ask the organisation's administrators"}}
}

// assumed reports what the transfer relies on that AWS does not document for its partition.
func (c *checker) assumed() []plan.Finding {
	t := c.Transfer
	if !region.DataSyncAssumed(t.Partition) {
		return nil
	}
	return []plan.Finding{{Severity: plan.Info, Code: plan.CodeAssumed, Transfer: t.Name, Account: t.TaskAccount,
		Detail: fmt.Sprintf("that DataSync's service principal is %s in partition %s too is assumed", region.DataSync(t.Partition), t.Partition),
		Remedy: "if DataSync cannot assume a role in partition " + t.Partition + ", ask AWS for the name of its service principal, and set Role.Trust"}}
}

// noOperator reports the buckets outside the task account on which whoever creates the location needs access, if no operator was named.
func (c *checker) noOperator() []plan.Finding {
	t := c.Transfer
	var out []plan.Finding
	for _, side := range transfer.Sides {
		if e := t.End(side); e.Remote && e.LocationARN == "" {
			out = append(out, plan.Finding{Severity: plan.Warning, Code: plan.CodeNoOperator,
				Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
				Detail: fmt.Sprintf("whoever creates the %s location needs s3:ListBucket on bucket %s, and no operator was named", side, e.Bucket),
				Remedy: "name the role or user that applies the plan in Operators" + c.besideTutorial(side, "it")})
		}
	}
	return out
}
