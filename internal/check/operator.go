package check

import (
	"fmt"

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
	verdicts := c.newCase(side, who, fmt.Sprintf("create the %s location", side), verdict.Case{
		Policies: c.onBucket(principal, e.Bucket, e.Account), Principal: principal, Caller: true, Bucket: e.Bucket, Owner: e.Account})
	call := c.operatorCall(principal, e.Account, e.Region)
	call.Forwarded = true
	verdicts.Facts = call.Facts()
	use, why := verdict.Always, ""
	if _, now := c.madeNow("s3:ListBucket", e.BucketARN); !now {
		use, why = verdict.Rarely, notNow
	}
	request := authz.Request{Principal: principal, Action: "s3:ListBucket", Resource: e.BucketARN, ResourceAccount: e.Account}.With(verdicts.Facts, authz.Assumed)
	verdicts.DecideList(c.inOrganisation(request, e.Account), use, why)
	return verdicts.Conclude()
}

// operatorCall returns how the operator calls on a resource of the account.
func (c *checker) operatorCall(op, account, region string) authz.OperatorCall {
	return authz.OperatorCall{PrincipalARN: op, PrincipalID: c.facts.IDs[op], Tags: c.facts.Tags[op],
		OrgID: c.facts.OrgIDs[c.Transfer.TaskAccount], Account: account, Region: region}
}
