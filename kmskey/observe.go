package kmskey

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/xacct/xacct/internal/absent"
	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/policy"
)

// Observe reads the key with concurrent calls. The client must belong to the account and Region in the key's ARN, because KMS shows a key's
// policy to no other account. Observe fails only if ctx is done, api is nil, or the spec's ARN is not that of a key. Parts that AWS refuses to return
// are listed in State.Unread.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
func Observe(ctx context.Context, api API, spec Spec) (State, error) {
	if err := errors.Join(absent.Check("api", api, "kms.NewFromConfig"), spec.checkARN()); err != nil {
		return State{}, err
	}
	var (
		s    State
		errs [2]error
		wg   sync.WaitGroup
	)
	wg.Go(func() { errs[0] = s.describe(ctx, api, spec) })
	wg.Go(func() { s.Policy, errs[1] = readPolicy(ctx, api, spec) })
	wg.Wait()
	if ctx.Err() != nil {
		return State{}, fmt.Errorf("reading key %s: %w", spec.ARN, context.Cause(ctx))
	}
	if awserr.Is(errs[0], "NotFoundException") {
		return State{}, nil
	}
	for i, part := range []string{PartKey, PartPolicy} {
		if errs[i] == nil {
			continue
		}
		if s.Unread == nil {
			s.Unread = map[string]error{}
		}
		s.Unread[part] = errs[i]
	}
	s.Exists = errs[0] == nil || errs[1] == nil
	return s, nil
}

func (s *State) describe(ctx context.Context, api API, spec Spec) error {
	out, err := api.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &spec.ARN})
	if err != nil {
		return err
	}
	if m := out.KeyMetadata; m != nil {
		s.ARN, s.Manager, s.Status, s.Usage, s.KeySpec = aws.ToString(m.Arn), m.KeyManager, m.KeyState, m.KeyUsage, m.KeySpec
	}
	return nil
}

func readPolicy(ctx context.Context, api API, spec Spec) (policy.Document, error) {
	out, err := api.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &spec.ARN, PolicyName: new(policyName)})
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(aws.ToString(out.Policy)))
}
