package iamrole

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/policy"
)

// fake implements the reads of this package. A write is an error.
type fake struct {
	latency  time.Duration
	role     *iamtypes.Role
	policies map[string]string // documents as IAM stores them, by name
	names    [][]string        // pages of ListRolePolicies
	attached [][]string        // pages of ListAttachedRolePolicies
	err      map[string]error  // by operation; GetRolePolicy also by "GetRolePolicy/name"
}

var (
	denied   = &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}
	missing  = &iamtypes.NoSuchEntityException{Message: new("no")}
	errWrite = errors.New("a read must not write")
)

func (f *fake) wait(op string) error { time.Sleep(f.latency); return f.err[op] }

func (f *fake) GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	if err := f.wait("GetRole"); err != nil {
		return nil, err
	}
	return &iam.GetRoleOutput{Role: f.role}, nil
}

func (f *fake) ListRolePolicies(_ context.Context, in *iam.ListRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error) {
	if err := f.wait("ListRolePolicies"); err != nil {
		return nil, err
	}
	names, marker := page(f.names, in.Marker)
	return &iam.ListRolePoliciesOutput{PolicyNames: names, Marker: marker, IsTruncated: marker != nil}, nil
}

func (f *fake) ListAttachedRolePolicies(_ context.Context, in *iam.ListAttachedRolePoliciesInput, _ ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error) {
	if err := f.wait("ListAttachedRolePolicies"); err != nil {
		return nil, err
	}
	arns, marker := page(f.attached, in.Marker)
	out := &iam.ListAttachedRolePoliciesOutput{Marker: marker, IsTruncated: marker != nil}
	for _, a := range arns {
		out.AttachedPolicies = append(out.AttachedPolicies, iamtypes.AttachedPolicy{PolicyArn: &a})
	}
	return out, nil
}

func (f *fake) GetRolePolicy(_ context.Context, in *iam.GetRolePolicyInput, _ ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error) {
	if err := f.wait("GetRolePolicy/" + *in.PolicyName); err != nil {
		return nil, err
	}
	document, ok := f.policies[*in.PolicyName]
	if !ok {
		return nil, missing
	}
	return &iam.GetRolePolicyOutput{PolicyDocument: &document}, nil
}

func (f *fake) GetPolicy(_ context.Context, in *iam.GetPolicyInput, _ ...func(*iam.Options)) (*iam.GetPolicyOutput, error) {
	if err := f.wait("GetPolicy/" + *in.PolicyArn); err != nil {
		return nil, err
	}
	return &iam.GetPolicyOutput{Policy: &iamtypes.Policy{Arn: in.PolicyArn, DefaultVersionId: new("v3")}}, nil
}

func (f *fake) GetPolicyVersion(_ context.Context, in *iam.GetPolicyVersionInput, _ ...func(*iam.Options)) (*iam.GetPolicyVersionOutput, error) {
	if err := f.wait("GetPolicyVersion/" + *in.PolicyArn); err != nil {
		return nil, err
	}
	if *in.VersionId != "v3" {
		return nil, missing
	}
	return &iam.GetPolicyVersionOutput{PolicyVersion: &iamtypes.PolicyVersion{Document: new(encode(managed(*in.PolicyArn)))}}, nil
}

// managed is the document of every managed policy in these tests.
func managed(arn string) policy.Document {
	return policy.New(policy.Allow("s3:GetObject").On(arn + "/x y"))
}

const boundary = "arn:aws:iam::111122223333:policy/boundary"

func page(pages [][]string, marker *string) ([]string, *string) {
	i := 0
	if marker != nil {
		fmt.Sscan(*marker, &i)
	}
	if i >= len(pages) {
		return nil, nil
	}
	if i+1 < len(pages) {
		return pages[i], new(fmt.Sprint(i + 1))
	}
	return pages[i], nil
}

