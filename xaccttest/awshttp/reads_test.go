package awshttp_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// Reads are quick enough for ten thousand in a minute, and leave no memory behind in a cloud that keeps a few calls.
func TestManyReads(t *testing.T) {
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.KeepCalls = 100 })
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountA, "us-east-2", "media-far")
	cloud.PutObject("media-raw", "2026/a.mov", []byte(strings.Repeat("x", 10_000)))
	h := awshttp.New(cloud)
	kinds := []func() *http.Request{
		func() *http.Request { return request("GET", "/media-raw?list-type=2", "s3", "") },
		func() *http.Request { return request("GET", "/media-raw/2026/a.mov", "s3", "") },
		func() *http.Request { return request("HEAD", "/media-far", "s3", "") },
		func() *http.Request { return request("GET", "/media-gone?policy", "s3", "") },
		func() *http.Request { return jsonRequest("datasync", "FmrsService.ListTasks", `{"MaxResults":1}`) },
		func() *http.Request { return jsonRequest("datasync", "FmrsService.CreateTask", `{"Nmae":1}`) },
		func() *http.Request { return formRequest("sts", "Action=GetCallerIdentity&Version=2011-06-15") },
		func() *http.Request { return formRequest("iam", "Action=GetRole&Version=2010-05-08&RoleName=none") },
	}
	heap := func(reads int) uint64 {
		for i := range reads {
			h.ServeHTTP(httptest.NewRecorder(), kinds[i%len(kinds)]())
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(500)
	reads, begun := 4000/testlimit.UnderRace, time.Now()
	after, took := heap(reads), time.Since(begun)
	if after > before+2<<20 {
		t.Errorf("%d reads left %d bytes behind", reads, after-before)
	}
	if testlimit.UnderRace == 1 && took > time.Duration(reads)*6*time.Millisecond {
		t.Errorf("%d reads took %v", reads, took)
	}
	t.Logf("%d reads in %v, %d bytes before and %d after", reads, took, before, after)
}
