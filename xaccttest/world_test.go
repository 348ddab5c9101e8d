package xaccttest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

const (
	src = "111122223333" // owns the source bucket, the roles and the task
	dst = "444455556666" // owns the destination bucket

	srcRegion = "eu-west-1"
	dstRegion = "us-east-2"
)

// world is two accounts with a bucket each, and clients of their administrators.
type world struct {
	t     testing.TB
	ctx   context.Context
	cloud *xaccttest.Cloud
	c     xacct.Clients
}

func newWorld(t testing.TB, optFns ...func(*xaccttest.Options)) *world {
	c := xaccttest.NewCloud(optFns...)
	c.AddBucket(src, srcRegion, "media-raw")
	c.AddBucket(dst, dstRegion, "media-archive")
	return &world{t: t, ctx: context.Background(), cloud: c, c: clientsOf(c)}
}

// sync is DataSync of the source account in a Region.
func (w *world) sync(region string) xacct.DataSyncAPI { return w.c[src].DataSync(region) }

var (
	readActions = []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetObject", "s3:GetObjectTagging",
		"s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:ListMultipartUploadParts"}
	writeActions = append([]string{"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"}, readActions...)
)

// trust lets DataSync of the source account assume a role.
func trust() policy.Document {
	return policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")).When(
		policy.StringEquals("aws:SourceAccount", src), policy.ArnLike("aws:SourceArn", "arn:aws:datasync:*:"+src+":*")))
}

// on allows the actions on a bucket and everything in it.
func on(bucket string, actions ...string) policy.Statement {
	return policy.Allow(actions...).On("arn:aws:s3:::"+bucket, "arn:aws:s3:::"+bucket+"/*")
}

// role makes a role for DataSync with one inline policy, and returns its ARN.
func (w *world) role(name string, d policy.Document) string {
	w.t.Helper()
	api := w.c[src].IAM
	out, err := api.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(string(trust().Bytes()))})
	w.must(err)
	_, err = api.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String(name), PolicyName: aws.String("access"), PolicyDocument: aws.String(string(d.Bytes()))})
	w.must(err)
	return *out.Role.Arn
}

// grant is the policy of the destination bucket: the role may write, the operator list.
func (w *world) grant(roleARN string) policy.Document {
	return policy.New(
		on("media-archive", writeActions...).WithSid("Write").By(policy.AWS(roleARN)),
		policy.Allow("s3:ListBucket").WithSid("List").By(policy.AWS(w.cloud.OperatorARN(src))).On("arn:aws:s3:::media-archive"),
	)
}

// location makes a location in the bucket's Region.
func (w *world) location(region, bucket, prefix, roleARN string) string {
	w.t.Helper()
	out, err := w.sync(region).CreateLocationS3(w.ctx, locationInput(bucket, prefix, roleARN))
	w.must(err)
	return *out.LocationArn
}

func locationInput(bucket, prefix, roleARN string) *datasync.CreateLocationS3Input {
	return &datasync.CreateLocationS3Input{
		S3BucketArn: aws.String("arn:aws:s3:::" + bucket), Subdirectory: aws.String(prefix),
		S3Config: &dstypes.S3Config{BucketAccessRoleArn: aws.String(roleARN)},
	}
}

// ready makes both roles, the grant and both locations, and returns the locations.
func (w *world) ready(srcPrefix, dstPrefix string) (source, destination string) {
	w.t.Helper()
	reader := w.role("reader", policy.New(on("media-raw", readActions...)))
	writer := w.role("writer", policy.New(on("media-archive", writeActions...)))
	w.cloud.SetBucketPolicy("media-archive", w.grant(writer).Bytes())
	return w.location(srcRegion, "media-raw", srcPrefix, reader), w.location(dstRegion, "media-archive", dstPrefix, writer)
}

// task makes a task that can be started.
func (w *world) task(source, destination string, edit func(*datasync.CreateTaskInput)) string {
	w.t.Helper()
	in := &datasync.CreateTaskInput{
		SourceLocationArn: aws.String(source), DestinationLocationArn: aws.String(destination),
		Name: aws.String("media"), TaskMode: dstypes.TaskModeEnhanced,
	}
	if edit != nil {
		edit(in)
	}
	out, err := w.sync(dstRegion).CreateTask(w.ctx, in)
	w.must(err)
	return *out.TaskArn
}

func (w *world) start(task string) string {
	w.t.Helper()
	out, err := w.sync(dstRegion).StartTaskExecution(w.ctx, &datasync.StartTaskExecutionInput{TaskArn: aws.String(task)})
	w.must(err)
	return *out.TaskExecutionArn
}

func (w *world) execution(arn string) *datasync.DescribeTaskExecutionOutput {
	w.t.Helper()
	out, err := w.sync(dstRegion).DescribeTaskExecution(w.ctx, &datasync.DescribeTaskExecutionInput{TaskExecutionArn: aws.String(arn)})
	w.must(err)
	return out
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused says in one line how a service refused: status, code and message.
func refused(err error) string {
	if err == nil {
		return "no error"
	}
	var op *smithy.OperationError
	var response *awshttp.ResponseError
	var api smithy.APIError
	switch {
	case !errors.As(err, &op):
		return "not an operation error: " + err.Error()
	case !errors.As(err, &response):
		return "not a response error: " + err.Error()
	case !errors.As(err, &api):
		return "not an API error: " + err.Error()
	case response.ServiceRequestID() == "":
		return "no request id: " + err.Error()
	}
	return fmt.Sprintf("%d %s: %s", response.HTTPStatusCode(), api.ErrorCode(), api.ErrorMessage())
}

// header is a header of the answer that refused.
func header(err error, name string) string {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return ""
	}
	return http.Header(response.Response.Header).Get(name)
}
