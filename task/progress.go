package task

import (
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/internal/text"
)

// Counters are DataSync's counters of a run. Files are objects; in a BASIC run, directories too. Counters that a mode does not have are 0.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html
type Counters struct {
	EstimatedFiles, EstimatedBytes int64 // what is to be transferred; grows while the run compares or lists
	EstimatedDeletes               int64
	Files                          int64 // transferred; may end below or above the estimate
	BytesWritten                   int64 // at the destination
	BytesTransferred               int64 // over the network, before compression
	Skipped, Verified, Deleted     int64
	Listed, Prepared               int64 // ENHANCED only: objects found at the source, and compared

	Folders FolderCounters `json:",omitzero"` // ENHANCED only; a BASIC run counts folders as files

	// Files and folders that failed, by the step in which they failed. ENHANCED only.
	FailedList, FailedPrepare, FailedTransfer, FailedVerify, FailedDelete int64
}

// FolderCounters count the folders of an ENHANCED run, including the objects that represent folders. Skipped and failed folders are counted with the
// files. Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html
type FolderCounters struct {
	Estimated, EstimatedDeletes, Listed, Prepared, Transferred, Verified, Deleted int64
}

// Failed returns the number of files and folders that failed in any step.
func (c Counters) Failed() int64 {
	return c.FailedList + c.FailedPrepare + c.FailedTransfer + c.FailedVerify + c.FailedDelete
}

// Progress is the state of a run at one moment.
type Progress struct {
	ExecutionARN string
	Status       dstypes.TaskExecutionStatus
	Mode         dstypes.TaskMode
	Counters     Counters

	// Percent is the part of the estimate that is done, from 0 to 100. It is 100 only if the run ended as SUCCESS, and -1 if it is unknown.
	Percent    float64
	Estimating bool // true while the estimate grows, so that Percent may fall

	// Phase is PREPARING, TRANSFERRING or VERIFYING in a BASIC run, which does them one after the other. It is "" in other phases, and in an
	// ENHANCED run, which does all of them at once.
	Phase dstypes.TaskExecutionStatus

	Queued         time.Duration // time that the run waited or has been waiting for other runs of its task; 0 also if DataSync does not say
	Elapsed        time.Duration // time since it left the queue; 0 before that, or if DataSync does not say
	BytesPerSecond float64       // rate of writing over the last samples; 0 while it is not transferring, and in the first Progress
	Remaining      time.Duration // estimated time until all is transferred; 0 if the estimate grows or the rate is not steady

	Outcome *Outcome // set in the last Progress of a run, else nil
}

// String returns one line, such as "TRANSFERRING 41%, 12 of 30 objects, 1536 of 4096 bytes".
func (p Progress) String() string {
	line := text.Escape(string(p.Status))
	if p.Percent >= 0 {
		line += fmt.Sprintf(" %d%%", int(p.Percent))
	}
	if c := p.Counters; c.EstimatedFiles > 0 || c.Files > 0 {
		line += fmt.Sprintf(", %d of %d objects, %d of %d bytes", c.Files, c.EstimatedFiles, c.BytesWritten, c.EstimatedBytes)
	}
	if p.Estimating {
		line += ", estimating"
	}
	if p.Remaining > 0 {
		line += fmt.Sprintf(", %s to go", p.Remaining.Round(time.Second))
	}
	return line
}

// watcher makes each Progress from DataSync's present description of the run and the earlier ones.
type watcher struct {
	execution *Execution
	looked    bool
	last      Counters
	stopping  bool // CANCELLING was seen
	meter     meter
}

func (w *watcher) progress(out *datasync.DescribeTaskExecutionOutput) Progress {
	w.stopping = w.stopping || out.Status == dstypes.TaskExecutionStatusCancelling
	c := counters(out)
	p := Progress{ExecutionARN: w.execution.arn, Status: out.Status, Mode: out.TaskMode, Counters: c}
	p.Estimating = w.estimating(p)
	p.Percent = percent(p)
	p.Phase = phase(p)
	now := time.Now()
	p.Queued, p.Elapsed = times(out, now)
	w.meter.add(moving(p), now, c.BytesWritten)
	rate, steady := w.meter.rate()
	p.BytesPerSecond = rate
	if left := c.EstimatedBytes - c.BytesWritten; steady && !p.Estimating && left > 0 {
		if nanoseconds := float64(left) / rate * float64(time.Second); nanoseconds < math.MaxInt64 { // a longer time does not fit a Duration and stays unknown
			p.Remaining = time.Duration(nanoseconds)
		}
	}
	if terminal(out.Status) {
		p.Outcome = outcome(out, c, w.execution.arn, w.stopping || w.execution.cancelled.Load())
		p.Outcome.RequestID = w.execution.requestID
		p.Outcome.leaveOut(len(w.execution.notRetriable))
	}
	w.looked, w.last = true, c
	return p
}

