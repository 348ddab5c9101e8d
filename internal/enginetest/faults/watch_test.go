package faults_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// watcher stands between one process and the services. It sees every policy that the process reads, in a rendering that nobody else would
// choose, and every policy that it writes, and notes each write in which a part that is not ours has other bytes than in the read before it.
// It takes documents apart by itself.
type watcher struct {
	mu      sync.Mutex
	read    map[string]string              // by policy: what was served last; gone once it was written over
	writes  map[string][]xacct.PolicyWrite // by policy: what was served, and what was then sent, whatever became of it
	damaged []string
}

func newWatcher() *watcher {
	return &watcher{read: map[string]string{}, writes: map[string][]xacct.PolicyWrite{}}
}

// watched puts the watcher before the clients.
func (w *watcher) watched(clients xacct.Clients) xacct.Clients {
	out := xacct.Clients{}
	for account, ac := range clients {
		s3s, keys, logs := ac.S3, ac.KMS, ac.Logs
		ac.S3 = func(region string) bucket.API { return watchedS3{s3s(region), w} }
		ac.KMS = func(region string) kmskey.API { return watchedKMS{keys(region), w} }
		ac.Logs = func(region string) task.LogsAPI { return watchedLogs{logs(region), w, account + " " + region + " "} }
		out[account] = ac
	}
	return out
}

// serve notes what is served for a read. "" is no policy.
func (w *watcher) serve(name, text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.read[name] = text
	return text
}

// write compares what is sent with what was served. "" is a deletion.
func (w *watcher) write(name, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, ok := w.read[name]
	delete(w.read, name)
	w.writes[name] = append(w.writes[name], xacct.PolicyWrite{Before: before, After: text})
	if !ok || !slices.Equal(theirs(before), theirs(text)) {
		w.damaged = append(w.damaged, fmt.Sprintf("%s: read\n%s\nand sent\n%s", name, before, text))
	}
}

// damage is what was written wrong; "" is nothing.
func (w *watcher) damage() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.damaged, "\n")
}

// theirs are the parts of a policy that are not ours, each in its very bytes: version, id, and the statements in their order. None if there
// are no statements but ours.
func theirs(text string) []string {
	var d struct {
		Version, ID json.RawMessage
		Statement   json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return nil
	}
	statements := []json.RawMessage{d.Statement}
	if bytes.HasPrefix(d.Statement, []byte("[")) {
		statements = nil
		if err := json.Unmarshal(d.Statement, &statements); err != nil {
			panic(err)
		}
	}
	out := []string{"Version " + string(d.Version), "Id " + string(d.ID)}
	for _, st := range statements {
		var s struct{ Sid string }
		if err := json.Unmarshal(st, &s); err != nil {
			panic(err)
		}
		if !strings.HasPrefix(s.Sid, "Xacct") && !strings.HasPrefix(s.Sid, "DataSyncCreateS3Location") { // the latter are adopted, or ours to the letter
			out = append(out, string(st))
		}
	}
	if len(out) == 2 {
		return nil
	}
	return out
}

// strange renders a policy as no library would, with an element in the statements whose Sid begins with Their that nobody knows, with an
// escape and a number that do not survive being read and printed.
func strange(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), " \t", "   "); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(b.String(), `"Sid": "Their`, future+`"Sid": "Their`)
}

// future is an element that AWS may have one day.
const future = `"Future" :[ 1.50e1,"\u0061\/<b>" , {"z":1,"a":2} ],  `

// plain takes the element out again, because the fake refuses it as AWS does.
func plain(text *string) *string { return aws.String(strings.ReplaceAll(*text, future, "")) }

type watchedS3 struct {
	bucket.API
	w *watcher
}

func (a watchedS3) GetBucketPolicy(ctx context.Context, in *s3.GetBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	out, err := a.API.GetBucketPolicy(ctx, in, optFns...)
	switch {
	case err == nil:
		out.Policy = aws.String(a.w.serve(*in.Bucket, strange(*out.Policy)))
	case strings.Contains(err.Error(), "NoSuchBucketPolicy"):
		a.w.serve(*in.Bucket, "")
	}
	return out, err
}

func (a watchedS3) PutBucketPolicy(ctx context.Context, in *s3.PutBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	a.w.write(*in.Bucket, *in.Policy)
	next := *in
	next.Policy = plain(in.Policy)
	return a.API.PutBucketPolicy(ctx, &next, optFns...)
}

func (a watchedS3) DeleteBucketPolicy(ctx context.Context, in *s3.DeleteBucketPolicyInput, optFns ...func(*s3.Options)) (*s3.DeleteBucketPolicyOutput, error) {
	a.w.write(*in.Bucket, "")
	return a.API.DeleteBucketPolicy(ctx, in, optFns...)
}

type watchedKMS struct {
	kmskey.API
	w *watcher
}

func (a watchedKMS) GetKeyPolicy(ctx context.Context, in *kms.GetKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	out, err := a.API.GetKeyPolicy(ctx, in, optFns...)
	if err == nil {
		out.Policy = aws.String(a.w.serve(*in.KeyId, strange(*out.Policy)))
	}
	return out, err
}

