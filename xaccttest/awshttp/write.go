package awshttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/xacct/xacct/internal/model"
)

// write answers with the output of the operation.
func (x *exchange) write(out any) error {
	v := reflect.ValueOf(out).Elem()
	shape := x.svc.Shapes[x.op.Output]
	e := &encoder{shapes: x.svc.Shapes, protocol: x.svc.Protocol}
	metadata, _ := v.FieldByName("ResultMetadata").Interface().(middleware.Metadata)
	id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
	x.identify(id)
	if x.svc.Protocol != "rest-xml" {
		fillLists(e, v, shape)
	}
	switch x.svc.Protocol {
	case "json":
		body := []byte("{}")
		if shape != nil {
			var err error
			if body, err = json.Marshal(e.json(v, model.Member{Shape: x.op.Output})); err != nil {
				return err
			}
		}
		x.send(http.StatusOK, "application/x-amz-json-1.1", body)
	case "query":
		var b strings.Builder
		fmt.Fprintf(&b, "<%sResponse xmlns=%q>", x.op.Name, x.svc.Namespace)
		if x.op.Wrapper != "" {
			b.WriteString("<" + x.op.Wrapper + ">")
			e.xml(&b, v, shape)
			b.WriteString("</" + x.op.Wrapper + ">")
		}
		b.WriteString("<ResponseMetadata>")
		elementOf(&b, "RequestId", id)
		fmt.Fprintf(&b, "</ResponseMetadata></%sResponse>", x.op.Name)
		x.send(http.StatusOK, "text/xml", []byte(b.String()))
	default:
		return x.writeREST(e, v, shape)
	}
	return nil
}

// fillLists makes the nil lists of an output empty ones: these services answer a list also if nothing is in it, unless it may not be empty.
func fillLists(e *encoder, v reflect.Value, shape *model.Shape) {
	if shape == nil {
		return
	}
	for name, m := range shape.Members {
		s := e.shapes[m.Shape]
		if f := field(v, name); s.Type == "list" && (s.Min == nil || *s.Min == 0) && f.IsNil() {
			f.Set(reflect.MakeSlice(f.Type(), 0, 0))
		}
	}
}

// roots are the names of the elements around the answers of S3 that its model does not have.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html, the response syntax of each operation
var roots = map[string]string{
	"GetBucketAcl": "AccessControlPolicy", "ListObjectsV2": "ListBucketResult", "GetBucketVersioning": "VersioningConfiguration",
	"GetBucketRequestPayment": "RequestPaymentConfiguration", "ListBuckets": "ListAllMyBucketsResult", "GetObjectTagging": "Tagging",
	"CreateMultipartUpload": "InitiateMultipartUploadResult", "CompleteMultipartUpload": "CompleteMultipartUploadResult", "ListParts": "ListPartsResult",
	"GetBucketLifecycleConfiguration": "LifecycleConfiguration", "GetBucketCors": "CORSConfiguration", "GetBucketTagging": "Tagging",
	"GetBucketWebsite": "WebsiteConfiguration", "GetBucketLogging": "BucketLoggingStatus",
	"GetBucketAccelerateConfiguration": "AccelerateConfiguration", "GetBucketNotificationConfiguration": "NotificationConfiguration",
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>`

// writeREST answers for S3: with headers, and with the member that is the body, or the members that are elements of it.
func (x *exchange) writeREST(e *encoder, v reflect.Value, shape *model.Shape) error {
	status := x.op.Status
	if status == 0 {
		status = http.StatusOK
	}
	if shape == nil {
		x.send(status, "", nil)
		return nil
	}
	x.headers(e, v, shape)
	root, at, inner := roots[x.op.Name], v, shape
	if m, has := shape.Members[shape.Payload]; has {
		at = field(v, shape.Payload)
		inner = e.shapes[m.Shape]
		if root == "" {
			root = wireName(shape.Payload, m)
		}
		switch {
		case missing(at):
			x.send(status, "", nil)
			return nil
		case m.Stream:
			return x.stream(v, at.Interface().(io.ReadCloser))
		case inner.Type != "structure":
			x.send(status, "application/json", []byte(e.text(at, inner, m)))
			return nil
		}
	} else if !hasBody(shape) {
		x.send(status, "", nil)
		return nil
	}
	if root == "" {
		root = x.op.Output
	}
	if x.op.Name == "GetBucketLocation" { // the root is the member
		m := shape.Members["LocationConstraint"]
		text := e.text(field(v, "LocationConstraint"), e.shapes[m.Shape], m)
		x.send(status, "application/xml", fmt.Appendf(nil, "%s\n<LocationConstraint xmlns=%q>%s</LocationConstraint>", xmlHead, x.svc.Namespace, text))
		return nil
	}
	var b strings.Builder
	b.WriteString(xmlHead + "\n")
	fmt.Fprintf(&b, "<%s xmlns=%q>", root, x.svc.Namespace)
	e.xml(&b, at, inner)
	b.WriteString("</" + root + ">")
	x.send(status, "application/xml", []byte(b.String()))
	return nil
}

// hasBody reports whether any member of an output is an element of its body.
func hasBody(s *model.Shape) bool {
	for _, m := range s.Members {
		if m.In == "" {
			return true
		}
	}
	return false
}

// headers sets the members that are headers.
func (x *exchange) headers(e *encoder, v reflect.Value, shape *model.Shape) {
	for _, name := range names(shape) {
		m := shape.Members[name]
		f := field(v, name)
		if raw := v.FieldByName(name + "String"); raw.IsValid() && !missing(raw) { // ExpiresString is the header, Expires the time if it is one
			x.w.Header().Set(m.Name, raw.Elem().String())
			continue
		}
		if !f.IsValid() || missing(f) {
			continue
		}
		switch m.In {
		case "header":
			x.w.Header().Set(m.Name, e.text(f, e.shapes[m.Shape], m))
		case "headers":
			for it := f.MapRange(); it.Next(); {
				// In lower case, as S3 does: clients in other languages take the case for the key's.
				x.w.Header()[strings.ToLower(m.Name+it.Key().String())] = []string{it.Value().String()}
			}
		}
	}
}

// stream answers with the body of an object.
func (x *exchange) stream(v reflect.Value, body io.ReadCloser) error {
	defer body.Close()
	h := x.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	if h.Get("Accept-Ranges") == "" {
		h.Set("Accept-Ranges", "bytes")
	}
	status := http.StatusOK
	if r := v.FieldByName("ContentRange"); r.IsValid() && !r.IsNil() {
		status = http.StatusPartialContent
	}
	x.w.WriteHeader(status)
	if _, err := io.Copy(x.w, body); err != nil {
		return errors.Join(errLost, err)
	}
	return nil
}

// identify sets the headers that name the request.
func (x *exchange) identify(id string) {
	h := x.w.Header()
	if x.svc.ID == "S3" {
		h.Set("X-Amz-Request-Id", id)
		h.Set("X-Amz-Id-2", id)
		return
	}
	h.Set("X-Amzn-Requestid", id)
}

// send answers with a body.
func (x *exchange) send(status int, contentType string, body []byte) {
	h := x.w.Header()
	if contentType != "" && len(body) > 0 {
		h.Set("Content-Type", contentType)
	}
	bodiless := x.r.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
	if !bodiless {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.w.WriteHeader(status)
	if !bodiless && len(body) > 0 {
		x.w.Write(body) //nolint:errcheck // the client has gone
	}
}
