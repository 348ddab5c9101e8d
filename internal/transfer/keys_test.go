package transfer

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/policy"
)

// encrypted is valid with a key of its own account on each end.
func encrypted() Given {
	t := valid()
	t.Source.KMSKeys, t.Destination.KMSKeys = []string{keyA}, []string{keyB}
	return t
}

// The role gets statements on full key ARNs. The policy of a key gets a statement only if the key is in another account than the task.
func TestKeysOfResources(t *testing.T) {
	tr := encrypted()
	r := Resolve(tr).Resources()
	const role = "arn:aws:iam::111122223333:role/media-archive-destination"
	grant := kmskey.Write(kmskey.Everywhere).WithSid(Resolve(tr).sid(plan.DestinationSide, purposeEncrypt)).By(policy.AWS(role))
	want := []kmskey.Spec{{ARN: keyA}, {ARN: keyB, Statements: policy.Statements{grant}}}
	if diff := cmp.Diff(want, r.Keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for side, want := range map[plan.Side]policy.Statement{
		plan.SourceSide:      kmskey.Read(keyA).WithSid("Decrypt"),
		plan.DestinationSide: kmskey.Write(keyB).WithSid("Encrypt"),
	} {
		i := slices.IndexFunc(r.Roles, func(ar AccountRole) bool { return ar.Name == Resolve(tr).End(side).RoleName })
		if got, _ := r.Roles[i].Policies[Resolve(tr).End(side).PolicyName].Statement(want.Sid()); !got.Equal(want) {
			t.Errorf("role of the %s: %s, want %s", side, got, want)
		}
	}
	for _, k := range r.Keys {
		if err := k.Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestKeyStatements(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/media-archive-destination"
	grant := kmskey.Write(kmskey.Everywhere)
	for _, tt := range []struct {
		name string
		edit func(*Given)
		want policy.Statement // zero: none
	}{
		{"by role", func(*Given) {}, grant.By(policy.AWS(role))},
		{"by account", func(t *Given) { t.Grant = grantByAccount },
			grant.By(policy.Account("111122223333")).When(policy.ArnEquals("aws:PrincipalArn", role))},
		{"through S3 only", func(t *Given) { t.Destination.KMSViaS3 = true },
			grant.By(policy.AWS(role)).When(policy.StringEquals("kms:ViaService", "s3.us-east-2.amazonaws.com"))},
		{"a given role", func(t *Given) { t.Destination.RoleARN = role }, grant.By(policy.AWS(role))},
		{"a given location, whose role only AWS knows", func(t *Given) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}, policy.Statement{}},
		{"a pull, where the key is the task account's", func(t *Given) { t.TaskAccount = "444455556666" }, policy.Statement{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := encrypted()
			tt.edit(&tr)
			got := Resolve(tr).keyStatements(keyB)
			if tt.want.IsZero() {
				if len(got) > 0 {
					t.Errorf("got %s", got)
				}
				return
			}
			if want := tt.want.WithSid(Resolve(tr).sid(plan.DestinationSide, purposeEncrypt)); len(got) != 1 || !got[0].Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestRoleOfOwnPoliciesStays(t *testing.T) {
	tr := encrypted()
	own := map[string]policy.Document{"mine": policy.New(policy.Allow("s3:*").On("*"))}
	tr.Destination.Role = iamrole.Spec{Policies: own}
	if got := Resolve(tr).role(plan.DestinationSide).Policies; len(got) != 1 || !got["mine"].Equal(own["mine"]) {
		t.Errorf("policies given by the user were changed: %v", got)
	}
}
