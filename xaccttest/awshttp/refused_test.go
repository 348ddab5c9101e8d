package awshttp_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

func signedAs(key, region, service string) string {
	return "AWS4-HMAC-SHA256 Credential=" + key + "/20261128/" + region + "/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

// request is one that the handler gets from a loopback peer.
func request(method, target, service, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:40000", "127.0.0.1:5601"
	r.Header.Set("Authorization", signedAs(accountA, "eu-west-1", service))
	return r
}

func jsonRequest(service, target, body string) *http.Request {
	r := request("POST", "/", service, body)
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	return r
}

func formRequest(service, body string) *http.Request {
	r := request("POST", "/", service, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return r
}

// Who is no client of this machine is refused before anything is read.
func TestStrangers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"loopback", func(*http.Request) {}, 200},
		{"loopback of version 6", func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:40000", "[::1]:5601" }, 200},
		{"localhost", func(r *http.Request) { r.Host = "LOCALHOST:5601" }, 200},
		{"another loopback address", func(r *http.Request) { r.RemoteAddr = "127.8.8.8:1" }, 200},
		{"a mapped address", func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:1" }, 200},
		{"a peer of the network", func(r *http.Request) { r.RemoteAddr = "192.0.2.1:40000" }, 403},
		{"a peer without address", func(r *http.Request) { r.RemoteAddr = "@" }, 403},
		{"forwarded by a proxy", func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1"; r.Header.Set("X-Forwarded-For", "127.0.0.1") }, 403},
		{"a web page", func(r *http.Request) { r.Header.Set("Origin", "http://localhost:5601") }, 403},
		{"a page without origin", func(r *http.Request) { r.Header["Origin"] = []string{""} }, 403},
		{"an image of a web page", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"DNS rebinding", func(r *http.Request) { r.Host = "attacker.example:5601" }, 403},
		{"a name that begins like loopback", func(r *http.Request) { r.Host = "127.0.0.1.attacker.example" }, 403},
		{"a name that ends like the domain", func(r *http.Request) { r.Host = "notlocalhost" }, 403},
		{"no host", func(r *http.Request) { r.Host = "" }, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := formRequest("sts", "Action=GetCallerIdentity&Version=2011-06-15")
			tt.change(r)
			w := httptest.NewRecorder()
			awshttp.New(xaccttest.NewCloud()).ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
		})
	}
}

// A stranger that is a client of AWS can read why it is refused, in each protocol.
func TestStrangerReadsWhy(t *testing.T) {
	const why = "does not answer for that Host: call it at localhost"
	for _, tt := range []struct {
		name string
		r    *http.Request
		want string // of the body
	}{
		{"JSON", jsonRequest("datasync", "FmrsService.ListTasks", `{}`), `{"__type":"AccessDeniedException","message":"this in-memory AWS ` + why},
		{"Query", formRequest("sts", "Action=GetCallerIdentity&Version=2011-06-15"), "<Code>AccessDenied</Code><Message>this in-memory AWS " + why},
		{"XML", request("GET", "/media-raw", "s3", ""), "<Error><Code>AccessDenied</Code><Message>this in-memory AWS " + why},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Host = "emulator.example"
			w := httptest.NewRecorder()
			awshttp.New(xaccttest.NewCloud()).ServeHTTP(w, tt.r)
			if w.Code != 403 || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, want 403 with %q: %s", w.Code, tt.want, w.Body)
			}
			if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("X-Content-Type-Options %q", got)
			}
		})
	}
}

