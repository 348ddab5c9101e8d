package enginetest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// tutorialUser does the steps of the tutorial in the source account, each by its literal calls.
type tutorialUser struct {
	cloud *xaccttest.Cloud
	c     xacct.AccountClients

	role, source, destination, task string // ARNs, as they are made
}

func (u *tutorialUser) sync(region string) client.DataSyncAPI { return u.c.DataSync(region) }

func (u *tutorialUser) location(ctx context.Context, region, name string, tags []dstypes.TagListEntry) (string, error) {
	out, err := u.sync(region).CreateLocationS3(ctx, &datasync.CreateLocationS3Input{S3BucketArn: new("arn:aws:s3:::" + name),
		S3Config: &dstypes.S3Config{BucketAccessRoleArn: &u.role}, Tags: tags})
	if err != nil {
		return "", err
	}
	return *out.LocationArn, nil
}

// tutorialCalls are what the tutorial has its user do, and what the role that it prints for that user allows of it.
var tutorialCalls = []struct {
	step, action string
	allowed      bool
	call         func(context.Context, *tutorialUser) error
}{
	{"1: create the role", "iam:CreateRole", true, func(ctx context.Context, u *tutorialUser) error {
		trust := string(iamrole.TutorialTrust().Bytes())
		_, err := u.c.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("source-datasync-role"), AssumeRolePolicyDocument: &trust})
		return err
	}},
	{"1: add the inline policy", "iam:PutRolePolicy", false, func(ctx context.Context, u *tutorialUser) error {
		text := string(iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB).Bytes())
		_, err := u.c.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: new("source-datasync-role"), PolicyName: new("datasync"), PolicyDocument: &text})
		return err
	}},
	{"1: look at the role", "iam:GetRole", false, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.c.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: new("source-datasync-role")})
		return err
	}},
	{"4: create the source location", "s3:ListBucket", false, func(ctx context.Context, u *tutorialUser) (err error) {
		u.source, err = u.location(ctx, "eu-west-1", "media-raw", nil)
		return err
	}},
	{"4: create the destination location", "s3:ListBucket", false, func(ctx context.Context, u *tutorialUser) (err error) {
		u.destination, err = u.location(ctx, "us-east-2", "media-archive", nil)
		return err
	}},
	{"4: tag a location", "datasync:TagResource", false, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("eu-west-1").TagResource(ctx, &datasync.TagResourceInput{ResourceArn: &u.source, Tags: []dstypes.TagListEntry{{Key: new("team"), Value: new("media")}}})
		return err
	}},
	{"4: list the locations", "datasync:ListLocations", true, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").ListLocations(ctx, &datasync.ListLocationsInput{})
		return err
	}},
	{"4: see a location", "datasync:DescribeLocationS3", true, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").DescribeLocationS3(ctx, &datasync.DescribeLocationS3Input{LocationArn: &u.destination})
		return err
	}},
	{"5: create the account's first task", "iam:CreateServiceLinkedRole", false, func(ctx context.Context, u *tutorialUser) error {
		return u.createTask(ctx)
	}},
	{"5: see the task", "datasync:DescribeTask", true, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").DescribeTask(ctx, &datasync.DescribeTaskInput{TaskArn: &u.task})
		return err
	}},
	{"5: start the task", "datasync:StartTaskExecution", true, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").StartTaskExecution(ctx, &datasync.StartTaskExecutionInput{TaskArn: &u.task})
		return err
	}},
	{"5: change the task", "datasync:UpdateTask", false, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").UpdateTask(ctx, &datasync.UpdateTaskInput{TaskArn: &u.task, Name: new("other")})
		return err
	}},
	{"afterwards: delete the task", "datasync:DeleteTask", false, func(ctx context.Context, u *tutorialUser) error {
		_, err := u.sync("us-east-2").DeleteTask(ctx, &datasync.DeleteTaskInput{TaskArn: &u.task})
		return err
	}},
}

func (u *tutorialUser) createTask(ctx context.Context) error {
	out, err := u.sync("us-east-2").CreateTask(ctx, &datasync.CreateTaskInput{SourceLocationArn: &u.source, DestinationLocationArn: &u.destination,
		TaskMode: dstypes.TaskModeEnhanced})
	if err == nil {
		u.task = *out.TaskArn
	}
	return err
}

// The policy that the tutorial prints for its user does not suffice for the tutorial: an administrator has to make what it refuses before the next step.
func TestTutorialUserCannotFollowTheTutorial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		cloud.AddRole(accountA, "storage-admin", xacct.TutorialOperatorPolicy())
		user := &tutorialUser{cloud: cloud, c: cloud.ClientsAs("arn:aws:iam::" + accountA + ":role/storage-admin"), role: "arn:aws:iam::" + accountA + ":role/source-datasync-role"}
		admin := *user
		admin.c = cloud.ClientsAs(cloud.OperatorARN(accountA))
		for _, tt := range tutorialCalls {
			time.Sleep(time.Hour) // of the fake's time: what was made shows, and a run has ended
			if err := tt.call(t.Context(), user); (err == nil) != tt.allowed {
				t.Fatalf("step %s (%s): %v, want it allowed: %v", tt.step, tt.action, err, tt.allowed)
			} else if err != nil && !awserr.Denied(err) && !awserr.Propagation(err) {
				t.Errorf("step %s (%s): not for lack of permission: %v", tt.step, tt.action, err)
			}
			if tt.allowed {
				continue
			}
			if err := tt.call(t.Context(), &admin); err != nil {
				t.Fatalf("step %s: the administrator neither: %v", tt.step, err)
			}
			user.source, user.destination, user.task = admin.source, admin.destination, admin.task
			if tt.action == "iam:PutRolePolicy" { // step 2, and what the role of the source location may do
				asOwner(t, cloud, user.role)
			}
		}
	})
}

// asOwner writes the bucket's policy as step 2 says, with the lister that a location needs, and lets the role read the source.
func asOwner(t *testing.T, cloud *xaccttest.Cloud, role string) {
	t.Helper()
	text := string(kittest.BucketPolicy(t, cloud, "media-archive").With(bucket.TutorialStatement("arn:aws:s3:::media-archive", role),
		bucket.List("arn:aws:s3:::media-archive").WithSid("Listers").By(policy.Account(accountA))).Bytes())
	if _, err := cloud.Clients()[accountB].S3("us-east-2").PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: new("media-archive"), Policy: &text}); err != nil {
		t.Fatal(err)
	}
	source := string(iamrole.TutorialSourcePolicy("arn:aws:s3:::media-raw").Bytes())
	if _, err := cloud.Clients()[accountA].IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: new("source-datasync-role"), PolicyName: new("source"), PolicyDocument: &source}); err != nil {
		t.Fatal(err)
	}
}
