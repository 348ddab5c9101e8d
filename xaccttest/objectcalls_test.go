package xaccttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
)

// objects is what S3 offers beyond the interfaces of the library.
type objects interface {
	GetObject(ctx context.Context, in *s3.GetObjectInput, optFns ...func(*s3.Options)) (*s3.GetObjectOutput, error)
	PutObject(ctx context.Context, in *s3.PutObjectInput, optFns ...func(*s3.Options)) (*s3.PutObjectOutput, error)
	HeadObject(ctx context.Context, in *s3.HeadObjectInput, optFns ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	DeleteObject(ctx context.Context, in *s3.DeleteObjectInput, optFns ...func(*s3.Options)) (*s3.DeleteObjectOutput, error)
	ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, optFns ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	CreateMultipartUpload(ctx context.Context, in *s3.CreateMultipartUploadInput, optFns ...func(*s3.Options)) (*s3.CreateMultipartUploadOutput, error)
	UploadPart(ctx context.Context, in *s3.UploadPartInput, optFns ...func(*s3.Options)) (*s3.UploadPartOutput, error)
	CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput, optFns ...func(*s3.Options)) (*s3.CompleteMultipartUploadOutput, error)
	AbortMultipartUpload(ctx context.Context, in *s3.AbortMultipartUploadInput, optFns ...func(*s3.Options)) (*s3.AbortMultipartUploadOutput, error)
	ListParts(ctx context.Context, in *s3.ListPartsInput, optFns ...func(*s3.Options)) (*s3.ListPartsOutput, error)
	CreateBucket(ctx context.Context, in *s3.CreateBucketInput, optFns ...func(*s3.Options)) (*s3.CreateBucketOutput, error)
	DeleteBucket(ctx context.Context, in *s3.DeleteBucketInput, optFns ...func(*s3.Options)) (*s3.DeleteBucketOutput, error)
	ListBuckets(ctx context.Context, in *s3.ListBucketsInput, optFns ...func(*s3.Options)) (*s3.ListBucketsOutput, error)
	GetBucketLocation(ctx context.Context, in *s3.GetBucketLocationInput, optFns ...func(*s3.Options)) (*s3.GetBucketLocationOutput, error)
	GetBucketTagging(ctx context.Context, in *s3.GetBucketTaggingInput, optFns ...func(*s3.Options)) (*s3.GetBucketTaggingOutput, error)
	GetBucketLogging(ctx context.Context, in *s3.GetBucketLoggingInput, optFns ...func(*s3.Options)) (*s3.GetBucketLoggingOutput, error)
}

func (w *world) objects() objects { return w.c[src].S3(srcRegion).(objects) }

// codeOf is the code of an error of a service; "" is no error.
func codeOf(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	}
	return err.Error()
}

// What an upload says of an object is what reads answer, also of the copy that a run makes.
func TestObjectHead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		api := w.objects()
		put, err := api.PutObject(w.ctx, &s3.PutObjectInput{
			Bucket: aws.String("media-raw"), Key: aws.String("2026/a"), Body: strings.NewReader("abc"), ContentType: aws.String("video/mp4"),
			Metadata: map[string]string{"Camera": "B"}, Tagging: aws.String("team=media&x=y%20z"), CacheControl: aws.String("no-store"),
			ContentDisposition: aws.String("inline"), ContentLanguage: aws.String("de"), Expires: aws.Time(time.Unix(2e9, 0)),
		})
		w.must(err)
		if *put.ETag != `"900150983cd24fb0d6963f7d28e17f72"` || put.ServerSideEncryption != "AES256" {
			t.Errorf("ETag %s, encryption %s", *put.ETag, put.ServerSideEncryption)
		}
		source, destination := w.ready("2026", "/in/")
		task := w.task(source, destination, nil)
		time.Sleep(5 * time.Second)
		w.start(task)
		time.Sleep(10 * time.Minute)
		for bucket, key := range map[string]string{"media-raw": "2026/a", "media-archive": "in/a"} {
			o := w.cloud.Object(bucket, key)
			if o.ContentType != "video/mp4" || o.ETag != *put.ETag || cmp.Diff(o.Metadata, map[string]string{"camera": "B"})+cmp.Diff(o.Tags, map[string]string{"team": "media", "x": "y z"}) != "" {
				t.Errorf("%s: %+v", bucket, o)
			}
		}
		head, err := api.HeadObject(w.ctx, &s3.HeadObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("2026/a")})
		w.must(err)
		if *head.ContentType != "video/mp4" || *head.TagCount != 2 || *head.CacheControl != "no-store" || *head.ExpiresString != "Wed, 18 May 2033 03:33:20 GMT" || *head.ContentLength != 3 {
			t.Errorf("%+v", head)
		}
	})
}

