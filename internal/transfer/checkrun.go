package transfer

import (
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// CheckRun reports options of a run's own that do not fit the transfer.
func (t *Transfer) CheckRun(o task.Options) error {
	var l problem.List
	l.Check(!t.Destination.NoDelete || o.PreserveDeletedFiles != dstypes.PreserveDeletedFilesRemove, ruleNoDeleteRun, "Options.PreserveDeletedFiles", string(o.PreserveDeletedFiles))
	return l.Err()
}
