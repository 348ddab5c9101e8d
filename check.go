package xacct

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
)

// Check says who will be let in once everything is set up, action by action: DataSync's roles on both buckets, the service into these
// roles, and the operators on both buckets and for their own calls; and what about the buckets stands in the way. It judges the
// documents as they will be, ours merged into those given, and makes no call. What the facts do not settle is undetermined, never
// allowed and never denied.
func (r *resourceSet) Check(f Facts) []Finding {
	if f.shared == nil {
		f.shared = &exemptions{}
		defer f.shared.share()
	}
	var out []Finding
	for _, side := range sides {
		out = append(out, r.checkGiven(f, side)...)
		if role := r.roleOf(f, side); role != "" {
			out = append(out, r.checkTrust(f, side, role)...)
			out = append(out, r.checkRole(f, side, role)...)
			out = append(out, r.checkKeys(f, side, role)...)
		} else {
			out = append(out, r.noRole(f, side)...)
		}
	}
	out = append(out, r.checkData(f)...)
	operators := slices.Compact(slices.Sorted(slices.Values(r.Transfer.Operators)))
	for _, op := range operators {
		for _, side := range sides {
			out = append(out, r.checkOperator(f, side, op)...)
		}
		out = append(out, r.checkOwnCalls(f, op)...)
	}
	if len(operators) == 0 {
		out = append(out, r.noOperator()...)
	}
	for _, side := range sides {
		if side == DestinationSide && r.Transfer.Source.Bucket == r.Transfer.Destination.Bucket {
			out = append(out, r.checkContent(f)...)
			continue
		}
		out = append(out, r.checkBucket(f, side)...)
	}
	out = append(out, r.checkKeyStates(f)...)
	return append(append(out, r.notGiven(f)...), r.assumed()...)
}

// roleOf is the role that DataSync assumes for the side: ours, the given one, or that of the given location as far as it is known.
func (r *resourceSet) roleOf(f Facts, side Side) string {
	if role := r.Transfer.end(side).DataSyncRole; role != "" {
		return role
	}
	return f.Locations[r.Transfer.end(side).LocationARN].RoleARN
}

// noRole says that nothing is known of the role of a given location, so that no access of that side could be judged.
func (r *resourceSet) noRole(f Facts, side Side) []Finding {
	t, arn := r.Transfer, r.Transfer.end(side).LocationARN
	if s, ok := f.Locations[arn]; ok && !s.Exists {
		return nil // and there is a finding for that
	}
	unread := "the role of location " + arn + ", which was not read"
	return []Finding{{Severity: Warning, Code: CodeUndetermined, Transfer: t.Name, Side: side, Account: t.TaskAccount, Subject: arn,
		Detail: fmt.Sprintf("whether DataSync may %s the %s depends on %s", accessVerb(side), side, unread), DependsOn: []string{unread},
		Remedy: "grant the reader datasync:DescribeLocationS3 on the location"}}
}

// accessVerb is what DataSync does with the bucket of the side.
func accessVerb(side Side) string {
	if side == DestinationSide {
		return "write"
	}
	return "read"
}

// notGiven lists the policies that nobody handed us. The verdicts hold as far as the others go.
func (r *resourceSet) notGiven(f Facts) []Finding {
	t := r.Transfer
	var what, callers, owners []string
	accounts := []string{t.Source.Account, t.Destination.Account}
	for _, k := range r.Keys {
		accounts = append(accounts, k.Account())
	}
	slices.Sort(accounts)
	for _, a := range slices.Compact(append([]string{t.TaskAccount}, accounts...)) {
		if f.SCPs[a] == nil && (a == t.TaskAccount || f.Writers[a] != "") && !slices.Contains(callers, a) {
			callers = append(callers, a)
		}
	}
	for _, a := range slices.Compact(accounts) {
		if f.RCPs[a] == nil {
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
	return []Finding{{Severity: Info, Code: CodeNotGiven, Transfer: t.Name, Detail: strings.Join(what, " and ") + " were not given",
		Remedy: "hand them to the plan in SCPs and RCPs, or ask the organisation's administrators"}}
}

// assumed says where the transfer rests on something that AWS does not document for its partition.
func (r *resourceSet) assumed() []Finding {
	t := r.Transfer
	if !region.DataSyncAssumed(t.Partition) {
		return nil
	}
	return []Finding{{Severity: Info, Code: CodeAssumed, Transfer: t.Name, Account: t.TaskAccount,
		Detail: fmt.Sprintf("that DataSync's service principal is %s in partition %s too is assumed", region.DataSync(t.Partition), t.Partition),
		Remedy: "if roles cannot be assumed there, ask AWS for the name and set Role.Trust"}}
}

// noOperator reports the remote buckets on which nobody was named as operator.
func (r *resourceSet) noOperator() []Finding {
	t := r.Transfer
	var out []Finding
	for _, side := range sides {
		if e := t.end(side); t.end(side).Remote && e.LocationARN == "" {
			out = append(out, Finding{Severity: Warning, Code: CodeNoOperator, Transfer: t.Name, Side: side, Account: e.Account, Subject: e.Bucket,
				Detail: fmt.Sprintf("whoever creates the %s location needs s3:ListBucket on bucket %s, and no operator was named", side, e.Bucket),
				Remedy: "name the role or user that applies the plan in Operators"})
		}
	}
	return out
}

// check judges every transfer with what was read.
func (b *builder) check() {
	if b.mode == TearDown {
		return
	}
	f := b.facts()
	f.shared = &exemptions{}
	for _, t := range b.transfers {
		b.findings = append(b.findings, t.resources().Check(f)...)
	}
	f.shared.share()
}
