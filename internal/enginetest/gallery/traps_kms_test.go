package gallery_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/xacct/xacct/internal/enginetest/kittest"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// roleDocuments are the inline policies of a role of account A, as AWS has them.
func roleDocuments(t *testing.T, cloud *xaccttest.Cloud, role string) []policy.Document {
	t.Helper()
	api := cloud.Clients()[accountA].IAM
	list, err := api.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &role})
	if err != nil {
		t.Fatal(err)
	}
	var out []policy.Document
	for _, name := range list.PolicyNames {
		got, err := api.GetRolePolicy(t.Context(), &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fromAWS(t, *got.PolicyDocument))
	}
	return out
}

// trustOf is the trust policy of a role of account A, as AWS has it.
func trustOf(t *testing.T, cloud *xaccttest.Cloud, role string) policy.Document {
	t.Helper()
	got, err := cloud.Clients()[accountA].IAM.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &role})
	if err != nil {
		t.Fatal(err)
	}
	return fromAWS(t, *got.Role.AssumeRolePolicyDocument)
}

// fromAWS parses a document as IAM returns it, which is URL encoded.
func fromAWS(t *testing.T, text string) policy.Document {
	t.Helper()
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := policy.Parse([]byte(decoded))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keyPolicy(t *testing.T, cloud *xaccttest.Cloud, arn string) policy.Document {
	t.Helper()
	d, err := policy.Parse(cloud.KeyPolicy(arn))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// aboutKeys are the statements that name an action of KMS.
func aboutKeys(docs ...policy.Document) []policy.Statement {
	var out []policy.Statement
	for _, d := range docs {
		for st := range d.All() {
			if actions, _ := st.Actions(); slices.ContainsFunc(actions, func(a string) bool { return strings.HasPrefix(a, "kms:") }) {
				out = append(out, st)
			}
		}
	}
	return out
}

var encryptedRoles = []string{"media-archive-source", "media-archive-destination"}

func trapKeyPolicyNeverMade(t *testing.T, _ *xaccttest.Cloud) {
	cloud, tr := kittest.EncryptedWorld()
	remote := tr.Destination.KMSKeys[0]
	before := keyPolicy(t, cloud, remote)
	r := kittest.SetUp(t, cloud, tr)
	after := keyPolicy(t, cloud, remote)
	if err := after.Validate(policy.Key); err != nil || after.Version() == "" || after.Len() != before.Len()+1 {
		t.Errorf("the policy of the key in the other account has Version %q and %d statements, had %d: %v", after.Version(), after.Len(), before.Len(), err)
	}
	for st := range before.All() {
		if !slices.ContainsFunc(slices.Collect(after.All()), st.Equal) {
			t.Errorf("the key's own statement is gone: %s", st)
		}
	}
	for _, role := range encryptedRoles {
		docs := roleDocuments(t, cloud, role)
		if len(aboutKeys(docs...)) != 1 {
			t.Errorf("role %s has %d statements for keys, want 1", role, len(aboutKeys(docs...)))
		}
		for _, d := range docs {
			if err := d.Validate(policy.Identity); err != nil || d.Version() == "" {
				t.Errorf("role %s: Version %q, %v", role, d.Version(), err)
			}
		}
	}
	copyAll(t, cloud, r.TaskARN(tr.Name))
}

func trapKeyActions(t *testing.T, _ *xaccttest.Cloud) {
	cloud, tr := kittest.EncryptedWorld()
	before := keyPolicy(t, cloud, tr.Destination.KMSKeys[0])
	kittest.SetUp(t, cloud, tr)
	var ours []policy.Statement
	for st := range keyPolicy(t, cloud, tr.Destination.KMSKeys[0]).All() {
		if !slices.ContainsFunc(slices.Collect(before.All()), st.Equal) {
			ours = append(ours, st)
		}
	}
	for _, role := range encryptedRoles {
		ours = append(ours, aboutKeys(roleDocuments(t, cloud, role)...)...)
	}
	if len(ours) != 3 {
		t.Fatalf("%d statements for keys, want one in the key policy and one for each role", len(ours))
	}
	// What the role of a transfer needs: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
	allowed := []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
	for _, st := range ours {
		actions, not := st.Actions()
		for _, a := range actions {
			if not || !slices.Contains(allowed, a) {
				t.Errorf("action %s: %s", a, st)
			}
		}
	}
}

func trapKeyOfTheOtherEnd(t *testing.T, _ *xaccttest.Cloud) {
	cloud, tr := kittest.EncryptedWorld()
	kittest.SetUp(t, cloud, tr)
	for i, keys := range [][]string{tr.Source.KMSKeys, tr.Destination.KMSKeys} {
		for _, st := range aboutKeys(roleDocuments(t, cloud, encryptedRoles[i])...) {
			if resources, not := st.Resources(); not || !slices.Equal(resources, keys) {
				t.Errorf("role %s may use %v, want %v", encryptedRoles[i], resources, keys)
			}
		}
	}
}

// https://docs.aws.amazon.com/datasync/latest/userguide/cross-service-confused-deputy-prevention.html
func trapConfusedDeputy(t *testing.T, _ *xaccttest.Cloud) {
	cloud, tr := kittest.EncryptedWorld()
	kittest.SetUp(t, cloud, tr)
	for _, role := range encryptedRoles {
		trust := trustOf(t, cloud, role)
		if trust.Len() == 0 {
			t.Errorf("the trust policy of %s is empty", role)
		}
		for st := range trust.All() {
			found := map[string]bool{}
			for _, c := range st.Conditions() {
				switch values := c.Values(); c.Key() {
				case "aws:SourceAccount":
					found[c.Key()] = slices.Equal(values, []string{accountA})
				case "aws:SourceArn":
					found[c.Key()] = !slices.ContainsFunc(values, func(v string) bool {
						return !strings.HasPrefix(v, "arn:aws:datasync:") || !strings.Contains(v, ":"+accountA+":")
					})
				}
			}
			if !found["aws:SourceAccount"] || !found["aws:SourceArn"] {
				t.Errorf("%s trusts more than DataSync in %s: %s", role, accountA, st)
			}
		}
	}
}

func trapEmptyFilters(t *testing.T, cloud *xaccttest.Cloud) {
	filtered := kittest.Push(cloud)
	filtered.Name, filtered.Destination.Prefix = "filtered", "filtered"
	filtered.Task.Excludes = []string{"/tmp"}
	kittest.SetUp(t, cloud, kittest.Push(cloud))
	kittest.SetUp(t, cloud, filtered)
	got := map[string]string{}
	for _, c := range cloud.Calls() {
		if in, ok := c.Input.(*datasync.CreateTaskInput); ok {
			data, err := json.Marshal([]any{in.Includes, in.Excludes})
			if err != nil {
				t.Fatal(err)
			}
			got[*in.Name] = string(data)
		}
	}
	if len(got) != 2 || got["media-archive"] != "[null,null]" || !strings.Contains(got["filtered"], `"/tmp"`) {
		t.Errorf("filters by task: %v", got)
	}
}
