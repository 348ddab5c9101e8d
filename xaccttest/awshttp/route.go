package awshttp

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/xacct/xacct/internal/model"
)

// route finds the operation of a request, and the bucket and key of S3.
func (x *exchange) route() error {
	switch x.svc.Protocol {
	case "json":
		prefix, name, _ := strings.Cut(x.r.Header.Get("X-Amz-Target"), ".")
		if x.r.Method != http.MethodPost || prefix != x.svc.Target {
			return &failure{status: 400, code: "UnknownOperationException", message: "the request has no X-Amz-Target of " + x.svc.ID}
		}
		return x.operation(name)
	case "query":
		return x.routeQuery()
	}
	return x.routeS3()
}

// operation sets the operation of that name, if the table has it.
func (x *exchange) operation(name string) error {
	if x.op = x.svc.Operations[name]; x.op == nil {
		return x.notPlayed(name)
	}
	return nil
}

// notPlayed is the error for an operation that the cloud does not play.
func (x *exchange) notPlayed(name string) error {
	message := x.svc.ID + ":" + quoted(name) + " is not played by this in-memory AWS"
	switch x.svc.Protocol {
	case "json":
		return &failure{status: 400, code: "UnknownOperationException", message: message}
	case "query":
		return &failure{status: 400, code: "InvalidAction", message: message}
	}
	return &failure{status: 501, code: "NotImplemented", message: message}
}

// routeS3 chooses, among the operations whose method, path and required parts of the query and header the request has, that which asks for most.
// GET k?uploadId=u is ListParts and not GetObject, and PUT k with x-amz-copy-source is CopyObject and not PutObject.
func (x *exchange) routeS3() error {
	path := strings.TrimPrefix(x.r.URL.EscapedPath(), "/")
	var ok bool
	if x.bucket = x.h.bucketHost(x.r.Host); x.bucket == "" {
		var bucket string
		bucket, path, _ = strings.Cut(path, "/")
		if x.bucket, ok = unescape(bucket); !ok {
			return invalidURI()
		}
	}
	if x.key, ok = unescape(path); !ok {
		return invalidURI()
	}
	query := x.r.URL.Query()
	best := -1
	for _, op := range x.svc.Operations {
		n := x.fits(op, query)
		if n > best || n == best && n >= 0 && op.Name < x.op.Name {
			best, x.op = n, op
		}
	}
	if best < 0 {
		return &failure{status: 405, code: "MethodNotAllowed", message: "The specified method is not allowed against this resource."}
	}
	return nil
}

func unescape(s string) (string, bool) {
	out, err := url.PathUnescape(s)
	return out, err == nil
}

func invalidURI() error {
	return &failure{status: 400, code: "InvalidURI", message: "Couldn't parse the specified URI."}
}

// fits is the number of parts that the operation requires beside its method and path; -1 if the request lacks any of these.
func (x *exchange) fits(op *model.Operation, query url.Values) int {
	method, uri, _ := strings.Cut(op.HTTP, " ")
	path, fixed, _ := strings.Cut(uri, "?")
	has := "/"
	if x.bucket != "" {
		has = "/{Bucket}"
		if x.key != "" {
			has = "/{Bucket}/{Key+}"
		}
	}
	if method != x.r.Method || path != has {
		return -1
	}
	n := 0
	for _, part := range strings.Split(fixed, "&") {
		if part == "" {
			continue
		}
		name, value, valued := strings.Cut(part, "=")
		if !query.Has(name) || valued && query.Get(name) != value {
			return -1
		}
		n++
	}
	for _, need := range op.Needs {
		where, name, _ := strings.Cut(need, " ")
		if where == "header" && x.r.Header.Get(name) == "" || where == "querystring" && !query.Has(name) {
			return -1
		}
		n++
	}
	return n
}

// quoted is text of a request in a message: without control characters, and not long.
func quoted(s string) string {
	if len(s) > 100 {
		s = s[:100]
	}
	q := strconv.QuoteToASCII(s)
	return q[1 : len(q)-1]
}
