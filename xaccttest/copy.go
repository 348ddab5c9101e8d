package xaccttest

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"time"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/xaccttest/internal/eventual"
)

// side is one end of a run at one moment: its bucket, its role, and the bucket's policy.
type side struct {
	cloud  *Cloud
	l      *locationState
	bucket *bucketState
	role   *identity
	policy *storedPolicy
	at     time.Time
}

// side reads one end of a run. It does not count as a read for Propagation: a run reads so often that every change would be visible soon.
func (c *Cloud) side(l *locationState, at time.Time) side {
	s := side{cloud: c, l: l, bucket: c.buckets[l.bucket], at: at}
	if account, key, _, ok := splitARN(l.role); ok {
		if e := c.at(account, key); e != nil {
			s.role = e.Peek(eventual.ByAccess)
		}
	}
	if s.bucket != nil {
		s.policy = s.bucket.policy.Peek(eventual.ByAccess)
	}
	return s
}

// may reports whether DataSync may make a request on the bucket, or on the object of that key.
func (s side) may(action, key string) bool {
	resource := s.bucket.arn()
	if key != "" {
		resource += "/" + key
	}
	return s.cloud.dataMay(s.role, s.l, s.bucket, s.policy, s.at, action, resource)
}

// open reports whether DataSync can assume the role and list the bucket.
func (s side) open() bool {
	return s.role != nil && s.bucket != nil && s.cloud.assumable(s.role, s.l, s.at) && s.may("s3:ListBucket", "")
}

// transfer copies an object or a folder. For a folder without an object of its own nothing is written.
func (e *execution) transfer(c *Cloud, it *item, at time.Time) {
	if !it.wanted {
		return
	}
	n := e.tally(it)
	if it.marked {
		if code := e.copy(c, it, at); code != "" {
			n.failedTransfer++
			e.note("Transferred", it, code, "")
			return
		}
		e.note("Transferred", it, "", it.written.version)
		e.bytes += it.size
	}
	it.copied = true
	n.transferred++
}

// copy copies the current version of an object. The code says why it could not be copied, "" is success.
func (e *execution) copy(c *Cloud, it *item, at time.Time) (code string) {
	const denied = "S3AccessDenied"
	if c.stepped(e, transferring, it.key) != nil {
		return denied
	}
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	if from.role == nil || to.role == nil {
		return denied
	}
	fromKey, toKey := e.source.prefix+it.key, e.destination.prefix+it.key
	o, read := from.bucket.objects[fromKey], "s3:GetObject"
	if it.named != nil {
		o, read = it.named, "s3:GetObjectVersion"
	}
	tagged := e.options.ObjectTags == dstypes.ObjectTagsPreserve
	switch {
	case o == nil:
		return "FileNotAtSource"
	case !from.bucket.readable(o, from.role.account),
		!from.may(read, fromKey),
		!from.decrypts(o),
		tagged && !from.may("s3:GetObjectTagging", fromKey),
		!to.may("s3:PutObject", toKey),
		tagged && len(o.tags) > 0 && !to.may("s3:PutObjectTagging", toKey):
		return denied
	}
	key, ok := to.encrypts()
	if !ok {
		return denied
	}
	next := &object{key: key, body: o.body, modified: at, mtime: o.sourceTime(), owner: to.role.account, class: e.destination.classFor(len(o.body))}
	if to.bucket.ownership.Latest() == s3types.ObjectOwnershipBucketOwnerEnforced {
		next.owner = to.bucket.account
	}
	next.head = o.head // DataSync copies the metadata of an object, of the system and of the user
	if tagged {
		next.tags = maps.Clone(o.tags)
	}
	to.bucket.put(toKey, next)
	it.read, it.written, it.size = o, next, int64(len(o.body))
	return ""
}

// verify compares a copy with its original; with POINT_IN_TIME_CONSISTENT also objects that needed no copy. A folder without an object of its
// own is not verified. Source: https://docs.aws.amazon.com/datasync/latest/userguide/configure-data-verification-options.html
func (e *execution) verify(c *Cloud, it *item, at time.Time) {
	whole := e.options.VerifyMode == dstypes.VerifyModePointInTimeConsistent
	if e.options.VerifyMode == dstypes.VerifyModeNone || !it.marked || !it.copied && !(whole && it.same) {
		return
	}
	code := e.differs(c, it, at)
	e.note("Verified", it, code, "")
	if code != "" {
		e.tally(it).failedVerify++
	} else {
		e.tally(it).verified++
	}
}

