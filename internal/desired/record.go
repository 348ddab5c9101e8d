package desired

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Record is a record as it stands in a plan: indented JSON with sorted keys and no HTML escapes, so that equal records have equal text.
func Record(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return "unprintable: " + err.Error() // the records hold nothing that cannot be printed
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// BeyondTags reports whether the lines of a difference hold more than tags.
func BeyondTags(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "tag ") })
}

func DiffTags(want, have map[string]string) (map[string]string, []string) {
	set := map[string]string{}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if v, ok := have[k]; !ok || v != want[k] {
			set[k] = want[k]
			lines = append(lines, fmt.Sprintf("tag %s=%s", k, want[k]))
		}
	}
	return set, lines
}

// wantedTags are those of have whose keys are wanted: others' tags may come and go.
func wantedTags(want, have map[string]string) map[string]string {
	out := map[string]string{}
	for k := range want {
		if v, ok := have[k]; ok {
			out[k] = v
		}
	}
	return out
}
