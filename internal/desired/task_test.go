package desired

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/task"
)

// TestFieldOf has a line of Diff for everything that Diff compares.
func TestFieldOf(t *testing.T) {
	spec := task.Spec{Name: "nightly", Includes: []string{"/a"}, Excludes: []string{"/b"}, LogGroupARN: "arn:aws:logs:us-east-2:111122223333:log-group:g",
		Schedule: &task.Schedule{Expression: "cron(0 2 * * ? *)"}, Manifest: &task.Manifest{Bucket: "lists", Key: "k"}, Report: &task.Report{Bucket: "lists"},
		Tags: map[string]string{"team name": "media = x"}, Options: task.Options{VerifyMode: "NONE", OverwriteMode: "NEVER", PreserveDeletedFiles: "REMOVE",
			TransferMode: "ALL", ObjectTags: "NONE", TaskQueueing: "ENABLED", Atime: "NONE", Mtime: "NONE", LogLevel: "BASIC", BytesPerSecond: 5}}
	_, lines, _ := Task{Transfer: &transfer.Transfer{}, Spec: spec}.Diff(task.State{Exists: true}, "", "")
	var got []string
	for _, line := range lines {
		got = append(got, FieldOf(line))
	}
	if diff := cmp.Diff(append(slices.Clone(fields), "tag team name"), got, cmp.Transformer("sorted", func(s []string) []string { return slices.Sorted(slices.Values(s)) })); diff != "" {
		t.Errorf("of %q (-want +got):\n%s", lines, diff)
	}
	for line, want := range map[string]string{"": "", "namesake x": "namesake x", "tag of nothing": "tag of nothing"} {
		if got := FieldOf(line); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
