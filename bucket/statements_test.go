package bucket

import (
	"slices"
	"testing"

	"github.com/xacct/xacct/internal/inputtest"
	"github.com/xacct/xacct/policy"
)

const (
	arn  = "arn:aws:s3:::amzn-s3-demo-bucket"
	role = "arn:aws:iam::111122223333:role/datasync"
)

func TestStatements(t *testing.T) {
	for name, got := range map[string]policy.Statement{"read": Read(arn, "photos/2026"), "write": Write(arn, ""), "list": List(arn)} {
		inputtest.Pinned(t, "testdata/"+name+".golden.json", got.String())
		owned := got.When(policy.StringEquals("aws:ResourceAccount", "444455556666"))
		if err := policy.New(owned).Validate(policy.Identity); err != nil {
			t.Errorf("%s, for a role: %v", name, err)
		}
		if err := policy.New(got.By(policy.AWS(role))).Validate(policy.Bucket); err != nil {
			t.Errorf("%s, for a bucket: %v", name, err)
		}
	}
}

func TestPrefix(t *testing.T) {
	for prefix, want := range map[string]string{"": "/*", "/": "/*", "a": "/a/*", "/a/b/": "/a/b/*"} {
		resources, _ := Write(arn, prefix).Resources()
		if !slices.Equal(resources, []string{arn, arn + want}) {
			t.Errorf("prefix %q: %v", prefix, resources)
		}
	}
}

// The results must not share memory, because a caller may extend either of them.
func TestStatementsAreApart(t *testing.T) {
	a, _ := Write(arn, "").Actions()
	a[0] = "s3:Changed"
	if b, _ := Write(arn, "").Actions(); b[0] != "s3:GetBucketLocation" {
		t.Errorf("the list of actions changed: %v", b)
	}
}

// The tutorial, edition of April 2025:
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func TestTutorial(t *testing.T) {
	const destination = "arn:aws:s3:::amzn-s3-demo-destination-bucket"
	document := TutorialPolicy(destination, "arn:aws:iam::111122223333:role/source-datasync-role")
	inputtest.PinnedBytes(t, "testdata/tutorial-step2-bucket-policy.golden.json", document.Bytes())
	if err := document.Validate(policy.Bucket); err != nil {
		t.Error(err)
	}

	// Step 3 is a choice in the console, "ACLs disabled"; this is the request behind it.
	in, err := Spec{Name: "amzn-s3-demo-destination-bucket", Account: "123456789012", Region: "us-east-2", DisableACLs: true}.PutOwnershipInput()
	if err != nil {
		t.Fatal(err)
	}
	inputtest.Pinned(t, "testdata/tutorial-step3-ownership-controls.golden.json", inputtest.JSON(in))
}
