package awshttp

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/xacct/xacct/internal/model"
)

// The greatest size of a body that is not an object. The bodies of AWS's own limits are smaller: the greatest is the list of parts that completes an
// upload, of 10,000 parts.
const maxBody = 2 << 20

// read fills the input from the request.
func (x *exchange) read(in reflect.Value) error {
	shape := x.svc.Shapes[x.op.Input]
	d := &decoder{shapes: x.svc.Shapes, protocol: x.svc.Protocol}
	var err error
	switch x.svc.Protocol {
	case "json":
		var body []byte
		if body, err = x.body(maxBody); err == nil {
			err = d.jsonBody(in, shape, body)
		}
	case "query":
		err = d.structure(in.Elem(), shape, queryTree(x.r.PostForm), "")
	default:
		err = x.readREST(d, in.Elem(), shape)
	}
	return err
}

// routeQuery reads the form, which names the operation. The form is not taken from a URL: links and images of web pages have URLs.
func (x *exchange) routeQuery() error {
	body, err := x.body(maxBody)
	if err != nil {
		return err
	}
	if x.r.Method != http.MethodPost || !strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return &failure{status: 400, code: "MissingAction", message: "the request must be a POST of a form"}
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return &failure{status: 400, code: "MalformedQueryString", message: "The query string contains a syntax error"}
	}
	name := form.Get("Action")
	if version := form.Get("Version"); version != x.svc.Version {
		return &failure{status: 400, code: "InvalidAction", message: "Could not find operation " + quoted(name) + " for version " + quoted(version)}
	}
	form.Del("Action")
	form.Del("Version")
	x.r.PostForm = form
	return x.operation(name)
}

// readREST reads what an operation of S3 has in the path, in the query, in headers and in the body.
func (x *exchange) readREST(d *decoder, in reflect.Value, shape *model.Shape) error {
	if shape == nil {
		return nil
	}
	query := x.r.URL.Query()
	for name, m := range shape.Members {
		var text string
		var has bool
		switch m.In {
		case "uri":
			text, has = map[string]string{"Bucket": x.bucket, "Key": x.key}[m.Name], true
		case "querystring":
			text, has = query.Get(m.Name), query.Has(m.Name)
		case "header":
			text, has = x.header(m.Name)
		case "headers":
			d.prefixed(field(in, name), m, x.r.Header)
		}
		if !has {
			continue
		}
		n := &node{text: text, kind: textNode}
		if s := d.shapes[m.Shape]; s.Type == "list" {
			n = split(text)
		}
		if err := d.value(field(in, name), m, n, name); err != nil {
			return err
		}
	}
	if err := x.readPayload(d, in, shape); err != nil {
		return err
	}
	return d.complete(in, shape, "")
}

// header is a header of the request. The length is that of the body without its framing, and the encoding does not name that framing.
func (x *exchange) header(name string) (string, bool) {
	v := strings.Join(x.r.Header.Values(name), ",")
	if strings.EqualFold(name, "Content-Encoding") {
		var rest []string
		for _, coding := range strings.Split(v, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && coding != "aws-chunked" {
				rest = append(rest, coding)
			}
		}
		v = strings.Join(rest, ",")
	}
	return v, v != ""
}

// prefixed reads the headers with a common prefix. Their names are in lower case: HTTP keeps no case.
func (d *decoder) prefixed(v reflect.Value, m model.Member, header http.Header) {
	for name, values := range header {
		rest, ok := strings.CutPrefix(strings.ToLower(name), strings.ToLower(m.Name))
		if !ok {
			continue
		}
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
		v.SetMapIndex(reflect.ValueOf(rest), reflect.ValueOf(strings.Join(values, ",")))
	}
}

// split is the list that a header holds.
func split(text string) *node {
	list := &node{kind: listNode}
	for _, part := range strings.Split(text, ",") {
		list.kids = append(list.kids, &node{text: strings.TrimSpace(part), kind: textNode})
	}
	return list
}

// readPayload reads the body: an object as it is, a document as text, anything else as XML.
func (x *exchange) readPayload(d *decoder, in reflect.Value, shape *model.Shape) error {
	limit := int64(maxBody)
	m, has := shape.Members[shape.Payload]
	if has && m.Stream {
		limit = x.h.opts.MaxObject
	}
	body, err := x.body(limit)
	if err != nil || !has {
		return err
	}
	v := field(in, shape.Payload)
	switch s := d.shapes[m.Shape]; {
	case m.Stream:
		v.Set(reflect.ValueOf(newUpload(body)))
		if length := in.FieldByName("ContentLength"); length.IsValid() {
			length.Set(reflect.ValueOf(new(int64(len(body)))))
		}
	case len(body) == 0:
	case s.Type == "structure":
		root, err := parseXML(body)
		if err != nil {
			return err
		}
		return d.value(v, m, root, shape.Payload)
	default:
		return d.value(v, m, &node{text: string(body), kind: textNode}, shape.Payload)
	}
	return nil
}
