// Package tag holds the rules for tags, which differ between services.
package tag

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xacct/xacct/problem"
)

// Rules are the rules for tags of one service.
type Rules struct {
	Key, Value, Count, Reserved problem.Rule

	key, value       *regexp.Regexp
	maxKey, maxValue int // characters
}

const maxCount = 50

// DataSync holds the rules of DataSync: ASCII letters only, and no @ in keys. An empty value fits DataSync's length limit but not its pattern,
// and so is refused.
var DataSync = Rules{
	Key: problem.Rule{
		ID: "tag-key", Text: "must be 1 to 256 ASCII letters, digits, spaces and + = . _ : / -",
		Remedy: "rename the key", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html",
	},
	Value: problem.Rule{
		ID: "tag-value", Text: "must be 1 to 256 ASCII letters, digits, spaces and + = . _ : / @ -",
		Remedy: "change the value, or leave the tag out", Source: "https://docs.aws.amazon.com/datasync/latest/userguide/API_TagListEntry.html",
	},
	Count:    count("https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html"),
	Reserved: reserved,
	key:      regexp.MustCompile(`^[a-zA-Z0-9\s+=._:/-]+$`), value: regexp.MustCompile(`^[a-zA-Z0-9\s+=._:@/-]+$`),
	maxKey: 256, maxValue: 256,
}

// IAM holds the rules of IAM, which accepts letters of any script.
var IAM = Rules{
	Key: problem.Rule{
		ID: "tag-key", Text: "must be 1 to 128 letters, digits, spaces and _ . : / = + - @",
		Remedy: "rename the key", Source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html",
	},
	Value: problem.Rule{
		ID: "tag-value", Text: "must be at most 256 letters, digits, spaces and _ . : / = + - @",
		Remedy: "change the value", Source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html",
	},
	Count:    count("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"),
	Reserved: reserved,
	key:      regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`), value: regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`),
	maxKey: 128, maxValue: 256,
}

func count(source string) problem.Rule {
	return problem.Rule{ID: "tag-count", Text: "must be at most 50 tags", Remedy: "remove some", Source: source}
}

var reserved = problem.Rule{
	ID: "tag-reserved", Text: "must not begin with aws:, which AWS keeps for itself",
	Remedy: "rename the key", Source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
}

// All returns the rules as a table.
func (r Rules) All() []problem.Rule { return []problem.Rule{r.Key, r.Value, r.Count, r.Reserved} }

// Check adds to l what is wrong with the tags. path is the field of the tags.
func (r Rules) Check(l *problem.List, path string, tags map[string]string) {
	if len(tags) > maxCount {
		l.Add(r.Count, path, "")
	}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		v := tags[k]
		l.Check(r.key.MatchString(k) && utf8.RuneCountInString(k) <= r.maxKey, r.Key, path, k)
		l.Check(!strings.HasPrefix(strings.ToLower(k), "aws:"), r.Reserved, path, k)
		l.Check(r.value.MatchString(v) && utf8.RuneCountInString(v) <= r.maxValue, r.Value, path+"["+k+"]", v)
	}
}
