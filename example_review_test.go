package xacct_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// foreignPolicy is a bucket policy of somebody else, in odd white space, with statements that share a Sid or have none.
const foreignPolicy = `{
	"Version": "2008-10-17", "Id": "legacy",
  "Statement" : [
    {"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::media-archive","arn:aws:s3:::media-archive/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
    {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*"},
    {"Sid":"Logs","Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::media-archive/logs/*"}
  ]
}`

// A security reviewer's test: what the transfer would add to the bucket's own policy, whether that allows anybody else, and what the
// existing statements make of it. No call is made.
func ExampleResources_Check() {
	existing, err := policy.Parse([]byte(foreignPolicy))
	if err != nil {
		log.Fatal(err)
	}

	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/ops"},
	}
	resources, err := transfer.Resources()
	if err != nil {
		log.Fatal(err)
	}
	archive, _ := resources.Bucket("media-archive")
	merged, err := existing.Merge(archive.Statements)
	fmt.Println("refused:", err, merged.Validate(policy.Bucket), "public:", len(policy.Public(merged)))
	for _, change := range policy.Diff(existing, merged) {
		fmt.Println(change)
	}
	for _, f := range resources.Check(xacct.Facts{BucketPolicies: map[string]policy.Document{"media-archive": existing}}) {
		fmt.Printf("%s %s: %s (%s)\n", f.Severity, f.Code, cmp.Or(f.Side, "both"), f.Statement)
	}
	// Output:
	// refused: <nil> <nil> public: 0
	//   TLSOnly: everyone may not s3:* on arn:aws:s3:::media-archive, arn:aws:s3:::media-archive/*, if aws:SecureTransport is false
	//   (no Sid): account 444455556666 may s3:GetObject on arn:aws:s3:::media-archive/*
	//   Logs: service logging.s3.amazonaws.com may s3:PutObject on arn:aws:s3:::media-archive/logs/*
	// + XacctMediaArchiveWrite317df6a3: arn:aws:iam::111122223333:role/media-archive-destination may s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads, s3:GetObject, s3:GetObjectTagging, s3:GetObjectVersion, s3:GetObjectVersionTagging, s3:ListMultipartUploadParts, s3:AbortMultipartUpload, s3:DeleteObject, s3:PutObject, s3:PutObjectTagging on arn:aws:s3:::media-archive, arn:aws:s3:::media-archive/*
	// + XacctMediaArchiveList8abc7cf6: account 111122223333 may s3:ListBucket on arn:aws:s3:::media-archive, if aws:PrincipalArn matches arn:aws:iam::111122223333:role/ops
	// info allowed: source (DataSync)
	// warning undetermined: source ()
	// info allowed: destination (DataSync)
	// info allowed: destination (XacctMediaArchiveWrite317df6a3)
	// warning undetermined: source ()
	// warning undetermined: destination ()
	// warning undetermined: both ()
	// info not-given: both ()
}

// A plan file is edited between review and apply: the digest of what was reviewed, which came on another way, tells.
func ExamplePlan_Digest() {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	p, err := xacct.NewPlan(context.Background(), cloud.Clients(), []xacct.Transfer{{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}})
	if err != nil {
		log.Fatal(err)
	}
	reviewed, err := p.Digest()
	if err != nil {
		log.Fatal(err)
	}
	file, err := json.Marshal(p)
	if err != nil {
		log.Fatal(err)
	}
	edited := bytes.ReplaceAll(file, []byte("role/Operator"), []byte("role/Intruder"))
	for _, data := range [][]byte{file, edited} {
		var read xacct.Plan
		if err := json.Unmarshal(data, &read); err != nil {
			log.Fatal(err)
		}
		digest, err := read.Digest()
		fmt.Println("as reviewed:", digest == reviewed, err)
	}
	// Output:
	// as reviewed: true <nil>
	// as reviewed: false <nil>
}

