package xaccttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// GetObject reads an object as the caller, or a range of its bytes.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (c *s3Client) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return do(ctx, c.client, "GetObject", in, func(rq *request, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
		o, err := rq.readObject(in, true)
		if err != nil {
			return nil, err
		}
		from, to, part, err := byteRange(aws.ToString(in.Range), len(o.body))
		if err != nil {
			return nil, err
		}
		if part {
			in.ChecksumMode = "" // those of the whole object are not those of a part
		}
		out := o.show(in)
		if part {
			out.ContentRange = aws.String(fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(o.body)))
			out.ContentLength = aws.Int64(int64(to - from))
		}
		out.Body = io.NopCloser(bytes.NewReader(bytes.Clone(o.body[from:to])))
		return out, nil
	})
}

// HeadObject is GetObject without the body, which an archived object answers too. An error has only its HTTP status.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (c *s3Client) HeadObject(ctx context.Context, in *s3.HeadObjectInput, _ ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	return do(ctx, c.client, "HeadObject", in, func(rq *request, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
		get := &s3.GetObjectInput{Bucket: in.Bucket, Key: in.Key, ExpectedBucketOwner: in.ExpectedBucketOwner, VersionId: in.VersionId, IfMatch: in.IfMatch,
			IfNoneMatch: in.IfNoneMatch, IfModifiedSince: in.IfModifiedSince, IfUnmodifiedSince: in.IfUnmodifiedSince, PartNumber: in.PartNumber,
			ChecksumMode: in.ChecksumMode, SSECustomerAlgorithm: in.SSECustomerAlgorithm}
		o, err := rq.readObject(get, false)
		if err != nil {
			return nil, bodiless(err)
		}
		g := o.show(get)
		out := &s3.HeadObjectOutput{AcceptRanges: g.AcceptRanges, ContentLength: g.ContentLength, LastModified: g.LastModified, ETag: g.ETag, VersionId: g.VersionId,
			ContentType: g.ContentType, CacheControl: g.CacheControl, ContentDisposition: g.ContentDisposition, ContentEncoding: g.ContentEncoding,
			ContentLanguage: g.ContentLanguage, WebsiteRedirectLocation: g.WebsiteRedirectLocation, ExpiresString: g.ExpiresString, Metadata: g.Metadata,
			StorageClass: g.StorageClass, ArchiveStatus: o.tier, ServerSideEncryption: g.ServerSideEncryption, SSEKMSKeyId: g.SSEKMSKeyId, TagCount: g.TagCount}
		showChecksums(out, checksumsOf(g))
		return out, nil
	})
}

