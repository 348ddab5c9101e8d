package xacct_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// mediaCloud is two accounts with a bucket each.
func mediaCloud() (*xaccttest.Cloud, xacct.Transfer) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases.Creating = 0 })
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	return cloud, xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}
}

// A plan is stored as JSON, approved, and applied by another process on another day.
func ExamplePlan_Apply_later() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, _ := json.Marshal(p)

	// Later, after somebody has approved it:
	var approved xacct.Plan
	if err := json.Unmarshal(stored, &approved); err != nil {
		fmt.Println(err)
		return
	}
	result, err := approved.Apply(ctx, cloud.Clients())
	fmt.Println(result.Count(xacct.Done), "changes done, error:", err)
	result, err = approved.Apply(ctx, cloud.Clients())
	fmt.Println(result.Count(xacct.Unchanged), "unchanged when it is applied once more, error:", err)
	// Output:
	// 6 changes done, error: <nil>
	// 6 unchanged when it is applied once more, error: <nil>
}

// The policy for whoever applies one plan: here the transfer moves to another bucket, so that a statement leaves the policy of the bucket that it used
// before. Reads are left out of what is printed.
func ExamplePlan_OperatorPolicy() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	cloud.AddBucket("444455556666", "us-east-2", "media-vault")
	p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err == nil {
		_, err = p.Apply(ctx, cloud.Clients())
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	transfer.Destination.Bucket = "media-vault"
	p, err = xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := p.OperatorPolicy("444455556666")
	if err != nil {
		fmt.Println(err)
		return
	}
	for st := range d.All() {
		actions, _ := st.Actions()
		resources, _ := st.Resources()
		if !strings.HasPrefix(st.Sid(), "Read") {
			fmt.Println(st.Sid(), actions, resources)
		}
	}
	_, err = p.OperatorPolicy("777788889999")
	fmt.Println(err)
	// Output:
	// WriteBuckets [s3:DeleteBucketPolicy] [arn:aws:s3:::media-archive]
	// WriteBuckets2 [s3:PutBucketPolicy] [arn:aws:s3:::media-vault]
	// operator policy: the plan has nothing for account "777788889999": it knows 111122223333, 444455556666
}

// Two teams, each with its own credentials only: the one makes the roles, the other allows them, the first makes the rest. The example of two
// teams has all of it, with the reports.
func ExamplePlan_For() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	ours := xacct.Clients{"111122223333": cloud.ClientsAs(cloud.OperatorARN("111122223333"))}
	theirs := xacct.Clients{"444455556666": cloud.ClientsAs(cloud.OperatorARN("444455556666"))}
	p, err := xacct.NewPlan(ctx, ours, []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	step := func(what string, p *xacct.Plan, clients xacct.Clients) {
		result, err := p.Apply(ctx, clients)
		if err != nil {
			fmt.Println(what, err)
			return
		}
		fmt.Printf("%s: %d done, %d waiting\n", what, result.Count(xacct.Done), result.Count(xacct.Waiting))
	}
	step("the task account makes the roles", p, ours)
	step("the bucket's account allows them", p.For("444455556666"), theirs)
	step("the task account makes the rest", p, ours)

	back, err := xacct.NewDestroyPlan(ctx, ours, p.Transfers)
	if err != nil {
		fmt.Println(err)
		return
	}
	step("back: the task account", back, ours)
	step("back: the bucket's account", back.For("444455556666"), theirs)
	// Output:
	// the task account makes the roles: 3 done, 3 waiting
	// the bucket's account allows them: 1 done, 0 waiting
	// the task account makes the rest: 2 done, 1 waiting
	// back: the task account: 4 done, 1 waiting
	// back: the bucket's account: 1 done, 0 waiting
}

// An apply breaks off half-way. The next plan finds what was made, and makes the rest.
func ExampleNewPlan_recover() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
		if call.Operation == "CreateTask" {
			return xaccttest.Fault(400, "AccessDeniedException", "not authorized to perform datasync:CreateTask")
		}
		return next()
	})
	p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := p.Apply(ctx, cloud.Clients())
	fmt.Printf("%d done, %d failed: %t\n", result.Count(xacct.Done), result.Count(xacct.Failed), err != nil)

	cloud.Intercept(nil) // somebody has granted it
	p, err = xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range p.Changes {
		if c.Op != xacct.NoOp {
			fmt.Println(c.Op, c.Kind, c.Name)
		}
	}
	result, err = p.Apply(ctx, cloud.Clients())
	fmt.Printf("%d done, %d unchanged, error: %v\n", result.Count(xacct.Done), result.Count(xacct.Unchanged), err)
	// Output:
	// 5 done, 1 failed: true
	// create datasync-task media-archive
	// 1 done, 5 unchanged, error: <nil>
}

