package xaccttest

import (
	"bytes"
	"fmt"
	"time"

	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
	"github.com/xacct/xacct/xaccttest/internal/ids"
)

// put makes o the current version of the key. A bucket with versioning keeps the older versions.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
func (b *bucketState) put(key string, o *object) {
	if o.etag == "" {
		o.etag = etagOf(o)
	}
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
	o.version = "v" + ids.Digest(24, b.name, key, fmt.Sprint(len(b.versions[key])))
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

// object finds the bucket of a call on one object, if the caller may act on that object.
// conditions are condition keys besides those that every request carries.
func (rq *request) object(action string, name, key, expectedOwner *string, conditions map[string][]string) (*bucketState, error) {
	who, err := rq.caller()
	if err != nil {
		return nil, err
	}
	b, err := rq.bucketAt(name, expectedOwner)
	if err != nil {
		return nil, err
	}
	a := rq.onBucket(action, b, b.policy.Read(eventual.ByAccess))
	a.resource += "/" + *key
	a.context = conditions
	if !rq.cloud.allowed(who, rq.sessionName(), rq.now, a) {
		return nil, &fault.Error{Status: 403, Code: "AccessDenied", Message: "Access Denied"}
	}
	return b, nil
}
