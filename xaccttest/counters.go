package xaccttest

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct/xaccttest/internal/clone"
)

// tally holds the counters of a run, for objects or for folders.
type tally struct {
	listed, listedForDelete                                 int64
	estimated, toDelete                                     int64
	transferred, skipped, verified, deleted                 int64
	failedPrepare, failedTransfer, failedVerify, failedDrop int64
}

// tally is the set of counters that an item belongs to.
func (e *execution) tally(it *item) *tally {
	if it.folder {
		return &e.prefixes
	}
	return &e.objects
}

// total adds the counters of objects and folders.
func (e *execution) total() tally {
	a, b := e.objects, e.prefixes
	return tally{a.listed + b.listed, a.listedForDelete + b.listedForDelete, a.estimated + b.estimated, a.toDelete + b.toDelete,
		a.transferred + b.transferred, a.skipped + b.skipped, a.verified + b.verified, a.deleted + b.deleted,
		a.failedPrepare + b.failedPrepare, a.failedTransfer + b.failedTransfer, a.failedVerify + b.failedVerify, a.failedDrop + b.failedDrop}
}

// describe is the execution as DescribeTaskExecution shows it.
func (e *execution) describe() *datasync.DescribeTaskExecutionOutput {
	out := &datasync.DescribeTaskExecutionOutput{
		TaskExecutionArn: aws.String(e.arn), Status: e.status(), TaskMode: e.mode, Options: ptr(clone.Of(e.options)),
		Includes: clone.Of(e.includes), Excludes: clone.Of(e.excludes), StartTime: aws.Time(e.requested.UTC()),
		EstimatedBytesToTransfer: e.estimatedBytes, BytesTransferred: e.bytes, BytesCompressed: e.bytes, BytesWritten: e.bytes,
		Result:         e.result(),
		ManifestConfig: clone.Of(e.manifest), TaskReportConfig: clone.Of(e.report), ReportResult: clone.Of(e.reportResult),
	}
	if e.report != nil && e.reportResult == nil {
		out.ReportResult = &dstypes.ReportResult{Status: dstypes.PhaseStatusPending}
	}
	if e.mode == dstypes.TaskModeEnhanced {
		e.countApart(out)
	} else {
		e.countTogether(out)
	}
	if !e.launched.IsZero() {
		out.LaunchTime = aws.Time(e.launched.UTC())
	}
	if !e.ended.IsZero() {
		out.EndTime = aws.Time(e.ended.UTC())
	}
	return out
}

// countTogether sets the counters of BASIC mode: folders count as files, files to delete are part of the files to transfer, and failures are
// counted as skipped.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html (that failures are skips is assumed)
func (e *execution) countTogether(out *datasync.DescribeTaskExecutionOutput) {
	n := e.total()
	out.EstimatedFilesToTransfer, out.EstimatedFilesToDelete = n.estimated+n.toDelete, n.toDelete
	out.FilesTransferred, out.FilesVerified, out.FilesDeleted = n.transferred, n.verified, n.deleted
	out.FilesSkipped = n.skipped + n.failedPrepare + n.failedTransfer
}

// countApart sets the counters of ENHANCED mode, which counts objects and folders apart.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html
func (e *execution) countApart(out *datasync.DescribeTaskExecutionOutput) {
	n, f := e.objects, e.prefixes
	out.EstimatedFilesToTransfer, out.EstimatedFilesToDelete = n.estimated, n.toDelete
	out.FilesTransferred, out.FilesSkipped, out.FilesVerified, out.FilesDeleted = n.transferred, n.skipped, n.verified, n.deleted
	out.FilesListed = &dstypes.TaskExecutionFilesListedDetail{AtSource: n.listed, AtDestinationForDelete: n.listedForDelete}
	out.FilesFailed = &dstypes.TaskExecutionFilesFailedDetail{Prepare: n.failedPrepare, Transfer: n.failedTransfer, Verify: n.failedVerify, Delete: n.failedDrop}
	out.EstimatedFoldersToTransfer, out.EstimatedFoldersToDelete = ptr(f.estimated), ptr(f.toDelete)
	out.FoldersTransferred, out.FoldersSkipped, out.FoldersVerified, out.FoldersDeleted = ptr(f.transferred), ptr(f.skipped), ptr(f.verified), ptr(f.deleted)
	out.FoldersListed = &dstypes.TaskExecutionFoldersListedDetail{AtSource: f.listed, AtDestinationForDelete: f.listedForDelete}
	out.FoldersFailed = &dstypes.TaskExecutionFoldersFailedDetail{Prepare: f.failedPrepare, Transfer: f.failedTransfer, Verify: f.failedVerify, Delete: f.failedDrop}
	out.FoldersPrepared = aws.Int64(0)
	if e.options.TransferMode != dstypes.TransferModeAll {
		out.FilesPrepared, out.FoldersPrepared = n.estimated, ptr(f.estimated)
	}
}

func (e *execution) result() *dstypes.TaskExecutionResultDetail {
	status := func(phase int, done bool) dstypes.PhaseStatus {
		switch {
		case done:
			return dstypes.PhaseStatusSuccess
		case e.failed && e.phase == phase:
			return dstypes.PhaseStatusError
		}
		return dstypes.PhaseStatusPending
	}
	r := &dstypes.TaskExecutionResultDetail{
		PrepareStatus: status(preparing, e.prepared()), TransferStatus: status(transferring, e.phase > transferring), VerifyStatus: status(verifying, e.phase > verifying),
		ErrorCode: stringOrNil(e.errorCode), ErrorDetail: stringOrNil(e.errorDetail),
	}
	if e.ended.IsZero() {
		return r
	}
	r.TotalDuration = milliseconds(e.ended.Sub(e.launched))
	if e.mode == dstypes.TaskModeEnhanced {
		r.PrepareDuration, r.TransferDuration, r.VerifyDuration = aws.Int64(0), aws.Int64(0), aws.Int64(0)
	} else {
		r.PrepareDuration, r.TransferDuration, r.VerifyDuration = e.spent(preparing), e.spent(transferring), e.spent(verifying)
	}
	if n := e.total(); !e.failed && n.failedPrepare+n.failedTransfer+n.failedVerify+n.failedDrop > 0 {
		// The texts are those of https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html.
		text := []string{"Transfer and verification completed."}
		if n.failedPrepare+n.failedTransfer+n.failedDrop > 0 {
			text = append(text, "Selected files transferred except for files skipped due to errors.")
		}
		if n.failedVerify > 0 {
			text = append(text, "Verification detected mismatches.")
		}
		r.ErrorDetail = aws.String(strings.Join(text, " "))
	}
	return r
}

// spent is how long an ended run was in a phase, in milliseconds.
func (e *execution) spent(phase int) *int64 {
	return milliseconds(min(e.takes(phase), max(0, e.ended.Sub(e.begins(phase)))))
}

func milliseconds(d time.Duration) *int64 { return aws.Int64(d.Milliseconds()) }

func ptr[T any](v T) *T { return &v }
