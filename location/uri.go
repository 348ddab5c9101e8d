package location

import "strings"

func uri(bucket, prefix string) string {
	prefix = strings.TrimSuffix(strings.TrimPrefix(prefix, "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	return "s3://" + bucket + "/" + prefix
}

// CanonicalURI is the form of an S3 location's URI in which equal locations have equal texts: one slash at the end.
// A text that is no S3 URI comes back as it is.
func CanonicalURI(text string) string {
	bucket, prefix, ok := ParseURI(text)
	if !ok {
		return text
	}
	return uri(bucket, prefix)
}

// ParseURI splits the URI of an S3 location into bucket and prefix, the prefix without slash in front and with one at the end, or "".
// For a location on an access point the bucket is its ARN.
func ParseURI(text string) (bucket, prefix string, ok bool) {
	rest, ok := strings.CutPrefix(text, "s3://")
	if !ok {
		return "", "", false
	}
	bucket, prefix, _ = strings.Cut(rest, "/")
	return bucket, prefix, bucket != ""
}
