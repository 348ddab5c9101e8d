// Package pattern matches paths with the filters of DataSync.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
package pattern

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
)

// Included reports whether the includes select a path, relative to the location; no includes select all. Excludes are applied to what is
// included, so that excludes win, which is assumed.
func Included(path string, includes []dstypes.FilterRule) bool {
	return len(includes) == 0 || Any(includes, path)
}

// Any reports whether a pattern of the rules matches a path.
func Any(rules []dstypes.FilterRule, path string) bool {
	for _, r := range rules {
		for _, p := range splitPatterns(aws.ToString(r.Value)) {
			if p.matches("/" + path) {
				return true
			}
		}
	}
	return false
}

// pattern is a path with wildcards, as the literal texts between the wildcards.
type pattern []string

// splitPatterns splits a filter at its bars, and each pattern at its stars. A backslash makes a bar, star or backslash literal, and is ignored
// before any other character.
func splitPatterns(value string) []pattern {
	var out []pattern
	current := pattern{""}
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\':
			if i+1 < len(value) && strings.IndexByte(`*|\`, value[i+1]) >= 0 {
				i++
				current[len(current)-1] += value[i : i+1]
			}
		case c == '|':
			out, current = append(out, current), pattern{""}
		case c == '*':
			current = append(current, "")
		default:
			current[len(current)-1] += value[i : i+1]
		}
	}
	return append(out, current)
}

// matches reports whether the pattern matches the path or a folder above it. A pattern that begins with a slash or a star is anchored at the
// location. That any other may match in every folder is assumed.
func (p pattern) matches(path string) bool {
	runs := append(pattern(nil), p...)
	last := len(runs) - 1
	runs[last] = strings.TrimSuffix(runs[last], "/")
	if len(runs) == 1 && runs[0] == "" {
		return p[0] == "/"
	}
	anchored := runs[0] == "" || strings.HasPrefix(runs[0], "/")
	for start := range path {
		if path[start] != '/' {
			continue
		}
		from := path[start:]
		if !anchored {
			from = path[start+1:]
		} else if start > 0 {
			break
		}
		for end := 0; end <= len(from); end++ {
			if (end == len(from) || from[end] == '/') && runs.whole(from[:end]) {
				return true
			}
		}
	}
	return false
}

// whole reports whether the pattern matches all of s.
func (p pattern) whole(s string) bool {
	if len(p) == 1 {
		return s == p[0]
	}
	if !strings.HasPrefix(s, p[0]) {
		return false
	}
	s = s[len(p[0]):]
	for _, run := range p[1 : len(p)-1] {
		i := strings.Index(s, run)
		if i < 0 {
			return false
		}
		s = s[i+len(run):]
	}
	return strings.HasSuffix(s, p[len(p)-1])
}
