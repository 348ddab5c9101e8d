package yamltest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
)

const viaJSON = "sigs.k8s.io/yaml"

// TestRoundTrip: every document of the corpus comes back from YAML with its meaning, from each library to each.
func TestRoundTrip(t *testing.T) {
	var files []string
	err := filepath.WalkDir("../../policy/testdata/corpus", func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatal(err, len(files))
	}
	all := append(append([]library(nil), libraries...), others...)
	texts := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := policy.Parse(text)
		if err != nil {
			t.Fatal(file, err)
		}
		for _, from := range all {
			if from.name == viaJSON {
				continue // it writes by MarshalJSON, with faults of its own: 1.20 as 1.2, and no \/
			}
			written, err := from.marshal(map[string]policy.Document{"trust": want, "none": {}})
			if err != nil {
				t.Fatalf("%s by %s: %v", file, from.name, err)
			}
			for _, to := range all {
				var config map[string]policy.Document
				if err := to.unmarshal(written, &config); err != nil {
					if isText(want) && to.name == viaJSON {
						texts++
						continue // it reads JSON, where a document is no string
					}
					t.Errorf("%s from %s to %s: %v\n%s", file, from.name, to.name, err, written)
					continue
				}
				if got := config["trust"]; !got.Equal(want) || !config["none"].IsZero() {
					t.Errorf("%s from %s to %s: other meaning (-want +got):\n%s\n%s", file, from.name, to.name, cmp.Diff(want.String(), got.String()), written)
				}
			}
		}
	}
	t.Logf("%d documents from each of %d libraries to each of %d, of which %s refuses %d texts", len(files), len(all)-1, len(all), viaJSON, texts)
}

// isText reports whether the document becomes a string of JSON.
func isText(d policy.Document) bool {
	v, err := d.MarshalYAML()
	_, text := v.(string)
	return err == nil && text
}

// TestMarshal: the elements have the order of the grammar, and what YAML would change is quoted.
func TestMarshal(t *testing.T) {
	d, err := policy.Parse([]byte(`{"Statement":[{"Action":["a"],"Effect":"Allow","Sid":"NO",
		"Condition":{"NumericLess":{"b":5,"a":"012345670123"}}}],"Version":"2012-10-17"}`))
	if err != nil {
		t.Fatal(err)
	}
	everyLibrary(t, libraries, func(t *testing.T, lib library) {
		text, err := lib.marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		want := "Version: \"2012-10-17\"\nStatement:\n- Sid: \"NO\"\n  Effect: Allow\n" +
			"  Action:\n  - a\n  Condition:\n    NumericLess:\n      a: \"012345670123\"\n      b: \"5\"\n"
		if diff := cmp.Diff(strings.Fields(want), strings.Fields(string(text))); diff != "" {
			t.Errorf("YAML (-want +got):\n%s", diff)
		}
	})
}
