package plan

import (
	"errors"
	"fmt"
	"strings"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/xacct/xacct/internal/awserr"
	"github.com/xacct/xacct/internal/text"
	"github.com/xacct/xacct/problem"
	"github.com/xacct/xacct/task"
)

// where is the account and Region that an error is about: "account 111122223333 us-east-2".
func where(account, region string) string {
	return strings.TrimSpace("account " + account + " " + region)
}

// ClientError says that the plan needs a client that the caller did not give, or gave as nil.
type ClientError struct {
	Account, Region string
	Service         string // such as "S3"; "" if the account has no clients at all
}

// Error is one line: the account, the Region and the service whose client is missing.
func (e *ClientError) Error() string {
	if e.Service == "" {
		return text.Printable(where(e.Account, e.Region) + ": no clients were given")
	}
	return text.Printable(fmt.Sprintf("%s: no %s client was given", where(e.Account, e.Region), e.Service))
}

// Hint names the field to fill.
func (e *ClientError) Hint() string {
	if e.Service == "" {
		return text.Printable(fmt.Sprintf("set Clients[%q], with clients that NewAccountClients makes", e.Account))
	}
	return text.Printable(fmt.Sprintf("set Clients[%q].%s, or make the account's clients with NewAccountClients", e.Account, strings.TrimPrefix(e.Service, "CloudWatch ")))
}

// ConfigError says that a call cannot succeed with the client that it was made with: its credentials have expired, are missing or are refused, or it
// has no Region. See [task.ConfigError].
type ConfigError = task.ConfigError

// hintOf is the hint of the ConfigError in err; "" if there is none.
func hintOf(err error) string {
	if config := (*ConfigError)(nil); errors.As(err, &config) {
		return config.Hint()
	}
	return ""
}

// IdentityError says that a client belongs to another account than the one it stands for, or that its account could not be proved.
type IdentityError struct {
	Account string // the account that the client stands for
	Got     string // the account that STS named; "" if it did not answer
	Err     error
}

// Error is one line: the account, and whom the client belongs to instead, or why that is not known.
func (e *IdentityError) Error() string {
	if e.Err != nil {
		return text.Printable(fmt.Sprintf("account %s: sts:GetCallerIdentity: %v", e.Account, e.Err))
	}
	return text.Printable(fmt.Sprintf("account %s: sts:GetCallerIdentity: the credentials belong to account %s", e.Account, e.Got))
}

// Unwrap is the error of the call, if it failed.
func (e *IdentityError) Unwrap() error { return e.Err }

// Hint says which credentials to give, or what is wrong with those given.
func (e *IdentityError) Hint() string {
	if hint := hintOf(task.NewConfigError(e.Account, "", e.Err)); hint != "" {
		return hint
	}
	if e.Err != nil {
		return text.Printable(fmt.Sprintf("see why STS does not answer the client of account %s, and plan again", e.Account))
	}
	return text.Printable(fmt.Sprintf("give Clients[%q] credentials of account %s", e.Account, e.Account))
}

// CallerError says that nothing was applied, because the caller may not make a location or task that it would have to make now, or because the caller of
// another account may not write a policy there.
type CallerError struct {
	Account   string // the account of the caller: the task account, or that of the bucket or key
	Caller    string // the ARN of the role or user that calls
	Transfers []string
	Findings  []Finding // what it may not do, each with its remedy
}

// Error is one line: the account, the caller, and what it may not do.
func (e *CallerError) Error() string {
	details := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		details[i] = "transfer " + f.Transfer + ": " + f.Detail
	}
	return text.Printable(fmt.Sprintf("%s: the caller %s may not apply this plan, and nothing was written: %s", where(e.Account, ""), e.Caller, strings.Join(details, "; ")))
}

// Hint joins the findings' remedies.
func (e *CallerError) Hint() string { return remedies(e.Findings) }

// BlockedError says that changes were not made because findings block them.
type BlockedError struct {
	Transfer string    // "" is the plan as a whole
	Findings []Finding // the blocking ones
	Causes   []error   // the errors that findings come from: an *[AmbiguousError], an *[OwnerError], a *[WrongOwnerError], that of a read; nil if there are none
}