// Reads of a part, and on conditions.
func TestGetObject(t *testing.T) {
	w := newWorld(t)
	api := w.objects()
	w.cloud.PutObject("media-raw", "k", []byte("0123456789"))
	etag := w.cloud.Object("media-raw", "k").ETag
	for _, tt := range []struct {
		name          string
		in            s3.GetObjectInput
		body, of, err string
	}{
		{"whole", s3.GetObjectInput{}, "0123456789", "", ""},
		{"range", s3.GetObjectInput{Range: aws.String("bytes=2-4")}, "234", "bytes 2-4/10", ""},
		{"to the end", s3.GetObjectInput{Range: aws.String("bytes=7-")}, "789", "bytes 7-9/10", ""},
		{"the last", s3.GetObjectInput{Range: aws.String("bytes=-2")}, "89", "bytes 8-9/10", ""},
		{"beyond the end", s3.GetObjectInput{Range: aws.String("bytes=8-100")}, "89", "bytes 8-9/10", ""},
		{"more than all", s3.GetObjectInput{Range: aws.String("bytes=-100")}, "0123456789", "bytes 0-9/10", ""},
		{"after the end", s3.GetObjectInput{Range: aws.String("bytes=10-")}, "", "", "InvalidRange"},
		{"none of the last", s3.GetObjectInput{Range: aws.String("bytes=-0")}, "", "", "InvalidRange"},
		{"two ranges", s3.GetObjectInput{Range: aws.String("bytes=0-1,3-4")}, "0123456789", "", ""},
		{"backwards", s3.GetObjectInput{Range: aws.String("bytes=4-2")}, "0123456789", "", ""},
		{"another unit", s3.GetObjectInput{Range: aws.String("lines=1-2")}, "0123456789", "", ""},
		{"far after the end", s3.GetObjectInput{Range: aws.String("bytes=99999999999999999999-")}, "", "", "InvalidRange"},
		{"to far after the end", s3.GetObjectInput{Range: aws.String("bytes=8-99999999999999999999")}, "89", "bytes 8-9/10", ""},
		{"far more than all", s3.GetObjectInput{Range: aws.String("bytes=-99999999999999999999")}, "0123456789", "bytes 0-9/10", ""},
		{"signs", s3.GetObjectInput{Range: aws.String("bytes=+2-+4")}, "0123456789", "", ""},
		{"a negative number of the last", s3.GetObjectInput{Range: aws.String("bytes=--2")}, "0123456789", "", ""},
		{"if it matches", s3.GetObjectInput{IfMatch: &etag}, "0123456789", "", ""},
		{"if it does not match", s3.GetObjectInput{IfMatch: aws.String(`"x"`)}, "", "", "PreconditionFailed"},
		{"if it changed", s3.GetObjectInput{IfNoneMatch: &etag}, "", "", "NotModified"},
		{"if it is younger", s3.GetObjectInput{IfModifiedSince: aws.Time(time.Now().Add(time.Hour))}, "", "", "NotModified"},
		{"if it is older", s3.GetObjectInput{IfUnmodifiedSince: aws.Time(time.Unix(0, 0))}, "", "", "PreconditionFailed"},
		{"a key of the customer", s3.GetObjectInput{SSECustomerAlgorithm: aws.String("AES256")}, "", "", "NotImplemented"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Bucket, tt.in.Key = aws.String("media-raw"), aws.String("k")
			out, err := api.GetObject(w.ctx, &tt.in)
			if codeOf(err) != tt.err {
				t.Fatalf("%v, want %q", err, tt.err)
			}
			if err != nil {
				return
			}
			body, _ := io.ReadAll(out.Body)
			if string(body) != tt.body || aws.ToString(out.ContentRange) != tt.of || *out.ContentLength != int64(len(tt.body)) {
				t.Errorf("%q %q of %d bytes", body, aws.ToString(out.ContentRange), *out.ContentLength)
			}
		})
	}
}

