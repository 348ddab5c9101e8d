package xaccttest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/task"
)

// look is one line about a run: its status, how far each work is, the bytes, and the status of each phase.
func look(e *datasync.DescribeTaskExecutionOutput) string {
	listed := int64(-1) // not counted in this mode
	if e.FilesListed != nil {
		listed = e.FilesListed.AtSource
	}
	initial := func(s dstypes.PhaseStatus) string { return string(s[:1]) }
	return fmt.Sprintf("%s listed %d prepared %d estimated %d/%d done %d/%d verified %d %s%s%s", e.Status, listed, e.FilesPrepared, e.EstimatedFilesToTransfer,
		e.EstimatedBytesToTransfer, e.FilesTransferred, e.BytesWritten, e.FilesVerified,
		initial(e.Result.PrepareStatus), initial(e.Result.TransferStatus), initial(e.Result.VerifyStatus))
}

// A BASIC run does one after the other, an ENHANCED run everything at once.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/transfer-performance-counters.html,
// https://docs.aws.amazon.com/datasync/latest/userguide/choosing-task-mode.html
func TestCountersGrow(t *testing.T) {
	for _, tt := range []struct {
		name     string
		mode     dstypes.TaskMode
		transfer dstypes.TransferMode
		want     []string // every ten seconds, and after five seconds of preparing
	}{
		{"basic", dstypes.TaskModeBasic, dstypes.TransferModeChanged, []string{
			"LAUNCHING listed -1 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"PREPARING listed -1 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"PREPARING listed -1 prepared 0 estimated 5/10 done 0/0 verified 0 PPP",
			"TRANSFERRING listed -1 prepared 0 estimated 10/20 done 0/0 verified 0 SPP",
			"TRANSFERRING listed -1 prepared 0 estimated 10/20 done 2/4 verified 0 SPP",
			"TRANSFERRING listed -1 prepared 0 estimated 10/20 done 5/10 verified 0 SPP",
			"TRANSFERRING listed -1 prepared 0 estimated 10/20 done 7/14 verified 0 SPP",
			"VERIFYING listed -1 prepared 0 estimated 10/20 done 10/20 verified 0 SSP",
			"SUCCESS listed -1 prepared 0 estimated 10/20 done 10/20 verified 10 SSS",
		}},
		{"enhanced", dstypes.TaskModeEnhanced, dstypes.TransferModeChanged, []string{
			"LAUNCHING listed 0 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"PREPARING listed 0 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"PREPARING listed 1 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"TRANSFERRING listed 3 prepared 1 estimated 1/2 done 0/0 verified 0 PPP",
			"TRANSFERRING listed 6 prepared 4 estimated 4/8 done 2/4 verified 0 PPP",
			"TRANSFERRING listed 10 prepared 7 estimated 7/14 done 5/10 verified 2 PPP",
			"TRANSFERRING listed 10 prepared 10 estimated 10/20 done 7/14 verified 5 SPP",
			"VERIFYING listed 10 prepared 10 estimated 10/20 done 10/20 verified 7 SSP",
			"SUCCESS listed 10 prepared 10 estimated 10/20 done 10/20 verified 10 SSS",
		}},
		{"enhanced, all", dstypes.TaskModeEnhanced, dstypes.TransferModeAll, []string{
			"LAUNCHING listed 0 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"TRANSFERRING listed 0 prepared 0 estimated 0/0 done 0/0 verified 0 PPP",
			"TRANSFERRING listed 2 prepared 0 estimated 1/2 done 1/2 verified 0 PPP",
			"TRANSFERRING listed 5 prepared 0 estimated 3/6 done 2/4 verified 0 PPP",
			"TRANSFERRING listed 10 prepared 0 estimated 6/12 done 5/10 verified 2 PPP",
			"TRANSFERRING listed 10 prepared 0 estimated 10/20 done 7/14 verified 5 SPP",
			"VERIFYING listed 10 prepared 0 estimated 10/20 done 10/20 verified 7 SSP",
			"SUCCESS listed 10 prepared 0 estimated 10/20 done 10/20 verified 10 SSS",
			"SUCCESS listed 10 prepared 0 estimated 10/20 done 10/20 verified 10 SSS",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inTime(t, func(w *world, source, destination string) {
				for n := range 10 {
					w.put(fmt.Sprintf("a/%d=xx", n))
				}
				arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.TaskMode, in.Options = tt.mode, &dstypes.Options{TransferMode: tt.transfer}
				})
				time.Sleep(phases.Creating)
				run := w.start(arn)
				var got []string
				for _, pause := range []time.Duration{0, 10, 5, 5, 10, 10, 10, 10, 10} {
					time.Sleep(pause * time.Second)
					e := w.execution(run)
					got = append(got, look(e))
					if n := len(w.archive()); int64(n) != e.FilesTransferred {
						t.Errorf("%d objects, %d counted", n, e.FilesTransferred)
					}
					enhanced := tt.mode == dstypes.TaskModeEnhanced
					if (e.FilesFailed != nil) != enhanced || (e.FoldersListed != nil) != enhanced || (e.FoldersTransferred != nil) != enhanced {
						t.Errorf("counters of the other mode: %+v", e)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				e := w.execution(run)
				took := 70 * time.Second
				if tt.transfer == dstypes.TransferModeAll {
					took -= phases.Preparing // which is left out
				}
				if got := e.EndTime.Sub(*e.StartTime); got != took || *e.Result.TotalDuration != took.Milliseconds() {
					t.Errorf("took %v, %d ms", got, *e.Result.TotalDuration)
				}
				each := fmt.Sprint(*e.Result.PrepareDuration, *e.Result.TransferDuration, *e.Result.VerifyDuration)
				if want := map[dstypes.TaskMode]string{"BASIC": "10000 40000 10000", "ENHANCED": "0 0 0"}[tt.mode]; each != want {
					t.Errorf("the phases took %s, want %s", each, want)
				}
			})
		})
	}
}