// Bad requests get the errors of their protocols.
func TestBadRequests(t *testing.T) {
	const create, tagRole = "FmrsService.CreateTask", "Action=TagRole&Version=2010-05-08&RoleName=Operator"
	nested := strings.Repeat(`{"Options":`, 20000)
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><OwnershipControls><Rule><ObjectOwnership>&b;</ObjectOwnership></Rule></OwnershipControls>`
	for _, tt := range []struct {
		name   string
		r      *http.Request
		status int
		want   string // of the body
	}{
		{"JSON: broken", jsonRequest("datasync", create, `{"Name":`), 400, "SerializationException"},
		{"JSON: no object", jsonRequest("datasync", create, `[]`), 400, "SerializationException"},
		{"JSON: two values", jsonRequest("datasync", create, `{} {}`), 400, "SerializationException"},
		{"JSON: nested", jsonRequest("datasync", create, nested), 400, "SerializationException"},
		{"JSON: a number for a text", jsonRequest("datasync", create, `{"Name":1}`), 400, "name must be a string"},
		{"JSON: a text for a number", jsonRequest("datasync", "FmrsService.ListTasks", `{"MaxResults":"1"}`), 400, "maxResults must be a integer"},
		{"JSON: a fraction", jsonRequest("datasync", "FmrsService.ListTasks", `{"MaxResults":1.5}`), 400, "SerializationException"},
		{"JSON: beyond 32 bits", jsonRequest("datasync", "FmrsService.ListTasks", `{"MaxResults":4294967297}`), 400, "SerializationException"},
		{"JSON: null in a list", jsonRequest("datasync", create, `{"Tags":[null]}`), 400, "tags.1 must be not null"},
		{"JSON: unknown member", jsonRequest("datasync", create, `{"Nmae":"a"}`), 400, "Nmae must be absent"},
		{"JSON: the case of a member", jsonRequest("datasync", create, `{"name":"a"}`), 400, "SerializationException"},
		{"JSON: required", jsonRequest("datasync", create, `{}`), 400, "Value null at 'destinationLocationArn'"},
		{"JSON: required, nested", jsonRequest("datasync", "FmrsService.CreateLocationS3", `{"S3BucketArn":"arn:aws:s3:::a","S3Config":{}}`), 400, "Value null at 's3Config.bucketAccessRoleArn'"},
		{"JSON: null is nothing", jsonRequest("datasync", "FmrsService.ListTasks", `{"MaxResults":null}`), 200, `"Tasks":[]`},
		{"JSON: not UTF-8", jsonRequest("datasync", "FmrsService.ListTasks", "{\"NextToken\":\"\xff\"}"), 400, "SerializationException"},
		{"JSON: no body", jsonRequest("datasync", "FmrsService.ListTasks", ``), 200, `"Tasks":[]`},
		{"JSON: too large", jsonRequest("datasync", create, `"`+strings.Repeat("a", 3<<20)), 400, "too large"},
		{"JSON: not played", jsonRequest("datasync", "FmrsService.CreateAgent", `{}`), 400, `UnknownOperationException","message":"DataSync:CreateAgent is not played`},
		{"JSON: another service", jsonRequest("kms", create, `{}`), 400, "UnknownOperationException"},
		{"Query: not played", formRequest("iam", "Action=CreateUser&Version=2010-05-08"), 400, "IAM:CreateUser is not played"},
		{"Query: another version", formRequest("iam", "Action=GetRole&Version=2011-06-15"), 400, "InvalidAction"},
		{"Query: required", formRequest("iam", "Action=GetRole&Version=2010-05-08"), 400, "<Code>ValidationError</Code><Message>1 validation error detected: Value null at &#39;roleName&#39;"},
		{"Query: unknown", formRequest("iam", "Action=GetRole&Version=2010-05-08&RoleName=a&Role=b"), 400, "MalformedInput"},
		{"Query: unknown in a list", formRequest("iam", "Action=TagRole&Version=2010-05-08&RoleName=a&Tags.entry.1.Key=b"), 400, "MalformedInput"},
		{"Query: an entry before the first", formRequest("iam", "Action=UntagRole&Version=2010-05-08&RoleName=a&TagKeys.member.-1=b"), 400, "MalformedInput"},
		{"Query: an entry of two names", formRequest("iam", "Action=UntagRole&Version=2010-05-08&RoleName=a&TagKeys.member.01=b&TagKeys.member.1=c"), 400, "MalformedInput"},
		{"Query: an entry that is no number", formRequest("iam", "Action=UntagRole&Version=2010-05-08&RoleName=a&TagKeys.member.x=b"), 400, "MalformedInput"},
		{"Query: a text for a list", formRequest("iam", tagRole+"&Tags=a"), 400, "tags must be a list"},
		{"Query: a text for the entries", formRequest("iam", tagRole+"&Tags.member=a"), 400, "tags.member must be a list"},
		{"Query: a text beside the entries", formRequest("iam", tagRole+"&Tags=a&Tags.member.1.Key=a&Tags.member.1.Value=b"), 400, "tags must be a list"},
		{"Query: a text for an entry", formRequest("iam", tagRole+"&Tags.member.1=a&Tags.member.1.Key=a&Tags.member.1.Value=b"), 400, "tags.1 must be an object"},
		{"Query: an entry without a number", formRequest("iam", tagRole+"&Tags.member.x.Key=a&Tags.member.x.Value=b"), 400, "tags.member.x must be numbered"},
		{"Query: an entry before the first", formRequest("iam", tagRole+"&Tags.member.0.Key=a&Tags.member.0.Value=b"), 400, "tags.member.0 must be numbered"},
		{"Query: deep", formRequest("iam", "Action=GetRole&Version=2010-05-08&RoleName"+strings.Repeat(".a", 5000)+"=b"), 400, "MalformedInput"},
		{"Query: twice escaped wrongly", formRequest("iam", "Action=%zz"), 400, "MalformedQueryString"},
		{"Query: in the URL", request("GET", "/?Action=GetRole&Version=2010-05-08&RoleName=a", "iam", ""), 400, "MissingAction"},
		{"XML: broken", request("PUT", "/media-raw?ownershipControls", "s3", "<OwnershipControls>"), 400, "MalformedXML"},
		{"XML: bomb", request("PUT", "/media-raw?ownershipControls", "s3", bomb), 400, "MalformedXML"},
		{"XML: deep", request("PUT", "/media-raw?ownershipControls", "s3", strings.Repeat("<a>", 10000)), 400, "MalformedXML"},
		{"XML: unknown", request("PUT", "/media-raw?ownershipControls", "s3", "<OwnershipControls><Rules/></OwnershipControls>"), 400, "MalformedXML"},
		{"XML: none", request("PUT", "/media-raw?ownershipControls", "s3", ""), 400, "MissingRequestBodyError"},
		{"XML: too large", request("PUT", "/media-raw?ownershipControls", "s3", strings.Repeat(" ", 3<<20)), 400, "EntityTooLarge"},
		{"S3: not played", request("GET", "/media-raw?inventory&id=a", "s3", ""), 501, "S3:GetBucketInventoryConfiguration is not played"},
		{"S3: a copy is no upload", copying(request("PUT", "/media-raw/k", "s3", "")), 501, "S3:CopyObject is not played"},
		{"S3: a list of parts is no object", request("GET", "/media-raw/k?uploadId=u", "s3", ""), 404, "NoSuchUpload"},
		{"S3: no such method", request("PATCH", "/media-raw", "s3", ""), 405, "MethodNotAllowed"},
		{"S3: a negative number", request("GET", "/media-raw?list-type=2&max-keys=-1", "s3", ""), 400, "InvalidArgument"},
		{"S3: another encoding", request("GET", "/media-raw?list-type=2&encoding-type=base64", "s3", ""), 400, "InvalidArgument"},
		{"S3: a number", request("GET", "/media-raw?list-type=2&max-keys=many", "s3", ""), 400, "InvalidArgument"},
		{"S3: no such bucket", request("GET", "/nobody?policy", "s3", ""), 404, "NoSuchBucket"},
		{"another service", request("GET", "/", "ec2", ""), 501, "NotImplemented"},
		{"no credentials", anonymous(request("GET", "/media-raw?policy", "s3", "")), 403, "AccessDenied"},
		{"no credentials, form", anonymous(formRequest("iam", "")), 403, "MissingAuthenticationToken"},
		{"no credentials, JSON", anonymous(jsonRequest("datasync", create, "{}")), 400, "MissingAuthenticationTokenException"},
		{"signature version 2", as(request("GET", "/media-raw/k", "s3", ""), "AWS 111122223333:c2ln"), 400, "<Code>InvalidRequest</Code>"},
		{"a URL of signature version 2", anonymous(request("GET", "/media-raw/k?AWSAccessKeyId=111122223333&Signature=a&Expires=1", "s3", "")), 400, "Please use AWS4-HMAC-SHA256."},
		{"a form to such a URL", anonymous(formTo("/media-raw/k?AWSAccessKeyId=111122223333&Signature=a&Expires=1")), 400, "Please use AWS4-HMAC-SHA256."},
		{"half a scope", as(request("GET", "/", "s3", ""), "AWS4-HMAC-SHA256 Credential=a/b/c"), 400, "AuthorizationHeaderMalformed"},
		{"an unknown key", as(request("GET", "/", "s3", ""), signedAs("AKIAUNKNOWN", "eu-west-1", "s3")), 403, "InvalidAccessKeyId"},
		{"an unknown key, form", as(formRequest("iam", ""), signedAs("AKIAUNKNOWN", "us-east-1", "iam")), 403, "InvalidClientTokenId"},
		{"an unknown key, JSON", as(jsonRequest("kms", "a", ""), signedAs("AKIAUNKNOWN", "eu-west-1", "kms")), 400, "UnrecognizedClientException"},
		{"a Region of another partition", as(request("GET", "/", "s3", ""), signedAs(accountA, "cn-north-1", "s3")), 403, "InvalidAccessKeyId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cloud := xaccttest.NewCloud()
			cloud.AddBucket(accountA, "eu-west-1", "media-raw")
			w := httptest.NewRecorder()
			awshttp.New(cloud).ServeHTTP(w, tt.r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("status %d, want %d with %q: %s", w.Code, tt.status, tt.want, w.Body)
			}
		})
	}
}