// Unwrap is Causes.
func (e *BlockedError) Unwrap() []error { return e.Causes }

// Error is one line: the transfer and the findings that block it.
func (e *BlockedError) Error() string {
	details := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		details[i] = f.Code + ": " + f.Detail
	}
	who := "transfer " + e.Transfer
	if e.Transfer == "" {
		who = "the plan"
	}
	return text.Printable(fmt.Sprintf("%s: blocked by %s", who, strings.Join(details, "; ")))
}

// Hint joins the findings' remedies.
func (e *BlockedError) Hint() string { return remedies(e.Findings) }

// AmbiguousError says that several resources are tagged as one of ours. They differ, or a change would make them differ: those that are equal are no
// error, because it does not matter which of them is used.
type AmbiguousError struct {
	Account, Region string
	Kind            Kind
	Name            string
	ARNs            []string
	Differ          []string // what they differ in, sorted, such as "exclude filter", "role" or "tag team"; nil if they do not differ yet
}

// Error is one line: what was looked for, the candidates, and what they differ in.
func (e *AmbiguousError) Error() string {
	s := fmt.Sprintf("%s: %d of %s %s are tagged as ours: %s", where(e.Account, e.Region), len(e.ARNs), e.Kind, e.Name, strings.Join(e.ARNs, ", "))
	if len(e.Differ) > 0 {
		s += "; they differ in " + text.Few(e.Differ)
	}
	return text.Printable(s)
}

// Hint says how to resolve it.
func (e *AmbiguousError) Hint() string {
	return "keep the one that is in use, and delete the others or remove their tags"
}

// DriftError says that a plan of the mode [Drift] was to be used for more than to be looked at. Nothing was read or written.
type DriftError struct {
	Use string // what the plan cannot be: "applied", "handed over", "reviewed"
}

// Error is one line: the mode, and what the plan cannot be.
func (e *DriftError) Error() string {
	return text.Printable("plan: it was made with Drift and shows only what differs: nothing was checked, so that it cannot be " + e.Use)
}

// Hint says which plan can be.
func (e *DriftError) Hint() string { return "make a plan of the same transfers without Drift" }

// PartialError says what stands of an apply of which a change failed: nothing is rolled back.
type PartialError struct {
	Mode    Mode
	Changes []string // the IDs of the changes that this apply has made
}

// Error is one line: how many changes were made, and the first of them.
func (e *PartialError) Error() string {
	what, most := "stand", 3
	if e.Mode == TearDown {
		what = "are taken away"
	}
	list := strings.Join(e.Changes[:min(most, len(e.Changes))], ", ")
	if n := len(e.Changes) - most; n > 0 {
		list += fmt.Sprintf(" and %d more", n)
	}
	return text.Printable(fmt.Sprintf("%d change%s of this apply %s: %s", len(e.Changes), text.Plural(len(e.Changes)), what, list))
}

// Hint says how to go on, and how to take away what stands.
func (e *PartialError) Hint() string {
	if e.Mode == TearDown {
		return "make a new NewDestroyPlan of the same transfers and apply it: it goes on from there"
	}
	return "to go on, plan and apply again; to take away what stands, apply a NewDestroyPlan of the same transfers, with Result.Ownership as its Ownership"
}

// StaleError says that a resource of ours was changed after the plan was made. It was not written, unless it is a policy for a role that was deleted
// while Apply wrote it: the Detail names the role, and says whether the statements that name it were taken out again.
type StaleError struct {
	Change string // the change's ID
	Detail string
}

// Error is one line: the change, and what is not as the plan read it.
func (e *StaleError) Error() string {
	return text.Printable(fmt.Sprintf("%s: changed since the plan was made: %s", e.Change, e.Detail))
}

// Hint is to plan again.
func (e *StaleError) Hint() string { return "make a new plan, review it and apply that one" }

