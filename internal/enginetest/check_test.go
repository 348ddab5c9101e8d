package enginetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
	"github.com/xacct/xacct/xaccttest"
)

const opsARN = "arn:aws:iam::111122223333:role/ops"

var anything = policy.New(policy.Allow("*").On("*"))

// ownAccount lets in whoever is of the bucket's account, by a condition that is not in the documentation's list of limits.
var ownAccount = policy.New(policy.Allow("s3:GetObject").WithSid("Own").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").When(policy.StringEquals("aws:PrincipalAccount", accountB)))

// knownFacts are accounts in which nothing speaks against the transfer of kittest.Demo.
func knownFacts() xacct.Facts {
	all := [][]policy.Document{{anything}}
	return xacct.Facts{
		BucketPolicies: map[string]policy.Document{"media-raw": {}, "media-archive": {}},
		KeyPolicies:    map[string]policy.Document{}, Trusts: map[string]policy.Document{}, Boundaries: map[string]policy.Document{},
		Identity: map[string][]policy.Document{opsARN: {anything}}, IDs: map[string]string{opsARN: "AROAOPSOPSOPSOPSOPSOP"}, Tags: map[string]map[string]string{opsARN: {}},
		Buckets: map[string]bucket.State{"media-raw": {Exists: true, OwnerProved: true, Region: "eu-west-1"},
			"media-archive": {Exists: true, OwnerProved: true, Region: "us-east-2", Ownership: "BucketOwnerEnforced"}},
		SCPs: map[string][][]policy.Document{accountA: all, accountB: all}, RCPs: map[string][][]policy.Document{accountA: all, accountB: all},
	}
}

// TestCheck: what is found about the transfer of kittest.Demo where the facts are changed, beside what is allowed.
func TestCheck(t *testing.T) {
	location := "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
	for _, tt := range []struct {
		name   string
		change func(*xacct.Transfer, *xacct.Facts)
		want   []string // severity, code, side, and a part of the detail
	}{
		{"nothing speaks against it", func(*xacct.Transfer, *xacct.Facts) {}, nil},
		{"the role of a given location was not read", func(tr *xacct.Transfer, _ *xacct.Facts) { tr.Destination.LocationARN = location },
			[]string{"warning undetermined destination whether DataSync may write the destination depends on the role of location " + location + ", which was not read"}},
		{"the operator was not read", func(_ *xacct.Transfer, f *xacct.Facts) { delete(f.Identity, opsARN) }, []string{
			"warning undetermined source whether the operator may create the source location",
			"warning undetermined destination whether the operator may create the destination location",
			"warning undetermined  whether the operator may make roles, locations and task: iam:CreateRole, iam:TagRole, iam:PutRolePolicy and "}},
		{"the operator may not tag", func(_ *xacct.Transfer, f *xacct.Facts) {
			operatorMay(f, "iam:*", "s3:*", "datasync:Create*", "datasync:Update*")
		},
			[]string{"blocking denied  the operator may not make roles, locations and task: datasync:TagResource (implicitly denied)"}},
		{"the operator may not make roles", func(_ *xacct.Transfer, f *xacct.Facts) {
			operatorMay(f, "iam:PassRole", "iam:CreateServiceLinkedRole", "s3:*", "datasync:*")
		}, []string{
			"blocking denied  the operator may not make roles, locations and task: iam:CreateRole, iam:TagRole, iam:PutRolePolicy (implicitly denied)",
			"warning limited  the operator may make roles, locations and task, but not iam:UpdateAssumeRolePolicy, iam:DeleteRolePolicy, iam:UntagRole (implicitly denied)"}},
		{"the operator may use the locations of one Region only", func(_ *xacct.Transfer, f *xacct.Facts) {
			operatorMay(f, "iam:*", "s3:*", "datasync:CreateLocationS3", "datasync:TagResource", "datasync:Update*")
			f.Identity[opsARN] = append(f.Identity[opsARN], policy.New(policy.Allow("datasync:CreateTask").On("arn:aws:datasync:us-east-2:111122223333:*")))
		}, []string{"blocking denied  the operator may not make roles, locations and task: datasync:CreateTask (implicitly denied)"}},
		{"nobody may run tasks", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.SCPs[accountA] = [][]policy.Document{{anything, policy.New(policy.Deny("datasync:StartTaskExecution").WithSid("NoRuns").On("*"))}}
		}, []string{"warning limited  the operator may run the task, but not datasync:StartTaskExecution (explicitly denied, by statement \"NoRuns\")"}},
		{"resources of one organisation, which is that of the account", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.OrgIDs = map[string]string{accountA: "o-a1b2c3", accountB: "o-a1b2c3"}
			f.SCPs[accountA] = [][]policy.Document{{anything, policy.New(policy.Deny("*").On("*").When(policy.StringNotEquals("aws:ResourceOrgID", "o-a1b2c3")))}}
		}, nil},
		{"the tags of our role were not read", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.Unjudged = []string{"arn:aws:iam::111122223333:role/media-archive-destination"}
			f.BucketPolicies["media-archive"] = guard(policy.StringNotEquals("aws:PrincipalTag/team", "media"))
		}, []string{"warning undetermined destination whether DataSync may write the destination: s3:GetObject, s3:GetObjectTagging, s3:GetObjectVersion and 3 more depends on aws:PrincipalTag/team and ",
			"warning undetermined destination whether DataSync may write the destination: s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads and 3 more depends on the identity policy of "}},
		{"the tags of our role were not read, and one that we give exempts it", func(tr *xacct.Transfer, f *xacct.Facts) {
			tr.Tags = map[string]string{"team": "media"}
			f.Unjudged = []string{"arn:aws:iam::111122223333:role/media-archive-destination"}
			f.BucketPolicies["media-archive"] = guard(policy.StringNotEquals("aws:PrincipalTag/team", "media"))
		}, []string{"warning undetermined destination whether DataSync may write the destination: s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads and 9 more depends on the identity policy of "}},
		{"a manifest whose role was not read, and which the bucket does not let in", func(tr *xacct.Transfer, _ *xacct.Facts) {
			tr.Task.Manifest = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "lists/m.csv", RoleARN: "arn:aws:iam::111122223333:role/lists"}
		}, []string{"warning undetermined  whether DataSync may assume the manifest role", "blocking denied  DataSync may not read the manifest: s3:GetObject (implicitly denied)",
			"warning limited  DataSync may read the manifest, but not s3:GetObjectVersion"}},
		{"a manifest whose role does not exist", func(tr *xacct.Transfer, f *xacct.Facts) {
			role := "arn:aws:iam::111122223333:role/lists"
			tr.Task.Manifest = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "lists/m.csv", RoleARN: role}
			f.Identity[role], f.Trusts[role] = []policy.Document{}, policy.Document{}
		}, []string{"blocking no-role  role arn:aws:iam::111122223333:role/lists does not exist"}},
		{"the place of retry manifests is denied", func(tr *xacct.Transfer, f *xacct.Facts) {
			tr.Retries = &task.Manifest{Account: accountB, Bucket: "media-archive", Key: "lists/retry.csv"}
			f.BucketPolicies["media-archive"] = policy.New(policy.Deny("s3:GetObject").WithSid("NoLists").By(policy.Everyone()).On("arn:aws:s3:::media-archive/lists/*"))
		}, []string{"blocking denied  DataSync may not read manifests of retries: s3:GetObject (explicitly denied, by statement \"NoLists\")",
			"warning undetermined destination whether DataSync may write the destination: s3:GetObject depends on whether there are objects at lists/*"}},
		{"the operator is among those that are kept out", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.BucketPolicies["media-archive"] = policy.New(policy.Deny("s3:ListBucket").WithSid("Out").By(policy.Everyone()).On("arn:aws:s3:::media-archive").When(policy.Where("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/ops")))
		}, []string{"blocking denied destination the operator may not create the destination location: s3:ListBucket (explicitly denied, by statement \"Out\"): it keeps out certain principals by their ARN, and this one is among them"}},
		{"a key asks whether a service calls", func(tr *xacct.Transfer, f *xacct.Facts) {
			key := "arn:aws:kms:us-east-2:111122223333:key/11111111-2222-3333-4444-555555555555"
			tr.Destination.KMSKeys = []string{key}
			f.KeyPolicies[key] = policy.New(policy.Allow("kms:*").WithSid("Root").By(policy.Account(accountA)).On("*"),
				policy.Deny("kms:GenerateDataKey").WithSid("NoServices").By(policy.Everyone()).On("*").When(policy.Bool("aws:ViaAWSService", true)))
		}, []string{"blocking denied destination DataSync may not encrypt and decrypt with key 11111111-2222-3333-4444-555555555555 of the destination: kms:GenerateDataKey (explicitly denied, by statement \"NoServices\"): it asks whether an AWS service calls"}},
		{"S3 calls a policy public that was not read, and restricts public buckets", func(_ *xacct.Transfer, f *xacct.Facts) {
			delete(f.BucketPolicies, "media-archive")
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.Public, s.PublicAccessBlock.RestrictPublicBuckets = true, true
			})
		}, []string{"blocking public-access destination bucket media-archive restricts public buckets and its policy is public (S3 calls it so)",
			"warning undetermined destination whether DataSync may write the destination", "warning undetermined destination whether the operator may create the destination location"}},
		{"an SCP keeps the writer from the bucket's policy", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.Writers = map[string]string{accountB: "arn:aws:iam::444455556666:role/admin"}
			f.SCPs[accountB] = [][]policy.Document{{anything, policy.New(policy.Deny("s3:PutBucketPolicy").WithSid("NoPolicies").On("*"))}}
		}, []string{"blocking lockout destination arn:aws:iam::444455556666:role/admin may not change the policy of bucket media-archive (explicitly denied, by statement \"NoPolicies\")"}},
		{"the writer signed in through Identity Center, and the Deny spares roles of that name at the path /", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.Writers = map[string]string{accountB: "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me"}
			f.BucketPolicies["media-archive"] = policy.New(policy.Deny("s3:PutBucketPolicy").WithSid("OnlyAdmins").By(policy.Everyone()).On("arn:aws:s3:::media-archive").
				When(policy.Where("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/AWSReservedSSO_Admin_*")))
		}, []string{"blocking lockout destination arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me may not change the policy of bucket media-archive (explicitly denied, by statement \"OnlyAdmins\")"}},
		{"S3 does not call a policy public that holds a doubtful statement", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.BucketPolicies["media-archive"] = ownAccount
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.PublicAccessBlock.RestrictPublicBuckets, s.PublicAccessBlock.BlockPublicPolicy = true, true
			})
		}, nil},
		{"S3 was not asked whether a policy with a doubtful statement is public", func(_ *xacct.Transfer, f *xacct.Facts) {
			f.BucketPolicies["media-archive"] = ownAccount
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.PublicAccessBlock.RestrictPublicBuckets = true
				s.Unread = map[string]error{bucket.PartPolicyStatus: errors.New("denied")}
			})
		}, []string{"blocking public-access destination bucket media-archive restricts public buckets and its policy is public (statement \"Own\": ", "warning unread destination the policy status of bucket media-archive could not be read"}},
		{"the default key is not listed, and the role of a given location was not read", func(tr *xacct.Transfer, f *xacct.Facts) {
			tr.Destination.LocationARN = location
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.Encryption.Algorithm, s.Encryption.KMSKey = "aws:kms", "arn:aws:kms:us-east-2:444455556666:key/11111111-2222-3333-4444-555555555555"
			})
		}, []string{"warning undetermined destination whether DataSync may write the destination depends on the role of location",
			"warning key-not-listed destination bucket media-archive encrypts new objects with key arn:aws:kms:us-east-2:444455556666:key/11111111-2222-3333-4444-555555555555, which the transfer does not list: whether the location's role may use it is not decided"}},
		{"the default key is not listed, and its policy, which is known, lets a given role use it", func(tr *xacct.Transfer, f *xacct.Facts) {
			role := "arn:aws:iam::111122223333:role/given"
			arn := remoteKey(tr, f, administered, policy.Allow("kms:*").By(policy.AWS(role)).On("*"))
			tr.Destination.KMSKeys, tr.Destination.RoleARN = nil, role
			f.Identity[role], f.Trusts[role] = []policy.Document{anything}, policy.New(policy.Allow("sts:AssumeRole").By(policy.Service("datasync.amazonaws.com")))
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.Encryption.Algorithm, s.Encryption.KMSKey = "aws:kms", arn
			})
		}, nil},
		{"an SCP keeps the writer from the key's policy", func(tr *xacct.Transfer, f *xacct.Facts) {
			remoteKey(tr, f, administered)
			f.Writers = map[string]string{accountB: "arn:aws:iam::444455556666:role/admin"}
			f.SCPs[accountB] = [][]policy.Document{{anything, policy.New(policy.Deny("kms:PutKeyPolicy").WithSid("NoPolicies").On("*"))}}
		}, []string{"blocking lockout  arn:aws:iam::444455556666:role/admin may not change the policy of key 11111111-2222-3333-4444-555555555555 (explicitly denied, by statement \"NoPolicies\")"}},
		{"the destination has ACLs enabled", func(_ *xacct.Transfer, f *xacct.Facts) {
			changeBucket(f, "media-archive", func(s *bucket.State) { s.Ownership = "ObjectWriter" })
		}, []string{"blocking acls-enabled destination bucket media-archive has ACLs enabled (ObjectWriter)"}},
		{"the destination has ACLs enabled, and another transfer disables them", func(_ *xacct.Transfer, f *xacct.Facts) {
			changeBucket(f, "media-archive", func(s *bucket.State) { s.Ownership = "ObjectWriter" })
			f.DisablingACLs = map[string]bool{"media-archive": true}
		}, nil},
		{"ACLs are to be disabled, and somebody is let in by one", func(tr *xacct.Transfer, f *xacct.Facts) {
			tr.Destination.DisableACLs = true
			changeBucket(f, "media-archive", func(s *bucket.State) {
				s.Ownership, s.Grants = "ObjectWriter", []string{"WRITE to group http://acs.amazonaws.com/groups/s3/LogDelivery"}
			})
		}, []string{"blocking acl-grants destination the ACL of bucket media-archive grants others access", "warning ownership destination disabling ACLs on bucket media-archive"}},
		{"a key is disabled", func(tr *xacct.Transfer, f *xacct.Facts) {
			arn := remoteKey(tr, f, administered)
			f.Keys = map[string]kmskey.State{arn: {Exists: true, Status: "Disabled"}}
		}, []string{"blocking key-unusable  key 11111111-2222-3333-4444-555555555555 is in state Disabled"}},
		{"a key does not exist", func(tr *xacct.Transfer, f *xacct.Facts) {
			arn := remoteKey(tr, f, administered)
			f.Keys = map[string]kmskey.State{arn: {}}
		}, []string{"blocking no-key  key 11111111-2222-3333-4444-555555555555 does not exist"}},
		{"a key's policy names somebody who is gone", func(tr *xacct.Transfer, f *xacct.Facts) {
			remoteKey(tr, f, administered, policy.Allow("kms:Decrypt").WithSid("Gone").By(policy.AWS("AROAGONEGONEGONEGONE0")).On("*"))
			f.DeadIDs = []string{"AROAGONEGONEGONEGONE0"}
		}, []string{"blocking dead-principal  in the policy of key 11111111-2222-3333-4444-555555555555 statement \"Gone\" names AROAGONEGONEGONEGONE0, whose role or user is gone"}},
		{"nobody may change a key's policy", func(tr *xacct.Transfer, f *xacct.Facts) {
			remoteKey(tr, f, policy.Allow("kms:Decrypt").WithSid("Users").By(policy.Account(accountB)).On("*"))
		}, []string{"blocking lockout  policy of key 11111111-2222-3333-4444-555555555555 must let somebody of the key's account change it again"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr, f := kittest.Demo(), knownFacts()
			tt.change(&tr, &f)
			res, err := tr.Resources()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range res.Check(f) {
				if f.Code != xacct.CodeAllowed && f.Code != xacct.CodeNotGiven {
					got = append(got, strings.Join([]string{string(f.Severity), f.Code, string(f.Side), f.Detail}, " "))
				}
			}
			for _, want := range tt.want {
				if i := slices.IndexFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }); i < 0 {
					t.Errorf("not found: %s", want)
				} else {
					got = slices.Delete(got, i, i+1)
				}
			}
			for _, g := range got {
				t.Errorf("found, and not wanted: %s", g)
			}
		})
	}
}

