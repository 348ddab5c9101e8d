package task

import "strings"

// The patterns of Spec.Includes and Spec.Excludes, made of keys as they are: what DataSync takes for a sign is escaped. Keys are relative to
// the location. Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html

var escaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `|`, `\|`)

// EscapePattern takes from *, | and \ in a key their meaning in patterns.
func EscapePattern(key string) string { return escaper.Replace(key) }

// Object is the pattern of one object, or of everything in the folder if there is one of that name.
func Object(key string) string { return "/" + EscapePattern(strings.TrimPrefix(key, "/")) }

// Folder is the pattern of everything in a folder, such as "dt=2026-01-01", which a location's prefix cannot name.
// "" is everything in the location.
func Folder(key string) string {
	if key = strings.Trim(key, "/"); key == "" {
		return "/"
	}
	return "/" + EscapePattern(key) + "/"
}

// StartingWith is the pattern of every object whose key begins with the text.
func StartingWith(key string) string { return Object(key) + "*" }

// EndingWith is the pattern of every object whose key ends with the text, such as ".tmp": for excludes only, as an include may have its star
// only at the end.
func EndingWith(text string) string { return "*" + EscapePattern(text) }

// Units of Options.BytesPerSecond: 50 * MiBPerSecond. DataSync counts bytes; networks are often sold in bits.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-bandwidth.html
const (
	MiBPerSecond  int64 = 1 << 20       // a mebibyte per second, the unit of the console
	MbitPerSecond int64 = 1_000_000 / 8 // a million bits per second
	Unlimited     int64 = -1            // no limit
)
