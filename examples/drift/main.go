// Command drift looks whether anything of what was set up for many transfers differs from what they ask for, as a scheduler would every night. It changes
// nothing, and its exit status is 1 if something differs or could not be compared. It does so on an in-memory AWS, where somebody has changed a policy:
//
//	go run ./examples/drift
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/xacct/xacct"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cloud, transfers, err := setUp(ctx)
	if err == nil {
		cloud.SetBucketPolicy("archive-logs", nil) // somebody deletes the policy of a bucket
		// On AWS, each account has an aws.Config with credentials of its own:
		//
		//	clients := xacct.Clients{
		//		"111122223333": xacct.NewAccountClients(sourceConfig),
		//		"444455556666": xacct.NewAccountClients(destinationConfig),
		//	}
		err = run(ctx, os.Stdout, cloud.Clients(), transfers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "  hint:", hint)
		}
		os.Exit(1)
	}
}

// errDiffers says that somebody should look at what was printed.
var errDiffers = errors.New("what was set up differs from what the transfers ask for, or could not be compared: plan without Drift, and apply")

func run(ctx context.Context, out io.Writer, clients xacct.Clients, transfers []xacct.Transfer) error {
	p, err := xacct.NewPlan(ctx, clients, transfers, func(o *xacct.PlanOptions) { o.Drift = true })
	if err != nil {
		return err
	}
	fmt.Fprintln(out, p)
	clean := p.Empty()
	for _, f := range p.Findings { // what is gone, what could not be read, and what stands by a report alone
		clean = clean && f.Severity == xacct.Info
	}
	if !clean {
		return errDiffers
	}
	return nil
}
