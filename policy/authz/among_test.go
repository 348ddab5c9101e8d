package authz_test

import (
	"slices"
	"testing"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/policy/authz"
)

// TestAmong checks that a key with a few possible values counts as known if the policies do not distinguish these values.
func TestAmong(t *testing.T) {
	const key = "s3:TlsVersion"
	versions := map[string][]string{key: {"1.2", "1.3"}}
	for _, tt := range []struct {
		name    string
		request authz.Request
		when    policy.Condition
		want    authz.Effect
	}{
		{"none of the values matches", authz.Request{Among: versions}, policy.Where("NumericLessThan", key, "1.2"), authz.Allowed},
		{"one does", authz.Request{Among: versions}, policy.Where("NumericLessThan", key, "1.3"), authz.Undetermined},
		{"all do", authz.Request{Among: versions}, policy.Where("NumericLessThan", key, "1.4"), authz.ExplicitlyDenied},
		{"the case of the key does not matter", authz.Request{Among: map[string][]string{"S3:tlsversion": {"1.3"}}}, policy.Where("NumericLessThan", key, "1.3"), authz.Allowed},
		{"the key is there", authz.Request{Among: versions}, policy.Where("Null", key, "true"), authz.Allowed},
		{"the key may be absent", authz.Request{Among: map[string][]string{key: {"1.3", ""}}}, policy.Where("Null", key, "true"), authz.Undetermined},
		{"the context wins", authz.Request{Among: versions, Context: map[string][]string{key: {"1.3"}}}, policy.Where("NumericLessThan", key, "1.3"), authz.Allowed},
		{"it wins over a form", authz.Request{Among: versions, Like: map[string]string{key: "1.*"}}, policy.Where("NumericLessThan", key, "1.2"), authz.Allowed},
		{"it wins over Absent", authz.Request{Among: versions, Absent: []string{key}}, policy.Where("Null", key, "true"), authz.Allowed},
		{"it wins over Complete", authz.Request{Among: versions, Complete: true}, policy.Where("NumericLessThan", key, "1.3"), authz.Undetermined},
	} {
		r := tt.request
		r.Principal, r.Action, r.Resource, r.ResourceAccount = role, "s3:GetObject", object, task
		p := authz.Policies{Identity: docs(allowAll), Resource: policy.New(policy.Deny("s3:*").By(policy.Everyone()).On("*").When(tt.when))}
		d := authz.Decide(r, p)
		if d.Effect != tt.want || d.Effect == authz.Undetermined != slices.Equal(d.DependsOn, []string{key}) {
			t.Errorf("%s: %s, want %s", tt.name, d, tt.want)
		}
	}
}
