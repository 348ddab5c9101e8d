package kittest

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// HandMade is what somebody who followed AWS's tutorial has made, by ARN.
type HandMade struct {
	SourceRole, DestinationRole         string
	SourceLocation, DestinationLocation string
	Task                                string
}

// ByHand sets a push or a pull up by the calls of AWS's tutorial, beside what stands in the policy of the bucket outside the task account. It panics
// where AWS refuses.
func ByHand(cloud *xaccttest.Cloud, tr xacct.Transfer) HandMade {
	account, remote := cmp.Or(tr.TaskAccount, tr.Source.Account), tr.Destination
	if tr.Destination.Account == account {
		remote = tr.Source
	}
	ctx, c := context.Background(), cloud.Clients()[account]
	source, destination := "arn:aws:s3:::"+tr.Source.Bucket, "arn:aws:s3:::"+tr.Destination.Bucket
	var h HandMade
	h.SourceRole = roleByHand(ctx, c, "AWSDataSyncS3BucketAccess-"+tr.Source.Bucket, iamrole.TutorialPolicy(source, tr.Source.Account))
	h.DestinationRole = roleByHand(ctx, c, "DataSync-"+tr.Destination.Bucket, iamrole.TutorialPolicy(destination, tr.Destination.Account))
	var was policy.Document
	if data := cloud.BucketPolicy(remote.Bucket); data != nil {
		was = must(policy.Parse(data))
	}
	theirs, role := destination, h.DestinationRole
	if remote.Bucket == tr.Source.Bucket {
		theirs, role = source, h.SourceRole
	}
	lists := bucket.List(theirs).WithSid("DataSyncCreateS3Location").By(policy.AWS(cloud.OperatorARN(account)))
	granted := string(was.With(bucket.TutorialStatement(theirs, role), lists).Bytes())
	again(func() (*s3.PutBucketPolicyOutput, error) {
		return cloud.Clients()[remote.Account].S3(remote.Region).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &remote.Bucket,
			Policy: &granted, ExpectedBucketOwner: &remote.Account})
	})
	h.SourceLocation = locationByHand(ctx, c, tr.Source, h.SourceRole)
	h.DestinationLocation = locationByHand(ctx, c, tr.Destination, h.DestinationRole)
	made := again(func() (*datasync.CreateTaskOutput, error) {
		return c.DataSync(tr.Destination.Region).CreateTask(ctx, &datasync.CreateTaskInput{Name: aws.String("by-hand"), TaskMode: dstypes.TaskModeEnhanced,
			SourceLocationArn: &h.SourceLocation, DestinationLocationArn: &h.DestinationLocation,
			Options: &dstypes.Options{LogLevel: dstypes.LogLevelBasic, VerifyMode: dstypes.VerifyModeOnlyFilesTransferred}})
	})
	h.Task = *made.TaskArn
	return h
}

func roleByHand(ctx context.Context, c xacct.AccountClients, name string, access policy.Document) string {
	made := must(c.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(string(iamrole.TutorialTrust().Bytes()))}))
	again(func() (*iam.PutRolePolicyOutput, error) {
		return c.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("by-hand"), PolicyDocument: aws.String(string(access.Bytes()))})
	})
	return *made.Role.Arn
}

func locationByHand(ctx context.Context, c xacct.AccountClients, e xacct.Endpoint, role string) string {
	made := again(func() (*datasync.CreateLocationS3Output, error) {
		return c.DataSync(e.Region).CreateLocationS3(ctx, &datasync.CreateLocationS3Input{S3BucketArn: aws.String("arn:aws:s3:::" + e.Bucket),
			Subdirectory: aws.String("/" + e.Prefix), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &role}})
	})
	return *made.LocationArn
}

// Adopted is the transfer that takes over what was made by hand.
func (h HandMade) Adopted(tr xacct.Transfer) xacct.Transfer {
	tr.Source.Adopt = xacct.Adopt{Role: h.SourceRole, Location: h.SourceLocation}
	tr.Destination.Adopt = xacct.Adopt{Role: h.DestinationRole, Location: h.DestinationLocation}
	tr.Adopt = xacct.Adopt{Task: h.Task}
	return tr
}

// again makes the call until it is accepted, as somebody does who waits for what he has just made.
func again[T any](call func() (T, error)) T {
	for range 200 {
		if v, err := call(); err == nil {
			return v
		}
	}
	return must(call())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
