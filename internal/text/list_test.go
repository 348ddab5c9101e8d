package text

import (
	"fmt"
	"strings"
	"testing"
)

func keysUpTo(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("k", i)
	}
	return out
}

func TestList(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
		want string
	}{
		{"none", nil, ""},
		{"one", []string{"a"}, "a"},
		{"ten", keysUpTo(10), "k0, k1, k2, k3, k4, k5, k6, k7, k8, k9"},
		{"eleven", keysUpTo(11), "k0, k1, k2, k3, k4, k5, k6, k7, k8, 2 more"},
		{"780", keysUpTo(780), "k0, k1, k2, k3, k4, k5, k6, k7, k8, 771 more"},
		{"as long as can be", []string{strings.Repeat("ü", 200)}, strings.Repeat("ü", 200)},
		{"longer", []string{strings.Repeat("ü", 201), "a"}, strings.Repeat("ü", 199) + "…, a"},
	} {
		if got := List(tt.keys, ", "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
