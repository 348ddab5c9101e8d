package task

import "strings"

// The functions below make patterns for Spec.Includes and Spec.Excludes from keys, in which they escape the special characters. Keys are relative to
// the location. Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html

var escaper = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `|`, `\|`)

// EscapePattern escapes *, | and \ in a key so that they match themselves in a pattern.
func EscapePattern(key string) string { return escaper.Replace(key) }

// Object returns the pattern that matches one object; if there is a folder of that name, it matches everything in the folder.
func Object(key string) string { return "/" + EscapePattern(strings.TrimPrefix(key, "/")) }

// Folder returns the pattern that matches everything in a folder; "" is everything in the location. It can name folders that a location's prefix cannot,
// such as "dt=2026-01-01".
func Folder(key string) string {
	if key = strings.Trim(key, "/"); key == "" {
		return "/"
	}
	return "/" + EscapePattern(key) + "/"
}

// StartingWith returns the pattern that matches every object whose key begins with the text.
func StartingWith(key string) string { return Object(key) + "*" }

// EndingWith returns the pattern that matches every object whose key ends with the text, such as ".tmp". Use it in excludes only: an include may have
// a star only at its end.
func EndingWith(text string) string { return "*" + EscapePattern(text) }

// Units of Options.BytesPerSecond, as in 50 * MiBPerSecond. DataSync counts bytes per second; network speeds are usually given in bits.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-bandwidth.html
const (
	MiBPerSecond  int64 = 1 << 20       // a mebibyte per second, the unit of the console
	MbitPerSecond int64 = 1_000_000 / 8 // a million bits per second
	Unlimited     int64 = -1            // no limit
)
