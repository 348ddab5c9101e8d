// Package xaccttest is an in-memory AWS for testing code that uses xacct. It has any number of accounts and Regions with IAM, STS, S3, KMS,
// CloudWatch Logs and DataSync, in organisations or none:
//
//	cloud := xaccttest.NewCloud()
//	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
//	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
//	cloud.PutObject("media-raw", "2026/a.mov", body)
//	p, err := xacct.NewPlan(ctx, cloud.Clients(), transfers)
//
// It refuses what AWS refuses, with AWS's error codes in the SDK's error types, and returns documents in the form in which AWS returns them.
//
// # Who may do what
//
// For every call, the cloud evaluates the caller's own policies, its permissions boundary and the policy of the resource. This holds for the
// administrators of [Cloud.Clients] too: they may do everything in their own account, and elsewhere what that account grants them. DataSync
// calls as the role that it assumes: when it tests the access of a new location, and for every object that it reads, writes or deletes.
//
// # Time
//
// Time is that of package time. In a bubble of testing/synctest, executions end at once. Outside of one, the default phases of a run take
// minutes: make the cloud with NewCloud(func(o *Options) { o.Phases = Phases{} }). Nothing runs in the background: executions catch up with the
// clock whenever the cloud is called or looked at.
//
// # Faults
//
// [Cloud.Intercept] refuses calls, delays them or loses their answers. [Cloud.OnStep] makes executions and single objects fail.
// [Options].Propagation delays the visibility of changes, and [Options].Quotas sets limits. [Cloud.Calls] lists the calls that were made, and
// [Cloud.Dump] what exists. As this package comes to know more of AWS it refuses more, also in minor releases.
//
// # Fakes by hand
//
// A fake that answers a few calls itself embeds [UnimplementedIAM], [UnimplementedS3], [UnimplementedKMS], [UnimplementedDataSync],
// [UnimplementedLogs], [UnimplementedSTS] or [UnimplementedObjects]. A method that it does not have returns an *[UnimplementedError], which
// names the call. To embed the interface itself compiles too, but then such a call is one of a nil pointer, which ends the test binary from a
// goroutine of the library. The calls that each function makes are listed in docs/calls.md.
//
// # What it checks
//
// IAM: names, paths, tags and sizes; documents, by the Validate of package policy; that the principals of a trust policy exist. Documents come
// back percent-encoded.
//
// STS: who may assume a role, by the caller's policies and the trust policy; a session has a name, tags and policies of its own, and ends.
//
// S3: the Region of every call and, where it is sent, the expected owner; principals in a bucket policy, which are stored as unique ids, shown
// as ARNs while the role or user exists, and never resolved again once it is deleted; resources of other buckets; actions and condition keys of
// S3 that do not exist or do not fit; self-lockout; Block Public Access as far as it concerns policies; ACL grants that rule out
// BucketOwnerEnforced; overlapping changes of one bucket's configuration; Requester Pays. Policies come back compact, with lists in an order of
// S3's own and lists of one as a single value.
//
// KMS: the account and Region of every call; principals in a key policy, as S3 does; self-lockout; size. An object is encrypted under the key
// of its bucket's default encryption: reading it takes kms:Decrypt and writing it kms:GenerateDataKey, by the policies of the role and of the
// key, with the condition keys that S3 sends. The managed key aws/s3 serves its own account only.
//
// Opt-in Regions: those that [Cloud.SetRegions] leaves out refuse the credentials of the account.
//
// Organisations: SCPs for everything that an account's principals do, RCPs for what is done to its buckets, keys and roles, and the ids of
// organisations.
//
// DataSync: the form of every input; iam:PassRole, tags and the caller's own s3:ListBucket; the role's account, existence, trust (with
// aws:SourceAccount and aws:SourceArn) and access; bucket and Region of a location, Region of a task; the options that fit a task; the
// service-linked role; what is in use; the queue of a task.
//
// # What it does not simulate
//
// Grants and aliases of KMS (but for aws/s3), access points, object ACLs, keys of the customer, deleting single versions, the bandwidth of a run and
// half-written objects. The functions with SDK client options that calls take are not applied, and nothing is retried.
//
// # What is assumed
//
// Where AWS documents nothing and nobody has been found who has seen it, this package assumes. Tests should not depend on an assumption alone.
// Five matter most; the others are in docs/limits.md.
//
//   - DataSync presents the ARN of the location as aws:SourceArn when it assumes a role, in a run as in the access test, that of the task for
//     manifests and reports, and no aws:SourceOrgID.
//   - The requests of DataSync carry aws:SecureTransport true, s3:TlsVersion 1.3 and an aws:SourceIp from a range for documentation, and
//     neither an aws:SourceVpc nor a header for encryption or an ACL. Their sessions are named AwsSync-loc-…. [Cloud.SetUndocumented] changes this.
//   - The access test reads the first object under the prefix, if there is one, and does not try to write. UpdateLocationS3 makes it too.
//   - A cancelled run ends as ERROR with the code "Cancelled", also if it waited in the queue.
//   - The texts of many errors are assumed. If a call can be refused for several reasons, the reason that the error names is assumed too. Match
//     codes, not texts.
package xaccttest
