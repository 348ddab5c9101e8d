package task

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// An outcome prints as one line, and the text of DataSync cannot leave it.
func TestOutcomeString(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   Outcome
		want string
	}{
		{"complete", Outcome{Verdict: Complete, Counters: Counters{Files: 3, BytesWritten: 6}}, "complete: 3 objects, 6 bytes transferred"},
		{"skipped", Outcome{Verdict: WithExceptions, Counters: Counters{Files: 3, BytesWritten: 6, Skipped: 2}},
			"with exceptions: 3 objects, 6 bytes transferred, 1 exception"},
		{"failed", Outcome{Verdict: Failed, ErrorCode: "Denied", ErrorDetail: "no\x1b[2J\nway"}, `failed: 0 objects, 0 bytes transferred, 1 exception: no\x1b[2J way`},
		{"one of each", Outcome{Verdict: Complete, Counters: Counters{Files: 1, BytesWritten: 1}}, "complete: 1 object, 1 byte transferred"},
		{"the zero value", Outcome{}, "unknown: 0 objects, 0 bytes transferred"},
	} {
		if got := fmt.Sprint(&tt.in); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What DataSync reports quotes names of objects, which anybody may have chosen.
func TestReasonsAreEscaped(t *testing.T) {
	const hostile = "\x1b[2J\r\nComplete\u202e\u0085\u2028\u009b"
	o := Outcome{Status: dstypes.TaskExecutionStatusSuccess, ErrorCode: "Code" + hostile, ErrorDetail: "Detail" + hostile,
		Report: ReportOutcome{Status: dstypes.PhaseStatusError, ErrorDetail: "Report" + hostile}}
	var texts []string
	for _, e := range o.Exceptions() {
		texts = append(texts, e.What, e.Reason)
	}
	texts = append(texts, o.String(), Progress{Status: dstypes.TaskExecutionStatus("X" + hostile), Percent: 1}.String(), (&IncompleteError{o}).Error())
	for _, text := range texts {
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("not printable: %q", text)
		}
	}
	if o.ErrorDetail != "Detail"+hostile {
		t.Errorf("the data is %q", o.ErrorDetail)
	}
}

// The place of a manifest or report may come from DataSync, whose tasks anybody may have made.
func TestPlacesAreEscaped(t *testing.T) {
	const hostile = "\x1b[2J\r\nComplete\u202e\u0085\u2028\u009b\xff"
	const escaped = `\x1b[2J\r\nComplete\u202e\u0085\u2028\u009b\xff`
	for _, tt := range []struct {
		name string
		in   fmt.Stringer
		want string
	}{
		{"a manifest", Manifest{Bucket: "lists", Key: "a  b/c.csv"}, "s3://lists/a  b/c.csv"},
		{"a version", Manifest{Bucket: "lists", Key: "c.csv", VersionID: "v" + hostile}, `s3://lists/c.csv version "v` + escaped + `"`},
		{"the bucket of a manifest", Manifest{Bucket: "b" + hostile, Key: "c.csv"}, "s3://b" + escaped + "/c.csv"},
		{"the key of a manifest", &Manifest{Bucket: "lists", Key: hostile}, "s3://lists/" + escaped},
		{"a report", Report{Bucket: "reports", Prefix: "a"}, "s3://reports/a/"},
		{"the bucket of a report", Report{Bucket: hostile}, "s3://" + escaped + "/"},
		{"the prefix of a report", &Report{Bucket: "reports", Prefix: "p" + hostile}, "s3://reports/p" + escaped + "/"},
	} {
		if got := fmt.Sprint(tt.in); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
