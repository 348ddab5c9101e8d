package task

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// Cause is what a message or error code of DataSync means.
type Cause string

// The causes. Most of DataSync's messages have no codes of their own: see [MeaningOf] for the messages and their sources.
const (
	CauseUnknown Cause = "" // a message that is not known here

	// A location or task was not made, or a run not started.
	CauseTrust       Cause = "trust"       // the role could not be assumed
	CauseRole        Cause = "role"        // the role is not there, or not yet seen
	CauseCaller      Cause = "caller"      // whoever makes the location may not list the bucket
	CauseList        Cause = "list"        // the role may not list the bucket
	CauseRead        Cause = "read"        // the role may not read an object, or not decrypt it
	CauseWrite       Cause = "write"       // the role may not write an object, or not encrypt it
	CauseReport      Cause = "report"      // the role of the report may not write it
	CauseKey         Cause = "key"         // the role may not use a KMS key
	CauseAccess      Cause = "access"      // S3 refused the role; what exactly is not said
	CauseNoBucket    Cause = "no-bucket"   // there is no such bucket
	CauseRegion      Cause = "region"      // the bucket is in another Region
	CauseARN         Cause = "arn"         // an ARN of something else, or of another account
	CauseOption      Cause = "option"      // an option, or a combination of options, that DataSync does not take
	CauseInput       Cause = "input"       // another value that DataSync does not take
	CauseGone        Cause = "gone"        // the location, task or run is not there
	CauseDenied      Cause = "denied"      // whoever calls may not do this
	CauseThrottled   Cause = "throttled"   // too many calls
	CauseOptIn       Cause = "opt-in"      // the Region or the service is not enabled in the account
	CauseCredentials Cause = "credentials" // the caller's credentials are no longer valid

	// A run failed.
	CauseSource      Cause = "source"        // the source could not be read
	CauseBucket      Cause = "bucket"        // a bucket could not be reached with the location's role
	CauseEndpoint    Cause = "endpoint"      // the task is in a Region from which the bucket cannot be reached
	CauseLocation    Cause = "location"      // a location could not be used at all
	CauseManifest    Cause = "manifest"      // the manifest is not there, or cannot be read
	CauseMemory      Cause = "memory"        // too many objects for a BASIC run
	CauseNetwork     Cause = "network"       // a network interface is gone
	CauseMismatch    Cause = "mismatch"      // the copies differ from the originals
	CauseFilesErrors Cause = "object-errors" // single objects were left out because of errors
)

// Meaning is what is known of a message of DataSync. The zero value is that nothing is.
type Meaning struct {
	Cause  Cause
	Side   string // the end that it is about, "source" or "destination"; "" if the message does not tell
	Action string // what is likely not allowed, such as s3:ListBucket; "" if it is not about that, or not known
}

// MeaningOf is what an error means that DataSync gave: to a call, to the start of a run ([StartError]), or in the end of one
// ([IncompleteError]). The zero Meaning is an error that is not known here, or none.
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
	case errors.As(err, &api):
		return meaningOf(api.ErrorCode() + " " + api.ErrorMessage())
	}
	return meaningOf(err.Error())
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

func meaningOf(message string) Meaning {
	text := strings.ToLower(message)
	for _, m := range messages {
		if !m.in(text) {
			continue
		}
		if m.Side == "" && m.Access() { // assumed: what DataSync writes of an end, it means
			source, destination := sideWords("source").in(text), sideWords("destination").in(text)
			switch {
			case source && !destination:
				m.Side = "source"
			case destination && !source:
				m.Side = "destination"
			}
		}
		if named := deniedAction.FindStringSubmatch(message); named != nil && m.Action == "" && m.Access() {
			m.Action = cmp.Or(actionOf[strings.ToLower(named[1])], named[1])
		}
		return m.Meaning
	}
	return Meaning{}
}

// sideWords is the name of an end.
type sideWords string

func (s sideWords) in(text string) bool {
	return strings.Contains(text, string(s)+" location") || strings.Contains(text, string(s)+" bucket")
}

// Access reports whether the message is about what a role may do with a bucket or key, or about who may assume it.
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

// HintFor is Hint with the names of the role and the bucket in question; "" is not known.
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
	return fmt.Sprintf(h+"%[3]s", role, bucket, "") // each of the hints is free to leave one out
}

// hints are the next actions; %[1]s is the role, %[2]s the bucket.
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
	CauseRegion:      "set the Region of that end to the one that the message names",
	CauseARN:         "give ARNs of DataSync resources of the task's account",
	CauseOption:      "change the option that the message names",
	CauseInput:       "change the value that the message names",
	CauseGone:        "make a new plan: it says what is there; and check that the client is one for the account and Region in the ARN",
	CauseDenied:      "allow the caller what the message names (OperatorPolicy has all that it needs), and look for policies that deny it",
	CauseThrottled:   "wait, and try again with fewer calls at a time",
	CauseOptIn:       "enable the Region in the account, and sign up for the service",
	CauseCredentials: "get new credentials, and try again",

	CauseSource:      "let the source location's role, the bucket's policy and the KMS key's policy allow reading",
	CauseBucket:      "let %[1]s, the policy of %[2]s and, if it is encrypted with a KMS key, the key's policy allow what DataSync needs",
	CauseEndpoint:    "make the task in the destination's Region, or as an ENHANCED task",
	CauseLocation:    "check both locations: their buckets, Regions and roles",
	CauseManifest:    "put the manifest where the task looks for it, and let its role read it",
	CauseMemory:      "use an ENHANCED task, or split the transfer by include filters",
	CauseNetwork:     "start the task again; if it comes back, ask AWS Support",
	CauseMismatch:    "start the task again when nobody writes to the source or the destination; objects without a content type may differ forever",
	CauseFilesErrors: "see the task's report or log group for the objects, let the roles read and write them, and start the task again",
}
