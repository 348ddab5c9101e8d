package xaccttest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
)

// Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its siblings,
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
func TestIAMRefuses(t *testing.T) {
	text := aws.String(string(trust().Bytes()))
	create := func(edit func(*iam.CreateRoleInput)) func(w *world) error {
		return func(w *world) error {
			in := &iam.CreateRoleInput{RoleName: aws.String("new"), AssumeRolePolicyDocument: text}
			edit(in)
			_, err := w.c[src].IAM.CreateRole(w.ctx, in)
			return err
		}
	}
	put := func(document string) func(w *world) error {
		return func(w *world) error {
			w.cloud.AddRole(src, "old")
			_, err := w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("old"), PolicyName: aws.String("p"), PolicyDocument: aws.String(document)})
			return err
		}
	}
	big := string(policy.New(policy.Allow("s3:GetObject").On("arn:aws:s3:::b/" + strings.Repeat("x", 6000))).Bytes())
	tests := map[string]struct {
		call func(w *world) error
		want string // begins so
	}{
		"no such role": {func(w *world) error {
			_, err := w.c[src].IAM.GetRole(w.ctx, &iam.GetRoleInput{RoleName: aws.String("nobody")})
			return err
		}, "404 NoSuchEntity: The role with name nobody cannot be found."},
		"no such policy": {func(w *world) error {
			w.cloud.AddRole(src, "old")
			_, err := w.c[src].IAM.GetRolePolicy(w.ctx, &iam.GetRolePolicyInput{RoleName: aws.String("old"), PolicyName: aws.String("p")})
			return err
		}, "404 NoSuchEntity: The role policy with name p cannot be found."},
		"name taken, in other case": {func(w *world) error {
			w.cloud.AddRole(src, "NEW")
			return create(func(*iam.CreateRoleInput) {})(w)
		}, "409 EntityAlreadyExists: Role with name new already exists."},
		"name":           {create(func(in *iam.CreateRoleInput) { in.RoleName = aws.String("a b") }), "400 ValidationError: "},
		"name of 65":     {create(func(in *iam.CreateRoleInput) { in.RoleName = aws.String(strings.Repeat("x", 65)) }), "400 ValidationError: "},
		"path":           {create(func(in *iam.CreateRoleInput) { in.Path = aws.String("team") }), "400 ValidationError: "},
		"no JSON":        {create(func(in *iam.CreateRoleInput) { in.AssumeRolePolicyDocument = aws.String("x") }), "400 MalformedPolicyDocument: "},
		"other alphabet": {create(func(in *iam.CreateRoleInput) { in.AssumeRolePolicyDocument = aws.String("{\"Id\":\"世\"}") }), "400 ValidationError: "},
		"trust with a resource": {create(func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(string(policy.New(policy.Allow("sts:AssumeRole").By(policy.Account(src)).On("*")).Bytes()))
		}), "400 MalformedPolicyDocument: "},
		"trust in nobody": {create(func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(string(policy.New(policy.Allow("sts:AssumeRole").By(policy.AWS("arn:aws:iam::" + src + ":role/nobody"))).Bytes()))
		}), `400 MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::` + src + `:role/nobody"`},
		"trust of over 2048": {create(func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(string(policy.New(policy.Allow("sts:AssumeRole").By(policy.Account(src)).When(policy.StringEquals("sts:ExternalId", strings.Repeat("x", 2048)))).Bytes()))
		}), "409 LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"},
		"boundary that is absent": {create(func(in *iam.CreateRoleInput) {
			in.PermissionsBoundary = aws.String("arn:aws:iam::" + src + ":policy/none")
		}), "404 NoSuchEntity: Scope ARN: arn:aws:iam::" + src + ":policy/none does not exist or is not attachable."},
		"tag of AWS": {create(func(in *iam.CreateRoleInput) {
			in.Tags = []iamtypes.Tag{{Key: aws.String("aws:x"), Value: aws.String("y")}}
		}), "400 InvalidInput: "},
		"identity with principal": {put(string(policy.New(policy.Allow("s3:GetObject").By(policy.Account(src)).On("*")).Bytes())), "400 MalformedPolicyDocument: "},
		"identity of 2008":        {put(`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`), "400 MalformedPolicyDocument: "},
		"over 10240 together": {func(w *world) error {
			w.must(put(big)(w))
			_, err := w.c[src].IAM.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("old"), PolicyName: aws.String("q"), PolicyDocument: aws.String(big)})
			return err
		}, "409 LimitExceeded: Maximum policy size of 10240 bytes exceeded for role old"},
		"delete with policies": {func(w *world) error {
			w.role("new", policy.New(on("media-raw", readActions...)))
			_, err := w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("new")})
			return err
		}, "409 DeleteConflict: Cannot delete entity, must delete policies first."},
		"delete with attachments": {func(w *world) error {
			_, err := w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("Operator")})
			return err
		}, "409 DeleteConflict: Cannot delete entity, must detach all policies first."},
		"service-linked role": {func(w *world) error {
			source, destination := w.ready("", "")
			w.task(source, destination, nil)
			_, err := w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("AWSServiceRoleForDataSync")})
			return err
		}, "400 UnmodifiableEntity: "},
		"not allowed": {func(w *world) error {
			arn := w.cloud.AddRole(src, "ops", policy.New(policy.Allow("iam:GetRole").On("arn:aws:iam::"+src+":role/DataSync-*")))
			_, err := clientsAs(w.cloud, arn).IAM.GetRole(w.ctx, &iam.GetRoleInput{RoleName: aws.String("ops")})
			return err
		}, `403 AccessDenied: User: arn:aws:sts::` + src + `:assumed-role/ops/xaccttest is not authorized to perform: iam:GetRole on resource: "arn:aws:iam::` + src + `:role/ops" because no identity-based policy allows the iam:GetRole action`},
		"tags need their own action": {func(w *world) error {
			arn := w.cloud.AddRole(src, "ops", policy.New(policy.Allow("iam:CreateRole").On("*")))
			_, err := clientsAs(w.cloud, arn).IAM.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: aws.String("new"), AssumeRolePolicyDocument: text, Tags: []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}})
			return err
		}, "403 AccessDenied: User: arn:aws:sts::" + src + ":assumed-role/ops/xaccttest is not authorized to perform: iam:TagRole "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := refused(test.call(newWorld(t))); !strings.HasPrefix(got, test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html (the documents come back encoded as RFC 3986 has it)
func TestIAMShowsRoles(t *testing.T) {
	w := newWorld(t)
	api := w.c[src].IAM
	document := `{"Version":"2012-10-17", "Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a+b c/*"}]}`
	created, err := api.CreateRole(w.ctx, &iam.CreateRoleInput{
		RoleName: aws.String("reader"), Path: aws.String("/team/"), Description: aws.String("reads"), AssumeRolePolicyDocument: aws.String(string(trust().Bytes())),
		Tags: []iamtypes.Tag{{Key: aws.String("team"), Value: aws.String("media")}},
	})
	w.must(err)
	_, err = api.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{RoleName: aws.String("reader"), PolicyName: aws.String("p"), PolicyDocument: aws.String(document)})
	w.must(err)
	role, err := api.GetRole(w.ctx, &iam.GetRoleInput{RoleName: aws.String("READER")})
	w.must(err)
	if got, want := *role.Role.Arn, "arn:aws:iam::"+src+":role/team/reader"; got != want {
		t.Errorf("ARN %s, want %s", got, want)
	}
	if got := *role.Role.RoleId; got != *created.Role.RoleId || !strings.HasPrefix(got, "AROA") || len(got) != 21 {
		t.Errorf("id %s, created as %s", got, *created.Role.RoleId)
	}
	p, err := api.GetRolePolicy(w.ctx, &iam.GetRolePolicyInput{RoleName: aws.String("reader"), PolicyName: aws.String("p")})
	w.must(err)
	for name, encoded := range map[string]string{document: *p.PolicyDocument, string(trust().Bytes()): *role.Role.AssumeRolePolicyDocument} {
		got, err := url.PathUnescape(encoded)
		w.must(err)
		if got != name || strings.ContainsAny(encoded, `{}":+ `) {
			t.Errorf("%s\ndecodes to %s\nwant       %s", encoded, got, name)
		}
	}
	who, err := clientsAs(w.cloud, *role.Role.Arn).STS.GetCallerIdentity(w.ctx, &sts.GetCallerIdentityInput{})
	w.must(err)
	want := []string{src, "arn:aws:sts::" + src + ":assumed-role/reader/xaccttest", *role.Role.RoleId + ":xaccttest"}
	if diff := cmp.Diff(want, []string{*who.Account, *who.Arn, *who.UserId}); diff != "" {
		t.Errorf("caller identity (-want +got):\n%s", diff)
	}
}

