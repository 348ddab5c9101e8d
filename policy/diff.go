package policy

import "fmt"

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
// come in the order of before, then the added ones in the order of after.
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
	match(func(a, b *node) bool { return sid(a) == sid(b) && a.same(b) })
	match(func(a, b *node) bool { return sid(a) != "" && sid(a) == sid(b) })
	match(func(a, b *node) bool { return a.same(b) })
	var out []StatementChange
	for i, a := range old {
		c := StatementChange{Op: Removed, Sid: sid(a), Before: Statement{a}}
		if j := partner[i]; j >= 0 {
			c.Op, c.Sid, c.After = Changed, sid(now[j]), Statement{now[j]}
			if sid(a) == sid(now[j]) && a.same(now[j]) {
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

// String is the change in one line.
func (c StatementChange) String() string {
	switch c.Op {
	case Added:
		return fmt.Sprintf("+ %s: %s", c.Sid, c.After.explain())
	case Removed:
		return fmt.Sprintf("- %s: %s", c.Sid, c.Before.explain())
	case Changed:
		return fmt.Sprintf("~ %s: %s, was: %s", c.Sid, c.After.explain(), c.Before.explain())
	}
	return fmt.Sprintf("  %s: %s", c.Sid, c.Before.explain())
}

// explain says what the statement does, in one line.
func (s Statement) explain() string { return s.String() }
