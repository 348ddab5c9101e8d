package desired

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// SharedPolicy is what transfers want of a policy that somebody else owns: that of a bucket, or of a key.
type SharedPolicy struct {
	Transfers []*transfer.Transfer
	Ours      []string // every Sid that these transfers can have in this policy
	Grants    bool     // its account is not the task account of some transfer, so it holds statements of ours
	Roles     []string // IDs of the role changes whose roles the statements name as principals
}

func (w SharedPolicy) LacksOurs(missing []string) bool {
	return slices.ContainsFunc(missing, func(sid string) bool { return slices.Contains(w.Ours, sid) })
}

// shaped reports whether a statement allows principals of the task account, or a role of it that is gone, some of the actions on resources
// of ours, under no conditions but ours. Anything else is somebody else's.
func (w SharedPolicy) shaped(st policy.Statement, ourActions []string, about func(resource string) bool) bool {
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	if st.Effect() != "Allow" || notPrincipal || notAction || notResource || len(principals) == 0 || len(actions) == 0 {
		return false
	}
	named := slices.ContainsFunc(st.Conditions(), func(c policy.Condition) bool { return strings.EqualFold(c.Key(), "aws:PrincipalArn") })
	for _, p := range principals {
		if !slices.ContainsFunc(w.Transfers, func(t *transfer.Transfer) bool { return principalOf(p, t.TaskAccount, named) }) {
			return false
		}
	}
	for _, a := range actions {
		if !slices.ContainsFunc(ourActions, func(b string) bool { return strings.EqualFold(a, b) }) {
			return false
		}
	}
	for _, r := range resources {
		if !about(r) {
			return false
		}
	}
	for _, c := range st.Conditions() {
		if ourConditions[strings.ToLower(c.Key())] != c.Operator() {
			return false
		}
	}
	return true
}

// Owners are the transfers that a Sid belongs to.
func (w SharedPolicy) Owners(sid string) []*transfer.Transfer {
	var out []*transfer.Transfer
	for _, t := range w.Transfers {
		for _, side := range transfer.Sides {
			for _, s := range append(t.End(side).Sids, t.KeySids...) {
				if s == sid {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// add notes that the transfer uses the policy's resource on this side, and if the resource is remote, by which statements.
func (w *SharedPolicy) add(t *transfer.Transfer, side plan.Side, remote bool, sids []string) {
	if len(w.Transfers) == 0 || w.Transfers[len(w.Transfers)-1].Name != t.Name {
		w.Transfers = append(w.Transfers, t)
	}
	if !remote {
		return
	}
	w.Grants = true
	w.Ours = append(w.Ours, sids...)
	if t.End(side).OwnsRole && t.Grant == transfer.GrantByRole {
		id := transfer.ChangeID(t.TaskAccount, "", plan.IAMRole, t.End(side).RoleName)
		if !slices.Contains(w.Roles, id) {
			w.Roles = append(w.Roles, id)
		}
	}
}

// PolicyDiff is what becomes of somebody else's policy.
type PolicyDiff struct {
	Op    plan.Op
	Next  policy.Document
	Lines []string
	Gone  []string // our Sids that are no longer wanted and leave
	Taken []string // our Sids that stand on somebody else's statement
}

// diffPolicy merges the statements into the current policy and takes out those of ours that are no longer wanted; all else keeps its bytes.
// shaped tells whether a statement that bears our Sid is of our making. ids maps unique ids of living roles to their ARNs.
func diffPolicy(w SharedPolicy, statements policy.Statements, shaped func(policy.Statement) bool, current policy.Document, ids map[string]string) PolicyDiff {
	d := PolicyDiff{Op: plan.NoOp, Next: current}
	wanted := map[string]bool{}
	for _, st := range statements {
		wanted[st.Sid()] = true
		have := bearers(current, st.Sid())
		switch {
		case len(have) == 0:
			d.Lines = append(d.Lines, "+ "+st.Sid()+"   "+Sentence(st))
		case slices.ContainsFunc(have, func(h policy.Statement) bool { return !h.EqualWith(st, ids) && !shaped(h) }):
			d.Taken = append(d.Taken, st.Sid())
			continue
		case len(have) == 1 && have[0].EqualWith(st, ids):
			continue
		default:
			d.Lines = append(d.Lines, "~ "+st.Sid()+"   "+Sentence(st))
		}
		d.Next = d.Next.With(st)
	}
	for _, sid := range w.Ours {
		have := bearers(current, sid)
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
	if len(d.Lines) == 0 {
		return d
	}
	if n := foreign(current, w.Ours); n > 0 {
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

// bearers are the statements with the Sid: a policy of S3 may have several.
func bearers(d policy.Document, sid string) []policy.Statement {
	var out []policy.Statement
	for st := range d.All() {
		if st.Sid() == sid {
			out = append(out, st)
		}
	}
	return out
}

// ourConditions are the condition keys that a statement of ours can have, in lower case, and their operators.
var ourConditions = map[string]string{"aws:principalarn": "ArnEquals", "kms:viaservice": "StringEquals"}

// principalOf reports whether the principal is a role or user of the account, or the unique id of one; or the account itself, if a
// condition names whom it means.
func principalOf(p policy.Principal, account string, named bool) bool {
	if p.Type() != "AWS" {
		return false
	}
	v := p.Value()
	if UniqueID(v) {
		return true
	}
	a, ok := region.ParseARN(v)
	if v == account || ok && a.Account == account && a.Resource == "root" {
		return named
	}
	return ok && a.Account == account
}

// UniqueID reports whether v is the unique id that stands for a role or user after it was deleted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func UniqueID(v string) bool { return strings.HasPrefix(v, "AROA") || strings.HasPrefix(v, "AIDA") }

// foreign counts the statements that do not bear one of the Sids.
func foreign(d policy.Document, sids []string) int {
	n := 0
	for st := range d.All() {
		if !slices.Contains(sids, st.Sid()) {
			n++
		}
	}
	return n
}

// StatementNaming is the Sid or number of a statement that names one of the principals; "" if none does. Statements with the given Sids are passed over.
func StatementNaming(d policy.Document, except []string, principals ...string) string {
	i := 0
	for st := range d.All() {
		i++
		if slices.Contains(except, st.Sid()) {
			continue
		}
		named, _ := st.Principals()
		for _, p := range named {
			if p.Value() != "" && slices.Contains(principals, p.Value()) {
				return cmp.Or(st.Sid(), fmt.Sprintf("statement %d", i))
			}
		}
	}
	return ""
}

// Sentence says of a statement of ours who may do what: "arn:aws:iam::…:role/x may write".
func Sentence(st policy.Statement) string {
	var who []string
	for _, c := range st.Conditions() {
		if strings.EqualFold(c.Key(), "aws:PrincipalArn") {
			who = append(who, c.Values()...)
		}
	}
	if len(who) == 0 {
		principals, _ := st.Principals()
		for _, p := range principals {
			who = append(who, p.Value())
		}
	}
	actions, _ := st.Actions()
	has := func(action string) bool {
		return slices.ContainsFunc(actions, func(a string) bool { return strings.EqualFold(a, action) })
	}
	verb := "list"
	switch {
	case has("s3:PutObject"):
		verb = "write"
	case has("s3:GetObject"):
		verb = "read"
	case has("logs:PutLogEvents"):
		verb = "write logs"
	case has("kms:Encrypt"):
		verb = "encrypt and decrypt"
	case has("kms:Decrypt"):
		verb = "decrypt"
	}
	return strings.Join(who, ", ") + " may " + verb
}
