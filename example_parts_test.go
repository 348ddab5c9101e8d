package xacct_test

import (
	"bytes"
	"fmt"
	"log"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/policy"
)

// demo is the tutorial's pair of accounts with names of our own.
func demo() xacct.Transfer {
	return xacct.Transfer{
		Name:        "media-archive",
		Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
		Operators:   []string{"arn:aws:iam::111122223333:role/ops"},
	}
}

// A security reviewer reads the statement that the destination's owner is asked to add, without any account.
func ExampleTransfer_Resources() {
	resources, err := demo().Resources()
	if err != nil {
		log.Fatal(err)
	}
	archive, _ := resources.Bucket("media-archive")
	fmt.Println(policy.New(archive.Statements[0]))
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "XacctMediaArchiveWrite317df6a3",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::111122223333:role/media-archive-destination"
	//       },
	//       "Action": [
	//         "s3:GetBucketLocation",
	//         "s3:ListBucket",
	//         "s3:ListBucketMultipartUploads",
	//         "s3:GetObject",
	//         "s3:GetObjectTagging",
	//         "s3:GetObjectVersion",
	//         "s3:GetObjectVersionTagging",
	//         "s3:ListMultipartUploadParts",
	//         "s3:AbortMultipartUpload",
	//         "s3:DeleteObject",
	//         "s3:PutObject",
	//         "s3:PutObjectTagging"
	//       ],
	//       "Resource": [
	//         "arn:aws:s3:::media-archive",
	//         "arn:aws:s3:::media-archive/*"
	//       ]
	//     }
	//   ]
	// }
}

// Bad input is named field by field, all of it at once, before any call.
func ExampleTransfer_Validate() {
	transfer := demo()
	transfer.Source.Account = "my-company"
	transfer.Destination.Bucket = "arn:aws:s3:::media-archive"
	transfer.Operators = []string{"arn:aws:sts::111122223333:assumed-role/ops/jo"}
	for _, p := range xacct.Problems(transfer.Validate()) {
		fmt.Println(p.Path, "→", p.Remedy)
	}
	// Output:
	// Source.Account → give the id with its leading zeros, not an alias or an ARN
	// Destination.Bucket → give the name alone, such as amzn-s3-demo-bucket, and what follows it as the prefix
	// Operators[0] → give the role's ARN with its path (iam:GetRole tells it), not the ARN of a session
}

// The policy of whoever only plans, in the destination's account.
func ExampleOperatorPolicy() {
	document, err := xacct.OperatorPolicy("444455556666", []xacct.Transfer{demo()}, xacct.PlanPhase)
	if err != nil {
		log.Fatal(err)
	}
	for statement := range document.All() {
		actions, _ := statement.Actions()
		resources, _ := statement.Resources()
		fmt.Println(statement.Sid(), actions[0], resources)
	}
	// Output:
	// ReadBuckets s3:ListBucket [arn:aws:s3:::media-archive]
}

// The owner of the bucket has approved the statement of AWS's tutorial, and nothing else.
func ExampleGrantShape_tutorial() {
	transfer := demo()
	transfer.Grant, transfer.Operators = xacct.Tutorial, nil
	resources, err := transfer.Resources()
	if err != nil {
		log.Fatal(err)
	}
	for _, statement := range resources.Buckets[0].Statements {
		approved := bucket.TutorialStatement("arn:aws:s3:::media-archive", "arn:aws:iam::111122223333:role/media-archive-destination")
		fmt.Println(statement.Sid(), bytes.Equal(statement.Bytes(), approved.Bytes()))
	}
	transfer.Destination.NoDelete = true
	for _, p := range xacct.Problems(transfer.Validate()) {
		fmt.Println(p.Path, p.Rule)
	}
	// Output:
	// DataSyncCreateS3LocationAndTaskAccess true
	// Destination.NoDelete contradicts the Grant Tutorial, whose statement allows s3:DeleteObject
}

// The clients of AWS itself come from one aws.Config for each account.
func ExampleNewAccountClients() {
	var sourceConfig, destinationConfig aws.Config // from config.LoadDefaultConfig, each with its account's profile
	clients := xacct.Clients{
		"111122223333": xacct.NewAccountClients(sourceConfig), // an aws.Config with credentials of that account
		"444455556666": xacct.NewAccountClients(destinationConfig),
	}
	fmt.Println(len(clients), "accounts")
	// Output: 2 accounts
}

