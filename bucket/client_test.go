package bucket

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct/internal/awserr"
)

// answering is an HTTP client that gives the same response to every request. As with S3, a response to HeadBucket has no body.
type answering struct {
	status int
	region string
	body   string
}

func (a answering) Do(r *http.Request) (*http.Response, error) {
	header := http.Header{}
	if a.region != "" {
		header.Set("x-amz-bucket-region", a.region)
	}
	body := a.body
	if r.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// Observe understands the errors that the real client makes of S3's responses.
func TestObserveThroughTheClient(t *testing.T) {
	fault := func(code string) string { return "<Error><Code>" + code + "</Code><Message>no</Message></Error>" }
	tests := []struct {
		name   string
		answer answering
		exists bool
		region string
		unread int
		denied bool
	}{
		{"denied", answering{403, "eu-west-1", fault("AccessDenied")}, true, "eu-west-1", 10, true},
		{"elsewhere", answering{301, "us-east-2", fault("PermanentRedirect")}, true, "us-east-2", 10, false},
		{"bad request", answering{400, "ap-south-2", fault("IllegalLocationConstraintException")}, true, "ap-south-2", 10, false},
		{"absent", answering{404, "", fault("NoSuchBucket")}, false, "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client := s3.New(s3.Options{
				Region: "eu-west-1", HTTPClient: tt.answer, Retryer: aws.NopRetryer{},
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
				}),
			})
			got, err := Observe(t.Context(), client, spec())
			if err != nil {
				t.Fatal(err)
			}
			if got.Exists != tt.exists || got.Region != tt.region || got.OwnerProved || len(got.Unread) != tt.unread {
				t.Errorf("%+v", got)
			}
			if tt.unread > 0 && awserr.Denied(got.Unread[PartBucket]) != tt.denied {
				t.Errorf("denied = %v: %v", !tt.denied, got.Unread[PartBucket])
			}
		})
	}
}
