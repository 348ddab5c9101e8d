package enginetest_test

import (
	"context"
	"fmt"
	"strings"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// life plans, applies, runs, cancels, edits, applies again, and destroys.
func life(ctx context.Context, cloud *xaccttest.Cloud, as func(xacct.Phase) xacct.Clients, tr xacct.Transfer) error {
	var again *xacct.Plan // of what was set up
	set := func(tr xacct.Transfer) (*xacct.Result, error) {
		p, err := planned(xacct.NewPlan(ctx, as(xacct.PlanPhase), []xacct.Transfer{tr}, lookingAt(2)))
		if err != nil {
			return nil, err
		}
		r, err := p.Apply(ctx, as(xacct.ApplyPhase))
		if err != nil {
			return nil, fmt.Errorf("apply: %w", err)
		}
		again, err = planned(xacct.NewPlan(ctx, as(xacct.PlanPhase), []xacct.Transfer{tr}))
		if err == nil && !again.Empty() {
			err = fmt.Errorf("after the apply:\n%s", again)
		}
		return r, err
	}
	r, err := set(tr)
	if err != nil {
		return err
	}
	if err := runsTwice(ctx, as(xacct.RunPhase), again, r, tr.Name); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	if tr.Retries != nil {
		if err := retries(ctx, cloud, as(xacct.RunPhase), tr, r.TaskARN(tr.Name)); err != nil {
			return fmt.Errorf("retry: %w", err)
		}
	}
	if tr.Source.RoleARN == "" && tr.Source.LocationARN == "" {
		if err := drift(ctx, cloud, tr); err != nil {
			return err
		}
	}
	if tr.Destination.LocationARN == "" {
		tr.Destination.Prefix = "later"
	}
	tr.Task.Options.BytesPerSecond, tr.Tags = 1<<20, map[string]string{"team": "media"}
	if _, err := set(tr); err != nil {
		return fmt.Errorf("edited: %w", err)
	}
	api, err := as(xacct.RunPhase).DataSync(r.TaskARN(tr.Name))
	if err != nil {
		return err
	}
	if _, err := task.Start(ctx, api, r.TaskARN(tr.Name)); err != nil { // for the tear-down to cancel
		return fmt.Errorf("run: %w", err)
	}
	down, err := planned(xacct.NewDestroyPlan(ctx, as(xacct.PlanPhase), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) {
		o.CancelRuns = true
		if tr.Destination.DisableACLs {
			o.Ownership = map[string]s3types.ObjectOwnership{tr.Destination.Bucket: s3types.ObjectOwnershipObjectWriter}
		}
	}))
	if err != nil {
		return err
	}
	if _, err := down.Apply(ctx, as(xacct.DestroyPhase)); err != nil {
		return fmt.Errorf("destroy: %w", err)
	}
	if left, err := xacct.NewDestroyPlan(ctx, as(xacct.PlanPhase), []xacct.Transfer{tr}); err != nil || !left.Empty() {
		return fmt.Errorf("after the destroy: %v\n%s", err, left)
	}
	return nil
}

// planned is a plan in which nothing is unread or worse, but the notices that ACLs end and that runs will be cancelled.
func planned(p *xacct.Plan, err error) (*xacct.Plan, error) {
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	for _, f := range p.Findings {
		if f.Code == xacct.CodeLimited && p.Transfers[0].Grant == xacct.Tutorial {
			continue // the tutorial's statement lacks the actions on versions
		}
		if f.Code == xacct.CodeCaller {
			continue // who plans here is not who applies
		}
		if f.Code == xacct.CodeAdopt && f.Severity == xacct.Warning && p.Mode == xacct.TearDown {
			continue // the grant of the role that was adopted leaves
		}
		if f.Severity != xacct.Info && f.Code != xacct.CodeOwnership && f.Code != xacct.CodeRunning {
			return nil, fmt.Errorf("plan: %s: %s", f.Code, f.Detail)
		}
	}
	return p, nil
}

