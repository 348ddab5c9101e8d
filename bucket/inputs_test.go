package bucket

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

const foreign = `{"Version":"2008-10-17","Id":"theirs","Statement":[
	{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::amzn-s3-demo-bucket/*","Condition":{"Bool":{"aws:SecureTransport":false}}}
]}`

func parse(t *testing.T, text string) policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPutPolicyInput(t *testing.T) {
	theirs := parse(t, foreign)
	merged, err := theirs.Merge(grant())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		current policy.Document
		want    string // "" for no request
	}{
		{"no policy", policy.Document{}, string(policy.New(grant()).Bytes())},
		{"foreign statement", theirs, string(merged.Bytes())},
		{"already there", merged, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := spec().PutPolicyInput(tt.current)
			if err != nil {
				t.Fatal(err)
			}
			var want *s3.PutBucketPolicyInput
			if tt.want != "" {
				want = &s3.PutBucketPolicyInput{Bucket: new("amzn-s3-demo-bucket"), ExpectedBucketOwner: new("444455556666"), Policy: &tt.want}
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(s3.PutBucketPolicyInput{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Statements of others are in the request byte for byte.
func TestPutPolicyInputKeepsForeignBytes(t *testing.T) {
	theirs := parse(t, foreign)
	before, _ := theirs.Statement("Theirs")
	in, err := spec().PutPolicyInput(theirs)
	if err != nil {
		t.Fatal(err)
	}
	after, ok := parse(t, *in.Policy).Statement("Theirs")
	if diff := cmp.Diff(string(before.Bytes()), string(after.Bytes())); diff != "" || !ok {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPutPolicyInputFails(t *testing.T) {
	var conflict *policy.ConflictError
	if in, err := spec().PutPolicyInput(policy.New(grant().On(arn + "/other/*"))); !errors.As(err, &conflict) || in != nil {
		t.Errorf("same Sid, other meaning: %v, %v", in, err)
	}
	bad := spec()
	bad.Account = ""
	var p *Problem
	if in, err := bad.PutPolicyInput(policy.Document{}); !errors.As(err, &p) || in != nil {
		t.Errorf("bad spec: %v, %v", in, err)
	}
	if in, err := bad.ReplacePolicyInput(long(1)); !errors.As(err, &p) || in != nil {
		t.Errorf("bad spec: %v, %v", in, err)
	}
}

func TestDeletePolicyInput(t *testing.T) {
	got, err := spec().DeletePolicyInput()
	want := &s3.DeleteBucketPolicyInput{Bucket: new("amzn-s3-demo-bucket"), ExpectedBucketOwner: new("444455556666")}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(s3.DeleteBucketPolicyInput{})); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if got, err := (Spec{Name: "amzn-s3-demo-bucket"}).DeletePolicyInput(); err == nil || got != nil {
		t.Errorf("without account: %v, %v", got, err)
	}
}

var ignoreUnexported = cmpopts.IgnoreUnexported(s3.PutBucketOwnershipControlsInput{}, s3types.OwnershipControls{}, s3types.OwnershipControlsRule{})

func TestPutOwnershipInput(t *testing.T) {
	s := spec()
	s.DisableACLs = false
	if got, err := s.PutOwnershipInput(); got != nil || err != nil {
		t.Errorf("not asked for: %v, %v", got, err)
	}
	got, err := s.RestoreOwnershipInput(s3types.ObjectOwnershipObjectWriter)
	want := &s3.PutBucketOwnershipControlsInput{Bucket: &s.Name, ExpectedBucketOwner: &s.Account, OwnershipControls: &s3types.OwnershipControls{
		Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: s3types.ObjectOwnershipObjectWriter}}}}
	if diff := cmp.Diff(want, got, ignoreUnexported); diff != "" || err != nil {
		t.Errorf("put back: %v, -want +got:\n%s", err, diff)
	}
	s.DisableACLs, s.Name = true, arn
	if got, err := s.PutOwnershipInput(); got != nil || err == nil {
		t.Errorf("bad name: %v, %v", got, err)
	}
}
