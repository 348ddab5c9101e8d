package planner

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/jsonshape"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/problem"
)

// The rules of a plan's JSON, beside those of package jsonshape.
var (
	rulePlanMember = problem.Rule{
		ID: "plan-member", Text: "must be there, as in every plan",
		Remedy: "read the whole JSON that json.Marshal made of the plan, or make a new plan", Source: "xacct",
	}
	rulePlanWord = problem.Rule{
		ID: "plan-word", Text: "must be one of the words of plans",
		Remedy: "do not trust this plan: make a new one from the transfers", Source: "xacct",
	}
)

var planRules = []problem.Rule{rulePlanMember, rulePlanWord}

// Decode reads the JSON of a plan into p, a pointer to a struct with the members of a plan. It refuses another schema with a *plan.SchemaError, and
// what is not of the shape of a plan with problems that name the member.
func Decode(data []byte, p any) error {
	if !json.Valid(data) {
		return json.Unmarshal(data, p) // the syntax error
	}
	var l problem.List
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) == nil && members != nil {
		var schema string
		if json.Unmarshal(members["Schema"], &schema) != nil && members["Schema"] != nil && string(members["Schema"]) != "null" {
			schema = string(bytes.TrimSpace(members["Schema"]))
		}
		if err := CheckSchema(schema); err != nil {
			return err
		}
		for _, name := range []string{"Mode", "Transfers", "Settings", "Changes", "Findings"} {
			l.Check(members[name] != nil, rulePlanMember, name, "")
		}
	}
	l.Under("", jsonshape.Check(data, reflect.TypeOf(p).Elem()))
	if err := l.Err(); err != nil {
		return err
	}
	return json.Unmarshal(data, p)
}

// CheckSchema reports a schema that this version does not read. A newer minor version may hold settings that this one does not know, and would not
// keep to.
func CheckSchema(schema string) error {
	major, newest, _ := strings.Cut(plan.Schema, ".")
	got, minor, _ := strings.Cut(schema, ".")
	have, err := strconv.ParseUint(minor, 10, 16)
	most, _ := strconv.ParseUint(newest, 10, 16)
	if got != major || err != nil || have > most {
		return &plan.SchemaError{Schema: schema}
	}
	return nil
}

// CheckWords reports a mode, an operation, a severity or another word that no plan has: what depends on it would go the other way without a word. A
// plan without transfers is one only if it is blocked as a whole.
func CheckWords(mode plan.Mode, transfers int, changes []plan.Change, findings []plan.Finding) error {
	var l problem.List
	word(&l, "Mode", mode, plan.SetUp, plan.TearDown, plan.Drift)
	l.Check(transfers > 0 || len(BlockingByTransfer(findings)[""]) > 0, rulePlanMember, "Transfers[0]", "")
	for i, c := range changes {
		at := "Changes[" + strconv.Itoa(i) + "]."
		l.Check(c.ID != "", rulePlanMember, at+"ID", "")
		word(&l, at+"Kind", c.Kind, kindOrder...)
		word(&l, at+"Op", c.Op, plan.NoOp, plan.Create, plan.Update, plan.Replace, plan.Delete)
		word(&l, at+"Hold", c.Hold, "", plan.Blocked, plan.Handover, plan.Reported)
		word(&l, at+"Side", c.Side, "", plan.SourceSide, plan.DestinationSide)
	}
	for i, f := range findings {
		at := "Findings[" + strconv.Itoa(i) + "]."
		l.Check(f.Code != "", rulePlanMember, at+"Code", "")
		word(&l, at+"Severity", f.Severity, plan.Info, plan.Warning, plan.Blocking)
		word(&l, at+"Side", f.Side, "", plan.SourceSide, plan.DestinationSide)
	}
	return l.Err()
}

// EscapeWords escapes what is for people in changes and findings that were read from a file. Of those that this version made it changes nothing.
func EscapeWords(changes []plan.Change, findings []plan.Finding) {
	for i := range changes {
		escapeChange(&changes[i])
	}
	for i := range findings {
		findings[i].Detail, findings[i].Remedy = text.Escape(findings[i].Detail), text.Escape(findings[i].Remedy)
	}
}

// escapeChange escapes what is for people in the change.
func escapeChange(c *plan.Change) {
	c.Reason = text.Escape(c.Reason)
	for i, d := range c.Details {
		c.Details[i] = text.Escape(d)
	}
}

// word checks that the value at path is one of the words.
func word[T ~string](l *problem.List, path string, value T, words ...T) {
	if slices.Contains(words, value) {
		return
	}
	rule, names := rulePlanWord, []string{}
	for _, w := range words {
		if w != "" {
			names = append(names, string(w))
		}
	}
	rule.Text = "must be one of " + strings.Join(names, ", ")
	if value == "" {
		rule.Text = "is empty and " + rule.Text
	}
	l.Add(rule, path, string(value))
}
