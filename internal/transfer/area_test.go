package transfer

import (
	"testing"

	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

func TestBeginning(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		whole         bool
	}{
		{"/", "", true},
		{"/*", "", true},
		{"*", "", true},
		{"/a", "a/", true},
		{"/a/", "a/", true},
		{"/a/b", "a/b/", true},
		{"/a*", "a", true},
		{"/a/*", "a/", true},
		{`/a\*`, "a*/", true},
		{`/a\|b`, "a|b/", true},
		{`/a\\`, `a\/`, true},
		{`/a\b`, "ab/", true},
		{`/a\**`, "a*", true},
		{"*.tmp", "", false},
		{"/a*b", "", false},
		{"a", "a/", false},
		{"a*", "a", false},
	} {
		if text, whole := beginning(tt.pattern); text != tt.text && whole || whole != tt.whole {
			t.Errorf("%s: %q, %v; want %q, %v", tt.pattern, text, whole, tt.text, tt.whole)
		}
	}
	for _, key := range []string{"a", "a/b", "a*b", "a|b", `a\b`, "ä"} {
		if text, whole := beginning(task.Folder(key)); !whole || text != key+"/" {
			t.Errorf("Folder(%q): %q, %v", key, text, whole)
		}
		if text, whole := beginning(task.StartingWith(key)); !whole || text != key {
			t.Errorf("StartingWith(%q): %q, %v", key, text, whole)
		}
	}
}

func TestMirrors(t *testing.T) {
	between := func(from, fromPrefix, to, toPrefix string) *Transfer {
		return Resolve(Given{Name: "a", Source: Endpoint{Bucket: from, Prefix: fromPrefix}, Destination: Endpoint{Bucket: to, Prefix: toPrefix}})
	}
	all := between("raw", "", "media", "")
	for _, tt := range []struct {
		name  string
		other *Transfer
		want  bool
	}{
		{"itself", all, true},
		{"a folder of it", between("raw", "a", "media", "a"), true},
		{"a folder to another place", between("raw", "a", "media", "b"), false},
		{"another source", between("raw2", "a", "media", "a"), false},
		{"another destination", between("raw", "a", "other", "a"), false},
	} {
		if got := all.Mirrors(tt.other); got != tt.want || tt.other.Mirrors(all) != tt.want {
			t.Errorf("%s: %v, want %v both ways", tt.name, got, tt.want)
		}
	}
	if shifted := between("raw", "x", "media", "y"); !shifted.Mirrors(between("raw", "x/1", "media", "y/1")) || shifted.Mirrors(between("raw", "1", "media", "y/1")) {
		t.Error("a tree that is copied to another folder")
	}
	if meets := all.Location(plan.DestinationSide).Meets(all.Location(plan.SourceSide)); meets {
		t.Error("areas of two buckets meet")
	}
}
