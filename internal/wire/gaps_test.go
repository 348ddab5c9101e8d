package wire_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// motoAccount is the account in all ARNs of moto's DataSync.
const motoAccount = "111222333444"

// gaps stands between the SDK's clients of one account and moto, and closes the gaps of moto's DataSync that the journey meets. It does
// nothing else: requests to IAM, S3 and STS, and the answers to them, pass as they are.
//
//   - ListTagsForResource, TagResource, UntagResource: moto lacks them (it answers 500 with an HTML page), and drops the tags that come with
//     what is made. The tags are kept and answered here.
//   - ListTaskExecutions: moto lacks it likewise. The executions that were started are kept and answered here.
//   - Accounts in ARNs: moto writes one fixed account into every DataSync ARN, whoever asks, so that two accounts' locations have the same
//     ARN. Answers get the client's account instead, requests get moto's.
//   - DeleteLocation, DeleteTask of what is gone: moto gives no reason ("The request is not valid."), DataSync says what is not found. It
//     matters after a lost answer, when the SDK sends the request again.
//   - UpdateLocationS3: moto lacks it, and the journey does not need it. It is refused at once, as DataSync refuses, instead of being
//     tried over and over.
type gaps struct {
	account string
	next    http.RoundTripper

	mu         sync.Mutex
	tags       map[string]map[string]string // by ARN
	executions map[string][]string          // by the ARN of their task
}

func newGaps(account string, next http.RoundTripper) *gaps {
	return &gaps{account: account, next: next, tags: map[string]map[string]string{}, executions: map[string][]string{}}
}

// dataSyncInput is what gaps must know of a request's body.
type dataSyncInput struct {
	ResourceArn, TaskArn, LocationArn string
	Tags                              []tagEntry
	Keys                              []string
}

type tagEntry struct{ Key, Value string }

// dataSyncOutput is what gaps must know of an answer's body.
type dataSyncOutput struct{ LocationArn, TaskArn, TaskExecutionArn string }

func (g *gaps) RoundTrip(req *http.Request) (*http.Response, error) {
	op, ok := dataSyncOperation(req)
	if !ok {
		return g.next.RoundTrip(req)
	}
	body, err := take(&req.Body)
	if err != nil {
		return nil, err
	}
	var in dataSyncInput
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if out, ok := g.answer(op, in); ok {
		return respond(req, out), nil
	}

	put := bytes.ReplaceAll(body, arnsOf(g.account), arnsOf(motoAccount))
	sent := req.Clone(req.Context())
	sent.Body, sent.ContentLength = io.NopCloser(bytes.NewReader(put)), int64(len(put))
	resp, err := g.next.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	got, err := take(&resp.Body)
	if err != nil {
		return nil, err
	}
	got = bytes.ReplaceAll(got, arnsOf(motoAccount), arnsOf(g.account))
	if op == "DeleteLocation" || op == "DeleteTask" {
		got = bytes.Replace(got, []byte("The request is not valid."), []byte(in.LocationArn+in.TaskArn+" is not found."), 1)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(got)), int64(len(got))
	resp.Header.Del("Content-Length")
	if resp.StatusCode == http.StatusOK {
		g.remember(op, in, got)
	}
	return resp, nil
}

// answer is the answer to an operation that moto lacks.
func (g *gaps) answer(op string, in dataSyncInput) (out any, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	tags := g.tags[in.ResourceArn]
	switch op {
	case "ListTagsForResource":
		list := []tagEntry{}
		for _, k := range slices.Sorted(maps.Keys(tags)) {
			list = append(list, tagEntry{k, tags[k]})
		}
		return map[string]any{"Tags": list}, true
	case "TagResource":
		g.tag(in.ResourceArn, in.Tags)
	case "UntagResource":
		for _, k := range in.Keys {
			delete(tags, k)
		}
	case "ListTaskExecutions":
		list := []map[string]string{}
		for _, arn := range g.executions[in.TaskArn] {
			list = append(list, map[string]string{"TaskExecutionArn": arn})
		}
		return map[string]any{"TaskExecutions": list}, true
	case "UpdateLocationS3":
		return refusal("moto has no UpdateLocationS3"), true
	default:
		return nil, false
	}
	return struct{}{}, true
}

// remember keeps what moto forgets of a request that it carried out.
func (g *gaps) remember(op string, in dataSyncInput, body []byte) {
	var out dataSyncOutput
	if json.Unmarshal(body, &out) != nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch op {
	case "CreateLocationS3":
		g.tag(out.LocationArn, in.Tags)
	case "CreateTask":
		g.tag(out.TaskArn, in.Tags)
	case "StartTaskExecution":
		g.tag(out.TaskExecutionArn, in.Tags)
		g.executions[in.TaskArn] = append(g.executions[in.TaskArn], out.TaskExecutionArn)
	case "DeleteLocation":
		delete(g.tags, in.LocationArn)
	case "DeleteTask":
		delete(g.tags, in.TaskArn)
		delete(g.executions, in.TaskArn)
	}
}

func (g *gaps) tag(arn string, tags []tagEntry) {
	if g.tags[arn] == nil {
		g.tags[arn] = map[string]string{}
	}
	for _, t := range tags {
		g.tags[arn][t.Key] = t.Value
	}
}

// region is the one of the journey: moto cannot make a task with a location in another.
const region = "eu-west-1"

// arnsOf is what every DataSync ARN of the account begins with.
func arnsOf(account string) []byte { return []byte("arn:aws:datasync:" + region + ":" + account + ":") }

func dataSyncOperation(req *http.Request) (string, bool) {
	return strings.CutPrefix(req.Header.Get("X-Amz-Target"), "FmrsService.")
}

// take reads the body to its end and closes it.
func take(body *io.ReadCloser) ([]byte, error) {
	defer (*body).Close()
	return io.ReadAll(*body)
}

// refusal is an InvalidRequestException.
type refusal string

func respond(req *http.Request, out any) *http.Response {
	status := http.StatusOK
	if r, ok := out.(refusal); ok {
		status, out = http.StatusBadRequest, map[string]string{"__type": "InvalidRequestException", "message": string(r)}
	}
	b, err := json.Marshal(out)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(err.Error())
	}
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, Body: io.NopCloser(bytes.NewReader(b)),
		ContentLength: int64(len(b)), Request: req,
	}
}
