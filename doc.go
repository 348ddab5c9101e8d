// Package xacct moves data between S3 buckets of different AWS accounts with AWS DataSync. It plans every IAM, S3, KMS and DataSync
// resource that such a transfer needs, shows what would change and whether the policies will allow the transfer, changes just that, and
// removes it again:
//
//	p, err := xacct.NewPlan(ctx, clients, transfers) // reads only
//	fmt.Println(p)                                   // what changes, what the policies allow, what is unknown
//	result, err := p.Apply(ctx, clients)
//	run, err := p.Start(ctx, clients, result, "media-archive")
//	outcome, err := run.Wait(ctx)                          // err is nil only if everything arrived
//	receipt, err := run.Receipt(ctx)                       // the record of the run
//	p, err = xacct.NewDestroyPlan(ctx, clients, transfers) // and p.Apply to remove it again
//
// # The parts
//
// A [Transfer] is a plain value that says what is wanted. [Transfer.Resources] turns it into roles, statements for buckets and keys,
// locations and a task without a call to AWS, and [Resources.Check] evaluates them against policies that you hand in: both can be unit-tested.
//
//   - [NewPlan] and [NewDestroyPlan] compare what is desired with what is observed. [Plan.Apply] makes the changes. A destroy plan removes them.
//   - [Plan.Start] runs the task of a transfer once it is proved that the objects will belong to the destination's owner. [Run] tells whether
//     everything arrived, and has the record. [Plan.Attach] returns the run under way, or the latest.
//   - Package task does the same for one task by its ARN; [VerifyOwnership] returns a check for its StartOptions.Before.
//   - Packages iamrole, bucket, kmskey, location and task each describe one AWS resource and are useful alone.
//   - Package policy holds policy documents, and policy/authz decides what they allow.
//   - Package xaccttest is an in-memory AWS to test all of it with.
//
// # Where types are
//
// The types of plans and results, which are Change, Finding, Facts, Result, Event and the errors, are declared in package plan, whose page shows
// their fields. This package has aliases of them, so most programs import only this one. What is wrong with a transfer is a list of [Problem]
// values, from package problem.
//
// # Which calls are made
//
// docs/calls.md lists for each function the calls that it makes and in which account, when it returns nil, its typed errors, and what stands
// afterwards. It also has the policy that planning needs in each account, as [OperatorPolicy] writes it.
//
// # Accounts
//
// The task account owns the roles, the locations and the task. It is the source's account (push) unless [Transfer].TaskAccount says
// otherwise. A bucket or key of another account gets statements in its policy. The keys of encrypted buckets are listed in [Endpoint].KMSKeys.
//
// The operator of an account is whoever runs xacct there; [Transfer].Operators names those who create the locations. An account that is missing
// from [Clients] has an operator in another team: its changes are planned on hold ([Handover]). [Plan.For] returns the plan for that operator to
// apply, who hands the Report of the [Result] back: plan again with it in [PlanOptions].Reported. [Plan.Held] says what waits for whom.
// docs/two-teams.md has every step, to the tear-down. A change that waits for the other operator has the status [Waiting], which is no error.
//
// # Promises
//
//   - Writing the policy of a bucket or key keeps every statement of others byte for byte, as it was in the read before the write.
//   - A statement counts as ours if it has our Sid and the form that we write, and a role, location or task if it has our tags. Nothing else is
//     changed or deleted. What is ambiguous is reported, never guessed.
//   - What could not be read is reported as unknown, never taken for absent. An answer that depends on something unknown is undetermined,
//     never allowed.
//   - Everything can be run again: after a crash, a lost answer or a refused call, the next plan and apply go on from what AWS holds.
//     There is no state file.
//
// # What we cannot know
//
// Five limits matter most. All others are in docs/limits.md, with what would settle each of them. A plan says where its answer depends on
// one of them, and does not guess.
//
//   - The policies of buckets, keys and CloudWatch Logs have no conditional write. Apply reads a policy right before it writes it and looks
//     again afterwards, but a write by somebody else in between is lost. [ChangeResult].Writes holds both documents.
//   - Service and resource control policies, VPC endpoint policies and session policies are not visible with an account's credentials, nor is
//     the organisation of an account. The plan says which policies were not given; hand them in with [PlanOptions].
//   - DataSync documents neither the headers that it sends to S3 nor its addresses. That it names no encryption and no ACL, and that its
//     sessions are called AwsSync-loc-…, is assumed. Where access is allowed only under an assumption, the plan names the assumption.
//   - Which objects there are is not read, nor are their ACLs, their owners and the keys that they are encrypted under. Grants of KMS are not
//     read either. A run may fail for an object although the plan allows the transfer.
//   - Reads and lists of AWS are eventually consistent: what a plan read may be older than what is there. If a new resource stays
//     invisible for longer than [ApplyOptions].Settle, Apply may make it twice; the next plan deletes the one that nothing uses.
//
// # Compatibility
//
// The interfaces named API, [DataSyncAPI] and [IdentityAPI] may gain methods in a minor release: embed the Unimplemented types of package xaccttest
// in your fakes. Structs may gain fields. The JSON of a [Plan] is versioned: a newer version is refused, an older one of the same major version is
// read.
package xacct
