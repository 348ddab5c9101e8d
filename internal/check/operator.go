package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy/authz"
)

// checkOperator decides whether the operator, who creates the location of the side, may list its bucket: DataSync tests that with the caller's own
// credentials.
// https://github.com/hashicorp/terraform-provider-aws/issues/21974
func (c *checker) checkOperator(side plan.Side, op string) []plan.Finding {
	if c.Transfer.End(side).LocationARN != "" {
		return nil // it exists
	}
	return c.mayList(side, "the operator", op)
}

// noSuchOperator reports a role of Operators that does not exist, or not at that path. Users are not read.
func (c *checker) noSuchOperator(op string) []plan.Finding {
	f := plan.Finding{Severity: plan.Blocking, Code: plan.CodeNoRole, Transfer: c.Transfer.Name, Account: c.Transfer.TaskAccount, Subject: op}
	switch moved := c.facts.Moved[op]; {
	case moved != "":
		f.Detail, f.Remedy = "operator "+op+" does not exist, but "+moved+" does", "name "+moved+" in Operators"
	case absent(c.facts, op):
		f.Detail, f.Remedy = "operator "+op+" does not exist", "name in Operators a role or user of account "+f.Account+" that exists"
	default:
		return nil
	}
	return []plan.Finding{f}
}

// mayList decides whether the principal, whom the findings call who, may list the bucket of the side.
func (c *checker) mayList(side plan.Side, who, principal string) []plan.Finding {
	e := c.Transfer.End(side)
	known := c.operatorCalls(principal, e.Account, e.Region, true)
	verdicts := c.newCase(side, who, fmt.Sprintf("create the %s location", side), verdict.Case{
		Policies: c.onBucket(principal, e.Bucket, e.Account), Principal: principal, Caller: true, Bucket: e.Bucket, Owner: e.Account, Facts: known.facts})
	use, why := verdict.Always, ""
	if _, now := c.madeNow("s3:ListBucket", e.BucketARN); !now {
		use, why = verdict.Rarely, notNow
	}
	verdicts.Like(known.request).DecideList("s3:ListBucket", e.BucketARN, use, why)
	return verdicts.Conclude()
}

// operatorCalls is what is known of the calls of an operator on resources of an account. Nobody changes it.
type operatorCalls struct {
	request authz.Request // without action and resource
	facts   []authz.Fact
}

// callsOf identifies operatorCalls among all transfers that are checked together.
type callsOf struct {
	principal, taskAccount, account, region string
	forwarded                               bool // DataSync calls with the operator's credentials, and on S3; else the operator calls other services
}

// operatorCalls returns how the operator calls on resources of the account, which is found out once for all transfers.
func (c *checker) operatorCalls(principal, account, region string, forwarded bool) operatorCalls {
	return c.together.callsOf(callsOf{principal, c.Transfer.TaskAccount, account, region, forwarded}, func() operatorCalls {
		call := authz.OperatorCall{PrincipalARN: principal, PrincipalID: c.facts.IDs[principal], Tags: c.facts.Tags[principal],
			OrgID: c.facts.OrgIDs[c.Transfer.TaskAccount], Account: account, Region: region, Forwarded: forwarded}
		facts := call.Facts()
		said := facts
		if !forwarded {
			said = slices.DeleteFunc(slices.Clone(facts), func(f authz.Fact) bool { return strings.HasPrefix(f.Key, "s3:") })
		}
		request := authz.Request{Principal: principal, ResourceAccount: account}.With(said, authz.Assumed)
		return operatorCalls{c.inOrganisation(request, account), facts}
	})
}