// Both buckets are encrypted, each with a key of its own account. The role may use both keys, and the key in the other account lets it.
func ExampleEndpoint_encrypted() {
	transfer := xacct.Transfer{
		Name: "media-archive",
		Source: xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw",
			KMSKeys: []string{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}},
		Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive",
			KMSKeys: []string{"arn:aws:kms:us-east-2:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab"}},
	}
	resources, err := transfer.Resources()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range resources.Keys {
		fmt.Println("key", key.ARN)
		if len(key.Statements) > 0 { // what its policy is to hold besides what it has
			fmt.Println(policy.New(key.Statements))
		}
	}
	// Output:
	// key arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// key arn:aws:kms:us-east-2:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Sid": "XacctMediaArchiveEncrypt4b3bc3e0",
	//       "Effect": "Allow",
	//       "Principal": {
	//         "AWS": "arn:aws:iam::111122223333:role/media-archive-destination"
	//       },
	//       "Action": [
	//         "kms:Encrypt",
	//         "kms:Decrypt",
	//         "kms:ReEncrypt*",
	//         "kms:GenerateDataKey*",
	//         "kms:DescribeKey"
	//       ],
	//       "Resource": "*"
	//     }
	//   ]
	// }
}

// One process acts in two accounts by assuming a role in each. Transfers name the role of the task account in Operators.
//
// STS is asked at the endpoint of a Region, because tokens of the global endpoint are not valid in Regions that an account must enable first.
// The external id is the one that the trust policy of the role asks for. Sources:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
func ExampleNewAccountClients_assumeRole() {
	// What the process itself runs with: on AWS, from config.LoadDefaultConfig.
	base := aws.Config{Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")}

	clients := xacct.Clients{}
	for _, a := range []struct{ account, region, role, externalID string }{
		{"111122223333", "eu-west-1", "arn:aws:iam::111122223333:role/Operator", ""},
		{"444455556666", "us-east-2", "arn:aws:iam::444455556666:role/MediaOperator", "media-archive-7f3a"},
	} {
		provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(base, func(o *sts.Options) { o.Region = a.region }), a.role,
			func(o *stscreds.AssumeRoleOptions) {
				o.RoleSessionName = "xacct" // in CloudTrail
				if a.externalID != "" {
					o.ExternalID = &a.externalID
				}
			})
		cfg := base.Copy()
		cfg.Region = a.region
		cfg.Credentials = aws.NewCredentialsCache(provider) // assumes the role at the first call, and again before the session ends
		clients[a.account] = xacct.NewAccountClients(cfg)   // no call yet
		fmt.Println(a.account, "in", a.region, "as", a.role)
	}
	fmt.Println(len(clients), "accounts")
	// Output:
	// 111122223333 in eu-west-1 as arn:aws:iam::111122223333:role/Operator
	// 444455556666 in us-east-2 as arn:aws:iam::444455556666:role/MediaOperator
	// 2 accounts
}

// What the other account allows ends with the year: each statement in the policy of its bucket asks for a time before.
func ExampleTransfer_until() {
	transfer := demo()
	transfer.Grant, transfer.Until = xacct.ByAccount, time.Date(2030, time.December, 31, 0, 0, 0, 0, time.UTC)
	resources, err := transfer.Resources()
	if err != nil {
		log.Fatal(err)
	}
	grants, _ := resources.Bucket("media-archive")
	for _, st := range grants.Statements {
		fmt.Println(st.Conditions()[1])
	}

	for _, now := range []time.Time{transfer.Until.AddDate(0, -6, 0), transfer.Until} {
		facts := xacct.Facts{Now: now, BucketPolicies: map[string]policy.Document{"media-archive": {}}}
		for _, f := range resources.Check(facts) {
			if f.Side == xacct.DestinationSide && slices.Contains(f.Actions, "s3:PutObject") || f.Subject == "Until" {
				fmt.Printf("%s, %s: %s\n", f.Severity, f.Code, f.Detail)
			}
		}
	}
	// Output:
	// aws:CurrentTime is before 2030-12-31T00:00:00Z
	// aws:CurrentTime is before 2030-12-31T00:00:00Z
	// info, allowed: DataSync may write the destination (allowed, by statement "XacctMediaArchiveWrite317df6a3" until 2030-12-31T00:00:00Z)
	// blocking, denied: DataSync may not write the destination: s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads and 6 more (implicitly denied): our statement ended at 2030-12-31T00:00:00Z
	// blocking, until: what other accounts allow transfer media-archive ended at 2030-12-31T00:00:00Z, its Until
}
