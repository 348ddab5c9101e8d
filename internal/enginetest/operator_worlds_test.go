package enginetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

// operated is a transfer in a world of its own, run by operators that have their policies and nothing else: one role an account and phase.
type operated struct {
	name  string
	world func(*testing.T) *xaccttest.Cloud
	make  func(*xaccttest.Cloud) xacct.Transfer
}

var operatedTransfers = []operated{
	{"push", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountA, "") }},
	{"pull", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountB, "") }},
	{"tutorial's grant", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Grant = xacct.Tutorial
		return tr
	}},
	{"basic", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		return operatedTransfer(c, accountA, dstypes.TaskModeBasic)
	}},
	{"kms", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{c.AddKey(accountA, "eu-west-1")}, []string{c.AddKey(accountB, "us-east-2")}
		return tr
	}},
	{"kms pull", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountB, "")
		tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{c.AddKey(accountA, "eu-west-1")}, []string{c.AddKey(accountB, "us-east-2")}
		return tr
	}},
	{"manifest", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		c.PutObject("media-raw", "lists/nightly.csv", []byte("01.mov\n"))
		tr := operatedTransfer(c, accountA, "")
		tr.Task.Manifest = &task.Manifest{Bucket: "media-raw", Key: "lists/nightly.csv"}
		return tr
	}},
	{"given role", givenWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Source.Role, tr.Source.RoleARN = iamrole.Spec{}, "arn:aws:iam::"+accountA+":role/theirs-source"
		tr.Destination.Prefix = "in"
		tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports", RoleARN: "arn:aws:iam::" + accountA + ":role/theirs-destination"}
		return tr
	}},
	{"given location", givenWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Source.Role, tr.Source.LocationARN = iamrole.Spec{}, onlyLocation(c, "eu-west-1")
		return tr
	}},
	{"given locations", givenWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Source.Role, tr.Source.LocationARN = iamrole.Spec{}, onlyLocation(c, "eu-west-1")
		tr.Destination.Prefix, tr.Destination.LocationARN = "", onlyLocation(c, "us-east-2")
		tr.Task.Manifest = &task.Manifest{Bucket: "media-raw", Key: "lists/nightly.csv", RoleARN: "arn:aws:iam::" + accountA + ":role/theirs-source"}
		tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports", RoleARN: "arn:aws:iam::" + accountA + ":role/theirs-destination"}
		return tr
	}},
	{"adopted", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		h := kittest.ByHand(c, tr)
		time.Sleep(time.Minute) // virtual: the task can be started now
		return h.Adopted(tr)
	}},
	{"what fits", operatedWorld, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		h := kittest.ByHand(c, tr)
		time.Sleep(time.Minute)
		tr = fitting(tr)
		tr.Source.Adopt.Role, tr.Destination.Adopt.Role = h.SourceRole, h.DestinationRole
		return tr
	}},
	{"logs and report", operatedWorld, operatedJob},
	{"shared log policy", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.AddLogPolicy(accountA, "us-east-2", task.LogPolicyName, policy.New(policy.Allow("logs:PutLogEvents").WithSid("Theirs").By(policy.Service("es.amazonaws.com")).On("*")))
		return c
	}, operatedJob},
	{"log group", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.AddKey(accountA, "us-east-2", func(o *xaccttest.KeyOptions) { o.Policy = kittest.LogKeyPolicy(accountA, "us-east-2").Bytes() })
		return c
	}, operatedLogGroup},
	{"log group begun", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.AddKey(accountA, "us-east-2", func(o *xaccttest.KeyOptions) { o.Policy = kittest.LogKeyPolicy(accountA, "us-east-2").Bytes() })
		_, err := c.Clients()[accountA].Logs("us-east-2").CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: new("/transfers/media"),
			Tags: map[string]string{"xacct:managed-by": "xacct", "xacct:transfer": operatedLogGroup(c).Name}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}, operatedLogGroup},
	{"retries", func(*testing.T) *xaccttest.Cloud {
		c := xaccttest.NewCloud()
		for _, b := range []struct{ account, region, name string }{{accountA, "eu-west-1", "media-raw"}, {accountB, "us-east-2", "media-archive"}} {
			c.AddBucket(b.account, b.region, b.name, func(o *xaccttest.BucketOptions) {
				o.Encryption, o.KMSKey = s3types.ServerSideEncryptionAwsKms, c.AddKey(b.account, b.region)
			})
		}
		c.PutObject("media-raw", "2026/01.mov", []byte("x"))
		c.PutObject("media-raw", "2026/02.mov", []byte("y"))
		return c
	}, func(c *xaccttest.Cloud) xacct.Transfer {
		tr := operatedTransfer(c, accountA, "")
		tr.Destination.Prefix, tr.Destination.DisableACLs = "in/", false
		tr.Source.KMSKeys, tr.Destination.KMSKeys = []string{defaultKey(c, accountA, "eu-west-1", "media-raw")}, []string{defaultKey(c, accountB, "us-east-2", "media-archive")}
		tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
		tr.Retries = &task.Manifest{Bucket: "media-raw", Key: "retry.csv"}
		return tr
	}},
	{"empty policy", func(t *testing.T) *xaccttest.Cloud {
		c := operatedWorld(t)
		c.SetBucketPolicy("media-archive", nil)
		return c
	}, func(c *xaccttest.Cloud) xacct.Transfer { return operatedTransfer(c, accountA, "") }},
}

