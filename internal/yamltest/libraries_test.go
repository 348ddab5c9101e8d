package yamltest

import (
	"testing"

	goccy "github.com/goccy/go-yaml"
	oldmoved "go.yaml.in/yaml/v3"
	v2 "gopkg.in/yaml.v2"
	v3 "gopkg.in/yaml.v3"
	sigs "sigs.k8s.io/yaml"
)

// library is a YAML library as programs call it.
type library struct {
	name      string
	unmarshal func([]byte, any) error
	marshal   func(any) ([]byte, error)
}

// The two libraries that most programs import and that call UnmarshalYAML. gopkg.in/yaml.v3 has the ways of YAML 1.1 for numbers and dates,
// goccy/go-yaml is its maintained successor for many. Each trap is a row for both.
var (
	yamlV3    = library{"yaml.v3", func(b []byte, v any) error { return v3.Unmarshal(b, v) }, func(v any) ([]byte, error) { return v3.Marshal(v) }}
	goccyYAML = library{"goccy", func(b []byte, v any) error { return goccy.Unmarshal(b, v) }, func(v any) ([]byte, error) { return goccy.Marshal(v) }}
	libraries = []library{yamlV3, goccyYAML}
)

// Others, which read what the two read: the continuation of yaml.v3, the old yaml.v2, and sigs.k8s.io/yaml, which goes through JSON.
var others = []library{
	{"go.yaml.in/yaml/v3", func(b []byte, v any) error { return oldmoved.Unmarshal(b, v) }, func(v any) ([]byte, error) { return oldmoved.Marshal(v) }},
	{"yaml.v2", func(b []byte, v any) error { return v2.Unmarshal(b, v) }, func(v any) ([]byte, error) { return v2.Marshal(v) }},
	{"sigs.k8s.io/yaml", func(b []byte, v any) error { return sigs.Unmarshal(b, v) }, func(v any) ([]byte, error) { return sigs.Marshal(v) }},
}

func everyLibrary(t *testing.T, list []library, run func(t *testing.T, lib library)) {
	t.Helper()
	for _, lib := range list {
		t.Run(lib.name, func(t *testing.T) { run(t, lib) })
	}
}
