package xaccttest

import (
	"crypto/md5"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// objectHead is what an upload says of an object and every read repeats.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
type objectHead struct {
	contentType, cacheControl, disposition, encoding, language, redirect string
	expires                                                              *string           // as a header
	metadata                                                             map[string]string // by key in lower case
	checksums                                                            map[string]string // by the member's name, such as ChecksumCRC32
}

// etagOf is the ETag of an object that was uploaded at once: the MD5 of its body, unless it is encrypted under a key of KMS.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
func etagOf(o *object) string {
	sum := md5.Sum(o.body)
	if o.key != "" {
		return `"` + ids.Digest(32, "etag", o.key, string(sum[:])) + `"`
	}
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// upload is what PutObject and CreateMultipartUpload say of an object.
type upload struct {
	object     *object
	conditions map[string][]string // condition keys of the request
}

// newUpload reads what the input says of an object; both inputs have these members.
func (rq *request) newUpload(b *bucketState, in *s3.PutObjectInput) (upload, error) {
	if in.SSECustomerAlgorithm != nil {
		return upload{}, &fault.Error{Status: 501, Code: "NotImplemented", Message: "Encryption with keys of the customer is not played by this in-memory AWS"}
	}
	tags, err := headerTags(aws.ToString(in.Tagging))
	if err != nil {
		return upload{}, err
	}
	o := &object{owner: rq.account, modified: rq.now, class: in.StorageClass, tags: tags, head: objectHead{
		contentType: aws.ToString(in.ContentType), cacheControl: aws.ToString(in.CacheControl), disposition: aws.ToString(in.ContentDisposition),
		encoding: aws.ToString(in.ContentEncoding), language: aws.ToString(in.ContentLanguage), redirect: aws.ToString(in.WebsiteRedirectLocation),
		metadata: lowerKeys(in.Metadata), checksums: checksumsOf(in),
	}}
	if in.Expires != nil {
		o.head.expires = aws.String(in.Expires.UTC().Format(http.TimeFormat))
	}
	if o.class == "" {
		o.class = s3types.StorageClassStandard
	} else if !known(o.class) {
		return upload{}, &fault.Error{Status: 400, Code: "InvalidStorageClass", Message: "The storage class you specified is not valid"}
	}
	k, ok := rq.uploadKey(b, in)
	if !ok {
		return upload{}, &fault.Error{Status: 400, Code: "KMS.NotFoundException", Message: "Invalid keyId " + aws.ToString(in.SSEKMSKeyId) + b.defaultKey}
	}
	if k != nil {
		o.key = k.arn
	}
	return upload{o, uploadConditions(in, tags)}, rq.useKey(b, k, "kms:GenerateDataKey")
}

// uploadKey is the key under which an upload is encrypted: by its own headers, else by the bucket's default.
func (rq *request) uploadKey(b *bucketState, in *s3.PutObjectInput) (k *keyState, ok bool) {
	switch in.ServerSideEncryption {
	case "":
		return rq.cloud.defaultKeyFor(b, rq.account)
	case s3types.ServerSideEncryptionAwsKms, s3types.ServerSideEncryptionAwsKmsDsse:
		k = rq.cloud.resolveKey(aws.ToString(in.SSEKMSKeyId), rq.account, b.region)
		return k, k != nil && k.region == b.region
	}
	return nil, true
}

// uploadConditions are the condition keys that the headers of an upload set.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
func uploadConditions(in *s3.PutObjectInput, tags map[string]string) map[string][]string {
	out := map[string][]string{}
	for key, value := range map[string]string{
		"s3:x-amz-acl": string(in.ACL), "s3:x-amz-storage-class": string(in.StorageClass), "s3:x-amz-server-side-encryption": string(in.ServerSideEncryption),
		"s3:x-amz-server-side-encryption-aws-kms-key-id": aws.ToString(in.SSEKMSKeyId), "s3:x-amz-website-redirect-location": aws.ToString(in.WebsiteRedirectLocation),
	} {
		if value != "" {
			out[key] = []string{value}
		}
	}
	for _, k := range sortedKeys(tags) {
		out["s3:RequestObjectTag/"+k] = []string{tags[k]}
		out["s3:RequestObjectTagKeys"] = append(out["s3:RequestObjectTagKeys"], k)
	}
	return out
}

// headerTags are the tags of the header x-amz-tagging, which has the form of a query.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
func headerTags(header string) (map[string]string, error) {
	if header == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(header)
	if err != nil || len(values) > 10 {
		return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."}
	}
	out := map[string]string{}
	for k, v := range values {
		if k == "" || len(k) > 128 || len(v) != 1 || len(v[0]) > 256 {
			return nil, &fault.Error{Status: 400, Code: "InvalidTag", Message: "The TagKey you have provided is invalid"}
		}
		out[k] = v[0]
	}
	return out, nil
}

func lowerKeys(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := map[string]string{}
	for k, v := range m {
		out[strings.ToLower(k)] = v
	}
	return out
}

// checksumsOf are the checksums in the members of an SDK structure, such as ChecksumCRC32.
func checksumsOf(v any) map[string]string {
	out := map[string]string{}
	for f, value := range reflect.ValueOf(v).Elem().Fields() {
		if !strings.HasPrefix(f.Name, "Checksum") {
			continue
		}
		if p, ok := value.Interface().(*string); ok && p != nil {
			out[f.Name] = *p
		}
	}
	return out
}

// showChecksums sets the checksums in the members of an SDK structure.
func showChecksums(v any, checksums map[string]string) {
	for name, value := range checksums {
		if f := reflect.ValueOf(v).Elem().FieldByName(name); f.IsValid() {
			f.Set(reflect.ValueOf(&value))
		}
	}
}

// encryption is how an object is encrypted, as reads and writes answer it.
func (o *object) encryption() (s3types.ServerSideEncryption, *string) {
	if o.key == "" {
		return s3types.ServerSideEncryptionAes256, nil
	}
	return s3types.ServerSideEncryptionAwsKms, aws.String(o.key)
}

// show fills the answer of a read, of the whole object.
func (o *object) show(in *s3.GetObjectInput) *s3.GetObjectOutput {
	h := o.head
	out := &s3.GetObjectOutput{
		AcceptRanges: aws.String("bytes"), ContentLength: aws.Int64(int64(len(o.body))), LastModified: aws.Time(o.modified), ETag: aws.String(o.etag),
		VersionId: stringOrNil(o.version), ContentType: stringOrNil(h.contentType), CacheControl: stringOrNil(h.cacheControl),
		ContentDisposition: stringOrNil(h.disposition), ContentEncoding: stringOrNil(h.encoding), ContentLanguage: stringOrNil(h.language),
		WebsiteRedirectLocation: stringOrNil(h.redirect), ExpiresString: h.expires, Metadata: maps.Clone(h.metadata),
	}
	if out.Metadata == nil {
		out.Metadata = map[string]string{}
	}
	if h.contentType == "" {
		out.ContentType = aws.String("binary/octet-stream")
	}
	if o.class != s3types.StorageClassStandard {
		out.StorageClass = o.class
	}
	if len(o.tags) > 0 {
		out.TagCount = aws.Int32(int32(len(o.tags)))
	}
	out.ServerSideEncryption, out.SSEKMSKeyId = o.encryption()
	if in.ChecksumMode == s3types.ChecksumModeEnabled {
		showChecksums(out, h.checksums)
	}
	for to, from := range map[**string]*string{
		&out.ContentType: in.ResponseContentType, &out.CacheControl: in.ResponseCacheControl, &out.ContentDisposition: in.ResponseContentDisposition,
		&out.ContentEncoding: in.ResponseContentEncoding, &out.ContentLanguage: in.ResponseContentLanguage,
	} {
		if from != nil {
			*to = from
		}
	}
	return out
}
