package xaccttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// Call is one call that a client made, or is making.
type Call struct {
	Account   string // the account of the client
	Region    string // the Region of the client; "" for IAM and STS
	Service   string // the SDK's service id: "IAM", "STS", "S3", "KMS", "DataSync"
	Operation string // the operation, such as "PutBucketPolicy"
	Principal string // the ARN of the role or user that calls
	Input     any    // a copy of the SDK's input, such as *s3.PutBucketPolicyInput
	RequestID string
	Applied   bool  // the operation was performed and succeeded, whether or not the caller learned of it
	Err       error // the error that the caller saw; nil while the call runs
}

// client is a principal in one account and Region, on whose behalf calls are made.
type client struct {
	cloud   *Cloud
	service string
	region  string
	account string
	key     string // key of the role or user in its account, such as "role/name"
	arn     string // ARN of the role or user
}

// request is one call while it is performed. The cloud is locked for that time.
type request struct {
	client
	operation string
	now       time.Time
	who       *identity // cached by caller
}

// configuring are the operations that change the configuration of a bucket. S3 refuses one while another is in progress.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (OperationAborted)
var configuring = map[string]bool{
	"PutBucketPolicy": true, "DeleteBucketPolicy": true, "PutBucketOwnershipControls": true, "DeleteBucketOwnershipControls": true,
}

// do makes a call: it checks the required members, records the call, waits, intercepts, performs it and records the outcome.
func do[I, O any](ctx context.Context, c client, operation string, in *I, perform func(*request, *I) (*O, error)) (*O, error) {
	if in == nil {
		in = new(I)
	}
	if err := missing(c.service, operation, in); err != nil {
		return nil, &smithy.OperationError{ServiceID: c.service, OperationName: operation, Err: err}
	}
	input := clone(in)
	call, done := c.cloud.record(c, operation, input)

	var out *O
	began := false
	next := func() error {
		if began {
			return errors.New("xaccttest: next was called twice")
		}
		began = true
		return c.cloud.run(ctx, c, call, func(rq *request) (err error) {
			out, err = perform(rq, clone(input))
			return err
		})
	}
	var err error
	if fn := c.cloud.interceptor(); fn != nil {
		if err = fn(ctx, call, next); !began {
			if werr := c.cloud.wait(ctx, c.cloud.opts.Latency); werr != nil && err == nil {
				err = werr
			}
		}
	} else {
		err = next()
	}
	if err != nil {
		err = shape(c.service, operation, call.RequestID, err)
		out = nil
	} else {
		if out == nil {
			out = new(O)
		}
		stamp(out, call.RequestID)
	}
	done(err)
	return out, err
}

// run performs the call between the two halves of its latency. A change of a bucket's configuration holds the bucket for that time.
func (c *Cloud) run(ctx context.Context, by client, call Call, perform func(*request) error) error {
	if configuring[call.Operation] {
		name := reflect.ValueOf(call.Input).Elem().FieldByName("Bucket").Interface().(*string)
		release, err := c.hold(*name)
		if err != nil {
			c.wait(ctx, c.opts.Latency)
			return shape(call.Service, call.Operation, call.RequestID, err)
		}
		defer release()
	}
	half := c.opts.Latency / 2
	if err := c.wait(ctx, half); err != nil {
		return err
	}
	err := c.perform(by, call, perform)
	if werr := c.wait(ctx, c.opts.Latency-half); werr != nil {
		return werr
	}
	return err
}

func (c *Cloud) perform(by client, call Call, perform func(*request) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.advance(now)
	err := c.unknownHere(by, call.Operation)
	if err == nil {
		err = perform(&request{client: by, operation: call.Operation, now: now})
	}
	if err == nil {
		err = obeysModel(call)
	}
	if err != nil {
		return shape(call.Service, call.Operation, call.RequestID, err)
	}
	c.applied(call.RequestID)
	return nil
}

// wait lets d pass, or returns the SDK's error for a context that ends first.
func (c *Cloud) wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() == nil && d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return nil
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		return &aws.RequestCanceledError{Err: err}
	}
	return nil
}

