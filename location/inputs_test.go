package location

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/xacct/xacct/internal/inputtest"
)

const (
	arn  = "arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890"
	role = "arn:aws:iam::111122223333:role/team/datasync"
)

func spec() Spec {
	return Spec{Account: "111122223333", Region: "eu-west-1", Bucket: "amzn-s3-demo-bucket", RoleARN: role}
}

// The tutorial, edition of April 2025, creates the source location in the console and the destination with a command of the AWS CLI. It names
// neither bucket nor role of the source; the placeholders here are ours. The Region says where to send the request and is not part of it.
// https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html
func TestTutorialStep4(t *testing.T) {
	tests := []struct {
		name, file string
		spec       Spec
	}{
		{"source", "testdata/tutorial-step4-source-location.golden.json", Spec{
			Account: "111122223333", Region: "us-east-1", Bucket: "amzn-s3-demo-source-bucket", RoleARN: "arn:aws:iam::111122223333:role/source-bucket-access-role",
		}},
		{"destination", "testdata/tutorial-step4-destination-location.golden.json", Spec{
			Account: "111122223333", Region: "us-east-2", Bucket: "amzn-s3-demo-destination-bucket", RoleARN: "arn:aws:iam::111122223333:role/source-datasync-role",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, err := tt.spec.CreateInput()
			if err != nil {
				t.Fatal(err)
			}
			inputtest.Pinned(t, tt.file, inputtest.JSON(in))
		})
	}
}

var unexported = cmpopts.IgnoreUnexported(datasync.CreateLocationS3Input{}, datasync.UpdateLocationS3Input{}, datasync.DeleteLocationInput{},
	datasync.TagResourceInput{}, datasync.UntagResourceInput{}, dstypes.S3Config{}, dstypes.TagListEntry{})

func TestCreateInput(t *testing.T) {
	s := spec()
	s.Prefix, s.StorageClass, s.Tags = "/photos/2026", dstypes.S3StorageClassStandardIa, map[string]string{"b": "2", "a": "1"}
	got, err := s.CreateInput()
	if err != nil {
		t.Fatal(err)
	}
	want := &datasync.CreateLocationS3Input{
		S3BucketArn: new("arn:aws:s3:::amzn-s3-demo-bucket"), S3Config: &dstypes.S3Config{BucketAccessRoleArn: new(role)},
		S3StorageClass: "STANDARD_IA", Subdirectory: new("photos/2026/"),
		Tags: []dstypes.TagListEntry{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}},
	}
	if err := inputtest.Model(got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestUpdateInput(t *testing.T) {
	for prefix, want := range map[string]string{"": "/", "/": "/", "a": "a/", "/a/b/": "a/b/"} {
		s := spec()
		s.Prefix = prefix
		got, err := s.UpdateInput(arn)
		if err != nil {
			t.Fatal(err)
		}
		if err := inputtest.Model(got); err != nil {
			t.Errorf("prefix %q: %v", prefix, err)
		}
		wantIn := &datasync.UpdateLocationS3Input{LocationArn: new(arn), S3Config: &dstypes.S3Config{BucketAccessRoleArn: new(role)}, Subdirectory: &want}
		if diff := cmp.Diff(wantIn, got, unexported); diff != "" {
			t.Errorf("prefix %q: -want +got:\n%s", prefix, diff)
		}
	}
}

func TestSmallInputs(t *testing.T) {
	s := spec()
	if got, err := s.TagInput(arn); got != nil || err != nil {
		t.Errorf("TagInput without tags = %v, %v", got, err)
	}
	s.Tags = map[string]string{"b": "2", "a": "1"}
	tagged, err := s.TagInput(arn)
	want := &datasync.TagResourceInput{ResourceArn: new(arn), Tags: []dstypes.TagListEntry{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}}
	if diff := cmp.Diff(want, tagged, unexported); diff != "" || err != nil {
		t.Errorf("TagInput: %v, -want +got:\n%s", err, diff)
	}
	if got, err := (Spec{}).UntagInput(arn); got != nil || err != nil {
		t.Errorf("UntagInput without keys = %v, %v", got, err)
	}
	untagged, err := (Spec{}).UntagInput(arn, "b", "a")
	if diff := cmp.Diff(&datasync.UntagResourceInput{ResourceArn: new(arn), Keys: []string{"a", "b"}}, untagged, unexported); diff != "" || err != nil {
		t.Errorf("UntagInput: %v, -want +got:\n%s", err, diff)
	}
	for _, in := range []any{tagged, untagged} {
		if err := inputtest.Model(in); err != nil {
			t.Error(err)
		}
	}
	deleted, err := (Spec{}).DeleteInput(arn)
	if diff := cmp.Diff(&datasync.DeleteLocationInput{LocationArn: new(arn)}, deleted, unexported); diff != "" || err != nil {
		t.Errorf("DeleteInput: %v, -want +got:\n%s", err, diff)
	}
}

// No method returns an input for an invalid spec or a wrong ARN.
func TestNoInput(t *testing.T) {
	bad := spec()
	bad.RoleARN = "x"
	elsewhere := "arn:aws:datasync:eu-west-1:444455556666:location/loc-0a1b2c3d4e5f67890"
	for name, fn := range map[string]func() (any, error){
		"create":            func() (any, error) { in, err := bad.CreateInput(); return in == nil, err },
		"update":            func() (any, error) { in, err := bad.UpdateInput(arn); return in == nil, err },
		"update, elsewhere": func() (any, error) { in, err := spec().UpdateInput(elsewhere); return in == nil, err },
		"tag":               func() (any, error) { in, err := bad.TagInput(arn); return in == nil, err },
		"tag, elsewhere":    func() (any, error) { in, err := spec().TagInput(elsewhere); return in == nil, err },
		"untag, elsewhere":  func() (any, error) { in, err := spec().UntagInput(elsewhere, "k"); return in == nil, err },
		"delete, elsewhere": func() (any, error) { in, err := spec().DeleteInput(elsewhere); return in == nil, err },
	} {
		if isNil, err := fn(); err == nil || isNil != true {
			t.Errorf("%s: nil = %v, err = %v", name, isNil, err)
		}
	}
}
