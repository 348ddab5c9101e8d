package enginetest_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// A plan of the same state is the same text, however many findings of one code it has.
func TestPlanTextIsStable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := moveWorld(t)
		tr := kittest.Push(cloud)
		kittest.SetUp(t, cloud, tr)
		tr.Source.Role.Name, tr.Destination.Role.Name = "new-s", "new-d"
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			if in, ok := c.Input.(*iam.GetRoleInput); ok && strings.HasPrefix(*in.RoleName, "media-archive-") {
				return kittest.AccessDenied(c)
			}
			return next()
		})
		texts := map[string]bool{}
		for range 30 {
			text, err := json.Marshal(kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}))
			if err != nil {
				t.Fatal(err)
			}
			texts[string(text)] = true
		}
		if len(texts) != 1 {
			t.Errorf("%d texts of one plan", len(texts))
		}
	})
}
