package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/plan"
)

// isVerdict reports whether the finding says what the policies make of an access.
func isVerdict(f plan.Finding) bool { return verdictMarks[f.Code] != none }

// unsettled reports whether the finding is about what is not known.
func unsettled(f plan.Finding) bool {
	unproved := f.Code == plan.CodeWrongOwner && f.Severity == plan.Info
	return f.Severity != plan.Blocking && (unproved || slices.Contains([]plan.Code{plan.CodeUndetermined, plan.CodeUnread, plan.CodeNotGiven}, f.Code))
}

// findings lists those for which is holds under a heading of their own; without any there is none.
func (r *report) findings(title string, is func(plan.Finding) bool) {
	var items []item
	for _, f := range r.Findings {
		if is(f) {
			items = append(items, r.finding(f))
		}
	}
	if len(items) == 0 {
		return
	}
	r.heading(title)
	r.list(bullets, items)
}

// verdicts lists what the policies make of each access, with the statement that decided.
func (r *report) verdicts() {
	if r.Mode == plan.TearDown {
		return // nothing was checked
	}
	var items []item
	count := map[string]int{}
	for _, f := range r.Findings {
		switch {
		case f.Severity == plan.Blocking || unsettled(f) || !isVerdict(f):
		case f.Code == plan.CodeAllowed && len(r.Transfers) > few:
			count[f.Transfer]++
		default:
			items = append(items, r.finding(f))
		}
	}
	for _, t := range r.Transfers {
		if n := count[t.Name]; n > 0 {
			items = append(items, item{mark: allowed, line: say("Transfer ", t.Name, ": "+plural(n, "check"))})
		}
	}
	if len(items) > 0 {
		r.heading("What the policies allow")
		r.list(bullets, items)
	}
}

// finding is one finding in words: the plan's, with what decided, what it depends on and what helps.
func (r *report) finding(f plan.Finding) item {
	it := item{mark: verdictMarks[f.Code]}
	switch {
	case f.Severity == plan.Blocking:
		it.mark = blocks
	case it.mark == none && f.Severity == plan.Warning:
		it.mark = warns
	case it.mark == none && unsettled(f):
		it.mark = unknown
	case it.mark == none:
		it.mark = notes
	}
	if len(r.Transfers) > 1 && f.Transfer != "" {
		it.line = say("", f.Transfer, ": ")
	}
	it.line = it.line.with(quote(f.Detail))
	if it.mark != allowed {
		it.line = it.line.with(say(" (", f.Code, ")"))
	}
	if f.Overridden {
		it.below = append(it.below, item{line: say("It would block, and the plan overrides it.")})
	}
	switch {
	case f.Statement == "" || strings.Contains(f.Detail, text.Statement(f.Statement)):
	case f.Code == plan.CodeUndetermined && slices.Contains(f.DependsOn, "report"):
		it.below = append(it.below, item{line: say("Reported, and seen by nobody here: statement ", f.Statement)})
	default:
		it.below = append(it.below, item{line: decided(f.Statement)})
	}
	if f.Remedy != "" {
		it.below = append(it.below, item{line: say("What helps: ").with(quote(f.Remedy))})
	}
	for _, p := range f.Proposal {
		it.below = append(it.below, item{line: say("As its owner could write it: ", p)})
	}
	return it
}

// unknowns lists what is not known. To the operator of one account it does not say what is not known about that account itself: there the operator can
// look: see lookFor.
func (r *report) unknowns() {
	r.heading("What is not known")
	var items []item
	var missing []string
	for _, f := range r.Findings {
		if !unsettled(f) || r.ownMatter(f) {
			continue
		}
		if f.Code == plan.CodeNotGiven && len(f.DependsOn) > 0 {
			missing = append(missing, slices.DeleteFunc(slices.Clone(f.DependsOn), r.isOwn)...)
			continue
		}
		items = append(items, r.finding(f))
	}
	if len(missing) > 0 {
		items = append(items, item{mark: unknown, line: quote(text.NotGiven(missing))})
	}
	if len(items) == 0 {
		r.paragraph(say("Nothing that the plan knows of."))
	}
	r.list(bullets, items)
}

// ownMatter reports whether only what the reader can see would settle the finding.
func (r *report) ownMatter(f plan.Finding) bool {
	switch {
	case r.reader == "":
		return false
	case len(f.DependsOn) == 0:
		return f.Account == r.reader
	}
	return !slices.ContainsFunc(f.DependsOn, func(d string) bool { return !r.isOwn(d) })
}

// isOwn reports whether what a finding depends on is the reader's to see: policies of the account, of its roles, buckets and keys.
func (r *report) isOwn(d string) bool {
	if r.reader == "" {
		return false
	}
	if strings.HasSuffix(d, "control policies of "+r.reader) || strings.Contains(d, ":"+r.reader+":") {
		return true
	}
	rest, ok := strings.CutSuffix(d, ", which was not read")
	return ok && r.buckets[rest[strings.LastIndexByte(rest, ' ')+1:]]
}

// lookFor says what the reader should look at, whose policies the plan did not see.
func (r *report) lookFor() []item {
	var out []item
	for _, c := range r.Changes {
		if c.Policy != nil && !c.Policy.Read && len(c.Policy.Gains) > 0 {
			out = append(out, item{line: say("Look whether a Deny in the "+kindWords[c.Kind]+" ", c.Name, " refuses what the statements above allow: whoever made the plan did not see it.")})
		}
	}
	if n := len(out); n > few {
		out = append(out[:few], item{line: say(fmt.Sprintf("and %d more", n-few))})
	}
	return out
}
