// Package handover makes the folder that one account's operator gets who does not write Go: what a transfer asks of that account, as a runbook to read,
// as scripts for the AWS CLI, and as configuration of Terraform and CloudFormation.
//
//	b, err := handover.New(p, "444455556666")
//	// …
//	err = b.WriteDir("for-the-owner-of-media-archive")
//	fmt.Println(b.Digest()) // to be told another way than the folder
//
// The folder has README.md, which says who asks for what and why, and how to do it, prove it and undo it; review.html, the plan as a page; plan.json, the
// part of the plan for the account; statements, the policy documents one by one; and SHA256SUMS over all of them. The owner of a bucket or key gets
// script.sh and undo.sh, which change policies as carefully as xacct does: every byte of others stays. What the account can own itself stands in terraform
// and cloudformation.
//
// The scripts print a report as the JSON of a [xacct.Result]. Whoever handed the folder over plans by it:
//
//	var report xacct.Result
//	err := json.Unmarshal(data, &report)
//	// …
//	p, err = xacct.NewPlan(ctx, clients, transfers, func(o *xacct.PlanOptions) { o.Reported = []*xacct.Result{&report} })
//
// Like [xacct.Plan.Apply], New takes what it writes from the plan's transfers, never from the plan's texts.
package handover
