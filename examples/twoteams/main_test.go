package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// The gate handover runs it with the scripts.
func TestTwoTeams(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		cloud := newCloud()
		if err := play(t.Context(), &out, cloud, dir, byApply(cloud)); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		for _, want := range []string{"by telephone", "unchanged", "  complete", "20 objects that have arrived", "policy is as before: true"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &out)
			}
		}
	})
	for _, name := range []string{"README.md", "report.json", "script.sh"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("the folder lacks %s: %v", name, err)
		}
	}
}
