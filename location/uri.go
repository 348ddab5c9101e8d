package location

import (
	"regexp"
	"strings"
)

// accessPoint is the ARN of an access point at the start of a text. A slash or a colon stands before its name.
var accessPoint = regexp.MustCompile(`^arn:[^:/]+:s3[a-z-]*:[^:/]*:[^:/]*:(outpost[:/][^:/]+[:/])?accesspoint[:/][^/]+`)

// uri trims what DataSync trims: "photos", "/photos" and "photos/" are one prefix.
func uri(bucket, prefix string) string {
	prefix = strings.Trim(prefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	return "s3://" + bucket + "/" + prefix
}

// CanonicalURI is the form of an S3 location's URI in which equal locations have equal texts: with one slash at the end.
// A text that is no S3 URI comes back as it is.
func CanonicalURI(text string) string {
	bucket, prefix, ok := ParseURI(text)
	if !ok {
		return text
	}
	return uri(bucket, prefix)
}

// ParseURI splits the URI of an S3 location into bucket and prefix; the prefix has no slash in front and one at the end, or is "".
// For a location on an access point or on Outposts the bucket is the access point's ARN.
func ParseURI(text string) (bucket, prefix string, ok bool) {
	rest, ok := strings.CutPrefix(text, "s3://")
	if !ok {
		return "", "", false
	}
	if bucket = accessPoint.FindString(rest); bucket == "" {
		bucket, _, _ = strings.Cut(rest, "/")
	}
	prefix = strings.Trim(rest[len(bucket):], "/")
	if bucket == "" || strings.HasPrefix(bucket, "arn:") && !accessPoint.MatchString(bucket) {
		return "", "", false // a bucket's name holds no colon
	}
	if prefix != "" {
		prefix += "/"
	}
	return bucket, prefix, true
}
