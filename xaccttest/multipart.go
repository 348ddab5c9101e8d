package xaccttest

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// multipart is an upload in parts that is neither completed nor aborted.
type multipart struct {
	key    string
	object *object
	parts  map[int32]part
}

type part struct {
	body []byte
	etag string
}

// leastPart is the least size of every part but the last.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const leastPart = 5 << 20

// CreateMultipartUpload begins an upload in parts.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
func (c *s3Client) CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error) {
	return do(ctx, c.client, "CreateMultipartUpload", in, func(rq *request, in *s3.CreateMultipartUploadInput) (*s3.CreateMultipartUploadOutput, error) {
		b, up, err := rq.writable(&s3.PutObjectInput{
			Bucket: in.Bucket, Key: in.Key, ExpectedBucketOwner: in.ExpectedBucketOwner, ACL: in.ACL,
			GrantFullControl: in.GrantFullControl, GrantRead: in.GrantRead, GrantReadACP: in.GrantReadACP, GrantWriteACP: in.GrantWriteACP,
			StorageClass: in.StorageClass, Tagging: in.Tagging,
			Metadata: in.Metadata, ContentType: in.ContentType, CacheControl: in.CacheControl, ContentDisposition: in.ContentDisposition,
			ContentEncoding: in.ContentEncoding, ContentLanguage: in.ContentLanguage, WebsiteRedirectLocation: in.WebsiteRedirectLocation, Expires: in.Expires,
			ServerSideEncryption: in.ServerSideEncryption, SSEKMSKeyId: in.SSEKMSKeyId, SSECustomerAlgorithm: in.SSECustomerAlgorithm,
		})
		if err != nil {
			return nil, err
		}
		id := ids.Digest(40, "upload", b.name, *in.Key, rq.cloud.serial.Next("upload", b.name, *in.Key))
		if b.uploads == nil {
			b.uploads = map[string]*multipart{}
		}
		b.uploads[id] = &multipart{key: *in.Key, object: up.object, parts: map[int32]part{}}
		out := &s3.CreateMultipartUploadOutput{Bucket: in.Bucket, Key: in.Key, UploadId: &id, ChecksumAlgorithm: in.ChecksumAlgorithm, ChecksumType: in.ChecksumType}
		out.ServerSideEncryption, out.SSEKMSKeyId = up.object.encryption()
		return out, nil
	})
}

// UploadPart stores a part; a part of the same number is replaced.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
func (c *s3Client) UploadPart(ctx context.Context, in *s3.UploadPartInput, _ ...func(*s3.Options)) (*s3.UploadPartOutput, error) {
	var body []byte
	if in != nil && in.Body != nil {
		var err error
		if body, err = io.ReadAll(in.Body); err != nil {
			return nil, err
		}
		in = new(*in)
		in.Body = nil
	}
	return do(ctx, c.client, "UploadPart", in, func(rq *request, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
		_, u, err := rq.upload("s3:PutObject", in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		if *in.PartNumber < 1 || *in.PartNumber > 10000 {
			return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "Part number must be an integer between 1 and 10000, inclusive"}
		}
		p := part{body: body, etag: etagOf(&object{body: body})}
		u.parts[*in.PartNumber] = p
		out := &s3.UploadPartOutput{ETag: aws.String(p.etag)}
		out.ServerSideEncryption, out.SSEKMSKeyId = u.object.encryption()
		showChecksums(out, checksumsOf(in))
		return out, nil
	})
}

// CompleteMultipartUpload makes the object of the parts that the request lists.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func (c *s3Client) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, _ ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error) {
	return do(ctx, c.client, "CompleteMultipartUpload", in, func(rq *request, in *s3.CompleteMultipartUploadInput) (*s3.CompleteMultipartUploadOutput, error) {
		b, u, err := rq.upload("s3:PutObject", in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 {
			return nil, &fault.Error{Status: 400, Code: "MalformedXML", Message: "The XML you provided was not well-formed or did not validate against our published schema"}
		}
		if in.IfNoneMatch != nil && b.objects[u.key] != nil {
			return nil, preconditionFailed()
		}
		o := new(*u.object)
		if o.body, o.etag, err = u.join(in.MultipartUpload.Parts); err != nil {
			return nil, err
		}
		o.modified = rq.now
		b.put(u.key, o)
		delete(b.uploads, *in.UploadId)
		out := &s3.CompleteMultipartUploadOutput{Bucket: in.Bucket, Key: in.Key, ETag: aws.String(o.etag), VersionId: stringOrNil(o.version),
			Location: aws.String("https://" + b.name + ".s3." + b.region + ".amazonaws.com/" + u.key)}
		out.ServerSideEncryption, out.SSEKMSKeyId = o.encryption()
		return out, nil
	})
}

