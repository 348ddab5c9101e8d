package xaccttest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// stsClient is the STS of one account.
type stsClient struct{ client }

// GetCallerIdentity needs no permission.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *stsClient) GetCallerIdentity(ctx context.Context, in *sts.GetCallerIdentityInput, _ ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return do(ctx, c.client, "GetCallerIdentity", in, func(rq *request, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		who, err := rq.caller()
		if err != nil {
			return nil, err
		}
		return &sts.GetCallerIdentityOutput{
			Account: aws.String(rq.account), Arn: aws.String(who.callerARN(rq.sessionName())), UserId: aws.String(who.userID(rq.sessionName())),
		}, nil
	})
}