// differs is the code of the difference between an object and its copy; "" is none.
func (e *execution) differs(c *Cloud, it *item, at time.Time) (code string) {
	from, to := c.side(&e.source, at), c.side(&e.destination, at)
	key := e.destination.prefix + it.key
	original, held := from.bucket.objects[e.source.prefix+it.key], to.bucket.objects[key]
	if it.named != nil {
		original = it.named
	}
	switch {
	case c.stepped(e, verifying, it.key) != nil, held == nil, to.role == nil, !to.may("s3:GetObject", key), !to.decrypts(held):
		return "VerificationFailed"
	case original == nil:
		return "FileNotAtSource"
	case it.copied && (original != it.read || held != it.written), !it.copied && !bytes.Equal(original.body, held.body):
		return "VerificationFailed" // one of them changed after the copy
	}
	return ""
}

// drop deletes what is no longer at the source: first objects, then folders that have become empty.
func (e *execution) drop(c *Cloud, at time.Time) {
	to := c.side(&e.destination, at)
	var left []string
	for _, it := range e.extra {
		if !it.drop || !it.marked {
			continue
		}
		key := e.destination.prefix + it.key
		if to.role == nil || !to.may("s3:DeleteObject", key) {
			left = append(left, it.key)
			e.tally(it).failedDrop++
			e.note("Deleted", it, "S3AccessDenied", "")
			continue
		}
		to.bucket.remove(key, at)
		e.tally(it).deleted++
		e.note("Deleted", it, "", "")
	}
	for _, it := range e.extra {
		switch {
		case !it.drop || it.marked:
		case slices.ContainsFunc(left, func(key string) bool { return strings.HasPrefix(key, it.key) }):
			e.prefixes.failedDrop++
		default:
			e.prefixes.deleted++
		}
	}
}

// ownKey is the key of the object of its own that the run keeps at the destination, if [Undocumented] asks for that.
func (e *execution) ownKey() string {
	return e.destination.prefix + ".aws-datasync/" + e.arn[strings.LastIndexByte(e.arn, '/')+1:]
}

// keepOwn writes the run's own object, if its role may.
func (e *execution) keepOwn(c *Cloud, at time.Time) {
	to := c.side(&e.destination, at)
	if !c.undocumented.OwnObjects || to.role == nil || !to.may("s3:PutObject", e.ownKey()) {
		return
	}
	if key, ok := to.encrypts(); ok {
		to.bucket.put(e.ownKey(), &object{key: key, modified: at, owner: to.role.account})
	}
}

// dropOwn deletes the run's own object, if its role may.
func (e *execution) dropOwn(c *Cloud, at time.Time) {
	if to := c.side(&e.destination, at); to.role != nil && to.may("s3:DeleteObject", e.ownKey()) {
		to.bucket.remove(e.ownKey(), at)
	}
}

// changed reports whether an object and its copy differ in size, time or tags, so that DataSync copies the object again.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/how-datasync-transfer-works.html
func (e *execution) changed(o, old *object) bool {
	return len(o.body) != len(old.body) || !o.sourceTime().Equal(old.mtime) ||
		e.options.ObjectTags == dstypes.ObjectTagsPreserve && !maps.Equal(o.tags, old.tags)
}

// sourceTime is the modification time of the first original, which DataSync keeps with every copy.
func (o *object) sourceTime() time.Time {
	if o.mtime.IsZero() {
		return o.modified
	}
	return o.mtime
}

// archived reports whether the object must be restored before it can be read.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func (o *object) archived() bool {
	cold := o.class == s3types.StorageClassGlacier || o.class == s3types.StorageClassDeepArchive
	return cold && !o.restored || o.tier != ""
}

// classFor is the storage class in which DataSync writes an object of that size in bytes: small objects get STANDARD.
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

// untransferable reports whether DataSync cannot copy an object with that path.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
func untransferable(path string) bool {
	path = "/" + path
	return strings.Contains(path, "//") || strings.Contains(path, "/./") || strings.Contains(path, "/../")
}

// overlong reports whether the key of a copy would be longer than S3 allows. That DataSync then skips the object is assumed.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
func (e *execution) overlong(path string) bool { return len(e.destination.prefix)+len(path) > 1024 }

// helper reports whether the path is one of those that DataSync always excludes.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
func helper(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first == ".aws-datasync" || first == ".awssync" || first == ".zfs" || strings.HasSuffix(path, ".snapshot")
}
