package operator

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/problem"
)

const (
	accountA = "111122223333"
	accountB = "444455556666"
	roleARN  = "arn:aws:iam::111122223333:role/media-archive-source"
	taskARN  = "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0"
	oldARN   = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
	keyARN   = "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// writes are the statements that are not for reading, a line each.
func writes(d policy.Document) []string {
	var out []string
	for st := range d.All() {
		if strings.HasPrefix(st.Sid(), "Read") || strings.HasPrefix(st.Sid(), "List") {
			continue
		}
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		out = append(out, fmt.Sprintf("%s: %s on %s", st.Sid(), strings.Join(actions, " "), strings.Join(resources, " ")))
	}
	return out
}

// What a change needs is allowed on what it knows by ARN.
func TestPlanPolicyOfChanges(t *testing.T) {
	in := func(account string, c plan.Change) plan.Change {
		c.Account, c.Transfers = account, []string{"media-archive"}
		return c
	}
	for _, tt := range []struct {
		name    string
		account string
		changes []plan.Change
		mode    plan.Mode
		cancel  bool
		want    []string
	}{
		{name: "nothing to do", account: accountA, changes: []plan.Change{in(accountA, plan.Change{Kind: plan.IAMRole, Op: plan.NoOp, ARN: roleARN})}},
		{name: "blocked", account: accountA, changes: []plan.Change{in(accountA, plan.Change{Kind: plan.IAMRole, Op: plan.Create, Hold: plan.Blocked, ARN: roleARN, Calls: []string{"iam:CreateRole"}})}},
		{name: "handed over", account: accountB,
			changes: []plan.Change{in(accountB, plan.Change{Kind: plan.BucketPolicy, Op: plan.Update, Hold: plan.Handover, Name: "media-archive", Calls: []string{"s3:PutBucketPolicy"}})},
			want:    []string{"WriteBuckets: s3:PutBucketPolicy on arn:aws:s3:::media-archive"}},
		{name: "of another account", account: accountA, changes: []plan.Change{in(accountB, plan.Change{Kind: plan.BucketPolicy, Op: plan.Update, Name: "media-archive", Calls: []string{"s3:PutBucketPolicy"}})}},
		{name: "a former bucket", account: accountB,
			changes: []plan.Change{in(accountB, plan.Change{Kind: plan.BucketPolicy, Op: plan.Delete, Name: "before", Calls: []string{"s3:DeleteBucketPolicy"}})},
			want:    []string{"WriteBuckets: s3:DeleteBucketPolicy on arn:aws:s3:::before"}},
		{name: "a former key", account: accountB,
			changes: []plan.Change{in(accountB, plan.Change{Kind: plan.KeyPolicy, Region: "us-east-2", Op: plan.Update, ARN: keyARN, Calls: []string{"kms:PutKeyPolicy"}})},
			want:    []string{"WriteKeys: kms:PutKeyPolicy on " + keyARN}},
		{name: "a location that is there", account: accountA,
			changes: []plan.Change{in(accountA, plan.Change{Kind: plan.DataSyncLocation, Region: "us-east-2", Op: plan.Update, ARN: oldARN, Side: plan.DestinationSide,
				Calls: []string{"datasync:UpdateLocationS3", "iam:PassRole"}})},
			want: []string{"WriteLocations: datasync:UpdateLocationS3 on " + oldARN, "PassRoles: iam:PassRole on arn:aws:iam::111122223333:role/media-archive-destination"}},
		{name: "a task that is there", account: accountA,
			changes: []plan.Change{in(accountA, plan.Change{Kind: plan.DataSyncTask, Region: "us-east-2", Op: plan.Update, ARN: taskARN, Calls: []string{"datasync:UpdateTask"}})},
			want:    []string{"WriteTasks: datasync:UpdateTask on " + taskARN}},
		{name: "a task that is replaced", account: accountA,
			changes: []plan.Change{
				in(accountA, plan.Change{Kind: plan.DataSyncTask, Region: "us-east-2", Op: plan.Replace, ARN: taskARN, Calls: []string{"datasync:CreateTask", "datasync:TagResource", "datasync:DeleteTask"}}),
				in(accountA, plan.Change{ID: "111122223333/us-east-2/datasync-location/media-archive/destination", Kind: plan.DataSyncLocation, Region: "us-east-2", ARN: oldARN, Op: plan.NoOp})},
			want: []string{
				"CreateServiceLinkedRole: iam:CreateServiceLinkedRole on arn:aws:iam::111122223333:role/aws-service-role/datasync.amazonaws.com/AWSServiceRoleForDataSync",
				"CreateTasks: datasync:CreateTask on arn:aws:datasync:eu-west-1:111122223333:location/* " + oldARN,
				"WriteTasks: datasync:TagResource on arn:aws:datasync:us-east-2:111122223333:task/*",
				"DeleteTasks: datasync:DeleteTask on " + taskARN}},
		{name: "a task that runs", account: accountA, mode: plan.TearDown, cancel: true,
			changes: []plan.Change{in(accountA, plan.Change{Kind: plan.DataSyncTask, Region: "us-east-2", Op: plan.Delete, ARN: taskARN, Calls: []string{"datasync:DeleteTask"}})},
			want:    []string{"DeleteTasks: datasync:DeleteTask on " + taskARN, "CancelRuns: datasync:CancelTaskExecution on " + taskARN + "/execution/*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := PlanPolicy(tt.account, Planned{Mode: tt.mode, CancelRuns: tt.cancel, Transfers: []*transfer.Transfer{valid}, Changes: tt.changes})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, writes(d)); diff != "" {
				t.Errorf("writes (-want +got):\n%s", diff)
			}
			if err := d.Validate(policy.Identity); err != nil {
				t.Error(err)
			}
		})
	}
}

