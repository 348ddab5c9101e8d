package task

import (
	"slices"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/google/go-cmp/cmp"
)

func TestPatterns(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []string
	}{
		{"one", "/a", []string{"/a"}},
		{"several", "/a|/b*|*.tmp", []string{"/a", "/b*", "*.tmp"}},
		{"escaped bar", `/a\|b|/c`, []string{`/a\|b`, "/c"}},
		{"escaped backslash before a bar", `/a\\|/c`, []string{`/a\\`, "/c"}},
		{"backslash at the end", `/a\`, []string{`/a\`}},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, patterns([]dstypes.FilterRule{{Value: &tt.text}, {}})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got := filter(nil); got == nil || len(got) != 0 {
		t.Errorf("no patterns: %v, want an empty list that is not nil", got)
	}
}

// patterns returns what filter was given, if every pattern is valid.
func FuzzPatterns(f *testing.F) {
	f.Add("/a", `/b\|c*`)
	f.Add(`\\`, `\*`)
	f.Fuzz(func(t *testing.T, a, b string) {
		in := []string{a, b}
		if (StartOptions{Excludes: in}).Validate() != nil {
			return
		}
		if got := patterns(filter(in)); !slices.Equal(got, in) {
			t.Fatalf("%q came back as %q", in, got)
		}
	})
}
