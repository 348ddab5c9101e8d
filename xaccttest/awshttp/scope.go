package awshttp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/xacct/xacct/internal/model"
	"github.com/xacct/xacct/internal/region"
)

// scope is what the credential scope of a request says: who calls, and which service in which Region.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
type scope struct {
	key, region string
	token       bool // the request has the token of a session
}

// bySigning are the services by the name that they have in credential scopes.
var bySigning = func() map[string]*model.Service {
	out := map[string]*model.Service{}
	for _, s := range model.Services() {
		out[s.Signing] = s
	}
	return out
}()

// scope reads the credential scope, and sets the service. A request without credentials gets the error of the protocol that it looks like.
func (x *exchange) scope() (scope, error) {
	x.svc = x.guess()
	text := x.r.URL.Query().Get("X-Amz-Credential")
	if header := x.r.Header.Get("Authorization"); header != "" {
		_, text, _ = strings.Cut(header, "Credential=")
		text, _, _ = strings.Cut(text, ",")
	}
	switch {
	case text == "" && x.olderSignature():
		x.svc = bySigning["s3"] // no other service had that
		return scope{}, &failure{status: 400, code: "InvalidRequest", message: "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."}
	case text == "":
		return scope{}, x.anonymous()
	}
	// From the end: an access key id has no slash, and nothing else says where it ends.
	parts := strings.Split(strings.TrimSpace(text), "/")
	if len(parts) != 5 || !region.Valid(parts[2]) {
		return scope{}, x.malformedScope()
	}
	svc := bySigning[parts[3]]
	if svc == nil {
		return scope{}, &failure{status: http.StatusNotImplemented, code: "NotImplemented", message: "this in-memory AWS has no service that signs as " + quoted(parts[3])}
	}
	x.svc = svc
	if x.expired(time.Now()) {
		return scope{}, &failure{status: 403, code: "AccessDenied", message: "Request has expired"}
	}
	token := x.r.Header.Get("X-Amz-Security-Token") != "" || x.r.URL.Query().Get("X-Amz-Security-Token") != ""
	return scope{parts[0], parts[2], token}, nil
}

// olderSignature reports whether the request is signed with version 2, which boto3 and the AWS CLI use in presigned URLs unless they are told
// otherwise. It names no service and no Region. S3 refuses it in every Region that began after January 2014.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
func (x *exchange) olderSignature() bool {
	return x.r.URL.Query().Has("AWSAccessKeyId") || strings.HasPrefix(x.r.Header.Get("Authorization"), "AWS ")
}

// expired reports whether a presigned URL is used after its time: seven days at most.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func (x *exchange) expired(now time.Time) bool {
	query := x.r.URL.Query()
	signed, err := time.Parse("20060102T150405Z", query.Get("X-Amz-Date"))
	if err != nil || x.svc.Protocol != "rest-xml" {
		return false
	}
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	return err == nil && now.After(signed.Add(time.Duration(min(seconds, 604800))*time.Second))
}

// unhoist gives a presigned request the headers that its signer put into the URL, as S3 does: the owner that the bucket must have, metadata, checksums.
// Source: https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/aws/signer/v4#Signer.PresignHTTP
func (x *exchange) unhoist() {
	query := x.r.URL.Query()
	if x.svc.Protocol != "rest-xml" || !query.Has("X-Amz-Credential") {
		return
	}
	for name, values := range query {
		if strings.HasPrefix(strings.ToLower(name), "x-amz-") && x.r.Header.Get(name) == "" {
			x.r.Header.Set(name, values[0])
		}
	}
}

// guess is the service whose protocol the request looks like.
func (x *exchange) guess() *model.Service {
	switch {
	case x.r.Header.Get("X-Amz-Target") != "":
		return bySigning["datasync"]
	case strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return bySigning["iam"]
	}
	return bySigning["s3"]
}

// anonymous is the error for a request without credentials.
func (x *exchange) anonymous() error {
	switch x.svc.Protocol {
	case "json":
		return &failure{status: 400, code: "MissingAuthenticationTokenException", message: "Missing Authentication Token"}
	case "query":
		return &failure{status: 403, code: "MissingAuthenticationToken", message: "Request is missing Authentication Token"}
	}
	return &failure{status: 403, code: "AccessDenied", message: "Access Denied"}
}

func (x *exchange) malformedScope() error {
	const message = "The credential of the request must have the form <access key id>/YYYYMMDD/<Region>/<service>/aws4_request"
	switch x.svc.Protocol {
	case "json":
		return &failure{status: 400, code: "IncompleteSignatureException", message: message}
	case "query":
		return &failure{status: 400, code: "IncompleteSignature", message: message}
	}
	return &failure{status: 400, code: "AuthorizationHeaderMalformed", message: message}
}

// unknownKey is the error for an access key id of nobody. Every error of a caller has status 400 in JSON.
// Source: https://github.com/aws-azure-login/aws-azure-login/issues/37 (ECS), https://github.com/yegor256/s3auth/issues/244 (DynamoDB)
func (x *exchange) unknownKey() error {
	switch x.svc.Protocol {
	case "json":
		return &failure{status: 400, code: "UnrecognizedClientException", message: "The security token included in the request is invalid."}
	case "query":
		return &failure{status: 403, code: "InvalidClientTokenId", message: "The security token included in the request is invalid."}
	}
	return &failure{status: 403, code: "InvalidAccessKeyId", message: "The AWS Access Key Id you provided does not exist in our records."}
}