// MismatchError says that a plan's text is not what its transfers ask for, so that somebody or something edited it.
type MismatchError struct {
	Change string // the change's ID; "" is the plan as a whole
	Detail string
}

// Error is one line: the change, and what the transfers do not ask for.
func (e *MismatchError) Error() string {
	return text.Printable(strings.TrimPrefix(fmt.Sprintf("%s: the plan does not match its transfers: %s", e.Change, e.Detail), ": "))
}

// Hint is to plan again.
func (e *MismatchError) Hint() string {
	return "do not trust this plan: make a new one from the transfers"
}

// OwnerError says that a statement or role has our name and is not ours.
type OwnerError struct {
	Account, Region string
	Kind            Kind
	Name, Detail    string
}

// Error is one line: the resource, and why it is not ours.
func (e *OwnerError) Error() string {
	return text.Printable(fmt.Sprintf("%s: %s %s is not ours: %s", where(e.Account, e.Region), e.Kind, e.Name, e.Detail))
}

// Hint is to give way.
func (e *OwnerError) Hint() string {
	return "rename the transfer or the role, or remove the other one if nobody needs it"
}

// WrongOwnerError says that a bucket does not belong to the account that the transfer names, or that this is not proved.
type WrongOwnerError struct {
	Account, Region string // as the transfer names them
	Bucket          string
	Owner           string // the account with clients that proved to own the bucket; "" is not known
	Err             error  // what S3 answered; nil if the bucket was not looked at
}

// Error is one line: the account, the bucket, and its owner or what S3 answered. S3 does not say whose a bucket is, and only confirms its owner.
func (e *WrongOwnerError) Error() string {
	if e.Owner != "" {
		return text.Printable(fmt.Sprintf("%s: bucket %s belongs to account %s", where(e.Account, e.Region), e.Bucket, e.Owner))
	}
	s := fmt.Sprintf("%s: it is not proved that bucket %s belongs to the account", where(e.Account, e.Region), e.Bucket)
	if e.Err != nil {
		s += ": " + text.OneLine(e.Err)
	}
	return text.Printable(s)
}

// Unwrap is what S3 answered.
func (e *WrongOwnerError) Unwrap() error { return e.Err }

// Hint is to correct the account, or to let the reader prove it.
func (e *WrongOwnerError) Hint() string {
	if e.Owner != "" {
		return text.Printable("set the account of bucket " + e.Bucket + " to " + e.Owner)
	}
	if hint := hintOf(e.Err); hint != "" {
		return hint
	}
	if hint := awserr.RefusalIn(awserr.Message(e.Err)).Remedy("the reader", "bucket "+e.Bucket); hint != "" {
		return text.Printable("correct the account, or " + hint)
	}
	return text.Printable("correct the account, or grant the reader s3:ListBucket on bucket " + e.Bucket)
}

// LostUpdateError says that the policy of a bucket or key does not hold what was written: somebody wrote it at the same time.
type LostUpdateError struct {
	Account, Region string
	Kind            Kind     // BucketPolicy, KeyPolicy or LogPolicy
	Name            string   // of the bucket or key
	Missing         []string // the statements, by Sid or number, that were sent and are not there
}

// Error is one line: the policy, and the statements that another writer removed.
func (e *LostUpdateError) Error() string {
	return text.Printable(fmt.Sprintf("%s: %s of %s: written, but %s not there afterwards: another writer was at work", where(e.Account, e.Region), e.Kind, e.Name, text.NamedAll(e.Missing)))
}

// Hint is to agree on one writer and to run again.
func (e *LostUpdateError) Hint() string {
	return "no service has a conditional write for such a policy: stop the other writer, compare the Result's Before and After, and run again"
}

// SchemaError says that a plan's JSON is of a version that this one does not read, or no plan's.
type SchemaError struct{ Schema string } // "" is JSON without one

