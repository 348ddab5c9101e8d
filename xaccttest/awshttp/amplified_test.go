package awshttp_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// A body within its limit costs work and memory in proportion to its size, whatever it is made of.
func TestAmplifiedBody(t *testing.T) {
	const size = 2<<20 - 100
	times := func(part string) string { return strings.Repeat(part, size/len(part)) }
	for _, tt := range []struct {
		name string
		r    *http.Request
		most uint64 // bytes allocated, in MiB
	}{
		{"XML: a text in pieces between comments", request("PUT", "/media-raw?ownershipControls", "s3", "<a>"+times("a<!---->")+"</a>"), 100},
		{"XML: a text in CDATA sections", request("PUT", "/media-raw?ownershipControls", "s3", "<a>"+times("<![CDATA[a]]>")+"</a>"), 100},
		{"XML: attributes", request("PUT", "/media-raw?ownershipControls", "s3", "<a "+times(`a="" `)+"></a>"), 150},
		{"JSON: empty lists", jsonRequest("datasync", "FmrsService.CreateTask", `{"Tags":[`+times("[],")+"[]]}"), 50},
		{"JSON: empty objects", jsonRequest("datasync", "FmrsService.CreateTask", `{"Tags":[`+times("{},")+"{}]}"), 50},
		{"JSON: members", jsonRequest("datasync", "FmrsService.CreateTask", "{"+times(`"":0,`)+`"":0}`), 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := xaccttest.NewCloud()
			cloud.AddBucket(accountA, "eu-west-1", "media-raw")
			h := awshttp.New(cloud)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, tt.r)
			runtime.ReadMemStats(&after)
			got := (after.TotalAlloc - before.TotalAlloc) >> 20
			if w.Code != 400 || got > tt.most {
				t.Errorf("status %d, want 400; %d MiB allocated, want at most %d", w.Code, got, tt.most)
			}
		})
	}
}
