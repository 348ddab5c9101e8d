package gallery_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/xaccttest"
)

func trapRoleOfEarlierBucket(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
	tr.Destination.Bucket = "media-archive-2"
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr}, func(o *xacct.PlanOptions) { o.AllowReplace = true })
	r := kittest.MustApply(t, t.Context(), cloud.Clients(), p)
	text := ""
	for _, d := range roleDocuments(t, cloud, "media-archive-destination") {
		text += d.String()
	}
	if !strings.Contains(text, `arn:aws:s3:::media-archive-2"`) || strings.Contains(text, `arn:aws:s3:::media-archive"`) {
		t.Errorf("the policies of the role are for another bucket:\n%s", text)
	}
	copyAll(t, cloud, r.TaskARN(tr.Name))
	if len(cloud.Objects("media-archive-2")) == 0 {
		t.Error("nothing arrived")
	}
}

func trapSharedRole(t *testing.T, cloud *xaccttest.Cloud) {
	cloud.AddBucket(accountB, "us-east-2", "media-archive-2")
	one, two := kittest.Push(cloud), kittest.Push(cloud)
	two.Name, two.Destination.Bucket = "second", "media-archive-2"
	for _, tr := range []*xacct.Transfer{&one, &two} {
		tr.Source.Role.Name, tr.Destination.Role.Name = "reader", "writer"
	}
	kittest.SetUp(t, cloud, one)
	r := kittest.SetUp(t, cloud, one, two)
	for _, tr := range []xacct.Transfer{one, two} {
		copyAll(t, cloud, r.TaskARN(tr.Name))
		if len(cloud.Objects(tr.Destination.Bucket)) == 0 {
			t.Errorf("nothing arrived in %s", tr.Destination.Bucket)
		}
	}
}

func trapGivenRoleOfEarlierBucket(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	tr.Destination.RoleARN = tutorialRole(t, cloud, iamrole.TutorialPolicy("arn:aws:s3:::earlier", accountB))
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
	if !kittest.HasFinding(p, xacct.CodeDenied, xacct.Blocking) {
		t.Errorf("a role that may not reach the bucket is taken:\n%s", p)
	}
	wantsNothingDone(t, cloud, p)
}

// wantsNothingDone applies a plan that is blocked.
func wantsNothingDone(t *testing.T, cloud *xaccttest.Cloud, p *xacct.Plan) {
	t.Helper()
	before := kittest.Dump(cloud)
	r, err := p.Apply(t.Context(), cloud.Clients())
	var blocked *xacct.BlockedError
	if !errors.As(err, &blocked) || r.Count(xacct.Done) != 0 || kittest.Dump(cloud) != before {
		t.Errorf("something was applied: %v", err)
	}
}

// madeLocation makes a location of the transfer's destination by hand, that uses the transfer's own role.
func madeLocation(t *testing.T, cloud *xaccttest.Cloud, tr xacct.Transfer, class dstypes.S3StorageClass) string {
	t.Helper()
	out, err := cloud.Clients()[accountA].DataSync(tr.Destination.Region).CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
		S3BucketArn: new("arn:aws:s3:::" + tr.Destination.Bucket), Subdirectory: new("/" + tr.Destination.Prefix), S3StorageClass: class,
		S3Config: &dstypes.S3Config{BucketAccessRoleArn: new("arn:aws:iam::" + accountA + ":role/media-archive-destination")}})
	if err != nil {
		t.Fatal(err)
	}
	return *out.LocationArn
}

// destinationLocation is the ARN of the location that the task copies to, and its storage class.
func destinationLocation(t *testing.T, cloud *xaccttest.Cloud, taskARN string) (arn string, class dstypes.S3StorageClass) {
	t.Helper()
	api, err := cloud.Clients().DataSync(taskARN)
	if err != nil {
		t.Fatal(err)
	}
	described, err := api.DescribeTask(t.Context(), &datasync.DescribeTaskInput{TaskArn: &taskARN})
	if err != nil {
		t.Fatal(err)
	}
	out, err := api.DescribeLocationS3(t.Context(), &datasync.DescribeLocationS3Input{LocationArn: described.DestinationLocationArn})
	if err != nil {
		t.Fatal(err)
	}
	return *out.LocationArn, out.S3StorageClass
}

const infrequent = dstypes.S3StorageClassStandardIa

func trapReuseIgnoringClass(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr) // the roles and grants that a location needs
	theirs := madeLocation(t, cloud, tr, dstypes.S3StorageClassStandard)
	second := tr
	second.Name, second.Destination.StorageClass = "second", infrequent
	r := kittest.SetUp(t, cloud, second)
	if arn, class := destinationLocation(t, cloud, r.TaskARN("second")); arn == theirs || class != infrequent {
		t.Errorf("the task copies to %s of class %s; %s is somebody else's", arn, class, theirs)
	}
}

func trapOwnLocationOfOtherClass(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	first, class := destinationLocation(t, cloud, kittest.SetUp(t, cloud, tr).TaskARN(tr.Name))
	if class != dstypes.S3StorageClassStandard {
		t.Errorf("class %q by default, want STANDARD", class)
	}
	tr.Destination.StorageClass = infrequent
	if arn, class := destinationLocation(t, cloud, kittest.SetUp(t, cloud, tr).TaskARN(tr.Name)); arn != first || class != infrequent {
		t.Errorf("location %s has class %s, want %s with %s", arn, class, first, infrequent)
	}
}

func trapGivenLocationOfOtherClass(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	given := tr
	given.Name, given.Destination.StorageClass = "second", infrequent
	given.Destination.LocationARN = madeLocation(t, cloud, tr, dstypes.S3StorageClassStandard)
	p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{given})
	if !kittest.HasFinding(p, xacct.CodeNoLocation, xacct.Blocking) {
		t.Errorf("the class of the given location makes no difference:\n%s", p)
	}
	wantsNothingDone(t, cloud, p)
}

func trapNotFoundByText(t *testing.T, cloud *xaccttest.Cloud) {
	tr := kittest.Push(cloud)
	kittest.SetUp(t, cloud, tr)
	before := kittest.Dump(cloud)
	for _, operation := range []string{"GetRole", "DescribeLocationS3", "DescribeTask", "GetBucketPolicy"} {
		for _, code := range []string{"AccessDenied", "ValidationException"} {
			cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
				if call.Operation == operation {
					return xaccttest.Fault(400, code, "The resource was not found, or you may not see it")
				}
				return next()
			})
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
			cloud.Intercept(nil)
			if !kittest.HasFinding(p, xacct.CodeUnread, xacct.Blocking) {
				t.Errorf("%s: %s is no blocking finding %s:\n%s", operation, code, xacct.CodeUnread, p)
			}
			for _, c := range p.Changes {
				if c.Op == xacct.Create {
					t.Errorf("%s: %s is taken for not found: %s %s is created once more", operation, code, c.Kind, c.Name)
				}
			}
		}
	}
	if after := kittest.Dump(cloud); after != before {
		t.Error("planning changed something")
	}
}