// A bucket that lets in its own organisation only: the plan names the statement, what it depends on, and how its owner could exempt the role.
func ExampleNewPlan_organisationOnly() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.SetBucketPolicy("media-archive", policy.New(policy.Deny("s3:GetObject", "s3:PutObject").WithSid("OurOrganisation").
		By(policy.Everyone()).On("arn:aws:s3:::media-archive/*").When(policy.Where("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))).Bytes())

	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}
	for _, organisations := range []map[string]string{nil, {"111122223333": "o-f6g7h8i9j0"}, {"111122223333": "o-a1b2c3d4e5"}} {
		p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer}, func(o *xacct.PlanOptions) { o.OrgIDs = organisations })
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("the role's account is in", organisations)
		for _, f := range p.Findings {
			if f.Statement == "OurOrganisation" || f.Side == xacct.DestinationSide && f.Code == xacct.CodeAllowed && f.Actions[0] == "s3:GetBucketLocation" {
				fmt.Println(f.Severity, f.Code+":", f.Detail)
				for _, p := range f.Proposal {
					fmt.Println("  as its owner could write it:", p)
				}
			}
		}
	}
	// Output:
	// the role's account is in map[]
	// warning undetermined: whether DataSync may write the destination: s3:GetObject, s3:PutObject depends on aws:PrincipalOrgID (statement "OurOrganisation"): it allows principals of certain organisations only, and an exemption of AWS services does not help a role
	//   as its owner could write it: {"Sid":"OurOrganisation","Effect":"Deny","Principal":"*","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"ArnNotLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/media-archive-destination"}}}
	// info allowed: DataSync may write the destination in part: s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads and 7 more (allowed, by statement "XacctMediaArchiveWrite317df6a3")
	// the role's account is in map[111122223333:o-f6g7h8i9j0]
	// blocking denied: DataSync may not write the destination: s3:GetObject, s3:PutObject (explicitly denied, by statement "OurOrganisation"): it allows principals of certain organisations only, and an exemption of AWS services does not help a role
	//   as its owner could write it: {"Sid":"OurOrganisation","Effect":"Deny","Principal":"*","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::media-archive/*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"},"ArnNotLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/media-archive-destination"}}}
	// info allowed: DataSync may write the destination in part: s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads and 7 more (allowed, by statement "XacctMediaArchiveWrite317df6a3")
	// the role's account is in map[111122223333:o-a1b2c3d4e5]
	// info allowed: DataSync may write the destination (allowed, by statement "XacctMediaArchiveWrite317df6a3")
}

// A transfer that was set up by hand after AWS's tutorial is taken over: role, location and task of the destination become the transfer's own, under
// their names and with their history. The tutorial's statement leaves the bucket's policy in the write that brings the transfer's.
func ExampleNewPlan_takeOver() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud(func(o *xaccttest.Options) { o.Phases = xaccttest.Phases{} })
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	cloud.PutObject("media-raw", "2026/a.mov", []byte("a"))
	source := byHand(ctx, cloud, "eu-west-1", "media-raw", "/2026/", "111122223333")
	byHand(ctx, cloud, "us-east-2", "media-archive", "/", "444455556666")

	transfer := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/", Adopt: source},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive", Adopt: xacct.Adopt{Role: xacct.Fitting, Location: xacct.Fitting}},
		Operators:   []string{cloud.OperatorARN("111122223333")},
	}
	p, err := xacct.NewPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p)
	if _, err := p.Apply(ctx, cloud.Clients()); err != nil {
		log.Fatal(err)
	}

	// A tear-down takes away what is ours, and leaves what was adopted.
	down, err := xacct.NewDestroyPlan(ctx, cloud.Clients(), []xacct.Transfer{transfer})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range down.Changes {
		fmt.Println(c.Op, c.Kind, c.Name)
	}
	// Output:
	// media-archive: 1 to create, 5 to update, 0 blocked
	//
	// 111122223333 (task account)
	//   ~ iam-role           DataSync-media-raw
	//       trust policy
	//       inline policy xacct-media-archive-source
	//       tag xacct:adopted=true
	//       tag xacct:managed-by=xacct
	//   ~ iam-role           DataSync-media-archive
	//       trust policy
	//       inline policy xacct-media-archive-destination
	//       tag xacct:adopted=true
	//       tag xacct:managed-by=xacct
	//   ~ datasync-location  s3://media-raw/2026/    eu-west-1
	//       tag xacct:adopted=true
	//       tag xacct:managed-by=xacct
	//       tag xacct:region=us-east-2
	//       tag xacct:side=source
	//       tag xacct:transfer=media-archive
	//   ~ datasync-location  s3://media-archive/     us-east-2
	//       tag xacct:adopted=true
	//       tag xacct:managed-by=xacct
	//       tag xacct:side=destination
	//       tag xacct:transfer=media-archive
	//   + datasync-task      media-archive           us-east-2  ENHANCED
	//
	// 444455556666
	//   ~ bucket-policy  media-archive  us-east-2
	//       + XacctMediaArchiveWrite317df6a3   arn:aws:iam::111122223333:role/DataSync-media-archive may write
	//       + XacctMediaArchiveList8abc7cf6   arn:aws:iam::111122223333:role/Operator may list
	//       - DataSyncCreateS3LocationAndTaskAccess   arn:aws:iam::111122223333:role/DataSync-media-archive may write (not ours; ours take its place)
	//       - DataSyncCreateS3Location   arn:aws:iam::111122223333:role/Operator may list (not ours; ours take its place)
	//
	// Checked  DataSync may assume the source role (allowed, by statement "DataSync")
	//          DataSync may read the source (allowed, by statement 1 of the identity policy)
	//          DataSync may assume the destination role (allowed, by statement "DataSync")
	//          DataSync may write the destination (allowed, by statement "XacctMediaArchiveWrite317df6a3")
	//          the operator may create the source location (allowed, by statement 1 of the identity policy)
	//          the operator may create the destination location (allowed, by statement "XacctMediaArchiveList8abc7cf6")
	//          the operator may make roles, locations and task (allowed, by statement 1 of the identity policy)
	//          the operator may run the task (allowed, by statement 1 of the identity policy)
	//
	// Unknown  service control policies of 111122223333 and 444455556666 and resource control policies of 111122223333 and 444455556666 were not given
	//            → hand them to the plan in SCPs and RCPs, or ask the organisation's administrators
	//
	// Note     role DataSync-media-archive keeps what it has beside the transfer's own policy: inline policy media-archive
	//          role DataSync-media-raw keeps what it has beside the transfer's own policy: inline policy media-raw
	// update iam-role DataSync-media-raw
	// update iam-role DataSync-media-archive
	// update datasync-location s3://media-raw/2026/
	// update datasync-location s3://media-archive/
	// delete datasync-task media-archive
	// delete bucket-policy media-archive
}

