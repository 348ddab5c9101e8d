package enginetest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// What a named operator lacks blocks the transfer if a change of the plan needs it, and is a warning otherwise. What the plan could not read leaves it open
// what will be called: then everything is asked for.
func TestOperatorLacksWhatThePlanDoesNotNeed(t *testing.T) {
	allowing := func(actions ...string) policy.Document {
		return policy.New(policy.Allow(append(actions, "iam:Get*", "iam:List*", "datasync:Describe*", "datasync:List*", "s3:Get*", "s3:ListBucket")...).On("*"))
	}
	edit := func(tr *xacct.Transfer) { tr.Task.Options.BytesPerSecond = 1 << 20 }
	mode := func(tr *xacct.Transfer) { tr.Task.Mode = dstypes.TaskModeBasic }
	moved := func(tr *xacct.Transfer) { tr.Source.Region, tr.Source.Bucket = "eu-north-1", "north-raw" }
	for _, tt := range []struct {
		name    string
		edit    func(*xacct.Transfer)
		may     policy.Document
		blocked bool
	}{
		{"nothing to do, nothing allowed", func(*xacct.Transfer) {}, allowing("sts:GetCallerIdentity"), false},
		{"an edit, the edit allowed", edit, allowing("datasync:UpdateTask"), false},
		{"a replacement, an edit allowed", mode, allowing("datasync:UpdateTask"), true},
		{"a replacement, it is allowed", mode, allowing("datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask", "iam:CreateServiceLinkedRole"), false},
		{"a move, a new task allowed", moved, allowing("datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := moveWorld(t)
				tr := kittest.Push(cloud)
				kittest.SetUp(t, cloud, tr)
				tt.edit(&tr)
				tr.Operators = append(tr.Operators, cloud.AddRole(accountA, "narrow", tt.may))
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, allowReplace)
				lacks := func(code xacct.Code) bool {
					return slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
						return f.Code == code && strings.HasSuffix(f.Subject, "role/narrow") && strings.Contains(f.Detail, "may")
					})
				}
				if lacks(xacct.CodeDenied) != tt.blocked || !lacks(xacct.CodeLimited) {
					t.Errorf("denied: %v, want %v; limited: %v, want true\n%s", lacks(xacct.CodeDenied), tt.blocked, lacks(xacct.CodeLimited), p)
				}
			})
		})
	}
	t.Run("nothing is read", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cloud := moveWorld(t)
			tr := kittest.Push(cloud)
			kittest.SetUp(t, cloud, tr)
			tr.Operators = append(tr.Operators, cloud.AddRole(accountA, "narrow", allowing("datasync:UpdateTask")))
			cloud.Intercept(func(_ context.Context, c xaccttest.Call, next func() error) error {
				if c.Operation == "ListLocations" {
					return kittest.AccessDenied(c)
				}
				return next()
			})
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
				return f.Code == xacct.CodeDenied && strings.Contains(f.Detail, "datasync:CreateLocationS3")
			}) {
				t.Errorf("what it lacks is no denial:\n%s", p)
			}
		})
	})
}
