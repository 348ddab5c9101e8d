package transfer

import (
	"maps"
	"slices"
	"strings"

	"github.com/xacct/xacct/problem"
)

// validateTags checks the tags of all that is made. Those of a role or of the task alone have the rules of their packages too.
func (t *Transfer) validateTags(l *problem.List) {
	l.Check(tagPrefixShape.MatchString(t.TagPrefix) && !strings.HasPrefix(strings.ToLower(t.TagPrefix), "aws:"), ruleTagPrefix, "TagPrefix", t.TagPrefix)
	for _, key := range slices.Sorted(maps.Keys(t.Tags)) {
		ok := tagKeyShape.MatchString(key) && tagValueShape.MatchString(t.Tags[key]) &&
			!strings.HasPrefix(strings.ToLower(key), "aws:") && !t.oursTag(key)
		l.Check(ok, ruleTags, "Tags", key+"="+t.Tags[key])
	}
	l.Check(len(t.Tags) <= maxUserTags, ruleTags, "Tags", "")
	t.foldedTags(l, "Tags", t.Tags)
	for _, side := range Sides {
		t.moreTags(l, fieldOf(side)+".Role.Tags", t.End(side).Role.Tags)
		t.foldedTags(l, fieldOf(side)+".Role.Tags", t.End(side).Role.Tags)
	}
	t.moreTags(l, "Task.Tags", t.Task.Tags)
}

// oursTag reports whether the key begins with the tag prefix, in any letter case: IAM takes keys that differ in it only for the same.
func (t *Transfer) oursTag(key string) bool {
	return strings.HasPrefix(strings.ToLower(key), strings.ToLower(t.TagKey("")))
}

// moreTags checks tags of one resource: they replace those of the transfer, and would replace ours.
func (t *Transfer) moreTags(l *problem.List, path string, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		l.Check(!t.oursTag(key), ruleTagOurs, path, key)
	}
}

// foldedTags reports keys that differ in letter case only, among themselves or from those of the transfer.
func (t *Transfer) foldedTags(l *problem.List, path string, tags map[string]string) {
	folded := map[string]string{}
	if path != "Tags" {
		for key := range t.Tags {
			folded[strings.ToLower(key)] = key
		}
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		have, taken := folded[strings.ToLower(key)]
		l.Check(!taken || have == key, ruleTagCase, path, key)
		folded[strings.ToLower(key)] = key
	}
}
