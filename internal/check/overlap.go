package check

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// A meeting is how a transfer meets others of its plan in a bucket.
type meeting int

const (
	deletesOthers        meeting = iota // its task deletes what others write
	deletedByOthers                     // others delete what it writes
	mayDeleteOthers                     // its task may delete what others write, and its filters leave that out
	maybeDeletedByOthers                // others may do that
	sharesFolder                        // others write to the same folder
	feedsOthers                         // it writes into the source of others
	fedByOthers                         // others write into its source
	reportsToOthers                     // its reports lie in the source of others
	reportedBy                          // reports of others lie in its source
	reportsToItself                     // its reports lie in its own source
	meetings                            // how many there are
)

const (
	apart        = "give each transfer a folder of its own"
	filtersBound = "whether DataSync deletes what the filters of a task leave out" // it is not documented
)

// meetingWords is the table of what a finding says. The names of the others follow the detail, in which %s is the URI of the side.
var meetingWords = [meetings]struct {
	severity                  plan.Severity
	side                      plan.Side
	detail, remedy, dependsOn string
}{
	deletesOthers: {plan.Blocking, plan.DestinationSide, "the task deletes below %s what is not at its source, and with it what other transfers write",
		apart + ", or set PreserveDeletedFiles to PRESERVE", ""},
	deletedByOthers: {plan.Blocking, plan.DestinationSide, "it writes below %s, where the tasks of other transfers delete what is not at their own sources",
		apart + ", or set PreserveDeletedFiles to PRESERVE in those", ""},
	mayDeleteOthers: {plan.Warning, plan.DestinationSide, "the task deletes below %s, and its filters may leave out what other transfers write there",
		apart + ", or set PreserveDeletedFiles to PRESERVE", filtersBound},
	maybeDeletedByOthers: {plan.Warning, plan.DestinationSide, "it writes below %s, where the tasks of other transfers delete, and may leave this out by their filters",
		apart + ", or set PreserveDeletedFiles to PRESERVE in those", filtersBound},
	sharesFolder: {plan.Warning, plan.DestinationSide, "it writes below %s, and so do other transfers: of two objects with one key the later stays",
		apart + ", unless their keys never meet", ""},
	feedsOthers: {plan.Warning, plan.DestinationSide, "it writes below %s, from where other transfers copy",
		apart + "; if they are meant as a chain, run one after the other", ""},
	reportsToOthers: {plan.Warning, plan.SourceSide, "its reports lie where other transfers copy from, and are copied with the rest",
		"write the reports to a folder that nothing copies", ""},
	reportedBy: {plan.Warning, plan.SourceSide, "reports of other transfers lie below %s, and are copied with the rest",
		"write the reports to a folder that nothing copies", ""},
	reportsToItself: {plan.Warning, plan.SourceSide, "its own reports lie below %s, and the next run copies them",
		"write the reports to a folder that nothing copies", ""},
	fedByOthers: {plan.Warning, plan.SourceSide, "it copies from below %s, where other transfers write",
		apart + "; if they are meant as a chain, run one after the other", ""},
}

// Overlaps reports transfers of one plan that meet in a bucket. deleting are the names of those whose tasks are known to delete, beside those that
// say so.
func Overlaps(transfers []*transfer.Transfer, deleting map[string]bool) []plan.Finding {
	met := map[*transfer.Transfer]*[meetings][]string{}
	meet := func(t, other *transfer.Transfer, how, back meeting) {
		for _, m := range []struct {
			of   *transfer.Transfer
			name string
			how  meeting
		}{{t, other.Name, how}, {other, t.Name, back}} {
			if met[m.of] == nil {
				met[m.of] = &[meetings][]string{}
			}
			met[m.of][m.how] = append(met[m.of][m.how], m.name)
		}
	}
	removes := func(t *transfer.Transfer) bool { return deleting[t.Name] || t.Removes() && t.Task.Manifest == nil }
	for p := range neighbours(transfers) {
		if p.of.side == report {
			if !p.of.ReportArea().Meets(p.other.Copied(plan.SourceSide)) {
				continue
			}
			if p.of.Transfer == p.other.Transfer {
				meet(p.of.Transfer, p.of.Transfer, reportsToItself, reportsToItself)
			} else {
				meet(p.of.Transfer, p.other.Transfer, reportsToOthers, reportedBy)
			}
			continue
		}
		if p.other.side == plan.SourceSide {
			if p.of.Copied(plan.DestinationSide).Meets(p.other.Copied(plan.SourceSide)) {
				meet(p.of.Transfer, p.other.Transfer, feedsOthers, fedByOthers)
			}
			continue
		}
		destroys := false
		for _, q := range []neighbour{p, {p.other, p.of}} {
			if how, back, ok := deletion(q.of.Transfer, q.other.Transfer); ok && removes(q.of.Transfer) {
				meet(q.of.Transfer, q.other.Transfer, how, back)
				destroys = true
			}
		}
		if !destroys && p.of.Copied(plan.DestinationSide).Meets(p.other.Copied(plan.DestinationSide)) {
			meet(p.of.Transfer, p.other.Transfer, sharesFolder, sharesFolder)
		}
	}
	var out []plan.Finding
	for _, t := range transfers {
		if by := met[t]; by != nil {
			out = append(out, meetingFindings(t, by)...)
		}
	}
	return out
}

