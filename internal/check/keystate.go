package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
	"github.com/xacct/xacct/problem"
)

// checkKeyStates says what is wrong with the keys themselves, and what would make KMS refuse their policies with our statements in them.
func (r *checker) checkKeyStates() []plan.Finding {
	var out []plan.Finding
	for _, k := range r.Keys {
		find := func(severity plan.Severity, code plan.Code, statement, detail, remedy string) {
			out = append(out, plan.Finding{Severity: severity, Code: code, Transfer: r.Transfer.Name, Account: k.Account(), Subject: k.ARN, Statement: statement, Detail: detail, Remedy: remedy})
		}
		remote := r.Transfer.RemoteKey(k.ARN)
		if state, looked := r.facts.Keys[k.ARN]; looked && !keyState(state, remote, find) {
			continue
		}
		merged, read := r.mergedKey(k.ARN)
		if read && remote && !merged.Equal(r.facts.KeyPolicies[k.ARN]) {
			KeyLockout(k, merged, find)
			keyPrincipals(r.facts, k, merged, find)
			out = append(out, r.keyWriter(k, merged)...)
		}
	}
	return out
}

type findFunc func(severity plan.Severity, code plan.Code, statement, detail, remedy string)

// keyState reports what is wrong with the key itself, and whether its policy is worth a look.
func keyState(s kmskey.State, remote bool, find findFunc) bool {
	if s.Grantable(remote) {
		if err := s.Unread[kmskey.PartKey]; err != nil {
			find(plan.Warning, plan.CodeUnread, "", "could not be read: "+text.OneLine(err), "grant the reader kms:DescribeKey on the key: it tells whether the key can be used")
		}
		return true
	}
	switch {
	case s.Unread[kmskey.PartKey] == nil && !s.Exists:
		find(plan.Blocking, plan.CodeNoKey, "", "the key does not exist", "correct KMSKeys: DescribeKey tells the ARN")
	case s.Manager == kmstypes.KeyManagerTypeAws && remote:
		find(plan.Blocking, plan.CodeKeyUnusable, "", "the key is managed by AWS: its policy cannot be changed and serves its own account only", "encrypt the bucket with a customer managed key or with SSE-S3")
	default:
		find(plan.Blocking, plan.CodeKeyUnusable, "", s.Usable(), "see to the key, or take it off KMSKeys if no object needs it")
	}
	return false
}

// KeyLockout blocks a write after which nobody of the key's account could change the policy. KMS would refuse it.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func KeyLockout(k kmskey.Spec, next policy.Document, find findFunc) {
	_, err := k.ReplacePolicyInput(next)
	for _, p := range problem.All(err) {
		if p.ID == "policy-lockout" {
			find(plan.Blocking, plan.CodeLockout, "", "policy of key "+transfer.KeyName(k.ARN)+" "+p.Rule, p.Remedy)
		}
	}
}

// keyPrincipals blocks a write that KMS would refuse, because a statement of somebody else names a role or user that is gone. An id that was
// not looked at long enough may stand for a role that exists.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func keyPrincipals(f plan.Facts, k kmskey.Spec, next policy.Document, find findFunc) {
	for _, p := range policy.Dangling(next) {
		statement := cmp.Or(p.Statement.Sid(), fmt.Sprintf("statement %d", p.Index+1))
		detail := fmt.Sprintf("in the policy of key %s %s names %s", transfer.KeyName(k.ARN), statement, p.ID)
		remedy := "let the owner of the key remove or correct that principal"
		if slices.Contains(f.DeadIDs, p.ID) {
			find(plan.Blocking, plan.CodeDeadPrincipal, statement, detail+", whose role or user is gone: KMS refuses every change of the policy", remedy)
		} else {
			find(plan.Warning, plan.CodeDeadPrincipal, statement, detail+": a role or user that is gone, or one whose change is minutes old", remedy)
		}
	}
}

