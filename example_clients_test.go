package xacct_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
)

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
