package xacct

import (
	"context"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
)

// force is what is in force for a transfer: the ARN of its task, "" if there is none or it is not clear which, and the documents.
type force struct {
	taskARN   string
	documents []snapshot.InForce
}

// readInForce reads what is in force for the transfer.
func readInForce(ctx context.Context, c client.Set, t *transfer.Transfer) (force, error) {
	transfers := []*transfer.Transfer{t}
	if err := transfer.Validate(transfers); err != nil {
		return force{}, err
	}
	read, err := readAll(ctx, c, transfers, 0, nil)
	if err != nil {
		return force{}, err
	}
	snap := read.snapshot
	out := force{documents: snap.DocumentsInForce(t)}
	if task, err := snap.OurTask(desired.Of(transfers).Tasks[0]); err == nil && task.Exists {
		out.taskARN = task.ARN
	}
	return out, nil
}
