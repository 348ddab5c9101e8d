package verdict

import (
	"slices"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestBelow: what a resource pattern demands of the names below a prefix.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func TestBelow(t *testing.T) {
	const base = "arn:aws:s3:::b/in/"
	for _, tt := range []struct {
		name, pattern string
		want          []string
	}{
		{"everything", "*", nil},
		{"the bucket's objects", "arn:aws:s3:::b/*", nil},
		{"the prefix itself", "arn:aws:s3:::b/in/*", nil},
		{"any bucket's prefix", "arn:aws:s3:::*/in/*", nil},
		{"the bucket", "arn:aws:s3:::b", nil},
		{"another prefix", "arn:aws:s3:::b/out/*", nil},
		{"the folder's own object", "arn:aws:s3:::b/in/", nil},
		{"a folder", "arn:aws:s3:::b/in/secret/*", []string{"secret/*"}},
		{"one object", "arn:aws:s3:::b/in/list.csv", []string{"list.csv"}},
		{"an ending", "arn:aws:s3:::b/*.tmp", []string{"*.tmp"}},
		{"a variable", "arn:aws:s3:::b/${aws:username}/x", []string{"*/x", "x"}},
		{"a question mark in the prefix", "arn:aws:s3:::b/i?/x?", []string{"x?"}},
	} {
		got := below(tt.pattern, base)
		slices.Sort(got)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// An action on all objects below a prefix is undetermined if the statements treat some of them differently.
func TestDecideBelow(t *testing.T) {
	const base = "arn:aws:s3:::b/in/"
	all := policy.New(policy.Allow("s3:*").On("*"))
	for _, tt := range []struct {
		name      string
		resource  policy.Document
		identity  policy.Document
		want      authz.Effect
		dependsOn []string
	}{
		{"nothing is denied", policy.Document{}, all, authz.Allowed, nil},
		{"a Deny elsewhere", denyOn("arn:aws:s3:::b/out/*"), all, authz.Allowed, nil},
		{"a Deny of all", denyOn("arn:aws:s3:::b/*"), all, authz.ExplicitlyDenied, nil},
		{"a Deny of a part", denyOn("arn:aws:s3:::b/in/secret/*"), all, authz.Undetermined, []string{"whether there are objects at in/secret/*"}},
		{"a Deny of two parts", denyOn("arn:aws:s3:::b/in/a/*", "arn:aws:s3:::b/in/b/*"), all, authz.Undetermined,
			[]string{"whether there are objects at in/a/*"}},
		{"an Allow of a part", policy.Document{}, policy.New(policy.Allow("s3:*").On("arn:aws:s3:::b/in/2026/*")), authz.Undetermined,
			[]string{"whether all objects are at in/2026/*"}},
		{"a Deny of all but some, which the probe is one of", denyNotOn(t, "arn:aws:s3:::b/in/o*"), all, authz.Undetermined,
			[]string{"which objects there are"}},
		{"a Deny of a part that depends on a condition key", policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("arn:aws:s3:::b/in/a/*").
			When(policy.NotIPAddress("aws:SourceIp", "203.0.113.0/24"))), all, authz.Undetermined,
			[]string{"aws:SourceIp", "whether there are objects at in/a/*"}},
	} {
		c := Case{Policies: authz.Policies{Resource: tt.resource, Identity: []policy.Document{tt.identity}}}
		req := authz.Request{Principal: "arn:aws:iam::111122223333:role/r", Action: "s3:PutObject", Resource: base + Probe, ResourceAccount: "111122223333"}
		c.DecideBelow(req, base, Always, "")
		if v := c.Verdicts[0]; v.Effect != tt.want || !slices.Equal(v.DependsOn, tt.dependsOn) {
			t.Errorf("%s: %s %q, want %s %q", tt.name, v.Effect, v.DependsOn, tt.want, tt.dependsOn)
		}
	}
}

func denyOn(resources ...string) policy.Document {
	return policy.New(policy.Deny("s3:*").WithSid("Part").By(policy.Everyone()).On(resources...))
}

func denyNotOn(t *testing.T, resource string) policy.Document {
	t.Helper()
	text := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","NotResource":"` + resource + `"}}`
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
