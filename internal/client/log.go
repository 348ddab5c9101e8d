package client

import (
	"context"
	"log/slog"
	"reflect"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"errors"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
)

type loggerKey struct{}

// WithLogger returns a context whose calls are logged, each attempt as one record at Debug: the service, the operation, the account and Region, the
// attempt, how long it took, AWS's request id, and the class of the error. Inputs, answers and the texts of errors are never logged: they may
// hold policy documents, tags or credentials. The id of a request and the code of an error are escaped, because a proxy may have written them.
func WithLogger(ctx context.Context, l *slog.Logger) context.Context {
	if l == nil {
		return ctx
	}
	return context.WithValue(ctx, loggerKey{}, l)
}

func logCall(ctx context.Context, s slots, n int, in, out any, err error, took time.Duration) {
	l, ok := ctx.Value(loggerKey{}).(*slog.Logger)
	if !ok || !l.Enabled(ctx, slog.LevelDebug) {
		return
	}
	service, operation := nameOf(in)
	attrs := []slog.Attr{slog.String("service", service), slog.String("operation", operation), text.Attr("account", s.account)}
	if s.region != "" {
		attrs = append(attrs, text.Attr("region", s.region))
	}
	attrs = append(attrs, slog.Int("attempt", n), slog.Duration("duration", took))
	if id := requestID(out, err); id != "" {
		attrs = append(attrs, text.Attr("request_id", id))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", awserr.Class(err)))
		if code := awserr.Code(err); code != "" {
			attrs = append(attrs, text.Attr("code", code))
		}
	}
	l.LogAttrs(ctx, slog.LevelDebug, "xacct call", attrs...)
}

// nameOf returns the service and the operation of an input of the SDK: "s3" and "GetBucketPolicy" of a *s3.GetBucketPolicyInput.
func nameOf(in any) (service, operation string) {
	t := reflect.TypeOf(in).Elem()
	return t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:], strings.TrimSuffix(t.Name(), "Input")
}

// requestID returns AWS's id of the request, from the answer or from the error; "" if there is none.
func requestID(out any, err error) string {
	if answered := (interface{ ServiceRequestID() string })(nil); errors.As(err, &answered) {
		return answered.ServiceRequestID()
	}
	v := reflect.ValueOf(out)
	if err != nil || v.Kind() != reflect.Pointer || v.IsNil() {
		return ""
	}
	field := v.Elem().FieldByName("ResultMetadata")
	if !field.IsValid() {
		return ""
	}
	m, _ := field.Interface().(middleware.Metadata)
	id, _ := awsmiddleware.GetRequestIDMetadata(m)
	return id
}
