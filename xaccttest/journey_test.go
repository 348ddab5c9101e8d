package xaccttest_test

import (
	"testing"
	"testing/synctest"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
)

func TestJourney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.PutObject("media-raw", "2026/a", []byte("aaaa"))
		w.cloud.PutObject("media-raw", "2026/b/c", []byte("cc"))
		w.cloud.PutObject("media-raw", "2025/old", []byte("o"))
		source, destination := w.ready("2026", "/in/")
		task := w.task(source, destination, nil)
		time.Sleep(5 * time.Second)
		run := w.start(task)

		var seen []dstypes.TaskExecutionStatus
		for range 100 {
			e := w.execution(run)
			if n := len(seen); n == 0 || seen[n-1] != e.Status {
				seen = append(seen, e.Status)
			}
			if e.EndTime != nil {
				break
			}
			time.Sleep(5 * time.Second)
		}
		want := []dstypes.TaskExecutionStatus{"LAUNCHING", "PREPARING", "TRANSFERRING", "VERIFYING", "SUCCESS"}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string][]byte{"in/a": []byte("aaaa"), "in/b/c": []byte("cc")}, w.cloud.Objects("media-archive")); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
	})
}
