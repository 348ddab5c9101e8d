package awshttp

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
)

// sums are the checksums that are verified, by the header that brings them. S3 knows three more of the xxHash family, which the standard library has
// not: an object that is sent with one of these is refused.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
var sums = map[string]func() hash.Hash{
	"Content-Md5":              md5.New,
	"X-Amz-Checksum-Md5":       md5.New,
	"X-Amz-Checksum-Crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"X-Amz-Checksum-Crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"X-Amz-Checksum-Crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	"X-Amz-Checksum-Sha1":      sha1.New,
	"X-Amz-Checksum-Sha256":    sha256.New,
	"X-Amz-Checksum-Sha512":    sha512.New,
}

// unverified are the checksums that S3 verifies and this package cannot.
var unverified = []string{"X-Amz-Checksum-Xxhash128", "X-Amz-Checksum-Xxhash3", "X-Amz-Checksum-Xxhash64"}

// checkSums compares the checksums in the headers with the body.
func checkSums(header http.Header, body []byte) error {
	for name, make := range sums {
		want := header.Get(name)
		if want == "" {
			continue
		}
		h := make()
		h.Write(body)
		sent, err := base64.StdEncoding.DecodeString(want)
		switch {
		case name == "Content-Md5" && (err != nil || len(sent) != h.Size()):
			return &failure{status: 400, code: "InvalidDigest", message: "The Content-MD5 you specified was invalid."}
		case err != nil || len(sent) != h.Size():
			return &failure{status: 400, code: "InvalidRequest", message: "Value for " + http.CanonicalHeaderKey(name) + " header is invalid."}
		case string(sent) != string(h.Sum(nil)):
			return &failure{status: 400, code: "BadDigest", message: "The " + name + " you specified did not match the calculated checksum."}
		}
	}
	for _, name := range unverified {
		if header.Get(name) != "" {
			return &failure{status: 501, code: "NotImplemented", message: name + " is not verified by this in-memory AWS"}
		}
	}
	return nil
}
