package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// checkMaker checks the caller of the task account like an operator, for the locations and the task that it would make now. DataSync tests with the
// caller's own credentials whether it may list the bucket of a location. Nothing is ever allowed to a caller by itself: a denial is a finding that
// names the ARN for Operators.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (c *checker) checkMaker(m plan.Maker) []plan.Finding {
	t := c.Transfer
	if len(m.Sides) == 0 && !m.Task || c.named(m.ARN) {
		return nil // the checks of operators have its findings
	}
	if m.ARN == "" {
		return append(c.unlistedMaker(m), c.unknownMaker(m)...)
	}
	var out []plan.Finding
	for _, side := range transfer.Sides {
		if slices.Contains(m.Sides, side) {
			out = append(out, c.forCaller(m, c.mayList(side, "the caller", m.ARN))...)
		}
	}
	p := c.callPolicies(m.ARN)
	out = append(out, c.forCaller(m, c.ownCase("the caller", m.ARN, p, plan.ApplyPhase, makesAll).Conclude())...)
	if len(t.Operators) > 0 {
		return out // they may run the task
	}
	runs := c.forCaller(m, c.runs("the caller", m.ARN, p))
	return append(out, slices.DeleteFunc(runs, func(f plan.Finding) bool { return f.Code == plan.CodeAllowed })...)
}

// named reports whether Operators name the caller, be it by another path or letter case: noSuchOperator then says how it should be written.
func (c *checker) named(arn string) bool {
	return arn != "" && slices.ContainsFunc(c.Transfer.Operators, func(op string) bool { return op == arn || c.facts.Moved[op] == arn })
}

// unlistedMaker decides by what STS called the caller, and not by its own policies, whether it may list the buckets. A bucket of another account that allows
// nobody of the task account allows it neither. What that leaves open is in the finding on the unknown caller.
func (c *checker) unlistedMaker(m plan.Maker) []plan.Finding {
	var out []plan.Finding
	for _, side := range transfer.Sides {
		if m.Name == "" || !slices.Contains(m.Sides, side) {
			continue
		}
		for _, f := range c.forCaller(m, c.mayList(side, "the caller", m.Name)) {
			if f.Severity == plan.Blocking || f.Severity == plan.Warning && len(f.DependsOn) == 0 {
				out = append(out, f)
			}
		}
	}
	return out
}

// unknownMaker reports a caller that is neither a role that can be read nor a user.
func (c *checker) unknownMaker(m plan.Maker) []plan.Finding {
	t := c.Transfer
	depends := "who the caller is: " + m.Unknown
	return []plan.Finding{{Severity: plan.Warning, Code: c.callerCode(), Transfer: t.Name, Account: t.TaskAccount, Subject: m.Name,
		Detail: "whether the caller may make the locations and the task depends on " + depends, DependsOn: []string{depends},
		Remedy: unknownRemedy(m)}}
}

// unknownRemedy returns what helps to know who applies the plan. Only a session of a role has a role to be read, and only roles and users can be operators.
func unknownRemedy(m plan.Maker) string {
	if strings.Contains(m.Name, ":assumed-role/") {
		return "name in Operators who applies the plan, or allow the reader iam:GetRole on its own role"
	}
	return "name in Operators the role or user that applies the plan, and apply it as that one"
}

// callerCode returns the code of findings on the caller: whether operators are named makes the difference.
func (c *checker) callerCode() plan.Code {
	if len(c.Transfer.Operators) == 0 {
		return plan.CodeNoOperator
	}
	return plan.CodeCaller
}

// forCaller turns the findings on an operator into those on the caller. A denial blocks if no operator is named, and warns otherwise, because who plans
// need not be who applies. What is open is a warning with what it depends on. The denial of what is rarely needed stays the warning that it is, but is
// left out beside the denial of what is always needed.
func (c *checker) forCaller(m plan.Maker, findings []plan.Finding) []plan.Finding {
	var out []plan.Finding
	denied := slices.ContainsFunc(findings, func(f plan.Finding) bool { return f.Code == plan.CodeDenied })
	for _, f := range findings {
		switch f.Code {
		case plan.CodeLimited:
			if denied {
				continue
			}
		case plan.CodeUndetermined:
			f.Code = c.callerCode()
		case plan.CodeDenied:
			f.Severity, f.Code, f.Remedy = plan.Warning, c.callerCode(), c.callerRemedy(m.ARN, f)
			if f.Code == plan.CodeNoOperator {
				f.Severity = plan.Blocking
			}
		}
		out = append(out, f)
	}
	return out
}

// callerRemedy returns the remedy of a denial of the caller. On a bucket, Operators has the plan allow what is not allowed yet; it does not help against
// a Deny, and it gives nobody permissions in the task account.
func (c *checker) callerRemedy(arn string, denied plan.Finding) string {
	who := "name in Operators who applies the plan"
	if ops := c.Transfer.Operators; len(ops) > 0 {
		who = "let an operator apply the plan: " + strings.Join(ops, " or ")
	}
	switch {
	case arn == "": // what STS called the caller is no ARN that Operators take
		return who + ", a role or user of the task account"
	case denied.Side == "":
		return fmt.Sprintf("%s; to apply as %s, %s", who, arn, denied.Remedy)
	case denied.Statement != "":
		return fmt.Sprintf("%s; to apply as %s, %s and name it in Operators", who, arn, denied.Remedy)
	}
	return fmt.Sprintf("%s; to apply as this caller, name %s in Operators%s", who, arn, c.besideTutorial(denied.Side, arn))
}

// besideTutorial says, where the tutorial's statement was chosen, that naming the principal in Operators adds another one, and what spares it; "" elsewhere.
// The owner of a bucket may have approved the tutorial's text alone.
func (c *checker) besideTutorial(side plan.Side, arn string) string {
	e := c.Transfer.End(side)
	if c.Transfer.Grant != transfer.GrantTutorial || side != plan.DestinationSide || !e.Remote {
		return ""
	}
	return fmt.Sprintf(", which adds a statement beside the tutorial's to the policy of bucket %s; if its owner has approved the tutorial's alone, let the owner allow %s "+
		"s3:ListBucket there, or give a location that somebody who may list the bucket has made, with Destination.LocationARN and Destination.RoleARN", e.Bucket, arn)
}
