package handover

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/inert"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// grants say of each statement who may do what, in words and in full.
func (w *work) grants(statements policy.Statements) []string {
	var out []string
	for _, st := range statements {
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		names, what, _ := strings.Cut(desired.Sentence(st), " may ")
		_, until, ends := strings.Cut(what, " until ")
		who := strings.Split(names, ", ")
		line := fmt.Sprintf("%s: %s%s may %s", inert.Code(st.Sid()), inert.Codes(who), w.role(who), doing(actions, what))
		if ends {
			line += ", until " + inert.Prose(until)
		}
		line += fmt.Sprintf(". In full: %s on %s", inert.Codes(actions), inert.Codes(resources))
		narrows := false
		for _, c := range st.Conditions() {
			line += fmt.Sprintf(", if %s %s %s", inert.Code(c.Key()), inert.Code(c.Operator()), inert.Codes(c.Values()))
			narrows = narrows || strings.EqualFold(c.Key(), "aws:PrincipalArn")
		}
		if narrows {
			line += ". The statement names the whole account as its principal, and this condition leaves of it what is named here"
		}
		out = append(out, line+".")
	}
	return out
}

// role says what the principals are for; "" if they are not all the same.
func (w *work) role(arns []string) string {
	roles, operators := true, true
	for _, arn := range arns {
		roles = roles && slices.ContainsFunc(w.desired.Roles, func(r desired.Role) bool { return r.Arn == arn })
		isOperator := false
		for _, t := range w.transfers {
			isOperator = isOperator || slices.Contains(t.Operators, arn)
		}
		operators = operators && isOperator
	}
	switch {
	case roles:
		return ", which DataSync assumes to copy,"
	case operators:
		return ", who makes the DataSync locations,"
	}
	return ""
}

// doing is in words what the actions allow; what else it is called if there are no words for them.
func doing(actions []string, what string) string {
	has := func(action string) bool {
		return slices.ContainsFunc(actions, func(a string) bool { return strings.EqualFold(a, action) })
	}
	var objects, words []string
	for _, x := range []struct{ action, verb string }{
		{"s3:GetObject", "read"}, {"s3:PutObject", "write"}, {"s3:PutObjectTagging", "tag"}, {"s3:DeleteObject", "delete"},
	} {
		if has(x.action) {
			objects = append(objects, x.verb)
		}
	}
	if has("s3:ListBucket") {
		words = append(words, "list the bucket")
	}
	if len(objects) > 0 {
		words = append(words, text.And(objects)+" objects")
	}
	if has("kms:Encrypt") || has("kms:GenerateDataKey*") || has("kms:GenerateDataKey") {
		words = append(words, "encrypt with the key")
	}
	if has("kms:Decrypt") {
		words = append(words, "decrypt with it")
	}
	if len(words) == 0 {
		return inert.Prose(what)
	}
	return text.And(words)
}

// effects say what the tasks do to the objects of a bucket that they write to, a line each.
func (w *work) effects(s shared) []string {
	var out []string
	for _, t := range w.transfers {
		if s.kind != policy.Bucket || w.part.Mode != plan.SetUp || t.Destination.Account != w.account || t.Destination.Bucket != s.name() {
			continue
		}
		line := "The task of transfer " + inert.Code(t.Name)
		if t.Overwrites() {
			line += " overwrites objects at the destination that differ from those at the source"
		} else {
			line += " overwrites no objects"
		}
		if t.Removes() {
			line += ", and **deletes objects at the destination that are not at the source**."
		} else {
			line += ". It keeps what is not at the source, so that it deletes only leftovers of its own."
		}
		out = append(out, line)
	}
	return out
}
