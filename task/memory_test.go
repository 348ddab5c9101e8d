package task

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// endless is a run with very many objects whose state is read very often.
type endless struct {
	ExecutionAPI
	looks, ends int64
}

func (e *endless) DescribeTaskExecution(context.Context, *datasync.DescribeTaskExecutionInput, ...func(*datasync.Options)) (*datasync.DescribeTaskExecutionOutput, error) {
	e.looks++
	out := &datasync.DescribeTaskExecutionOutput{Status: "TRANSFERRING", TaskMode: "ENHANCED", BytesWritten: e.looks << 20, EstimatedBytesToTransfer: e.ends << 21, FilesTransferred: e.looks}
	if e.looks == e.ends {
		out.Status = "SUCCESS"
	}
	return out, nil
}

// Watch needs no more memory at the end than at the beginning.
func TestWatchMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		api := &endless{ends: 100_000}
		var early, late uint64
		for p, err := range Attach(api, executionARN).Watch(t.Context()) {
			switch {
			case err != nil:
				t.Fatal(err)
			case api.looks == 1000:
				early = heap()
			case p.Outcome != nil:
				late = heap()
			}
		}
		if early == 0 || late > early+256<<10 {
			t.Errorf("%d bytes after a thousand looks, %d after %d", early, late, api.looks)
		}
	})
}
