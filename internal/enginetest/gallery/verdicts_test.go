package gallery_test

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/verdict"
	"github.com/xacct/xacct/policy"
)

// verdictsOf are the verdicts that each kind of Deny can come to, and what then happens: an allowed one works, a denied one fails, and what
// is undetermined goes either way. Where one is missing, the reason is beside it.
var verdictsOf = map[string]string{
	"network":            "allowed denied undetermined-works undetermined-fails", // undetermined of the operator, whose network is not known
	"addresses":          "allowed undetermined-works undetermined-fails",        // no address of DataSync is known, so that none is known to be kept out
	"confused-deputy":    "allowed undetermined-works undetermined-fails",        // whether DataSync sends the organisation is never known
	"resource-perimeter": "allowed denied undetermined-works undetermined-fails",
	"organisation":       "allowed denied undetermined-works undetermined-fails",
	"accounts":           "allowed denied", // the accounts are always known
	"ids":                "allowed denied undetermined-works undetermined-fails",
	"encryption-header":  "allowed denied", // what DataSync sends is assumed
	"acl-header":         "allowed denied", // likewise
	"region":             "allowed denied", // the Regions are always known
	"mfa":                "allowed denied limited undetermined-works undetermined-fails",
	"transport":          "allowed denied undetermined-works undetermined-fails",
	"arns":               "allowed denied", // the role's ARN is always known
	"tags":               "allowed denied", // the tags of roles are known, or nothing of the role is
	"services-only":      "allowed denied undetermined-works undetermined-fails",
	"not-principal":      "allowed denied", // the session would have to be named, and its name is not known beforehand
	"prefix":             "allowed denied undetermined-works undetermined-fails",
	"delete-protection":  "allowed denied limited",
	"plain":              "allowed denied undetermined-works undetermined-fails",
}

// bothWays are the codes of what a plan cannot know: a situation of each works, and one fails.
var bothWays = []xacct.Code{xacct.CodeUndetermined, xacct.CodeACLsEnabled, xacct.CodeObjectLock, xacct.CodePublicPolicy}

// shown counts what the situations show.
type shown struct {
	codes    map[xacct.Code]int
	ends     map[string]int
	verdicts map[string]map[string]int // by pattern, how often each verdict
	both     map[xacct.Code]map[string]int
	told     []told
}

func newShown() *shown {
	return &shown{codes: map[xacct.Code]int{}, ends: map[string]int{}, verdicts: map[string]map[string]int{}, both: map[xacct.Code]map[string]int{}}
}

// note counts a situation that was played.
func (n *shown) note(s situation, st *stage) {
	n.ends[s.Anyway]++
	for _, e := range s.Expect {
		n.codes[e.Code]++
		if n.both[e.Code] == nil {
			n.both[e.Code] = map[string]int{}
		}
		n.both[e.Code][s.Anyway]++
	}
	if s.Bucket.Missing {
		return
	}
	for _, deny := range st.denies() {
		p := verdict.PatternOf(deny).Name
		if n.verdicts[p] == nil {
			n.verdicts[p] = map[string]int{}
		}
		n.verdicts[p][s.verdict(deny)]++
	}
}

// verdict is what the situation expects of a Deny, and what happens then.
func (s situation) verdict(deny policy.Statement) string {
	worst := "allowed"
	for _, e := range s.Expect {
		if e.Statement != deny.Sid() {
			continue
		}
		switch e.Code {
		case xacct.CodeDenied, xacct.CodeLockout:
			return "denied"
		case xacct.CodeUndetermined:
			worst = "undetermined-" + s.Anyway
		case xacct.CodeLimited:
			worst = cmp.Or(strings.TrimPrefix(worst, "allowed"), "limited")
		}
	}
	if worst == "allowed" && s.Anyway != "works" {
		return "" // it is about something else
	}
	return worst
}

// denies are the Deny statements of the stage.
func (st *stage) denies() []policy.Statement {
	documents := slices.Concat(slices.Concat(slices.Collect(maps.Values(st.opts.SCPs))...), slices.Concat(slices.Collect(maps.Values(st.opts.RCPs))...))
	all := slices.Concat(documents...)
	if d, err := policy.Parse(st.cloud.BucketPolicy("media-archive")); err == nil {
		all = append(all, d)
	}
	var out []policy.Statement
	for _, d := range all {
		for s := range d.All() {
			if s.Effect() == "Deny" {
				out = append(out, s)
			}
		}
	}
	return out
}

// complete fails for a code, or a kind of Deny with one of its verdicts, that no situation shows.
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
	verdicts := 0
	for _, pattern := range verdict.Patterns() {
		p := pattern.Name
		if verdictsOf[p] == "" {
			t.Errorf("the verdicts of a %s Deny are not listed", p)
		}
		for v := range strings.FieldsSeq(verdictsOf[p]) {
			if verdicts++; n.verdicts[p][v] == 0 {
				t.Errorf("no situation shows a %s Deny as %s", p, v)
			}
		}
		for v := range n.verdicts[p] {
			if v != "" && !slices.Contains(strings.Fields(verdictsOf[p]), v) {
				t.Errorf("a %s Deny is shown as %s, which is not listed", p, v)
			}
		}
	}
	t.Logf("%d codes, %d patterns, %d verdicts of patterns", len(codes), len(verdict.Patterns()), verdicts)
}

// ordinary are the sentences that a plan of kittest.Push says where nothing speaks against it.
var ordinary = []string{
	"DataSync may assume the source role", "DataSync may read the source", "DataSync may assume the destination role", "DataSync may write the destination",
	"the operator may create the source location", "the operator may create the destination location",
	"the operator may make roles, locations and task", "the operator may run the task",
	"the caller may create the source location", "the caller may create the destination location", "the caller may make roles, locations and task",
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
