package policy_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/url"

	"github.com/xacct/xacct/policy"
)

func must(d policy.Document, err error) policy.Document {
	if err != nil {
		log.Fatal(err)
	}
	return d
}

func ExampleNew() {
	d := policy.New(
		policy.Allow("s3:ListBucket").
			On("arn:aws:s3:::amzn-s3-demo-bucket").
			When(policy.StringEquals("aws:ResourceAccount", "444455556666"), policy.StringLike("s3:prefix", "2026/*", "2027/*")),
		policy.Allow("s3:GetObject", "s3:GetObjectTagging").
			On("arn:aws:s3:::amzn-s3-demo-bucket/*").
			When(policy.StringEquals("aws:ResourceAccount", "444455556666")),
	)
	fmt.Println(d)
	fmt.Println(d.Validate(policy.Identity))
	// Output:
	// {
	//   "Version": "2012-10-17",
	//   "Statement": [
	//     {
	//       "Effect": "Allow",
	//       "Action": "s3:ListBucket",
	//       "Resource": "arn:aws:s3:::amzn-s3-demo-bucket",
	//       "Condition": {
	//         "StringEquals": {
	//           "aws:ResourceAccount": "444455556666"
	//         },
	//         "StringLike": {
	//           "s3:prefix": [
	//             "2026/*",
	//             "2027/*"
	//           ]
	//         }
	//       }
	//     },
	//     {
	//       "Effect": "Allow",
	//       "Action": [
	//         "s3:GetObject",
	//         "s3:GetObjectTagging"
	//       ],
	//       "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*",
	//       "Condition": {
	//         "StringEquals": {
	//           "aws:ResourceAccount": "444455556666"
	//         }
	//       }
	//     }
	//   ]
	// }
	// <nil>
}

func ExampleParse_refused() {
	_, err := policy.Parse([]byte(`{
  "Statement": [{
    "Effect": "Allow",
    "Action": "s3:GetObject"
    "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"
  }]
}`))
	fmt.Println(err)
	_, err = policy.Parse([]byte(`{"Statement": [{"Effect": "Deny", "Action": "*", "Effect": "Allow"}]}`))
	fmt.Println(err)
	// Output:
	// policy: 5:5: expected ',' or '}' after the value of "Action", found '"'
	// policy: 1:50: member "Effect" is repeated
}

func ExampleParseEncoded() {
	fromIAM := url.PathEscape(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	d := must(policy.ParseEncoded(fromIAM))
	for s := range d.All() {
		fmt.Println(s.Explain())
	}
	// Output:
	// service datasync.amazonaws.com may sts:AssumeRole
}

func ExampleDocument_Merge() {
	theirs := must(policy.Parse([]byte(`{"Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"}}`)))
	merged := must(theirs.Merge(policy.Allow("s3:ListBucket").WithSid("List").By(policy.Account("111122223333")).On("arn:aws:s3:::amzn-s3-demo-bucket")))
	fmt.Printf("%s\n", merged.Bytes())
	// Output:
	// {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"},{"Sid":"List","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::amzn-s3-demo-bucket"}]}
}

func ExampleDocument_Merge_refused() {
	theirs := must(policy.Parse([]byte(`{"Statement": [{"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"}]}`)))
	ours := policy.Allow("s3:GetObject").WithSid("Share").By(policy.Account("111122223333")).On("arn:aws:s3:::amzn-s3-demo-bucket/*")

	_, err := theirs.Merge(ours)
	fmt.Println(err)
	var conflict *policy.ConflictError
	if errors.As(err, &conflict) {
		fmt.Println(conflict.Hint())
	}
	// Output:
	// policy: statement "Share" is there already and means something else: account 444455556666 may s3:GetObject on arn:aws:s3:::amzn-s3-demo-bucket/*; wanted: account 111122223333 may s3:GetObject on arn:aws:s3:::amzn-s3-demo-bucket/*
	// find out who wrote the existing statement; remove or rename it, or choose another Sid
}

func ExampleDocument_Without() {
	shared := must(policy.Parse([]byte("{\n\t\"Statement\" : [\n\t\t{\"Sid\":\"Theirs\", \"Effect\":\"Deny\", \"Principal\":\"*\", \"Action\":\"s3:DeleteBucket\", \"Resource\":\"arn:aws:s3:::amzn-s3-demo-bucket\"},\n\t\t{\"Sid\":\"Ours\", \"Effect\":\"Allow\", \"Principal\":{\"AWS\":\"111122223333\"}, \"Action\":\"s3:ListBucket\", \"Resource\":\"arn:aws:s3:::amzn-s3-demo-bucket\"}\n\t]\n}")))
	left := shared.Without("Ours")
	fmt.Printf("%s\n%d statement\n", left.Bytes(), left.Len())
	// Output:
	// {
	// 	"Statement" : [
	// 		{"Sid":"Theirs", "Effect":"Deny", "Principal":"*", "Action":"s3:DeleteBucket", "Resource":"arn:aws:s3:::amzn-s3-demo-bucket"}
	// 	]
	// }
	// 1 statement
}

func ExampleDocument_Equal() {
	sent := must(policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["111122223333"]},"Action":["s3:PutObject","s3:GetObject"],"Resource":["arn:aws:s3:::amzn-s3-demo-bucket/*"]}]}`)))
	read := must(policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::amzn-s3-demo-bucket/*"}]}`)))
	fmt.Println(sent.Equal(read))
	// Output: true
}

