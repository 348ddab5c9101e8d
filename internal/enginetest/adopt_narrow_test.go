package enginetest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// TestOperatorGrantsThatStay adopts beside statements by which an operator may list the bucket: only that of the tutorial, and one that an adopted role is in,
// leave for ours.
func TestOperatorGrantsThatStay(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		sid   string
		role  bool // the adopted role is in it
		stays bool
	}{
		"of the tutorial":            {"DataSyncCreateS3Location", false, false},
		"of another purpose":         {"AuditorsList", false, true},
		"with the role":              {"Migration", true, false},
		"with a Sid that looks like": {"DataSyncCreateS3Location2", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				who := []policy.Principal{policy.AWS(cloud.OperatorARN(accountA))}
				if tt.role {
					who = append(who, policy.AWS(hand.DestinationRole))
				}
				d := kittest.BucketPolicy(t, cloud, "media-archive").Without("DataSyncCreateS3Location")
				cloud.SetBucketPolicy("media-archive", d.With(bucket.List("arn:aws:s3:::media-archive").WithSid(tt.sid).By(who...)).Bytes())
				kittest.SetUp(t, cloud, hand.Adopted(kittest.Push(cloud)))
				if _, stays := kittest.BucketPolicy(t, cloud, "media-archive").Statement(tt.sid); stays != tt.stays {
					t.Errorf("the statement stays: %v, want %v:\n%s", stays, tt.stays, cloud.BucketPolicy("media-archive"))
				}
			})
		})
	}
}

// TestTutorialStatementNamesItsRole: before an adoption the finding names whom the tutorial's statement is for, and how to take that over.
func TestTutorialStatementNamesItsRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		if !slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
			return f.Code == xacct.CodeTutorial && strings.Contains(f.Detail, hand.DestinationRole+", which is not the role of this transfer") && strings.Contains(f.Remedy, "Adopt")
		}) {
			t.Errorf("no finding:\n%s", p.Details())
		}
	})
}

// trustOf writes the trust policy of the role.
func trustOf(t *testing.T, c *xaccttest.Cloud, role string, trust policy.Document) {
	t.Helper()
	text := string(trust.Bytes())
	if _, err := c.Clients()[accountA].IAM.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: new(role[strings.LastIndexByte(role, '/')+1:]),
		PolicyDocument: &text}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute) // virtual
}

// TestAdoptedTrust adopts roles whose trust policies are tighter than that of the transfer: none is made wider without a word.
func TestAdoptedTrust(t *testing.T) {
	t.Parallel()
	datasync := policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com"))
	account := policy.StringEquals("aws:SourceAccount", accountA)
	for name, tt := range map[string]struct {
		trust  policy.Document
		detail string // of the blocking finding; "" is none
		told   string // of the information; "" is none
	}{
		"a Deny": {policy.New(datasync, policy.Deny("sts:AssumeRole").WithSid("NotFromHere").By(policy.Everyone()).When(policy.Bool("aws:SecureTransport", false))),
			`a Deny in statement "NotFromHere"`, ""},
		"an external id":     {policy.New(datasync.When(policy.StringEquals("sts:ExternalId", "x"))), "a condition on sts:ExternalId in statement 1", ""},
		"one task":           {policy.New(datasync.When(account, policy.ArnLike("aws:SourceArn", "arn:aws:datasync:us-east-2:111122223333:task/task-0123456789abcdef0"))), "a condition on aws:SourceArn", ""},
		"an organisation":    {policy.New(datasync.When(policy.StringEquals("aws:SourceOrgID", "o-aaaaaaaaaa"))), "a condition on aws:SourceOrgID", ""},
		"a Region":           {iamrole.DataSyncTrust("aws", accountA, "us-east-2"), "", "is for DataSync in us-east-2 and becomes one for every Region"},
		"the account":        {policy.New(datasync.When(account)), "", ""},
		"every Region":       {iamrole.DataSyncTrust("aws", accountA), "", ""},
		"what the tutorial":  {iamrole.TutorialTrust(), "", ""},
		"the transfer's own": {iamrole.DataSyncTrust("aws", accountA, "us-east-2", "us-east-2"), "", "us-east-2"},
	} {
		for _, given := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", given in Role.Trust"}[given], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := kittest.World(t)
					hand := kittest.ByHand(cloud, kittest.Push(cloud))
					tr := hand.Adopted(kittest.Push(cloud))
					trustOf(t, cloud, hand.SourceRole, tt.trust)
					detail, told := tt.detail, tt.told
					if given {
						tr.Source.Role.Trust, detail, told = tt.trust, "", ""
					}
					p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{tr})
					found := func(s xacct.Severity, words string) bool {
						return slices.ContainsFunc(p.Findings, func(f xacct.Finding) bool {
							return f.Code == xacct.CodeAdopt && f.Severity == s && f.Subject == hand.SourceRole && strings.Contains(f.Detail, words)
						})
					}
					if detail != "" != found(xacct.Blocking, "trust policy") || !found(xacct.Blocking, detail) && detail != "" {
						t.Errorf("blocked: want %q\n%s", detail, p.Details())
					}
					if told != "" != found(xacct.Info, "trust policy") || !found(xacct.Info, told) && told != "" {
						t.Errorf("told: want %q\n%s", told, p.Details())
					}
				})
			})
		}
	}
}

