package gallery_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// goOn applies the plan although findings speak against it, and runs the task. It returns the error that its caller gets to see.
func (s situation) goOn(st *stage, p *xacct.Plan) error {
	t, ctx := st.t, st.t.Context()
	t.Helper()
	if st.down {
		return s.goDown(st)
	}
	if s.Put != "" {
		s.put(st)
	}
	st.opts.Override = xacct.Overridable()
	again := st.plan(s)
	r, err := again.Apply(ctx, st.cloud.Clients())
	var blocked *xacct.BlockedError
	if s.Anyway == "blocked" {
		if !errors.As(err, &blocked) && !(err == nil && again.Empty()) { // nothing is left to be done beside what is blocked
			t.Errorf("applied anyway: %v, want it blocked", err)
		}
		return err
	}
	if err == nil {
		err = again.Explain(st.tr.Name, st.run(r))
	}
	if works := err == nil; works != (s.Anyway == "works") {
		t.Errorf("applied anyway: %v, but it %s", err, s.Anyway)
	} else if errors.As(err, &blocked) {
		t.Errorf("applied anyway, it was blocked: %v", err)
	}
	var refused *xacct.AccessTestError
	if errors.As(err, &refused) && (refused.Cause == task.CauseUnknown || refused.Hint() == "") {
		t.Errorf("applied anyway: %v says neither what it means (%q) nor what to do (%q)", refused, refused.Cause, refused.Hint())
	}
	// What is allowed whatever the unknown is works, and what is denied fails.
	denied := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Code == xacct.CodeDenied })
	open := slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool { return f.Severity != xacct.Info })
	if denied && s.Anyway == "works" || !open && s.Anyway == "fails" {
		t.Errorf("the plan found denied = %v, anything but information = %v, and it %s", denied, open, s.Anyway)
	}
	return err
}

// goDown applies the tear-down although findings speak against it, and tries what may be harmed by it.
func (s situation) goDown(st *stage) error {
	t, ctx := st.t, st.t.Context()
	t.Helper()
	st.opts.Override = xacct.Overridable()
	clients := st.cloud.Clients()
	delete(clients, st.absent)
	_, err := st.plan(s).Apply(ctx, clients)
	st.must(err)
	err = st.after()
	if works := err == nil; works != (s.Anyway == "works") {
		t.Errorf("after the tear-down: %v, but it %s", err, s.Anyway)
	}
	return err
}

func (st *stage) run(r *xacct.Result) error {
	ctx := st.t.Context()
	arn := r.TaskARN(st.tr.Name)
	api, err := st.cloud.Clients().DataSync(arn)
	if err != nil {
		return err
	}
	run, err := task.Start(ctx, api, arn)
	if err != nil {
		return err
	}
	out, err := run.Wait(ctx)
	if err != nil {
		return err
	}
	if out.Verdict != task.Complete {
		return fmt.Errorf("the run ended as %s", out.Verdict)
	}
	return nil
}

// put sends the merged policy to S3, as a plan without these findings would.
func (s situation) put(st *stage) {
	st.t.Helper()
	res, err := st.tr.Resources()
	if err != nil {
		st.t.Fatal(err)
	}
	current, err := policy.Parse(st.cloud.BucketPolicy("media-archive"))
	if err != nil {
		st.t.Fatal(err)
	}
	for _, role := range res.Roles {
		st.cloud.AddRole(role.Account, role.Name) // the statements name them
	}
	merged := string(current.With(res.Buckets[0].Statements).Bytes())
	owner := accountB
	_, err = st.cloud.Clients()[owner].S3("us-east-2").PutBucketPolicy(st.t.Context(), &s3.PutBucketPolicyInput{Bucket: new("media-archive"), ExpectedBucketOwner: &owner, Policy: &merged})
	if refused := err != nil; refused != (s.Put == "refused") {
		st.t.Errorf("PutBucketPolicy with the merged policy: %v, want it %s", err, s.Put)
	}
	for _, role := range res.Roles { // so that nothing is found about them later
		_, err := st.cloud.Clients()[role.Account].IAM.DeleteRole(st.t.Context(), &iam.DeleteRoleInput{RoleName: &role.Name})
		st.must(err)
	}
}