// TestCheckNamesTheIdentityStatement: where no policy of the resource decides, the statement named is not the SCP's, which allows everything.
func TestCheckNamesTheIdentityStatement(t *testing.T) {
	tr := kittest.Demo()
	res, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Check(knownFacts()) {
		if f.Code == xacct.CodeAllowed && strings.Contains(f.Statement, "SCP") {
			t.Errorf("%s is allowed by %q", f.Detail, f.Statement)
		}
	}
}

// operatorMay lets the operator make these calls and no others.
func operatorMay(f *xacct.Facts, actions ...string) {
	f.Identity[opsARN] = []policy.Document{policy.New(policy.Allow(actions...).On("*"))}
}

// changeBucket changes what is known of a bucket.
func changeBucket(f *xacct.Facts, name string, change func(*bucket.State)) {
	s := f.Buckets[name]
	change(&s)
	f.Buckets[name] = s
}

// administered lets the key's account do everything.
var administered = policy.Allow("kms:*").WithSid("Admin").By(policy.Account(accountB)).On("*")

// remoteKey gives the destination a key of the bucket's account.
func remoteKey(tr *xacct.Transfer, f *xacct.Facts, statements ...policy.Statement) string {
	arn := "arn:aws:kms:us-east-2:444455556666:key/11111111-2222-3333-4444-555555555555"
	tr.Destination.KMSKeys = []string{arn}
	f.KeyPolicies[arn] = policy.New(policy.Statements(statements))
	return arn
}

