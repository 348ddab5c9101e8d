package survey

import (
	"context"

	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/desired"
	"github.com/xacct/xacct/internal/snapshot"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/internal/transfer"
)

// Force is what is in force for a transfer.
type Force struct {
	TaskARN   string // "" if the transfer has no task or it is not certain which it is
	Documents []snapshot.Document
}

// InForce reads what is in force for the transfers, in their order. The error is that of an invalid transfer or of missing clients; a document that could
// not be read has an error of its own.
func InForce(ctx context.Context, c client.Set, transfers []*transfer.Transfer) ([]Force, error) {
	if err := transfer.Validate(transfers); err != nil {
		return nil, err
	}
	read, err := Read(ctx, c, transfers, 0, nil)
	if err != nil {
		return nil, err
	}
	out, at := make([]Force, len(transfers)), map[*transfer.Transfer]int{}
	for i, t := range transfers {
		at[t] = i
	}
	for _, w := range desired.Of(transfers).Tasks {
		i := at[w.Transfer]
		out[i].Documents = read.Snapshot.DocumentsInForce(w.Transfer)
		if task, err := read.Snapshot.OurTask(w); err == nil && task.Exists {
			out[i].TaskARN = task.ARN
		}
	}
	return out, nil
}

// Digests are the digests of the documents that were read, as the given function makes them, and why the others were not, both by what they belong to.
func (f Force) Digests(digest func([]byte) string) (have, unread map[string]string) {
	have, unread = map[string]string{}, map[string]string{}
	for _, d := range f.Documents {
		switch {
		case d.Err != nil:
			unread[d.Name] = text.OneLine(d.Err)
		case d.Document.IsZero():
			have[d.Name] = "none"
		default:
			have[d.Name] = digest(d.Document.Bytes())
		}
	}
	return have, unread
}
