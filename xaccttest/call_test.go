package xaccttest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func (w *world) createRole(ctx context.Context, name string) error {
	_, err := w.c[src].IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(string(trust().Bytes()))})
	return err
}

func (w *world) hasRole(name string) bool { return strings.Contains(w.cloud.Dump(), "role /"+name+" ") }

func TestIntercept(t *testing.T) {
	lost := errors.New("connection reset by peer")
	tests := map[string]struct {
		fn      func(ctx context.Context, call xaccttest.Call, next func() error) error
		applied bool
		want    string // of the error; "" for none
	}{
		"passed on": {func(_ context.Context, _ xaccttest.Call, next func() error) error { return next() }, true, ""},
		"refused": {func(context.Context, xaccttest.Call, func() error) error {
			return xaccttest.Fault(400, "Throttling", "Rate exceeded")
		}, false, "400 Throttling: Rate exceeded"},
		"refused as modelled": {func(context.Context, xaccttest.Call, func() error) error {
			return xaccttest.Fault(500, "ServiceFailure", "")
		}, false, "500 ServiceFailure: "},
		"answer lost": {func(_ context.Context, _ xaccttest.Call, next func() error) error {
			if err := next(); err != nil {
				return err
			}
			return lost
		}, true, "not a response error: operation error IAM: CreateRole, connection reset by peer"},
		"answered for": {func(context.Context, xaccttest.Call, func() error) error { return nil }, false, ""},
		"twice": {func(_ context.Context, _ xaccttest.Call, next func() error) error { next(); return next() }, true,
			"not a response error: operation error IAM: CreateRole, xaccttest: next was called twice"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.Intercept(test.fn)
			err := w.createRole(w.ctx, "new")
			want := test.want
			if *overHTTP && strings.HasPrefix(want, "not a response error") {
				want = "not an API error: operation error IAM: CreateRole, https response error StatusCode: 0, RequestID: , request send failed, Post \"http://localhost/\": unexpected EOF"
			}
			if got := refused(err); got != want && (want != "" || got != "no error") {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := w.hasRole("new"); got != test.applied {
				t.Errorf("applied: %t", got)
			}
			call := w.cloud.Calls()[0]
			if call.Applied != test.applied || (call.Err == nil) != (err == nil) || !*overHTTP && call.Err != err {
				t.Errorf("recorded: applied %t, error %v", call.Applied, call.Err)
			}
			w.cloud.Intercept(nil)
			w.must(w.createRole(w.ctx, "other"))
		})
	}
}

func TestCalls(t *testing.T) {
	w := newWorld(t)
	in := &iam.TagRoleInput{RoleName: aws.String("nobody"), Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("1")}}}
	_, err := w.c[src].IAM.TagRole(w.ctx, in)
	if err == nil {
		t.Fatal("no error")
	}
	_, err = w.c[dst].S3(dstRegion).HeadBucket(w.ctx, &s3.HeadBucketInput{Bucket: aws.String("media-archive")})
	w.must(err)
	*in.Tags[0].Key = "changed"
	var got []string
	for _, call := range w.cloud.Calls() {
		got = append(got, fmt.Sprintf("%s %s %s %s %s %T %t", call.Account, call.Region, call.Service, call.Operation, call.Principal, call.Input, call.Err == nil))
	}
	want := []string{
		src + "  IAM TagRole arn:aws:iam::" + src + ":role/Operator *iam.TagRoleInput false",
		dst + " us-east-2 S3 HeadBucket arn:aws:iam::" + dst + ":role/Operator *s3.HeadBucketInput true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := *w.cloud.Calls()[0].Input.(*iam.TagRoleInput).Tags[0].Key; got != "a" {
		t.Errorf("the input was changed afterwards: %s", got)
	}
	*w.cloud.Calls()[0].Input.(*iam.TagRoleInput).Tags[0].Key = "changed"
	if got := *w.cloud.Calls()[0].Input.(*iam.TagRoleInput).Tags[0].Key; got != "a" {
		t.Errorf("the record was changed from outside: %s", got)
	}
	w.cloud.ResetCalls()
	if n := len(w.cloud.Calls()); n != 0 {
		t.Errorf("%d calls after ResetCalls", n)
	}
}

// What goes in and what comes out is copied.
func TestCopies(t *testing.T) {
	w := newWorld(t)
	body := []byte("abc")
	w.cloud.PutObject("media-raw", "k", body)
	body[0] = 'x'
	w.cloud.Objects("media-raw")["k"][1] = 'x'
	if got := string(w.cloud.Objects("media-raw")["k"]); got != "abc" {
		t.Errorf("object %q", got)
	}
	w.must(w.createRole(w.ctx, "new"))
	out, err := w.c[src].IAM.GetRole(w.ctx, &iam.GetRoleInput{RoleName: aws.String("new")})
	w.must(err)
	*out.Role.RoleName = "changed"
	if !w.hasRole("new") {
		t.Error("the role was changed from outside")
	}
}