// guard denies what DataSync does with objects of the destination's bucket.
func guard(when policy.Condition) policy.Document {
	return policy.New(policy.Deny("s3:GetObject*", "s3:PutObject*").WithSid("Guard").By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").When(when))
}

// TestNotGiven: the SCPs of an account count where somebody of it writes a policy.
func TestNotGiven(t *testing.T) {
	tr, f := kittest.Demo(), knownFacts()
	f.SCPs, f.Writers = nil, map[string]string{accountB: "arn:aws:iam::444455556666:role/admin"}
	res, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range res.Check(f) {
		if f.Code == xacct.CodeNotGiven {
			if want := "service control policies of 111122223333 and 444455556666 were not given"; f.Detail != want {
				t.Errorf("%s, want %s", f.Detail, want)
			}
			return
		}
	}
	t.Error("nothing was found missing")
}

// TestDeadByALaterReadOnly: an id that only the first read showed, because the others were refused, may be that of a living role.
func TestDeadByALaterReadOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := kittest.World(t)
		gone := cloud.AddRole(accountB, "gone")
		cloud.SetBucketPolicy("media-archive", policy.New(bucket.List("arn:aws:s3:::media-archive").WithSid("Gone").By(policy.AWS(gone))).Bytes())
		if _, err := cloud.Clients()[accountB].IAM.DeleteRole(t.Context(), &iam.DeleteRoleInput{RoleName: new("gone")}); err != nil {
			t.Fatal(err)
		}
		reads := 0
		cloud.Intercept(func(_ context.Context, call xaccttest.Call, next func() error) error {
			if call.Operation == "GetBucketPolicy" && call.Account == accountB {
				if reads++; reads > 1 {
					return xaccttest.Fault(403, "AccessDenied", "Access Denied")
				}
			}
			return next()
		})
		p := kittest.MustPlan(t, t.Context(), cloud.Clients(), []xacct.Transfer{kittest.Push(cloud)})
		if f, ok := finding(p, xacct.DestinationSide, xacct.CodeDeadPrincipal); !ok || f.Severity != xacct.Warning || reads < 2 {
			t.Errorf("%d reads, found %t: %+v", reads, ok, f)
		}
	})
}
