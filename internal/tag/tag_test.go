package tag

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xacct/xacct/internal/problemtest"
	"github.com/xacct/xacct/problem"
)

func TestRules(t *testing.T) {
	many := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("k", i)] = "v"
		}
		return m
	}
	one := func(k, v string) map[string]string { return map[string]string{k: v} }
	type row struct {
		rule, name string
		tags       map[string]string
		refuse     bool
	}
	shared := []row{
		{"tag-count", "50", many(50), false},
		{"tag-count", "51", many(51), true},
		{"tag-reserved", "xacct:", one("xacct:transfer", "a"), false},
		{"tag-reserved", "aws:", one("aws:x", "a"), true},
		{"tag-reserved", "AWS:", one("AWS:x", "a"), true},
		{"tag-key", "all the marks", one("a + = . _ : / -", "v"), false},
		{"tag-key", "empty", one("", "v"), true},
		{"tag-key", "exclamation mark", one("a!", "v"), true},
		{"tag-value", "all the marks", one("k", "a + = . _ : / @ -"), false},
		{"tag-value", "256", one("k", strings.Repeat("v", 256)), false},
		{"tag-value", "257", one("k", strings.Repeat("v", 257)), true},
		{"tag-value", "exclamation mark", one("k", "v!"), true},
	}
	for name, s := range map[string]struct {
		rules Rules
		rows  []row
	}{
		"DataSync": {DataSync, []row{
			{"tag-key", "256", one(strings.Repeat("k", 256), "v"), false},
			{"tag-key", "257", one(strings.Repeat("k", 257), "v"), true},
			{"tag-key", "at sign", one("a@b", "v"), true},
			{"tag-key", "umlaut", one("Größe", "v"), true},
			{"tag-value", "empty", one("k", ""), true},
			{"tag-value", "umlaut", one("k", "Größe"), true},
		}},
		"IAM": {IAM, []row{
			{"tag-key", "128", one(strings.Repeat("k", 128), "v"), false},
			{"tag-key", "129", one(strings.Repeat("k", 129), "v"), true},
			{"tag-key", "at sign and umlaut", one("Größe@b", "v"), false},
			{"tag-value", "empty", one("k", ""), false},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var cases []problemtest.Case
			for _, r := range append(shared, s.rows...) {
				var l problem.List
				s.rules.Check(&l, "Tags", r.tags)
				cases = append(cases, problemtest.Case{Rule: r.rule, Name: r.name, Refuse: r.refuse, Err: l.Err()})
			}
			problemtest.Run(t, s.rules.All(), cases)
		})
	}
}
