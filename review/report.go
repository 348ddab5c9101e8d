package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/derived"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// few is how many names a summary shows, and up to how many transfers every check has a line of its own.
const few = 10

// report puts a plan into words.
type report struct {
	*derived.Plan
	digest string
	reader string // the account whose operator gets this part of a plan; "" if it is no part
	out    doc

	buckets map[string]bool // the reader's, by name
}

func newReport(p *derived.Plan, digest string) *report {
	r := &report{Plan: p, digest: digest, reader: readerOf(p), buckets: map[string]bool{}}
	for _, t := range p.Transfers {
		for _, side := range transfer.Sides {
			if e := t.End(side); e.Account == r.reader {
				r.buckets[e.Bucket] = true
			}
		}
	}
	return r
}

// readerOf is the account of all changes, if other accounts take part in the transfers too: then the plan is the part of its operator. A plan of a task
// account may have no other changes than its own, so that it is a part only if whoever made it could not look there.
func readerOf(p *derived.Plan) string {
	reader, unseen := "", false
	for _, c := range p.Changes {
		if reader != "" && reader != c.Account {
			return ""
		}
		reader, unseen = c.Account, unseen || notSeen(c)
	}
	others := false
	for _, t := range p.Transfers {
		if t.TaskAccount == reader && !unseen {
			return ""
		}
		others = others || slices.ContainsFunc(t.Accounts(), func(a string) bool { return a != reader })
	}
	if !others {
		return ""
	}
	return reader
}

// notSeen reports whether the plan does not know whether the resource is there: it would make it or else update it, or deletes what may be there.
func notSeen(c derived.Change) bool {
	updates := slices.ContainsFunc(c.Calls, func(call string) bool {
		return slices.Contains([]string{"iam:UpdateAssumeRolePolicy", "datasync:UpdateLocationS3", "datasync:UpdateTask"}, call)
	})
	return c.Policy != nil && !c.Policy.Read || c.Op == plan.Create && updates || c.Op == plan.Delete && c.Before == ""
}

func (r *report) document() *doc {
	if len(r.Transfers) > 0 {
		r.out.picture = r.draw()
	}
	r.head()
	r.findings("What stands in the way", func(f plan.Finding) bool { return f.Severity == plan.Blocking })
	if r.out.picture != nil {
		r.heading("Picture")
		r.out.blocks = append(r.out.blocks, block{kind: drawing})
		r.list(bullets, r.legend())
	}
	r.changes()
	r.statements()
	r.steps()
	r.verdicts()
	r.findings("Warnings", func(f plan.Finding) bool { return f.Severity == plan.Warning && !unsettled(f) && !isVerdict(f) })
	r.findings("Notes", func(f plan.Finding) bool { return f.Severity == plan.Info && !unsettled(f) && !isVerdict(f) })
	r.unknowns()
	r.never()
	return &r.out
}

func (r *report) heading(s string) {
	r.out.blocks = append(r.out.blocks, block{kind: heading2, line: say(s)})
}

func (r *report) subheading(l line) {
	r.out.blocks = append(r.out.blocks, block{kind: heading3, line: l})
}

func (r *report) paragraph(l line) {
	r.out.blocks = append(r.out.blocks, block{kind: paragraph, line: l})
}

func (r *report) list(k kind, items []item) {
	if len(items) > 0 {
		r.out.blocks = append(r.out.blocks, block{kind: k, items: items})
	}
}

// head says what the plan is about, in a few lines.
func (r *report) head() {
	verb := "Set-up of "
	if r.Mode == plan.TearDown {
		verb = "Tear-down of "
	}
	part := line(nil)
	if r.reader != "" {
		part = say(": the part of account ", r.reader)
	}
	switch n := len(r.Transfers); n {
	case 0:
		r.out.title = say("A plan without transfers")
	case 1:
		r.out.title = say(verb+"transfer ", r.Transfers[0].Name).with(part)
	default:
		r.out.title = say(fmt.Sprintf("%s%d transfers", verb, n)).with(part)
	}
	var items []item
	for _, t := range r.Transfers {
		items = append(items, item{line: say("Transfer ", t.Name, " copies ", uri(t.Source), " of account ", t.Source.Account, " in ", t.Source.Region,
			" to ", uri(t.Destination), " of account ", t.Destination.Account, " in ", t.Destination.Region, ". Its task is in account ", t.TaskAccount, ".")})
	}
	r.list(bullets, items)
	if r.reader != "" {
		r.paragraph(say("This is the part of the plan that the operator of account ", r.reader, " applies."))
	}
	r.paragraph(r.counts())
	r.paragraph(say("Statements, names and settings below follow from the transfers. What stood in AWS, and what is said of verdicts, is what the plan " +
		"recorded when it was made: an apply reads and checks again before it writes."))
	r.paragraph(say("Digest of the plan: ", r.digest, ". Apply only a plan with this digest."))
}

func uri(e transfer.Endpoint) string { return "s3://" + e.Bucket + "/" + transfer.Slashed(e.Prefix) }

// counts is how many changes of each kind there are.
func (r *report) counts() line {
	n := map[string]int{}
	for _, c := range r.Changes {
		switch {
		case c.Op == plan.NoOp:
			n["as wanted already"]++
		case c.Hold == plan.Handover:
			n["to hand over"]++
		case c.Hold == plan.Reported:
			n["done by report"]++
		case c.Hold == plan.Blocked:
			n["blocked"]++
		default:
			n["to "+string(c.Op)]++
		}
	}
	var out []string
	for _, what := range []string{"to create", "to update", "to replace", "to delete", "to hand over", "done by report", "blocked", "as wanted already"} {
		if n[what] > 0 || what == "blocked" {
			out = append(out, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	return bold(strings.Join(out, ", ") + ".")
}

// shortened is the list with at most few names, and a last one in words that counts the others.
func shortened(list []string) line {
	if len(list) <= few {
		return names(list)
	}
	return names(list[:few]).with(say(fmt.Sprintf(" and %d more", len(list)-few)))
}

// never says what no apply does. The texts are those of README.md.
func (r *report) never() {
	r.heading("What it will never do")
	var items []item
	for _, s := range []string{
		"Change a byte of a statement that it did not write, its order, or the Version and Id of the policy.",
		"Write a policy that it could not read, or add a statement with a wildcard principal.",
		"Delete a policy to replace it, put an old copy in place of somebody's later edits, or remove what is not provably its own.",
		"Delete transferred objects, or delete at the destination during a run unless the plan allows it.",
		"Change Object Ownership unless the transfer asks for it, or restore it unless the plan asks for it.",
		"Read or write a bucket that now belongs to another account.",
	} {
		items = append(items, item{line: say(s)})
	}
	r.list(bullets, items)
}

// plural is the count and the noun.
func plural(n int, noun string) string { return fmt.Sprintf("%d %s%s", n, noun, text.Plural(n)) }
