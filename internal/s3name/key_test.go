package s3name

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html: "DataSync can't transfer objects with a prefix that begins
// with a slash (/) or includes //, /./, or /../ patterns"; https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html: a key has at most
// 1,024 bytes of UTF-8.
func TestSkipped(t *testing.T) {
	long := strings.Repeat("k", MaxKey)
	for _, tt := range []struct {
		name, source, path, destination string
		want                            string
	}{
		{"a plain key", "", "photos/2006/01.jpg", "", ""},
		{"two slashes", "", "photos//2006/January", "", "holds //"},
		{"two slashes below a prefix", "photos/", "2006//January", "in/", "holds //"},
		{"two slashes at the end", "", "photos//", "", "holds //"},
		{"three slashes", "", "a///b", "", "holds //"},
		{"a dot", "", "photos/./2006/February", "", "holds /./"},
		{"two dots", "", "photos/../2006/March", "", "holds /../"},
		{"a slash in front", "", "/photos", "", "begins with a slash"},
		{"two slashes in front", "", "//photos", "", "begins with a slash"},
		{"a slash alone", "", "/", "", "begins with a slash"},
		{"a slash in front below a prefix", "photos/", "/2006", "", "holds //"},
		{"a dot in front below a prefix", "photos/", "./2006", "", "holds /./"},
		{"two dots in front below a prefix", "photos/", "../2006", "", "holds /../"},
		{"a dot in front", "", "./photos", "", "begins with ./"},
		{"two dots in front", "", "../photos", "", "begins with ../"},
		{"a slash at the end, which is a folder", "", "photos/", "", ""},
		{"the folder of the location itself", "photos/", "", "in/", ""},
		{"three dots", "", "photos/.../2006", "", ""},
		{"a name with a dot in front", "", ".hidden/.photos", "", ""},
		{"a name with two dots in front", "", "..hidden/..photos", "", ""},
		{"a name with a dot at the end", "", "photos./2006../x", "", ""},
		{"a dot as the last part, of which AWS says nothing", "", "photos/.", "", ""},
		{"two dots as the last part, of which AWS says nothing", "", "photos/..", "", ""},
		{"a backslash", "", `photos\\2006\.\x`, "", ""},
		{"an escaped slash", "", "photos%2F%2F2006", "", ""},
		{"a control character", "", "photos/\x01\n", "", ""},
		{"the longest key", "", long, "", ""},
		{"a longer key", "", long + "k", "", "would have more than 1,024 bytes at the destination"},
		{"the longest key at the destination", "photos/", long[:1021], "in/", ""},
		{"a longer key at the destination", "photos/", long[:1022], "in/", "would have more than 1,024 bytes at the destination"},
		{"bytes count, not characters", "", strings.Repeat("ü", 511), "in/", "would have more than 1,024 bytes at the destination"},
		{"a long prefix of the source does not count", "photos/2006/", long[:1012], "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Skipped(tt.source, tt.path, tt.destination)); diff != "" {
				t.Errorf("why (-want +got):\n%s", diff)
			}
		})
	}
}
