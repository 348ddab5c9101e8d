package task

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReport(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []ReportEntry
		wantErr    string // "" is none
	}{
		{"nothing", `{}`, nil, ""},
		{"the word of its own list", `{"Transferred":[{"RelativePath":"/a","TransferStatus":"SUCCESS","VerifyStatus":"SUCCESS"}],
			"Verified":[{"RelativePath":"/a","TransferStatus":"SUCCESS","VerifyStatus":"FAILED"}]}`,
			[]ReportEntry{{Kind: "Transferred", Key: "a", Status: "SUCCESS"}, {Kind: "Verified", Key: "a", Status: "FAILED"}}, ""},
		{"the word of another list, for want of its own", `{"Skipped":[{"RelativePath":"/a","TransferStatus":"FAILED"}]}`, []ReportEntry{{Kind: "Skipped", Key: "a", Status: "FAILED"}}, ""},
		{"a list that is null", `{"Transferred":null,"Deleted":[{"RelativePath":"/a","DeleteStatus":"SUCCESS"}]}`, []ReportEntry{{Kind: "Deleted", Key: "a", Status: "SUCCESS"}}, ""},
		{"a list of another name", `{"Lost":[{"RelativePath":"/a","ErrorCode":"Gone"}],"Counts":[1,"a",null,{"n":1},[2]],"Total":{"n":[{"m":1}]},"Id":"exec"}`,
			[]ReportEntry{{Kind: "Lost", Key: "a", ErrorCode: "Gone"}}, ""},
		{"of an ENHANCED run", `{"Transferred":[{"RelativePath":"object1.txt","SourceMetadata":{"Type":"Object"},"TransferStatus":"FAILED","ErrorCode":"AccessDenied","ErrorDetail":"no"},
			{"RelativePath":"f","SourceMetadata":{"Type":"Directory"},"TransferStatus":"SUCCESS"}]}`,
			[]ReportEntry{{Kind: "Transferred", Key: "object1.txt", Status: "FAILED", ErrorCode: "AccessDenied", ErrorDetail: "no"}, {Kind: "Transferred", Key: "f", Folder: true, Status: "SUCCESS"}}, ""},
		{"of a BASIC run", `{"Transferred":[{"RelativePath":"/object1.txt","SrcMetadata":{"Type":"Regular"},"TransferStatus":"FAILED","FailureReason":"S3 Get Object Failed","FailureCode":40974},
			{"RelativePath":"/b","TransferStatus":"SUCCESS","FailureCode":0}]}`,
			[]ReportEntry{{Kind: "Transferred", Key: "object1.txt", Status: "FAILED", ErrorCode: "40974", ErrorDetail: "S3 Get Object Failed"}, {Kind: "Transferred", Key: "b", Status: "SUCCESS"}}, ""},
		{"the reason of a skip", `{"Skipped":[{"RelativePath":"a","SkipStatus":"SUCCESS","skipReason":"exists","Reason":{"x":1},"ReasonCode":7},{"RelativePath":"b","SkipStatus":"SUCCESS"}],
			"Deleted":[{"RelativePath":"c","Reason":"x"}]}`,
			[]ReportEntry{{Kind: "Skipped", Key: "a", Status: "SUCCESS", Reason: "7; exists"}, {Kind: "Skipped", Key: "b", Status: "SUCCESS"}, {Kind: "Deleted", Key: "c"}}, ""},
		{"something behind it", `{"Deleted":[]} {"Transferred":[]}`, nil, "where its end should be"},
		{"white space behind it", "{}\n", nil, ""},
		{"cut off in something else", `{"Total":{"n":[1`, nil, "unexpected EOF"},
		{"not a list", `{"Verified":"none"}`, nil, "where a [ should be"},
		{"not an object of the transfer", `{"Verified":[1]}`, nil, "cannot unmarshal"},
	} {
		var got []ReportEntry
		var last error
		for e, err := range ParseReport(strings.NewReader(tt.text)) {
			if last = err; err == nil {
				got = append(got, e)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", tt.name, diff)
		}
		if (last == nil) != (tt.wantErr == "") || last != nil && !strings.Contains(last.Error(), tt.wantErr) {
			t.Errorf("%s: %v, want %q", tt.name, last, tt.wantErr)
		}
	}
}

// xs is a reader of endless letters x.
type xs struct{}

func (xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// No part of a report, known or not, is read into memory as a whole.
func TestParseReportBound(t *testing.T) {
	const size = 64 << 20
	for _, tt := range []struct{ name, before, after, wantErr string }{
		{"text in an unknown member", `{"Unknown":["`, `"]}`, "has an entry of more than"},
		{"text in an unknown object", `{"Unknown":{"a":"`, `"}}`, "has an entry of more than"},
		{"text in an entry", `{"Transferred":[{"RelativePath":"`, `"}]}`, "has an entry of more than"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var last error
		for _, err := range ParseReport(io.MultiReader(strings.NewReader(tt.before), io.LimitReader(xs{}, size), strings.NewReader(tt.after))) {
			last = err
		}
		runtime.ReadMemStats(&after)
		if last == nil || !strings.Contains(last.Error(), tt.wantErr) {
			t.Errorf("%s: %v", tt.name, last)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
			t.Errorf("%s: %d MiB for %d MiB", tt.name, n>>20, size>>20)
		}
	}
	n := 0
	many := strings.NewReader(`{"Unknown":{"a":[` + strings.Repeat(`"some text",`, 200_000) + `1]},"Deleted":[{"RelativePath":"/a"}]}`)
	for _, err := range ParseReport(many) {
		if n++; err != nil {
			t.Errorf("a long member of short parts: %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d entries behind a long member", n)
	}
}