// No work of a run overtakes the one before it, whatever there is to do and however often somebody looks.
func TestNothingOvertakes(t *testing.T) {
	for _, mode := range []dstypes.TaskMode{dstypes.TaskModeEnhanced, dstypes.TaskModeBasic} {
		for n := range 9 {
			inTime(t, func(w *world, source, destination string) {
				for i := range n {
					w.put(fmt.Sprintf("a/%d=xx", i))
				}
				if n > 3 {
					w.cloud.PutObject("media-archive", "b/old", []byte("o"))
				}
				arn := w.task(source, destination, func(in *datasync.CreateTaskInput) {
					in.TaskMode, in.Options = mode, &dstypes.Options{PreserveDeletedFiles: dstypes.PreserveDeletedFilesRemove}
				})
				time.Sleep(phases.Creating)
				run := w.start(arn)
				last := w.execution(run)
				for last.EndTime == nil {
					time.Sleep(time.Second)
					e := w.execution(run)
					if e.FilesVerified > e.FilesTransferred || e.FilesTransferred > e.EstimatedFilesToTransfer || e.FilesDeleted > e.EstimatedFilesToDelete ||
						e.FilesListed != nil && (e.FilesPrepared > e.FilesListed.AtSource || e.EstimatedFilesToDelete > e.FilesListed.AtDestinationForDelete) {
						t.Errorf("%s of %d: %s", mode, n, look(e))
					}
					if e.FilesVerified < last.FilesVerified || e.FilesTransferred < last.FilesTransferred || e.EstimatedFilesToTransfer < last.EstimatedFilesToTransfer || e.BytesWritten < last.BytesWritten {
						t.Errorf("%s of %d: %s after %s", mode, n, look(e), look(last))
					}
					if mode == dstypes.TaskModeBasic && (e.FilesTransferred > 0 && e.Status == dstypes.TaskExecutionStatusPreparing || e.FilesVerified > 0 && e.Status == dstypes.TaskExecutionStatusTransferring) {
						t.Errorf("two phases at once: %s", look(e))
					}
					last = e
				}
				if int(last.FilesTransferred) != n || int(last.FilesVerified) != n || (last.FilesDeleted == 1) != (n > 3) {
					t.Errorf("%s of %d: %s", mode, n, look(last))
				}
			})
		}
	}
}

// What is estimated grows while an ENHANCED run transfers, so that the percent of package task can fall, and says so.
func TestPercentFalls(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.put("a/1=xxxxxxxxxxxxxxxxxxxx", "a/2=x", "a/3=x", "a/4=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")
		arn := w.task(source, destination, nil)
		time.Sleep(phases.Creating)
		run := task.Attach(w.sync(dstRegion), w.start(arn))
		fell, last := false, -1.0
		for p, err := range run.Watch(w.ctx, func(o *task.WatchOptions) { o.MinDelay, o.MaxDelay = time.Second, time.Second }) {
			w.must(err)
			if p.Percent >= 0 && p.Percent < last {
				fell = true
				if !p.Estimating {
					t.Errorf("%v after %.0f%%, not estimating", p, last)
				}
			}
			last = p.Percent
		}
		if !fell || last != 100 {
			t.Errorf("fell: %t, ended at %.0f%%", fell, last)
		}
	})
}