func (a watchedKMS) PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, optFns ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	a.w.write(*in.KeyId, *in.Policy)
	next := *in
	next.Policy = plain(in.Policy)
	return a.API.PutKeyPolicy(ctx, &next, optFns...)
}

type watchedLogs struct {
	task.LogsAPI
	w     *watcher
	place string
}

func (a watchedLogs) DescribeResourcePolicies(ctx context.Context, in *cloudwatchlogs.DescribeResourcePoliciesInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DescribeResourcePoliciesOutput, error) {
	out, err := a.LogsAPI.DescribeResourcePolicies(ctx, in, optFns...)
	if err != nil {
		return out, err
	}
	if in.NextToken == nil {
		a.w.serve(a.place+task.LogPolicyName, "")
	}
	for _, p := range out.ResourcePolicies { // as it was put
		a.w.serve(a.place+*p.PolicyName, *p.PolicyDocument)
	}
	return out, nil
}

func (a watchedLogs) PutResourcePolicy(ctx context.Context, in *cloudwatchlogs.PutResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.PutResourcePolicyOutput, error) {
	a.w.write(a.place+*in.PolicyName, *in.PolicyDocument)
	return a.LogsAPI.PutResourcePolicy(ctx, in, optFns...)
}

func (a watchedLogs) DeleteResourcePolicy(ctx context.Context, in *cloudwatchlogs.DeleteResourcePolicyInput, optFns ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.DeleteResourcePolicyOutput, error) {
	a.w.write(a.place+*in.PolicyName, "")
	return a.LogsAPI.DeleteResourcePolicy(ctx, in, optFns...)
}

// theirPolicies are the parts that are not ours of every policy that the scenarios touch, as the fake holds them.
func theirPolicies(cloud *xaccttest.Cloud) map[string][]string {
	out := map[string][]string{}
	for _, name := range []string{"media-raw", "media-raw-2", "media-archive"} {
		out[name] = theirs(string(cloud.BucketPolicy(name)))
	}
	for _, arn := range []string{kittest.FirstKey(accountA, "eu-west-1"), kittest.FirstKey(accountB, "us-east-2")} {
		out[arn] = theirs(string(cloud.KeyPolicy(arn)))
	}
	if parts := theirs(logPolicy(cloud)); parts != nil {
		out[task.LogPolicyName] = parts
	}
	return out
}

// logPolicy is the text of the only log policy in our name; "" is none.
func logPolicy(cloud *xaccttest.Cloud) string {
	_, text, ok := strings.Cut(kittest.Dump(cloud), "log policy "+task.LogPolicyName+": ")
	if !ok {
		return ""
	}
	var document json.RawMessage
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&document); err != nil {
		panic(err)
	}
	return string(document)
}

// TestWatcherSeesDamage shows the watcher writes that are right and such that are not.
func TestWatcherSeesDamage(t *testing.T) {
	const (
		allow  = `{"Sid":"Theirs", "Effect":"Allow"}`
		deny   = `{"Effect" : "Deny"}`
		ours   = `{"Sid":"XacctOurs","Effect":"Allow"}`
		before = `{"Version":"2008-10-17","Id":"x","Statement":[` + allow + `, ` + ours + `,` + deny + `]}`
	)
	for _, tt := range []struct {
		name, read, sent string
		damage           bool
	}{
		{"ours leaves", before, `{"Version":"2008-10-17","Id":"x","Statement":[` + allow + `,` + deny + `]}`, false},
		{"ours changes", before, strings.ReplaceAll(before, `Ours","Effect":"Allow"`, `Ours","Effect":"Deny"`), false},
		{"the first of ours", "", `{"Version":"2012-10-17","Statement":[` + ours + `]}`, false},
		{"the last of ours", `{"Version":"2012-10-17","Statement":` + ours + `}`, "", false},
		{"white space between statements", before, strings.ReplaceAll(before, `, {`, `,{`), false},
		{"white space in a statement", before, strings.ReplaceAll(before, `"Theirs", `, `"Theirs",`), true},
		{"other order", before, `{"Version":"2008-10-17","Id":"x","Statement":[` + deny + `,` + allow + `]}`, true},
		{"a statement lost", before, `{"Version":"2008-10-17","Id":"x","Statement":[` + allow + `]}`, true},
		{"a statement twice", before, strings.ReplaceAll(before, deny, deny+`,`+deny), true},
		{"another version", before, strings.ReplaceAll(before, "2008-10-17", "2012-10-17"), true},
		{"no id", before, strings.ReplaceAll(before, `"Id":"x",`, ""), true},
		{"deleted", before, "", true},
		{"invented", "", before, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWatcher()
			w.serve("p", tt.read)
			w.write("p", tt.sent)
			if got := w.damage() != ""; got != tt.damage {
				t.Errorf("damage %v, want %v", got, tt.damage)
			}
			if w.write("p", tt.sent); w.damage() == "" {
				t.Error("a second write after one read is no damage")
			}
		})
	}
}
