package iamrole

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var unexported = cmpopts.IgnoreUnexported(iam.CreateRoleInput{}, iam.UpdateAssumeRolePolicyInput{}, iam.PutRolePolicyInput{}, iam.DeleteRolePolicyInput{},
	iam.DeleteRoleInput{}, iam.TagRoleInput{}, iam.PutRolePermissionsBoundaryInput{}, iam.UntagRoleInput{}, iamtypes.Tag{})

func TestInputs(t *testing.T) {
	s := spec()
	s.Description, s.PermissionsBoundary = "for DataSync", "arn:aws:iam::111122223333:policy/boundary"
	s.Tags = map[string]string{"b": "2", "a": "1"}
	name, trust, tags := new("datasync"), new(string(s.Trust.Bytes())), []iamtypes.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}
	tests := []struct {
		name string
		got  func() (any, error)
		want any
	}{
		{"create", func() (any, error) { return s.CreateInput() }, &iam.CreateRoleInput{RoleName: name, Path: new("/team/"), Description: new("for DataSync"),
			AssumeRolePolicyDocument: trust, PermissionsBoundary: new("arn:aws:iam::111122223333:policy/boundary"), Tags: tags}},
		{"create, bare", func() (any, error) { return Spec{Name: "datasync", Trust: s.Trust}.CreateInput() }, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: trust}},
		{"trust", func() (any, error) { return s.UpdateTrustInput() }, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: trust}},
		{"policy", func() (any, error) { return s.PutPolicyInput("read") }, &iam.PutRolePolicyInput{RoleName: name, PolicyName: new("read"), PolicyDocument: new(string(s.Policies["read"].Bytes()))}},
		{"delete policy", func() (any, error) { return Spec{Name: "datasync"}.DeletePolicyInput("other") }, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: new("other")}},
		{"delete", func() (any, error) { return Spec{Name: "datasync"}.DeleteInput() }, &iam.DeleteRoleInput{RoleName: name}},
		{"boundary", func() (any, error) { return s.BoundaryInput() }, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: &s.PermissionsBoundary}},
		{"boundary, none", func() (any, error) { return spec().BoundaryInput() }, (*iam.PutRolePermissionsBoundaryInput)(nil)},
		{"tag", func() (any, error) { return s.TagInput() }, &iam.TagRoleInput{RoleName: name, Tags: tags}},
		{"tag, none", func() (any, error) { return spec().TagInput() }, (*iam.TagRoleInput)(nil)},
		{"untag", func() (any, error) { return Spec{Name: "datasync"}.UntagInput("b", "a") }, &iam.UntagRoleInput{RoleName: name, TagKeys: []string{"a", "b"}}},
		{"untag, none", func() (any, error) { return Spec{Name: "datasync"}.UntagInput() }, (*iam.UntagRoleInput)(nil)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.got()
			if diff := cmp.Diff(tt.want, got, unexported); diff != "" || err != nil {
				t.Errorf("%v, -want +got:\n%s", err, diff)
			}
		})
	}
}

// No method returns an input for an invalid spec.
func TestNoInput(t *testing.T) {
	bad := spec()
	bad.Name = "a/b"
	for name, fn := range map[string]func() (any, error){
		"create":        func() (any, error) { in, err := bad.CreateInput(); return in == nil, err },
		"trust":         func() (any, error) { in, err := bad.UpdateTrustInput(); return in == nil, err },
		"policy":        func() (any, error) { in, err := bad.PutPolicyInput("read"); return in == nil, err },
		"delete policy": func() (any, error) { in, err := spec().DeletePolicyInput("a/b"); return in == nil, err },
		"delete":        func() (any, error) { in, err := bad.DeleteInput(); return in == nil, err },
		"tag":           func() (any, error) { in, err := bad.TagInput(); return in == nil, err },
		"untag":         func() (any, error) { in, err := bad.UntagInput("k"); return in == nil, err },
	} {
		var p *Problem
		if isNil, err := fn(); !errors.As(err, &p) || isNil != true {
			t.Errorf("%s: nil = %v, err = %v", name, isNil, err)
		}
	}
}

func TestARN(t *testing.T) {
	for want, s := range map[string]Spec{
		"arn:aws:iam::111122223333:role/datasync":      {Name: "datasync"},
		"arn:aws:iam::111122223333:role/team/datasync": {Name: "datasync", Path: "/team/"},
	} {
		if got := s.ARN("aws", "111122223333"); got != want {
			t.Errorf("ARN = %s, want %s", got, want)
		}
	}
}
