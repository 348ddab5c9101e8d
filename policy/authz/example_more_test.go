package authz_test

import (
	"fmt"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// A bucket policy denies every request that does not come through a VPC endpoint, and so denies DataSync's role.
func ExampleDecision_Explain() {
	role := policy.New(policy.Allow("s3:GetObject").On("*"))
	bucket, err := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement": [
		{"Sid": "Transfer", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::media/*"},
		{"Sid": "Office", "Effect": "Allow", "Principal": {"AWS": "777788889999"}, "Action": "s3:*", "Resource": "*"},
		{"Sid": "OnlyEndpoint", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
		 "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	call := authz.DataSyncCall{RoleARN: "arn:aws:iam::111122223333:role/mover", Account: "444455556666", Region: "eu-west-1"}
	d := authz.Decide(call.S3("s3:GetObject", "arn:aws:s3:::media/a.mov"), authz.Policies{Identity: []policy.Document{role}, Resource: bucket})
	fmt.Println(d)
	fmt.Println()
	for _, m := range d.Explain() {
		fmt.Println(m)
	}
	// Output:
	// explicitly denied
	//   resource policy, statement 3 "OnlyEndpoint" (Deny) applies: it is about s3:*; aws:SourceVpce is absent (StringNotEquals "vpce-1a2b3c4d")
	//   not given: SCP, RCP
	//
	// resource policy, statement 1 "Transfer" (Allow) applies: it is about s3:Get*
	// resource policy, statement 2 "Office" (Allow) does not apply: the principal is not 777788889999
	// resource policy, statement 3 "OnlyEndpoint" (Deny) applies: it is about s3:*; aws:SourceVpce is absent (StringNotEquals "vpce-1a2b3c4d")
	// identity policy, document 1, statement 1 (Allow) applies: it is about s3:GetObject
}

// The bucket policy allows only one organisation, and the organisation of the role's account is not given. Giving another organisation
// decides the request: where it comes from no longer matters.
func ExampleDecide_undetermined() {
	role := policy.New(policy.Allow("s3:GetObject").On("*"))
	bucket := policy.New(
		policy.Allow("s3:GetObject").By(policy.AWS("arn:aws:iam::111122223333:role/mover")).On("arn:aws:s3:::media/*"),
		policy.Deny("s3:*").WithSid("OnlyUs").By(policy.Everyone()).On("*").When(policy.StringNotEquals("aws:PrincipalOrgID", "o-a1b2c3d4e5")),
		policy.Deny("s3:*").WithSid("OnlyOffice").By(policy.Everyone()).On("*").When(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24")),
	)
	request := authz.Request{Principal: "arn:aws:iam::111122223333:role/mover", Action: "s3:GetObject", Resource: "arn:aws:s3:::media/a.mov", ResourceAccount: "444455556666"}
	policies := authz.Policies{Identity: []policy.Document{role}, Resource: bucket, SCPs: [][]policy.Document{}, RCPs: [][]policy.Document{}}

	fmt.Println(authz.Decide(request, policies))
	for _, org := range []string{"o-a1b2c3d4e5", "o-another"} {
		request.Context = map[string][]string{"aws:PrincipalOrgID": {org}}
		d := authz.Decide(request, policies)
		fmt.Println(org, "-", d.Effect, d.DependsOn)
	}
	// Output:
	// undetermined, depends on aws:PrincipalOrgID, aws:SourceIp
	//   resource policy, statement 2 "OnlyUs" (Deny) may apply: depends on aws:PrincipalOrgID
	//   resource policy, statement 3 "OnlyOffice" (Deny) may apply: depends on aws:SourceIp
	// o-a1b2c3d4e5 - undetermined [aws:SourceIp]
	// o-another - explicitly denied []
}

// Facts lists what is known of DataSync's requests, and how certain it is.
func ExampleDataSyncCall_Facts() {
	call := authz.DataSyncCall{RoleARN: "arn:aws:iam::111122223333:role/mover", RoleID: "AROAEXAMPLEID", Account: "444455556666", Region: "eu-west-1"}
	for _, f := range call.Facts() {
		switch f.Key {
		case "aws:userid", "aws:SourceVpce", "aws:SourceIp", "aws:SecureTransport", "aws:PrincipalOrgID":
			fmt.Printf("%-18s %-9s %v%s absent=%v: %s\n", f.Key, f.Certainty, f.Values, f.Form, f.Absent(), f.Reason)
		}
	}
	// Output:
	// aws:SecureTransport assumed   [true] absent=false: AWS's own clients use TLS
	// aws:userid         certain   []AROAEXAMPLEID:* absent=false: role id, colon, session name
	// aws:PrincipalOrgID unknown   [] absent=false: there if the principal's account is in an organisation
	// aws:SourceVpce     certain   [] absent=true: transfers between S3 buckets use no agent and no VPC endpoint
	// aws:SourceIp       unknown   [] absent=false: an address of AWS; no list of those that DataSync uses is published
}