// readObject finds the object that a read of its body or its head is about, if the caller may read it and the conditions of the request hold.
func (rq *request) readObject(in *s3.GetObjectInput, body bool) (*object, error) {
	action := "s3:GetObject"
	if in.VersionId != nil {
		action = "s3:GetObjectVersion"
	}
	b, err := rq.object(action, in.Bucket, in.Key, in.ExpectedBucketOwner, nil)
	if err != nil {
		return nil, err
	}
	o := b.objects[*in.Key]
	if in.VersionId != nil {
		o = b.version(*in.Key, *in.VersionId)
	}
	switch {
	case o == nil:
		return nil, rq.noSuchKey(b)
	case o.deleted:
		return nil, &fault.Error{Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."}
	case !b.readable(o, rq.account):
		return nil, &fault.Error{Status: 403, Code: "AccessDenied", Message: "Access Denied"}
	case body && o.archived():
		return nil, &fault.Error{Status: 403, Code: "InvalidObjectState", Message: "The operation is not valid for the object's storage class"}
	case in.SSECustomerAlgorithm != nil, in.PartNumber != nil:
		return nil, &fault.Error{Status: 501, Code: "NotImplemented", Message: "Keys of the customer and numbers of parts are not played by this in-memory AWS"}
	}
	if err := rq.useKey(b, rq.cloud.keys[o.key], "kms:Decrypt"); err != nil {
		return nil, err
	}
	return o, o.unmet(in)
}

// noSuchKey is the error for an object that does not exist. Only a caller who may list the bucket learns that.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
func (rq *request) noSuchKey(b *bucketState) error {
	if !rq.cloud.allowed(rq.who, rq.sessionName(), rq.now, rq.onBucket("s3:ListBucket", b, b.policy.Read(eventual.ByAccess))) {
		return &fault.Error{Status: 403, Code: "AccessDenied", Message: "Access Denied"}
	}
	return &fault.Error{Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist."}
}

// unmet is the error of a read whose conditions do not hold.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
func (o *object) unmet(in *s3.GetObjectInput) error {
	modified := o.modified.Truncate(1e9) // headers have whole seconds
	switch {
	case in.IfMatch != nil && !sameETag(*in.IfMatch, o.etag), in.IfMatch == nil && in.IfUnmodifiedSince != nil && modified.After(*in.IfUnmodifiedSince):
		return preconditionFailed()
	case in.IfNoneMatch != nil && sameETag(*in.IfNoneMatch, o.etag), in.IfNoneMatch == nil && in.IfModifiedSince != nil && !modified.After(*in.IfModifiedSince):
		return &fault.Error{Status: 304, Code: "NotModified", Message: http.StatusText(http.StatusNotModified), Header: http.Header{"Etag": {o.etag}}}
	}
	return nil
}

func preconditionFailed() error {
	return &fault.Error{Status: 412, Code: "PreconditionFailed", Message: "At least one of the pre-conditions you specified did not hold"}
}

// sameETag reports whether a header names the ETag, with or without quotation marks.
func sameETag(header, etag string) bool {
	return header == "*" || strings.Trim(header, `"`) == strings.Trim(etag, `"`)
}

// byteRange reads a Range header of one range. One that S3 does not understand is the whole object.
// Source: https://www.rfc-editor.org/rfc/rfc9110#name-range
func byteRange(header string, size int) (from, to int, part bool, err error) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(spec, "-")
	if !ok || !dash || strings.Contains(spec, ",") {
		return 0, size, false, nil
	}
	a, okA := position(first)
	z, okZ := position(last)
	switch {
	case first == "" && okZ: // the last z bytes
		from, to = max(0, size-z), size
	case okA && last == "":
		from, to = a, size
	case okA && okZ && a <= z:
		from, to = a, min(z, size-1)+1
	default:
		return 0, size, false, nil
	}
	if from >= size || from >= to {
		return 0, 0, false, &fault.Error{Status: 416, Code: "InvalidRange", Message: "The requested range is not satisfiable"}
	}
	return from, to, true, nil
}

// position reads a position in a range. One beyond all objects is as good as any other there.
func position(digits string) (int, bool) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		n = math.MaxInt
	}
	return n, true
}

// PutObject writes an object as the caller. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (c *s3Client) PutObject(ctx context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	in, body, err := withoutBody(in)
	if err != nil {
		return nil, err
	}
	return do(ctx, c.client, "PutObject", in, func(rq *request, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		b, up, err := rq.writable(in)
		if err != nil {
			return nil, err
		}
		o := up.object
		o.body = body
		b.put(*in.Key, o)
		out := &s3.PutObjectOutput{VersionId: stringOrNil(o.version), ETag: aws.String(o.etag)}
		out.ServerSideEncryption, out.SSEKMSKeyId = o.encryption()
		showChecksums(out, o.head.checksums)
		return out, nil
	})
}

// withoutBody reads the body of an upload. The copy of the input that Calls keeps has none.
func withoutBody(in *s3.PutObjectInput) (*s3.PutObjectInput, []byte, error) {
	if in == nil || in.Body == nil {
		return in, nil, nil
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return nil, nil, err
	}
	in = new(*in)
	in.Body = nil
	return in, body, nil
}

