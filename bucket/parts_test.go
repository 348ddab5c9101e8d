package bucket

import (
	"testing"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Only the parts that are asked for are read: whatever else is refused is not in Unread.
func TestObserveParts(t *testing.T) {
	refused := func(ops ...string) map[string]error {
		out := map[string]error{"HeadBucket": refuse(403, "AccessDenied", "")}
		for _, op := range []string{"GetBucketAcl", "GetPublicAccessBlock", "GetBucketPolicyStatus", "GetBucketEncryption", "GetBucketVersioning"} {
			out[op] = refuse(403, "AccessDenied", "")
		}
		for _, op := range ops {
			out[op] = refuse(404, "NoSuchBucket", "")
		}
		return out
	}
	for _, tt := range []struct {
		name  string
		fake  fake
		parts []string
		want  State
	}{
		{"one", fake{err: refused(), ownership: s3types.ObjectOwnershipObjectWriter}, []string{PartOwnership},
			State{Exists: true, OwnerProved: true, Ownership: s3types.ObjectOwnershipObjectWriter}},
		{"two, one of them refused", fake{err: refused(), payer: s3types.PayerRequester}, []string{PartVersioning, PartPayer},
			State{Exists: true, OwnerProved: true, Payer: s3types.PayerRequester, Unread: map[string]error{PartVersioning: cmpopts.AnyError}}},
		{"all of them refused", fake{err: refused()}, []string{PartGrants}, State{Unread: map[string]error{PartGrants: cmpopts.AnyError}}},
		{"of a bucket that is not there", fake{err: refused("GetBucketPolicy")}, []string{PartPolicy}, State{}},
		{"of a bucket that HeadBucket does not deny", fake{err: refused("GetBucketPolicy")}, []string{PartPolicy, PartBucket},
			State{Unread: map[string]error{PartPolicy: cmpopts.AnyError, PartBucket: cmpopts.AnyError}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Observe(t.Context(), &tt.fake, spec(), tt.parts...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateErrors()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if _, err := Observe(t.Context(), &fake{}, spec(), "colour"); err == nil {
		t.Error("a part that there is not is read")
	}
}
