package wire_test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// loss is a network that loses each named operation once.
type loss struct {
	next   http.RoundTripper
	answer bool // true: AWS carries the request out and the answer gets lost; false: the request gets lost

	mu   sync.Mutex
	ops  map[string]bool // true: not lost yet
	lost []string
	sent map[string]int // what went through, lost answers included
}

func newLoss(next http.RoundTripper, answer bool, ops ...string) *loss {
	l := &loss{next: next, answer: answer, ops: map[string]bool{}, sent: map[string]int{}}
	for _, op := range ops {
		l.ops[op] = true
	}
	return l
}

func (l *loss) RoundTrip(req *http.Request) (*http.Response, error) {
	op, err := operation(req)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	lose := l.ops[op]
	if lose {
		l.ops[op] = false
		l.lost = append(l.lost, op)
	}
	if !lose || l.answer {
		l.sent[op]++
	}
	l.mu.Unlock()
	if lose && !l.answer {
		return nil, reset("write")
	}
	resp, err := l.next.RoundTrip(req)
	if err == nil && lose {
		resp.Body.Close()
		return nil, reset("read")
	}
	return resp, err
}

func reset(op string) error { return &net.OpError{Op: op, Net: "tcp", Err: syscall.ECONNRESET} }

// operation names the request's operation: CreateTask, PutKeyPolicy, CreateRole, "PUT policy".
func operation(req *http.Request) (string, error) {
	if _, op, ok := strings.Cut(req.Header.Get("X-Amz-Target"), "."); ok { // DataSync and KMS
		return op, nil
	}
	if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") { // IAM and STS
		body, err := take(&req.Body)
		if err != nil {
			return "", err
		}
		req.Body = io.NopCloser(strings.NewReader(string(body)))
		form, err := url.ParseQuery(string(body))
		return form.Get("Action"), err
	}
	for _, part := range []string{"policy", "ownershipControls"} { // S3
		if req.URL.Query().Has(part) {
			return req.Method + " " + part, nil
		}
	}
	return req.Method, nil
}
