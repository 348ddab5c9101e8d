package review_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// A role was deleted, so that the bucket's policy shows its unique id: the statement is written anew, and the review says so.
func TestStatementOfADeletedRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		const role, inline = "media-archive-destination", "xacct-media-archive-destination"
		api := cloud.Clients()[kittest.AccountA].IAM
		if _, err := api.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: new(role), PolicyName: new(inline)}); err != nil {
			t.Fatal(err)
		}
		if _, err := api.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: new(role)}); err != nil {
			t.Fatal(err)
		}
		got := markdown(t, kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
		for _, want := range []string{"**new** role `" + role + "`", "**changed** statement `XacctMediaArchiveWrite317df6a3`\n  - Who: `arn:aws:iam::111122223333:role/" + role + "`", "3 statements of others there"} {
			if !strings.Contains(got, want) {
				t.Errorf("it does not say %q:\n%s", want, got)
			}
		}
		if strings.Contains(got, "statement `XacctMediaArchiveList") {
			t.Errorf("it names a statement that stays:\n%s", got)
		}
	})
}
