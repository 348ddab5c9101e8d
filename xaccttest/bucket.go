package xaccttest

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/region"
)

// bucketState is a bucket.
type bucketState struct {
	name, account, region string
	created               time.Time
	policy                eventual[*storedPolicy]
	transient             int // answers of GetBucketPolicy that still show ids
	readings              int // answers of GetBucketPolicy so far
	ownership             eventual[s3types.ObjectOwnership]
	grants                []Grant
	versioning            bool
	block                 struct{ publicPolicies, publicBuckets bool }
	encryption            s3types.ServerSideEncryption // by default
	defaultKey            string
	requesterPays         bool
	lock                  *s3types.ObjectLockConfiguration
	objects               map[string]*object
	versions              map[string][]*object // by key, oldest first, if the bucket has versioning
	busy                  bool                 // a change of the configuration is under way
}

// object is a version of an object, or a delete marker. It is not changed: an overwrite makes another.
type object struct {
	body     []byte
	owner    string // account id
	modified time.Time
	mtime    time.Time // of the object that DataSync copied this one from; zero: not by DataSync
	class    s3types.StorageClass
	tags     map[string]string
	version  string // "" in a bucket without versions
	key      string // ARN of the KMS key that it is encrypted under; "" is none
	restored bool   // there is a copy that can be read, although the class is an archive
	tier     s3types.ArchiveStatus
	deleted  bool // it is a delete marker
}

func (b *bucketState) partition() string { return region.Partition(b.region) }

