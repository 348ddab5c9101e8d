package gallery_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

func (st *stage) must(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatal(err)
	}
}

// applied sets the transfer up as it is.
func (st *stage) applied() *xacct.Result {
	st.t.Helper()
	p := kittest.MustPlan(st.t, st.t.Context(), st.cloud.Clients(), []xacct.Transfer{*st.tr})
	return kittest.MustApply(st.t, st.t.Context(), st.cloud.Clients(), p)
}

// taskAgain sets the transfer up and makes its task a second time, as an apply at the same time does. If exclude is not "", the second one leaves it out.
func (st *stage) taskAgain(exclude string) {
	st.t.Helper()
	arn := st.applied().TaskARN(st.tr.Name)
	api, err := st.cloud.Clients().DataSync(arn)
	st.must(err)
	have, err := api.DescribeTask(st.t.Context(), &datasync.DescribeTaskInput{TaskArn: &arn})
	st.must(err)
	tags, err := api.ListTagsForResource(st.t.Context(), &datasync.ListTagsForResourceInput{ResourceArn: &arn})
	st.must(err)
	in := &datasync.CreateTaskInput{Name: have.Name, TaskMode: have.TaskMode, Options: have.Options, Schedule: have.Schedule,
		SourceLocationArn: have.SourceLocationArn, DestinationLocationArn: have.DestinationLocationArn, Tags: tags.Tags}
	if exclude != "" {
		in.Excludes = []dstypes.FilterRule{{FilterType: dstypes.FilterTypeSimplePattern, Value: &exclude}}
	}
	_, err = api.CreateTask(st.t.Context(), in)
	st.must(err)
}

// handMade makes the destination's role, bucket policy and location as the tutorial has it done by hand.
func (st *stage) handMade(prefix string) {
	handMade(st.t, st.cloud, st.tr, prefix)
}

// sourceRole gives the source a role that DataSync may assume for what lies in the Region.
func (st *stage) sourceRole(region string) {
	trust := policy.New(policy.Allow("sts:AssumeRole").WithSid("DataSync").By(policy.Service("datasync.amazonaws.com")).
		When(policy.StringEquals("aws:SourceAccount", accountA), policy.Where("ArnLike", "aws:SourceArn", "arn:aws:datasync:"+region+":"+accountA+":*")))
	st.tr.Source.RoleARN = madeRole(st.t, st.cloud, trust, policy.New(policy.Allow("s3:*").On("*")))
}

// manifest gives the task a list in the bucket of the situation.
func (st *stage) manifest(lines string) {
	st.cloud.PutObject("media-archive", "lists/m.csv", []byte(lines))
	st.tr.Task.Manifest = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "lists/m.csv"}
}

// givenRole makes a role that DataSync may assume, with the statements or, without any, the tutorial's policy.
func (st *stage) givenRole(statements ...policy.Statement) {
	d := iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB)
	if len(statements) > 0 {
		d = policy.New(policy.Statements(statements))
	}
	st.tr.Destination.RoleARN = tutorialRole(st.t, st.cloud, d)
}

// defaultKey encrypts the bucket with a key of its account that the other account may use.
func (st *stage) defaultKey() {
	key := st.cloud.AddKey(accountB, "us-east-2", func(o *xaccttest.KeyOptions) {
		o.Policy = policy.New(policy.Allow("kms:*").WithSid("Owner").By(policy.Account(accountB)).On("*"), policy.Allow("kms:*").WithSid("Partner").By(policy.Account(accountA)).On("*")).Bytes()
	})
	st.cloud.SetBucketEncryption("media-archive", "aws:kms", key)
}

// idList lets only the given role in, by its unique id.
func (st *stage) idList(suffix string) {
	st.givenRole()
	out, err := st.cloud.Clients()[accountA].IAM.GetRole(st.t.Context(), &iam.GetRoleInput{RoleName: new("DataSync-tutorial")})
	st.must(err)
	st.cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:GetObject*", "s3:PutObject*").WithSid("Guard").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").
		When(policy.Where("StringNotLike", "aws:userid", *out.Role.RoleId+suffix))).Bytes())
}

// tutorialRole makes the tutorial's role in the source account.
func tutorialRole(t *testing.T, cloud *xaccttest.Cloud, d policy.Document) string {
	t.Helper()
	return madeRole(t, cloud, iamrole.TutorialTrust(), d)
}

// madeRole makes the role with other documents.
func madeRole(t *testing.T, cloud *xaccttest.Cloud, trusts, d policy.Document) string {
	t.Helper()
	api := cloud.Clients()[accountA].IAM
	trust, text := string(trusts.Bytes()), string(d.Bytes())
	out, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("DataSync-tutorial"), AssumeRolePolicyDocument: &trust})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: new("DataSync-tutorial"), PolicyName: new("tutorial"), PolicyDocument: &text}); err != nil {
		t.Fatal(err)
	}
	return *out.Role.Arn
}

// handMade follows the tutorial for the destination, and gives its role and location to the transfer.
func handMade(t *testing.T, cloud *xaccttest.Cloud, tr *xacct.Transfer, prefix string) {
	t.Helper()
	role := tutorialRole(t, cloud, iamrole.TutorialPolicy("arn:aws:s3:::media-archive", accountB))
	current, err := policy.Parse(cloud.BucketPolicy("media-archive"))
	if err != nil {
		current = policy.New()
	}
	lists := bucket.List("arn:aws:s3:::media-archive").WithSid("DataSyncCreateS3Location").By(policy.AWS(cloud.OperatorARN(accountA)))
	cloud.SetBucketPolicy("media-archive", current.With(bucket.TutorialStatement("arn:aws:s3:::media-archive", role), lists).Bytes())
	out, err := cloud.Clients()[accountA].DataSync("us-east-2").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
		S3BucketArn: new("arn:aws:s3:::media-archive"), Subdirectory: new("/" + prefix), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &role}})
	if err != nil {
		t.Fatal(err)
	}
	tr.Destination.RoleARN, tr.Destination.LocationARN = role, *out.LocationArn
}

// nightly adds a transfer of another folder of the source's bucket to the place below the destination's bucket.
func (st *stage) nightly(prefix string) {
	other := *st.tr
	other.Name, other.Source.Prefix, other.Destination.Prefix = "nightly", "nightly", prefix
	other.Task.Options.PreserveDeletedFiles = ""
	st.cloud.PutObject("media-raw", "nightly/1.mov", []byte("x"))
	st.others = []xacct.Transfer{other}
}

// crowded gives the destination's bucket n statements of its owner, of nearly a thousand characters each.
func (st *stage) crowded(n int) {
	var all policy.Statements
	for i := range n {
		all = append(all, policy.Allow("s3:GetObject").By(policy.Account(accountB)).On("arn:aws:s3:::media-archive/"+strings.Repeat(string(rune('a'+i)), 900)+"*"))
	}
	st.cloud.SetBucketPolicy("media-archive", policy.New(all).Bytes())
}

// far moves the destination to a bucket in another Region.
func (st *stage) far(region string) {
	st.tr.Destination.Bucket, st.tr.Destination.Region = "media-far", region
	st.cloud.AddBucket(accountB, region, "media-far")
}
