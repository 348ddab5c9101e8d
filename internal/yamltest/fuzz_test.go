package yamltest

import (
	"errors"
	"strings"
	"testing"

	"github.com/xacct/xacct/policy"
)

// FuzzLibraries checks that what a library hands over causes no panic of ours, and that a document that is read comes back from YAML.
func FuzzLibraries(f *testing.F) {
	for _, tc := range traps {
		f.Add(tc.yaml)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, lib := range libraries {
			var d policy.Document
			err := lib.unmarshal([]byte(text), &d)
			if own := (*policy.YAMLError)(nil); errors.As(err, &own) && (strings.Contains(own.Error(), "\n") || !d.IsZero()) {
				t.Errorf("%s: document %s, error %q", lib.name, d, own)
			}
			if err != nil || d.IsZero() {
				continue
			}
			if _, err := policy.Parse(d.Bytes()); err != nil {
				t.Errorf("%s: %s is no document: %v", lib.name, d.Bytes(), err)
			}
		}
	})
}
