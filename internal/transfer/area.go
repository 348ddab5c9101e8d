package transfer

import (
	"slices"
	"strings"

	"github.com/xacct/xacct/plan"
)

// Area is where objects of a transfer lie: the keys of one bucket that begin with one of the prefixes, without those that are left out. "" is every key.
type Area struct {
	bucket   string
	prefixes []string
	without  []string
}

// Copied returns the area of the side that the task's runs read or write. Filters bound it, because they select the objects that are copied; their
// patterns are relative to the location.
// https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
func (t *Transfer) Copied(side plan.Side) Area {
	a := t.Location(side)
	base := a.prefixes[0]
	if len(t.Task.Includes) > 0 {
		a.prefixes = nil
		for _, p := range t.Task.Includes {
			if prefix, whole := beginning(p); whole {
				a.prefixes = append(a.prefixes, base+prefix)
			} else {
				return t.Location(side)
			}
		}
	}
	for _, p := range t.Task.Excludes {
		if prefix, whole := beginning(p); whole {
			a.without = append(a.without, base+prefix)
		}
	}
	return a
}

// Location returns the area of the side's location, whatever the filters.
func (t *Transfer) Location(side plan.Side) Area {
	e := t.End(side)
	return Area{bucket: e.Bucket, prefixes: []string{Slashed(e.Prefix)}}
}

// ReportArea returns where the task writes reports; it must write some.
func (t *Transfer) ReportArea() Area {
	return Area{bucket: t.Task.Report.Bucket, prefixes: []string{Slashed(t.Task.Report.Prefix)}}
}

// Filtered reports whether the task has filters.
func (t *Transfer) Filtered() bool { return len(t.Task.Includes)+len(t.Task.Excludes) > 0 }

// SameFilters reports whether the tasks of both transfers have the same filters.
func (t *Transfer) SameFilters(other *Transfer) bool {
	return slices.Equal(t.Task.Includes, other.Task.Includes) && slices.Equal(t.Task.Excludes, other.Task.Excludes)
}

// beginning returns the text that all keys begin with which a pattern of a filter matches. whole says that the pattern matches every key that begins
// with it; other patterns, such as *.tmp, match keys in many folders. A pattern without a star is taken for a folder.
func beginning(pattern string) (text string, whole bool) {
	var b strings.Builder
	rest, folder := strings.TrimPrefix(pattern, "/"), true
	for i := 0; i < len(rest); i++ {
		c := rest[i]
		if c == '*' {
			if i < len(rest)-1 {
				return "", false
			}
			folder = false
			break
		}
		if c == '\\' {
			if i++; i < len(rest) && strings.IndexByte(`*|\`, rest[i]) >= 0 {
				b.WriteByte(rest[i])
			} else {
				i-- // a backslash before another character is ignored
			}
			continue
		}
		b.WriteByte(c)
	}
	if !folder {
		return b.String(), strings.HasPrefix(pattern, "/") || b.Len() == 0
	}
	return Slashed(b.String()), strings.HasPrefix(pattern, "/")
}

// Meets reports whether a key can lie in both areas.
func (a Area) Meets(b Area) bool {
	if a.bucket != b.bucket {
		return false
	}
	for _, p := range a.prefixes {
		for _, q := range b.prefixes {
			both := p // the narrower of the two
			if strings.HasPrefix(q, p) {
				both = q
			} else if !strings.HasPrefix(p, q) {
				continue
			}
			if !within(both, a.without) && !within(both, b.without) {
				return true
			}
		}
	}
	return false
}

// within reports whether every key that begins with the prefix begins with one of the others.
func within(prefix string, others []string) bool {
	for _, o := range others {
		if strings.HasPrefix(prefix, o) {
			return true
		}
	}
	return false
}

// Mirrors reports whether both transfers copy the same objects to the same keys, wherever their destinations meet.
func (t *Transfer) Mirrors(other *Transfer) bool {
	if t.Source.Bucket != other.Source.Bucket || t.Destination.Bucket != other.Destination.Bucket {
		return false
	}
	from, to := Slashed(t.Source.Prefix), Slashed(t.Destination.Prefix)
	otherFrom, otherTo := Slashed(other.Source.Prefix), Slashed(other.Destination.Prefix)
	if inner, ok := strings.CutPrefix(otherTo, to); ok {
		return otherFrom == from+inner
	}
	inner, ok := strings.CutPrefix(to, otherTo)
	return ok && from == otherFrom+inner
}
