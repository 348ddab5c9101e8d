// Package xaccttest is an AWS in memory, for tests of what uses xacct: any number of accounts and Regions with IAM, STS, S3, KMS
// and DataSync, in organisations or none.
//
//	cloud := xaccttest.NewCloud()
//	cloud.AddBucket("111122223333", "eu-west-1", "media-raw")
//	cloud.AddBucket("444455556666", "us-east-2", "media-archive")
//	cloud.PutObject("media-raw", "2026/a.mov", body)
//	plan, err := xacct.NewPlan(ctx, cloud.Clients(), transfers)
//
// It refuses what AWS refuses, with AWS's error codes in the SDK's error types, and renders what AWS renders. Whoever calls is judged: by
// its own policies, its permissions boundary and the policy of the bucket, also the administrators of [Cloud.Clients], to whom only their
// own account gives everything. DataSync is judged as the role that it assumes, in every access test and for every object that it reads,
// writes or deletes.
//
// Time is that of package time, so that in a bubble of testing/synctest executions end at once. Outside, make [Options.Phases] short.
// Nothing runs in the background: executions catch up with the clock whenever somebody looks.
//
// [Cloud.Intercept] refuses calls, delays them or loses their answers; [Cloud.OnStep] makes executions and single objects fail;
// [Options.Propagation] lets changes be seen late; [Options.Quotas] makes limits bite; [Cloud.Calls] tells what was called, and [Cloud.Dump] what there is. As this package
// comes to know more of AWS it refuses more, also in minor releases.
//
// # What it checks
//
// IAM: names, paths, tags and sizes; documents, by the Validate of package policy; that principals named in a trust policy exist. Documents come
// back percent-encoded.
//
// S3: the Region and, where it is sent, the expected owner of every call; principals in a bucket policy, which are kept as unique ids,
// shown as ARNs while the role or user exists, and never found again once it is gone; resources of other buckets, actions and conditions
// that do not fit; self-lockout; Block Public Access as far as it concerns policies; ACL grants that rule out BucketOwnerEnforced; changes
// of one bucket's configuration that overlap in time; Requester Pays. Policies come back compact, with lists in an order of S3's own and lists
// of one as a value.
//
// KMS: the account and Region of every call; principals in the policy of a key, as S3 does; self-lockout; size. An object is encrypted under
// the key of its bucket's default encryption: reading it takes kms:Decrypt and writing it kms:GenerateDataKey, by the policies of the role and
// of the key, in the context in which S3 asks. The managed key aws/s3 serves its own account only.
//
// Organisations: SCPs for everything that an account's principals do, RCPs for what is done to its buckets, keys and roles, and the ids of
// organisations.
//
// DataSync: the form of every input; iam:PassRole, tags and the caller's own s3:ListBucket; the role's account, existence, trust (with
// aws:SourceAccount and aws:SourceArn) and access; bucket and Region of a location, Region of a task; the options that fit a task; the
// service-linked role; what is in use; the queue of a task.
//
// # What is assumed
//
// AWS documents none of this, and nobody has been found who has seen it. Tests should not rest on it alone.
//
//   - DataSync presents the ARN of the location as aws:SourceArn when it assumes a role, in a run as in the access test.
//   - The sessions of all access tests and runs are named AwsSync-loc-…, as one documented error message shows it.
//   - The requests of DataSync carry aws:SecureTransport true, s3:TlsVersion 1.3 and an aws:SourceIp that is nobody's, and neither an
//     aws:SourceVpc nor a header for encryption or an ACL.
//   - The access test reads the first object under the prefix, if there is one, and does not try to write.
//   - UpdateLocationS3 runs the access test as the role, CreateLocationS3 also as the caller; the others as the role.
//   - A role that cannot be seen is "Invalid IAM role"; one whose trust does not let DataSync in is "Unable to assume role". Both texts have
//     been seen, but not which comes when.
//   - The caller of CreateLocationS3 needs s3:ListBucket on the bucket. It is not asked for s3:ListAllMyBuckets and iam:GetRole.
//   - The texts about a bucket that does not exist, a location in use, a task that is being created, runs or does not queue, an execution
//     that has ended, and of the option rules other than POSIX and ALL with REMOVE.
//   - A location cannot be deleted while a task in any Region of the account uses it. A task cannot be deleted while it runs, but can once
//     the run is being cancelled (which has been seen), and its executions go with it.
//   - A new task cannot be started while it is CREATING.
//   - Members left out of the options in UpdateTask keep their value. The POSIX options of a task between buckets are NONE.
//   - A cancelled run ends as ERROR with the code "Cancelled", also if it waited in the queue.
//   - Excludes win over includes; a pattern with neither a slash nor a star in front matches in every folder; what is excluded is not
//     deleted either.
//   - The works of an ENHANCED run overlap so: it lists until half of [Phases].Transferring is over, compares from the middle of Preparing until
//     three quarters of Transferring, transfers while its status is TRANSFERRING, and verifies from a quarter of Transferring until the end of
//     Verifying. Each goes through what is found in the order of the keys, at an even pace. A phase's status is SUCCESS once its work is done.
//   - Both modes take what is there when PREPARING begins, and delete when all is transferred.
//   - Objects that were skipped because they are archived, cannot be transferred or may not be overwritten are counted as skipped; in a BASIC
//     run also those that a manifest names and that are not there, and those that failed to be transferred.
//   - What failed to be prepared, transferred or deleted gives a SUCCESS the detail about skipped files; what differs, that about mismatches.
//   - The folders of a run are the prefixes of what is found, without the location's own, and none of those that a manifest names. Nothing is
//     written for a folder that has no object of its own; it is transferred if the destination has nothing in it, and not verified. It is deleted
//     if all that is in it is. An object that cannot be transferred is in no folder.
//   - An object that changed at either end since it was copied differs, and so does one that is gone; POINT_IN_TIME_CONSISTENT compares also
//     what was the same already, but not what was skipped or is at the destination only.
//   - A copy keeps the time of its original, and CHANGED compares it, the size and the tags.
//   - DataSync presents the ARN of the task to the roles of a manifest and a report. A manifest that cannot be read, or is of another form, ends the
//     run; an object that it names and that is not at the source fails to be prepared.
//   - Reports list objects that were skipped or deleted in the way of those transferred. Their codes are invented, but for FileNotAtSource.
//   - DataSync takes the names, lists, ranges, steps and letters of EventBridge's cron expressions, and a rate in minutes. A rate counts from when
//     the schedule was set, and one is taken with either form of its unit. A scheduled run that may not start or wait in the queue is lost. After
//     three scheduled runs in a row that end with the same error, the service disables the schedule.
//   - The codes SrcLocHitAccess and FsS3HeadBucketFailed stand for the source and the destination that cannot be reached in a run.
//   - S3 keeps the order of the members and statements of a policy, turns a single statement into a list, keeps numbers and booleans as they
//     are, and takes * and a pattern that covers the bucket's name for its own resource.
//   - S3 accepts the id of an account that this cloud does not know, and refuses roles and users of it.
//   - A policy that locks its writer out is refused as AccessDenied.
//   - KMS keeps the order of the members and statements of a policy. Which code it has for calls about the policy of another account's key,
//     and its texts but those about principals and lockout.
//   - DataSync itself asks nothing of a key: only S3 does, in the name of the role, for the bucket as the encryption context. Verification decrypts;
//     that a multipart upload decrypts too is not played. Manifests and reports take no key.
//   - DataSync sends no aws:SourceOrgID when it assumes a role.
//   - Which of two reasons a refusal names if there are several.
//
// # What it does not play
//
// Grants and aliases of KMS but aws/s3, access points, object ACLs, the bandwidth that a run may take, bytes of an object that is half written,
// metadata of objects but tags, and requests that carry an SDK client's own options: the functions that
// SDK calls take are not applied, and nothing is retried.
package xaccttest