// required lists the members that the SDK demands before it sends a request, by service and operation.
// Source: the members that the API references of the services mark as required.
var required = map[string][]string{
	"IAM GetRole":                           {"RoleName"},
	"IAM ListRolePolicies":                  {"RoleName"},
	"IAM GetRolePolicy":                     {"RoleName", "PolicyName"},
	"IAM ListAttachedRolePolicies":          {"RoleName"},
	"IAM CreateRole":                        {"RoleName", "AssumeRolePolicyDocument"},
	"IAM UpdateAssumeRolePolicy":            {"RoleName", "PolicyDocument"},
	"IAM PutRolePolicy":                     {"RoleName", "PolicyName", "PolicyDocument"},
	"IAM DeleteRolePolicy":                  {"RoleName", "PolicyName"},
	"IAM DeleteRole":                        {"RoleName"},
	"IAM PutRolePermissionsBoundary":        {"RoleName", "PermissionsBoundary"},
	"IAM TagRole":                           {"RoleName", "Tags"},
	"IAM UntagRole":                         {"RoleName", "TagKeys"},
	"IAM GetPolicy":                         {"PolicyArn"},
	"IAM GetPolicyVersion":                  {"PolicyArn", "VersionId"},
	"S3 HeadBucket":                         {"Bucket"},
	"S3 GetBucketPolicy":                    {"Bucket"},
	"S3 PutBucketPolicy":                    {"Bucket", "Policy"},
	"S3 DeleteBucketPolicy":                 {"Bucket"},
	"S3 GetBucketOwnershipControls":         {"Bucket"},
	"S3 PutBucketOwnershipControls":         {"Bucket", "OwnershipControls"},
	"S3 DeleteBucketOwnershipControls":      {"Bucket"},
	"S3 GetBucketAcl":                       {"Bucket"},
	"S3 GetObject":                          {"Bucket", "Key"},
	"S3 PutObject":                          {"Bucket", "Key"},
	"S3 GetPublicAccessBlock":               {"Bucket"},
	"S3 GetBucketPolicyStatus":              {"Bucket"},
	"S3 GetBucketEncryption":                {"Bucket"},
	"S3 GetBucketVersioning":                {"Bucket"},
	"S3 GetObjectLockConfiguration":         {"Bucket"},
	"S3 GetBucketRequestPayment":            {"Bucket"},
	"S3 ListObjectsV2":                      {"Bucket"},
	"S3 HeadObject":                         {"Bucket", "Key"},
	"S3 DeleteObject":                       {"Bucket", "Key"},
	"S3 GetObjectTagging":                   {"Bucket", "Key"},
	"S3 CreateMultipartUpload":              {"Bucket", "Key"},
	"S3 UploadPart":                         {"Bucket", "Key", "PartNumber", "UploadId"},
	"S3 CompleteMultipartUpload":            {"Bucket", "Key", "UploadId"},
	"S3 AbortMultipartUpload":               {"Bucket", "Key", "UploadId"},
	"S3 ListParts":                          {"Bucket", "Key", "UploadId"},
	"S3 CreateBucket":                       {"Bucket"},
	"S3 DeleteBucket":                       {"Bucket"},
	"S3 GetBucketLocation":                  {"Bucket"},
	"S3 GetBucketTagging":                   {"Bucket"},
	"S3 GetBucketCors":                      {"Bucket"},
	"S3 GetBucketWebsite":                   {"Bucket"},
	"S3 GetBucketLifecycleConfiguration":    {"Bucket"},
	"S3 GetBucketReplication":               {"Bucket"},
	"S3 GetBucketLogging":                   {"Bucket"},
	"S3 GetBucketAccelerateConfiguration":   {"Bucket"},
	"S3 GetBucketNotificationConfiguration": {"Bucket"},
	"CloudWatch Logs PutResourcePolicy":     {"PolicyDocument"},
	"CloudWatch Logs ListTagsForResource":   {"ResourceArn"},
	"CloudWatch Logs CreateLogGroup":        {"LogGroupName"},
	"CloudWatch Logs PutRetentionPolicy":    {"LogGroupName", "RetentionInDays"},
	"CloudWatch Logs AssociateKmsKey":       {"KmsKeyId"},
	"CloudWatch Logs TagResource":           {"ResourceArn", "Tags"},
	"CloudWatch Logs DeleteLogGroup":        {"LogGroupName"},
	"KMS DescribeKey":                       {"KeyId"},
	"KMS GetKeyPolicy":                      {"KeyId"},
	"KMS PutKeyPolicy":                      {"KeyId", "Policy"},
	"DataSync CreateLocationS3":             {"S3BucketArn", "S3Config"},
	"DataSync DescribeLocationS3":           {"LocationArn"},
	"DataSync UpdateLocationS3":             {"LocationArn"},
	"DataSync DeleteLocation":               {"LocationArn"},
	"DataSync ListTagsForResource":          {"ResourceArn"},
	"DataSync TagResource":                  {"ResourceArn", "Tags"},
	"DataSync UntagResource":                {"ResourceArn", "Keys"},
	"DataSync CreateTask":                   {"SourceLocationArn", "DestinationLocationArn"},
	"DataSync DescribeTask":                 {"TaskArn"},
	"DataSync UpdateTask":                   {"TaskArn"},
	"DataSync DeleteTask":                   {"TaskArn"},
	"DataSync StartTaskExecution":           {"TaskArn"},
	"DataSync DescribeTaskExecution":        {"TaskExecutionArn"},
	"DataSync CancelTaskExecution":          {"TaskExecutionArn"},
	"DataSync UpdateTaskExecution":          {"TaskExecutionArn", "Options"},
}