func (f *fake) CreateRole(context.Context, *iam.CreateRoleInput, ...func(*iam.Options)) (*iam.CreateRoleOutput, error) {
	return nil, errWrite
}
func (f *fake) UpdateAssumeRolePolicy(context.Context, *iam.UpdateAssumeRolePolicyInput, ...func(*iam.Options)) (*iam.UpdateAssumeRolePolicyOutput, error) {
	return nil, errWrite
}
func (f *fake) PutRolePolicy(context.Context, *iam.PutRolePolicyInput, ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error) {
	return nil, errWrite
}
func (f *fake) DeleteRolePolicy(context.Context, *iam.DeleteRolePolicyInput, ...func(*iam.Options)) (*iam.DeleteRolePolicyOutput, error) {
	return nil, errWrite
}
func (f *fake) DeleteRole(context.Context, *iam.DeleteRoleInput, ...func(*iam.Options)) (*iam.DeleteRoleOutput, error) {
	return nil, errWrite
}
func (f *fake) PutRolePermissionsBoundary(context.Context, *iam.PutRolePermissionsBoundaryInput, ...func(*iam.Options)) (*iam.PutRolePermissionsBoundaryOutput, error) {
	return nil, errWrite
}

func (f *fake) TagRole(context.Context, *iam.TagRoleInput, ...func(*iam.Options)) (*iam.TagRoleOutput, error) {
	return nil, errWrite
}
func (f *fake) UntagRole(context.Context, *iam.UntagRoleInput, ...func(*iam.Options)) (*iam.UntagRoleOutput, error) {
	return nil, errWrite
}

var _ API = (*fake)(nil)

var created = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// encode encodes a document as IAM does (RFC 3986: a space is %20, a plus sign %2B).
func encode(d policy.Document) string {
	return strings.ReplaceAll(url.QueryEscape(string(d.Bytes())), "+", "%20")
}

func stored() *iamtypes.Role {
	return &iamtypes.Role{
		Arn: new("arn:aws:iam::111122223333:role/team/datasync"), RoleId: new("AROA1"), RoleName: new("datasync"), Path: new("/team/"), CreateDate: &created,
		Description: new("for DataSync"), AssumeRolePolicyDocument: new(encode(spec().Trust)), Tags: []iamtypes.Tag{{Key: new("a"), Value: new("1")}},
		PermissionsBoundary: &iamtypes.AttachedPermissionsBoundary{PermissionsBoundaryArn: new(boundary)},
	}
}