// A role that is deleted and made again has another id.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
func TestRecreatedRole(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for range 2 {
		out, err := w.c[src].IAM.CreateRole(w.ctx, &iam.CreateRoleInput{RoleName: aws.String("again"), AssumeRolePolicyDocument: aws.String(string(trust().Bytes()))})
		w.must(err)
		ids = append(ids, *out.Role.RoleId)
		_, err = w.c[src].IAM.DeleteRole(w.ctx, &iam.DeleteRoleInput{RoleName: aws.String("again")})
		w.must(err)
	}
	if ids[0] == ids[1] {
		t.Errorf("both have the id %s", ids[0])
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	api := w.c[src].IAM
	w.cloud.AddRole(src, "many")
	var want []string
	for n := range 8 {
		name := fmt.Sprintf("p%d", n)
		want = append(want, name)
		_, err := api.PutRolePolicy(w.ctx, &iam.PutRolePolicyInput{
			RoleName: aws.String("many"), PolicyName: aws.String(name), PolicyDocument: aws.String(string(policy.New(policy.Allow("s3:GetObject").On("*")).Bytes())),
		})
		w.must(err)
	}
	var got []string
	pages := 0
	for p := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: aws.String("many")}); p.HasMorePages(); pages++ {
		out, err := p.NextPage(w.ctx)
		w.must(err)
		got = append(got, out.PolicyNames...)
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("%d pages (-want +got):\n%s", pages, diff)
	}
	_, err := api.ListRolePolicies(w.ctx, &iam.ListRolePoliciesInput{RoleName: aws.String("many"), Marker: aws.String("2")})
	if got, want := refused(err), "400 ValidationError: Invalid Marker."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
