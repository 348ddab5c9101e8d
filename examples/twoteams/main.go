// Command twoteams plays a transfer between two teams of which one has no Go and no xacct: the owner of the destination's bucket gets a folder, looks at
// it, runs its script with the AWS CLI, and hands a report back, by which the source's team plans and runs the task. Afterwards the owner undoes it, and by
// the report of that the last roles go. All of it happens on an in-memory AWS; the folder stays, to be looked at.
//
//	go run ./examples/twoteams -dir /tmp/for-the-owner
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/handover"
	"github.com/xacct/xacct/xaccttest"
)

func main() {
	dir := flag.String("dir", "", "the folder for the owner, which must be empty or not exist; by default one is made for the moment")
	flag.Parse()
	cloud := newCloud()
	if err := play(context.Background(), os.Stdout, cloud, *dir, byScript(cloud)); err != nil {
		fmt.Fprintln(os.Stderr, "twoteams:", err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "hint:", hint)
		}
		os.Exit(1)
	}
}

// owner does the owner's part with a script of the folder, and returns its report as JSON.
type owner func(ctx context.Context, out io.Writer, dir, script string, p *xacct.Plan) ([]byte, error)

// play plays both teams. The source's team has no clients of the owner's account at any time.
func play(ctx context.Context, out io.Writer, cloud *xaccttest.Cloud, dir string, do owner) error {
	source := clientsOf(cloud, sourceTeam)
	transfers := []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: sourceTeam, Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: ownerTeam, Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN(sourceTeam)},
	}}
	policy, before := string(cloud.BucketPolicy("media-archive")), dump(cloud)

	fmt.Fprintln(out, "The source's team plans, makes its roles, and hands the rest over.")
	p, err := xacct.NewPlan(ctx, source, transfers)
	if err != nil {
		return err
	}
	if _, err := p.Apply(ctx, source); err != nil {
		return err
	}
	if dir, err = handOver(out, p, dir); err != nil {
		return err
	}

	fmt.Fprintln(out, "The owner reads README.md, compares the digest, and runs script.sh, twice.")
	var report []byte
	for range 2 {
		if report, err = do(ctx, out, dir, "script.sh", p); err != nil {
			return err
		}
	}

	fmt.Fprintln(out, "The owner hands the report back. The source's team plans by it, goes on, and runs the task.")
	reported, err := handedBack(out, report)
	if err != nil {
		return err
	}
	if p, err = xacct.NewPlan(ctx, source, transfers, reported); err != nil {
		return err
	}
	if err := copyObjects(ctx, out, source, p); err != nil {
		return err
	}

	if err := takeBack(ctx, out, source, transfers, dir, do); err != nil {
		return err
	}
	if after := dump(cloud); after != before {
		return fmt.Errorf("the accounts are not as before:\n%s", after)
	}
	fmt.Fprintf(out, "Both accounts are as before but for the %d objects that have arrived, and the bucket's policy is as before: %t. The folder is %s\n",
		len(cloud.Objects("media-archive")), policy == string(cloud.BucketPolicy("media-archive")), dir)
	return nil
}

// takeBack takes away what both teams made: task and locations, the statements by the owner's script, and the roles by the owner's report.
func takeBack(ctx context.Context, out io.Writer, source xacct.Clients, transfers []xacct.Transfer, dir string, do owner) error {
	fmt.Fprintln(out, "The source's team takes the task and its locations away. Then the owner undoes the rest, and hands the report of that back.")
	down, err := xacct.NewDestroyPlan(ctx, source, transfers)
	if err != nil {
		return err
	}
	if _, err := down.Apply(ctx, source); err != nil {
		return err
	}
	report, err := do(ctx, out, dir, "undo.sh", down)
	if err != nil {
		return err
	}
	reported, err := handedBack(out, report)
	if err != nil {
		return err
	}

	fmt.Fprintln(out, "The source's team takes the owner's word that no policy names its roles any more, and deletes them.")
	last, err := xacct.NewDestroyPlan(ctx, source, transfers, reported, func(o *xacct.PlanOptions) {
		o.Override = []string{xacct.CodeReportedRemoval}
	})
	if err != nil {
		return err
	}
	_, err = last.Apply(ctx, source)
	return err
}

// dump is all that both accounts have, but objects and what AWS makes on its own behalf.
func dump(cloud *xaccttest.Cloud) string {
	return cloud.Dump(func(o *xaccttest.DumpOptions) { o.NoObjects, o.NoServiceLinkedRoles = true, true })
}

// handedBack reads a report, and returns the option of a plan that goes by it.
func handedBack(out io.Writer, report []byte) (func(*xacct.PlanOptions), error) {
	var r xacct.Result
	if err := json.Unmarshal(report, &r); err != nil {
		return nil, fmt.Errorf("the report: %w", err)
	}
	fmt.Fprintln(out, indent("the report says: "+r.String()))
	return func(o *xacct.PlanOptions) { o.Reported = []*xacct.Result{&r} }, nil
}

// handOver makes the folder for the owner and tells its digest, which goes another way than the folder.
func handOver(out io.Writer, p *xacct.Plan, dir string) (string, error) {
	b, err := handover.New(p, ownerTeam)
	if err != nil {
		return "", err
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "twoteams-"); err != nil {
			return "", err
		}
	}
	if err := b.WriteDir(dir); err != nil {
		return "", err
	}
	fmt.Fprintf(out, "  the digest, to be told by telephone: %s\n", b.Digest())
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		fmt.Fprintf(out, "  %s\n", e.Name())
	}
	return filepath.Abs(dir)
}

// copyObjects makes the locations and the task, which the owner's statements allow now, and runs the task. That the owner will own the objects is known
// by the report.
func copyObjects(ctx context.Context, out io.Writer, source xacct.Clients, p *xacct.Plan) error {
	r, err := p.Apply(ctx, source)
	if err != nil {
		return err
	}
	run, err := p.Start(ctx, source, r, "media-archive")
	if err != nil {
		return err
	}
	outcome, err := run.Wait(ctx, lookOften)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "  %s\n", outcome.Verdict)
	return nil
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