// TestTagsOfTheTransferLeave releases what was adopted: the tags that the adoption added go, and those that the owner had stay, with the same value too.
func TestTagsOfTheTransferLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		all := []string{hand.SourceRole, hand.DestinationRole, hand.SourceLocation, hand.DestinationLocation, hand.Task}
		for _, arn := range all {
			tagByHand(t, cloud, arn, 1)
		}
		before := strings.Count(kittest.Dump(cloud), "tag ")
		tr := hand.Adopted(kittest.Push(cloud))
		tr.Tags = map[string]string{ownersTags + "0": "theirs", "cost": "12"}
		kittest.SetUp(t, cloud, tr)
		tr.Tags["added"] = "later"
		kittest.SetUp(t, cloud, tr)
		if n := strings.Count(kittest.Dump(cloud), "tag added=later"); n != len(all) {
			t.Errorf("%d of %d have the tag", n, len(all))
		}
		kittest.TearDown(t, cloud, tr)
		after := kittest.Dump(cloud)
		if n := strings.Count(after, "tag "); n != before || strings.Count(after, "tag "+ownersTags+"0=theirs") != len(all) {
			t.Errorf("%d tags, want the %d of the owner:\n%s", n, before, after)
		}
	})
}

// TestOneRoleOfTwo adopts one role for two transfers into one bucket: the tutorial's statement leaves in the write that brings the statements of both. Where
// one of them is blocked, it stays.
func TestOneRoleOfTwo(t *testing.T) {
	t.Parallel()
	for name, blocked := range map[string]bool{"both": false, "one is blocked": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := kittest.World(t)
				hand := kittest.ByHand(cloud, kittest.Push(cloud))
				other, err := cloud.Clients()[accountA].DataSync("us-east-2").CreateLocationS3(t.Context(), &datasync.CreateLocationS3Input{
					S3BucketArn: new("arn:aws:s3:::media-archive"), Subdirectory: new("/second/"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: &hand.DestinationRole}})
				if err != nil {
					t.Fatal(err)
				}
				one, two := hand.Adopted(kittest.Push(cloud)), kittest.Push(cloud)
				two.Name, two.Source.Prefix, two.Destination.Prefix = "second", "2025", "second"
				two.Destination.Adopt = xacct.Adopt{Role: hand.DestinationRole, Location: *other.LocationArn}
				if blocked {
					two.Source.Bucket = "nowhere"
				}
				p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{one, two})
				if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil && !blocked {
					t.Fatalf("%v\n%s", err, p)
				}
				if _, stays := kittest.BucketPolicy(t, cloud, "media-archive").Statement(bucket.TutorialSid); stays != blocked {
					t.Errorf("the tutorial's statement stays: %v, want %v:\n%s", stays, blocked, p.Details())
				}
				if !blocked {
					runAdopted(t, cloud, hand.Task)
				}
			})
		})
	}
}

// TestAdoptedRoleThatIsNamed deletes what was adopted while a statement of the bucket's owner names the role, which cannot be deleted then: it stays, without
// our tags and policies.
func TestAdoptedRoleThatIsNamed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		hand := kittest.ByHand(cloud, kittest.Push(cloud))
		tr := hand.Adopted(kittest.Push(cloud))
		kittest.SetUp(t, cloud, tr)
		d := kittest.BucketPolicy(t, cloud, "media-archive")
		cloud.SetBucketPolicy("media-archive", d.With(policy.Deny("s3:PutObjectAcl").WithSid("NoACLs").By(policy.AWS(hand.DestinationRole)).On("arn:aws:s3:::media-archive/*")).Bytes())
		p := destroyPlan(t, cloud, tr, true)
		if _, err := p.Apply(t.Context(), cloud.Clients()); err != nil {
			t.Fatalf("%v\n%s", err, p)
		}
		if again := destroyPlan(t, cloud, tr, true); !again.Empty() || len(again.Held()) > 0 {
			t.Errorf("not empty:\n%s", again)
		}
		after := kittest.Dump(cloud)
		if strings.Contains(after, "xacct") || !strings.Contains(after, "role /DataSync-media-archive") || strings.Contains(after, "role /AWSDataSyncS3BucketAccess") ||
			!strings.Contains(p.String(), `statement "NoACLs" in the policy of bucket media-archive`) {
			t.Errorf("not as it should be:\n%s\n%s", p, after)
		}
	})
}
