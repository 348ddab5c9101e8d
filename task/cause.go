package task

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/internal/awserr"
)

// Cause classifies a message or error code of DataSync by what went wrong.
type Cause string

// The causes. Most of DataSync's errors have no specific code and are recognised by their messages: see [MeaningOf].
const (
	CauseUnknown Cause = "" // the message is not known to this package

	// A location or task could not be created, or a run not started.
	CauseTrust       Cause = "trust"       // the role could not be assumed
	CauseRole        Cause = "role"        // the role does not exist, or DataSync does not see it yet
	CauseCaller      Cause = "caller"      // the caller of CreateLocationS3 may not list the bucket
	CauseList        Cause = "list"        // the role may not list the bucket
	CauseRead        Cause = "read"        // the role may not read or decrypt an object
	CauseWrite       Cause = "write"       // the role may not write or encrypt an object
	CauseReport      Cause = "report"      // the role of the report may not write the report
	CauseKey         Cause = "key"         // the role may not use a KMS key
	CauseAccess      Cause = "access"      // S3 refused the role, and the message does not say which action
	CauseNoBucket    Cause = "no-bucket"   // the bucket does not exist
	CauseNoKey       Cause = "no-key"      // the KMS key, or its alias, does not exist where it is looked for
	CauseKeyState    Cause = "key-state"   // the KMS key is disabled, is to be deleted, or is not for encrypting
	CauseRegion      Cause = "region"      // the bucket is in another Region
	CauseARN         Cause = "arn"         // an ARN names something else, or another account
	CauseOption      Cause = "option"      // DataSync does not accept an option or a combination of options
	CauseInput       Cause = "input"       // DataSync does not accept another value
	CauseGone        Cause = "gone"        // the location, task or run does not exist
	CauseDenied      Cause = "denied"      // the caller is not allowed to make the call
	CauseThrottled   Cause = "throttled"   // too many calls
	CauseOptIn       Cause = "opt-in"      // the Region or the service is not enabled in the account
	CauseCredentials Cause = "credentials" // the caller's credentials are no longer valid
	CauseService     Cause = "service"     // a service of AWS failed by itself

	// A run failed, or ended with exceptions.
	CauseSource      Cause = "source"        // the source could not be read
	CauseBucket      Cause = "bucket"        // a bucket could not be reached with the location's role
	CauseEndpoint    Cause = "endpoint"      // the task is in a Region from which the bucket cannot be reached
	CauseLocation    Cause = "location"      // a location could not be used at all
	CauseManifest    Cause = "manifest"      // the manifest does not exist, or cannot be read
	CauseMemory      Cause = "memory"        // too many objects for a BASIC run
	CauseNetwork     Cause = "network"       // a network interface was deleted
	CauseMismatch    Cause = "mismatch"      // the copies differ from the originals
	CauseFilesErrors Cause = "object-errors" // some objects were left out because of errors
	CauseNoObject    Cause = "no-object"     // an object, a version or an upload does not exist, or no longer
	CauseArchived    Cause = "archived"      // an object is in an archive, and not restored
	CauseCustomerKey Cause = "customer-key"  // an object is encrypted with a key that a customer provides
	CauseACL         Cause = "acl"           // the bucket has its ACLs disabled, and the request named one
	CauseChecksum    Cause = "checksum"      // the bucket has a default retention, for which S3 asks for a checksum with each object
	CauseLocked      Cause = "locked"        // Object Lock protects the object
)

// Meaning is what this package knows about a message of DataSync. The zero Meaning says that it knows nothing.
type Meaning struct {
	Cause  Cause
	Side   string // end of the transfer: "source" or "destination"; "" if the message does not say
	Action string // action that is probably not allowed, such as s3:ListBucket; "" if unknown or about something else
}

// MeaningOf returns the meaning of an error of DataSync: of a call, of the start of a run ([StartError]), or of the end of a run
// ([IncompleteError]). It returns the zero Meaning if err is nil or not known to this package.
func MeaningOf(err error) Meaning {
	var incomplete *IncompleteError
	var failed *ExecutionError
	var api smithy.APIError
	switch {
	case err == nil:
		return Meaning{}
	case errors.As(err, &incomplete):
		return incomplete.Outcome.meaning()
	case errors.As(err, &failed):
		return meaningOf(failed.Code + " " + failed.Detail)
	}
	text := err.Error()
	if errors.As(err, &api) {
		text = api.ErrorCode() + " " + api.ErrorMessage()
	}
	m := meaningOf(text)
	if m.Access() && awserr.ConfigFlaw(err) != awserr.NoFlaw { // the SDK was refused when it got credentials for the call
		return Meaning{Cause: CauseCredentials}
	}
	return m
}

func (o *Outcome) meaning() Meaning {
	m := meaningOf(o.ErrorCode + " " + o.ErrorDetail)
	switch {
	case o.Verdict == Cancelled:
		return Meaning{}
	case m.Cause == CauseUnknown && o.Verdict == WithExceptions && o.Counters.Failed() > 0:
		return Meaning{Cause: CauseFilesErrors}
	}
	return m
}

