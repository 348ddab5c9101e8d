package survey

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/client"
	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/internal/transfer"
)

const (
	accountA = "111122223333" // of the source, and of the task
	accountB = "444455556666" // of the destination
	accountC = "777788889999" // of neither

	sourceRole = "arn:aws:iam::111122223333:role/nightly-source"
	destRole   = "arn:aws:iam::111122223333:role/nightly-destination"
)

var (
	denied    = &smithy.GenericAPIError{Code: "AccessDenied"}
	throttled = &smithy.GenericAPIError{Code: "ThrottlingException"}
	absent    = &smithy.GenericAPIError{Code: "NoSuchBucket"}
)

// nightly is a transfer from bucket raw of account A to bucket media of account B.
func nightly(edits ...func(*transfer.Given)) *transfer.Transfer {
	g := transfer.Given{Name: "nightly",
		Source:      transfer.Endpoint{Account: accountA, Region: "eu-west-1", Bucket: "raw"},
		Destination: transfer.Endpoint{Account: accountB, Region: "us-east-2", Bucket: "media"}}
	option.Apply(&g, edits)
	return transfer.Resolve(g)
}

// cloud answers for every account. Its zero value holds nothing: no role and no bucket is there, and all lists are empty.
type cloud struct {
	mu    sync.Mutex
	calls []string // operations, with account, Region and subject

	identity  map[string]string // account → the account of its credentials; itself if missing
	fails     map[string]error  // by operation, or operation and subject
	until     time.Time         // throttled calls fail until then
	policies  map[string]string // by account and bucket
	roles     map[string]string // by name: its trust policy
	locations map[string]string // by ARN: URI and role
	tasks     map[string]string // by ARN: name and locations
	tags      map[string]map[string]string
	ownership s3types.ObjectOwnership // of every bucket
}

// called notes the call and returns how it fails.
func (c *cloud) called(operation, where, subject string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, strings.Join(strings.Fields(operation+" "+where+" "+subject), " "))
	for _, key := range []string{operation + " " + subject, operation} {
		if err := c.fails[key]; err != nil && (err != throttled || time.Now().Before(c.until)) {
			return err
		}
	}
	return nil
}

// clients are clients of the accounts.
func (c *cloud) clients(accounts ...string) client.Set {
	out := client.Set{}
	for _, account := range accounts {
		out[account] = client.Account{STS: fakeSTS{c, account}, IAM: fakeIAM{cloud: c, account: account},
			S3:       func(reg string) bucket.API { return fakeS3{cloud: c, account: account, region: reg} },
			DataSync: func(reg string) client.DataSyncAPI { return fakeDataSync{cloud: c, account: account, region: reg} }}
	}
	return out
}

type fakeSTS struct {
	*cloud
	account string
}

func (f fakeSTS) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	if err := f.called("GetCallerIdentity", "", f.account); err != nil {
		return nil, err
	}
	account := f.account
	if other, ok := f.identity[account]; ok {
		account = other
	}
	if account == "" {
		return &sts.GetCallerIdentityOutput{}, nil
	}
	return &sts.GetCallerIdentityOutput{Account: &account, Arn: aws.String("arn:aws:iam::" + account + ":user/ops")}, nil
}

type fakeIAM struct {
	iamrole.API
	*cloud
	account string
}

func (f fakeIAM) GetRole(_ context.Context, in *iam.GetRoleInput, _ ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	err := f.called("GetRole", "", *in.RoleName)
	trust, ok := f.roles[*in.RoleName]
	if err == nil && !ok {
		err = &smithy.GenericAPIError{Code: "NoSuchEntity"}
	}
	if err != nil {
		return nil, err
	}
	arn := "arn:aws:iam::" + f.account + ":role/" + *in.RoleName
	return &iam.GetRoleOutput{Role: &iamtypes.Role{Arn: &arn, RoleName: in.RoleName, RoleId: aws.String("AROA" + *in.RoleName), Path: aws.String("/"),
		AssumeRolePolicyDocument: &trust}}, nil
}

func (f fakeIAM) ListRolePolicies(_ context.Context, in *iam.ListRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	return &iam.ListRolePoliciesOutput{}, f.called("ListRolePolicies", "", *in.RoleName)
}

