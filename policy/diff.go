package policy

import (
	"fmt"
	"strings"

	"github.com/xacct/xacct/internal/text"
)

// ChangeOp says what happened to a statement between two documents.
type ChangeOp string

// The values of ChangeOp.
const (
	Kept    ChangeOp = "kept"    // both documents have it, with the same Sid and the same meaning to AWS
	Added   ChangeOp = "added"   // only the later document has it
	Removed ChangeOp = "removed" // only the earlier document has it
	Changed ChangeOp = "changed" // same Sid with another meaning, or same meaning with another Sid
)

// StatementChange says what happened to one statement.
type StatementChange struct {
	Op            ChangeOp
	Sid           string    // Sid of After, or of Before if After is zero; "" if that statement has none
	Before, After Statement // Before is zero for Added, After is zero for Removed
}

// Diff compares two documents statement by statement. It pairs statements by Sid, and those whose Sid has no partner by meaning. The
// result lists the statements of before in their order, then the added statements in the order of after. A different order of
// statements is no change. Version and Id are not compared: see [Document.Version] and [Document.ID].
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
	sid := func(n *node) string { return Statement{n}.Sid() }
	bySid, byMeaning, same := map[string][]int{}, meanings{}, map[string]*meanings{}
	for j, b := range now {
		s := sid(b)
		if same[s] == nil {
			same[s] = &meanings{}
		}
		bySid[s] = append(bySid[s], j)
		same[s].add(j, b)
		byMeaning.add(j, b)
	}
	gone := func(j int) bool { return taken[j] }
	match := func(find func(a *node) int) {
		for i, a := range old {
			if partner[i] < 0 {
				if j := find(a); j >= 0 {
					partner[i], taken[j] = j, true
				}
			}
		}
	}
	match(func(a *node) int {
		if m := same[sid(a)]; m != nil {
			return m.find(a, gone)
		}
		return -1
	})
	match(func(a *node) int {
		s := sid(a)
		for s != "" && len(bySid[s]) > 0 {
			j := bySid[s][0]
			if !taken[j] {
				return j
			}
			bySid[s] = bySid[s][1:]
		}
		return -1
	})
	match(func(a *node) int { return byMeaning.find(a, gone) })
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

// String describes the change for a reviewer: one line that says who may do what, to what, and when. A changed statement has a further
// line for each part that was added (+) or removed (-). There is no final line feed. What is not printed as itself is escaped.
func (c StatementChange) String() string {
	name := text.Escape(c.Sid)
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

// differences lists the parts that were added or removed, a line each.
func (c StatementChange) differences() string {
	var b strings.Builder
	line := func(mark, name, value string) { fmt.Fprintf(&b, "\n    %s %-6s %s", mark, name, text.Escape(value)) }
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
	if b.Len() == 0 { // both statements read the same in words
		line("-", "text", c.Before.String())
		line("+", "text", c.After.String())
	}
	return b.String()
}

// missing returns the elements of list that are not in other; with fold, letter case does not matter.
func missing(list, other []string, fold bool) []string {
	name := func(v string) string {
		if fold {
			return folded(v)
		}
		return v
	}
	there := make(map[string]bool, len(other))
	for _, v := range other {
		there[name(v)] = true
	}
	var out []string
	for _, v := range list {
		if !there[name(v)] {
			out = append(out, v)
		}
	}
	return out
}
