package enginetest_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

// TestRolesEnd tears a transfer down, and looks at what is done with the destination's role and the policies of both buckets in each second from the one on
// in which the bucket's policy is read first. A call takes a second.
func TestRolesEnd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(call xaccttest.Call) error
		want   []string
		fails  bool
	}{
		{name: "the policies go while the bucket's is read back", want: []string{
			"0: GetBucketPolicy", "1: GetBucketPolicy(raw) GetRolePolicy PutBucketPolicy", "2: DeleteRolePolicy GetBucketPolicy GetBucketPolicy(raw)", "3: DeleteRole"}},
		{name: "nothing goes where the bucket's policy is not written", fails: true, before: func(c xaccttest.Call) error {
			if c.Operation == "PutBucketPolicy" {
				return xaccttest.Fault(403, "AccessDenied", "no")
			}
			return nil
		}, want: []string{"0: GetBucketPolicy", "1: GetBucketPolicy(raw) GetRolePolicy PutBucketPolicy", "2: GetBucketPolicy"}}, // the last for the source's role
		{name: "the policies are read again where the role's took long", before: func(c xaccttest.Call) error {
			if in, ok := c.Input.(*iam.DeleteRolePolicyInput); ok && *in.RoleName == "media-archive-destination" {
				time.Sleep(time.Minute)
			}
			return nil
		}, want: []string{
			"0: GetBucketPolicy", "1: GetBucketPolicy(raw) GetRolePolicy PutBucketPolicy", "2: DeleteRolePolicy GetBucketPolicy GetBucketPolicy(raw)",
			"63: GetBucketPolicy GetBucketPolicy(raw)", "64: DeleteRole"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t, func(o *xaccttest.Options) { o.PageSize = 100 })
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				var mu sync.Mutex
				var first time.Time
				located := false // the locations are being deleted
				began := map[int][]string{}
				cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
					mu.Lock()
					what := ofRolesEnd(c)
					located = located || c.Operation == "DeleteLocation"
					if first.IsZero() && located && what == "GetBucketPolicy" {
						first = time.Now()
					}
					if second := int(time.Since(first) / time.Second); !first.IsZero() && what != "" {
						began[second] = append(began[second], what)
					}
					mu.Unlock()
					time.Sleep(time.Second)
					if tt.before != nil {
						if err := tt.before(c); err != nil {
							return err
						}
					}
					return next()
				})
				_, err = p.Apply(t.Context(), cloud.Clients())
				if (err != nil) != tt.fails {
					t.Errorf("error %v", err)
				}
				var got []string
				for _, second := range slices.Sorted(maps.Keys(began)) {
					slices.Sort(began[second])
					got = append(got, fmt.Sprintf("%d: %s", second, strings.Join(began[second], " ")))
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
				cloud.Intercept(nil)
				if tt.fails {
					kittest.TearDown(t, cloud, tr)
				}
			})
		})
	}
}

// ofRolesEnd names a call that is about the destination's role or the policy of a bucket, "" for any other.
func ofRolesEnd(c xaccttest.Call) string {
	role, bucket := "media-archive-destination", ""
	switch in := c.Input.(type) {
	case *iam.GetRolePolicyInput:
		role = *in.RoleName
	case *iam.DeleteRolePolicyInput:
		role = *in.RoleName
	case *iam.DeleteRoleInput:
		role = *in.RoleName
	case *s3.GetBucketPolicyInput:
		bucket = *in.Bucket
	case *s3.PutBucketPolicyInput:
		bucket = *in.Bucket
	default:
		return ""
	}
	switch {
	case role != "media-archive-destination":
		return ""
	case bucket == "media-raw":
		return c.Operation + "(raw)"
	}
	return c.Operation
}

// TestRolesEndAfterMove tears a transfer down that has left a bucket, whose statements could not be taken out when it did. The policy of the role, which
// tells of that bucket, goes when the bucket's policy was read back, and not before.
func TestRolesEndAfterMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.AddBucket(kittest.AccountB, "us-east-2", "media-before")
		tr := kittest.Push(cloud)
		old := tr
		old.Destination.Bucket = "media-before"
		kittest.SetUp(t, cloud, old)
		p, err := xacct.NewDestroyPlan(t.Context(), cloud.Clients(), []xacct.Transfer{tr})
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var got []string
		cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
			err := next()
			mu.Lock()
			defer mu.Unlock()
			what := c.Operation
			if in, ok := c.Input.(*iam.DeleteRolePolicyInput); ok && *in.RoleName != "media-archive-destination" {
				what = ""
			}
			if slices.Contains([]string{"PutBucketPolicy", "DeleteBucketPolicy", "DeleteRolePolicy"}, what) || what == "GetBucketPolicy" && c.Account == kittest.AccountB && len(got) > 0 {
				got = append(got, what)
			}
			return err
		})
		if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Fatal(err)
		}
		if i, j := slices.Index(got, "GetBucketPolicy"), slices.Index(got, "DeleteRolePolicy"); i < 0 || j < i {
			t.Errorf("in this order: %v", got)
		}
	})
}
