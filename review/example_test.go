package review_test

import (
	"context"
	"log"
	"os"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/review"
	"github.com/xacct/xacct/xaccttest"
)

var transfer = xacct.Transfer{
	Name:        "media-archive",
	Source:      xacct.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", Prefix: "2026/"},
	Destination: xacct.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive"},
	Operators:   []string{"arn:aws:iam::111122223333:role/Operator"},
	Grant:       xacct.ByAccount,
}

// A tear-down is to be approved by the team that owns the bucket: its part of the plan, as text for a pull request.
func ExampleMarkdown() {
	ctx := context.Background()
	cloud := xaccttest.NewCloud()
	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
	clients := xacct.Clients{"111122223333": cloud.ClientsAs(cloud.OperatorARN("111122223333"))} // the other team has the others
	p, err := xacct.NewDestroyPlan(ctx, clients, []xacct.Transfer{transfer})
	if err != nil {
		log.Fatal(err)
	}
	if err := review.Markdown(os.Stdout, p.For("444455556666")); err != nil {
		log.Fatal(err)
	}
	// Output:
	// # Tear-down of transfer `media-archive`: the part of account `444455556666`
	//
	// - Transfer `media-archive` copies `s3://media-raw/2026/` of account `111122223333` in `eu-west-1` to `s3://media-archive/` of account `444455556666` in `us-east-2`. Its task is in account `111122223333`.
	//
	// This is the part of the plan that the operator of account `444455556666` applies.
	//
	// **1 to update, 0 blocked.**
	//
	// Statements, names and settings below follow from the transfers. What stood in AWS, and what is said of verdicts, is what the plan recorded when it was made: an apply reads and checks again before it writes.
	//
	// Digest of the plan: `sha256:293db0164a4d9c70be3df9304744b3529b87c9938881ee7a8bccff76fbd2c869`. Apply only a plan with this digest.
	//
	// ## Picture
	//
	// ```mermaid
	// flowchart LR
	//   subgraph a1["account 111122223333 (task account)"]
	//     n1["task media-archive"]
	//     n2(["role media-archive-source"])
	//     n4(["role media-archive-destination"])
	//     n6(["operator Operator"])
	//     n3[("bucket media-raw")]
	//   end
	//   subgraph a2["account 444455556666"]
	//     n5[("bucket media-archive")]
	//   end
	//   n1 ---|"runs as"| n2
	//   n1 ---|"runs as"| n4
	//   n2 -.->|"may read"| n3
	//   n4 -.-x|"may write: ends"| n5
	//   n6 -.-x|"may list: ends"| n5
	// ```
	//
	// - Each box is an account. An arrow is a grant that the transfers have, and whether it ends.
	//
	// ## What changes
	//
	// ### Account `444455556666`
	//
	// - **changed** policy of bucket `media-archive` in `us-east-2`
	//
	// ## Who loses what
	//
	// ### Policy of bucket `media-archive` of account `444455556666`
	//
	// - **removed** statement `XacctMediaArchiveWrite317df6a3`
	//   - Who: account `111122223333`
	//   - May: `s3:GetBucketLocation`, `s3:ListBucket`, `s3:ListBucketMultipartUploads`, `s3:GetObject`, `s3:GetObjectTagging`, `s3:GetObjectVersion`, `s3:GetObjectVersionTagging`, `s3:ListMultipartUploadParts`, `s3:AbortMultipartUpload`, `s3:DeleteObject`, `s3:PutObject` and `s3:PutObjectTagging`
	//   - On: `arn:aws:s3:::media-archive` and `arn:aws:s3:::media-archive/*`
	//   - Only if: `aws:PrincipalArn matches arn:aws:iam::111122223333:role/media-archive-destination`
	// - **removed** statement `XacctMediaArchiveList8abc7cf6`
	//   - Who: account `111122223333`
	//   - May: `s3:ListBucket`
	//   - On: `arn:aws:s3:::media-archive`
	//   - Only if: `aws:PrincipalArn matches arn:aws:iam::111122223333:role/Operator`
	//
	// The policy was not read. Take these statements out of what is there, as far as they stand there: everything else in it must stay.
	//
	// ## Who does what, in this order
	//
	// 1. The operator of account `111122223333` deletes the locations and the task of `media-archive`: **not in this part of the plan**
	// 2. The operator of account `444455556666` takes the statements out of the policies of `bucket media-archive`, and hands a report of that to the operator of account `111122223333`: **in this plan**
	// 3. The operator of account `111122223333` deletes the roles `media-archive-source` and `media-archive-destination`, once no policy names them: **not in this part of the plan**
	//
	// ## What is not known
	//
	// Nothing that the plan knows of.
	//
	// ## What it will never do
	//
	// - Change a byte of a statement that it did not write, its order, or the Version and Id of the policy.
	// - Write a policy that it could not read, or add a statement with a wildcard principal.
	// - Delete a policy to replace it, put an old copy in place of somebody's later edits, or remove what is not provably its own.
	// - Delete transferred objects, or delete at the destination during a run unless the plan allows it.
	// - Change Object Ownership unless the transfer asks for it, or restore it unless the plan asks for it.
	// - Read or write a bucket that now belongs to another account.
}
