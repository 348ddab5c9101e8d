package location

import (
	"strings"
	"testing"
)

func TestURI(t *testing.T) {
	tests := []struct{ name, uri, bucket, prefix, canonical string }{
		{"bucket", "s3://amzn-s3-demo-bucket/", "amzn-s3-demo-bucket", "", "s3://amzn-s3-demo-bucket/"},
		{"bucket without slash", "s3://amzn-s3-demo-bucket", "amzn-s3-demo-bucket", "", "s3://amzn-s3-demo-bucket/"},
		{"prefix", "s3://b/photos/2026/", "b", "photos/2026/", "s3://b/photos/2026/"},
		{"prefix without slash", "s3://b/photos/2026", "b", "photos/2026/", "s3://b/photos/2026/"},
		{"slash too many", "s3://b//photos/", "b", "photos/", "s3://b/photos/"},
		{"outposts", "s3://arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01ac5d28a6a232904/accesspoint/demo/photos/",
			"arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01ac5d28a6a232904/accesspoint/demo", "photos/",
			"s3://arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-01ac5d28a6a232904/accesspoint/demo/photos/"},
		{"access point", "s3://arn:aws:s3:us-east-1:111122223333:accesspoint/demo/", "arn:aws:s3:us-east-1:111122223333:accesspoint/demo", "",
			"s3://arn:aws:s3:us-east-1:111122223333:accesspoint/demo/"},
		{"access point with colon", "s3://arn:aws:s3:us-east-1:111122223333:accesspoint:demo/a", "arn:aws:s3:us-east-1:111122223333:accesspoint:demo", "a/",
			"s3://arn:aws:s3:us-east-1:111122223333:accesspoint:demo/a/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bucket, prefix, ok := ParseURI(tt.uri)
			if bucket != tt.bucket || prefix != tt.prefix || !ok {
				t.Errorf("ParseURI = %q, %q, %v", bucket, prefix, ok)
			}
			if got := CanonicalURI(tt.uri); got != tt.canonical {
				t.Errorf("CanonicalURI = %q, want %q", got, tt.canonical)
			}
		})
	}
	for _, other := range []string{"", "s3://", "s3:///a", "nfs://server/share", "efs://x"} {
		if _, _, ok := ParseURI(other); ok {
			t.Errorf("ParseURI(%q) is ok", other)
		}
		if got := CanonicalURI(other); got != other {
			t.Errorf("CanonicalURI(%q) = %q", other, got)
		}
	}
}

func TestSpecURI(t *testing.T) {
	for _, prefix := range []string{"photos/2026", "/photos/2026", "photos/2026/", "/photos/2026/"} {
		s := Spec{Region: "cn-north-1", Bucket: "b", Prefix: prefix}
		if got, want := s.URI(), "s3://b/photos/2026/"; got != want {
			t.Errorf("URI with prefix %q = %q, want %q", prefix, got, want)
		}
		if got, want := s.BucketARN(), "arn:aws-cn:s3:::b"; got != want {
			t.Errorf("BucketARN = %q, want %q", got, want)
		}
	}
}

// CanonicalURI is idempotent, and ParseURI returns the bucket and prefix from which a URI was made.
func FuzzURI(f *testing.F) {
	for _, s := range []string{"s3://b/", "s3://b//a", "s3://arn:aws:s3:r:1:accesspoint/x/y", "s3://arn:", "s3://arn:accesspoint", "s3://arn:0:s3:::accesspoint//0", "s3://b/a//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := CanonicalURI(text)
		if twice := CanonicalURI(once); twice != once {
			t.Fatalf("%q: %q, then %q", text, once, twice)
		}
		bucket, prefix, ok := ParseURI(text)
		if !ok {
			return
		}
		b, p, ok := ParseURI(once)
		if b != bucket || p != prefix || !ok {
			t.Fatalf("%q: %q %q, then %q %q %v", text, bucket, prefix, b, p, ok)
		}
		if strings.HasPrefix(prefix, "/") || prefix != "" && !strings.HasSuffix(prefix, "/") {
			t.Fatalf("%q: prefix %q", text, prefix)
		}
	})
}
