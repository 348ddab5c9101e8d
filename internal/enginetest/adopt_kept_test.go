package enginetest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// ownersTags begins the keys of tags that were there before an adoption.
const ownersTags = "team-"

// TestOwnersTagsStay adopts and leaves what has tags whose keys begin with the transfer's tag prefix.
func TestOwnersTagsStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		all := []string{hand.SourceRole, hand.DestinationRole, hand.SourceLocation, hand.DestinationLocation, hand.Task}
		for _, arn := range all {
			tagByHand(t, cloud, arn, 1)
		}
		tr := hand.Adopted(kittest.Push(cloud))
		tr.TagPrefix = ownersTags
		kittest.SetUp(t, cloud, tr)
		kittest.TearDown(t, cloud, tr)
		after := kittest.Dump(cloud)
		if n := strings.Count(after, "tag "+ownersTags+"0=theirs"); n != len(all) || strings.Count(after, "tag "+ownersTags) != n {
			t.Errorf("%d of %d tags of the owner stay, or tags of ours:\n%s", n, len(all), after)
		}
	})
}

// TestOwnersLocationsStay has a location of the role's owner in a Region of neither end: the adopted role still serves it.
func TestOwnersLocationsStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		tr := hand.Adopted(kittest.Push(cloud))
		cloud.AddBucket(accountA, "ap-south-1", "media-south")
		name, access := hand.SourceRole[strings.LastIndexByte(hand.SourceRole, '/')+1:], iamrole.TutorialPolicy("arn:aws:s3:::media-south", accountA).String()
		if _, err := cloud.Clients()[accountA].IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new("south"),
			PolicyDocument: &access}); err != nil {
			t.Fatal(err)
		}
		for i, when := range []string{"before the adoption", "after the adoption", "after the tear-down"} {
			if _, err := cloud.Clients()[accountA].DataSync("ap-south-1").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
				S3BucketArn: new("arn:aws:s3:::media-south"), Subdirectory: new(fmt.Sprintf("/%d/", i)), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &hand.SourceRole}}); err != nil {
				t.Errorf("%s: %v", when, err)
			}
			if when == "before the adoption" {
				kittest.SetUp(t, cloud, tr)
			} else {
				kittest.TearDown(t, cloud, tr)
			}
		}
	})
}

// TestOwnersRoleStays deletes what was adopted while a location of the role's owner has the role: the role stays as it was, without our traces.
func TestOwnersRoleStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		if _, err := cloud.Clients()[accountA].DataSync("eu-west-1").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
			S3BucketArn: new("arn:aws:s3:::media-raw"), Subdirectory: new("/theirs/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &hand.SourceRole}}); err != nil {
			t.Fatal(err)
		}
		tr := hand.Adopted(kittest.Push(cloud))
		kittest.SetUp(t, cloud, tr)
		p := destroyPlan(t, cloud, tr, true)
		if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Fatal(err)
		}
		if again := destroyPlan(t, cloud, tr, true); !again.Empty() {
			t.Errorf("not empty after the tear-down:\n%s", again)
		}
		after := kittest.Dump(cloud)
		if strings.Contains(after, "xacct") || strings.Count(after, "policy by-hand") != 1 || !strings.Contains(p.String(), "stays for inline policy by-hand, location ") {
			t.Errorf("the role is not as it was:\n%s\n%s", p, after)
		}
	})
}

// TestGrantsThatStay has statements of others that an adoption leaves where they are.
func TestGrantsThatStay(t *testing.T) {
	t.Parallel()
	const bucketARN = "arn:aws:s3:::media-archive"
	put := func(edit func(policy.Statement) policy.Statement) func(*testing.T, *xaccttest.Cloud, kittest.HandMade) {
		return func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			d := kittest.BucketPolicy(t, c, "media-archive").Without("DataSyncCreateS3LocationAndTaskAccess")
			c.SetBucketPolicy("media-archive", d.With(edit(bucket.TutorialStatement(bucketARN, h.DestinationRole).WithSid("Kept"))).Bytes())
		}
	}
	for name, tt := range map[string]struct {
		world func(*testing.T, *xaccttest.Cloud, kittest.HandMade)
	}{
		"for another principal too": {put(func(st policy.Statement) policy.Statement {
			principals, _ := st.Principals()
			return st.By(append(principals, policy.Account("777788889999"))...)
		})},
		"for other actions too": {put(func(st policy.Statement) policy.Statement {
			return policy.Allow("s3:PutObject", "s3:PutObjectAcl").WithSid("Kept").By(principalsOf(st)...).On(bucketARN + "/*")
		})},
		"a denial": {put(func(st policy.Statement) policy.Statement {
			return policy.Deny("s3:PutObjectAcl").WithSid("Kept").By(principalsOf(st)...).On(bucketARN + "/*")
		})},
		"on a condition": {put(func(st policy.Statement) policy.Statement { return st.When(policy.Bool("aws:SecureTransport", true)) })},
		"of a role that another location has": {func(t *testing.T, c *xaccttest.Cloud, h kittest.HandMade) {
			put(func(st policy.Statement) policy.Statement { return st })(t, c, h)
			if _, err := c.Clients()[accountA].DataSync("us-east-2").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
				S3BucketArn: new(bucketARN), Subdirectory: new("/theirs/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &h.DestinationRole}}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				tt.world(t, cloud, hand)
				kittest.SetUp(t, cloud, hand.Adopted(kittest.Push(cloud)))
				if _, ok := kittest.BucketPolicy(t, cloud, "media-archive").Statement("Kept"); !ok {
					t.Errorf("the statement is gone:\n%s", cloud.BucketPolicy("media-archive"))
				}
			})
		})
	}
	t.Run("but not one whose Sid has spaces", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			hand := kittest.ByHand(cloud, kittest.Push(cloud))
			put(func(st policy.Statement) policy.Statement { return st.WithSid("DataSync of media may write") })(t, cloud, hand)
			kittest.SetUp(t, cloud, hand.Adopted(kittest.Push(cloud)))
			if _, ok := kittest.BucketPolicy(t, cloud, "media-archive").Statement("DataSync of media may write"); ok {
				t.Errorf("the statement stays:\n%s", cloud.BucketPolicy("media-archive"))
			}
		})
	})
	t.Run("one whose Sid is a word of the plan and came after it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			hand := kittest.ByHand(cloud, kittest.Push(cloud))
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{hand.Adopted(kittest.Push(cloud))})
			put(func(st policy.Statement) policy.Statement { return st.WithSid("may") })(t, cloud, hand)
			if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatal(err)
			}
			if _, ok := kittest.BucketPolicy(t, cloud, "media-archive").Statement("may"); !ok {
				t.Errorf("the statement, which the plan did not name, is gone:\n%s", cloud.BucketPolicy("media-archive"))
			}
		})
	})
	t.Run("one that came after the plan", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			cloud := kittest.World(t)
			hand := kittest.ByHand(cloud, kittest.Push(cloud))
			p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{hand.Adopted(kittest.Push(cloud))})
			put(func(st policy.Statement) policy.Statement { return st })(t, cloud, hand)
			if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
				t.Fatal(err)
			}
			if _, ok := kittest.BucketPolicy(t, cloud, "media-archive").Statement("Kept"); !ok {
				t.Errorf("the statement, which the plan did not name, is gone:\n%s", cloud.BucketPolicy("media-archive"))
			}
		})
	})
}

func principalsOf(st policy.Statement) []policy.Principal {
	principals, _ := st.Principals()
	return principals
}
