package review

import "github.com/xacct/xacct/plan"

// mark is the word in front of an entry, and what it means for its colour.
type mark int

const (
	none mark = iota
	isNew
	changed
	replaced
	removed
	allowed
	limited
	denied
	unknown
	blocks
	warns
	notes
)

var marks = map[mark]struct{ label, class string }{
	isNew: {"new", "yes"}, changed: {"changed", "note"}, replaced: {"replaced", "ask"}, removed: {"removed", "ends"},
	allowed: {"allowed", "yes"}, limited: {"limited", "ask"}, denied: {"denied", "no"}, unknown: {"unknown", "ask"},
	blocks: {"blocks", "no"}, warns: {"warning", "ask"}, notes: {"note", "note"},
}

// label is the word with a space behind it; "" for none.
func (m mark) label() string {
	if l := marks[m].label; l != "" {
		return l + " "
	}
	return ""
}

func (m mark) class() string { return marks[m].class }

var opMarks = map[plan.Op]mark{plan.Create: isNew, plan.Update: changed, plan.Replace: replaced, plan.Delete: removed}

// verdictMarks are the marks of findings about access.
var verdictMarks = map[plan.Code]mark{plan.CodeAllowed: allowed, plan.CodeLimited: limited, plan.CodeDenied: denied, plan.CodeUndetermined: unknown,
	plan.CodeNoOperator: denied, plan.CodeCaller: denied}
