package s3name

import "strings"

// MaxKey is the greatest number of bytes in a key.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
const MaxKey = 1024

// Skipped says why DataSync skips the object of a key, such as "holds //"; "" if it does not. The key is source + path, and that of the copy is
// destination + path: source and destination are the prefixes of the locations, each with a slash at its end, or "" for a whole bucket and for a
// prefix that is not known.
//
// That a key which begins with ./ or ../ is skipped too is assumed: AWS names these patterns with a slash in front.
// Sources: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html (the patterns),
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html (the length)
func Skipped(source, path, destination string) string {
	key := source + path
	switch {
	case strings.HasPrefix(key, "/"):
		return "begins with a slash"
	case strings.HasPrefix(key, "./"), strings.HasPrefix(key, "../"):
		return "begins with " + key[:strings.Index(key, "/")+1]
	case len(destination)+len(path) > MaxKey:
		return "would have more than 1,024 bytes at the destination"
	}
	for _, pattern := range []string{"//", "/./", "/../"} {
		if strings.Contains(key, pattern) {
			return "holds " + pattern
		}
	}
	return ""
}
