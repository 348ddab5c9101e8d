package kmskey

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

// fake implements the reads of this package for one key. A write is an error.
type fake struct {
	latency time.Duration
	meta    kmstypes.KeyMetadata
	policy  string
	err     map[string]error // by operation
}

var errWrite = errors.New("a read must not write")

func (f *fake) answer(op string, key *string) error {
	time.Sleep(f.latency)
	if key == nil || *key != arn {
		return &kmstypes.NotFoundException{}
	}
	return f.err[op]
}

func (f *fake) DescribeKey(_ context.Context, in *kms.DescribeKeyInput, _ ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	if err := f.answer("DescribeKey", in.KeyId); err != nil {
		return nil, err
	}
	return &kms.DescribeKeyOutput{KeyMetadata: &f.meta}, nil
}

func (f *fake) GetKeyPolicy(_ context.Context, in *kms.GetKeyPolicyInput, _ ...func(*kms.Options)) (*kms.GetKeyPolicyOutput, error) {
	if err := f.answer("GetKeyPolicy", in.KeyId); err != nil {
		return nil, err
	}
	return &kms.GetKeyPolicyOutput{Policy: &f.policy}, nil
}

func (f *fake) PutKeyPolicy(context.Context, *kms.PutKeyPolicyInput, ...func(*kms.Options)) (*kms.PutKeyPolicyOutput, error) {
	return nil, errWrite
}

var _ API = (*fake)(nil)

func enabled() kmstypes.KeyMetadata {
	return kmstypes.KeyMetadata{Arn: new(arn), KeyManager: "CUSTOMER", KeyState: "Enabled", KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT"}
}

func TestObserve(t *testing.T) {
	denied, gone := errors.New("AccessDeniedException"), error(&kmstypes.NotFoundException{})
	whole := State{Exists: true, ARN: arn, Manager: "CUSTOMER", Status: "Enabled", Usage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", Policy: parse(t, defaultPolicy)}
	noPolicy, policyOnly := whole, State{Exists: true, Policy: parse(t, defaultPolicy), Unread: map[string]error{PartKey: denied}}
	noPolicy.Policy, noPolicy.Unread = policy.Document{}, map[string]error{PartPolicy: denied}
	broken := noPolicy
	broken.Unread = map[string]error{PartPolicy: cmpopts.AnyError}
	for _, tt := range []struct {
		name string
		fake fake
		want State
	}{
		{"all", fake{meta: enabled(), policy: defaultPolicy}, whole},
		{"absent", fake{err: map[string]error{"DescribeKey": gone, "GetKeyPolicy": gone}}, State{}},
		{"policy denied is not no policy", fake{meta: enabled(), err: map[string]error{"GetKeyPolicy": denied}}, noPolicy},
		{"policy that is none", fake{meta: enabled(), policy: "{"}, broken},
		{"key denied", fake{policy: defaultPolicy, err: map[string]error{"DescribeKey": denied}}, policyOnly},
		{"all denied is not absent", fake{err: map[string]error{"DescribeKey": denied, "GetKeyPolicy": denied}},
			State{Unread: map[string]error{PartKey: denied, PartPolicy: denied}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Observe(t.Context(), &tt.fake, spec())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestObserveFails(t *testing.T) {
	var p *Problem
	if _, err := Observe(t.Context(), &fake{}, Spec{ARN: "alias/aws/s3"}); !errors.As(err, &p) {
		t.Errorf("an alias: %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Observe(ctx, &fake{}, spec()); !errors.Is(err, stop) {
		t.Errorf("a context that is done: %v", err)
	}
}

// Observe makes both reads concurrently.
func TestObserveInOneRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if _, err := Observe(t.Context(), &fake{latency: time.Second, policy: defaultPolicy}, spec()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v, want 1s", took)
		}
	})
}

func TestUsable(t *testing.T) {
	for _, tt := range []struct {
		name   string
		state  State
		usable bool
	}{
		{"not read", State{}, true},
		{"enabled", State{Status: "Enabled", Usage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT"}, true},
		{"disabled", State{Status: "Disabled"}, false},
		{"to be deleted", State{Status: "PendingDeletion"}, false},
		{"for signatures", State{Status: "Enabled", Usage: "SIGN_VERIFY"}, false},
		{"asymmetric", State{Status: "Enabled", Usage: "ENCRYPT_DECRYPT", KeySpec: "RSA_2048"}, false},
	} {
		if why := tt.state.Usable(); (why == "") != tt.usable {
			t.Errorf("%s: %q", tt.name, why)
		}
	}
}

func TestGrantable(t *testing.T) {
	for _, tt := range []struct {
		name          string
		state         State
		local, remote bool
	}{
		{"not read", State{Unread: map[string]error{PartKey: errors.New("denied")}}, true, true},
		{"not there", State{}, false, false},
		{"managed by AWS", State{Exists: true, Manager: "AWS"}, true, false},
		{"managed by a customer", State{Exists: true, Manager: "CUSTOMER"}, true, true},
		{"disabled", State{Exists: true, Status: "Disabled"}, false, false},
	} {
		if local, remote := tt.state.Grantable(false), tt.state.Grantable(true); local != tt.local || remote != tt.remote {
			t.Errorf("%s: grantable %v in its own account and %v in another, want %v and %v", tt.name, local, remote, tt.local, tt.remote)
		}
	}
}
