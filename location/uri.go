package location

import (
	"regexp"
	"strings"
)

// accessPoint matches the ARN of an access point at the start of a text. A slash or a colon precedes its name.
var accessPoint = regexp.MustCompile(`^arn:[^:/]+:s3[a-z-]*:[^:/]*:[^:/]*:(outpost[:/][^:/]+[:/])?accesspoint[:/][^/]+`)

// uri returns the URI of bucket and prefix. It removes the slashes that DataSync removes: "photos", "/photos" and "photos/" are one prefix.
func uri(bucket, prefix string) string {
	prefix = strings.Trim(prefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	return "s3://" + bucket + "/" + prefix
}

// CanonicalURI returns the canonical form of an S3 location's URI, with one slash at the end, so that URIs of the same location are equal. It
// returns a text that is not an S3 URI unchanged.
func CanonicalURI(text string) string {
	bucket, prefix, ok := ParseURI(text)
	if !ok {
		return text
	}
	return uri(bucket, prefix)
}

// ParseURI splits the URI of an S3 location into bucket and prefix; ok is false if text is not one. The prefix has no slash in front and one
// at the end, or is "". For a location on an access point or on Outposts, bucket is the ARN of the access point.
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
		return "", "", false // the name of a bucket contains no colon
	}
	if prefix != "" {
		prefix += "/"
	}
	return bucket, prefix, true
}