func TestRequestID(t *testing.T) {
	w := newWorld(t)
	out, err := w.c[src].STS.GetCallerIdentity(w.ctx, nil)
	w.must(err)
	id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
	if call := w.cloud.Calls()[0]; !ok || id != call.RequestID {
		t.Errorf("%q in the answer, %q in the record", id, call.RequestID)
	}
}

// The SDK sends nothing if a required member is missing.
func TestMissingMembers(t *testing.T) {
	w := newWorld(t)
	_, err := w.c[src].IAM.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: aws.String("new")})
	var invalid smithy.InvalidParamsError
	if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "AssumeRolePolicyDocument") {
		t.Errorf("got %v", err)
	}
	if n := len(w.cloud.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A context that ends before a call takes effect prevents it; one that ends afterwards loses the answer.
func TestLatencyAndContext(t *testing.T) {
	tests := map[string]struct {
		timeout time.Duration
		applied bool
		err     error
	}{
		"ended before":    {0, false, context.DeadlineExceeded},
		"on the way":      {time.Second, false, context.DeadlineExceeded},
		"on the way back": {3 * time.Second, true, context.DeadlineExceeded},
		"later":           {5 * time.Second, true, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, func(o *xaccttest.Options) { o.Latency = 4 * time.Second })
				ctx, cancel := context.WithTimeout(w.ctx, test.timeout)
				defer cancel()
				begin := time.Now()
				if err := w.createRole(ctx, "new"); !errors.Is(err, test.err) {
					t.Errorf("error %v", err)
				}
				if took, want := time.Since(begin), min(test.timeout, 4*time.Second); took != want {
					t.Errorf("took %v, want %v", took, want)
				}
				if got := w.hasRole("new"); got != test.applied {
					t.Errorf("applied: %t", got)
				}
			})
		})
	}
	t.Run("refusals take as long", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *xaccttest.Options) { o.Latency = 4 * time.Second })
			w.cloud.Intercept(func(context.Context, xaccttest.Call, func() error) error {
				return xaccttest.Fault(400, "Throttling", "")
			})
			begin := time.Now()
			w.createRole(w.ctx, "new")
			if took := time.Since(begin); took != 4*time.Second {
				t.Errorf("took %v", took)
			}
		})
	})
}

// After a change, so many reads still see the old state, each system by itself.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
func TestPropagation(t *testing.T) {
	const n = 3
	// until counts how often fn fails with the text before it succeeds.
	until := func(w *world, text string, fn func() error) int {
		w.t.Helper()
		for tries := range 20 {
			err := fn()
			if err == nil {
				return tries
			}
			if !strings.Contains(err.Error(), text) {
				w.t.Fatalf("got %v, want %s", err, text)
			}
		}
		w.t.Fatal("never seen")
		return 0
	}
	w := newWorld(t, func(o *xaccttest.Options) { o.Propagation = n; o.TransientIDs = 0 })
	w.must(w.createRole(w.ctx, "writer"))
	arn := "arn:aws:iam::" + src + ":role/writer"
	get := func() error {
		_, err := w.c[src].IAM.GetRole(w.ctx, &iam.GetRoleInput{RoleName: aws.String("writer")})
		return err
	}
	put := func() error {
		_, err := w.c[dst].S3(dstRegion).PutBucketPolicy(w.ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("media-archive"), Policy: aws.String(string(w.grant(arn).Bytes()))})
		return err
	}
	read := func() error {
		_, err := w.c[dst].S3(dstRegion).GetBucketPolicy(w.ctx, &s3.GetBucketPolicyInput{Bucket: aws.String("media-archive")})
		return err
	}
	create := func() error {
		_, err := w.sync(dstRegion).CreateLocationS3(w.ctx, locationInput("media-archive", "", arn))
		return err
	}
	check := func(what string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: seen after %d reads, want %d", what, got, want)
		}
	}
	check("role by IAM", until(w, "NoSuchEntity", get), n)
	check("role by S3", until(w, "Invalid principal in policy", put), n)
	// The caller's s3:ListBucket hangs on the policy, the role's existence is read only after that.
	check("policy by DataSync for the caller", until(w, "DataSync bucket access test failed", func() error {
		err := create()
		if err != nil && strings.Contains(err.Error(), "Invalid IAM role") {
			return nil
		}
		return err
	}), n)
	check("policy by S3", until(w, "NoSuchBucketPolicy", read), n)
	check("role by DataSync", until(w, "Invalid IAM role", func() error {
		err := create()
		if err != nil && strings.Contains(err.Error(), "location access test failed") {
			return nil
		}
		return err
	}), n-1)
	_, err := w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("writer"), PolicyName: aws.String("p"), PolicyDocument: aws.String(string(policy.New(on("media-archive", writeActions...)).Bytes()))})
	w.must(err)
	check("role policy by DataSync", until(w, "location access test failed", create), n)
	list := func() error {
		out, err := w.sync(dstRegion).ListLocations(w.ctx, &datasync.ListLocationsInput{})
		if err == nil && len(out.Locations) == 0 {
			err = errors.New("empty")
		}
		return err
	}
	check("location in the list", until(w, "empty", list), n)
}