// join puts the listed parts together. The ETag is the MD5 of the MD5s of the parts, with their number.
func (u *multipart) join(list []s3types.CompletedPart) (body []byte, etag string, err error) {
	sums := md5.New()
	last := int32(0)
	for i, l := range list {
		p, ok := u.parts[aws.ToInt32(l.PartNumber)]
		switch {
		case !ok, !sameETag(aws.ToString(l.ETag), p.etag):
			return nil, "", &fault.Error{Status: 400, Code: "InvalidPart", Message: "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."}
		case *l.PartNumber <= last:
			return nil, "", &fault.Error{Status: 400, Code: "InvalidPartOrder", Message: "The list of parts was not in ascending order. Parts must be ordered by part number."}
		case len(p.body) < leastPart && i < len(list)-1:
			return nil, "", &fault.Error{Status: 400, Code: "EntityTooSmall", Message: "Your proposed upload is smaller than the minimum allowed size"}
		}
		last = *l.PartNumber
		sum, _ := hex.DecodeString(strings.Trim(p.etag, `"`))
		sums.Write(sum)
		body = append(body, p.body...)
	}
	return body, fmt.Sprintf(`"%x-%d"`, sums.Sum(nil), len(list)), nil
}

// AbortMultipartUpload drops the parts.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
func (c *s3Client) AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, _ ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error) {
	return do(ctx, c.client, "AbortMultipartUpload", in, func(rq *request, in *s3.AbortMultipartUploadInput) (*s3.AbortMultipartUploadOutput, error) {
		b, _, err := rq.upload("s3:AbortMultipartUpload", in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		delete(b.uploads, *in.UploadId)
		return &s3.AbortMultipartUploadOutput{}, nil
	})
}

// ListParts lists the parts of an upload. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
func (c *s3Client) ListParts(ctx context.Context, in *s3.ListPartsInput, _ ...func(*s3.Options)) (*s3.ListPartsOutput, error) {
	return do(ctx, c.client, "ListParts", in, func(rq *request, in *s3.ListPartsInput) (*s3.ListPartsOutput, error) {
		_, u, err := rq.upload("s3:ListMultipartUploadParts", in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		most := min(rq.cloud.opts.PageSize, 1000)
		if in.MaxParts != nil {
			if *in.MaxParts < 0 {
				return nil, badCount("max-parts", 0, math.MaxInt32)
			}
			most = min(most, int(*in.MaxParts))
		}
		after, err := strconv.Atoi(cmp.Or(aws.ToString(in.PartNumberMarker), "0"))
		if err != nil {
			return nil, &fault.Error{Status: 400, Code: "InvalidArgument", Message: "Provided part-number-marker not an integer or within integer range"}
		}
		out := &s3.ListPartsOutput{Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId, PartNumberMarker: in.PartNumberMarker, MaxParts: aws.Int32(int32(most)),
			IsTruncated: aws.Bool(false), StorageClass: u.object.class}
		for _, n := range slices.Sorted(maps.Keys(u.parts)) {
			if int(n) <= after {
				continue
			}
			if most == 0 {
				break
			}
			if len(out.Parts) == most {
				out.IsTruncated, out.NextPartNumberMarker = aws.Bool(true), aws.String(fmt.Sprint(*out.Parts[most-1].PartNumber))
				break
			}
			p := u.parts[n]
			out.Parts = append(out.Parts, s3types.Part{PartNumber: aws.Int32(n), ETag: aws.String(p.etag), Size: aws.Int64(int64(len(p.body))), LastModified: aws.Time(u.object.modified)})
		}
		return out, nil
	})
}

// upload finds an upload in parts, if the caller may act on it.
func (rq *request) upload(action string, name, key, id, expectedOwner *string) (*bucketState, *multipart, error) {
	b, err := rq.object(action, name, key, expectedOwner, nil)
	if err != nil {
		return nil, nil, err
	}
	u := b.uploads[*id]
	if u == nil || u.key != *key {
		return nil, nil, &fault.Error{Status: 404, Code: "NoSuchUpload", Message: "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."}
	}
	return b, u, nil
}

// badCount is the error for a greatest number of entries that S3 does not take.
func badCount(name string, least, most int) error {
	return &fault.Error{Status: 400, Code: "InvalidArgument", Message: fmt.Sprintf("Argument %s must be an integer between %d and %d", name, least, most)}
}
