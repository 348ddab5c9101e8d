package guard

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
)

// ReadRolePolicy returns the role's inline policy as it is now; the zero document if the role does not exist or has no policy of that name.
func ReadRolePolicy(ctx context.Context, api iamrole.API, role, name string) (policy.Document, error) {
	out, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
	if awserr.NotFound(err) {
		return policy.Document{}, nil
	}
	if err != nil {
		return policy.Document{}, err
	}
	return policy.ParseEncoded(aws.ToString(out.PolicyDocument))
}
