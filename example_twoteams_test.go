package xacct_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/xaccttest"
)

// Two teams, each with credentials of its own account only. What passes between them is JSON: the part of the plan one way, the report the other way.
// docs/two-teams.md tells the same in words.
func Example_twoTeams() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} }) // runs take no time
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}
	ours := xacct.Clients{"111122223333": cloud.ClientsAs(cloud.OperatorARN("111122223333"))}
	theirs := xacct.Clients{"444455556666": cloud.ClientsAs(cloud.OperatorARN("444455556666"))}
	transfers := []xacct.Transfer{transfer}

	fmt.Println("The task account plans, and makes what it can.")
	p, err := xacct.NewPlan(ctx, ours, transfers)
	fatal(err)
	_, err = p.Apply(ctx, ours)
	fatal(err)
	for _, c := range p.Held() {
		fmt.Println(" ", c.Kind, c.Name, "waits for", c.Account)
	}
	part, err := json.Marshal(p.For("444455556666")) // goes to the other team
	fatal(err)

	fmt.Println("The bucket's owner applies that part, and reports.")
	report := applyPart(ctx, theirs, part)

	fmt.Println("The task account goes on by that report, and runs the task.")
	p, err = xacct.NewPlan(ctx, ours, transfers, byReport(report))
	fatal(err)
	result, err := p.Apply(ctx, ours)
	fatal(err)
	fmt.Println(" ", result.Count(xacct.Done), "done,", result.Count(xacct.Waiting), "waiting")
	run, err := p.Start(ctx, ours, result, transfer.Name)
	fatal(err)
	outcome, err := run.Wait(ctx)
	fatal(err)
	receipt, err := run.Receipt(ctx)
	fatal(err)
	_, byWord := receipt.OwnershipConfirmed["media-archive"] // whose word it is; the report says BucketOwnerEnforced
	fmt.Println(" ", outcome.Verdict, "- who owns the objects is known by the report:", byWord)

	fmt.Println("The task account takes away what it can.")
	p, err = xacct.NewDestroyPlan(ctx, ours, transfers)
	fatal(err)
	_, err = p.Apply(ctx, ours)
	fatal(err)
	for _, c := range p.Held() {
		fmt.Println(" ", c.Kind, c.Name, "is held back")
	}
	part, err = json.Marshal(p.For("444455556666"))
	fatal(err)

	fmt.Println("The bucket's owner takes the statements out, and reports.")
	report = applyPart(ctx, theirs, part)

	fmt.Println("The task account deletes the last role, on the owner's word.")
	p, err = xacct.NewDestroyPlan(ctx, ours, transfers, byReport(report), func(o *xacct.PlanOptions) { o.Override = []string{xacct.CodeReportedRemoval} })
	fatal(err)
	_, err = p.Apply(ctx, ours)
	fatal(err)
	p, err = xacct.NewDestroyPlan(ctx, ours, transfers, byReport(report)) // the report still counts, so that nothing is held back
	fatal(err)
	fmt.Println("  nothing is left:", p.Empty() && len(p.Held()) == 0)
	// Output:
	// The task account plans, and makes what it can.
	//   bucket-policy media-archive waits for 444455556666
	// The bucket's owner applies that part, and reports.
	// The task account goes on by that report, and runs the task.
	//   2 done, 0 waiting
	//   complete - who owns the objects is known by the report: true
	// The task account takes away what it can.
	//   iam-role media-archive-destination is held back
	//   bucket-policy media-archive is held back
	// The bucket's owner takes the statements out, and reports.
	// The task account deletes the last role, on the owner's word.
	//   nothing is left: true
}

// applyPart is what the other team does with the part of the plan that it got: it reads it, approves it, applies it, and hands the report back.
func applyPart(ctx context.Context, theirs xacct.Clients, part []byte) []byte {
	var p xacct.Plan
	fatal(json.Unmarshal(part, &p)) // to be looked at: fmt.Println(&p), or a page of package review
	result, err := p.Apply(ctx, theirs)
	fatal(err)
	report, err := json.Marshal(result.Report()) // no statement of others is in it
	fatal(err)
	return report
}

// byReport plans with a report.
func byReport(report []byte) func(*xacct.PlanOptions) {
	var r xacct.Result
	fatal(json.Unmarshal(report, &r))
	return func(o *xacct.PlanOptions) { o.Reported = []*xacct.Result{&r} }
}

func fatal(err error) {
	if err != nil {
		log.Fatal(err, xacct.Hints(err))
	}
}