// What is left after the way back: nothing of ours, and what AWS keeps.
func ExamplePlan_Residue() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := p.Apply(ctx, cloud.Clients()); err != nil {
		fmt.Println(err)
		return
	}
	back, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), p.Transfers)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := func() {
		left, err := back.Residue(ctx, cloud.Clients())
		if err != nil {
			fmt.Println(err)
		}
		ours := 0
		for _, item := range left {
			if item.Ours {
				ours++
			} else {
				fmt.Println(item)
			}
		}
		fmt.Println(ours, "of ours")
	}
	fmt.Println("before:")
	report()
	if _, err := back.Apply(ctx, cloud.Clients()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("after:")
	report()
	// Output:
	// before:
	// 111122223333 iam-role AWSServiceRoleForDataSync: DataSync's own role, which other tasks of the account may use; IAM deletes it on request (left by AWS)
	// 111122223333 us-east-2 log-group /aws/datasync: possible, not looked at: ENHANCED tasks log there, without expiry; other tasks of the Region may too (possible, never ours)
	// 444455556666 us-east-2 multipart-uploads media-archive: possible, not looked at: runs that were cut off leave parts, which cost; a lifecycle rule with AbortIncompleteMultipartUpload removes them (possible, never ours)
	// 7 of ours
	// after:
	// 111122223333 iam-role AWSServiceRoleForDataSync: DataSync's own role, which other tasks of the account may use; IAM deletes it on request (left by AWS)
	// 111122223333 us-east-2 log-group /aws/datasync: possible, not looked at: ENHANCED tasks log there, without expiry; other tasks of the Region may too (possible, never ours)
	// 444455556666 us-east-2 multipart-uploads media-archive: possible, not looked at: runs that were cut off leave parts, which cost; a lifecycle rule with AbortIncompleteMultipartUpload removes them (possible, never ours)
	// 0 of ours
}

// Of sixty transfers one names a bucket that does not exist. It alone is blocked.
func ExampleNewPlan_fleet() {
	cloud, transfer := mediaCloud()
	var transfers []xacct.Transfer
	for i := range 60 {
		t := transfer
		t.Name = fmt.Sprintf("team-%03d", i)
		t.Destination.Prefix = t.Name
		t.Destination.Bucket = fmt.Sprintf("archive-%03d", i)
		if i != 42 {
			cloud.AddBucket("444455556666", "us-east-2", t.Destination.Bucket)
		}
		// Five transfers share two roles, each with policies of its own on them.
		t.Source.Role.Name, t.Destination.Role.Name = fmt.Sprintf("read-%d", i/5), fmt.Sprintf("write-%d", i/5)
		transfers = append(transfers, t)
	}
	p, err := xacct.NewPlan(context.Background(), cloud.Clients(), transfers)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range p.Findings {
		if f.Severity == xacct.Blocking {
			fmt.Printf("%s: %s\n", f.Transfer, f.Detail)
		}
	}
	ready := map[string]bool{}
	for _, c := range p.Changes {
		if c.Kind == xacct.DataSyncTask && c.Hold == "" {
			ready[strings.Join(c.Transfers, "")] = true
		}
	}
	fmt.Println(len(ready), "transfers are ready")
	// Output:
	// team-042: destination bucket archive-042 does not exist
	// 59 transfers are ready
}

// DataSync refuses a start, and its message names neither bucket. What the plan had found tells which end it is, by which statement, and what
// that depends on.
func ExamplePlan_Explain() {
	ctx := context.Background()
	cloud, transfer := mediaCloud()
	clients := cloud.Clients()
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		fmt.Println(err)
		return
	}

	// Later, the owner of the destination lets in its own organisation only.
	existing, _ := policy.Parse(cloud.BucketPolicy("media-archive"))
	cloud.SetBucketPolicy("media-archive", existing.With(policy.Deny("s3:ListBucket").WithSid("OurOrganisation").By(policy.Everyone()).
		On("arn:aws:s3:::media-archive").When(policy.Where("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))).Bytes())
	if p, err = xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}); err != nil {
		fmt.Println(err)
		return
	}

	arn := result.TaskARN("media-archive")
	api, _ := clients.DataSync(arn)
	_, err = task.Start(ctx, api, arn)
	err = p.Explain("media-archive", err)
	var refused *xacct.AccessTestError
	if errors.As(err, &refused) {
		fmt.Println(refused.Side, refused.Bucket, refused.Action, refused.Verdict, refused.Statement)
		fmt.Println(refused.Hint())
	}
	// Output:
	// destination media-archive s3:ListBucket undetermined OurOrganisation
	// the plan found it undetermined (statement "OurOrganisation"): give OrgIDs the organisation of account 111122223333, which settles aws:PrincipalOrgID, or let the owner of bucket media-archive exempt arn:aws:iam::111122223333:role/media-archive-destination: statement "OurOrganisation" with ArnNotLikeIfExists aws:PrincipalArn arn:aws:iam::111122223333:role/media-archive-destination in its Condition
}
