package location

import (
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

func TestConsequences(t *testing.T) {
	for _, tt := range []struct {
		class dstypes.S3StorageClass
		want  string
	}{
		{"", ""},
		{"STANDARD", ""},
		{"STANDARD_IA", "128 KB"},
		{"ONEZONE_IA", "one Availability Zone"},
		{"GLACIER_INSTANT_RETRIEVAL", "at least 90 days"},
		{"GLACIER", "40 KB"},
		{"DEEP_ARCHIVE", "at least 180 days"},
		{"INTELLIGENT_TIERING", "archive tiers"},
	} {
		got := strings.Join(Spec{StorageClass: tt.class}.Consequences(), "; ")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%q: %q, want %q in it", tt.class, got, tt.want)
		}
	}
	// Every class that a location may have must be in a case above.
	for _, c := range dstypes.S3StorageClass("").Values() {
		if _, known := consequences[c]; !known && c != dstypes.S3StorageClassStandard && c != dstypes.S3StorageClassOutposts {
			t.Errorf("nothing is said of %s", c)
		}
	}
}