// byHand makes a role and a location by the calls of the tutorial.
func byHand(ctx context.Context, cloud *xaccttest.Cloud, region, name, folder, owner string) xacct.Adopt {
	clients, role, bucketARN := cloud.Clients()["111122223333"], "DataSync-"+name, "arn:aws:s3:::"+name
	trust, access := string(iamrole.TutorialTrust().Bytes()), string(iamrole.TutorialPolicy(bucketARN, owner).Bytes())
	made, err := clients.IAM.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &role, AssumeRolePolicyDocument: &trust})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := clients.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: &access}); err != nil {
		log.Fatal(err)
	}
	if owner != "111122223333" {
		operator := bucket.List(bucketARN).WithSid("DataSyncCreateS3Location").By(policy.AWS(cloud.OperatorARN("111122223333")))
		cloud.SetBucketPolicy(name, bucket.TutorialPolicy(bucketARN, *made.Role.Arn).With(operator).Bytes())
	}
	there, err := clients.DataSync(region).CreateLocationS3(ctx, &datasync.CreateLocationS3Input{S3BucketArn: &bucketARN,
		Subdirectory: &folder, S3Config: &dstypes.S3Config{BucketAccessRoleArn: made.Role.Arn}})
	if err != nil {
		log.Fatal(err)
	}
	return xacct.Adopt{Role: *made.Role.Arn, Location: *there.LocationArn}
}

// A reviewer's own test: with NoDelete, neither the role nor the grant in the other account's bucket policy allows any deletion.
func ExampleEndpoint_noDelete() {
	resources, err := xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive", NoDelete: true},
	}.Resources()
	if err != nil {
		log.Fatal(err)
	}
	check := func(what string, d policy.Document) {
		for st := range d.All() {
			actions, _ := st.Actions()
			deletes := slices.ContainsFunc(actions, func(a string) bool { return strings.HasPrefix(a, "s3:Delete") || strings.Contains(a, "*") })
			fmt.Printf("%s, %s: deletes %v\n", what, st.Sid(), deletes)
		}
	}
	for _, r := range resources.Roles {
		for _, d := range r.Policies {
			check(r.Name, d)
		}
	}
	for _, b := range resources.Buckets {
		check("bucket "+b.Name, policy.New(b.Statements))
	}
	// Output:
	// media-archive-source, Read: deletes false
	// media-archive-destination, Write: deletes false
	// bucket media-archive, XacctMediaArchiveWrite317df6a3: deletes false
}
