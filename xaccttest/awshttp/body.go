package awshttp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// upload is the body of an object.
type upload struct{ *bytes.Reader }

func newUpload(body []byte) io.Reader { return upload{bytes.NewReader(body)} }

// body reads the whole body, without its framing, and checks what the request says of it.
func (x *exchange) body(limit int64) ([]byte, error) {
	framed := strings.HasPrefix(x.r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-")
	room := limit
	if framed {
		room += limit/8 + 64<<10 // for the headers of the chunks
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, x.r.Body, room))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, x.tooLarge()
	} else if err != nil {
		return nil, err
	}
	sums := x.r.Header
	if framed {
		var trailers http.Header
		if body, trailers, err = unframe(body); err != nil {
			return nil, err
		}
		if int64(len(body)) > limit {
			return nil, x.tooLarge()
		}
		if want := x.r.Header.Get("X-Amz-Decoded-Content-Length"); want != "" && want != strconv.Itoa(len(body)) {
			return nil, &failure{status: 400, code: "IncompleteBody", message: "The request body terminated unexpectedly"}
		}
		for _, name := range strings.Split(x.r.Header.Get("X-Amz-Trailer"), ",") {
			if name = strings.TrimSpace(name); checksumName(name) && trailers.Get(name) == "" {
				return nil, malformedTrailer
			}
		}
		sums = sums.Clone()
		for name, values := range trailers {
			sums[name] = values
			x.r.Header[name] = values // the input has what the trailer says, as if it were a header
		}
	}
	if x.svc.Protocol != "rest-xml" {
		return body, nil
	}
	if want := x.r.Header.Get("X-Amz-Content-Sha256"); len(want) == hex.EncodedLen(sha256.Size) {
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != strings.ToLower(want) {
			return nil, &failure{status: 400, code: "XAmzContentSHA256Mismatch", message: "The provided 'x-amz-content-sha256' header does not match what was computed."}
		}
	}
	if x.op.Name == "CompleteMultipartUpload" {
		return body, nil // its checksums are those of the whole object
	}
	return body, checkSums(sums, body)
}

// tooLarge is the error for a body beyond the limit.
func (x *exchange) tooLarge() error {
	switch x.svc.Protocol {
	case "json":
		return &failure{status: 400, code: "SerializationException", message: "The request is too large"}
	case "query":
		return &failure{status: 400, code: "MalformedInput", message: "The request is too large"}
	}
	return &failure{status: 400, code: "EntityTooLarge", message: "Your proposed upload exceeds the maximum allowed size"}
}

// unframe takes a body out of aws-chunked framing, with the headers that trail it. Signatures of chunks are not checked.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
func unframe(framed []byte) (body []byte, trailers http.Header, err error) {
	malformed := &failure{status: 400, code: "IncompleteBody", message: "The request body terminated unexpectedly"}
	trailers = http.Header{}
	for {
		line, rest, ok := bytes.Cut(framed, []byte("\r\n"))
		if !ok {
			return nil, nil, malformed
		}
		digits, _, _ := strings.Cut(string(line), ";")
		size, err := strconv.ParseUint(digits, 16, 32)
		if err != nil || size > uint64(len(rest)) {
			return nil, nil, malformed
		}
		if size == 0 {
			framed = rest
			break
		}
		body = append(body, rest[:size]...)
		if framed, ok = bytes.CutPrefix(rest[size:], []byte("\r\n")); !ok {
			return nil, nil, malformed
		}
	}
	for line := range strings.Lines(string(framed)) {
		line = strings.TrimSpace(line)
		name, value, ok := strings.Cut(line, ":")
		if !ok && line != "" {
			return nil, nil, malformedTrailer
		}
		if checksumName(name) {
			trailers.Set(name, strings.TrimSpace(value))
		}
	}
	return body, trailers, nil
}

// malformedTrailer is the error for what follows a framed body.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MalformedTrailerError)
var malformedTrailer = &failure{status: 400, code: "MalformedTrailerError", message: "The request contained trailing data that was not well-formed or did not conform to our published schema."}

func checksumName(header string) bool {
	return strings.HasPrefix(strings.ToLower(header), "x-amz-checksum-")
}
