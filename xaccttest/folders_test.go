package xaccttest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// folders are the counters of folders of an ENHANCED run.
func folders(e *datasync.DescribeTaskExecutionOutput) string {
	n := func(v *int64) int64 { return aws.ToInt64(v) }
	return fmt.Sprintf("listed %d+%d prepared %d estimated %d-%d transferred %d skipped %d verified %d deleted %d failed %v", e.FoldersListed.AtSource,
		e.FoldersListed.AtDestinationForDelete, n(e.FoldersPrepared), n(e.EstimatedFoldersToTransfer), n(e.EstimatedFoldersToDelete), n(e.FoldersTransferred),
		n(e.FoldersSkipped), n(e.FoldersVerified), n(e.FoldersDeleted), e.FoldersFailed.Delete)
}

// files are the counters of files.
func files(e *datasync.DescribeTaskExecutionOutput) string {
	return fmt.Sprintf("estimated %d-%d transferred %d skipped %d verified %d deleted %d", e.EstimatedFilesToTransfer, e.EstimatedFilesToDelete,
		e.FilesTransferred, e.FilesSkipped, e.FilesVerified, e.FilesDeleted)
}

// Prefixes are folders, which ENHANCED mode counts apart and BASIC mode with the objects.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (objects that are folders)
func TestFolders(t *testing.T) {
	remove := func(o *dstypes.Options) { o.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove }
	for _, tt := range []struct {
		name                     string
		source, before           []string // name=body; an empty object whose name ends in / is a folder's own
		options                  func(*dstypes.Options)
		excludes                 string
		basic, enhanced, folders string // counters
	}{
		{name: "prefixes", source: []string{"a/1=x", "a/c/2=x", "a/c/d/3=x"},
			basic:    "estimated 5-0 transferred 5 skipped 0 verified 3 deleted 0",
			enhanced: "estimated 3-0 transferred 3 skipped 0 verified 3 deleted 0",
			folders:  "listed 2+0 prepared 2 estimated 2-0 transferred 2 skipped 0 verified 0 deleted 0 failed 0"},
		{name: "a prefix that is there", source: []string{"a/c/2=x", "a/e/3=x"}, before: []string{"b/c/old=o"},
			basic:    "estimated 3-0 transferred 3 skipped 0 verified 2 deleted 0",
			enhanced: "estimated 2-0 transferred 2 skipped 0 verified 2 deleted 0",
			folders:  "listed 2+0 prepared 1 estimated 1-0 transferred 1 skipped 0 verified 0 deleted 0 failed 0"},
		{name: "a folder's own object", source: []string{"a/c/=", "a/c/2=x", "a/empty=", "a/full/=x"},
			basic:    "estimated 4-0 transferred 4 skipped 0 verified 4 deleted 0",
			enhanced: "estimated 3-0 transferred 3 skipped 0 verified 3 deleted 0",
			folders:  "listed 1+0 prepared 1 estimated 1-0 transferred 1 skipped 0 verified 1 deleted 0 failed 0"},
		{name: "a folder that cannot be transferred", source: []string{"a/c//=", "a/1=x"},
			basic:    "estimated 1-0 transferred 1 skipped 1 verified 1 deleted 0",
			enhanced: "estimated 1-0 transferred 1 skipped 0 verified 1 deleted 0",
			folders:  "listed 1+0 prepared 0 estimated 0-0 transferred 0 skipped 1 verified 0 deleted 0 failed 0"},
		{name: "all", source: []string{"a/c/2=x"}, before: []string{"b/c/old=o"}, options: func(o *dstypes.Options) { o.TransferMode = dstypes.TransferModeAll },
			basic:    "estimated 2-0 transferred 2 skipped 0 verified 1 deleted 0",
			enhanced: "estimated 1-0 transferred 1 skipped 0 verified 1 deleted 0",
			folders:  "listed 1+0 prepared 0 estimated 1-0 transferred 1 skipped 0 verified 0 deleted 0 failed 0"},
		{name: "excluded", source: []string{"a/c/2.tmp=x", "a/d/3=x", "a/d/3.tmp=x"}, excludes: "*.tmp",
			basic:    "estimated 2-0 transferred 2 skipped 0 verified 1 deleted 0",
			enhanced: "estimated 1-0 transferred 1 skipped 0 verified 1 deleted 0",
			folders:  "listed 2+0 prepared 1 estimated 1-0 transferred 1 skipped 0 verified 0 deleted 0 failed 0"},
		{name: "removed", source: []string{"a/c/2=x"}, before: []string{"b/c/old=o", "b/d/e/old=o", "b/f/="}, options: remove,
			basic:    "estimated 6-5 transferred 1 skipped 0 verified 1 deleted 5",
			enhanced: "estimated 1-2 transferred 1 skipped 0 verified 1 deleted 2",
			folders:  "listed 1+4 prepared 0 estimated 0-3 transferred 0 skipped 0 verified 0 deleted 3 failed 0"},
		{name: "something stays in it", source: []string{"a/1=x"}, before: []string{"b/d/old=o", "b/d/e/stays.tmp=o"}, options: remove, excludes: "*.tmp",
			basic:    "estimated 2-1 transferred 1 skipped 0 verified 1 deleted 1",
			enhanced: "estimated 1-1 transferred 1 skipped 0 verified 1 deleted 1",
			folders:  "listed 0+2 prepared 0 estimated 0-0 transferred 0 skipped 0 verified 0 deleted 0 failed 0"},
	} {
		for _, mode := range []dstypes.TaskMode{dstypes.TaskModeBasic, dstypes.TaskModeEnhanced} {
			t.Run(tt.name+" "+string(mode), func(t *testing.T) {
				inTime(t, func(w *world, source, destination string) {
					w.put(tt.source...)
					w.putInto("media-archive", tt.before...)
					e := w.finish(w.task(source, destination, func(in *datasync.CreateTaskInput) {
						in.TaskMode, in.Options = mode, &dstypes.Options{VerifyMode: dstypes.VerifyModeOnlyFilesTransferred}
						if tt.options != nil {
							tt.options(in.Options)
						}
						if tt.excludes != "" {
							in.Excludes = []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: aws.String(tt.excludes)}}
						}
					}))
					if mode == dstypes.TaskModeBasic {
						if diff := cmp.Diff(tt.basic, files(e)); diff != "" {
							t.Errorf("-want +got:\n%s", diff)
						}
						return
					}
					if diff := cmp.Diff([]string{tt.enhanced, tt.folders}, []string{files(e), folders(e)}); diff != "" {
						t.Errorf("-want +got:\n%s", diff)
					}
				})
			})
		}
	}
}

