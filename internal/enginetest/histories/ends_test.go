package histories_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// end is how a history ended.
type end struct {
	class   string // of the failure; "" is none
	detail  string
	trace   []string
	played  int // how much of the trace is the history; the rest is its end
	calls   int
	reached int // mishaps
	lost    int // writes of others that were undone between read and write, which the limits name
}

// Classes of failures.
const (
	damaged   = "statements of others damaged"
	dead      = "dead ids"
	twins     = "equal things, ambiguous"
	ambiguous = "unequal things, ambiguous"
	failed    = "a later round fails"
	open      = "not converged"
	other     = "converged to something else"
	residue   = "not destroyed without a trace"
	leftLogs  = "a statement for logs that no task needs"
	leftOver  = "a key's statement or a location that no role tells of"
)

// play plays a history and its end.
func play(t *testing.T, h history) (e end) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{history: h, t: t, cloud: h.world(t), random: rand.New(rand.NewPCG(h.seed, 2)), reached: map[mishap]bool{}}
		for _, p := range sharedPolicies {
			m.owners = append(m.owners, &owner{sharedPolicy: p})
			m.owners[len(m.owners)-1].learn(m.cloud)
		}
		if h.setUp {
			if class, detail := m.alone(func() (class, detail string) { return m.rounds(false, m.transfers([2]int{})) }); class != "" {
				t.Fatalf("%ssetting up: %s: %s", h, class, detail)
			}
		}
		m.play()
		e.played = len(m.trace)
		e.class, e.detail = m.end()
		e.trace, e.calls, e.reached = m.trace, m.calls, len(m.reached)
		for _, o := range m.owners {
			e.lost += o.lost
		}
	})
	return e
}

func (m *model) transfers(versions [2]int) []xacct.Transfer {
	return []xacct.Transfer{m.transfer(m.cloud, 0, versions[0]), m.transfer(m.cloud, 1, versions[1])}
}

// end goes two rounds without interference, destroys, and says in which class of failure that ends; "" is none.
func (m *model) end() (class, detail string) {
	if len(m.damage) > 0 {
		return damaged, strings.Join(m.damage, "\n")
	}
	want := m.transfers(m.last)
	if class, detail = m.alone(func() (class, detail string) { return m.rounds(false, want) }); class != "" {
		return class, detail
	}
	if id := m.deadID(); id != "" {
		return dead, id
	}
	if class, detail = m.kept(); class != "" {
		return class, detail
	}
	left := m.logsLeft()
	fresh, is := m.fresh(want), skeleton(m.cloud)
	if diff := gocmp.Diff(fresh, is); diff != "" {
		if slices.Equal(fresh, withoutExtra(is, fresh)) {
			return leftOver, diff
		}
		return other, "(-want +got):\n" + diff
	}
	if class, detail = m.alone(func() (class, detail string) { return m.rounds(true, want) }); class != "" {
		return class, "destroy: " + detail
	}
	if class, detail = m.kept(); class != "" {
		return class, detail
	}
	left = m.logsLeft() || left
	bare := m.world(m.t)
	m.restore(bare)
	if diff := gocmp.Diff(kittest.Dump(bare), kittest.Dump(m.cloud)); diff != "" {
		return residue, "(-want +got):\n" + diff
	}
	if left {
		return leftLogs, "the log policy was put, the task was not made, and the next version wants none that logs"
	}
	return "", ""
}

// logsLeft reports whether our statement is in the log policy and no task has a log group, and takes it out.
func (m *model) logsLeft() bool {
	o := m.owners[slices.IndexFunc(m.owners, func(o *owner) bool { return o.name == task.LogPolicyName })]
	if _, _, ours := parts(o.text(m.cloud)); len(ours) == 0 || strings.Contains(kittest.Dump(m.cloud), "\n    log group: ") {
		return false
	}
	if text := together(o.head, o.theirs...); text != "" {
		o.set(m.cloud, text)
		return true
	}
	in := &cloudwatchlogs.DeleteResourcePolicyInput{PolicyName: aws.String(task.LogPolicyName)}
	if _, err := m.cloud.Clients()[accountA].Logs("us-east-2").DeleteResourcePolicy(m.t.Context(), in); err != nil {
		m.t.Fatal(err)
	}
	return true
}

// alone lets one process run without mishaps.
func (m *model) alone(process func() (class, detail string)) (class, detail string) {
	m.quiet = true
	defer func() { m.quiet = false }()
	m.drive(func() { class, detail = process() })
	return class, detail
}

// rounds plans and applies twice, and plans a third time, which must find nothing to do.
func (m *model) rounds(down bool, want []xacct.Transfer) (class, detail string) {
	ctx := context.WithValue(m.t.Context(), runKey{}, newRun(processes, nil))
	var last error
	for range 2 {
		m.pass(ctx, want)
		p, err := planOf(ctx, m.cloud, down, want)
		if err != nil {
			return m.classify(failed, err.Error(), err)
		}
		if last = apply(ctx, m.cloud, p); last != nil {
			m.note("round: %v\n%s", last, p)
		}
	}
	m.pass(ctx, want)
	p, err := planOf(ctx, m.cloud, down, want)
	switch {
	case err != nil:
		return m.classify(failed, err.Error(), err)
	case last != nil:
		return m.classify(failed, fmt.Sprintf("%v\n%s", last, p), last)
	case !p.Empty() || slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity == xacct.Blocking }):
		return m.classify(open, p.String(), nil)
	}
	return "", ""
}