// Error is one line: the schema of the plan, those that this version reads, and, of a newer minor version, why not that one.
func (e *SchemaError) Error() string {
	if e.Schema == "" {
		return text.Printable("the JSON has no Schema, which every plan has, and this version reads " + Schema + " and what is older after the dot")
	}
	line := fmt.Sprintf("the plan's schema is %q, and this version reads %s and what is older after the dot", e.Schema, Schema)
	major, _, _ := strings.Cut(Schema, ".")
	if minor, same := strings.CutPrefix(e.Schema, major+"."); same && minor != "" && strings.Trim(minor, "0123456789") == "" {
		line += ": a newer one may hold settings that this version does not know and would not keep to"
	}
	return text.Printable(line)
}

// Hint is to use the version that made the plan, or to plan again.
func (e *SchemaError) Hint() string {
	if e.Schema == "" {
		return "read the whole JSON that json.Marshal made of the plan, or make a new plan"
	}
	return "apply it with the version that made it, or make a new plan"
}

// WaitingError says that a change waits for the operator of another account. It is not a failure.
type WaitingError struct {
	Account string // the account it waits for
	Changes []string
}

// Error is one line: the account whose operator has still to act, and the changes.
func (e *WaitingError) Error() string {
	return text.Printable(fmt.Sprintf("waits for account %s: %s", e.Account, strings.Join(e.Changes, ", ")))
}

// Hint says whose turn it is.
func (e *WaitingError) Hint() string {
	return text.Printable(fmt.Sprintf("let the operator of account %s apply their part, Plan.For(%q), then plan again, "+
		"with their Result.Report in PlanOptions.Reported if no client here reads that account, and apply", e.Account, e.Account))
}

// NoTaskError says that a transfer has no task to run. No task in the account and Region is tagged as its own.
type NoTaskError struct{ Account, Region, Transfer string }

// Error is one line: where there is no task of which transfer.
func (e *NoTaskError) Error() string {
	return text.Printable(fmt.Sprintf("account %s %s: no task is tagged as that of transfer %s", e.Account, e.Region, e.Transfer))
}

// Hint is to set the transfer up.
func (e *NoTaskError) Hint() string {
	return "apply the plan first, and where it waited for another account, plan and apply again once that account's operator has applied their part"
}

// OwnershipError says that a run was not started because the objects written might not belong to the destination's owner.
type OwnershipError struct {
	Account, Bucket string
	TaskAccount     string                  // whose the objects would be
	Have            s3types.ObjectOwnership // "" if it could not be found out
	Err             error                   // why it could not; nil if it is known
}

// Error is one line: the bucket and its ownership, or why that is not known.
func (e *OwnershipError) Error() string {
	if e.Err != nil {
		return text.Printable(fmt.Sprintf("bucket %s of account %s: who will own the objects is not known: %s", e.Bucket, e.Account, text.OneLine(e.Err)))
	}
	return text.Printable(fmt.Sprintf("bucket %s of account %s: objects would belong to %s (%s)", e.Bucket, e.Account, strings.TrimSpace("the task account "+e.TaskAccount), e.Have))
}

// Unwrap is why the ownership could not be found out.
func (e *OwnershipError) Unwrap() error { return e.Err }

// byWord says how somebody's word stands for the proof.
const byWord = "have its owner confirm that ACLs are disabled: OwnershipConfirmed(bucket, by) is an option of Plan.Start, or plan with their report in PlanOptions.Reported"

// Hint names the next action.
func (e *OwnershipError) Hint() string {
	if hint := hintOf(task.NewConfigError(e.Account, "", e.Err)); hint != "" {
		return hint
	}
	if bad := problem.All(e.Err); len(bad) > 0 {
		return bad[0].Hint()
	}
	if e.Err != nil {
		if hint := awserr.RefusalIn(awserr.Message(e.Err)).Remedy("the caller in account "+e.Account, "bucket "+e.Bucket); hint != "" {
			return text.Printable(hint + "; or " + byWord)
		}
		return text.Printable("give a client of account " + e.Account + " that may s3:GetBucketOwnershipControls, or " + byWord)
	}
	return "set Destination.DisableACLs and apply the plan, after checking who still writes or reads through ACLs"
}