// keyWriter refuses a policy under which its writer may not change it again, as the policies of organisations count too.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
func (r *checker) keyWriter(k kmskey.Spec, next policy.Document) []plan.Finding {
	return r.writer(k.Account(), k.Region(), "kms:PutKeyPolicy", k.ARN, "key "+transfer.KeyName(k.ARN), next)
}

// keyNotListed judges the default key of a bucket that the transfer does not list. A role of ours may not use it; one that somebody else made
// may, if its policies and the key's say so, and the key's is read only if it is listed.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
func (s *inspection) keyNotListed(severity plan.Severity, detail string) {
	const remedy = "add it to KMSKeys of that end"
	role := s.r.roleOf(s.side)
	if _, ours := s.r.role(role); ours {
		s.find(severity, plan.CodeKeyNotListed, "", detail+": the role is not allowed to use it", remedy)
		return
	}
	if role == "" {
		s.find(plan.Warning, plan.CodeKeyNotListed, "", detail+": whether the location's role may use it is not judged, as the role was not read", remedy)
		return
	}
	var open []string
	for _, f := range s.r.checkKey(s.side, role, s.state.Encryption.KMSKey, "use the default key", keyUse[s.side]) {
		switch f.Code {
		case plan.CodeDenied:
			s.find(severity, plan.CodeKeyNotListed, f.Statement, fmt.Sprintf("%s, and role %s may not use it: %s%s", detail, role, verdict.ListActions(f.Actions), text.Within(f.Statement)), remedy+", and let the role use it")
			return
		case plan.CodeUndetermined:
			open = append(open, f.DependsOn...)
		}
	}
	if len(open) > 0 {
		slices.Sort(open)
		s.find(plan.Warning, plan.CodeKeyNotListed, "", fmt.Sprintf("%s: whether role %s may use it is not judged", detail, role), remedy+": then the key's policy is read")
		s.findings[len(s.findings)-1].DependsOn = slices.Compact(open)
	}
}

// writer judges whether who writes a policy of the account may write it again.
func (r *checker) writer(account, region, action, resource, name string, next policy.Document) []plan.Finding {
	who := r.facts.Writers[account]
	if who == "" {
		return nil
	}
	j := verdict.Case{Transfer: r.Transfer, Principal: who, Caller: true, Resource: "the policy of " + name, Owner: account,
		Policies: authz.Policies{Resource: next, SCPs: r.facts.SCPs[account], RCPs: r.facts.RCPs[account], Unread: authz.Identity | authz.Boundary}}
	call := authz.OperatorCall{PrincipalARN: who, OrgID: r.facts.OrgIDs[account], Account: account, Region: region}
	j.Decide(inOrganisations(r.facts, call.Request(action, resource), account), verdict.Always, "")
	v := j.Verdicts[0]
	statement := verdict.Deciding(v.Decision)
	out := plan.Finding{Transfer: r.Transfer.Name, Account: account, Subject: strings.TrimPrefix(name, "bucket "), Statement: statement}
	switch {
	case v.Effect == authz.ExplicitlyDenied:
		out.Severity, out.Code, out.Remedy = plan.Blocking, plan.CodeLockout, "apply this account's part as somebody whom the statement lets in"
		out.Detail = fmt.Sprintf("%s may not change the policy of %s (explicitly denied%s)", who, name, text.By(statement))
		if why := j.Explain(v.Decision); why != "" {
			out.Detail += ": " + why
		}
	case v.Effect == authz.Undetermined && len(v.DependsOn) > 0:
		out.Severity, out.Code, out.Remedy = plan.Warning, plan.CodeUndetermined, "find out "+strings.Join(v.DependsOn, ", ")
		out.Detail = fmt.Sprintf("whether %s may change the policy of %s depends on %s%s", who, name, strings.Join(v.DependsOn, " and "), text.Within(statement))
		out.DependsOn, out.Actions = v.DependsOn, []string{action}
	default:
		return nil
	}
	return []plan.Finding{out}
}
