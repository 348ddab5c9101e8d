package fleet

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// place is one Region of one task account, in which DataSync counts and throttles by itself.
type place struct {
	account, region string
	transfers       int // of the fleet

	queue    []*entry // those that wait, in the order in which they begin
	running  []*entry
	starting int // starts under way
	retrying int // retries under way, which keep the places of their runs
	unknown  int // runs of which it is not known whether they go on, and which keep their places
	finding  int // transfers whose task had a run under way, and that are not begun or found yet
	seen     seen

	looked  bool // whether something was under way before was looked up
	looking bool // that look, or one at what runs, is under way

	next    time.Time     // of the next look at what runs
	paused  time.Time     // until which nothing is started, because calls failed that may succeed later
	pause   time.Duration // the latest of these pauses; 0 is none
	refused time.Time     // since which such starts were refused and none was accepted; zero if none is refused
}

// slots is how many transfers have one of the MaxRunning.
func (p *place) slots() int { return len(p.running) + p.starting + p.retrying + p.unknown }

// stuck reports whether so many runs are unknown that nothing can begin any more.
func (p *place) stuck(most int) bool {
	return len(p.queue) > 0 && p.unknown >= most && p.slots() == p.unknown
}

// The pauses after a call that may succeed later: each is twice the one before, until a start is accepted.
const (
	firstPause = 5 * time.Second
	lastPause  = 2 * time.Minute
)

// putOff puts the next start off.
func (p *place) putOff(now time.Time) {
	if now.Before(p.paused) { // another call failed at the same time
		return
	}
	p.pause = min(max(2*p.pause, firstPause), lastPause)
	p.paused = now.Add(p.pause)
}

// pageSize is the most that DataSync lists at once.
// https://docs.aws.amazon.com/datasync/latest/userguide/API_ListTaskExecutions.html
const pageSize = 100

// seen is what the lists of a place have shown. A list has the runs of 30 days, without a filter and in no documented order.
type seen struct {
	pages  int  // that the last list took until it had all that runs; 0 is not known
	begun  int  // runs begun since
	denied bool // lists are refused
}

// budget is how many pages a list of n runs may take so that it is cheaper than a look at each; 0 is not to list.
func (s *seen) budget(n int) int {
	switch likely := s.pages + s.begun/pageSize; {
	case s.denied || n < 2:
		return 0
	case s.pages == 0: // not known: half of what the looks take
		return max(1, n/2)
	case likely < n:
		return n - 1
	}
	return 0
}

// listed notes what a list took. Of one that was broken off it is known only that more would have been needed.
func (s *seen) listed(pages int, whole bool) {
	s.pages, s.begun = max(pages, 1), 0
	if !whole {
		s.pages = 2*pages + 1
	}
}

// list reads the runs of an account and Region, those of the ARN, until the function has seen enough, or for at most so many pages. whole is whether the
// list ended, or there was enough. Without an ARN it reads nothing.
func (s *session) list(arn string, most int, enough func(dstypes.TaskExecutionListEntry) bool) (pages int, whole bool, err error) {
	if arn == "" {
		return 0, false, nil
	}
	api, err := s.clients.DataSync(arn)
	if err != nil {
		return 0, false, err
	}
	in := &datasync.ListTaskExecutionsInput{MaxResults: aws.Int32(pageSize)}
	for pages < most {
		out, err := api.ListTaskExecutions(s.work, in)
		if err != nil {
			return pages, false, err
		}
		pages++
		for _, e := range out.TaskExecutions {
			if enough(e) {
				return pages, true, nil
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return pages, true, nil
		}
		in.NextToken = out.NextToken
	}
	return pages, false, nil
}

// ended reports whether a run with the status has ended.
func ended(s dstypes.TaskExecutionStatus) bool {
	return s == dstypes.TaskExecutionStatusSuccess || s == dstypes.TaskExecutionStatusError
}

// taskOf is the ARN of an execution's task.
func taskOf(executionARN string) string {
	arn, _, _ := strings.Cut(executionARN, "/execution/")
	return arn
}
