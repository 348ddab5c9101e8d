package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/plan"
)

// checker judges one transfer's resources by what is known of its accounts.
type checker struct {
	*transfer.Resources
	facts  plan.Facts
	shared *verdict.Exemptions // what the findings of all transfers that are checked together propose to exempt
}

// All is what stands in the way of the transfers and who is allowed, for all of them together: where several findings propose to change one
// statement, each proposes it with everybody exempt.
func All(sets []*transfer.Resources, f plan.Facts) []plan.Finding {
	shared := &verdict.Exemptions{}
	var all []plan.Finding
	for _, r := range sets {
		all = append(all, (&checker{Resources: r, facts: f, shared: shared}).check()...)
	}
	shared.Share()
	var out Findings
	for _, f := range all {
		out.Add(f)
	}
	return out.List
}

func (r *checker) check() []plan.Finding {
	var out []plan.Finding
	for _, side := range transfer.Sides {
		out = append(out, r.checkGiven(side)...)
		if role := r.roleOf(side); role != "" {
			out = append(out, r.checkTrust(side, role)...)
			out = append(out, r.checkRole(side, role)...)
			out = append(out, r.checkKeys(side, role)...)
		} else {
			out = append(out, r.noRole(side)...)
		}
	}
	out = append(out, r.checkData()...)
	operators := slices.Compact(slices.Sorted(slices.Values(r.Transfer.Operators)))
	for _, op := range operators {
		for _, side := range transfer.Sides {
			out = append(out, r.checkOperator(side, op)...)
		}
		out = append(out, r.checkOwnCalls(op)...)
	}
	if len(operators) == 0 {
		out = append(out, r.noOperator()...)
	}
	for _, side := range transfer.Sides {
		if side == plan.DestinationSide && r.Transfer.Source.Bucket == r.Transfer.Destination.Bucket {
			out = append(out, r.checkContent()...)
			continue
		}
		out = append(out, r.checkBucket(side)...)
	}
	out = append(out, r.checkKeyStates()...)
	return append(append(out, r.notGiven()...), r.assumed()...)
}

// roleOf is the role that DataSync assumes for the side: ours, the given one, or that of the given location as far as it is known.
func (r *checker) roleOf(side plan.Side) string {
	if role := r.Transfer.End(side).DataSyncRole; role != "" {
		return role
	}
	return r.facts.Locations[r.Transfer.End(side).LocationARN].RoleARN
}

// noRole says that nothing is known of the role of a given location, so that no access of that side could be judged.
func (r *checker) noRole(side plan.Side) []plan.Finding {
	t, arn := r.Transfer, r.Transfer.End(side).LocationARN
	if s, ok := r.facts.Locations[arn]; ok && !s.Exists {
		return nil // and there is a finding for that
	}
	unread := "the role of location " + arn + ", which was not read"
	return []plan.Finding{{Severity: plan.Warning, Code: plan.CodeUndetermined, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: arn,
		Detail: fmt.Sprintf("whether DataSync may %s the %s depends on %s", accessVerb(side), side, unread), DependsOn: []string{unread},
		Remedy: "grant the reader datasync:DescribeLocationS3 on the location"}}
}

// accessVerb is what DataSync does with the bucket of the side.
func accessVerb(side plan.Side) string {
	if side == plan.DestinationSide {
		return "write"
	}
	return "read"
}

// notGiven lists the policies that nobody handed us. The verdicts hold as far as the others go.
func (r *checker) notGiven() []plan.Finding {
	t := r.Transfer
	var what, callers, owners []string
	accounts := []string{t.Source.Account, t.Destination.Account}
	for _, k := range r.Keys {
		accounts = append(accounts, k.Account())
	}
	slices.Sort(accounts)
	for _, a := range slices.Compact(append([]string{t.TaskAccount}, accounts...)) {
		if r.facts.SCPs[a] == nil && (a == t.TaskAccount || r.facts.Writers[a] != "") && !slices.Contains(callers, a) {
			callers = append(callers, a)
		}
	}
	for _, a := range slices.Compact(accounts) {
		if r.facts.RCPs[a] == nil {
			owners = append(owners, a)
		}
	}
	if len(callers) > 0 {
		what = append(what, "service control policies of "+strings.Join(callers, " and "))
	}
	if len(owners) > 0 {
		what = append(what, "resource control policies of "+strings.Join(owners, " and "))
	}
	if len(what) == 0 {
		return nil
	}
	return []plan.Finding{{Severity: plan.Info, Code: plan.CodeNotGiven, Transfer: t.Name, Detail: strings.Join(what, " and ") + " were not given",
		Remedy: "hand them to the plan in SCPs and RCPs, or ask the organisation's administrators"}}
}

// assumed says where the transfer rests on something that AWS does not document for its partition.
func (r *checker) assumed() []plan.Finding {
	t := r.Transfer
	if !region.DataSyncAssumed(t.Partition) {
		return nil
	}
	return []plan.Finding{{Severity: plan.Info, Code: plan.CodeAssumed, Transfer: t.Name, Account: t.TaskAccount,
		Detail: fmt.Sprintf("that DataSync's service principal is %s in partition %s too is assumed", region.DataSync(t.Partition), t.Partition),
		Remedy: "if roles cannot be assumed there, ask AWS for the name and set Role.Trust"}}
}

// noOperator reports the remote buckets on which nobody was named as operator.
func (r *checker) noOperator() []plan.Finding {
	t := r.Transfer
	var out []plan.Finding
	for _, side := range transfer.Sides {
		if e := t.End(side); t.End(side).Remote && e.LocationARN == "" {
			out = append(out, plan.Finding{Severity: plan.Warning, Code: plan.CodeNoOperator, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
				Detail: fmt.Sprintf("whoever creates the %s location needs s3:ListBucket on bucket %s, and no operator was named", side, e.Bucket),
				Remedy: "name the role or user that applies the plan in Operators"})
		}
	}
	return out
}
