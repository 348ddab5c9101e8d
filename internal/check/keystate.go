package check

import (
	"fmt"
	"slices"
	"strings"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

// checkKeyStates reports what is wrong with the keys themselves, and why KMS would refuse their policies with our statements.
func (c *checker) checkKeyStates() []plan.Finding {
	var out []plan.Finding
	for _, k := range c.Keys {
		find := func(severity plan.Severity, code plan.Code, statement, detail, remedy string) {
			out = append(out, plan.Finding{Severity: severity, Code: code, Transfer: c.Transfer.Name, Account: k.Account(), Subject: k.ARN,
				Statement: statement, Detail: detail, Remedy: remedy})
		}
		remote := c.Transfer.RemoteKey(k.ARN)
		if state, looked := c.facts.Keys[k.ARN]; looked && !keyState("key "+transfer.KeyName(k.ARN), state, remote, find) {
			continue
		}
		merged, read := c.mergedKey(k.ARN)
		if read && remote && !merged.Equal(c.facts.KeyPolicies[k.ARN]) {
			KeyLockout(k, merged, find)
			if len(policy.Dangling(c.facts.KeyPolicies[k.ARN])) > 0 {
				keyPrincipals(c.facts, k, c.nextKey(k.ARN), find)
			}
			out = append(out, c.checkWriter(k.Account(), k.Region(), "kms:PutKeyPolicy", k.ARN, "key "+transfer.KeyName(k.ARN), merged)...)
		}
	}
	return out
}

// findFunc adds a finding on a key.
type findFunc func(severity plan.Severity, code plan.Code, statement, detail, remedy string)

// keyState reports what is wrong with the key itself, which name calls. It returns whether the key can be used, so that its policy matters.
func keyState(name string, s kmskey.State, remote bool, find findFunc) bool {
	if s.Grantable(remote) {
		if err := s.Unread[kmskey.PartKey]; err != nil {
			find(plan.Warning, plan.CodeUnread, "", name+" could not be read: "+text.OneLine(err),
				Remedy(err, "grant the reader kms:DescribeKey on "+name+": it tells whether the key can be used"))
		}
		return true
	}
	switch {
	case s.Unread[kmskey.PartKey] == nil && !s.Exists:
		find(plan.Blocking, plan.CodeNoKey, "", name+" does not exist", "correct the ARN of "+name+" in KMSKeys: kms:DescribeKey tells it")
	case s.Manager == kmstypes.KeyManagerTypeAws && remote:
		find(plan.Blocking, plan.CodeKeyUnusable, "", name+" is managed by AWS: its policy cannot be changed and serves its own account only",
			"encrypt the bucket with a customer managed key or with SSE-S3 in place of "+name)
	default:
		find(plan.Blocking, plan.CodeKeyUnusable, "", strings.Replace(s.Usable(), "the key", name, 1), mend(s.Status)+" "+name+", or take it off KMSKeys if no object needs it")
	}
	return false
}

// mend is the verb for making a key of the state usable again.
func mend(state kmstypes.KeyState) string {
	switch state {
	case kmstypes.KeyStateDisabled:
		return "enable"
	case kmstypes.KeyStatePendingDeletion, kmstypes.KeyStatePendingReplicaDeletion:
		return "cancel the deletion of"
	}
	return "use another key in place of"
}

// KeyLockout reports a policy under which nobody in the key's account could change it again, so that KMS would refuse it. find adds the finding.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func KeyLockout(k kmskey.Spec, next policy.Document, find findFunc) {
	_, err := k.ReplacePolicyInput(next)
	for _, p := range problem.All(err) {
		if p.ID == "policy-lockout" {
			find(plan.Blocking, plan.CodeLockout, "", "policy of key "+transfer.KeyName(k.ARN)+" "+p.Rule, p.Remedy)
		}
	}
}

// keyPrincipals reports statements of the next policy that name a role or user by its unique id, which AWS shows once the role or user is deleted: KMS would
// refuse the policy. It only warns of an id that was not seen in several reads, because the role or user may still exist.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func keyPrincipals(f plan.Facts, k kmskey.Spec, next policy.Document, find findFunc) {
	for _, p := range policy.Dangling(next) {
		statement := text.SidOr(p.Statement.Sid(), p.Index+1)
		detail := fmt.Sprintf("in the policy of key %s %s names %s", transfer.KeyName(k.ARN), text.Statement(statement), p.ID)
		remedy := DeadRemedy(plan.SetUp, "key "+transfer.KeyName(k.ARN), []string{p.Statement.Sid()})
		if slices.Contains(f.DeadIDs, p.ID) {
			find(plan.Blocking, plan.CodeDeadPrincipal, statement, detail+", whose role or user is gone: KMS refuses every change of the policy", remedy)
		} else {
			find(plan.Warning, plan.CodeDeadPrincipal, statement, detail+": a role or user that is gone, or one whose change is minutes old", remedy)
		}
	}
}