// writable finds the bucket of an upload, and makes the object without its body, if the caller may write it with what its headers say.
func (rq *request) writable(in *s3.PutObjectInput) (*bucketState, upload, error) {
	tags, _ := headerTags(aws.ToString(in.Tagging)) // newUpload says what is wrong
	conditions := uploadConditions(in, tags)
	b, err := rq.object("s3:PutObject", in.Bucket, in.Key, in.ExpectedBucketOwner, conditions)
	if err == nil && len(tags) > 0 {
		_, err = rq.object("s3:PutObjectTagging", in.Bucket, in.Key, in.ExpectedBucketOwner, conditions)
	}
	if err != nil {
		return nil, upload{}, err
	}
	old := b.objects[*in.Key]
	switch {
	case in.IfNoneMatch != nil && old != nil, in.IfMatch != nil && old != nil && !sameETag(*in.IfMatch, old.etag):
		return nil, upload{}, preconditionFailed()
	case in.IfMatch != nil && old == nil:
		return nil, upload{}, &fault.Error{Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist."}
	case b.ownership.Latest() == s3types.ObjectOwnershipBucketOwnerEnforced && grantsACL(in):
		return nil, upload{}, &fault.Error{Status: 400, Code: "AccessControlListNotSupported", Message: "The bucket does not allow ACLs"}
	case len(*in.Key) > 1024:
		return nil, upload{}, &fault.Error{Status: 400, Code: "KeyTooLongError", Message: "Your key is too long"}
	}
	up, err := rq.newUpload(b, in)
	return b, up, err
}

// grantsACL reports whether an upload has another ACL than the one that a bucket without ACLs takes.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func grantsACL(in *s3.PutObjectInput) bool {
	return in.ACL != "" && in.ACL != s3types.ObjectCannedACLBucketOwnerFullControl ||
		in.GrantFullControl != nil || in.GrantRead != nil || in.GrantReadACP != nil || in.GrantWriteACP != nil
}

// DeleteObject deletes the current version. Deleting what is not there succeeds.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (c *s3Client) DeleteObject(ctx context.Context, in *s3.DeleteObjectInput, _ ...func(*s3.Options)) (*s3.DeleteObjectOutput, error) {
	return do(ctx, c.client, "DeleteObject", in, func(rq *request, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
		b, err := rq.object("s3:DeleteObject", in.Bucket, in.Key, in.ExpectedBucketOwner, nil)
		switch {
		case err != nil:
			return nil, err
		case in.VersionId != nil, in.IfMatch != nil:
			return nil, &fault.Error{Status: 501, Code: "NotImplemented", Message: "Deleting a version, or on a condition, is not played by this in-memory AWS"}
		}
		out := &s3.DeleteObjectOutput{}
		b.remove(*in.Key, rq.now)
		if list := b.versions[*in.Key]; len(list) > 0 && list[len(list)-1].deleted {
			out.DeleteMarker, out.VersionId = aws.Bool(true), stringOrNil(list[len(list)-1].version)
		}
		return out, nil
	})
}

// GetObjectTagging reads the tags of the current version.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html
func (c *s3Client) GetObjectTagging(ctx context.Context, in *s3.GetObjectTaggingInput, _ ...func(*s3.Options)) (*s3.GetObjectTaggingOutput, error) {
	return do(ctx, c.client, "GetObjectTagging", in, func(rq *request, in *s3.GetObjectTaggingInput) (*s3.GetObjectTaggingOutput, error) {
		b, err := rq.object("s3:GetObjectTagging", in.Bucket, in.Key, in.ExpectedBucketOwner, nil)
		if err != nil {
			return nil, err
		}
		o := b.objects[*in.Key]
		if o == nil {
			return nil, &fault.Error{Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist."}
		}
		out := &s3.GetObjectTaggingOutput{VersionId: stringOrNil(o.version), TagSet: []s3types.Tag{}}
		for _, k := range sortedKeys(o.tags) {
			out.TagSet = append(out.TagSet, s3types.Tag{Key: aws.String(k), Value: aws.String(o.tags[k])})
		}
		return out, nil
	})
}
