package kmskey

import (
	"testing"

	"github.com/xacct/xacct/internal/inputtest"
	"github.com/xacct/xacct/policy"
)

const (
	arn  = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	role = "arn:aws:iam::111122223333:role/datasync"
)

// https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (server-side encryption)
func TestStatements(t *testing.T) {
	for name, make := range map[string]func(...string) policy.Statement{
		"read":  Read,
		"write": func(on ...string) policy.Statement { return Write(on...).When(ViaS3("eu-west-1")) },
	} {
		inputtest.Pinned(t, "testdata/"+name+".golden.json", make(arn).String())
		if err := policy.New(make(arn)).Validate(policy.Identity); err != nil {
			t.Errorf("%s, for a role: %v", name, err)
		}
		if err := policy.New(make(Everywhere).By(policy.AWS(role))).Validate(policy.Key); err != nil {
			t.Errorf("%s, for a key: %v", name, err)
		}
	}
}

// The results must not share memory, because a caller may extend either of them.
func TestStatementsAreApart(t *testing.T) {
	a, _ := Read(arn).Actions()
	a[0] = "kms:Changed"
	if b, _ := Read(arn).Actions(); b[0] != "kms:Decrypt" {
		t.Errorf("the list of actions changed: %v", b)
	}
}
