package gallery_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
)

// bothWays are the codes of what a plan cannot know: a situation of each works, and one fails.
var bothWays = []xacct.Code{xacct.CodeUndetermined, xacct.CodeACLsEnabled, xacct.CodeObjectLock, xacct.CodePublicPolicy}

// shown counts what the situations show.
type shown struct {
	codes map[xacct.Code]int
	ends  map[string]int
	both  map[xacct.Code]map[string]int
}

func newShown() *shown {
	return &shown{codes: map[xacct.Code]int{}, ends: map[string]int{}, both: map[xacct.Code]map[string]int{}}
}

// note counts a situation that was played.
func (n *shown) note(s situation) {
	n.ends[s.Anyway]++
	for _, e := range s.Expect {
		n.codes[e.Code]++
		if n.both[e.Code] == nil {
			n.both[e.Code] = map[string]int{}
		}
		n.both[e.Code][s.Anyway]++
	}
}

// complete fails for a code that no situation shows.
func (n *shown) complete(t *testing.T) {
	codes := findingCodes(t)
	for _, code := range codes {
		if n.codes[code] == 0 {
			t.Errorf("no situation shows %s", code)
		}
	}
	for _, code := range bothWays {
		for _, end := range []string{"works", "fails"} {
			if n.both[code][end] == 0 {
				t.Errorf("no situation with %s %s", code, end)
			}
		}
	}
	t.Logf("%d codes, %d of them both ways", len(codes), len(bothWays))
}

// ordinary are the sentences that a plan of kittest.Push says where nothing speaks against it.
var ordinary = []string{
	"DataSync may assume the source role", "DataSync may read the source", "DataSync may assume the destination role", "DataSync may write the destination",
	"the operator may create the source location", "the operator may create the destination location",
	"the operator may make roles, locations and task", "the operator may run the task",
}

// unexpected reports whether what is called allowed has to be expected: it is none of the ordinary sentences, or only part of one whose other
// part nothing is expected of.
func (s situation) unexpected(f xacct.Finding, found []xacct.Finding) bool {
	if f.Code != xacct.CodeAllowed {
		return f.Code != xacct.CodeNotGiven
	}
	sentence, _, part := strings.Cut(f.Detail, " in part: ")
	if !part {
		sentence, _, _ = strings.Cut(f.Detail, " (allowed")
	}
	rest := slices.ContainsFunc(found, func(g xacct.Finding) bool {
		return g.Code != xacct.CodeAllowed && g.Side == f.Side && g.Subject == f.Subject
	})
	return !slices.Contains(ordinary, sentence) || part && !rest
}
