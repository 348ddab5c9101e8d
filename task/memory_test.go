package task

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/testlimit"
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

// heap is how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Watch needs no more memory at the end than at the beginning.
func TestWatchMemory(t *testing.T) {
	skipUnderRace(t)
	synctest.Test(t, func(t *testing.T) {
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

// sink takes a manifest, and looks at the heap meanwhile.
type sink struct {
	ObjectsAPI
	size int64
	held uint64
}

func (s *sink) PutObject(_ context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	s.held = heap()
	n, err := io.Copy(io.Discard, in.Body)
	s.size = n
	return &s3.PutObjectOutput{}, err
}

// A manifest takes at most 60 bytes a key beside its text.
func TestManifestMemory(t *testing.T) {
	skipUnderRace(t)
	const keys = 300_000
	before, s := heap(), &sink{}
	_, n, err := WriteManifest(t.Context(), s, Manifest{Account: "111122223333", Bucket: "lists", Key: "m.csv", RoleARN: "arn:aws:iam::111122223333:role/lists"}, func(yield func(string, error) bool) {
		for i := range keys {
			if !yield(fmt.Sprintf("2026/11/28/camera-%08d/recording.mov", i), nil) {
				return
			}
		}
	})
	if err != nil || n != keys || s.size == 0 {
		t.Fatalf("%d keys, %d bytes: %v", n, s.size, err)
	}
	if beside := (int64(s.held) - int64(before) - s.size) / keys; beside > 60 {
		t.Errorf("%d bytes a key beside the text", beside)
	}
}

// What a run left behind takes no more than its manifest.
func TestLeftBehindMemory(t *testing.T) {
	skipUnderRace(t)
	const objects = 300_000
	before := heap()
	b, err := leftBehind(func(yield func(ReportEntry, error) bool) {
		for i := range objects {
			if !yield(ReportEntry{Kind: Transferred, Key: fmt.Sprintf("2026/11/28/camera-%08d/recording.mov", i), Status: "FAILED"}, nil) {
				return
			}
		}
	})
	if err != nil || b.keys != objects || b.retriable.keys != objects {
		t.Fatalf("%d of %d: %v", b.retriable.keys, b.keys, err)
	}
	if beside := (int64(heap()) - int64(before) - b.retriable.text.size) / objects; beside > 60 {
		t.Errorf("%d bytes an object beside the text", beside)
	}
	runtime.KeepAlive(b)
}

// skipUnderRace skips a test that counts bytes, which are others under the race detector.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if testlimit.UnderRace > 1 {
		t.Skip("it counts bytes, and nothing is concurrent here")
	}
}
