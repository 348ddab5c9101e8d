package survey

import (
	"slices"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
)

// Of a bucket and of its objects only that is read which something looks at. Bucket raw is the task account's.
func TestPartsOfBuckets(t *testing.T) {
	const settled, far = "GetBucketEncryption GetBucketPolicy HeadBucket", "GetBucketOwnershipControls GetBucketPolicyStatus GetBucketRequestPayment GetPublicAccessBlock"
	for _, tt := range []struct {
		name       string
		edit       func(*transfer.Given)
		mode       plan.Mode
		settings   plan.Settings
		cloud      func(*cloud)
		raw, media string
	}{
		{name: "a first set-up", mode: plan.SetUp, cloud: func(c *cloud) { delete(c.tasks, mainTask) },
			raw: settled + " ListObjectsV2", media: settled + " GetBucketVersioning GetObjectLockConfiguration ListObjectsV2 " + far},
		{name: "a set-up with a task", mode: plan.SetUp,
			raw: settled + " ListObjectsV2", media: settled + " GetBucketVersioning GetObjectLockConfiguration " + far},
		{name: "a task of that name that is another's", mode: plan.SetUp, cloud: func(c *cloud) { delete(c.tags, mainTask) },
			raw: settled + " ListObjectsV2", media: settled + " GetBucketVersioning GetObjectLockConfiguration ListObjectsV2 " + far},
		{name: "nothing is overwritten", mode: plan.SetUp, edit: func(g *transfer.Given) { g.Task.Options.OverwriteMode = dstypes.OverwriteModeNever },
			raw: settled + " ListObjectsV2", media: settled + " GetObjectLockConfiguration " + far},
		{name: "ACLs are to be disabled", mode: plan.SetUp, edit: func(g *transfer.Given) { g.Destination.DisableACLs = true },
			raw: settled + " ListObjectsV2", media: settled + " GetBucketAcl GetBucketVersioning GetObjectLockConfiguration " + far},
		{name: "ACLs are disabled", mode: plan.SetUp, edit: func(g *transfer.Given) { g.Destination.DisableACLs = true },
			cloud: func(c *cloud) { c.ownership = s3types.ObjectOwnershipBucketOwnerEnforced },
			raw:   settled + " ListObjectsV2", media: settled + " GetBucketVersioning GetObjectLockConfiguration " + far},
		{name: "a pull", mode: plan.SetUp, edit: func(g *transfer.Given) { g.TaskAccount = accountB },
			raw: settled + " ListObjectsV2 " + far, media: settled + " GetBucketVersioning GetObjectLockConfiguration ListObjectsV2"},
		{name: "a tear-down", mode: plan.TearDown, raw: "GetBucketPolicy", media: "GetBucketPolicy"},
		{name: "a tear-down that puts ownership back", mode: plan.TearDown,
			settings: plan.Settings{Ownership: map[string]s3types.ObjectOwnership{"media": s3types.ObjectOwnershipObjectWriter}},
			raw:      "GetBucketPolicy", media: "GetBucketOwnershipControls GetBucketPolicy"},
		{name: "a tear-down after which ACLs stay disabled", mode: plan.TearDown, edit: func(g *transfer.Given) { g.Destination.DisableACLs = true },
			raw: "GetBucketPolicy", media: "GetBucketOwnershipControls GetBucketPolicy"},
		{name: "a tear-down that may not read a policy", mode: plan.TearDown, cloud: func(c *cloud) { c.fails["GetBucketPolicy media"] = denied },
			raw: "GetBucketPolicy", media: "GetBucketPolicy GetBucketPolicy HeadBucket"},
		{name: "a tear-down after the bucket", mode: plan.TearDown, cloud: func(c *cloud) { delete(c.policies, accountB+"/media") },
			raw: "GetBucketPolicy", media: "GetBucketPolicy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edit := tt.edit
			if edit == nil {
				edit = func(*transfer.Given) {}
			}
			tr := nightly(edit)
			c := made(tr)
			if tt.cloud != nil {
				tt.cloud(c)
			}
			v, err := ForPlan(t.Context(), tt.mode, c.clients(accountA, accountB), []*transfer.Transfer{tr}, tt.settings, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			of := map[string][]string{}
			for _, call := range c.calls {
				words := strings.Fields(call)
				if name := words[len(words)-1]; name == "raw" || name == "media" {
					of[name] = append(of[name], words[0])
				}
			}
			for name, want := range map[string]string{"raw": tt.raw, "media": tt.media} {
				wanted := strings.Fields(want)
				slices.Sort(wanted)
				slices.Sort(of[name])
				if diff := cmp.Diff(wanted, of[name]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
			if tt.name == "a tear-down after the bucket" && v.Snapshot.Buckets["media"].Exists {
				t.Error("the bucket is there")
			}
		})
	}
}
