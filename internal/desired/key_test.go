package desired

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/policy"
)

// A key in the Region of each end of encrypted.
const (
	keyA = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	keyB = "arn:aws:kms:us-east-2:444455556666:key/mrk-1234abcd12ab34cd56ef1234567890ab"
)

// encrypted is a transfer with a key of its own account on each end.
func encrypted() transfer.Given {
	return transfer.Given{
		Name:        "media-archive",
		Source:      transfer.Endpoint{Account: "111122223333", Region: "eu-west-1", Bucket: "media-raw", KMSKeys: []string{keyA}},
		Destination: transfer.Endpoint{Account: "444455556666", Region: "us-east-2", Bucket: "media-archive", KMSKeys: []string{keyB}},
	}
}

// A key that serves several transfers and both ends of one stands once, with a statement for each.
func TestKeyOfSeveral(t *testing.T) {
	one, two := encrypted(), encrypted()
	two.Name = "other"
	one.Source.Region, one.Source.Bucket, one.Source.Account, one.TaskAccount = "us-east-2", "media-more", "444455556666", "111122223333"
	one.Source.KMSKeys = []string{keyB}
	w := Of([]*transfer.Transfer{transfer.Resolve(two), transfer.Resolve(one)})
	i := slices.IndexFunc(w.Keys, func(k Key) bool { return k.Spec.ARN == keyB })
	k := w.Keys[i]
	var sids []string
	for _, st := range k.Spec.Statements {
		sids = append(sids, st.Sid())
	}
	want := []string{"XacctMediaArchiveDecrypt", "XacctMediaArchiveEncrypt", "XacctOtherEncrypt"} // each with eight hex digits behind it
	for i := range sids {
		sids[i] = strings.TrimRight(sids[i], "0123456789abcdef")
	}
	if diff := cmp.Diff(want, sids); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"media-archive", "other"}, Names(k.Transfers)); diff != "" {
		t.Errorf("transfers (-want +got):\n%s", diff)
	}
	if len(w.Keys) != 2 || k.ID() != "444455556666/us-east-2/key-policy/mrk-1234abcd12ab34cd56ef1234567890ab" {
		t.Errorf("%d keys, ID %s", len(w.Keys), k.ID())
	}
}

func TestKeyStatementsOfOurs(t *testing.T) {
	w := Of([]*transfer.Transfer{transfer.Resolve(encrypted())})
	k := w.Keys[slices.IndexFunc(w.Keys, func(k Key) bool { return k.Spec.ARN == keyB })]
	ours := k.Spec.Statements[0]
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