// A folder goes only if all that is in it went.
func TestFolderThatCannotBeDeleted(t *testing.T) {
	inTime(t, func(w *world, source, destination string) {
		w.putInto("media-archive", "b/c/d/1=o", "b/e/2=o")
		writer := "arn:aws:iam::" + src + ":role/writer"
		w.cloud.SetBucketPolicy("media-archive", w.grant(writer).With(
			policy.Deny("s3:DeleteObject").By(policy.AWS(writer)).On("arn:aws:s3:::media-archive/b/c/*")).Bytes())
		e := w.finish(w.task(source, destination, option(func(o *dstypes.Options) { o.PreserveDeletedFiles = dstypes.PreserveDeletedFilesRemove })))
		if e.FilesFailed.Delete != 1 || e.FilesDeleted != 1 || e.FoldersFailed.Delete != 2 || *e.FoldersDeleted != 1 {
			t.Errorf("%d failed, %d deleted; folders: %s", e.FilesFailed.Delete, e.FilesDeleted, folders(e))
		}
	})
}

// The quota of a BASIC run counts prefixes too. Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
func TestBasicQuotaCountsFolders(t *testing.T) {
	for _, objects := range []int{1, 2} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *xaccttest.Options) { o.Phases, o.Quotas.BasicObjects = phases, 2 })
			source, destination := w.ready("a", "b")
			for n := range objects {
				w.put(fmt.Sprintf("a/c/%d=x", n))
			}
			e := w.finish(w.task(source, destination, func(in *datasync.CreateTaskInput) { in.TaskMode = dstypes.TaskModeBasic }))
			if got := aws.ToString(e.Result.ErrorCode); (got == "NoMem") != (objects == 2) {
				t.Errorf("%d objects: %s, code %q", objects, e.Status, got)
			}
		})
	}
}
