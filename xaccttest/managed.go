package xaccttest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// firstVersion is the id of the only version that a managed policy has in this package.
const firstVersion = "v1"

func (c *iamClient) GetPolicy(ctx context.Context, in *iam.GetPolicyInput, _ ...func(*iam.Options)) (*iam.GetPolicyOutput, error) {
	return do(ctx, c.client, "GetPolicy", in, func(rq *request, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
		if _, err := rq.managed("iam:GetPolicy", *in.PolicyArn); err != nil {
			return nil, err
		}
		return &iam.GetPolicyOutput{Policy: rq.cloud.sdkPolicy(rq.cloud.accounts[rq.account], *in.PolicyArn)}, nil
	})
}

func (c *iamClient) GetPolicyVersion(ctx context.Context, in *iam.GetPolicyVersionInput, _ ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error) {
	return do(ctx, c.client, "GetPolicyVersion", in, func(rq *request, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
		document, err := rq.managed("iam:GetPolicyVersion", *in.PolicyArn)
		if err != nil {
			return nil, err
		}
		if *in.VersionId != firstVersion {
			return nil, &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Policy %s version %s does not exist or is not attachable.", *in.PolicyArn, *in.VersionId)}
		}
		return &iam.GetPolicyVersionOutput{PolicyVersion: &iamtypes.PolicyVersion{VersionId: in.VersionId, IsDefaultVersion: true, Document: encoded(document),
			CreateDate: rq.cloud.sdkPolicy(rq.cloud.accounts[rq.account], *in.PolicyArn).CreateDate}}, nil
	})
}

// managed finds a managed policy, if the caller may read it.
func (rq *request) managed(action, arn string) (policy.Document, error) {
	if err := rq.need(action, arn, nil); err != nil {
		return policy.Document{}, err
	}
	document, ok := rq.cloud.managedPolicy(rq.account, arn)
	if !ok {
		return policy.Document{}, &fault.Error{Status: 404, Code: "NoSuchEntity", Message: fmt.Sprintf("Policy %s was not found.", arn)}
	}
	return document, nil
}
