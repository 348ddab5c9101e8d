// Command receipt copies, and prints the record of what was planned, ran and arrived. It does so on an in-memory AWS:
//
//	go run ./examples/receipt
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/xacct/xacct"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	// On AWS, each account has an aws.Config with credentials of its own:
	//
	//	clients := xacct.Clients{
	//		"111122223333": xacct.NewAccountClients(sourceConfig),
	//		"444455556666": xacct.NewAccountClients(destinationConfig),
	//	}
	clients := newCloud().Clients()
	if err := run(ctx, os.Stdout, clients); err != nil {
		fmt.Fprintln(os.Stderr, err)
		for _, hint := range xacct.Hints(err) {
			fmt.Fprintln(os.Stderr, "  hint:", hint)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, clients xacct.Clients) error {
	p, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{transfer}) // reads only
	if err != nil {
		return err
	}
	result, err := p.Apply(ctx, clients)
	if err != nil {
		return err
	}
	execution, err := p.Start(ctx, clients, result, transfer.Name)
	if err != nil {
		return err
	}
	outcome, runErr := execution.Wait(ctx, lookOften)
	if outcome == nil {
		return runErr
	}
	receipt, err := execution.Receipt(ctx) // also of a run that failed
	if err != nil {
		return errors.Join(runErr, err)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return errors.Join(runErr, e.Encode(receipt))
}
