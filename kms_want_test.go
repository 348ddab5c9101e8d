package xacct

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// encrypted is valid with a key of its own account on each end.
func encrypted() Transfer {
	t := valid()
	t.Source.KMSKeys, t.Destination.KMSKeys = []string{keyA}, []string{keyB}
	return t
}

// The role gets statements on full key ARNs; a key of the task account is none of ours, one of another account lets the role in.
func TestKeysOfResources(t *testing.T) {
	tr := encrypted()
	r, err := tr.Resources()
	if err != nil {
		t.Fatal(err)
	}
	const role = "arn:aws:iam::111122223333:role/media-archive-destination"
	grant := kmskey.Write(kmskey.Everywhere).WithSid(tr.resolve().sid(DestinationSide, purposeEncrypt)).By(policy.AWS(role))
	want := []kmskey.Spec{{ARN: keyA}, {ARN: keyB, Statements: policy.Statements{grant}}}
	if diff := cmp.Diff(want, r.Keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for side, want := range map[Side]policy.Statement{
		SourceSide:      kmskey.Read(keyA).WithSid("Decrypt"),
		DestinationSide: kmskey.Write(keyB).WithSid("Encrypt"),
	} {
		i := slices.IndexFunc(r.Roles, func(ar AccountRole) bool { return ar.Name == tr.resolve().end(side).RoleName })
		if got, _ := r.Roles[i].Policies[tr.resolve().end(side).PolicyName].Statement(want.Sid()); !got.Equal(want) {
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
		edit func(*Transfer)
		want policy.Statement // zero: none
	}{
		{"by role", func(*Transfer) {}, grant.By(policy.AWS(role))},
		{"by account", func(t *Transfer) { t.Grant = ByAccount }, grant.By(policy.Account("111122223333")).When(policy.ArnEquals("aws:PrincipalArn", role))},
		{"through S3 only", func(t *Transfer) { t.Destination.KMSViaS3 = true },
			grant.By(policy.AWS(role)).When(policy.StringEquals("kms:ViaService", "s3.us-east-2.amazonaws.com"))},
		{"a given role", func(t *Transfer) { t.Destination.RoleARN = role }, grant.By(policy.AWS(role))},
		{"a given location, whose role only AWS knows", func(t *Transfer) {
			t.Destination.LocationARN = "arn:aws:datasync:us-east-2:111122223333:location/loc-0123456789abcdef0"
		}, policy.Statement{}},
		{"a pull, where the key is the task account's", func(t *Transfer) { t.TaskAccount = "444455556666" }, policy.Statement{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tr := encrypted()
			tt.edit(&tr)
			got := tr.resolve().keyStatements(keyB)
			if tt.want.IsZero() {
				if len(got) > 0 {
					t.Errorf("got %s", got)
				}
				return
			}
			if want := tt.want.WithSid(tr.resolve().sid(DestinationSide, purposeEncrypt)); len(got) != 1 || !got[0].Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// A key that serves several transfers and both ends of one stands once, with a statement for each.
func TestKeyOfSeveral(t *testing.T) {
	one, two := encrypted(), encrypted()
	two.Name = "other"
	one.Source.Region, one.Source.Bucket, one.Source.Account, one.TaskAccount = "us-east-2", "media-more", "444455556666", "111122223333"
	one.Source.KMSKeys = []string{keyB}
	w := wantsOf(resolveAll([]Transfer{two, one}))
	i := slices.IndexFunc(w.keys, func(k keyWant) bool { return k.spec.ARN == keyB })
	k := w.keys[i]
	var sids []string
	for _, st := range k.spec.Statements {
		sids = append(sids, st.Sid())
	}
	want := []string{one.resolve().sid(SourceSide, purposeDecrypt), one.resolve().sid(DestinationSide, purposeEncrypt), two.resolve().sid(DestinationSide, purposeEncrypt)}
	if diff := cmp.Diff(want, sids); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"media-archive", "other"}, transferNames(k.transfers)); diff != "" {
		t.Errorf("transfers (-want +got):\n%s", diff)
	}
	if len(w.keys) != 2 || k.id() != "444455556666/us-east-2/key-policy/mrk-1234abcd12ab34cd56ef1234567890ab" {
		t.Errorf("%d keys, ID %s", len(w.keys), k.id())
	}
}

func TestKeyStatementsOfOurs(t *testing.T) {
	w := wantsOf(resolveAll([]Transfer{encrypted()}))
	k := w.keys[slices.IndexFunc(w.keys, func(k keyWant) bool { return k.spec.ARN == keyB })]
	ours := k.spec.Statements[0]
	for _, tt := range []struct {
		name string
		st   policy.Statement
		want bool
	}{
		{"ours", ours, true},
		{"by account, through S3", ours.By(policy.Account("111122223333")).When(policy.ArnEquals("aws:PrincipalArn", "x"), kmskey.ViaS3("us-east-2")), true},
		{"of a role that is gone", ours.By(policy.AWS("AROA1234567890EXAMPLE")), true},
		{"on the key's ARN", ours.On(keyB), true},
		{"of another account", ours.By(policy.Account("123456789012")), false},
		{"with more actions", policy.Allow("kms:*").By(policy.Account("111122223333")).On("*"), false},
		{"on another key", ours.On(keyA), false},
		{"under another condition", ours.When(policy.StringEquals("aws:PrincipalOrgID", "o-1")), false},
		{"a Deny", policy.Deny("kms:Decrypt").By(policy.Account("111122223333")).On("*"), false},
	} {
		if got := k.shaped(tt.st.WithSid(ours.Sid())); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRoleOfOwnPoliciesStays(t *testing.T) {
	tr := encrypted()
	own := map[string]policy.Document{"mine": policy.New(policy.Allow("s3:*").On("*"))}
	tr.Destination.Role = iamrole.Spec{Policies: own}
	if got := tr.resolve().role(DestinationSide).Policies; len(got) != 1 || !got["mine"].Equal(own["mine"]) {
		t.Errorf("policies given by the user were changed: %v", got)
	}
}