// Access reports whether the message may be about missing permissions: of a role on a bucket or key, or to assume the role.
func (m Meaning) Access() bool {
	switch m.Cause {
	case CauseTrust, CauseCaller, CauseList, CauseRead, CauseWrite, CauseReport, CauseKey, CauseAccess, CauseSource, CauseBucket, CauseLocation,
		CauseManifest, CauseFilesErrors:
		return true
	}
	return false
}

// Hint names the next action.
func (m Meaning) Hint() string { return m.HintFor("", "") }

// HintFor is Hint with the names of the role and the bucket in the text; "" is not known.
func (m Meaning) HintFor(role, bucket string) string {
	if role == "" {
		role = "the location's role"
	}
	if bucket == "" {
		bucket = "the bucket"
	} else {
		bucket = "bucket " + bucket
	}
	h := hints[m.Cause]
	if !strings.Contains(h, "%[") {
		return h
	}
	return fmt.Sprintf(h+"%[3]s", role, bucket, "") // the empty %[3]s allows hints that use only one of the names
}

// hints holds the next action for each cause; %[1]s is the role, %[2]s the bucket.
var hints = map[Cause]string{
	CauseUnknown:     "see the error code at https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html",
	CauseTrust:       "let the trust policy of %[1]s allow sts:AssumeRole to datasync.amazonaws.com, with conditions that fit the Regions of location and task; a new role takes a minute",
	CauseRole:        "see that %[1]s exists in the task's account; a new role takes a minute",
	CauseCaller:      "let whoever makes the location list %[2]s, in its own policies and in the bucket's: name it in Operators; s3:GetBucketLocation and s3:ListAllMyBuckets may be missed too",
	CauseList:        "let %[1]s list %[2]s, in its own policies and in the bucket's",
	CauseRead:        "let %[1]s read the objects of %[2]s, and decrypt with the keys that they are encrypted under: list these in KMSKeys",
	CauseWrite:       "let %[1]s write to %[2]s, in its own policies and in the bucket's, and encrypt and decrypt with the bucket's key: list it in KMSKeys",
	CauseReport:      "let the report's role write to the report's bucket, and use its key",
	CauseKey:         "let %[1]s use the key, in its own policies and in the key's: list the key in KMSKeys",
	CauseAccess:      "let %[1]s, the policy of %[2]s and, if it is encrypted with a KMS key, the key's policy allow what DataSync needs",
	CauseNoBucket:    "correct the name of the bucket",
	CauseNoKey:       "name the key by its full ARN in the bucket's default encryption, and see that it exists: an alias is looked up in the account of the role",
	CauseKeyState:    "enable the KMS key, or cancel its deletion; a bucket needs a symmetric key for encrypting",
	CauseRegion:      "set the Region of that end to the one that the message names, or else to the bucket's own: s3:GetBucketLocation tells it",
	CauseARN:         "give ARNs of DataSync resources of the task's account",
	CauseOption:      "change the option that the message names",
	CauseInput:       "change the value that the message names",
	CauseGone:        "make a new plan: it says what is there; and check that the client is one for the account and Region in the ARN",
	CauseDenied:      "allow the caller what the message names (OperatorPolicy has all that it needs), and look for policies that deny it",
	CauseThrottled:   "wait, and try again with fewer calls at a time",
	CauseOptIn:       "enable the Region in the account, and sign up for the service",
	CauseCredentials: "get new credentials, and try again",
	CauseService:     "try again in a while; if it comes back, ask AWS Support with the request id",

	CauseSource:      "let the source location's role, the bucket's policy and the KMS key's policy allow reading",
	CauseBucket:      "let %[1]s, the policy of %[2]s and, if it is encrypted with a KMS key, the key's policy allow what DataSync needs",
	CauseEndpoint:    "make the task in the destination's Region, or as an ENHANCED task",
	CauseLocation:    "check both locations: their buckets, Regions and roles",
	CauseManifest:    "put the manifest where the task looks for it, and let its role read it",
	CauseMemory:      "use an ENHANCED task, or split the transfer by include filters",
	CauseNetwork:     "start the task again; if it comes back, ask AWS Support",
	CauseMismatch:    "start the task again when nobody writes to the source or the destination; objects without a content type may differ forever",
	CauseFilesErrors: "see the task's report or log group for the objects, let the roles read and write them, and start the task again",
	CauseNoObject:    "start the task again: it was deleted during the run; if it is the task's manifest, put it where the task looks for it",
	CauseArchived:    "restore the archived objects, and start the task again",
	CauseCustomerKey: "encrypt the object under a key of S3 or KMS, or leave it out: DataSync reads none that needs a key of the customer",
	CauseACL:         "let nothing ask for an ACL: a policy of %[2]s that demands one cannot be met while its Object Ownership is BucketOwnerEnforced",
	CauseChecksum:    "take the default retention of %[2]s away for the transfer, or write to another bucket",
	CauseLocked:      "keep what is locked: let the task neither overwrite nor delete it (OverwriteMode NEVER, PreserveDeletedFiles PRESERVE)",
}
