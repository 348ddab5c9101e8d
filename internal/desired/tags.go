package desired

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// DiffTags returns the wanted tags that are not there yet or have another value, and a line for each. Other tags are left alone.
func DiffTags(want, have map[string]string) (set map[string]string, lines []string) {
	set = map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if v, ok := have[k]; !ok || v != want[k] {
			set[k] = want[k]
			lines = append(lines, fmt.Sprintf("tag %s=%s", k, want[k]))
		}
	}
	return set, lines
}

// wantedTags are those of have whose keys are wanted. A plan shows no others, because they may change at any time.
func wantedTags(want, have map[string]string) map[string]string {
	out := map[string]string{}
	for k := range want {
		if v, ok := have[k]; ok {
			out[k] = v
		}
	}
	return out
}

// BeyondTags reports whether one of the lines of a difference is about something other than a tag.
func BeyondTags(lines []string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "tag ") })
}
