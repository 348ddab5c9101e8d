package xaccttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// put makes o the current version of the key. A bucket with versioning keeps the older versions.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
func (b *bucketState) put(key string, o *object) {
	b.objects[key] = o
	b.keep(key, o)
}

// remove deletes an object, if it exists. A bucket with versioning keeps it and adds a delete marker.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
func (b *bucketState) remove(key string, at time.Time) {
	if b.objects[key] == nil {
		return
	}
	delete(b.objects, key)
	b.keep(key, &object{deleted: true, modified: at})
}

// keep adds a version of the key, if the bucket has versioning.
func (b *bucketState) keep(key string, o *object) {
	if !b.versioning {
		return
	}
	if b.versions == nil {
		b.versions = map[string][]*object{}
	}
	o.version = "v" + digest(24, b.name, key, fmt.Sprint(len(b.versions[key])))
	b.versions[key] = append(b.versions[key], o)
}

// version finds a version of a key, which may be a delete marker; nil if there is none.
func (b *bucketState) version(key, id string) *object {
	for _, o := range b.versions[key] {
		if o.version == id {
			return o
		}
	}
	return nil
}

// Versions are the bodies of all versions of a key, oldest first, without delete markers. It is nil if the bucket has no versioning or the key
// never had an object.
func (c *Cloud) Versions(bucket, key string) [][]byte {
	var out [][]byte
	for _, v := range c.History(bucket, key) {
		if !v.DeleteMarker {
			out = append(out, v.Body)
		}
	}
	return out
}

// Version is one version of a key in a bucket with versioning.
type Version struct {
	ID           string
	Modified     time.Time
	DeleteMarker bool   // the version is a delete marker and has no object
	Body         []byte // nil for a delete marker
}

// History are all versions of a key and its delete markers, oldest first. It is nil if the bucket has no versioning or the key never had an
// object.
func (c *Cloud) History(bucket, key string) []Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	var out []Version
	for _, o := range b.versions[key] {
		out = append(out, Version{ID: o.version, Modified: o.modified, DeleteMarker: o.deleted, Body: bytes.Clone(o.body)})
	}
	return out
}

// GetObject reads an object as the caller. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (c *s3Client) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	return do(ctx, c.client, "GetObject", in, func(rq *request, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
		action := "s3:GetObject"
		if in.VersionId != nil {
			action = "s3:GetObjectVersion"
		}
		b, err := rq.object(action, in.Bucket, in.Key, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		o := b.objects[*in.Key]
		if in.VersionId != nil {
			o = b.version(*in.Key, *in.VersionId)
		}
		switch {
		case o == nil:
			return nil, &fault{status: 404, code: "NoSuchKey", message: "The specified key does not exist."}
		case o.deleted:
			return nil, &fault{status: 405, code: "MethodNotAllowed", message: "The specified method is not allowed against this resource."}
		case !b.readable(o, rq.account):
			return nil, &fault{status: 403, code: "AccessDenied", message: "Access Denied"}
		case o.archived():
			return nil, &fault{status: 403, code: "InvalidObjectState", message: "The operation is not valid for the object's storage class"}
		}
		if err := rq.useKey(b, rq.cloud.keys[o.key], "kms:Decrypt"); err != nil {
			return nil, err
		}
		return &s3.GetObjectOutput{Body: io.NopCloser(bytes.NewReader(bytes.Clone(o.body))), ContentLength: aws.Int64(int64(len(o.body))),
			LastModified: aws.Time(o.modified), VersionId: stringOrNil(o.version), StorageClass: o.class}, nil
	})
}

// PutObject writes an object as the caller. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (c *s3Client) PutObject(ctx context.Context, in *s3.PutObjectInput, _ ...func(*s3.Options)) (*s3.PutObjectOutput, error) {
	var body []byte
	if in != nil && in.Body != nil {
		var err error
		if body, err = io.ReadAll(in.Body); err != nil {
			return nil, err
		}
		in = new(*in)
		in.Body = nil // Calls keeps the input, and not what was uploaded
	}
	return do(ctx, c.client, "PutObject", in, func(rq *request, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
		b, err := rq.object("s3:PutObject", in.Bucket, in.Key, in.ExpectedBucketOwner)
		if err != nil {
			return nil, err
		}
		k, ok := rq.cloud.defaultKeyFor(b, rq.account)
		if !ok {
			return nil, &fault{status: 400, code: "KMS.NotFoundException", message: "Invalid keyId " + b.defaultKey}
		}
		if err := rq.useKey(b, k, "kms:GenerateDataKey"); err != nil {
			return nil, err
		}
		o := &object{body: body, owner: rq.account, modified: rq.now, class: in.StorageClass}
		if k != nil {
			o.key = k.arn
		}
		if o.class == "" {
			o.class = s3types.StorageClassStandard
		}
		b.put(*in.Key, o)
		return &s3.PutObjectOutput{VersionId: stringOrNil(o.version)}, nil
	})
}

// object finds the bucket of a call on one object, if the caller may act on that object.
func (rq *request) object(action string, name, key, expectedOwner *string) (*bucketState, error) {
	who, err := rq.caller()
	if err != nil {
		return nil, err
	}
	b, err := rq.bucketAt(name, expectedOwner)
	if err != nil {
		return nil, err
	}
	a := rq.onBucket(action, b, b.policy.read(byAccess))
	a.resource += "/" + *key
	if !rq.cloud.allowed(who, sessionName, rq.now, a) {
		return nil, &fault{status: 403, code: "AccessDenied", message: "Access Denied"}
	}
	return b, nil
}
