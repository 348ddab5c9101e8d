package fleet

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// Options are the settings of [New]. MaxRunning is required.
type Options struct {
	// MaxRunning is how many transfers may run at once in each Region of each task account; at least 1. It has no default: DataSync limits how many runs
	// an account has at once in a Region, other programs use up the same limit, and what the buckets and their other readers can bear is for their owners to say.
	// https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
	MaxRunning int

	// RunID names this run of all transfers, such as "2026-03-01". The tokens of the runs follow from it, so that a new process with the same RunID goes on
	// where a former one ended. With another RunID everything runs again, and DataSync transfers what differs. 1 to 128 ASCII letters, digits, spaces
	// and + = . _ : @ -; "" makes a new one, which Runner.RunID tells.
	RunID string

	// Canaries are the names of the transfers that run first. The others are begun only once each of these has ended as Complete, after its retries.
	// If one has not, the others are Held. One that is blocked in the plan is an error. nil is no canaries.
	Canaries []string

	// Sizes are the sizes of transfers, by name, in a unit of your own: the smallest is begun first, and those without a size last. Nil is the order of
	// the plan.
	Sizes map[string]int64

	// Retries is how many further runs a transfer gets whose run left objects behind, each of them for only those objects: see [task.Retry]. 0 is none,
	// less is an error. A transfer is retried only if it has a Task.Report and a Retries, the place for the list of those objects.
	Retries int

	// Every is the time between two looks at the transfers that run; 0 is 30 seconds, less is an error. What has ended is seen at the next look.
	Every time.Duration

	// NoReceipts leaves the receipts out, and with them the reads of the policies in force. False writes one for each transfer that has ended.
	NoReceipts bool

	// Start changes the options of a run before it is started, such as IfRunning, or with [xacct.OwnershipConfirmed]. The Runner sets the Token after it.
	// Start may be called several times for one run, and from several goroutines at once. Nil changes nothing.
	Start func(transfer string, o *task.StartOptions)

	// Objects returns the client that reads the report of the transfer and writes the list of a retry. Nil uses the Clients of the account of the
	// report's bucket, in the Region of the task.
	Objects func(transfer string) (task.ObjectsAPI, error)
}

const limitsPage = "https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html"

var (
	rulePlan = problem.Rule{
		ID: "plan", Text: "must be a plan to set up that has transfers",
		Remedy: "make it with xacct.NewPlan", Source: "xacct",
	}
	ruleNameOnce = problem.Rule{
		ID: "name-once", Text: "must be the name of one transfer only",
		Remedy: "take the plan as xacct.NewPlan made it", Source: "xacct",
	}
	ruleMaxRunning = problem.Rule{
		ID: "max-running", Text: "must be at least 1",
		Remedy: "say how many runs you want at once in each Region, within the quota of the account", Source: limitsPage,
	}
	ruleRunID = problem.Rule{
		ID: "run-id", Text: "must be 1 to 128 ASCII letters, digits, spaces and + = . _ : @ -",
		Remedy: "choose another name, such as the date of the run", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html",
	}
	ruleKnown = problem.Rule{
		ID: "transfer-known", Text: "must be the name of a transfer of the plan",
		Remedy: "take the names from the plan's Transfers", Source: "xacct",
	}
	ruleCanaryOnce = problem.Rule{
		ID: "canary-once", Text: "must not stand there twice",
		Remedy: "name each canary once", Source: "xacct",
	}
	ruleCanaryBlocked = problem.Rule{
		ID: "canary-blocked", Text: "must not be blocked in the plan: it will not be complete, and so no other transfer would begin",
		Remedy: "mend what the blocking findings of the canary say and plan again, or choose another canary", Source: "xacct",
	}
	ruleNotNegative = problem.Rule{
		ID: "not-negative", Text: "must not be negative",
		Remedy: "leave it out for the default", Source: "xacct",
	}
	ruleRetryPlace = problem.Rule{
		ID: "retry-place", Text: "must not be the place for retries of another transfer too: their manifests would replace each other",
		Remedy: "give each transfer a key of its own in Retries, or leave Options.Retries 0", Source: "xacct",
	}
	ruleRetriesUsed = problem.Rule{
		ID: "retries-used", Text: "must be 0 where no transfer of the plan has both a Task.Report and a Retries: none could be retried",
		Remedy: "give the transfers a Task.Report and a Retries and plan again, or leave Options.Retries 0", Source: "xacct",
	}
	rules      = []problem.Rule{rulePlan, ruleNameOnce, ruleMaxRunning, ruleRunID, ruleKnown, ruleCanaryOnce, ruleCanaryBlocked, ruleNotNegative, ruleRetriesUsed, ruleRetryPlace}
	runIDShape = regexp.MustCompile(`^[a-zA-Z0-9 +=._:@-]{1,128}$`)
)

// check reports all problems of the plan and the options.
func (o Options) check(p *xacct.Plan) error {
	if p != nil && p.Mode == xacct.Drift {
		return &xacct.DriftError{Use: "run"}
	}
	var l problem.List
	if p == nil || p.Mode != xacct.SetUp || len(p.Transfers) == 0 {
		mode := ""
		if p != nil {
			mode = string(p.Mode)
		}
		l.Add(rulePlan, "p", mode)
		p = &xacct.Plan{}
	}
	known := map[string]bool{}
	for i, t := range p.Transfers {
		l.Check(!known[t.Name], ruleNameOnce, fmt.Sprintf("p.Transfers[%d].Name", i), t.Name)
		known[t.Name] = true
	}
	l.Check(o.MaxRunning >= 1, ruleMaxRunning, "MaxRunning", strconv.Itoa(o.MaxRunning))
	l.Check(runIDShape.MatchString(o.RunID), ruleRunID, "RunID", o.RunID)
	blocked := map[string]bool{}
	for _, f := range p.Findings {
		blocked[f.Transfer] = blocked[f.Transfer] || f.Severity == xacct.Blocking
	}
	for i, name := range o.Canaries {
		path := fmt.Sprintf("Canaries[%d]", i)
		l.Check(known[name], ruleKnown, path, name)
		l.Check(!slices.Contains(o.Canaries[:i], name), ruleCanaryOnce, path, name)
		l.Check(!known[name] || !blocked[name], ruleCanaryBlocked, path, name)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Sizes)) {
		l.Check(known[name], ruleKnown, "Sizes", name)
		l.Check(o.Sizes[name] >= 0, ruleNotNegative, "Sizes["+name+"]", strconv.FormatInt(o.Sizes[name], 10))
	}
	l.Check(o.Retries >= 0, ruleNotNegative, "Retries", strconv.Itoa(o.Retries))
	l.Check(o.Every >= 0, ruleNotNegative, "Every", o.Every.String())
	if o.Retries > 0 {
		used := slices.ContainsFunc(p.Transfers, func(t xacct.Transfer) bool { return t.Task.Report != nil && t.Retries != nil })
		l.Check(used || len(p.Transfers) == 0, ruleRetriesUsed, "Retries", strconv.Itoa(o.Retries))
		places := map[[2]string]bool{}
		for i, t := range p.Transfers {
			if m := t.Retries; m != nil {
				place := [2]string{m.Bucket, m.Key}
				l.Check(!places[place], ruleRetryPlace, fmt.Sprintf("p.Transfers[%d].Retries.Key", i), m.Key)
				places[place] = true
			}
		}
	}
	return l.Err()
}