func ExampleDocument_EqualWith() {
	sent := policy.New(policy.Allow("s3:GetObject").By(policy.AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/*"))
	read := policy.New(policy.Allow("s3:GetObject").By(policy.AWS("AROAEXAMPLEROLEID0001")).On("arn:aws:s3:::amzn-s3-demo-bucket/*"))
	fmt.Println(sent.Equal(read))
	fmt.Println(sent.EqualWith(read, map[string]string{"AROAEXAMPLEROLEID0001": "arn:aws:iam::111122223333:role/sync"}))
	// Output:
	// false
	// true
}

func ExampleDiff() {
	before := policy.New(
		policy.Allow("s3:GetObject", "s3:DeleteObject").WithSid("Sync").By(policy.AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/*"),
		policy.Allow("s3:ListBucket").WithSid("List").By(policy.Account("777788889999")).On("arn:aws:s3:::amzn-s3-demo-bucket"),
	)
	after := policy.New(
		policy.Allow("s3:GetObject").WithSid("Sync").By(policy.AWS("arn:aws:iam::111122223333:role/sync")).On("arn:aws:s3:::amzn-s3-demo-bucket/*").
			When(policy.StringEquals("aws:PrincipalOrgID", "o-a1b2c3d4e5")),
		policy.Deny("s3:*").WithSid("TLSOnly").By(policy.Everyone()).On("arn:aws:s3:::amzn-s3-demo-bucket/*").When(policy.Bool("aws:SecureTransport", false)),
	)
	for _, change := range policy.Diff(before, after) {
		fmt.Println(change)
	}
	// Output:
	// ~ Sync: arn:aws:iam::111122223333:role/sync may s3:GetObject on arn:aws:s3:::amzn-s3-demo-bucket/*, if aws:PrincipalOrgID is o-a1b2c3d4e5
	//     - what   s3:DeleteObject
	//     + when   aws:PrincipalOrgID is o-a1b2c3d4e5
	// - List: account 777788889999 may s3:ListBucket on arn:aws:s3:::amzn-s3-demo-bucket
	// + TLSOnly: everyone may not s3:* on arn:aws:s3:::amzn-s3-demo-bucket/*, if aws:SecureTransport is false
}

func ExampleDocument_Validate() {
	d := policy.New(policy.Allow("s3:GetObject", "s3:ListBucket").
		By(policy.AWS("arn:aws:iam::111122223333:role/*")).
		On("arn:aws:s3:::amzn-s3-demo-bucket/*").
		When(policy.StringLike("s3:prefix", "2026/")))
	fmt.Println(d.Validate(policy.Bucket))
	// Output:
	// Statement[0].Principal.AWS "arn:aws:iam::111122223333:role/*" must not have a wildcard in it; name the principal in full, or the account with a condition on aws:PrincipalArn, which takes wildcards
	// Statement[0].Action[1] "s3:ListBucket" must apply to a resource of the statement: actions on a bucket to the bucket's ARN, actions on objects to that ARN with /* or a key; add the ARN that is missing, or remove the action
	// Statement[0].Condition.StringLike.s3:prefix "s3:GetObject" must be a condition key of every action that the statement names; move the actions that the key does not fit to a statement of their own
}

func ExamplePublic() {
	d := policy.New(
		policy.Allow("s3:GetObject").By(policy.Everyone()).On("arn:aws:s3:::amzn-s3-demo-bucket/*").When(policy.StringEquals("aws:PrincipalOrgID", "o-a1b2c3d4e5")),
		policy.Allow("s3:GetObject").WithSid("Web").By(policy.Everyone()).On("arn:aws:s3:::amzn-s3-demo-bucket/*").When(policy.StringLike("aws:Referer", "https://www.example.com/*")),
	)
	for _, p := range policy.Public(d) {
		fmt.Printf("statement %d (%s): %s\n", p.Index, p.Statement.Sid(), p.Reason)
	}
	// Output:
	// statement 1 (Web): it allows everyone, and has no condition that S3 takes for a limit
}

func ExampleDangling() {
	d := must(policy.Parse([]byte(`{"Statement":[{"Sid":"Old","Effect":"Allow","Principal":{"AWS":["AROAEXAMPLEROLEID0001","111122223333"]},"Action":"s3:GetObject","Resource":"arn:aws:s3:::amzn-s3-demo-bucket/*"}]}`)))
	for _, p := range policy.Dangling(d) {
		fmt.Printf("statement %d (%s) names %s\n", p.Index, p.Statement.Sid(), p.ID)
	}
	// Output:
	// statement 0 (Old) names AROAEXAMPLEROLEID0001
}

// A struct that holds a document goes to JSON and back as the document itself, not as a string.
func ExampleDocument_MarshalJSON() {
	type bucket struct {
		Name   string
		Policy policy.Document
	}
	data, err := json.Marshal(bucket{"amzn-s3-demo-bucket", policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("*"))})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(data))
	var back bucket
	if err := json.Unmarshal(data, &back); err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Policy.Len())
	// Output:
	// {"Name":"amzn-s3-demo-bucket","Policy":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}}
	// 1
}