func (f fakeIAM) GetRolePolicy(_ context.Context, in *iam.GetRolePolicyInput, _ ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	f.called("GetRolePolicy", "", *in.RoleName)
	return nil, &smithy.GenericAPIError{Code: "NoSuchEntity"}
}

func (f fakeIAM) ListAttachedRolePolicies(_ context.Context, in *iam.ListAttachedRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	return &iam.ListAttachedRolePoliciesOutput{}, f.called("ListAttachedRolePolicies", "", *in.RoleName)
}

type fakeS3 struct {
	bucket.API
	*cloud
	account, region string
}

// none answers for all parts of a bucket that no test is about: they are not set.
func (f fakeS3) none(operation, bucket string) error {
	if err := f.called(operation, "", bucket); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.owned(bucket)
}

// owned is how S3 refuses a bucket that is not the account's: only the owner is told that there is one.
func (f fakeS3) owned(bucket string) error {
	if _, ok := f.policies[f.account+"/"+bucket]; ok {
		return nil
	}
	for key := range f.policies {
		if strings.HasSuffix(key, "/"+bucket) {
			return denied
		}
	}
	return absent
}

func (f fakeS3) HeadBucket(_ context.Context, in *s3.HeadBucketInput, _ ...func(*s3.Options)) (*s3.HeadBucketOutput, error) {
	return &s3.HeadBucketOutput{BucketRegion: &f.region}, f.none("HeadBucket", *in.Bucket)
}

func (f fakeS3) GetBucketPolicy(_ context.Context, in *s3.GetBucketPolicyInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyOutput, error) {
	err := f.called("GetBucketPolicy", f.account, *in.Bucket)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.owned(*in.Bucket)
	}
	text := f.policies[f.account+"/"+*in.Bucket]
	switch {
	case err != nil:
		return nil, err
	case text == "":
		return nil, &smithy.GenericAPIError{Code: "NoSuchBucketPolicy"}
	}
	return &s3.GetBucketPolicyOutput{Policy: &text}, nil
}

func (f fakeS3) GetBucketOwnershipControls(_ context.Context, in *s3.GetBucketOwnershipControlsInput, _ ...func(*s3.Options)) (*s3.GetBucketOwnershipControlsOutput, error) {
	controls := &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: f.ownership}}}
	return &s3.GetBucketOwnershipControlsOutput{OwnershipControls: controls}, f.none("GetBucketOwnershipControls", *in.Bucket)
}

func (f fakeS3) GetBucketAcl(_ context.Context, in *s3.GetBucketAclInput, _ ...func(*s3.Options)) (*s3.GetBucketAclOutput, error) {
	return &s3.GetBucketAclOutput{}, f.none("GetBucketAcl", *in.Bucket)
}

func (f fakeS3) GetPublicAccessBlock(_ context.Context, in *s3.GetPublicAccessBlockInput, _ ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return &s3.GetPublicAccessBlockOutput{}, f.none("GetPublicAccessBlock", *in.Bucket)
}

func (f fakeS3) GetBucketPolicyStatus(_ context.Context, in *s3.GetBucketPolicyStatusInput, _ ...func(*s3.Options)) (*s3.GetBucketPolicyStatusOutput, error) {
	return &s3.GetBucketPolicyStatusOutput{}, f.none("GetBucketPolicyStatus", *in.Bucket)
}

func (f fakeS3) GetBucketEncryption(_ context.Context, in *s3.GetBucketEncryptionInput, _ ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	return &s3.GetBucketEncryptionOutput{}, f.none("GetBucketEncryption", *in.Bucket)
}

func (f fakeS3) GetBucketVersioning(_ context.Context, in *s3.GetBucketVersioningInput, _ ...func(*s3.Options)) (*s3.GetBucketVersioningOutput, error) {
	return &s3.GetBucketVersioningOutput{}, f.none("GetBucketVersioning", *in.Bucket)
}

func (f fakeS3) GetObjectLockConfiguration(_ context.Context, in *s3.GetObjectLockConfigurationInput, _ ...func(*s3.Options)) (*s3.GetObjectLockConfigurationOutput, error) {
	return &s3.GetObjectLockConfigurationOutput{}, f.none("GetObjectLockConfiguration", *in.Bucket)
}

