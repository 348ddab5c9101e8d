package awshttp_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// A bucket elsewhere is a redirect that names its Region, for HEAD too.
func TestRedirects(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "us-east-2", "media-archive")
	h := awshttp.New(cloud)
	for _, method := range []string{"GET", "HEAD", "virtual host"} {
		r := request("GET", "/media-archive?list-type=2", "s3", "")
		switch method {
		case "HEAD":
			r = request("HEAD", "/media-archive", "s3", "")
		case "virtual host":
			r = request("GET", "/?list-type=2", "s3", "")
			r.Host = "media-archive.localhost:5601"
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 301 || w.Header().Get("X-Amz-Bucket-Region") != "us-east-2" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
		body := w.Body.String()
		if method == "HEAD" && body != "" || method != "HEAD" && !strings.Contains(body, "<Code>PermanentRedirect</Code>") ||
			method != "HEAD" && !strings.Contains(body, "<Endpoint>media-archive.s3.us-east-2.amazonaws.com</Endpoint><Bucket>media-archive</Bucket>") {
			t.Errorf("%s: %s", method, body)
		}
	}
}

// Objects go up and down in both styles, framed or not, and their checksums are verified.
func TestObjects(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	h := awshttp.New(cloud)
	for _, pathStyle := range []bool{true, false} {
		for _, algorithm := range append(s3types.ChecksumAlgorithm("").Values(), "") {
			if strings.HasPrefix(string(algorithm), "XX") || algorithm == "MD5" {
				continue // the SDK does not compute these
			}
			api := s3.NewFromConfig(config(h, accountA, "eu-west-1"), func(o *s3.Options) { o.UsePathStyle = pathStyle })
			key := "2026//" + string(algorithm) + " ü+%2F"
			if _, err := api.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("media-raw"), Key: &key, Body: strings.NewReader("abc"), ChecksumAlgorithm: algorithm}); err != nil {
				t.Errorf("%s, path style %v: %v", algorithm, pathStyle, err)
				continue
			}
			out, err := api.GetObject(t.Context(), &s3.GetObjectInput{Bucket: new("media-raw"), Key: &key})
			if err != nil {
				t.Error(err)
				continue
			}
			body, err := io.ReadAll(out.Body)
			if string(body) != "abc" || err != nil || string(cloud.Objects("media-raw")[key]) != "abc" {
				t.Errorf("%s: %q, %v", algorithm, body, err)
			}
		}
	}
	for _, tt := range []struct{ header, value, body, want string }{
		{"Content-Md5", "kAFQmDzST7DWlj99KOF/cg==", "abc", ""},
		{"Content-Md5", "kAFQmDzST7DWlj99KOF/cg==", "abd", "BadDigest"},
		{"Content-Md5", "kAFQ", "abc", "InvalidDigest"},
		{"X-Amz-Checksum-Crc32", "NSRBwg==", "abc", ""},
		{"X-Amz-Checksum-Crc32", "NSRBwg==", "ab", "BadDigest"},
		{"X-Amz-Checksum-Crc32", "!", "ab", "InvalidRequest"},
		{"X-Amz-Content-Sha256", strings.Repeat("0", 64), "abc", "XAmzContentSHA256Mismatch"},
		{"X-Amz-Checksum-Xxhash3", "AAAA", "abc", "NotImplemented"},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n", ""},
		{"X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "2;chunk-signature=0\r\nab\r\n1;chunk-signature=0\r\nc\r\n0;chunk-signature=0\r\n\r\n", ""},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabd\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n", "BadDigest"},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "ffffffff\r\nabc\r\n", "IncompleteBody"},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabc\r\n", "IncompleteBody"},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabc\r\n0\r\nx-amz-checksum-crc32", "MalformedTrailerError"},
		{"X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabc\r\n0\r\n\r\n1\r\nd\r\n", "MalformedTrailerError"},
	} {
		r := request("PUT", "/media-raw/sum", "s3", tt.body)
		r.Header.Set(tt.header, tt.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Body.String(); tt.want == "" && w.Code != 200 || tt.want != "" && !strings.Contains(got, "<Code>"+tt.want+"</Code>") {
			t.Errorf("%s %s of %q: %d %s, want %q", tt.header, tt.value, tt.body, w.Code, got, tt.want)
		}
	}
}

// Over a socket, as the AWS CLI and Terraform come.
func TestSocket(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	server := httptest.NewServer(awshttp.New(cloud))
	defer server.Close()
	cfg := config(nil, accountA, "eu-west-1")
	cfg.HTTPClient, cfg.BaseEndpoint, cfg.RetryMaxAttempts = server.Client(), &server.URL, 1
	api := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := api.PutObject(t.Context(), &s3.PutObjectInput{Bucket: new("media-raw"), Key: new("k"), Body: strings.NewReader("body")}); err != nil {
		t.Fatal(err)
	}
	out, err := api.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: new("media-raw")})
	if err != nil || len(out.Contents) != 1 || aws.ToString(out.Contents[0].Key) != "k" {
		t.Errorf("%v, %v", out, err)
	}
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || aws.ToString(who.Account) != accountA {
		t.Errorf("%v, %v", who, err)
	}
	cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error { next(); return io.EOF }) //nolint:errcheck // lost
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil); err == nil || code(err) != "" {
		t.Errorf("a lost answer: %v", err)
	}
}

// A checksum that the request announces as its trailer and does not send is no checksum: the upload is refused.
func TestTrailers(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	h := awshttp.New(cloud)
	for _, tt := range []struct {
		name, announced, sent string
		status                int
	}{
		{"sent", "x-amz-checksum-crc32", "x-amz-checksum-crc32:NSRBwg==\r\n\r\n", 200},
		{"in another case", "X-Amz-Checksum-CRC32", "x-amz-checksum-crc32:NSRBwg==\r\nx-amz-trailer-signature:00\r\n\r\n", 200},
		{"none announced", "", "\r\n", 200},
		{"not sent", "x-amz-checksum-crc32", "\r\n", 400},
		{"empty", "x-amz-checksum-crc32", "x-amz-checksum-crc32:\r\n\r\n", 400},
		{"another", "x-amz-checksum-crc32", "x-amz-checksum-sha1:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\r\n\r\n", 400},
		{"one of two", "x-amz-checksum-crc32, x-amz-checksum-sha1", "x-amz-checksum-crc32:NSRBwg==\r\n\r\n", 400},
	} {
		r := request("PUT", "/media-raw/sum", "s3", "3\r\nabc\r\n0\r\n"+tt.sent)
		r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
		r.Header.Set("X-Amz-Trailer", tt.announced)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status || tt.status != 200 && !strings.Contains(w.Body.String(), "<Code>MalformedTrailerError</Code>") {
			t.Errorf("%s: %d %s", tt.name, w.Code, w.Body)
		}
	}
}
