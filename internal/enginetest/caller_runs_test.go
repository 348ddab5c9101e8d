package enginetest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
)

// TestCallerLimited plans as callers who lack what a transfer needs only sometimes, named in Operators or not: the service-linked role, and runs. Each has
// a warning, as a named operator has.
func TestCallerLimited(t *testing.T) {
	kittest.SkipUnderRace(t)
	t.Parallel()
	const me = "arn:aws:iam::111122223333:role/team/Limited"
	named, other, nobody := []string{me}, []string{"arn:aws:iam::111122223333:role/migrator"}, []string(nil)
	const makes, runs = "may make roles, locations and task, but not ", "may run the task, but not "
	for _, tt := range []struct {
		name      string
		operators []string
		deny      policy.Statement
		allow     policy.Statement
		want      []string // in the details of the warnings on the caller
		hint      string   // in the hint of the error of Apply; "" succeeds
	}{
		{"the service-linked role, nobody named", nobody, policy.Deny("iam:CreateServiceLinkedRole").On("*"), policy.Allow("*").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole"}, "iam:CreateServiceLinkedRole"},
		{"the service-linked role, another one is named", other, policy.Deny("iam:CreateServiceLinkedRole").On("*"), policy.Allow("*").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole"}, "iam:CreateServiceLinkedRole"},
		{"the service-linked role, the caller is named", named, policy.Deny("iam:CreateServiceLinkedRole").On("*"), policy.Allow("*").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole"}, "iam:CreateServiceLinkedRole"},
		{"a role of this path is denied, nobody named", nobody, policy.Deny("iam:Create*").On("arn:aws:iam::*:role/aws-service-role/*"), policy.Allow("*").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole"}, "iam:CreateServiceLinkedRole"},
		{"nothing allows the service-linked role, nobody named", nobody, policy.Deny("s3:DeleteBucket").On("*"),
			policy.Allow("s3:*", "datasync:*", "iam:Get*", "iam:List*", "iam:PassRole", "iam:CreateRole", "iam:TagRole", "iam:*RolePolicy",
				"iam:UpdateAssumeRolePolicy", "iam:UntagRole").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole"}, "iam:CreateServiceLinkedRole"},
		{"StartTaskExecution, nobody named", nobody, policy.Deny("datasync:StartTaskExecution").On("*"), policy.Allow("*").On("*"),
			[]string{runs + "datasync:StartTaskExecution"}, ""},
		{"DescribeTaskExecution, nobody named", nobody, policy.Deny("datasync:DescribeTaskExecution").On("*"), policy.Allow("*").On("*"),
			[]string{runs + "datasync:DescribeTaskExecution"}, ""},
		{"all of executions, nobody named", nobody, policy.Deny("datasync:*Execution").On("*"), policy.Allow("*").On("*"), []string{runs}, ""},
		{"StartTaskExecution, the caller is named", named, policy.Deny("datasync:StartTaskExecution").On("*"), policy.Allow("*").On("*"),
			[]string{runs + "datasync:StartTaskExecution"}, ""},
		{"StartTaskExecution, another one is named, who may run it", other, policy.Deny("datasync:StartTaskExecution").On("*"), policy.Allow("*").On("*"), nil, ""},
		{"both, nobody named", nobody, policy.Deny("iam:CreateServiceLinkedRole", "datasync:StartTaskExecution").On("*"), policy.Allow("*").On("*"),
			[]string{makes + "iam:CreateServiceLinkedRole", runs + "datasync:StartTaskExecution"}, "iam:CreateServiceLinkedRole"},
		{"nothing, nobody named", nobody, policy.Deny("s3:DeleteBucket").On("*"), policy.Allow("*").On("*"), nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				tr := kittest.Push(cloud)
				tr.Operators = tt.operators
				cloud.AddRole(accountA, "migrator", everything)
				cloud.AddRole(accountA, "team/Limited", policy.New(tt.allow, tt.deny))
				cloud.SetBucketPolicy("media-archive", lets(policy.AWS(me)))
				c := cloud.Clients()
				c[accountA] = cloud.ClientsAs(me)
				p, err := xacct.NewPlan(t.Context(), c, []xacct.Transfer{tr})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, f := range p.Findings {
					if f.Subject == me && f.Severity != xacct.Info {
						got = append(got, fmt.Sprintf("%s %s: %s", f.Severity, f.Code, f.Detail))
						if f.Remedy == "" {
							t.Errorf("no remedy: %s", f.Detail)
						}
					}
				}
				if len(got) != len(tt.want) || !slices.EqualFunc(tt.want, got, func(want, got string) bool {
					return strings.HasPrefix(got, "warning limited: ") && strings.Contains(got, want)
				}) {
					t.Errorf("warnings on the caller (-want +got):\n%s", cmp.Diff(tt.want, got))
				}
				_, err = p.Apply(t.Context(), c)
				hints := strings.Join(xacct.Hints(err), "\n")
				if (err == nil) != (tt.hint == "") || !strings.Contains(hints, tt.hint) {
					t.Errorf("applied: %v\nhints: %s", err, hints)
				}
				if strings.Contains(hints, "datasync:CreateTask on") {
					t.Errorf("the hint names what was not refused: %s", hints)
				}
			})
		})
	}
}
