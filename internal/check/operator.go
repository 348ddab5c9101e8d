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
	t, e := c.Transfer, c.Transfer.End(side)
	if e.LocationARN != "" {
		return nil // it exists
	}
	if moved := c.facts.Moved[op]; moved != "" {
		return []plan.Finding{{Severity: plan.Blocking, Code: plan.CodeNoRole,
			Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: op,
			Detail: "operator " + op + " does not exist, but " + moved + " does", Remedy: "name " + moved + " in Operators"}}
	}
	verdicts := c.newCase(side, "the operator", fmt.Sprintf("create the %s location", side), verdict.Case{
		Policies: c.onBucket(op, e.Bucket, e.Account), Principal: op, Caller: true, Bucket: e.Bucket, Owner: e.Account})
	call := c.operatorCall(op, e.Account, e.Region)
	call.Forwarded = true
	verdicts.Facts = call.Facts()
	verdicts.Decide(c.inOrganisation(call.Request("s3:ListBucket", e.BucketARN), e.Account), verdict.Always, "")
	return verdicts.Conclude()
}

// operatorCall returns how the operator calls on a resource of the account.
func (c *checker) operatorCall(op, account, region string) authz.OperatorCall {
	return authz.OperatorCall{PrincipalARN: op, PrincipalID: c.facts.IDs[op], Tags: c.facts.Tags[op],
		OrgID: c.facts.OrgIDs[c.Transfer.TaskAccount], Account: account, Region: region}
}