// A plan that somebody has edited widens the policy to no other call, account or pattern.
func TestPlanPolicyOfAnEditedPlan(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change plan.Change
		want   string
	}{
		{"another call", plan.Change{Kind: plan.IAMRole, ARN: roleARN, Op: plan.Update, Calls: []string{"iam:AttachRolePolicy"}}, `it calls "iam:AttachRolePolicy"`},
		{"every call", plan.Change{Kind: plan.BucketPolicy, Name: "media-archive", Op: plan.Update, Calls: []string{"s3:*"}}, `it calls "s3:*"`},
		{"a call of another kind", plan.Change{Kind: plan.DataSyncTask, Region: "us-east-2", Op: plan.Update, Calls: []string{"iam:PassRole"}}, `it calls "iam:PassRole"`},
		{"every role", plan.Change{Kind: plan.IAMRole, ARN: "arn:aws:iam::111122223333:role/*", Op: plan.Delete, Calls: []string{"iam:DeleteRole"}}, "its ARN"},
		{"a role of another account", plan.Change{Kind: plan.IAMRole, ARN: "arn:aws:iam::444455556666:role/theirs", Op: plan.Delete}, "its ARN"},
		{"every bucket", plan.Change{Kind: plan.BucketPolicy, Name: "*", Op: plan.Update, Calls: []string{"s3:PutBucketPolicy"}}, `its name "*"`},
		{"a variable", plan.Change{Kind: plan.BucketOwnership, Name: "${aws:username}", Op: plan.Update}, "its name"},
		{"every location", plan.Change{Kind: plan.DataSyncLocation, Region: "us-east-2", ARN: "arn:aws:datasync:us-east-2:111122223333:location/*", Op: plan.Delete}, "its ARN"},
		{"every Region", plan.Change{Kind: plan.DataSyncLocation, Region: "*", Op: plan.Delete, Calls: []string{"datasync:DeleteLocation"}}, `its Region is "*"`},
		{"a task for a location", plan.Change{Kind: plan.DataSyncLocation, Region: "us-east-2", ARN: taskARN, Op: plan.Delete}, "its ARN"},
		{"every key", plan.Change{Kind: plan.KeyPolicy, Region: "us-east-2", ARN: "arn:aws:kms:us-east-2:111122223333:key/*", Op: plan.Update}, "its ARN"},
		{"a key of another account", plan.Change{Kind: plan.KeyPolicy, Region: "us-east-2", ARN: keyARN, Op: plan.Update}, "its ARN"},
		{"every log group", plan.Change{Kind: plan.LogGroup, Region: "us-east-2", ARN: "arn:aws:logs:us-east-2:111122223333:log-group:*", Op: plan.Delete}, "its ARN"},
		{"a log group of another Region", plan.Change{Kind: plan.LogGroup, Region: "us-east-2", ARN: "arn:aws:logs:eu-west-1:111122223333:log-group:media", Op: plan.Delete}, "its ARN"},
		{"a call that no log group needs", plan.Change{Kind: plan.LogGroup, Region: "us-east-2", ARN: "arn:aws:logs:us-east-2:111122223333:log-group:media", Op: plan.Update,
			Calls: []string{"logs:PutResourcePolicy"}}, `it calls "logs:PutResourcePolicy"`},
		{"another kind", plan.Change{Kind: "log-stream", Op: plan.Delete}, `its kind is "log-stream"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.change.Account, tt.change.ID, tt.change.Transfers = accountA, "the change", []string{"media-archive"}
			_, err := PlanPolicy(accountA, Planned{Mode: plan.SetUp, Transfers: []*transfer.Transfer{valid}, Changes: []plan.Change{tt.change}})
			var mismatch *plan.MismatchError
			if !errors.As(err, &mismatch) || mismatch.Change != "the change" || !strings.Contains(mismatch.Detail, tt.want) {
				t.Errorf("%v, want a mismatch: %s", err, tt.want)
			}
		})
	}
}

func TestPlanPolicyRefuses(t *testing.T) {
	invalid := transfer.Resolve(transfer.Given{Name: "1"})
	var many []*transfer.Transfer
	for i := range 120 {
		g := valid.Given
		g.Name, g.Destination.Bucket = fmt.Sprintf("media-archive-%d", i), fmt.Sprintf("a-bucket-with-a-long-name-that-is-like-many-others-%d", i)
		many = append(many, transfer.Resolve(g))
	}
	stray := plan.Change{Kind: plan.BucketPolicy, Account: accountA, Name: "media-archive"}
	for _, tt := range []struct {
		name, account string
		planned       Planned
		want          string
	}{
		{"an unknown account", "777788889999", Planned{Transfers: []*transfer.Transfer{valid}},
			`operator policy: the plan has nothing for account "777788889999": it knows 111122223333, 444455556666`},
		{"no account", "", Planned{Transfers: []*transfer.Transfer{valid}}, `nothing for account ""`},
		{"a plan of nothing", accountA, Planned{}, "it knows no account"},
		{"changes without transfers", accountA, Planned{Changes: []plan.Change{stray}}, "it knows no account"},
		{"too much for one policy", accountB, Planned{Transfers: many}, "plan fewer transfers at a time, or use OperatorPolicies"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d, err := PlanPolicy(tt.account, tt.planned); err == nil || !strings.Contains(err.Error(), tt.want) || !d.IsZero() {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
	if _, err := PlanPolicy(accountA, Planned{Transfers: []*transfer.Transfer{invalid}}); len(problem.All(err)) == 0 {
		t.Errorf("invalid transfers: %v", err)
	}
}
