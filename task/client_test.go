package task

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
)

// failing is an HTTP client that returns a server error for StartTaskExecution and empty lists otherwise. It counts the requests.
type failing struct{ starts, lists int }

func (f *failing) Do(r *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"TaskExecutions":[]}`
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".StartTaskExecution") {
		f.starts++
		status, body = http.StatusInternalServerError, `{"__type":"InternalException","message":"internal"}`
	} else {
		f.lists++
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// The real client retries server errors by default. It must send a start only as often as Start does, with searches in between.
func TestStartThroughTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &failing{}
		client := datasync.New(datasync.Options{Region: "us-east-2", HTTPClient: f, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
		})})
		_, err := Start(t.Context(), client, taskARN)
		var lost *LostStartError
		if !errors.As(err, &lost) {
			t.Fatal(err)
		}
		if f.starts != maxSends || f.lists < maxSends {
			t.Errorf("%d starts and %d lists, want %d starts", f.starts, f.lists, maxSends)
		}
	})
}
