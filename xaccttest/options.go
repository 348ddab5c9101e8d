package xaccttest

import (
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Options shape a [Cloud]. NewCloud fills in the defaults before the option functions see them.
type Options struct {
	// Latency is how long each call takes; 0, the default, is no time. Half of it passes before the call takes effect and half after, so a
	// context that ends in between leaves a call that took effect and whose answer is lost, as on a real network.
	Latency time.Duration

	// Propagation is how many reads still see the old state after a change of a role (its trust and its policies included), of a bucket's
	// policy or ownership, or of the lists of locations, tasks and executions. Management calls, access decisions and the check of the
	// principals in a bucket policy count their reads apart, as they are different systems in AWS. 0, the default, is at once.
	// What the set-up methods of Cloud do is seen at once.
	Propagation int

	// PageSize is the greatest number of entries in one page of a list; 3 by default, so that pages are met early.
	PageSize int

	// TransientIDs is how many answers of GetBucketPolicy after a PutBucketPolicy name roles and users by their unique id, AROA… or AIDA…,
	// instead of their ARN, as S3 has been seen to do: https://github.com/go-to-k/cdkd/issues/1515. 1 by default.
	TransientIDs int

	// Phases says how long the phases of a task execution take.
	Phases Phases

	// Quotas are limits of DataSync that AWS raises on request.
	Quotas Quotas

	// Partition is the partition of accounts that come into being without a Region being named; "aws" by default.
	Partition string
}

// Quotas are limits for each account and Region; 0 is no limit. What AWS gives a new account is in the comments.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/datasync-limits.html
type Quotas struct {
	Tasks        int // 100
	EnhancedRuns int // at the same time, 120
	BasicObjects int // and prefixes, in one BASIC run, 25 million; a greater one ends as ERROR for lack of memory
}

// Phases are the times that the phases of a task and its executions take, whatever is copied. They are those of the status: an ENHANCED run lists,
// compares and verifies also while it transfers, as the package comment says. A program outside a testing/synctest bubble wants them
// short. A phase of 0 is passed at once, unseen.
type Phases struct {
	Creating     time.Duration // of a new task, before it can run; 5 seconds by default
	Launching    time.Duration // 1 minute by default
	Preparing    time.Duration // 20 seconds by default
	Transferring time.Duration // 1 minute by default; what is found at the source is gone through evenly spread over it
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

// BucketOptions shape a bucket. AddBucket fills in what AWS gives a bucket made today before the option functions see them.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
type BucketOptions struct {
	// Ownership is the Object Ownership setting; BucketOwnerEnforced by default. "" is a bucket of before April 2023 whose setting was never
	// made, which behaves as ObjectWriter.
	Ownership s3types.ObjectOwnership

	// Grants are what the bucket's ACL grants to others than its owner. They exclude BucketOwnerEnforced.
	Grants []Grant

	// AllowPublicPolicy and AllowPublicAccess turn off BlockPublicPolicy and RestrictPublicBuckets of Block Public Access, which are on by
	// default. SetBucketPolicy stores public policies in any case: they may be older than the block.
	// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
	AllowPublicPolicy, AllowPublicAccess bool

	// Versioning keeps what is overwritten or deleted, see [Cloud.Versions]; off by default. Objects holds current versions.
	Versioning bool

	// Encryption is the default encryption, AES256 by default, and KMSKey its key as it was set: an ARN, an id, an alias, or "" for aws/s3.
	Encryption s3types.ServerSideEncryption
	KMSKey     string

	RequesterPays bool                             // requests are refused unless they say that the requester pays, which DataSync's do not
	ObjectLock    *s3types.ObjectLockConfiguration // nil is none; shown to the bucket's owner, and enforced for uploads without a checksum only
}

// Grant is one entry of a bucket's ACL. Exactly one of Account and Group is set.
type Grant struct {
	Account    string // a 12-digit account id, granted by its canonical user
	Group      string // the URI of a group, such as http://acs.amazonaws.com/groups/s3/LogDelivery
	Permission s3types.Permission
}
