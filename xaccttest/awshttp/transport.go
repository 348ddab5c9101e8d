package awshttp

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// RoundTrip carries a request to the handler without a socket, so that real SDK clients run in a bubble of testing/synctest:
//
//	cfg := aws.Config{
//		Region: "eu-west-1", BaseEndpoint: aws.String("http://localhost"), HTTPClient: &http.Client{Transport: handler},
//		Credentials: credentials.NewStaticCredentialsProvider("111122223333", "any", ""),
//	}
//	clients := xacct.NewAccountClients(cfg)
//
// In such a bubble, a cloud that throttles needs clients with RetryMode aws.RetryModeStandard: the SDK's adaptive mode waits for fractions of a
// nanosecond, which never pass in virtual time. A lost answer is io.ErrUnexpectedEOF.
func (h *Handler) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			resp, err = nil, lost(r)
		} else if p != nil {
			panic(p)
		}
	}()
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	in.RemoteAddr, in.RequestURI = "127.0.0.1:0", r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	w := &recorder{header: http.Header{}}
	h.ServeHTTP(w, in)
	if w.status == 0 {
		w.status = http.StatusOK
	}
	for name, values := range w.header {
		delete(w.header, name)
		w.header[http.CanonicalHeaderKey(name)] = values // as a client reads it
	}
	return &http.Response{
		StatusCode: w.status, Status: fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// lost is the error of a request whose answer never comes.
func lost(r *http.Request) error {
	if err := r.Context().Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

// recorder is an http.ResponseWriter that keeps the answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
