package gallery_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// told is what somebody in a situation gets to read: the plan's findings, and the error of whoever goes on anyway.
type told struct {
	situation, about string
	findings         []xacct.Finding
	err              error
}

// tell notes what a situation that was played has said.
func (n *shown) tell(name string, s situation, p *xacct.Plan, err error) {
	n.told = append(n.told, told{name, s.About, slices.Clone(p.Findings), err})
}

// hints compares the first hint of every situation with the golden list, which a person has read: that of the plan is the remedy of its heaviest finding.
func (n *shown) hints(t *testing.T) {
	var b strings.Builder
	b.WriteString("The first hint of each situation: of its plan, and of the error of whoever goes on anyway.\nWritten with go test ./internal/enginetest/gallery -run TestGallery -update.\n")
	for _, s := range n.told {
		fmt.Fprintf(&b, "\n%s: %s\n", s.situation, s.about)
		planned := "nothing to do"
		if f, ok := heaviest(s.findings); ok {
			planned = f.Code + ": " + cmp.Or(f.Remedy, "no remedy")
		}
		anyway := "works"
		if s.err != nil {
			anyway = "no hint"
			if hints := xacct.Hints(s.err); len(hints) > 0 {
				anyway = hints[0]
			}
		}
		fmt.Fprintf(&b, "  plan    %s\n  anyway  %s\n", planned, anyway)
	}
	kittest.Golden(t, "hints.txt", strings.TrimSuffix(b.String(), "\n"))
}

// heaviest returns the first of the heaviest findings; false if there is nothing but information.
func heaviest(findings []xacct.Finding) (xacct.Finding, bool) {
	for _, severity := range []xacct.Severity{xacct.Blocking, xacct.Warning} {
		if i := slices.IndexFunc(findings, func(f xacct.Finding) bool { return f.Severity == severity }); i >= 0 {
			return findings[i], true
		}
	}
	return xacct.Finding{}, false
}