// runsTwice completes one run, which the plan starts, and cancels another.
func runsTwice(ctx context.Context, c xacct.Clients, p *xacct.Plan, r *xacct.Result, transfer string) error {
	begun, err := p.Start(ctx, c, r, transfer)
	if err != nil {
		return err
	}
	if out, err := begun.Wait(ctx); err != nil || out.Verdict != task.Complete {
		return fmt.Errorf("%v, %w", out, err)
	}
	arn, _, _ := strings.Cut(begun.ARN(), "/execution/")
	api, err := c.DataSync(arn)
	if err != nil {
		return err
	}
	var run *task.Execution
	// With settings of its own, which are checked against the task's.
	if run, err = task.Start(ctx, api, arn, func(o *task.StartOptions) { o.Options.VerifyMode = dstypes.VerifyModeNone }); err != nil {
		return err
	}
	for progress, err := range run.Watch(ctx) {
		if err != nil {
			return err
		}
		if progress.Status == dstypes.TaskExecutionStatusTransferring || progress.Status == dstypes.TaskExecutionStatusPreparing {
			break
		}
	}
	if err := run.SetBandwidth(ctx, 1<<20); err != nil {
		return err
	}
	if err := run.Cancel(ctx); err != nil {
		return err
	}
	if out, _ := run.Wait(ctx); out == nil || out.Verdict != task.Cancelled {
		return fmt.Errorf("cancelled, and it ended as %+v", out)
	}
	return nil
}

// retries runs with one object failing, and then just that one again.
func retries(ctx context.Context, cloud *xaccttest.Cloud, c xacct.Clients, tr xacct.Transfer, arn string) error {
	api, err := c.DataSync(arn)
	if err != nil {
		return err
	}
	cloud.OnStep(func(s xaccttest.Step) error {
		if s.Phase == dstypes.TaskExecutionStatusTransferring && s.Key == "02.mov" {
			return xaccttest.Fault(403, "S3AccessDenied", "Access Denied")
		}
		return nil
	})
	cloud.PutObject("media-raw", "2026/02.mov", []byte("yy"))
	first, err := task.Start(ctx, api, arn)
	if err != nil {
		return err
	}
	out, err := first.Wait(ctx)
	cloud.OnStep(nil)
	if out == nil || out.Verdict != task.WithExceptions {
		return fmt.Errorf("%+v, %w", out, err)
	}
	reports, err := c.Objects(tr.Task.Report.Account, tr.Destination.Region)
	if err != nil {
		return err
	}
	lists, err := c.Objects(accountA, tr.Source.Region)
	if err != nil {
		return err
	}
	manifest, n, err := task.WriteManifest(ctx, lists, tr.RetryManifest(), task.Failures(task.ReadReport(ctx, reports, *tr.Task.Report, first.ARN())))
	if err != nil || n != 1 {
		return fmt.Errorf("%d objects to retry: %w", n, err)
	}
	again, err := task.Start(ctx, api, arn, func(o *task.StartOptions) { o.Manifest = &manifest })
	if err != nil {
		return err
	}
	_, err = again.Wait(ctx)
	return err
}

// drift has the administrator change a role behind the operators' backs.
func drift(ctx context.Context, cloud *xaccttest.Cloud, tr xacct.Transfer) error {
	api, role := cloud.ClientsAs(cloud.OperatorARN(tr.TaskAccount)).IAM, tr.Name+"-source"
	if arn := tr.Source.Adopt.Role; arn != "" {
		role = arn[strings.LastIndexByte(arn, '/')+1:]
	}
	wider := cloud.AddPolicy(tr.TaskAccount, "wider", policy.New(policy.Allow("*").On("*")))
	if _, err := api.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &role, PermissionsBoundary: &wider}); err != nil {
		return err
	}
	trust, extra := string(iamrole.TutorialTrust().Bytes()), string(policy.New(policy.Allow("s3:ListBucket").On("*")).Bytes())
	if _, err := api.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &role, PolicyDocument: &trust}); err != nil {
		return err
	}
	_, err := api.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: new("xacct-" + tr.Name + "-destination"), PolicyDocument: &extra})
	return err
}
