package gallery_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// TestPlanOperatorPolicy applies the plan of each situation, with all overridden that can be, by roles that have the plan's own policy and nothing else.
// It ends as with an administrator, and no call is refused that an administrator's would not be. Without -faults it
// takes a third of the situations.
func TestPlanOperatorPolicy(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	files, err := filepath.Glob("testdata/*/situation.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no situations: %v", err)
	}
	applied := 0
	for i, file := range files {
		if i%kittest.Sample(3, 1) != 0 {
			continue
		}
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			play := func(narrow bool) (refused map[string]bool, end string) {
				synctest.Test(t, func(t *testing.T) {
					s := readSituation(t, dir)
					s.Refuse = nil
					st := s.play(t, dir)
					if st.part != "" {
						return // nobody can apply it
					}
					appliers := kittest.AddAppliers(st.cloud)
					st.tr.Operators = appliers.Operators(*st.tr)
					for i := range st.others {
						st.others[i].Operators = appliers.Operators(st.others[i])
					}
					st.opts.Override, st.opts.AllowReplace = xacct.Overridable(), true
					p := st.plan(s)
					if !p.Empty() && narrow {
						applied++
					}
					var policies map[string]policy.Document
					if policies = appliers.Everything(); narrow {
						policies = appliers.Policies(t, p)
					}
					refused, end = appliers.Apply(t, p, policies)
				})
				return refused, end
			}
			free, want := play(false)
			refused, end := play(true)
			if diff := gocmp.Diff(want, end); diff != "" {
				t.Errorf("it ends otherwise than with an administrator (-want +got):\n%s", diff)
			}
			if more := kittest.Refused(refused, free); len(more) > 0 {
				t.Errorf("refused:\n%s", strings.Join(more, "\n"))
			}
		})
	}
	t.Logf("%d situations, %d with changes to apply", len(files), applied)
	if applied < len(files)/kittest.Sample(6, 2) {
		t.Error("most plans change nothing")
	}
}
