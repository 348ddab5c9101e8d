package iamrole

import (
	"testing"

	"github.com/xacct/xacct/internal/inputtest"
	"github.com/xacct/xacct/policy"
)

func TestPresets(t *testing.T) {
	const bucket = "arn:aws:s3:::amzn-s3-demo-destination-bucket"
	tests := []struct {
		file string
		kind policy.Kind
		got  policy.Document
	}{
		{"tutorial-step1-trust", policy.Trust, TutorialTrust()},
		{"tutorial-step1-inline-policy", policy.Identity, TutorialPolicy(bucket, "123456789012")},
		{"tutorial-prerequisite-service-policy", policy.Identity, TutorialServicePolicy(bucket)},
		{"tutorial-step4-source-trust", policy.Trust, TutorialSourceTrust("111122223333", "us-east-1")},
		{"tutorial-step4-source-policy", policy.Identity, TutorialSourcePolicy("arn:aws:s3:::amzn-s3-demo-source-bucket")},
		{"datasync-trust", policy.Trust, DataSyncTrust("aws", "111122223333", "us-east-2", "eu-west-1", "us-east-2")},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			inputtest.PinnedBytes(t, "testdata/"+tt.file+".golden.json", tt.got.Bytes())
			if err := tt.got.Validate(tt.kind); err != nil {
				t.Error(err)
			}
		})
	}
}

// What the caller gives stands in the documents as one string, whatever is in it.
func TestPresetsQuote(t *testing.T) {
	const odd = `arn:aws:s3:::b","Effect":"Allow%s`
	for name, d := range map[string]policy.Document{"TutorialPolicy": TutorialPolicy(odd, odd), "TutorialServicePolicy": TutorialServicePolicy(odd),
		"TutorialSourcePolicy": TutorialSourcePolicy(odd), "TutorialSourceTrust": TutorialSourceTrust(odd, odd)} {
		if d.IsZero() {
			t.Errorf("%s: no document", name)
		}
		for st := range d.All() {
			if resources, _ := st.Resources(); name != "TutorialSourceTrust" && (len(resources) != 1 || resources[0] != odd && resources[0] != odd+"/*") {
				t.Errorf("%s: resources %q", name, resources)
			}
		}
	}
}

func TestDataSyncTrust(t *testing.T) {
	tests := []struct {
		name, partition string
		regions         []string
		want            string
	}{
		{"any Region", "aws", nil, "arn:aws:datasync:*:111122223333:*"},
		{"one Region of another partition", "aws-cn", []string{"cn-north-1"}, "arn:aws-cn:datasync:cn-north-1:111122223333:*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := DataSyncTrust(tt.partition, "111122223333", tt.regions...).Statement("DataSync")
			for _, c := range s.Conditions() {
				if c.Key() == "aws:SourceArn" && len(c.Values()) == 1 && c.Values()[0] == tt.want {
					return
				}
			}
			t.Errorf("no condition on aws:SourceArn %s in %s", tt.want, s)
		})
	}
}

// DataSyncTrust must not sort the caller's slice of Regions.
func TestDataSyncTrustLeavesItsArgument(t *testing.T) {
	regions := []string{"us-east-2", "eu-west-1"}
	DataSyncTrust("aws", "111122223333", regions...)
	if regions[0] != "us-east-2" {
		t.Errorf("argument is now %v", regions)
	}
}