// Set-up methods panic on what cannot be.
func TestImpossibleSetUp(t *testing.T) {
	for name, fn := range map[string]func(c *xaccttest.Cloud){
		"account":        func(c *xaccttest.Cloud) { c.OperatorARN("12") },
		"bucket twice":   func(c *xaccttest.Cloud) { c.AddBucket(src, srcRegion, "bbb"); c.AddBucket(dst, srcRegion, "bbb") },
		"bucket name":    func(c *xaccttest.Cloud) { c.AddBucket(src, srcRegion, "B") },
		"Region":         func(c *xaccttest.Cloud) { c.AddBucket(src, "Ireland", "bbb") },
		"two partitions": func(c *xaccttest.Cloud) { c.AddBucket(src, srcRegion, "bbb"); c.AddBucket(src, "cn-north-1", "ccc") },
		"role twice":     func(c *xaccttest.Cloud) { c.AddRole(src, "r"); c.AddRole(src, "R") },
		"role by a wrong path": func(c *xaccttest.Cloud) {
			c.AddRole(src, "team/ops")
			c.ClientsAs("arn:aws:iam::" + src + ":role/ops")
		},
		"no such principal": func(c *xaccttest.Cloud) { c.ClientsAs("arn:aws:iam::" + src + ":role/nobody") },
		"no such bucket":    func(c *xaccttest.Cloud) { c.PutObject("nowhere", "k", nil) },
		"bad policy":        func(c *xaccttest.Cloud) { c.AddBucket(src, srcRegion, "bbb"); c.SetBucketPolicy("bbb", []byte("x")) },
		"grants, no ACLs": func(c *xaccttest.Cloud) {
			c.AddBucket(src, srcRegion, "bbb", func(o *xaccttest.BucketOptions) { o.Grants = []xaccttest.Grant{{Account: dst}} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p, ok := recover().(string); !ok || !strings.HasPrefix(p, "xaccttest: ") {
					t.Errorf("recovered %v", p)
				}
			}()
			fn(xaccttest.NewCloud())
			t.Error("no panic")
		})
	}
}

// Ids do not hang on the order of concurrent calls, and everything may be called at once.
func TestConcurrency(t *testing.T) {
	dump := func() string {
		w := newWorld(t)
		w.cloud.Intercept(func(_ context.Context, _ xaccttest.Call, next func() error) error { w.cloud.Calls(); return next() })
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				name := fmt.Sprintf("role-%d", n)
				w.must(w.createRole(w.ctx, name))
				_, err := w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String(name), PolicyName: aws.String("p"), PolicyDocument: aws.String(string(policy.New(on("media-raw", readActions...)).Bytes()))})
				w.must(err)
				_, err = w.sync(srcRegion).CreateLocationS3(w.ctx, locationInput("media-raw", fmt.Sprint(n), "arn:aws:iam::"+src+":role/"+name))
				w.must(err)
				_, err = w.c[src].STS.GetCallerIdentity(w.ctx, &sts.GetCallerIdentityInput{})
				w.must(err)
				w.cloud.PutObject("media-raw", name, []byte(name))
				w.cloud.Dump()
				w.cloud.Objects("media-raw")
				w.cloud.BucketPolicy("media-raw")
			})
		}
		all.Wait()
		return w.cloud.Dump()
	}
	if diff := cmp.Diff(dump(), dump()); diff != "" {
		t.Errorf("two clouds differ:\n%s", diff)
	}
}

// The list of calls is as long as KeepCalls and has the latest, without the bodies of uploads.
func TestKeepCalls(t *testing.T) {
	w := newWorld(t, func(o *xaccttest.Options) { o.KeepCalls = 3 })
	api := w.c[src].S3(srcRegion).(task.ObjectsAPI)
	for i := range 10 {
		_, err := api.PutObject(w.ctx, &s3.PutObjectInput{Bucket: aws.String("media-raw"), Key: aws.String(fmt.Sprint(i)), Body: strings.NewReader("secret")})
		w.must(err)
		calls := w.cloud.Calls()
		last := calls[len(calls)-1].Input.(*s3.PutObjectInput)
		if len(calls) > 3 || *last.Key != fmt.Sprint(i) || last.Body != nil {
			t.Errorf("after %d calls, %d are kept, the last of %s with body %v", i+1, len(calls), *last.Key, last.Body)
		}
	}
	if got := w.cloud.Objects("media-raw")["9"]; string(got) != "secret" {
		t.Errorf("the object is %q", got)
	}
}
