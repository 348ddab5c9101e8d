package enginetest_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// The text of a plan names what a role opens more than the preset; the plan is not blocked, and a tear-down says nothing of it.
func TestTextNamesWhatARoleOpensMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		tr.Source.Role.Trust = iamrole.TutorialTrust()
		tr.Destination.Role.Policies = map[string]policy.Document{"tutorial": iamrole.TutorialServicePolicy("arn:aws:s3:::media-archive")}
		p := reload(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
		text := p.String()
		for _, want := range []string{
			"the trust policy of role media-archive-source opens more than the preset, in statement 1 of the trust policy: it does not ask that aws:SourceAccount is 111122223333",
			"policy tutorial of role media-archive-destination opens more than the preset, in statement 1 of the inline policy: it does not ask that aws:ResourceAccount is 444455556666",
			"in statement 2 of the inline policy: it covers arn:aws:s3:::media-archive/*", "[role-opens-more]",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the text does not say %q:\n%s", want, text)
			}
		}
		kittest.MustApply(t, t.Context(), cloud.Clients(), p)
		if next := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}); !next.Empty() || !kittest.HasFinding(next, xacct.CodeRoleOpensMore, xacct.Warning) {
			t.Errorf("the second plan is not empty, or no longer says it:\n%s", next)
		}
		down, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil || kittest.HasFinding(down, xacct.CodeRoleOpensMore, xacct.Warning) {
			t.Errorf("%v\n%s", err, down)
		}
	})
}
