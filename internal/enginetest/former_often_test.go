package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
)

// A role that has told of a bucket that was left tells of it no longer once nothing stands there: its tags do not fill up.
func TestTagsOfARoleThatMovesOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := moveWorld(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		for i := range 3 {
			tr.Destination.Bucket = fmt.Sprintf("media-archive-%d", i)
			cloud.AddBucket(accountB, "us-east-2", tr.Destination.Bucket)
			kittest.MustApply(t, t.Context(), cloud.Clients(), kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace))
		}
		out, err := cloud.Clients()[accountA].IAM.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("media-archive-destination")})
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range out.Role.Tags {
			if strings.Contains(aws.ToString(tag.Key), ":left:") {
				t.Errorf("it still tells of a bucket: %s", aws.ToString(tag.Key))
			}
		}
	})
}
