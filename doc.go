// Package xacct moves data between S3 buckets of different AWS accounts with AWS DataSync.
//
// It works out every IAM, S3, KMS and DataSync piece that such a transfer needs, shows what it would change and judges who will be let in,
// changes just that, and takes it all away again:
//
//	plan, err := xacct.NewPlan(ctx, clients, transfers)   // reads only
//	fmt.Println(plan)                                     // what changes, who is let in, what is unknown
//	result, err := plan.Apply(ctx, clients)
//	api, err := clients.DataSync(result.TaskARN("media-archive"))
//	run, err := task.Start(ctx, api, result.TaskARN("media-archive"), func(o *task.StartOptions) { o.Before = xacct.VerifyOwnership(clients, transfer) })
//	outcome, err := run.Wait(ctx)
//	back, err := xacct.NewDestroyPlan(ctx, clients, transfers)
//
// # The parts
//
// A [Transfer] is a plain value that says what is wanted. [Transfer.Resources] turns it into roles, statements of buckets and keys,
// locations and a task without a call, and [Resources.Check] judges them against documents that you hand in: both can be unit-tested. The packages policy and
// policy/authz hold the documents and the judge; iamrole, bucket, kmskey, location and task hold one AWS resource each and are useful alone;
// xaccttest is an in-memory AWS to test it all with.
//
// # Accounts
//
// The task account owns roles, locations and the task. It is the source's account (push) unless [Transfer].TaskAccount says otherwise.
// A bucket or key of another account gets statements in its policy; the keys of encrypted buckets are listed in [Endpoint].KMSKeys. An account that is missing from [Clients] is somebody else's: its changes
// are planned as a hand-over, [Plan.For] is its operator's part, and what waits for it ends as [Waiting], which is not an error.
//
// # Promises
//
//   - In every policy of a bucket or key that is written, each statement of others has the very bytes of the read that it was merged from.
//   - A statement is ours by its Sid and its shape, a role, location or task by its tags. Nothing else is changed or deleted. What is
//     ambiguous is reported, never guessed.
//   - What could not be read is reported as unknown, never taken for absent; what is not settled is undetermined, never allowed.
//   - Everything can be run again: after a crash, a lost answer or a refused call, the next plan and apply go on from what AWS holds.
//     There is no state file.
//
// # What we cannot know
//
// What is not documented, or cannot be seen with the accounts' credentials. A plan says where it hangs on one of these; it never turns
// them into yes or no.
//
//   - None of S3, KMS and CloudWatch Logs has a conditional write for the policies of buckets, keys and accounts. Apply reads a policy right
//     before it writes it and looks again afterwards, but a write by somebody else between that read and that write is lost. [ChangeResult].Writes holds both documents.
//   - What S3 asks of a key is documented for reading (kms:Decrypt) and writing (kms:GenerateDataKey, kms:Decrypt). A denial of the other actions
//     in DataSync's list is a warning. Grants of KMS, which let somebody in beside the key's policy, are not read, and neither are keys that
//     no end lists.
//   - Whoever assumes an operator's role may give the session tags of its own, which hide the role's: what hangs on them is undetermined.
//     Of a role of IAM Identity Center a session does not tell the whole path.
//   - Reads are eventually consistent too: what a plan read may be older than what stands.
//   - Service and resource control policies, VPC endpoint policies and session policies are not visible with an account's credentials, nor
//     is the organisation of an account. The plan says which policies were not given; hand them in with [PlanOptions].
//   - Block Public Access of the account and of the organisation is not read, only that of the bucket. A bucket policy that S3 calls public
//     is reported in any case.
//   - A unique id in place of a principal may be a deleted role or one whose change S3 has not shown yet. Only an id that stays for half a
//     minute counts as dead.
//   - Which objects there are is not read: objects below the prefix are judged by a key for each pattern that a statement has, and where
//     these differ the answer is undetermined. Object ACLs, the owners of objects in a bucket with ACLs and the keys that single objects are
//     encrypted under are not read, and neither is the policy of a bucket of reports or manifests that is no end's.
//   - DataSync documents neither the headers it sends to S3 nor its addresses. That it names no encryption, no ACL, no grant and no
//     requester who pays, that it signs with version 4 in a header, and that its session is called AwsSync-loc-… is assumed; so is that S3's calls to KMS
//     come through no VPC. Package authz lists for each condition key whether it is certain, assumed or unknown, and a plan names the
//     assumptions that let somebody in. Whether it uses TLS 1.2 or 1.3, whether aws:MultiFactorAuthPresent is false or absent, and whether it
//     sends a checksum with every upload, which Object Lock asks for, is unknown.
//   - A Deny with NotPrincipal that names the role and its account, but not the session, is documented as one that may deny: it is called
//     denied.
//   - That a task without a manifest reads no object versions is assumed: a denial of s3:GetObjectVersion limits a transfer and does not
//     block it. Whether a manifest names versions is not read. So does one of s3:DeleteObject, unless the transfer deletes.
//   - That CreateLocationS3 tests s3:ListBucket with the caller's own credentials was observed, and is not in DataSync's list of permissions.
//     Whether that is a forward access session, so that aws:ViaAWSService is true, is unknown.
//   - DataSync does not say which location's ARN and Region it presents when it assumes a role, nor whether it presents aws:SourceOrgID.
//     The trust preset allows the Regions of the location and of the task; a given role that trusts only that of the location is
//     undetermined. Which ARN it presents for manifests and reports is not documented either.
//   - Whether an option left out of UpdateTask keeps its value, whether a location can be deleted while a task of another Region uses it,
//     and whether UpdateLocationS3 tests the access again is not documented.
//   - The messages of DataSync have no codes: what they mean is known from reports, see [AccessTestError] and
//     [Plan.Explain].
//   - Lists of locations and tasks may lag behind. A duplicate that a lag beyond [ApplyOptions].Settle makes possible is reported by the
//     next plan as ambiguous.
//   - A location does not say who owns its bucket. When a transfer is moved to another bucket, whose client S3 lets read the old bucket's policy
//     is its owner; until that is proved, the role stays that the policy may name.
//   - What a transfer was once, only AWS tells. When an apply that renames a role is cut short before a location uses it, and the rename is taken
//     back, nothing leads to the new role any more: it has our tags, and is found by looking for them in IAM.
//   - The service principal datasync.amazonaws.com is documented for the aws partition; for the others it is assumed.
//   - Whether the service-linked role AWSServiceRoleForDataSync is there is not looked up: the operator's right to make it is asked for in
//     any case, and a denial is a warning.
//
// # Compatibility
//
// The interfaces named API, [DataSyncAPI] and [IdentityAPI] may gain methods in a minor release: embed them in your fakes. Structs may
// gain fields. The JSON of a [Plan] is versioned: a newer version is refused, an older one of the
// same major version is read.
package xacct