func (f fakeS3) GetBucketRequestPayment(_ context.Context, in *s3.GetBucketRequestPaymentInput, _ ...func(*s3.Options)) (*s3.GetBucketRequestPaymentOutput, error) {
	return &s3.GetBucketRequestPaymentOutput{}, f.none("GetBucketRequestPayment", *in.Bucket)
}

func (f fakeS3) ListObjectsV2(_ context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return &s3.ListObjectsV2Output{}, f.called("ListObjectsV2", "", *in.Bucket)
}

type fakeDataSync struct {
	client.DataSyncAPI
	*cloud
	account, region string
}

// mine reports whether the resource is of the client's account and Region.
func (f fakeDataSync) mine(arn string) bool {
	a, _ := region.ParseARN(arn)
	return a.Account == f.account && a.Region == f.region
}

func (f fakeDataSync) ListLocations(context.Context, *datasync.ListLocationsInput, ...func(*datasync.Options)) (*datasync.ListLocationsOutput, error) {
	out := &datasync.ListLocationsOutput{}
	for arn, what := range f.locations {
		if uri, _, _ := strings.Cut(what, " "); f.mine(arn) {
			out.Locations = append(out.Locations, dstypes.LocationListEntry{LocationArn: &arn, LocationUri: &uri})
		}
	}
	return out, f.called("ListLocations", f.account+" "+f.region, "")
}

func (f fakeDataSync) ListTasks(_ context.Context, in *datasync.ListTasksInput, _ ...func(*datasync.Options)) (*datasync.ListTasksOutput, error) {
	out, filter := &datasync.ListTasksOutput{}, ""
	for _, by := range in.Filters {
		filter = by.Values[0]
	}
	for arn, what := range f.tasks {
		if words := strings.Fields(what); f.mine(arn) && (filter == "" || filter == words[1] || filter == words[2]) {
			out.Tasks = append(out.Tasks, dstypes.TaskListEntry{TaskArn: &arn, Name: &words[0]})
		}
	}
	return out, f.called("ListTasks", f.account+" "+f.region, filter)
}

func (f fakeDataSync) DescribeLocationS3(_ context.Context, in *datasync.DescribeLocationS3Input, _ ...func(*datasync.Options)) (*datasync.DescribeLocationS3Output, error) {
	if err := f.called("DescribeLocationS3", "", *in.LocationArn); err != nil {
		return nil, err
	}
	uri, role, ok := strings.Cut(f.locations[*in.LocationArn], " ")
	if !ok {
		return nil, &dstypes.InvalidRequestException{Message: aws.String("Location is not found.")}
	}
	return &datasync.DescribeLocationS3Output{LocationArn: in.LocationArn, LocationUri: &uri,
		S3Config: &dstypes.S3Config{BucketAccessRoleArn: &role}}, nil
}

func (f fakeDataSync) DescribeTask(_ context.Context, in *datasync.DescribeTaskInput, _ ...func(*datasync.Options)) (*datasync.DescribeTaskOutput, error) {
	if err := f.called("DescribeTask", "", *in.TaskArn); err != nil {
		return nil, err
	}
	words := strings.Fields(f.tasks[*in.TaskArn])
	if len(words) == 0 {
		return nil, &dstypes.InvalidRequestException{Message: aws.String("Task is not found.")}
	}
	return &datasync.DescribeTaskOutput{TaskArn: in.TaskArn, Name: &words[0], SourceLocationArn: &words[1], DestinationLocationArn: &words[2]}, nil
}

func (f fakeDataSync) ListTagsForResource(_ context.Context, in *datasync.ListTagsForResourceInput, _ ...func(*datasync.Options)) (*datasync.ListTagsForResourceOutput, error) {
	if err := f.called("ListTagsForResource", "", *in.ResourceArn); err != nil {
		return nil, err
	}
	out := &datasync.ListTagsForResourceOutput{}
	for k, v := range f.tags[*in.ResourceArn] {
		out.Tags = append(out.Tags, dstypes.TagListEntry{Key: &k, Value: &v})
	}
	return out, nil
}