// missing is the SDK's error for an input that lacks a required member, which the SDK returns without sending a request.
func missing(service, operation string, in any) error {
	v := reflect.ValueOf(in).Elem()
	invalid := smithy.InvalidParamsError{Context: operation + "Input"}
	for _, name := range required[service+" "+operation] {
		if v.FieldByName(name).IsNil() {
			invalid.Add(smithy.NewErrParamRequired(name))
		}
	}
	if invalid.Len() > 0 {
		return invalid
	}
	return nil
}

// stamp stores the request id in the output's metadata, where the SDK stores it.
func stamp(out any, requestID string) {
	field := reflect.ValueOf(out).Elem().FieldByName("ResultMetadata")
	if m, ok := field.Addr().Interface().(*middleware.Metadata); ok {
		awsmiddleware.SetRequestIDMetadata(m, requestID)
	}
}

// record adds a call that begins to the list of calls. done records the error that the caller saw.
func (c *Cloud) record(by client, operation string, input any) (call Call, done func(error)) {
	c.calls.Lock()
	defer c.calls.Unlock()
	n := c.calls.serial.next(by.service, operation)
	call = Call{
		Account: by.account, Region: by.region, Service: by.service, Operation: operation, Principal: by.arn,
		Input: input, RequestID: requestID(by.service, operation, n),
	}
	entry := &recorded{Call: call}
	c.calls.all = append(c.calls.all, entry)
	if keep := c.opts.KeepCalls; keep > 0 && len(c.calls.all) >= 2*keep {
		c.calls.all = slices.Clone(c.calls.all[len(c.calls.all)-keep:])
	}
	c.calls.byID[call.RequestID] = entry
	call.Input = clone(input)
	return call, func(err error) {
		c.calls.Lock()
		defer c.calls.Unlock()
		entry.Err = err
		delete(c.calls.byID, call.RequestID)
	}
}

type recorded struct{ Call }

func (c *Cloud) applied(requestID string) {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.byID[requestID].Applied = true
}

// Calls returns all calls since the last ResetCalls, or the latest of them (see [Options].KeepCalls), in the order in which they began.
func (c *Cloud) Calls() []Call {
	c.calls.Lock()
	defer c.calls.Unlock()
	all := c.calls.all
	if keep := c.opts.KeepCalls; keep > 0 && len(all) > keep {
		all = all[len(all)-keep:]
	}
	out := make([]Call, len(all))
	for i, entry := range all {
		out[i] = entry.Call
		out[i].Input = cloneInput(entry.Input)
	}
	return out
}

// ResetCalls empties the list of calls.
func (c *Cloud) ResetCalls() {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.all = nil
}

// Intercept puts fn between the clients and the services; a nil fn removes it. next performs the call and returns the service's error, and
// the caller sees the error that fn returns. So fn can pass a call on (return next()), refuse it (return a [Fault] or another error without
// next), delay it, or lose its answer (call next, then return an error). If fn returns nil without next, the output is empty. fn is called
// concurrently and may use the cloud. It may call next once.
func (c *Cloud) Intercept(fn func(ctx context.Context, call Call, next func() error) error) {
	c.calls.Lock()
	defer c.calls.Unlock()
	c.calls.intercept = fn
}

func (c *Cloud) interceptor() func(context.Context, Call, func() error) error {
	c.calls.Lock()
	defer c.calls.Unlock()
	return c.calls.intercept
}

// String is one line with the account, the Region, the operation and the outcome.
func (c Call) String() string {
	outcome := "ok"
	if c.Err != nil {
		outcome = c.Err.Error()
	}
	return fmt.Sprintf("%s %s %s.%s: %s", c.Account, c.Region, c.Service, c.Operation, outcome)
}
