package kmskey

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

func TestPutPolicyInput(t *testing.T) {
	theirs := parse(t, defaultPolicy)
	merged, err := theirs.Merge(grant())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		current policy.Document
		want    string // "" for no request
	}{
		{"default policy", theirs, string(merged.Bytes())},
		{"already there", merged, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := spec().PutPolicyInput(tt.current)
			if err != nil {
				t.Fatal(err)
			}
			var want *kms.PutKeyPolicyInput
			if tt.want != "" {
				want = &kms.PutKeyPolicyInput{KeyId: new(arn), PolicyName: new("default"), Policy: &tt.want}
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(kms.PutKeyPolicyInput{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// The statement that allows the account to manage the key is in the request byte for byte.
func TestPutPolicyInputKeepsForeignBytes(t *testing.T) {
	theirs := parse(t, defaultPolicy)
	before, _ := theirs.Statement("Enable IAM User Permissions")
	in, err := spec().PutPolicyInput(theirs)
	if err != nil {
		t.Fatal(err)
	}
	after, ok := parse(t, *in.Policy).Statement("Enable IAM User Permissions")
	if diff := cmp.Diff(string(before.Bytes()), string(after.Bytes())); diff != "" || !ok {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPutPolicyInputFails(t *testing.T) {
	var conflict *policy.ConflictError
	other := parse(t, defaultPolicy).With(grant().By(policy.Account("123456789012")))
	if in, err := spec().PutPolicyInput(other); !errors.As(err, &conflict) || in != nil {
		t.Errorf("same Sid, other meaning: %v, %v", in, err)
	}
	var p *Problem
	if in, err := spec().PutPolicyInput(policy.Document{}); !errors.As(err, &p) || p.ID != "policy-lockout" || in != nil {
		t.Errorf("into a policy that was not read: %v, %v", in, err)
	}
	bad := spec()
	bad.ARN = "alias/media"
	if in, err := bad.PutPolicyInput(other); !errors.As(err, &p) || in != nil {
		t.Errorf("bad spec: %v, %v", in, err)
	}
	if in, err := bad.ReplacePolicyInput(other); !errors.As(err, &p) || in != nil {
		t.Errorf("bad spec: %v, %v", in, err)
	}
}
