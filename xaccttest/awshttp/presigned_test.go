package awshttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// A presigned URL says what the signer would say in headers.
func TestPresigned(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.PutObject("media-raw", "k", []byte("abc"))
	h := awshttp.New(cloud)
	signer := s3.NewPresignClient(s3.NewFromConfig(config(h, accountA, "eu-west-1"), func(o *s3.Options) { o.UsePathStyle = true }))
	get := func(owner string) *v4.PresignedHTTPRequest {
		out, err := signer.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: new("media-raw"), Key: new("k"), ExpectedBucketOwner: &owner})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.URL, "x-amz-expected-bucket-owner="+owner) {
			t.Fatalf("the signer does not hoist: %s", out.URL)
		}
		return out
	}
	put, err := signer.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: new("media-raw"), Key: new("p")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, method, url, body string
		status                  int
	}{
		{"its owner", "GET", get(accountA).URL, "", 200},
		{"another owner", "GET", get(accountB).URL, "", 403},
		{"a checksum", "PUT", put.URL + "&x-amz-checksum-crc32=NSRBwg%3D%3D&x-amz-meta-a=b", "abc", 200},
		{"a wrong checksum", "PUT", put.URL + "&x-amz-checksum-crc32=NSRBwg%3D%3D", "abd", 400},
	} {
		r := request(tt.method, tt.url, "s3", tt.body)
		r.Header = http.Header{}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, w.Code, w.Body, tt.status)
		}
	}
	for after, status := range map[time.Duration]int{899 * time.Second: 200, 901 * time.Second: 403} {
		synctest.Test(t, func(t *testing.T) { // which begins in the year 2000
			cloud := xaccttest.NewCloud()
			cloud.AddBucket(accountA, "eu-west-1", "media-raw")
			cloud.PutObject("media-raw", "k", []byte("abc"))
			h := awshttp.New(cloud)
			signer := s3.NewPresignClient(s3.NewFromConfig(config(h, accountA, "eu-west-1"), func(o *s3.Options) { o.UsePathStyle = true }))
			out, err := signer.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: new("media-raw"), Key: new("k")}, s3.WithPresignExpires(900*time.Second))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			r, w := request("GET", out.URL, "s3", ""), httptest.NewRecorder()
			r.Header = http.Header{}
			if h.ServeHTTP(w, r); w.Code != status {
				t.Errorf("%s after it was signed for 15 minutes: %d %s, want %d", after, w.Code, w.Body, status)
			}
		})
	}
	if got := cloud.Object("media-raw", "p").Metadata["a"]; got != "b" {
		t.Errorf("metadata %q", got)
	}
}