// pass lets the reads pass that see a change late.
func (m *model) pass(ctx context.Context, want []xacct.Transfer) {
	for range m.lag {
		planOf(ctx, m.cloud, false, want)
	}
}

// classify finds a better class for an error.
func (m *model) classify(class, detail string, err error) (string, string) {
	var a *xacct.AmbiguousError
	switch {
	case m.deadID() != "", err != nil && strings.Contains(err.Error(), "dead-principal"), err != nil && strings.Contains(err.Error(), "Invalid principal"):
		class = dead
	case errors.As(err, &a):
		class = ambiguous
		if m.equal(a.ARNs) {
			class = twins
		}
	}
	return class, detail
}

var uniqueID = regexp.MustCompile(`A[RI][OD]A[0-9A-Z]{10,}`)

// deadID is the id of a role that is no more and that a policy names; "" is none.
func (m *model) deadID() string {
	for _, o := range m.owners {
		if id := uniqueID.FindString(o.text(m.cloud)); id != "" {
			return id
		}
	}
	return ""
}

// equal reports whether the things differ in their ids only.
func (m *model) equal(arns []string) bool {
	seen := map[string]bool{}
	things := strings.Split(strings.ReplaceAll(kittest.Dump(m.cloud), "\n    ", "\r    "), "\n")
	for _, arn := range arns {
		for _, thing := range things {
			if strings.Contains(thing, " "+arn+" ") && strings.HasPrefix(strings.TrimSpace(thing), strings.Fields(thing)[0]+" "+arn) {
				seen[kittest.GeneratedID.ReplaceAllString(thing, "$1")] = true
			}
		}
	}
	return len(seen) == 1
}

// kept holds what others have in the policies against what they wrote.
func (m *model) kept() (class, detail string) {
	for _, o := range m.owners {
		if head, theirs, _ := parts(o.text(m.cloud)); head != o.head || !slices.Equal(theirs, o.theirs) {
			return damaged, gocmp.Diff(o.theirs, theirs)
		}
	}
	return "", ""
}

// restore gives another cloud what others have in the policies.
func (m *model) restore(cloud *xaccttest.Cloud) {
	for _, o := range m.owners {
		if text := together(o.head, o.theirs...); text != o.text(cloud) {
			o.set(cloud, text)
		}
	}
}

// fresh is what the transfers are set up as where nothing has happened.
func (m *model) fresh(want []xacct.Transfer) []string {
	prompt := m.history
	prompt.lag = 0
	cloud := prompt.world(m.t)
	m.restore(cloud)
	kittest.MustApply(m.t, m.t.Context(), cloud.Clients(), kittest.MustPlan(m.t, m.t.Context(), cloud.Clients(), want))
	return skeleton(cloud)
}

// bookkeeping are tags that stay from a former version: what a task replaced, and tags that a transfer no longer asks for.
var bookkeeping = regexp.MustCompile(`\n    tag (xacct:replaces|team)=[^\n]*`)

// skeleton is the cloud without generated ids, bookkeeping and order.
func skeleton(cloud *xaccttest.Cloud) []string {
	lines := strings.Split(strings.ReplaceAll(bookkeeping.ReplaceAllString(kittest.StableDump(cloud), ""), "\n    log policy", "\n  log policy"), "\n")
	for i, line := range lines {
		if name, text, ok := strings.Cut(line, ": "); ok && (name == "    policy" || strings.HasPrefix(name, "  log policy")) && json.Valid([]byte(text)) {
			_, theirs, ours := parts(text)
			slices.Sort(theirs)
			slices.Sort(ours)
			lines[i] = name + ": " + strings.Join(slices.Concat(theirs, ours), "\n      ")
		}
	}
	things := strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), "\n    ", "\r    "), "\n")
	slices.Sort(things)
	return strings.Split(strings.ReplaceAll(strings.Join(things, "\n"), "\r", "\n"), "\n")
}

// withoutExtra returns the lines without those of our statements in key policies, and without those locations, that the other lines lack.
func withoutExtra(lines, others []string) []string {
	key, extra := false, false
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		if !strings.HasPrefix(line, "    ") {
			key = strings.HasPrefix(line, "  key ")
			extra = strings.HasPrefix(line, "  location ") && !slices.Contains(others, line)
		}
		return extra || key && strings.HasPrefix(line, `      {"Sid":"Xacct`) && !slices.Contains(others, line)
	})
}

// tally counts classes.
type tally map[string]int

func (t tally) String() string {
	var parts []string
	for _, class := range slices.Sorted(maps.Keys(t)) {
		parts = append(parts, fmt.Sprintf("%d %s", t[class], class))
	}
	return strings.Join(parts, "; ")
}