// The head of an archived object can be read, its body only once it is restored.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func TestArchivedObject(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts xaccttest.ObjectOptions
		err  string // of reading the body
	}{
		{"STANDARD_IA", xaccttest.ObjectOptions{StorageClass: s3types.StorageClassStandardIa}, ""},
		{"GLACIER", xaccttest.ObjectOptions{StorageClass: s3types.StorageClassGlacier}, "InvalidObjectState"},
		{"GLACIER, restored", xaccttest.ObjectOptions{StorageClass: s3types.StorageClassGlacier, Restored: true}, ""},
		{"DEEP_ARCHIVE", xaccttest.ObjectOptions{StorageClass: s3types.StorageClassDeepArchive}, "InvalidObjectState"},
		{"an archive tier", xaccttest.ObjectOptions{StorageClass: s3types.StorageClassIntelligentTiering, ArchiveStatus: s3types.ArchiveStatusArchiveAccess}, "InvalidObjectState"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.cloud.AddObject("media-raw", "k", []byte("abc"), func(o *xaccttest.ObjectOptions) { *o = tt.opts })
			head, err := w.objects().HeadObject(w.ctx, &s3.HeadObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("k")})
			w.must(err)
			if *head.ContentLength != 3 || head.StorageClass != tt.opts.StorageClass || head.ArchiveStatus != tt.opts.ArchiveStatus {
				t.Errorf("%d bytes, %s %s", *head.ContentLength, head.StorageClass, head.ArchiveStatus)
			}
			if _, err := w.objects().GetObject(w.ctx, &s3.GetObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("k")}); codeOf(err) != tt.err {
				t.Errorf("%v, want %q", err, tt.err)
			}
		})
	}
}

