package xaccttest

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// kmsClient is the KMS of one account and Region.
type kmsClient struct{ client }

// DescribeKey may be called from other accounts if the key's policy and the caller's policies allow it.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
func (c *kmsClient) DescribeKey(ctx context.Context, in *kms.DescribeKeyInput, _ ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return do(ctx, c.client, "DescribeKey", in, func(rq *request, in *kms.DescribeKeyInput) (*kms.DescribeKeyOutput, error) {
		k, err := rq.usedKey("kms:DescribeKey", *in.KeyId)
		if err != nil {
			return nil, err
		}
		return &kms.DescribeKeyOutput{KeyMetadata: &kmstypes.KeyMetadata{
			Arn: aws.String(k.arn), KeyId: aws.String(k.id()), AWSAccountId: aws.String(k.account), CreationDate: aws.Time(k.created),
			Enabled: k.state == kmstypes.KeyStateEnabled, KeyState: k.state, KeyManager: k.manager, MultiRegion: aws.Bool(k.multiRegion),
			KeyUsage: kmstypes.KeyUsageTypeEncryptDecrypt, KeySpec: kmstypes.KeySpecSymmetricDefault, Origin: kmstypes.OriginTypeAwsKms,
			EncryptionAlgorithms: []kmstypes.EncryptionAlgorithmSpec{kmstypes.EncryptionAlgorithmSpecSymmetricDefault},
		}}, nil
	})
}

func (c *kmsClient) GetKeyPolicy(ctx context.Context, in *kms.GetKeyPolicyInput, _ ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	return do(ctx, c.client, "GetKeyPolicy", in, func(rq *request, in *kms.GetKeyPolicyInput) (*kms.GetKeyPolicyOutput, error) {
		k, err := rq.ownKey("kms:GetKeyPolicy", *in.KeyId, in.PolicyName)
		if err != nil {
			return nil, err
		}
		return &kms.GetKeyPolicyOutput{Policy: aws.String(string(rq.cloud.renderKeyPolicy(k.policy.Read(eventual.ByAPI)))), PolicyName: aws.String("default")}, nil
	})
}

func (c *kmsClient) PutKeyPolicy(ctx context.Context, in *kms.PutKeyPolicyInput, _ ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	return do(ctx, c.client, "PutKeyPolicy", in, func(rq *request, in *kms.PutKeyPolicyInput) (*kms.PutKeyPolicyOutput, error) {
		k, err := rq.ownKey("kms:PutKeyPolicy", *in.KeyId, in.PolicyName)
		if err != nil {
			return nil, err
		}
		p, err := rq.cloud.newKeyPolicy([]byte(*in.Policy))
		if err != nil {
			return nil, err
		}
		if !in.BypassPolicyLockoutSafetyCheck && !rq.cloud.allowed(rq.who, rq.sessionName(), rq.now, rq.onKey("kms:PutKeyPolicy", k, p)) {
			return nil, malformedKeyPolicy("The new key policy will not allow you to update the key policy in the future.")
		}
		k.policy.Set(p, rq.cloud.opts.Propagation)
		return &kms.PutKeyPolicyOutput{}, nil
	})
}

// usedKey finds a key by its ARN, its id or as aws/s3, and checks that the caller may act on it.
func (rq *request) usedKey(action, name string) (*keyState, error) {
	k, err := rq.findKey(name)
	if err != nil {
		return nil, err
	}
	who, err := rq.caller()
	if err != nil {
		return nil, err
	}
	d := rq.cloud.decide(who, rq.sessionName(), rq.now, rq.onKey(action, k, k.policy.Read(eventual.ByAccess)))
	if text := rq.refusalBy(d, action, k.arn); text != "" {
		return nil, &fault.Error{Status: 400, Code: "AccessDeniedException", Message: text}
	}
	return k, nil
}

// ownKey is usedKey for operations that KMS refuses to other accounts. The code of that error is assumed.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func (rq *request) ownKey(action, name string, policyName *string) (*keyState, error) {
	k, err := rq.usedKey(action, name)
	switch {
	case err != nil:
		return nil, err
	case k.account != rq.account:
		return nil, &fault.Error{Status: 400, Code: "AccessDeniedException", Message: rq.refusedAs(action, k.arn, "because the resource belongs to another account")}
	case policyName != nil && *policyName != "default":
		return nil, notFoundKey("No such policy exists")
	}
	return k, nil
}

// findKey finds a key by its ARN, or by another name in the caller's account and Region.
func (rq *request) findKey(name string) (*keyState, error) {
	a, isARN := region.ParseARN(name)
	switch {
	case isARN && a.Service != "kms":
		return nil, &fault.Error{Status: 400, Code: "InvalidArnException", Message: "Invalid arn " + name}
	case isARN && a.Region != rq.region:
		return nil, &fault.Error{Status: 400, Code: "InvalidArnException", Message: "Invalid arn " + a.Region}
	}
	if k := rq.cloud.resolveKey(name, rq.account, rq.region); k != nil {
		return k, nil
	}
	return nil, notFoundKey(fmt.Sprintf("Key '%s' does not exist", name))
}

func notFoundKey(message string) error {
	return &fault.Error{Status: 400, Code: "NotFoundException", Message: message}
}

// resolveKey finds the key that a name stands for in an account and Region: a full ARN is the same everywhere, an id is a key of that account,
// and aws/s3 is its managed key. There are no other aliases. Nil is no key.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (bare ids are resolved in the requester's account)
func (c *Cloud) resolveKey(name, account, regionName string) *keyState {
	if a, ok := region.ParseARN(name); ok {
		if strings.HasPrefix(a.Resource, "alias/") {
			name, account, regionName = a.Resource, a.Account, a.Region
		} else {
			return c.keys[name]
		}
	}
	if name == "alias/aws/s3" || name == "aws/s3" || name == "" {
		return c.managedKey(account, regionName)
	}
	return c.keys[region.ARN{Partition: region.Partition(regionName), Service: "kms", Region: regionName, Account: account, Resource: "key/" + name}.String()]
}

// onKey is a request of the caller on the key, with p as the key's policy.
func (rq *request) onKey(action string, k *keyState, p *keyPolicy) access {
	return access{action: action, resource: k.arn, account: k.account, region: k.region, policy: rq.cloud.keyDocument(p),
		context: map[string][]string{"kms:CallerAccount": {rq.account}}}
}