func TestObserve(t *testing.T) {
	read := spec().Policies["read"]
	other := policy.New(policy.Allow("s3:PutObject").On("arn:aws:s3:::amzn-s3-demo-bucket/a+b c*"))
	full := func(change func(*State)) State {
		s := State{
			Exists: true, ARN: "arn:aws:iam::111122223333:role/team/datasync", ID: "AROA1", Path: "/team/", Description: "for DataSync", CreateDate: created,
			PermissionsBoundary: boundary, Managed: map[string]policy.Document{boundary: managed(boundary)}, Trust: spec().Trust, Tags: map[string]string{"a": "1"},
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	everything := map[string]error{"GetRole": denied, "ListRolePolicies": denied, "ListAttachedRolePolicies": denied, "GetRolePolicy/read": denied}
	unreadable := stored()
	unreadable.AssumeRolePolicyDocument = new("%7B")
	tests := []struct {
		name string
		fake fake
		want State
	}{
		{"bare", fake{role: stored()}, full(nil)},
		{"all, in pages, some of them empty",
			fake{role: stored(), names: [][]string{{"read"}, {}, {"other"}}, attached: [][]string{{}, {"arn:b"}, {"arn:a"}}, policies: map[string]string{"read": encode(read), "other": encode(other)}},
			full(func(s *State) {
				s.Policies, s.Attached = map[string]policy.Document{"read": read, "other": other}, []string{"arn:a", "arn:b"}
				s.Managed["arn:a"], s.Managed["arn:b"] = managed("arn:a"), managed("arn:b")
			})},
		{"policy not in the list yet", fake{role: stored(), policies: map[string]string{"read": encode(read)}},
			full(func(s *State) { s.Policies = map[string]policy.Document{"read": read} })},
		{"absent", fake{err: map[string]error{"GetRole": missing, "ListRolePolicies": missing, "ListAttachedRolePolicies": missing}}, State{}},
		{"absent, the rest denied", fake{err: map[string]error{"GetRole": missing, "ListRolePolicies": denied, "ListAttachedRolePolicies": denied}}, State{}},
		{"all denied is not absent", fake{err: everything},
			State{Unread: map[string]error{PartRole: denied, PartPolicies: denied, PartAttached: denied, PartPolicies + "/read": denied}}},
		{"role denied, policy not", fake{err: map[string]error{"GetRole": denied}, policies: map[string]string{"read": encode(read)}},
			State{Unread: map[string]error{PartRole: denied}, Policies: map[string]policy.Document{"read": read}}},
		{"other policy denied", fake{role: stored(), names: [][]string{{"other"}}, err: map[string]error{"GetRolePolicy/other": denied}},
			full(func(s *State) { s.Unread = map[string]error{PartPolicies + "/other": denied} })},
		{"lists denied", fake{role: stored(), err: map[string]error{"ListRolePolicies": denied, "ListAttachedRolePolicies": denied}},
			full(func(s *State) { s.Unread = map[string]error{PartPolicies: denied, PartAttached: denied} })},
		{"boundary denied", fake{role: stored(), err: map[string]error{"GetPolicy/" + boundary: denied}},
			full(func(s *State) { s.Managed, s.Unread = nil, map[string]error{PartManaged + "/" + boundary: denied} })},
		{"version of an attached policy denied", fake{role: stored(), attached: [][]string{{"arn:a"}}, err: map[string]error{"GetPolicyVersion/arn:a": denied}},
			full(func(s *State) {
				s.Attached, s.Unread = []string{"arn:a"}, map[string]error{PartManaged + "/arn:a": denied}
			})},
		{"policy that is none", fake{role: stored(), policies: map[string]string{"read": "%7B"}},
			full(func(s *State) { s.Unread = map[string]error{PartPolicies + "/read": cmpopts.AnyError} })},
		{"trust that is none", fake{role: unreadable},
			full(func(s *State) { s.Trust, s.Unread = policy.Document{}, map[string]error{PartTrust: cmpopts.AnyError} })},
		{"an answer without a role", fake{}, State{Unread: map[string]error{PartRole: cmpopts.AnyError}}},
	}
	for _, tt := range tests {
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

func TestObserveRounds(t *testing.T) {
	read := encode(spec().Policies["read"])
	many := [][]string{{"read"}}
	policies := map[string]string{"read": read}
	for i := range 2 * atOnce {
		name := fmt.Sprint("other", i)
		many[0], policies[name] = append(many[0], name), read
	}
	limited := stored()
	plain := stored()
	plain.PermissionsBoundary = nil
	tests := []struct {
		name string
		fake fake
		want time.Duration
	}{
		{"only what the spec names", fake{role: plain, names: [][]string{{"read"}}, policies: policies}, 1 * time.Second},
		{"one policy more", fake{role: plain, names: [][]string{{"read", "other1"}}, policies: policies}, 2 * time.Second},
		{"many more, ten at once", fake{role: plain, names: many, policies: policies}, 3 * time.Second},
		{"a managed policy", fake{role: plain, attached: [][]string{{"arn:a"}}}, 3 * time.Second},
		{"a boundary", fake{role: limited}, 3 * time.Second},
		{"absent", fake{err: map[string]error{"GetRole": missing}, names: many}, 1 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.fake.latency = time.Second
				start := time.Now()
				if _, err := Observe(t.Context(), &tt.fake, spec()); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got != tt.want {
					t.Errorf("took %v, want %v", got, tt.want)
				}
			})
		})
	}
}

func TestObserveFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Observe(ctx, &fake{role: stored()}, spec()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	var p *Problem
	if _, err := Observe(t.Context(), &fake{}, Spec{Name: "a/b"}); !errors.As(err, &p) {
		t.Errorf("bad name: %v", err)
	}
}
