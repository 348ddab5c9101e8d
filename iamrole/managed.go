package iamrole

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/policy"
)

// readManaged reads the documents of managed policies. Each takes two calls: one for the number of the default version, one for that version.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
func (r *reader) readManaged(ctx context.Context, arns ...string) {
	if !r.asks(PartManaged) {
		return
	}
	var wg sync.WaitGroup
	for _, arn := range arns { // at most ten are attached to a role, so that concurrency needs no limit
		wg.Go(func() {
			document, err := managedPolicy(ctx, r.api, arn)
			if err != nil {
				r.failed(PartManaged+"/"+arn, err)
				return
			}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.managed[arn] = document
		})
	}
	wg.Wait()
}

// administrator is the document of the policy AdministratorAccess, which AWS publishes and no customer can change. The roles of people who set transfers up
// mostly have this policy, so that it is not read.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
var administrator = policy.New(policy.Allow("*").On("*"))

// isAdministrator reports whether the ARN is that of AdministratorAccess in any partition.
func isAdministrator(arn string) bool {
	a, ok := region.ParseARN(arn)
	return ok && a.Service == "iam" && a.Account == "aws" && a.Resource == "policy/AdministratorAccess"
}

func managedPolicy(ctx context.Context, api API, arn string) (policy.Document, error) {
	if isAdministrator(arn) {
		return administrator, nil
	}
	out, err := api.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return policy.Document{}, err
	}
	if out.Policy == nil || aws.ToString(out.Policy.DefaultVersionId) == "" {
		return policy.Document{}, errors.New("the answer names no default version")
	}
	version, err := api.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: out.Policy.DefaultVersionId})
	if err != nil {
		return policy.Document{}, err
	}
	if version.PolicyVersion == nil {
		return policy.Document{}, errors.New("the answer holds no version")
	}
	return policy.ParseEncoded(aws.ToString(version.PolicyVersion.Document))
}
