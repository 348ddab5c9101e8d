package awshttp

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/xacct/xacct/xaccttest"
)

// failure is an error that the handler answers by itself.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// errLost is the error of an answer that breaks off.
var errLost = errors.New("the answer is lost")

// refusal is an error as the protocols answer it.
type refusal struct {
	status        int
	code, message string
	id            string
	extra         map[string]string // members of the error beside its message: JSON
}

// fail answers with an error. An error that is none of the service is an answer that never comes, and cuts the connection.
func (x *exchange) fail(err error) {
	r, ok := x.refusal(err)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	x.identify(r.id)
	switch x.svc.Protocol {
	case "json":
		body := map[string]string{"__type": r.code, "message": r.message}
		for k, v := range r.extra {
			body[k] = v
		}
		text, _ := json.Marshal(body) // strings can always be written
		x.send(r.status, "application/x-amz-json-1.1", text)
	case "query":
		x.send(r.status, "text/xml", []byte(x.queryError(r)))
	default:
		x.send(r.status, "application/xml", []byte(x.restError(r)))
	}
}

func (x *exchange) queryError(r refusal) string {
	var b strings.Builder
	b.WriteString(`<ErrorResponse xmlns="` + x.svc.Namespace + `"><Error>`)
	at := "Sender"
	if r.status >= 500 {
		at = "Receiver"
	}
	elementOf(&b, "Type", at)
	elementOf(&b, "Code", r.code)
	elementOf(&b, "Message", r.message)
	b.WriteString("</Error>")
	elementOf(&b, "RequestId", r.id)
	b.WriteString("</ErrorResponse>")
	return b.String()
}

// restError is an error of S3. A redirect names the bucket and its endpoint.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
func (x *exchange) restError(r refusal) string {
	var b strings.Builder
	b.WriteString(xmlHead + "\n<Error>")
	elementOf(&b, "Code", r.code)
	elementOf(&b, "Message", r.message)
	switch {
	case r.code == "PermanentRedirect":
		elementOf(&b, "Endpoint", x.bucket+".s3."+x.w.Header().Get("X-Amz-Bucket-Region")+".amazonaws.com")
		elementOf(&b, "Bucket", x.bucket)
	case x.key != "":
		elementOf(&b, "Key", x.key)
	case x.bucket != "":
		elementOf(&b, "BucketName", x.bucket)
	}
	elementOf(&b, "RequestId", r.id)
	elementOf(&b, "HostId", r.id)
	b.WriteString("</Error>")
	return b.String()
}

// refusal is an error as a service answers it; false if it is no error of a service.
func (x *exchange) refusal(err error) (refusal, bool) {
	if f := (*failure)(nil); errors.As(err, &f) {
		return refusal{status: f.status, code: f.code, message: f.message, id: "xaccttest-refused"}, true
	}
	if u := (*xaccttest.UnimplementedError)(nil); errors.As(err, &u) {
		return x.refusal(x.notPlayed(u.Operation))
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return refusal{}, false
	}
	r := refusal{status: http.StatusBadRequest, code: api.ErrorCode(), message: api.ErrorMessage(), extra: map[string]string{}}
	if api.ErrorFault() == smithy.FaultServer {
		r.status = http.StatusInternalServerError
	}
	if resp := (*smithyhttp.ResponseError)(nil); errors.As(err, &resp) && resp.Response != nil && resp.Response.Response != nil {
		if status := resp.HTTPStatusCode(); status >= 300 && status <= 599 { // a client would take any other for success
			r.status = status
		}
		for name, values := range resp.Response.Header {
			x.w.Header()[name] = values
		}
		for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id"} {
			if id := resp.Response.Header.Get(name); id != "" {
				r.id = id
			}
		}
	}
	switch { // the cloud has one code for a caller that is gone, each protocol its own
	case r.code == "InvalidClientTokenId":
		gone := x.unknownKey().(*failure)
		r.status, r.code, r.message = gone.status, gone.code, gone.message
	case r.code == "ExpiredToken" && x.svc.Protocol == "json":
		r.status, r.code = http.StatusBadRequest, "ExpiredTokenException"
	case r.code == "ExpiredToken" && x.svc.Protocol == "rest-xml":
		r.status = http.StatusBadRequest
	}
	details(api, r.extra)
	return r, true
}

// details are the texts that an error of the SDK has beside its message, such as the errorCode of DataSync.
func details(err error, into map[string]string) {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return
	}
	for f, value := range v.Fields() {
		if !f.IsExported() {
			continue
		}
		text, ok := value.Interface().(*string)
		if ok && text != nil && f.Name != "Message" && f.Name != "ErrorCodeOverride" {
			into[strings.ToLower(f.Name[:1])+f.Name[1:]] = *text
		}
	}
}
