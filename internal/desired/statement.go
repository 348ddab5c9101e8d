package desired

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/policy"
)

// Sentence says who may do what by a statement of ours, and until when if it has an end: "arn:aws:iam::…:role/x may write until 2030-01-31T00:00:00Z".
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
	return strings.Join(who, ", ") + " may " + verb + untilText(st)
}

// untilText is the end of the statement in words; "" if it has none.
func untilText(st policy.Statement) string {
	for _, c := range st.Conditions() {
		if transfer.AboutTime(c) && strings.HasPrefix(c.Operator(), "DateLessThan") {
			return " until " + text.List(c.Values(), " or ")
		}
	}
	return ""
}

// changed is the line of a change in which want takes the place of a statement of ours, and whether nothing but its end changes.
func changed(have []policy.Statement, want policy.Statement, ids map[string]string) (line string, renews bool) {
	line = "~ " + want.Sid() + "   " + Sentence(want)
	if len(have) != 1 || !transfer.Undated(have[0]).EqualWith(transfer.Undated(want), ids) {
		return line, false
	}
	was := "it had no end"
	if old := untilText(have[0]); old != "" {
		was = "it was" + old
	} else if slices.ContainsFunc(have[0].Conditions(), transfer.AboutTime) {
		was = "it had other times"
	}
	if untilText(want) == "" {
		was = "without an end; " + was
	}
	return line + " (" + was + ")", true
}

// StatementNaming is the Sid, or else the number, of the first statement that names one of the principals; "" if none does. Statements whose Sid
// is in except are passed over.
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
				return text.SidOr(st.Sid(), i)
			}
		}
	}
	return ""
}

// shaped reports whether a statement looks as if we made it: it allows principals of the task account, or a role that is gone, some of our actions
// on resources for which about is true, under no conditions but ours. When the statement allows it does not matter: whoever set an end to a statement of
// ours did not make it theirs. Any other is somebody else's, whatever its Sid.
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
		if !transfer.AboutTime(c) && ourConditions[strings.ToLower(c.Key())] != c.Operator() {
			return false
		}
	}
	return true
}

// ourConditions are the condition keys that a statement of ours can have, in lower case, with their operators.
var ourConditions = map[string]string{"aws:principalarn": "ArnEquals", "kms:viaservice": "StringEquals"}

// principalOf reports whether the principal is a role or user of the account, or the unique ID of any role or user. named says that a condition of
// the statement names the role; then the principal may also be the account itself.
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

// UniqueID reports whether the principal v is a unique ID, by which AWS shows a role or user that was deleted.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func UniqueID(v string) bool { return strings.HasPrefix(v, "AROA") || strings.HasPrefix(v, "AIDA") }

// withSid are the statements that have the Sid: a policy of S3 may have several.
func withSid(d policy.Document, sid string) []policy.Statement {
	var out []policy.Statement
	for st := range d.All() {
		if st.Sid() == sid {
			out = append(out, st)
		}
	}
	return out
}

// foreign is how many statements have none of the Sids.
func foreign(d policy.Document, sids []string) int {
	n := 0
	for st := range d.All() {
		if !slices.Contains(sids, st.Sid()) {
			n++
		}
	}
	return n
}
