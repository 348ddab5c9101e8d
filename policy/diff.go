package policy

import (
	"fmt"
	"slices"
	"strings"
)

// ChangeOp says what happened to a statement.
type ChangeOp string

// What [Diff] finds.
const (
	Kept    ChangeOp = "kept"    // the same to AWS
	Added   ChangeOp = "added"   // only in the later document
	Removed ChangeOp = "removed" // only in the earlier one
	Changed ChangeOp = "changed" // the same Sid, another meaning; or the same meaning under another Sid
)

// StatementChange is what became of one statement.
type StatementChange struct {
	Op            ChangeOp
	Sid           string    // of After, else of Before; "" if it has none
	Before, After Statement // zero where there is none
}

// Diff compares two documents statement by statement: by Sid, and statements without a partner of the same Sid by meaning. The changes
// come in the order of before, then the added ones in the order of after. The order of statements is no change; Version and Id, which
// belong to no statement, are not looked at: compare [Document.Version] and [Document.ID].
func Diff(before, after Document) []StatementChange {
	var old, now []*node
	for s := range before.All() {
		old = append(old, s.n)
	}
	for s := range after.All() {
		now = append(now, s.n)
	}
	partner := make([]int, len(old))
	for i := range partner {
		partner[i] = -1
	}
	taken := make([]bool, len(now))
	match := func(fits func(a, b *node) bool) {
		for i, a := range old {
			for j, b := range now {
				if partner[i] < 0 && !taken[j] && fits(a, b) {
					partner[i], taken[j] = j, true
				}
			}
		}
	}
	sid := func(n *node) string { return Statement{n}.Sid() }
	match(func(a, b *node) bool { return sid(a) == sid(b) && a.same(b, nil) })
	match(func(a, b *node) bool { return sid(a) != "" && sid(a) == sid(b) })
	match(func(a, b *node) bool { return a.same(b, nil) })
	var out []StatementChange
	for i, a := range old {
		c := StatementChange{Op: Removed, Sid: sid(a), Before: Statement{a}}
		if j := partner[i]; j >= 0 {
			c.Op, c.Sid, c.After = Changed, sid(now[j]), Statement{now[j]}
			if sid(a) == sid(now[j]) && a.same(now[j], nil) {
				c.Op = Kept
			}
		}
		out = append(out, c)
	}
	for j, b := range now {
		if !taken[j] {
			out = append(out, StatementChange{Op: Added, Sid: sid(b), After: Statement{b}})
		}
	}
	return out
}

// String is the change for a reviewer: one line that says who may do what, to what, and when; for a changed statement also a line
// for each thing that came (+) or went (-). It has no final line feed.
func (c StatementChange) String() string {
	name := c.Sid
	if name == "" {
		name = "(no Sid)"
	}
	switch c.Op {
	case Added:
		return "+ " + name + ": " + c.After.Explain()
	case Removed:
		return "- " + name + ": " + c.Before.Explain()
	case Changed:
		return "~ " + name + ": " + c.After.Explain() + c.differences()
	}
	return "  " + name + ": " + c.After.Explain()
}

// differences lists what came and what went, a line each.
func (c StatementChange) differences() string {
	var b strings.Builder
	line := func(mark, name, value string) { fmt.Fprintf(&b, "\n    %s %-6s %s", mark, name, value) }
	if old, now := c.Before.Sid(), c.After.Sid(); old != now {
		for _, v := range []struct{ mark, sid string }{{"-", old}, {"+", now}} {
			if v.sid != "" {
				line(v.mark, "sid", v.sid)
			}
		}
	}
	if old, now := c.Before.Effect(), c.After.Effect(); old != now {
		line("-", "effect", old)
		line("+", "effect", now)
	}
	old, now := c.Before.parts(), c.After.parts()
	for _, part := range []struct {
		name     string
		old, now []string
		fold     bool
	}{
		{"who", old.who, now.who, false},
		{"what", old.what, now.what, true},
		{"where", old.where, now.where, false},
		{"when", old.when, now.when, false},
		{"other", old.other, now.other, false},
	} {
		for _, v := range missing(part.old, part.now, part.fold) {
			line("-", part.name, v)
		}
		for _, v := range missing(part.now, part.old, part.fold) {
			line("+", part.name, v)
		}
	}
	if b.Len() == 0 { // the words do not tell them apart
		line("-", "text", c.Before.String())
		line("+", "text", c.After.String())
	}
	return b.String()
}

// missing is what of list is not in other.
func missing(list, other []string, fold bool) []string {
	var out []string
	for _, v := range list {
		if !slices.ContainsFunc(other, func(o string) bool { return o == v || fold && strings.EqualFold(o, v) }) {
			out = append(out, v)
		}
	}
	return out
}
