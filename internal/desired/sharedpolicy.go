package desired

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// SharedPolicy is what transfers want of a policy that others write too: that of a bucket or key, or the log policy of a Region.
type SharedPolicy struct {
	Transfers []*transfer.Transfer
	Ours      []string // every Sid that these transfers can have in this policy, wanted or not
	Grants    bool     // the policy can hold statements of ours, because its account is not the task account of every transfer, or it is a log policy
	Roles     []string // IDs of the role changes whose roles the statements name as principals
	ByAccount []string // IDs of the role changes whose roles the statements name in conditions only, so that they need not exist
	Adopted   Adopted

	Tutorial []string // ARNs of the roles whose tutorial statement is ours in the policy of a destination; see [Bucket.OursIn]
}

// Adopted are the principals whose grants in a bucket's policy, made by others, leave it for ours.
type Adopted struct {
	Roles, Operators []string // ARNs
	Unproved         bool     // who else uses the roles is not known: their grants stay, except where a plan that knew it is applied
}

// Owners are the transfers that the Sid belongs to.
func (w SharedPolicy) Owners(sid string) []*transfer.Transfer {
	return slices.DeleteFunc(slices.Clone(w.Transfers), func(t *transfer.Transfer) bool {
		return !slices.Contains(slices.Concat(t.End(plan.SourceSide).Sids, t.End(plan.DestinationSide).Sids, t.KeySids), sid)
	})
}

// add notes that the transfer uses the policy's resource on this side. If the resource is in another account than the task (remote), it also notes
// the Sids and the role that our statements name.
func (w *SharedPolicy) add(t *transfer.Transfer, side plan.Side, remote bool, sids []string) {
	if len(w.Transfers) == 0 || w.Transfers[len(w.Transfers)-1].Name != t.Name {
		w.Transfers = append(w.Transfers, t)
	}
	if !remote {
		return
	}
	w.Grants = true
	w.Ours = append(w.Ours, sids...)
	if !t.End(side).OwnsRole {
		return
	}
	roles := &w.ByAccount
	if t.NamesRole() {
		roles = &w.Roles
	}
	if id := transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, t.End(side).RoleName); !slices.Contains(*roles, id) {
		*roles = append(*roles, id)
	}
}

// PolicyDiff is what is to become of a policy that others write too.
type PolicyDiff struct {
	Op    plan.Op
	Next  policy.Document   // the whole policy as it should be; zero if it is to be deleted
	Lines []string          // the details of the change
	Added policy.Statements // those of Next that are new or changed
	Gone  []string          // our Sids that are no longer wanted and leave
	Taken []string          // our Sids that stand on somebody else's statement
	Renew bool              // nothing changes but the ends of statements of ours
}

// diffPolicy merges the wanted statements into the current policy and takes out those of ours that are no longer wanted; all else keeps its bytes.
// shaped reports whether a statement that has a Sid of ours looks as if we made it; one that does not is left alone and its Sid is in Taken.
// ids maps the unique IDs of existing roles to their ARNs.
func diffPolicy(w SharedPolicy, statements policy.Statements, shaped func(policy.Statement) bool,
	current policy.Document, ids map[string]string,
) PolicyDiff {
	d := PolicyDiff{Op: plan.NoOp, Next: current}
	wanted, renewed := map[string]bool{}, 0
	for _, st := range statements {
		wanted[st.Sid()] = true
		have := withSid(current, st.Sid())
		switch {
		case len(have) == 0:
			d.Lines = append(d.Lines, "+ "+st.Sid()+"   "+Sentence(st))
		case slices.ContainsFunc(have, func(h policy.Statement) bool { return !h.EqualWith(st, ids) && !shaped(h) }):
			d.Taken = append(d.Taken, st.Sid())
			continue
		case len(have) == 1 && have[0].EqualWith(st, ids):
			continue
		default:
			line, renews := changed(have, st, ids)
			if d.Lines = append(d.Lines, line); renews {
				renewed++
			}
		}
		d.Next, d.Added = d.Next.With(st), append(d.Added, st)
	}
	for _, sid := range w.Ours {
		have := withSid(current, sid)
		if len(have) == 0 || wanted[sid] {
			continue
		}
		if slices.ContainsFunc(have, func(h policy.Statement) bool { return !shaped(h) }) {
			d.Taken = append(d.Taken, sid)
			continue
		}
		d.Lines = append(d.Lines, "- "+sid+"   "+Sentence(have[0]))
		d.Gone, d.Next = append(d.Gone, sid), d.Next.Without(sid)
	}
	var replaced []string
	for st := range current.All() {
		if sid := st.Sid(); w.replaces(st, ids) && sid != "" && !slices.Contains(w.Ours, sid) && len(withSid(current, sid)) == 1 {
			words := Sentence(st)
			for id, arn := range ids { // S3 may show a principal as its unique id
				words = strings.ReplaceAll(words, id, arn)
			}
			d.Lines = append(d.Lines, "- "+sid+"   "+words+" (not ours; ours take its place)")
			d.Gone, d.Next, replaced = append(d.Gone, sid), d.Next.Without(sid), append(replaced, sid)
		}
	}
	if len(d.Lines) == 0 {
		return d
	}
	d.Renew = renewed == len(d.Lines)
	if n := foreign(current, append(replaced, w.Ours...)); n > 0 {
		d.Lines = append(d.Lines, fmt.Sprintf("%d other statement%s unchanged", n, text.Plural(n)))
	}
	switch {
	case current.IsZero():
		d.Op = plan.Create
	case d.Next.Len() == 0:
		d.Op, d.Next = plan.Delete, policy.Document{}
	default:
		d.Op = plan.Update
	}
	return d
}
