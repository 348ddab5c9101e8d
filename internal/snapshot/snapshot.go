// Package snapshot holds what was read of AWS for a set of transfers, and answers questions about it: which task and location are a transfer's own,
// what a transfer used before, what has to be read next, and which facts the checks can rely on. Package survey fills a Snapshot; nothing here
// has a context or a client. What could not be read has an error, in Failures or in the Unread of a state; it is never taken for absent.
//
// Former is what a transfer used before and no longer uses: buckets, keys, log policies, Regions and roles that may still hold something of it.
// Orphans are resources that are tagged as ours and that no transfer uses any more. AWS has no list by owner, so both are found by what tells of
// them: our tags, the policies of our roles, and the plan that is to be applied.
package snapshot

import (
	"iter"
	"strings"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/internal/check"
	"github.com/xacct/xacct/internal/transfer"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

// Snapshot is what was read for a set of transfers.
type Snapshot struct {
	// Transfers are all that were asked for, also those that turn out to be blocked.
	Transfers []*transfer.Transfer
	// Readable are the accounts that there are clients for. Resources of other accounts are missing in the maps below.
	Readable map[string]bool
	// Failures is why something could not be read at all, by what it is: a role's, key's, log group's, location's or task's ARN, a bucket's name, the ID of a log
	// policy's change, or "account/region" for the lists of locations and tasks there.
	Failures map[string]error

	// CallersUnread is by account, why the role behind the caller's session could not be read.
	CallersUnread map[string]error
	// AccountsUnread is by account, why its roles could not be read with one list, as was asked for. They were read one by one.
	AccountsUnread map[string]error
	// Roles are by ARN: those that the transfers make or name, former ones, and those behind the sessions of callers.
	Roles map[string]iamrole.State
	// Buckets are by name.
	Buckets map[string]bucket.State
	// Keys are by ARN.
	Keys map[string]kmskey.State
	// Logs are all resource policies of CloudWatch Logs in an account and Region, by the ID of the log policy's change there and by policy name.
	Logs map[string]map[string]policy.Document
	// LogGroups are by ARN: those that the transfers name.
	LogGroups map[string]task.LogGroupState
	// Locations are by ARN: those that may be the transfers', and those that the user names.
	Locations map[string]location.State
	// Tasks are by ARN: those that may be the transfers'.
	Tasks map[string]task.State
	// LogUsers are by ARN: the other BASIC tasks where the transfers have or had a log policy, because they may need it too.
	LogUsers map[string]task.State

	// Users are by list: the tasks that use a location of which there are twins.
	Users map[Lookup]Users
	// TaskCount is how many tasks there are in an account and Region, whoever made them.
	TaskCount map[transfer.Place]int
	// Listed are the accounts and Regions whose locations or tasks were listed.
	Listed map[transfer.Place]bool

	// Samples are by transfer that may overwrite: a page of what lies below the destination's prefix.
	Samples map[string]bucket.Sample
	// Unlisted is by transfer, why there is no sample.
	Unlisted map[string]error
	// Sources are by transfer: a page of what lies below the source's prefix.
	Sources map[string]SourceLook
	// SourceKeys are by transfer whose keys at the source were asked for: what was seen of them.
	SourceKeys map[string]check.KeyLook

	// DataBuckets are the buckets of manifests and reports that are no ends, as those of the accounts that the transfers name: whether they are there,
	// their Region, owner and policy.
	DataBuckets map[OwnedBucket]bucket.State
	// ProvedOwners are by the name of a bucket whose account, as the transfer names it, has no client: the account with clients whose bucket it is.
	ProvedOwners map[string]string
	// ListedBy are the operators, as callers of task accounts, who could list a bucket of another account whose policy nobody here can read.
	ListedBy map[Outside]string
	// Owners are by the name of a former bucket.
	Owners map[string]FormerOwner
	// KeysNamed are by transfer: the ARNs of the keys that the plan to be applied names.
	KeysNamed map[string][]string
	// BucketsNamed are by transfer: the buckets that the plan to be applied names, without their sides.
	BucketsNamed map[string][]FormerBucket
	// Dead are the unique IDs in bucket and key policies whose roles or users are certainly gone, sorted.
	Dead []string

	sealed *index // nil while the snapshot is written to
}

// OwnedBucket is a bucket and the account that is to own it.
type OwnedBucket struct{ Account, Name string }

// Outside is a bucket of another account, as a task account sees it.
type Outside struct{ TaskAccount, Account, Bucket string }

// SourceLook is a look at what lies below a source's prefix. Err is why it failed.
type SourceLook struct {
	Sample bucket.Sample
	Err    error
}

// New is an empty snapshot of the accounts, for which there are clients.
func New(accounts iter.Seq[string]) *Snapshot {
	readable := map[string]bool{}
	for account := range accounts {
		readable[account] = true
	}
	return &Snapshot{
		Readable:       readable,
		Failures:       map[string]error{},
		CallersUnread:  map[string]error{},
		AccountsUnread: map[string]error{},
		Roles:          map[string]iamrole.State{},
		Buckets:        map[string]bucket.State{},
		Keys:           map[string]kmskey.State{},
		Logs:           map[string]map[string]policy.Document{},
		LogGroups:      map[string]task.LogGroupState{},
		Locations:      map[string]location.State{},
		Tasks:          map[string]task.State{},
		LogUsers:       map[string]task.State{},
		Users:          map[Lookup]Users{},
		TaskCount:      map[transfer.Place]int{},
		Listed:         map[transfer.Place]bool{},
		Samples:        map[string]bucket.Sample{},
		Unlisted:       map[string]error{},
		Sources:        map[string]SourceLook{},
		SourceKeys:     map[string]check.KeyLook{},
		DataBuckets:    map[OwnedBucket]bucket.State{},
		ProvedOwners:   map[string]string{},
		Owners:         map[string]FormerOwner{},
		ListedBy:       map[Outside]string{},
	}
}

// RoleIDs maps the unique IDs of the roles that were read to their ARNs, because S3 shows a principal sometimes as the one and sometimes as the other.
func (s *Snapshot) RoleIDs() map[string]string {
	out := map[string]string{}
	for arn, r := range s.Roles {
		if r.Exists && r.ID != "" {
			out[r.ID] = arn
		}
	}
	return out
}

// LastOf is the last part of an ARN, such as task-0123456789abcdef0.
func LastOf(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }
