package xaccttest

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/option"
	"github.com/xacct/xacct/internal/region"
	"github.com/xacct/xacct/xaccttest/internal/eventual"
	"github.com/xacct/xacct/xaccttest/internal/fault"
)

// bucketState is a bucket.
type bucketState struct {
	name, account, region string
	created               time.Time
	policy                eventual.Value[*storedPolicy]
	transient             int // how many more answers of GetBucketPolicy show unique ids
	readings              int // number of answers of GetBucketPolicy so far
	ownership             eventual.Value[s3types.ObjectOwnership]
	grants                []Grant
	versioning            bool
	block                 struct{ publicPolicies, publicBuckets bool }
	encryption            s3types.ServerSideEncryption // the default encryption
	defaultKey            string
	requesterPays         bool
	lock                  *s3types.ObjectLockConfiguration
	objects               map[string]*object
	versions              map[string][]*object  // by key, oldest first; nil without versioning
	uploads               map[string]*multipart // by upload id
	busy                  bool                  // a change of the configuration is under way
}

// object is a version of an object, or a delete marker. It is immutable: an overwrite makes a new one.
type object struct {
	body     []byte
	owner    string // account id
	modified time.Time
	mtime    time.Time // modification time of the original, if DataSync made this copy; zero otherwise
	class    s3types.StorageClass
	tags     map[string]string
	version  string // version id; "" in a bucket without versioning
	key      string // ARN of the KMS key that it is encrypted under; "" is none
	restored bool   // a restored copy can be read although the storage class is an archive
	tier     s3types.ArchiveStatus
	deleted  bool // this is a delete marker
	etag     string
	head     objectHead
}

func (b *bucketState) partition() string { return region.Partition(b.region) }

func (b *bucketState) arn() string { return region.Bucket(b.partition(), b.name) }

// bucketName is the form of a bucket's name.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// AddBucket makes an empty bucket. Its default settings are those that AWS gives a new bucket today.
func (c *Cloud) AddBucket(account, regionName, name string, optFns ...func(*BucketOptions)) {
	opts := BucketOptions{Ownership: s3types.ObjectOwnershipBucketOwnerEnforced, Encryption: s3types.ServerSideEncryptionAes256}
	option.Apply(&opts, optFns)
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
	b.ownership.Set(opts.Ownership, 0)
	b.block.publicPolicies, b.block.publicBuckets = !opts.AllowPublicPolicy, !opts.AllowPublicAccess
	b.encryption, b.defaultKey, b.requesterPays, b.lock = opts.Encryption, opts.KMSKey, opts.RequesterPays, opts.ObjectLock
	c.buckets[name] = b
}

// bucket returns a bucket, and panics if it does not exist.
func (c *Cloud) bucket(name string) *bucketState {
	b := c.buckets[name]
	if b == nil {
		panic(fmt.Sprintf("xaccttest: there is no bucket %s", name))
	}
	return b
}

// SetBucketPolicy sets the policy of a bucket, visible at once. It panics if S3 would refuse the document. An empty document removes the
// policy.
func (c *Cloud) SetBucketPolicy(bucket string, document []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	if len(document) == 0 {
		b.policy.Set(nil, 0)
		return
	}
	p, err := c.newStoredPolicy(b, document)
	if err != nil {
		panic(fmt.Sprintf("xaccttest: policy of %s: %v", bucket, err))
	}
	b.policy.Set(p, 0)
	b.transient = 0
}

// BucketPolicy is the policy as GetBucketPolicy would answer once every change is visible and the unique id of every existing role or user is
// shown as its ARN. Nil is no policy.
func (c *Cloud) BucketPolicy(bucket string) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	p := b.policy.Latest()
	if p == nil {
		return nil
	}
	return c.render(b, p, 0, false)
}

// ObjectOptions shape an object. The zero value is an object of the bucket's owner, in STANDARD, without tags.
type ObjectOptions struct {
	Owner        string               // id of the account that wrote the object; "" is the bucket's owner
	StorageClass s3types.StorageClass // "" is STANDARD
	Tags         map[string]string    // nil is none
	KMSKey       string               // ARN of the key that it is encrypted under; "" follows the bucket's default encryption

	// Restored says that an object in GLACIER or DEEP_ARCHIVE has a restored copy. False: an object in these classes cannot be read.
	Restored bool

	// ArchiveStatus is the archive tier of an object in INTELLIGENT_TIERING, which cannot be read there; "" is none.
	// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
	ArchiveStatus s3types.ArchiveStatus
}

// PutObject puts an object into a bucket, as the bucket's owner would.
func (c *Cloud) PutObject(bucket, key string, body []byte) { c.AddObject(bucket, key, body) }

// AddObject puts an object into a bucket, by default as the bucket's owner would.
func (c *Cloud) AddObject(bucket, key string, body []byte, optFns ...func(*ObjectOptions)) {
	var opts ObjectOptions
	option.Apply(&opts, optFns)
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

// DeleteObject deletes an object, if it exists. In a bucket with versioning it adds a delete marker.
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

// Object describes an object without its body.
type Object struct {
	Owner        string               // account id; policies do not let the bucket's owner read objects of other accounts
	StorageClass s3types.StorageClass // "" is STANDARD
	Modified     time.Time
	Tags         map[string]string // nil is none
	KMSKey       string            // ARN of the KMS key that it is encrypted under; "" is none
	ContentType  string            // as it was given with the upload; "" is none, which S3 answers as binary/octet-stream
	Metadata     map[string]string // of the user, by key in lower case; nil is none
	ETag         string            // with its quotation marks
}

// Object describes an object. It is the zero Object if there is none of that key.
func (c *Cloud) Object(bucket, key string) Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(bucket)
	c.advance(time.Now())
	o := b.objects[key]
	if o == nil {
		return Object{}
	}
	return Object{Owner: b.ownerOf(o), StorageClass: o.class, Modified: o.modified, Tags: maps.Clone(o.tags), KMSKey: o.key,
		ContentType: o.head.contentType, Metadata: maps.Clone(o.head.metadata), ETag: o.etag}
}

// ownerOf is the account that owns an object: the bucket's owner if ACLs are disabled.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (b *bucketState) ownerOf(o *object) string {
	if b.ownership.Latest() == s3types.ObjectOwnershipBucketOwnerEnforced {
		return b.account
	}
	return o.owner
}

// hold begins a change of a bucket's configuration. Until release is called, S3 refuses other changes of it.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (c *Cloud) hold(name string) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.buckets[name]
	if b == nil {
		return func() {}, nil
	}
	if b.busy {
		return nil, &fault.Error{Status: 409, Code: "OperationAborted", Message: "A conflicting conditional operation is currently in progress against this resource. Please try again."}
	}
	b.busy = true
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		b.busy = false
	}, nil
}