// A listing by folders, from a key on, in pages.
func TestListObjects(t *testing.T) {
	w := newWorld(t)
	for _, k := range []string{"a b", "d/1", "d/2", "e/f/1", "e/g", "z+"} {
		w.cloud.PutObject("media-raw", k, []byte(k))
	}
	for _, tt := range []struct {
		name string
		in   s3.ListObjectsV2Input
		want string
	}{
		{"all", s3.ListObjectsV2Input{}, "a b,d/1,d/2|e/f/1,e/g,z+"},
		{"folders", s3.ListObjectsV2Input{Delimiter: aws.String("/")}, "a b,d//,e//|z+"},
		{"below a folder", s3.ListObjectsV2Input{Prefix: aws.String("e/"), Delimiter: aws.String("/")}, "e/g,e/f//"},
		{"from a key on", s3.ListObjectsV2Input{StartAfter: aws.String("d/1")}, "d/2,e/f/1,e/g|z+"},
		{"fewer", s3.ListObjectsV2Input{MaxKeys: aws.Int32(2)}, "a b,d/1|d/2,e/f/1|e/g,z+"},
		{"none", s3.ListObjectsV2Input{MaxKeys: aws.Int32(0)}, ""},
		{"encoded", s3.ListObjectsV2Input{EncodingType: "url", Delimiter: aws.String("+")}, "a+b,d/1,d/2|e/f/1,e/g,z%2B/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var pages []string
			tt.in.Bucket = aws.String("media-raw")
			for {
				out, err := w.objects().ListObjectsV2(w.ctx, &tt.in)
				w.must(err)
				var names []string
				for _, o := range out.Contents {
					names = append(names, *o.Key)
					if o.ETag == nil || o.StorageClass != "STANDARD" {
						t.Errorf("%+v", o)
					}
				}
				for _, p := range out.CommonPrefixes {
					names = append(names, *p.Prefix+"/")
				}
				pages = append(pages, strings.Join(names, ","))
				if int(*out.KeyCount) != len(names) {
					t.Errorf("%d keys, told %d", len(names), *out.KeyCount)
				}
				if !*out.IsTruncated {
					break
				}
				tt.in.ContinuationToken = out.NextContinuationToken
			}
			if got := strings.Join(pages, "|"); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	for name, in := range map[string]s3.ListObjectsV2Input{
		"a token that is none":        {ContinuationToken: aws.String("d/1")},
		"fewer than none":             {MaxKeys: aws.Int32(-1)},
		"an encoding that S3 has not": {EncodingType: "base64"},
	} {
		in.Bucket = aws.String("media-raw")
		if _, err := w.objects().ListObjectsV2(w.ctx, &in); codeOf(err) != "InvalidArgument" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Uploads are decided with what their headers say.
func TestUploadConditions(t *testing.T) {
	w := newWorld(t)
	w.cloud.SetBucketPolicy("media-raw", policy.New(policy.Deny("s3:PutObject").By(policy.AWS("*")).On("arn:aws:s3:::media-raw/*").
		When(policy.StringNotEquals("s3:x-amz-server-side-encryption", "AES256"))).Bytes())
	for encryption, want := range map[s3types.ServerSideEncryption]string{"": "AccessDenied", "AES256": "", "aws:kms": "AccessDenied"} {
		_, err := w.objects().PutObject(w.ctx, &s3.PutObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("k"), ServerSideEncryption: encryption})
		if codeOf(err) != want {
			t.Errorf("%q: %v, want %q", encryption, err, want)
		}
	}
}

// A bucket without ACLs takes one ACL only.
func TestUploadACL(t *testing.T) {
	w := newWorld(t)
	for acl, want := range map[s3types.ObjectCannedACL]string{"": "", "bucket-owner-full-control": "", "public-read": "AccessControlListNotSupported"} {
		_, err := w.objects().PutObject(w.ctx, &s3.PutObjectInput{Bucket: aws.String("media-raw"), Key: aws.String("k"), ACL: acl})
		if codeOf(err) != want {
			t.Errorf("%q: %v, want %q", acl, err, want)
		}
	}
}

// An upload in parts ends as one object; what does not fit is refused.
func TestMultipart(t *testing.T) {
	w := newWorld(t)
	api := w.objects()
	bucket, key := aws.String("media-raw"), aws.String("big")
	begin := func() *string {
		out, err := api.CreateMultipartUpload(w.ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key, ContentType: aws.String("a/b")})
		w.must(err)
		return out.UploadId
	}
	part := func(id *string, n int32, body []byte) s3types.CompletedPart {
		out, err := api.UploadPart(w.ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: id, PartNumber: &n, Body: bytes.NewReader(body)})
		w.must(err)
		return s3types.CompletedPart{PartNumber: &n, ETag: out.ETag}
	}
	complete := func(id *string, parts ...s3types.CompletedPart) error {
		_, err := api.CompleteMultipartUpload(w.ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: id, MultipartUpload: &s3types.CompletedMultipartUpload{Parts: parts}})
		return err
	}
	id := begin()
	small, large, last := part(id, 1, []byte("small")), part(id, 2, bytes.Repeat([]byte("x"), 5<<20)), part(id, 3, []byte("end"))
	listed, err := api.ListParts(w.ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: id, MaxParts: aws.Int32(2)})
	w.must(err)
	if len(listed.Parts) != 2 || !*listed.IsTruncated || *listed.NextPartNumberMarker != "2" {
		t.Errorf("%+v", listed)
	}
	for most, want := range map[int32]string{0: "", -1: "InvalidArgument"} {
		none, err := api.ListParts(w.ctx, &s3.ListPartsInput{Bucket: bucket, Key: key, UploadId: id, MaxParts: aws.Int32(most)})
		if codeOf(err) != want || err == nil && (len(none.Parts) != 0 || *none.IsTruncated) {
			t.Errorf("%d parts at most: %v, %v, want %q", most, none, err, want)
		}
	}
	for want, parts := range map[string][]s3types.CompletedPart{
		"EntityTooSmall": {small, large}, "InvalidPartOrder": {large, large}, "MalformedXML": nil,
		"InvalidPart": {{PartNumber: aws.Int32(9), ETag: large.ETag}},
	} {
		if err := complete(id, parts...); codeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	w.must(complete(id, large, last))
	if o, n := w.cloud.Object("media-raw", "big"), len(w.cloud.Objects("media-raw")["big"]); n != 5<<20+3 || !strings.HasSuffix(o.ETag, `-2"`) || o.ContentType != "a/b" {
		t.Errorf("%d bytes, %+v", n, o)
	}
	if err := complete(id, large); codeOf(err) != "NoSuchUpload" {
		t.Errorf("completed twice: %v", err)
	}
	id = begin()
	_, err = api.AbortMultipartUpload(w.ctx, &s3.AbortMultipartUploadInput{Bucket: bucket, Key: key, UploadId: id})
	w.must(err)
	if err := complete(id, large); codeOf(err) != "NoSuchUpload" {
		t.Errorf("completed after it was aborted: %v", err)
	}
}

