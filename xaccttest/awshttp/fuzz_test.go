package awshttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// send gives the request to a handler, which must answer it with a status that HTTP has, without a panic.
func send(t *testing.T, r *http.Request) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.PutObject("media-raw", "key", []byte("body"))
	w := httptest.NewRecorder()
	awshttp.New(cloud).ServeHTTP(w, r)
	if w.Code < 200 || w.Code > 599 || w.Code == 500 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range [][2]string{
		{"FmrsService.CreateTask", `{"SourceLocationArn":"a","DestinationLocationArn":"b","Options":{"BytesPerSecond":-1},"Tags":[{"Key":"a","Value":"b"}]}`},
		{"FmrsService.CreateLocationS3", `{"S3BucketArn":"arn:aws:s3:::media-raw","S3Config":{"BucketAccessRoleArn":"arn:aws:iam::111122223333:role/a"}}`},
		{"FmrsService.ListTasks", `{"MaxResults":1,"Filters":[{"Name":"LocationId","Values":["a"],"Operator":"Equals"}]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, target, body string) { send(t, jsonRequest("datasync", target, body)) })
}

func FuzzForm(f *testing.F) {
	f.Add("Action=CreateRole&Version=2010-05-08&RoleName=a&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=a&Tags.member.1.Value=b")
	f.Add("Action=UntagRole&Version=2010-05-08&RoleName=a&TagKeys.member.1=a&TagKeys.member.-1=b")
	f.Fuzz(func(t *testing.T, body string) { send(t, formRequest("iam", body)) })
}

func FuzzS3(f *testing.F) {
	f.Add("PUT", "media-raw", "ownershipControls", "X-Amz-Expected-Bucket-Owner: 111122223333",
		"<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>")
	f.Add("PUT", "media-raw/key", "", "X-Amz-Content-Sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER", "3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n")
	f.Add("GET", "media-raw", "list-type=2&max-keys=1&prefix=k", "Range: bytes=0-1", "")
	f.Add("PUT", "media-raw", "policy", "Content-Md5: a", `{"Version":"2012-10-17","Statement":[]}`)
	f.Fuzz(func(t *testing.T, method, path, query, header, body string) {
		r := request("GET", "/", "s3", body)
		r.Method, r.URL.RawQuery = method, query
		r.URL.Path = "/" + strings.TrimPrefix(path, "/")
		if name, value, ok := strings.Cut(header, ": "); ok && !strings.EqualFold(name, "Origin") && !strings.EqualFold(name, "Sec-Fetch-Site") {
			r.Header.Add(name, value)
		}
		send(t, r)
	})
}
