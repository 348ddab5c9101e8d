package authz_test

import (
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestWildcardsUnderExactOperators decides with conditions that compare a key with a star or question mark under an operator that takes no wildcards.
func TestWildcardsUnderExactOperators(t *testing.T) {
	const task, remote = "111122223333", "444455556666"
	trust := authz.AssumeRoleCall{RoleARN: role}.Request()
	s3 := authz.DataSyncCall{RoleARN: role, Account: remote, Region: "us-east-2"}.S3("s3:PutObject", "arn:aws:s3:::media/k")
	unknown := authz.Request{Principal: "arn:aws:sts::111122223333:assumed-role/mover/s", Action: "s3:PutObject", Resource: "arn:aws:s3:::media/k", ResourceAccount: remote}
	known := authz.DataSyncCall{RoleARN: role, RoleID: "AROAMOVER", OrgID: "o-aaaaaaaaaa", Account: remote, Region: "us-east-2"}.S3("s3:PutObject", "arn:aws:s3:::media/k")
	for _, tt := range []struct {
		name    string
		request authz.Request
		when    policy.Condition
		holds   authz.Effect // of an Allow with the condition: Allowed, ImplicitlyDenied, or Undetermined
	}{
		{"every location and task of an account", trust, policy.StringEquals("aws:SourceArn", "arn:aws:datasync:us-east-2:111122223333:*"), authz.ImplicitlyDenied},
		{"every task", trust, policy.StringEquals("aws:SourceArn", "arn:aws:datasync:*:111122223333:task/*"), authz.ImplicitlyDenied},
		{"the same as a pattern", trust, policy.StringLike("aws:SourceArn", "arn:aws:datasync:us-east-2:111122223333:*"), authz.Undetermined},
		{"the same as an ARN, which takes wildcards", trust, policy.ArnEquals("aws:SourceArn", "arn:aws:datasync:us-east-2:111122223333:*"), authz.Undetermined},
		{"none of these", trust, policy.StringNotEquals("aws:SourceArn", "arn:aws:datasync:us-east-2:111122223333:*"), authz.Allowed},
		{"an account's id", trust, policy.StringEquals("aws:SourceAccount", "1111*"), authz.ImplicitlyDenied},
		{"an account's id or a real one", trust, policy.StringEquals("aws:SourceAccount", "1111*", task), authz.Undetermined},
		{"an organisation's id", unknown, policy.StringEquals("aws:PrincipalOrgID", "o-*"), authz.ImplicitlyDenied},
		{"an organisation's id, letter case apart", unknown, policy.Where("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "O-*"), authz.ImplicitlyDenied},
		{"an organisation's id, if there is one", unknown, policy.Where("StringEqualsIfExists", "aws:PrincipalOrgID", "o-*"), authz.Undetermined},
		{"a VPC", unknown, policy.StringEquals("aws:SourceVpc", "vpc-?"), authz.ImplicitlyDenied},
		{"a VPC endpoint", unknown, policy.StringEquals("aws:SourceVpce", "vpce-*"), authz.ImplicitlyDenied},
		{"another VPC endpoint than any", unknown, policy.StringNotEquals("aws:SourceVpce", "vpce-*"), authz.Allowed},
		{"a Region", unknown, policy.StringEquals("aws:RequestedRegion", "us-*"), authz.ImplicitlyDenied},
		{"every session of a role, by its id", known, policy.StringEquals("aws:userid", "AROAMOVER:*"), authz.ImplicitlyDenied},
		{"no session of a role, by its id", known, policy.StringNotEquals("aws:userid", "AROAMOVER:*"), authz.Allowed},
		{"the same as a pattern of ids", known, policy.StringLike("aws:userid", "AROAMOVER:*"), authz.Allowed},
		{"every session of a role whose id is not known", unknown, policy.StringEquals("aws:userid", "AROAMOVER:*"), authz.ImplicitlyDenied},
		{"every path of an organisation", known, policy.Where("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-aaaaaaaaaa/*"), authz.ImplicitlyDenied},
		{"a path of an organisation that is not known", unknown, policy.Where("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-aaaaaaaaaa/r-ab12/?"), authz.ImplicitlyDenied},
		{"every path of a resource's organisation", unknown, policy.Where("ForAnyValue:StringEquals", "aws:ResourceOrgPaths", "o-*"), authz.ImplicitlyDenied},
		{"every path that a service acts for", trust, policy.Where("ForAnyValue:StringEquals", "aws:SourceOrgPaths", "o-aaaaaaaaaa/*"), authz.ImplicitlyDenied},
		{"every session name of DataSync", trust, policy.StringEquals("sts:RoleSessionName", "AwsSync-loc-*"), authz.ImplicitlyDenied},
		{"a source identity", unknown, policy.StringEquals("aws:SourceIdentity", "a*"), authz.ImplicitlyDenied},
		{"a VPC by its ARN", unknown, policy.StringEquals("aws:SourceVpcArn", "arn:aws:ec2:us-east-2:111122223333:vpc/*"), authz.ImplicitlyDenied},
		{"the ARN of an object, whose key can hold a star", unknown, policy.StringEquals("aws:SourceArn", "arn:aws:s3:::media/*"), authz.Undetermined},
		{"a principal whose path can hold a star", unknown, policy.StringEquals("aws:PrincipalArn", "arn:aws:iam::111122223333:role/a*/mover"), authz.ImplicitlyDenied},
		{"a principal whose name cannot", unknown, policy.StringEquals("aws:PrincipalArn", "arn:aws:iam::111122223333:role/mov*"), authz.ImplicitlyDenied},
		{"the known role", s3, policy.StringEquals("aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"), authz.ImplicitlyDenied},
		{"a tag, which can hold a star", unknown, policy.StringEquals("aws:PrincipalTag/team", "a*"), authz.Undetermined},
		{"a literal star in a pattern", unknown, policy.StringLike("aws:PrincipalOrgID", "o-${*}"), authz.ImplicitlyDenied},
		{"a literal question mark in a pattern", unknown, policy.StringLike("aws:SourceVpc", "vpc-${?}*"), authz.ImplicitlyDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := policy.Allow("s3:PutObject").By(policy.Account(task)).On("*")
			p := authz.Policies{Identity: []policy.Document{policy.New(policy.Allow("*").On("*"))}}
			if tt.request.Service != "" {
				st, p = policy.Allow("sts:AssumeRole").By(policy.Service(tt.request.Service)), authz.Policies{}
			}
			p.Resource = policy.New(st.When(tt.when))
			if d := authz.Decide(tt.request, p); d.Effect != tt.holds {
				t.Errorf("%s: %v, depends on %v; want %v", tt.when, d.Effect, d.DependsOn, tt.holds)
			}
		})
	}
}