func (b *bucketState) arn() string { return region.Bucket(b.partition(), b.name) }

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// AddBucket makes an empty bucket, by default as AWS makes them today.
func (c *Cloud) AddBucket(account, regionName, name string, optFns ...func(*BucketOptions)) {
	opts := BucketOptions{Ownership: s3types.ObjectOwnershipBucketOwnerEnforced, Encryption: s3types.ServerSideEncryptionAes256}
	for _, fn := range optFns {
		fn(&opts)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !region.Valid(regionName) {
		panic(fmt.Sprintf("xaccttest: %q is not a Region", regionName))
	}
	if !bucketName.MatchString(name) {
		panic(fmt.Sprintf("xaccttest: %q is not a bucket name", name))
	}
	if c.buckets[name] != nil {
		panic(fmt.Sprintf("xaccttest: bucket %s exists already", name))
	}
	if opts.Ownership != "" && !slices.Contains(opts.Ownership.Values(), opts.Ownership) {
		panic(fmt.Sprintf("xaccttest: %q is no object ownership", opts.Ownership))
	}
	if opts.Ownership == s3types.ObjectOwnershipBucketOwnerEnforced && len(opts.Grants) > 0 {
		panic(fmt.Sprintf("xaccttest: bucket %s has ACL grants, which BucketOwnerEnforced rules out", name))
	}
	for _, g := range opts.Grants {
		if (g.Account == "") == (g.Group == "") || g.Account != "" && !region.ValidAccount(g.Account) {
			panic(fmt.Sprintf("xaccttest: grant %+v names neither one account nor one group", g))
		}
	}
	c.account(account, region.Partition(regionName))
	b := &bucketState{
		name: name, account: account, region: regionName, created: time.Now(),
		grants: slices.Clone(opts.Grants), versioning: opts.Versioning, objects: map[string]*object{},
	}
	b.ownership.set(opts.Ownership, 0)
	b.block.publicPolicies, b.block.publicBuckets = !opts.AllowPublicPolicy, !opts.AllowPublicAccess
	b.encryption, b.defaultKey, b.requesterPays, b.lock = opts.Encryption, opts.KMSKey, opts.RequesterPays, opts.ObjectLock
	c.buckets[name] = b
}

// bucket returns a bucket that has to exist.
func (c *Cloud) bucket(name string) *bucketState {
	b := c.buckets[name]
	if b == nil {
		panic(fmt.Sprintf("xaccttest: there is no bucket %s", name))
	}
	return b
}

// SetBucketPolicy puts a policy on a bucket, seen at once. It panics if S3 would refuse the document. An empty document takes the policy
// away.
func (c *Cloud) SetBucketPolicy(bucket string, document []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	if len(document) == 0 {
		b.policy.set(nil, 0)
		return
	}
	p, err := c.newStoredPolicy(b, document)
	if err != nil {
		panic(fmt.Sprintf("xaccttest: policy of %s: %v", bucket, err))
	}
	b.policy.set(p, 0)
	b.transient = 0
}

// BucketPolicy is the policy as GetBucketPolicy would answer once every change is seen and every unique id of a role or user that exists is
// shown as its ARN; nil if there is none.
func (c *Cloud) BucketPolicy(bucket string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	p := b.policy.latest()
	if p == nil {
		return nil
	}
	return c.render(b, p, 0, false)
}

// ObjectOptions shape an object. The zero value is an object of the bucket's owner, in STANDARD, without tags.
type ObjectOptions struct {
	Owner        string               // account id of whoever wrote it; "" is the bucket's owner
	StorageClass s3types.StorageClass // "" is STANDARD
	Tags         map[string]string    // nil is none
	KMSKey       string               // ARN of the key that it is encrypted under; "" is as the bucket's default encryption says

	// Restored is an object in GLACIER or DEEP_ARCHIVE of which there is a restored copy; false: it cannot be read.
	Restored bool

	// ArchiveStatus is the archive tier that an object in INTELLIGENT_TIERING has moved to, where it cannot be read; "" is none.
	// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
	ArchiveStatus s3types.ArchiveStatus
}

// PutObject puts an object into a bucket as its owner would.
func (c *Cloud) PutObject(bucket, key string, body []byte) { c.AddObject(bucket, key, body) }

// AddObject puts an object into a bucket, by default as its owner would.
func (c *Cloud) AddObject(bucket, key string, body []byte, optFns ...func(*ObjectOptions)) {
	var opts ObjectOptions
	for _, fn := range optFns {
		fn(&opts)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	if key == "" || len(key) > 1024 {
		panic(fmt.Sprintf("xaccttest: %q is not an object key", key))
	}
	if opts.Owner == "" {
		opts.Owner = b.account
	}
	if opts.StorageClass == "" {
		opts.StorageClass = s3types.StorageClassStandard
	}
	if !region.ValidAccount(opts.Owner) || !known(opts.StorageClass) || opts.ArchiveStatus != "" && !known(opts.ArchiveStatus) {
		panic(fmt.Sprintf("xaccttest: %+v is no object", opts))
	}
	if opts.KMSKey == "" {
		k, ok := c.defaultKeyFor(b, b.account)
		if !ok {
			panic(fmt.Sprintf("xaccttest: the default encryption of bucket %s names %q, which is no key of its Region", bucket, b.defaultKey))
		}
		if k != nil {
			opts.KMSKey = k.arn
		}
	} else {
		if k := c.key(opts.KMSKey); k.region != b.region {
			panic(fmt.Sprintf("xaccttest: key %s is not in the Region of bucket %s", k.arn, bucket))
		}
	}
	now := time.Now()
	c.advance(now)
	b.put(key, &object{body: bytes.Clone(body), owner: opts.Owner, modified: now, class: opts.StorageClass, tags: maps.Clone(opts.Tags), key: opts.KMSKey,
		restored: opts.Restored, tier: opts.ArchiveStatus})
}

// DeleteObject takes an object out of a bucket, if it is there.
func (c *Cloud) DeleteObject(bucket, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	now := time.Now()
	c.advance(now)
	b.remove(key, now)
}

// Objects are the bodies of a bucket's objects by key.
func (c *Cloud) Objects(bucket string) map[string][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	out := make(map[string][]byte, len(b.objects))
	for key, o := range b.objects {
		out[key] = bytes.Clone(o.body)
	}
	return out
}

// Object describes an object beside its body.
type Object struct {
	Owner        string               // account id; the bucket's owner cannot read an object of somebody else by its policies
	StorageClass s3types.StorageClass // "" is STANDARD
	Modified     time.Time
	Tags         map[string]string // nil is none
	KMSKey       string            // ARN of the KMS key that it is encrypted under; "" is none
}

// Object describes an object; the zero Object if it is not there.
func (c *Cloud) Object(bucket, key string) Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	o := b.objects[key]
	if o == nil {
		return Object{}
	}
	return Object{Owner: b.ownerOf(o), StorageClass: o.class, Modified: o.modified, Tags: maps.Clone(o.tags), KMSKey: o.key}
}

// ownerOf is who owns an object: with ACLs disabled, the bucket's owner.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (b *bucketState) ownerOf(o *object) string {
	if b.ownership.latest() == s3types.ObjectOwnershipBucketOwnerEnforced {
		return b.account
	}
	return o.owner
}

// hold begins a change of a bucket's configuration. While it is under way S3 refuses others.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (c *Cloud) hold(name string) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buckets[name]
	if b == nil {
		return func() {}, nil
	}
	if b.busy {
		return nil, &fault{status: 409, code: "OperationAborted", message: "A conflicting conditional operation is currently in progress against this resource. Please try again."}
	}
	b.busy = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		b.busy = false
	}, nil
}
