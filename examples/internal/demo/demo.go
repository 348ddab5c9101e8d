// Package demo is the stage of the example programs: two accounts of an in-memory AWS with a bucket each, and a transfer between them. On AWS, clients
// come from xacct.NewAccountClients instead, and everything else stays the same.
package demo

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// The two accounts.
const (
	AccountA = "111122223333" // owns the source, the roles and the task
	AccountB = "444455556666" // owns the destination
)

// Cloud is the two accounts, with objects in the source, and a bucket of A's for manifests and reports. Runs take about a second.
func Cloud() *xaccttest.Cloud {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) {
		o.Phases = xaccttest.Phases{Creating: 20 * time.Millisecond, Launching: 200 * time.Millisecond, Preparing: 200 * time.Millisecond,
			Transferring: 600 * time.Millisecond, Verifying: 200 * time.Millisecond}
	})
	cloud.AddBucket(AccountA, "eu-west-1", "media-raw")
	cloud.AddBucket(AccountA, "us-east-2", "media-lists")
	cloud.AddBucket(AccountB, "us-east-2", "media-archive")
	for day := 1; day <= 3; day++ {
		for i := range 20 {
			cloud.PutObject("media-raw", fmt.Sprintf("dt=2026-03-%02d/clip-%02d.mov", day, i), make([]byte, 1000+i))
		}
	}
	return cloud
}

// Transfer copies the source into the destination.
func Transfer(cloud *xaccttest.Cloud) xacct.Transfer {
	return xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: AccountA, Region: "eu-west-1", Bucket: "media-raw"},
		Destination: xacct.Endpoint{Account: AccountB, Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN(AccountA)},
	}
}

// Ready is a transfer that has been set up.
type Ready struct {
	Clients xacct.Clients
	Plan    *xacct.Plan
	Result  *xacct.Result
	TaskARN string
	API     xacct.DataSyncAPI // of the task's account and Region
}

// SetUp plans and applies the transfer.
func SetUp(ctx context.Context, clients xacct.Clients, t xacct.Transfer) (Ready, error) {
	plan, err := xacct.NewPlan(ctx, clients, []xacct.Transfer{t})
	if err != nil {
		return Ready{}, err
	}
	result, err := plan.Apply(ctx, clients)
	if err != nil {
		return Ready{}, err
	}
	r := Ready{Clients: clients, Plan: plan, Result: result, TaskARN: result.TaskARN(t.Name)}
	r.API, err = clients.DataSync(r.TaskARN)
	return r, err
}

// Often looks at a run as often as one that takes a second needs.
func Often(o *task.WatchOptions) { o.MinDelay, o.MaxDelay = 50*time.Millisecond, 50*time.Millisecond }

// Main runs a program until it ends or is interrupted, and prints its error and what to do about it.
func Main(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	for _, hint := range xacct.Hints(err) {
		fmt.Fprintln(os.Stderr, "  hint:", hint)
	}
	os.Exit(1)
}
