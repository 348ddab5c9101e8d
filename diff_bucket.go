package xacct

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// policyDiff is what becomes of somebody else's policy.
type policyDiff struct {
	op    plan.Op
	next  policy.Document
	lines []string
	gone  []string // our Sids that are no longer wanted and leave
	taken []string // our Sids that stand on somebody else's statement
}

// diffBucket is diffPolicy for a bucket.
func diffBucket(w bucketWant, current policy.Document, ids map[string]string) policyDiff {
	return diffPolicy(w.policyWant, w.spec.Statements, w.shaped, current, ids)
}

// diffPolicy merges the statements into the current policy and takes out those of ours that are no longer wanted; all else keeps its bytes.
// shaped tells whether a statement that bears our Sid is of our making. ids maps unique ids of living roles to their ARNs.
func diffPolicy(w policyWant, statements policy.Statements, shaped func(policy.Statement) bool, current policy.Document, ids map[string]string) policyDiff {
	d := policyDiff{op: plan.NoOp, next: current}
	wanted := map[string]bool{}
	for _, st := range statements {
		wanted[st.Sid()] = true
		have := bearers(current, st.Sid())
		switch {
		case len(have) == 0:
			d.lines = append(d.lines, "+ "+st.Sid()+"   "+sentence(st))
		case slices.ContainsFunc(have, func(h policy.Statement) bool { return !h.EqualWith(st, ids) && !shaped(h) }):
			d.taken = append(d.taken, st.Sid())
			continue
		case len(have) == 1 && have[0].EqualWith(st, ids):
			continue
		default:
			d.lines = append(d.lines, "~ "+st.Sid()+"   "+sentence(st))
		}
		d.next = d.next.With(st)
	}
	for _, sid := range w.ours {
		have := bearers(current, sid)
		if len(have) == 0 || wanted[sid] {
			continue
		}
		if slices.ContainsFunc(have, func(h policy.Statement) bool { return !shaped(h) }) {
			d.taken = append(d.taken, sid)
			continue
		}
		d.lines = append(d.lines, "- "+sid+"   "+sentence(have[0]))
		d.gone, d.next = append(d.gone, sid), d.next.Without(sid)
	}
	if len(d.lines) == 0 {
		return d
	}
	if n := foreign(current, w.ours); n > 0 {
		d.lines = append(d.lines, fmt.Sprintf("%d other statement%s unchanged", n, text.Plural(n)))
	}
	switch {
	case current.IsZero():
		d.op = plan.Create
	case d.next.Len() == 0:
		d.op, d.next = plan.Delete, policy.Document{}
	default:
		d.op = plan.Update
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

// shaped reports whether a statement that bears a Sid of ours also has the shape of one.
func (w bucketWant) shaped(st policy.Statement) bool {
	arn := region.Bucket(region.Partition(w.spec.Region), w.spec.Name)
	return w.policyWant.shaped(st, ourActions, func(r string) bool { return r == arn || strings.HasPrefix(r, arn+"/") })
}

// shaped reports whether a statement allows principals of the task account, or a role of it that is gone, some of the actions on resources
// of ours, under no conditions but ours. Anything else is somebody else's.
func (w policyWant) shaped(st policy.Statement, ourActions []string, about func(resource string) bool) bool {
	principals, notPrincipal := st.Principals()
	actions, notAction := st.Actions()
	resources, notResource := st.Resources()
	if st.Effect() != "Allow" || notPrincipal || notAction || notResource || len(principals) == 0 || len(actions) == 0 {
		return false
	}
	named := slices.ContainsFunc(st.Conditions(), func(c policy.Condition) bool { return strings.EqualFold(c.Key(), "aws:PrincipalArn") })
	for _, p := range principals {
		if !slices.ContainsFunc(w.transfers, func(t *transfer.Transfer) bool { return principalOf(p, t.TaskAccount, named) }) {
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

// ourConditions are the condition keys that a statement of ours can have, in lower case, and their operators.
var ourConditions = map[string]string{"aws:principalarn": "ArnEquals", "kms:viaservice": "StringEquals"}

// ourActions are all actions that a statement of ours can have.
var ourActions = func() []string {
	var out []string
	for _, st := range []policy.Statement{bucket.Read("b", ""), bucket.Write("b", ""), bucket.List("b")} {
		actions, _ := st.Actions()
		out = append(out, actions...)
	}
	return out
}()

// principalOf reports whether the principal is a role or user of the account, or the unique id of one; or the account itself, if a
// condition names whom it means.
func principalOf(p policy.Principal, account string, named bool) bool {
	if p.Type() != "AWS" {
		return false
	}
	v := p.Value()
	if uniqueID(v) {
		return true
	}
	a, ok := region.ParseARN(v)
	if v == account || ok && a.Account == account && a.Resource == "root" {
		return named
	}
	return ok && a.Account == account
}

// uniqueID reports whether v is the unique id that stands for a role or user after it was deleted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func uniqueID(v string) bool { return strings.HasPrefix(v, "AROA") || strings.HasPrefix(v, "AIDA") }

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

// sentence says of a statement of ours who may do what: "arn:aws:iam::…:role/x may write".
func sentence(st policy.Statement) string {
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
