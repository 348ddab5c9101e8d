package xaccttest

import (
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Options shape a [Cloud]. NewCloud sets the defaults before it calls the option functions.
type Options struct {
	// Latency is how long each call takes; 0, the default, is no time. Half of it passes before the call takes effect and half after. A context
	// that ends in the second half loses the answer of a call that took effect, as on a real network.
	Latency time.Duration

	// Propagation is the number of reads that still see the old state after a change of a role (with its trust policy and its policies), of a
	// bucket's policy or ownership, or of the lists of locations, tasks and executions. API calls, access decisions and the check of the
	// principals in a policy count their reads apart, because they are different systems in AWS. 0, the default, makes changes visible at once.
	// Changes by the set-up methods of Cloud are always visible at once.
	Propagation int

	// PageSize is the greatest number of entries in one page of a list; 3 by default, so that tests with few resources have several pages.
	PageSize int

	// TransientIDs is the number of answers of GetBucketPolicy after a PutBucketPolicy that show roles and users by unique id, AROA… or AIDA…,
	// instead of by ARN, as S3 has been seen to do: https://github.com/go-to-k/cdkd/issues/1515. 1 by default.
	TransientIDs int

	// Phases are the durations of the phases of a task and its executions.
	Phases Phases

	// Quotas are limits of DataSync; none by default.
	Quotas Quotas

	// KeepCalls is the number of latest calls that [Cloud.Calls] returns; 0, the default, is all. A cloud that serves for long needs a number, or
	// its memory grows with every call.
	KeepCalls int

	// Partition is the partition of accounts that are first named without a Region; "aws" by default.
	Partition string
}

// Quotas are limits for each account and Region, which AWS raises on request; 0 is no limit. Each comment gives the limit of a new account.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
type Quotas struct {
	Tasks        int // number of tasks: 100
	EnhancedRuns int // number of ENHANCED runs at the same time: 120
	BasicObjects int // number of objects and prefixes in one BASIC run: 25 million; a larger run ends as ERROR for lack of memory
}

// Phases are the durations of the statuses of a task and its executions, however much is copied. An ENHANCED run lists, compares and verifies
// also while its status is TRANSFERRING. Outside a testing/synctest bubble they should be short. A phase of 0 is passed at once and no call
// sees its status.
type Phases struct {
	Creating     time.Duration // CREATING of a new task, before it can run; 5 seconds by default
	Launching    time.Duration // 1 minute by default
	Preparing    time.Duration // 20 seconds by default
	Transferring time.Duration // 1 minute by default; the objects are copied at an even pace over it
	Verifying    time.Duration // 20 seconds by default
	Cancelling   time.Duration // 20 seconds by default
}

func defaults() Options {
	return Options{
		PageSize:     3,
		TransientIDs: 1,
		Partition:    "aws",
		Phases: Phases{
			Creating:     5 * time.Second,
			Launching:    time.Minute,
			Preparing:    20 * time.Second,
			Transferring: time.Minute,
			Verifying:    20 * time.Second,
			Cancelling:   20 * time.Second,
		},
	}
}

// BucketOptions shape a bucket. AddBucket sets them to what AWS gives a new bucket today before it calls the option functions.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
type BucketOptions struct {
	// Ownership is the Object Ownership setting; BucketOwnerEnforced by default. "" is a bucket from before April 2023 on which it was never
	// set; it behaves as ObjectWriter.
	Ownership s3types.ObjectOwnership

	// Grants are the grants of the bucket's ACL to others than its owner; nil by default. BucketOwnerEnforced excludes them.
	Grants []Grant

	// AllowPublicPolicy and AllowPublicAccess turn off BlockPublicPolicy and RestrictPublicBuckets of Block Public Access, which are on by
	// default. SetBucketPolicy stores public policies in any case, because a policy may be older than the block.
	// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
	AllowPublicPolicy, AllowPublicAccess bool

	// Versioning keeps objects that are overwritten or deleted, see [Cloud.Versions]; off by default. [Cloud.Objects] has current versions.
	Versioning bool

	// Encryption is the default encryption, AES256 by default. KMSKey is its key in the form in which it was set: an ARN, an id, an alias, or
	// "" for aws/s3.
	Encryption s3types.ServerSideEncryption
	KMSKey     string

	RequesterPays bool                             // refuse requests that do not say that the requester pays, which DataSync's do not; false by default
	ObjectLock    *s3types.ObjectLockConfiguration // nil is none; it is shown to the bucket's owner, and enforced only for uploads without a checksum
}

// Grant is one entry of a bucket's ACL. Exactly one of Account and Group is set.
type Grant struct {
	Account    string // a 12-digit account id; the ACL names its canonical user
	Group      string // the URI of a group, such as http://acs.amazonaws.com/groups/s3/LogDelivery
	Permission s3types.Permission
}