func as(r *http.Request, authorization string) *http.Request {
	r.Header.Set("Authorization", authorization)
	return r
}

// formTo is an upload to a URL by a client that takes every body for a form, such as curl.
func formTo(target string) *http.Request {
	r := request("PUT", target, "s3", "abc")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func anonymous(r *http.Request) *http.Request {
	r.Header.Del("Authorization")
	return r
}

func copying(r *http.Request) *http.Request {
	r.Header.Set("X-Amz-Copy-Source", "media-raw/other")
	return r
}

// A huge body is read as far as its limit and no further.
func TestHugeBody(t *testing.T) {
	h := awshttp.New(xaccttest.NewCloud())
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	endless := &counter{}
	r := jsonRequest("datasync", "FmrsService.CreateTask", "")
	r.Body = io.NopCloser(endless)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if w.Code != 400 || endless.n > 4<<20 || after.TotalAlloc-before.TotalAlloc > 64<<20 {
		t.Errorf("status %d after %d bytes, %d allocated", w.Code, endless.n, after.TotalAlloc-before.TotalAlloc)
	}
}

// counter is an endless body that counts what was read.
type counter struct{ n int }

func (c *counter) Read(p []byte) (int, error) {
	c.n += len(p)
	return copy(p, bytes.Repeat([]byte{'['}, len(p))), nil
}
