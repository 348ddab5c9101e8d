package iamrole

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
)

// Only the parts that are asked for are read: whatever else is refused is not in Unread.
func TestObserveParts(t *testing.T) {
	inline := map[string]string{"access": encode(policy.New(policy.Allow("s3:GetObject").On("*"))), "more": encode(policy.New(policy.Allow("s3:GetObject").On("*")))}
	for _, tt := range []struct {
		name                   string
		parts                  []string
		err                    map[string]error
		policies, unread       []string
		attached, withDocument int
	}{
		{"none are all", nil, nil, []string{"access", "more"}, nil, 2, 2},
		{"the role alone", []string{PartRole}, map[string]error{"ListRolePolicies": denied, "GetRolePolicy": denied, "ListAttachedRolePolicies": denied}, nil, nil, 0, 0},
		{"named policies", []string{PartNamed}, map[string]error{"ListRolePolicies": denied}, []string{"access"}, nil, 0, 0},
		{"named policies that are refused", []string{PartNamed}, map[string]error{"GetRolePolicy/access": denied}, nil, []string{"policies/access"}, 0, 0},
		{"all policies", []string{PartPolicies}, nil, []string{"access", "more"}, nil, 0, 0},
		{"managed policies without documents", []string{PartAttached}, map[string]error{"GetPolicy/arn:aws:iam::111122223333:policy/own": denied}, nil, nil, 2, 0},
		{"managed policies", []string{PartAttached, PartManaged}, nil, nil, nil, 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{role: stored(), policies: inline, names: [][]string{{"access", "more"}}, err: tt.err,
				attached: [][]string{{"arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::111122223333:policy/own"}}}
			got, err := Observe(t.Context(), f, Spec{Name: "nightly", Policies: map[string]policy.Document{"access": {}}}, tt.parts...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.policies, slices.Sorted(maps.Keys(got.Policies))); diff != "" {
				t.Errorf("inline policies (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.unread, slices.Sorted(maps.Keys(got.Unread))); diff != "" {
				t.Errorf("unread (-want +got):\n%s", diff)
			}
			managed := maps.Clone(got.Managed)
			delete(managed, got.PermissionsBoundary)
			if !got.Exists || len(got.Attached) != tt.attached || len(managed) != tt.withDocument {
				t.Errorf("exists %t, attached %q, documents %v", got.Exists, got.Attached, got.Managed)
			}
		})
	}
	if _, err := Observe(t.Context(), &fake{}, Spec{Name: "nightly"}, "colour"); err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("a part that there is not: %v", err)
	}
}

// AdministratorAccess is known without a call, in every partition; a policy of that name that is not AWS's is read.
func TestAdministrator(t *testing.T) {
	for arn, reads := range map[string]bool{
		"arn:aws:iam::aws:policy/AdministratorAccess":          false,
		"arn:aws-us-gov:iam::aws:policy/AdministratorAccess":   false,
		"arn:aws:iam::111122223333:policy/AdministratorAccess": true,
		"arn:aws:iam::aws:policy/AdministratorAccess-Amplify":  true,
		"arn:aws:iam::aws:policy/x/AdministratorAccess":        true,
	} {
		f := &fake{role: stored(), attached: [][]string{{arn}}, err: map[string]error{"GetPolicy/" + arn: denied}}
		got, err := Observe(t.Context(), f, Spec{Name: "nightly"})
		if err != nil {
			t.Fatal(err)
		}
		if _, known := got.Managed[arn]; known == reads || (got.Unread[PartManaged+"/"+arn] != nil) != reads {
			t.Errorf("%s: documents %v, unread %v", arn, got.Managed, got.Unread)
		}
	}
}

// A role with very many policies is looked for before they are, which takes a round of calls more if it is there.
func TestObserveManyPolicies(t *testing.T) {
	for _, tt := range []struct {
		name     string
		policies int
		exists   bool
		took     time.Duration
	}{
		{"few of a role that is there", atOnce, true, 2 * time.Second}, // the managed policies that it has by then
		{"few of none", atOnce, false, time.Second},
		{"many of a role that is there", atOnce + 1, true, 3 * time.Second},
		{"many of none", 30 * atOnce, false, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{latency: time.Second, policies: map[string]string{}, err: map[string]error{"GetRole": missing}}
				s := Spec{Name: "nightly", Policies: map[string]policy.Document{}}
				for i := range tt.policies {
					s.Policies[fmt.Sprintf("policy-%d", i)] = policy.Document{}
				}
				if tt.exists {
					f.role, f.err = stored(), nil
					f.role.PermissionsBoundary = nil
				}
				start := time.Now()
				if _, err := Observe(t.Context(), f, s); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got > tt.took {
					t.Errorf("took %v, want at most %v", got, tt.took)
				}
			})
		})
	}
}