func phase(p Progress) dstypes.TaskExecutionStatus {
	switch p.Status {
	case dstypes.TaskExecutionStatusPreparing, dstypes.TaskExecutionStatusTransferring, dstypes.TaskExecutionStatusVerifying:
		if p.Mode != dstypes.TaskModeEnhanced {
			return p.Status
		}
	}
	return ""
}

// times returns how long a run waited and how long it has been running. queued is 0 for a run that has neither the status QUEUED nor a launch time.
func times(out *datasync.DescribeTaskExecutionOutput, now time.Time) (queued, elapsed time.Duration) {
	end := now
	if out.EndTime != nil {
		end = *out.EndTime
	}
	switch {
	case out.LaunchTime != nil:
		elapsed = end.Sub(*out.LaunchTime)
		if out.StartTime != nil {
			queued = out.LaunchTime.Sub(*out.StartTime)
		}
	case out.StartTime != nil && out.Status == dstypes.TaskExecutionStatusQueued:
		queued = now.Sub(*out.StartTime)
	}
	return max(queued, 0), max(elapsed, 0)
}

// early reports whether a run with the status has not begun to transfer.
func early(s dstypes.TaskExecutionStatus) bool {
	switch s {
	case dstypes.TaskExecutionStatusQueued, dstypes.TaskExecutionStatusLaunching, "LAUNCHED", dstypes.TaskExecutionStatusPreparing:
		return true
	}
	return false
}

// moving reports whether the run may be writing. An ENHANCED run prepares, transfers and verifies at the same time, whatever its status.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html
func moving(p Progress) bool {
	switch p.Status {
	case dstypes.TaskExecutionStatusTransferring:
		return true
	case dstypes.TaskExecutionStatusPreparing, dstypes.TaskExecutionStatusVerifying:
		return p.Mode == dstypes.TaskModeEnhanced
	}
	return false
}

// estimating reports whether the estimate may still grow. An ENHANCED run lists while it transfers; its estimate counts as final once it stops
// growing.
func (w *watcher) estimating(p Progress) bool {
	switch {
	case terminal(p.Status):
		return false
	case early(p.Status):
		return true
	case p.Mode != dstypes.TaskModeEnhanced || !moving(p):
		return false
	}
	c := p.Counters
	return !w.looked || c.Listed > w.last.Listed || c.EstimatedFiles > w.last.EstimatedFiles || c.EstimatedBytes > w.last.EstimatedBytes
}

// percent returns the part that is done, by bytes, or by objects if there are no bytes to write. It stays below 100 until the run ended as SUCCESS,
// because objects are verified after all bytes are written. A SUCCESS is 100 even if there was nothing to do.
func percent(p Progress) float64 {
	c := p.Counters
	switch {
	case p.Status == dstypes.TaskExecutionStatusSuccess:
		return 100
	case early(p.Status) && !moving(p):
		return -1
	case c.EstimatedBytes > 0:
		return part(c.BytesWritten, c.EstimatedBytes)
	case c.EstimatedFiles > 0:
		return part(c.Files, c.EstimatedFiles)
	}
	return -1
}

// part returns n as a percentage of whole, limited to 0 to 99.
func part(n, whole int64) float64 { return max(0, min(99, 100*float64(n)/float64(whole))) }

func counters(out *datasync.DescribeTaskExecutionOutput) Counters {
	c := Counters{
		EstimatedFiles: out.EstimatedFilesToTransfer, EstimatedBytes: out.EstimatedBytesToTransfer, EstimatedDeletes: out.EstimatedFilesToDelete,
		Files: out.FilesTransferred, BytesWritten: out.BytesWritten, BytesTransferred: out.BytesTransferred,
		Skipped: out.FilesSkipped + aws.ToInt64(out.FoldersSkipped), Verified: out.FilesVerified, Deleted: out.FilesDeleted, Prepared: out.FilesPrepared,
	}
	if l := out.FilesListed; l != nil {
		c.Listed = l.AtSource
	}
	c.Folders = FolderCounters{
		Estimated: aws.ToInt64(out.EstimatedFoldersToTransfer), EstimatedDeletes: aws.ToInt64(out.EstimatedFoldersToDelete), Prepared: aws.ToInt64(out.FoldersPrepared),
		Transferred: aws.ToInt64(out.FoldersTransferred), Verified: aws.ToInt64(out.FoldersVerified), Deleted: aws.ToInt64(out.FoldersDeleted),
	}
	if l := out.FoldersListed; l != nil {
		c.Folders.Listed = l.AtSource
	}
	if f := out.FilesFailed; f != nil {
		c.FailedPrepare, c.FailedTransfer, c.FailedVerify, c.FailedDelete = f.Prepare, f.Transfer, f.Verify, f.Delete
	}
	if f := out.FoldersFailed; f != nil {
		c.FailedList += f.List
		c.FailedPrepare += f.Prepare
		c.FailedTransfer += f.Transfer
		c.FailedVerify += f.Verify
		c.FailedDelete += f.Delete
	}
	return c
}
