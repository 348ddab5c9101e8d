package kmskey

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct/internal/awserr"
)

// answering is an HTTP client that refuses every request as KMS does, with an error code in the body.
type answering string

func (a answering) Do(r *http.Request) (*http.Response, error) {
	body := `{"__type":"` + string(a) + `","message":"no"}`
	return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// Observe understands the errors that the real client makes of KMS's responses.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
func TestObserveThroughTheClient(t *testing.T) {
	for code, want := range map[string]struct {
		unread int
		denied bool
	}{
		"NotFoundException":     {0, false},
		"AccessDeniedException": {2, true},
		"InvalidArnException":   {2, false},
	} {
		client := kms.New(kms.Options{
			Region: "eu-west-1", HTTPClient: answering(code), Retryer: aws.NopRetryer{},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
			}),
		})
		got, err := Observe(t.Context(), client, spec())
		if err != nil {
			t.Fatal(err)
		}
		if got.Exists || len(got.Unread) != want.unread || awserr.Denied(got.Unread[PartPolicy]) != want.denied {
			t.Errorf("%s: %+v", code, got)
		}
	}
}