// named puts the transfer's name into the detail, which begins with the transfer, its reports or its task.
func named(detail, transfer string) string {
	for _, begins := range [][2]string{{"it ", "transfer " + transfer + " "}, {"its ", "of transfer " + transfer + " "}, {"the task ", "the task of transfer " + transfer + " "}} {
		if rest, ok := strings.CutPrefix(detail, begins[0]); ok {
			return begins[1] + rest
		}
	}
	return detail
}

// meetingFindings returns the findings of one transfer.
func meetingFindings(t *transfer.Transfer, by *[meetings][]string) []plan.Finding {
	var out []plan.Finding
	for how, others := range by {
		if len(others) == 0 {
			continue
		}
		w := meetingWords[how]
		uri, detail := t.LocationSpec(w.side).URI(), w.detail
		if strings.Contains(detail, "%s") {
			detail = fmt.Sprintf(detail, uri)
		}
		if meeting(how) != reportsToItself {
			detail += ": " + text.Few(others)
		}
		detail = named(detail, t.Name)
		f := plan.Finding{Severity: w.severity, Code: plan.CodeOverlap, Transfer: t.Name, Side: w.side, Account: t.End(w.side).Account, Subject: uri,
			Detail: detail, Remedy: w.remedy}
		if w.dependsOn != "" {
			f.DependsOn = []string{w.dependsOn}
		}
		out = append(out, f)
	}
	return out
}

// deletion reports whether the task of t, if it deletes, deletes what the other transfer writes, and how the two meet by that. It leaves alone what lies
// at its own source too.
func deletion(t, other *transfer.Transfer) (how, back meeting, ok bool) {
	written := other.Copied(plan.DestinationSide)
	switch {
	case !t.Location(plan.DestinationSide).Meets(written), t.Mirrors(other) && (!t.Filtered() || t.SameFilters(other)):
		return 0, 0, false
	case t.Mirrors(other), !t.Copied(plan.DestinationSide).Meets(written):
		return mayDeleteOthers, maybeDeletedByOthers, true
	}
	return deletesOthers, deletedByOthers, true
}

// report is the side of a place where a transfer writes reports, which is no end of it.
const report plan.Side = "report"

// end is one end of a transfer, or where it writes reports.
type end struct {
	*transfer.Transfer
	side   plan.Side
	bucket string
	prefix string
}

// A neighbour is a destination, and another transfer's end in the same bucket of which one lies in the other; or a place of reports, and any source.
type neighbour struct{ of, other end }

// neighbours yields each pair of ends once. It takes the ends in the order of their keys, in which those that an end lies in are the ones last seen.
func neighbours(transfers []*transfer.Transfer) iter.Seq[neighbour] {
	var ends []end
	for _, t := range transfers {
		for _, side := range transfer.Sides {
			e := t.End(side)
			ends = append(ends, end{t, side, e.Bucket, transfer.Slashed(e.Prefix)})
		}
		if r := t.Task.Report; r != nil {
			ends = append(ends, end{t, report, r.Bucket, transfer.Slashed(r.Prefix)})
		}
	}
	slices.SortStableFunc(ends, func(x, y end) int { return cmp.Or(cmp.Compare(x.bucket, y.bucket), cmp.Compare(x.prefix, y.prefix)) })
	return func(yield func(neighbour) bool) {
		around := map[plan.Side][]end{} // those that the current one lies in
		for _, e := range ends {
			for side, outer := range around {
				for len(outer) > 0 && !outer[len(outer)-1].holds(e) {
					outer = outer[:len(outer)-1]
				}
				around[side] = outer
			}
			var found []neighbour
			for _, o := range around[plan.DestinationSide] {
				if e.side != report && o.Transfer != e.Transfer {
					found = append(found, neighbour{o, e})
				}
			}
			for _, o := range around[plan.SourceSide] {
				if e.side == report || e.side == plan.DestinationSide && o.Transfer != e.Transfer {
					found = append(found, neighbour{e, o})
				}
			}
			for _, o := range around[report] {
				if e.side == plan.SourceSide {
					found = append(found, neighbour{o, e})
				}
			}
			for _, n := range found {
				if !yield(n) {
					return
				}
			}
			around[e.side] = append(around[e.side], e)
		}
	}
}

// holds reports whether the other end lies in this one.
func (e end) holds(other end) bool {
	return e.bucket == other.bucket && strings.HasPrefix(other.prefix, e.prefix)
}