// Buckets are made and deleted as S3 does, and what is not set answers so.
func TestBuckets(t *testing.T) {
	w := newWorld(t)
	api := w.objects()
	create := func(name, constraint string) string {
		_, err := api.CreateBucket(w.ctx, &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(constraint)}})
		return codeOf(err)
	}
	for _, tt := range [][3]string{
		{"new-one", "eu-west-1", ""}, {"new-one", "eu-west-1", "BucketAlreadyOwnedByYou"}, {"media-archive", "eu-west-1", "BucketAlreadyExists"},
		{"another", "", "IllegalLocationConstraintException"}, {"another", "us-east-2", "IllegalLocationConstraintException"}, {"No", "eu-west-1", "InvalidBucketName"},
	} {
		if got := create(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%v: %q", tt, got)
		}
	}
	list, err := api.ListBuckets(w.ctx, &s3.ListBucketsInput{})
	w.must(err)
	if fmt.Sprintf("%d %s %s", len(list.Buckets), *list.Buckets[0].Name, *list.Buckets[1].Name) != "2 media-raw new-one" {
		t.Errorf("%+v", list.Buckets)
	}
	where, err := api.GetBucketLocation(w.ctx, &s3.GetBucketLocationInput{Bucket: aws.String("new-one")})
	w.must(err)
	if where.LocationConstraint != "eu-west-1" {
		t.Errorf("%+v", where)
	}
	_, err = api.GetBucketTagging(w.ctx, &s3.GetBucketTaggingInput{Bucket: aws.String("new-one")})
	if codeOf(err) != "NoSuchTagSet" {
		t.Error(err)
	}
	_, err = api.GetBucketLogging(w.ctx, &s3.GetBucketLoggingInput{Bucket: aws.String("new-one")})
	w.must(err)
	w.cloud.PutObject("new-one", "k", nil)
	if _, err := api.DeleteBucket(w.ctx, &s3.DeleteBucketInput{Bucket: aws.String("new-one")}); codeOf(err) != "BucketNotEmpty" {
		t.Error(err)
	}
	_, err = api.DeleteObject(w.ctx, &s3.DeleteObjectInput{Bucket: aws.String("new-one"), Key: aws.String("k")})
	w.must(err)
	_, err = api.DeleteBucket(w.ctx, &s3.DeleteBucketInput{Bucket: aws.String("new-one")})
	w.must(err)
}
