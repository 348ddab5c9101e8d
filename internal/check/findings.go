package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// Findings gathers findings. Two are the same if they are about the same, whatever their words: the second adds what it says to the first, and its
// weight. Their words are escaped, because they may quote what others wrote. The zero value is ready to use.
type Findings struct {
	List []plan.Finding

	at map[identity]int // where in List
}

// identity is what a finding is about.
type identity struct {
	code      plan.Code
	transfer  string
	side      plan.Side
	subject   string
	statement string
	actions   string
}

func identityOf(f plan.Finding) identity {
	return identity{f.Code, f.Transfer, f.Side, f.Subject, f.Statement, strings.Join(f.Actions, " ")}
}

// Restore makes the list the given one, which was List before.
func (fs *Findings) Restore(list []plan.Finding) {
	fs.List, fs.at = list, map[identity]int{}
	for i, f := range list {
		fs.at[identityOf(f)] = i
	}
}

// Add adds a finding.
func (fs *Findings) Add(f plan.Finding) {
	f.Detail, f.Remedy = text.Escape(f.Detail), text.Escape(f.Remedy)
	id := identityOf(f)
	i, found := fs.at[id]
	if !found {
		if fs.at == nil {
			fs.at = map[identity]int{}
		}
		fs.at[id] = len(fs.List)
		fs.List = append(fs.List, f)
		return
	}
	have := &fs.List[i]
	have.Detail, have.Remedy = also(have.Detail, f.Detail), also(have.Remedy, f.Remedy)
	have.Proposal, have.DependsOn = union(have.Proposal, f.Proposal), union(have.DependsOn, f.DependsOn)
	if Weight(f.Severity) > Weight(have.Severity) {
		have.Severity = f.Severity
	}
}

// Weight orders severities, the lightest first.
func Weight(s plan.Severity) int {
	return slices.Index([]plan.Severity{plan.Info, plan.Warning, plan.Blocking}, s)
}

// also is the text with more behind it, unless it says that already.
func also(text, more string) string {
	if text == "" || more == "" || text == more || slices.Contains(strings.Split(text, "; "), more) {
		return cmp.Or(text, more)
	}
	return text + "; " + more
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
