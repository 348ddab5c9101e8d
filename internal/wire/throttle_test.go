package wire_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// throttle is a service that answers some calls that there are too many, without doing anything: the first ones of every operation, and then one
// in a few.
// Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
// and https://docs.aws.amazon.com/datasync/latest/userguide/CommonErrors.html
type throttle struct {
	next  http.RoundTripper
	first int // calls of every operation
	every int // call of every operation after these

	mu        sync.Mutex
	calls     map[string]int
	throttled map[string]int
	arrived   map[string]int
}

func newThrottle(next http.RoundTripper, first, every int) *throttle {
	return &throttle{next: next, first: first, every: every, calls: map[string]int{}, throttled: map[string]int{}, arrived: map[string]int{}}
}

func (h *throttle) RoundTrip(req *http.Request) (*http.Response, error) {
	op, err := operation(req)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.calls[op]++
	n := h.calls[op]
	slow := n <= h.first || n%h.every == 0
	if slow {
		h.throttled[op]++
	} else {
		h.arrived[op]++
	}
	h.mu.Unlock()
	if !slow {
		return h.next.RoundTrip(req)
	}
	if req.Body != nil {
		req.Body.Close()
	}
	return tooMany(req), nil
}

// tooMany is the answer in the service's own form.
func tooMany(req *http.Request) *http.Response {
	status, kind, body := http.StatusBadRequest, "text/xml", `<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>`
	switch {
	case req.Header.Get("X-Amz-Target") != "": // DataSync and KMS
		kind, body = "application/x-amz-json-1.1", `{"__type":"ThrottlingException","message":"Rate exceeded"}`
	case toS3(req):
		status, kind, body = http.StatusServiceUnavailable, "application/xml", `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`
	}
	if req.Method == http.MethodHead {
		body = ""
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {kind}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req}
}

// TestMotoThrottle: what is throttled is sent again, slower, until it is through; nothing is lost, and nothing is made twice.
func TestMotoThrottle(t *testing.T) {
	for _, tt := range []struct {
		journey
		first, every int
	}{
		{journey{name: "throttled", source: "111122223333", destination: "444455556666", task: "111122223333"}, 1, 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var services []*throttle
			w := newWorld(t, tt.accounts(), func(_ string, next http.RoundTripper) http.RoundTripper {
				h := newThrottle(next, tt.first, tt.every)
				services = append(services, h)
				return h
			})
			j := tt.encrypted(t, w)
			result := j.there(t, w)
			j.run(t, w, result.TaskARN(j.name))
			j.back(t, w)

			throttled, arrived := map[string]int{}, map[string]int{}
			for _, h := range services {
				for op, n := range h.throttled {
					throttled[op] += n
				}
				for op, n := range h.arrived {
					arrived[op] += n
				}
			}
			for _, op := range []string{"GetRole", "CreateRole", "PutRolePolicy", "HEAD", "PUT policy", "DescribeKey", "PutKeyPolicy", "ListLocations", "CreateLocationS3",
				"CreateTask", "StartTaskExecution", "DescribeTaskExecution", "DeleteTask", "DeleteLocation", "DeleteRole"} {
				if throttled[op] == 0 {
					t.Errorf("%s was never throttled", op)
				}
			}
			madeOnce(t, arrived)
			t.Logf("throttled: %v", throttled)
		})
	}
}
