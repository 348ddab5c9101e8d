package survey

import (
	"context"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/transfer"
)

// force is what is in force for a transfer: the ARN of its task, "" if there is none or it is not clear which, and the documents.
type InForceDocuments struct {
	TaskARN   string
	Documents []snapshot.InForce
}

// InForce reads what is in force for the transfer.
func InForce(ctx context.Context, c client.Set, t *transfer.Transfer) (InForceDocuments, error) {
	transfers := []*transfer.Transfer{t}
	if err := transfer.Validate(transfers); err != nil {
		return InForceDocuments{}, err
	}
	read, err := Read(ctx, c, transfers, 0, nil)
	if err != nil {
		return InForceDocuments{}, err
	}
	snap := read.Snapshot
	out := InForceDocuments{Documents: snap.DocumentsInForce(t)}
	if task, err := snap.OurTask(desired.Of(transfers).Tasks[0]); err == nil && task.Exists {
		out.TaskARN = task.ARN
	}
	return out, nil
}
