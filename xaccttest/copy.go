package xaccttest

import (
	"maps"
	"strings"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// side is one end of a run at one moment: its bucket, the role, and what the bucket's policy says.
type side struct {
	cloud  *Cloud
	l      *locationState
	bucket *bucketState
	role   *identity
	policy *storedPolicy
	at     time.Time
}

// side looks at one end without counting as a read: a run asks so often that nothing would stay unseen for long.
func (c *Cloud) side(l *locationState, at time.Time) side {
	s := side{cloud: c, l: l, bucket: c.buckets[l.bucket], at: at}
	if account, key, _, ok := splitARN(l.role); ok {
		if e := c.at(account, key); e != nil {
			s.role = e.peek(byAccess)
		}
	}
	if s.bucket != nil {
		s.policy = s.bucket.policy.peek(byAccess)
	}
	return s
}

// may judges a request on the bucket, or on an object in it.
func (s side) may(action, key string) bool {
	resource := s.bucket.arn()
	if key != "" {
		resource += "/" + key
	}
	return s.cloud.dataMay(s.role, s.l, s.bucket, s.policy, s.at, action, resource)
}

// open reports whether DataSync gets at the bucket at all.
func (s side) open() bool {
	return s.role != nil && s.bucket != nil && s.cloud.assumable(s.role, s.l, s.at) && s.may("s3:ListBucket", "")
}

// prepare lists both ends and works out what to copy and what to delete.
func (e *execution) prepare(c *Cloud, at time.Time) error {
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	// The codes are those of https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html; the texts are assumed.
	if e.mode == dstypes.TaskModeBasic && e.source.region != e.destination.region && e.task.region != e.destination.region {
		return &fault{code: "FsS3UnableToConnectToEndpoint", message: "DataSync could not connect to the endpoint of the destination bucket."}
	}
	if !from.open() {
		return &fault{code: "SrcLocHitAccess", message: "DataSync could not access the source location."}
	}
	if !to.open() {
		return &fault{code: "FsS3HeadBucketFailed", message: "DataSync could not perform s3:HeadBucket on the destination bucket."}
	}
	if e.manifest != nil {
		return e.prepareListed(c, from, to, at)
	}
	atSource := map[string]bool{}
	for _, key := range sortedKeys(from.bucket.objects) {
		path, ok := strings.CutPrefix(key, e.source.prefix)
		if !ok || path == "" || helper(path) || !filtered(path, e.includes, e.excludes) {
			continue
		}
		atSource[path] = true
		e.consider(path, from.bucket.objects[key], nil, to)
	}
	if quota := c.opts.Quotas.BasicObjects; quota > 0 && e.mode == dstypes.TaskModeBasic && e.count.listed > int64(quota) {
		return &fault{code: "NoMem", message: "Cannot allocate memory"}
	}
	if e.options.PreserveDeletedFiles == dstypes.PreserveDeletedFilesRemove {
		for _, key := range sortedKeys(to.bucket.objects) {
			path, ok := strings.CutPrefix(key, e.destination.prefix)
			if !ok || path == "" || helper(path) || !filtered(path, e.includes, e.excludes) {
				continue
			}
			e.count.listedForDelete++
			if !atSource[path] {
				e.deletions = append(e.deletions, key)
			}
		}
	}
	return nil
}

// prepareListed takes the objects of the manifest. Nothing is deleted then.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/transferring-with-manifest.html
func (e *execution) prepareListed(c *Cloud, from, to side, at time.Time) error {
	list, err := e.readManifest(c, at)
	if err != nil {
		return err
	}
	for _, l := range list {
		o, named := from.bucket.objects[e.source.prefix+l.path], (*object)(nil)
		if l.version != "" {
			named = from.bucket.version(e.source.prefix+l.path, l.version)
			o = named
		}
		if o == nil {
			e.count.listed++
			e.count.failedPrepare++
			e.note("Transferred", l.path, "FileNotAtSource", "")
			continue
		}
		e.consider(l.path, o, named, to)
	}
	return nil
}

// consider decides what becomes of one object at the source. named is the version that a manifest names, if it names one.
func (e *execution) consider(path string, o, named *object, to side) {
	e.count.listed++
	switch old := to.bucket.objects[e.destination.prefix+path]; {
	case untransferable(path):
		e.count.skipped++
		e.note("Skipped", path, "InvalidObjectKey", "")
	case o.archived():
		e.count.skipped++
		e.note("Skipped", path, "ObjectInArchive", "")
	case old != nil && e.options.OverwriteMode == dstypes.OverwriteModeNever:
		e.count.skipped++
		e.note("Skipped", path, "", "")
	case old == nil || e.options.TransferMode == dstypes.TransferModeAll || e.changed(o, old):
		e.items = append(e.items, &item{key: path, from: named, size: int64(len(o.body))})
		e.count.estimatedBytes += int64(len(o.body))
	}
}

// transfer copies one object.
func (e *execution) transfer(c *Cloud, it *item, at time.Time) {
	if !e.copy(c, it, at) {
		e.count.failedTransfer++
		e.note("Transferred", it.key, "S3AccessDenied", "")
		return
	}
	it.copied = true
	e.note("Transferred", it.key, "", e.destinationVersion(c, it.key))
	e.count.transferred++
	e.count.bytes += it.size
}

func (e *execution) copy(c *Cloud, it *item, at time.Time) bool {
	if c.stepped(e, it.key) != nil {
		return false
	}
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	if from.role == nil || to.role == nil {
		return false
	}
	fromKey, toKey := e.source.prefix+it.key, e.destination.prefix+it.key
	o, read := from.bucket.objects[fromKey], "s3:GetObject"
	if it.from != nil {
		o, read = it.from, "s3:GetObjectVersion"
	}
	tagged := e.options.ObjectTags == dstypes.ObjectTagsPreserve
	switch {
	case o == nil,
		!from.bucket.readable(o, from.role.account),
		!from.may(read, fromKey),
		!from.decrypts(o),
		tagged && !from.may("s3:GetObjectTagging", fromKey),
		!to.may("s3:PutObject", toKey),
		tagged && len(o.tags) > 0 && !to.may("s3:PutObjectTagging", toKey):
		return false
	}
	key, ok := to.encrypts()
	if !ok {
		return false
	}
	next := &object{key: key, body: o.body, modified: at, mtime: o.sourceTime(), owner: to.role.account, class: e.destination.classFor(len(o.body))}
	if to.bucket.ownership.latest() == s3types.ObjectOwnershipBucketOwnerEnforced {
		next.owner = to.bucket.account
	}
	if tagged {
		next.tags = maps.Clone(o.tags)
	}
	to.bucket.put(toKey, next)
	return true
}

// verify looks at a copied object again.
func (e *execution) verify(c *Cloud, it *item, at time.Time) {
	if e.options.VerifyMode == dstypes.VerifyModeNone || !it.copied {
		return
	}
	to := c.side(&e.destination, at)
	key := e.destination.prefix + it.key
	if c.stepped(e, it.key) != nil || to.role == nil || to.bucket.objects[key] == nil || !to.may("s3:GetObject", key) || !to.decrypts(to.bucket.objects[key]) {
		e.count.failedVerify++
		e.note("Verified", it.key, "VerificationFailed", "")
		return
	}
	e.count.verified++
	e.note("Verified", it.key, "", "")
}

// drop deletes what is no longer at the source.
func (e *execution) drop(c *Cloud, at time.Time) {
	to := c.side(&e.destination, at)
	for _, key := range e.deletions {
		if to.role == nil || !to.may("s3:DeleteObject", key) {
			e.count.failedDrop++
			e.note("Deleted", strings.TrimPrefix(key, e.destination.prefix), "S3AccessDenied", "")
			continue
		}
		to.bucket.remove(key)
		e.count.deleted++
		e.note("Deleted", strings.TrimPrefix(key, e.destination.prefix), "", "")
	}
}

// destinationVersion is the version of what was just written.
func (e *execution) destinationVersion(c *Cloud, path string) string {
	return c.buckets[e.destination.bucket].objects[e.destination.prefix+path].version
}

// changed reports whether DataSync takes two objects for different: by size, time and tags.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/how-datasync-transfer-works.html
func (e *execution) changed(o, old *object) bool {
	return len(o.body) != len(old.body) || !o.sourceTime().Equal(old.mtime) ||
		e.options.ObjectTags == dstypes.ObjectTagsPreserve && !maps.Equal(o.tags, old.tags)
}

// sourceTime is the time that DataSync keeps with a copy: that of the first original.
func (o *object) sourceTime() time.Time {
	if o.mtime.IsZero() {
		return o.modified
	}
	return o.mtime
}

// archived reports whether the object has to be restored before it can be read.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (o *object) archived() bool {
	return o.class == s3types.StorageClassGlacier || o.class == s3types.StorageClassDeepArchive
}

// classFor is the class in which DataSync writes an object of that size: small ones go to STANDARD.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (l *locationState) classFor(size int) s3types.StorageClass {
	switch l.class {
	case dstypes.S3StorageClassStandardIa, dstypes.S3StorageClassOnezoneIa, dstypes.S3StorageClassGlacierInstantRetrieval:
		if size < 128<<10 {
			return s3types.StorageClassStandard
		}
	case dstypes.S3StorageClassGlacier, dstypes.S3StorageClassDeepArchive:
		if size < 40<<10 {
			return s3types.StorageClassStandard
		}
	}
	if l.class == dstypes.S3StorageClassGlacierInstantRetrieval {
		return s3types.StorageClassGlacierIr
	}
	return s3types.StorageClass(l.class)
}

// untransferable reports whether DataSync cannot copy an object of that path.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func untransferable(path string) bool {
	path = "/" + path
	return strings.Contains(path, "//") || strings.Contains(path, "/./") || strings.Contains(path, "/../")
}

// helper reports whether a path is one of those that DataSync leaves out by itself.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
func helper(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first == ".aws-datasync" || first == ".awssync" || first == ".zfs" || strings.HasSuffix(path, ".snapshot")
}