// operatedJob is a BASIC transfer that logs and reports.
func operatedJob(c *xaccttest.Cloud) xacct.Transfer {
	tr := operatedTransfer(c, accountA, dstypes.TaskModeBasic)
	tr.Destination.Prefix = "in/"
	tr.Task.LogGroupARN = "arn:aws:logs:us-east-2:111122223333:log-group:media"
	tr.Task.Report = &task.Report{Account: accountB, Bucket: "media-archive", Prefix: "reports"}
	return tr
}

// operatedLogGroup is a BASIC transfer with a log group of its own.
func operatedLogGroup(c *xaccttest.Cloud) xacct.Transfer {
	tr := operatedTransfer(c, accountA, dstypes.TaskModeBasic)
	tr.Task.Log = &task.Log{Name: "/transfers/media", RetentionDays: 30, KMSKey: kittest.FirstKey(accountA, "us-east-2")}
	return tr
}

// operatedWorld is two accounts, and a destination with ACLs.
func operatedWorld(t *testing.T) *xaccttest.Cloud {
	t.Helper()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	cloud.AddBucket(accountB, "us-east-2", "media-archive", func(o *xaccttest.BucketOptions) { o.Ownership = s3types.ObjectOwnershipObjectWriter })
	cloud.SetBucketPolicy("media-archive", []byte(kittest.ForeignPolicy))
	cloud.PutObject("media-raw", "2026/01.mov", []byte("x"))
	cloud.AddLogGroup(accountA, "us-east-2", "media")
	return cloud
}

// givenWorld is operatedWorld with roles and locations that somebody else has made: those of another transfer.
func givenWorld(t *testing.T) *xaccttest.Cloud {
	t.Helper()
	cloud := operatedWorld(t)
	cloud.PutObject("media-raw", "lists/nightly.csv", []byte("01.mov\n"))
	theirs := kittest.Push(cloud)
	theirs.Name, theirs.Destination.Prefix, theirs.Destination.DisableACLs = "theirs", "", true
	theirs.Source.Role = iamrole.Spec{PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess"}
	theirs.Retries = &task.Manifest{Bucket: "media-raw", Key: "lists/nightly.csv"}
	kittest.SetUp(t, cloud, theirs)
	return cloud
}

// onlyLocation is the location of account A in the Region.
func onlyLocation(c *xaccttest.Cloud, region string) string {
	out, err := c.Clients()[accountA].DataSync(region).ListLocations(context.Background(), &datasync.ListLocationsInput{})
	if err != nil || len(out.Locations) != 1 {
		panic(fmt.Sprint(out, err))
	}
	return *out.Locations[0].LocationArn
}

// defaultKey is the key of the bucket's default encryption.
func defaultKey(c *xaccttest.Cloud, account, region, bucket string) string {
	out, err := c.Clients()[account].S3(region).GetBucketEncryption(context.Background(), &s3.GetBucketEncryptionInput{Bucket: &bucket, ExpectedBucketOwner: &account})
	if err != nil {
		panic(err)
	}
	return *out.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.KMSMasterKeyID
}

// operatedTransfer has two roles of which one has a boundary.
func operatedTransfer(cloud *xaccttest.Cloud, taskAccount string, mode dstypes.TaskMode) xacct.Transfer {
	tr := kittest.Push(cloud)
	tr.TaskAccount, tr.Task.Mode = taskAccount, mode
	tr.Operators = []string{operatorRole(taskAccount, xacct.ApplyPhase)}
	tr.Destination.DisableACLs = true
	tr.Source.Role = iamrole.Spec{PermissionsBoundary: cloud.AddPolicy(taskAccount, "boundary", policy.New(policy.Allow("s3:*", "kms:*").On("*")))}
	return tr
}
