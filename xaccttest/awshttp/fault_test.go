package awshttp_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// A call that Intercept refuses never looks like one that succeeded, whatever the status.
func TestStatusOfAFault(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	h := awshttp.New(cloud)
	for status, want := range map[int]int{0: 400, 99: 400, 200: 400, 299: 400, 304: 304, 418: 418, 503: 503, 600: 500, 1000: 500} {
		cloud.Intercept(func(context.Context, xaccttest.Call, func() error) error {
			return xaccttest.Fault(status, "Broken", "on purpose")
		})
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, request("GET", "/media-raw?policy", "s3", "")); w.Code != want {
			t.Errorf("a fault with status %d is answered with %d, want %d", status, w.Code, want)
		}
	}
}
