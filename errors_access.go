package xacct

import (
	"fmt"
	"strings"
)

// AccessCause is what a message of DataSync means when it will not make a location or task.
type AccessCause string

const (
	AccessUnknown AccessCause = ""       // a message that is not known here
	AccessTrust   AccessCause = "trust"  // the role could not be assumed
	AccessRole    AccessCause = "role"   // the role is not there, or not yet seen
	AccessCaller  AccessCause = "caller" // whoever makes the location may not list the bucket
	AccessList    AccessCause = "list"   // the role may not list the bucket
	AccessRead    AccessCause = "read"   // the role may not read an object, or not decrypt it
	AccessWrite   AccessCause = "write"  // the role of a report may not write it
	AccessRegion  AccessCause = "region" // the bucket is in another Region
	AccessARN     AccessCause = "arn"    // an ARN of something else, or of another account
	AccessOption  AccessCause = "option" // an option, or a combination of options, that DataSync does not take
	AccessDenied  AccessCause = "denied" // whoever calls may not do this
)

// accessCauses is the table of DataSync's messages, which have no codes of their own: the first row of which all words are in the message.
// Messages are matched loosely, because they are known from reports:
// https://github.com/hashicorp/terraform-provider-aws/pull/10984,
// https://github.com/hashicorp/terraform-provider-aws/issues/21974 (the caller), .../issues/23611 (the Region), .../issues/20922 (the ARN),
// https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md, https://github.com/alchemy-run/distilled (the role).
var accessCauses = []struct {
	words []string
	cause AccessCause
}{
	{[]string{"unable to assume role"}, AccessTrust},
	{[]string{"invalid iam role"}, AccessRole},
	{[]string{"bucket access test failed", "s3:putobject"}, AccessWrite},
	{[]string{"bucket access test failed"}, AccessCaller},
	{[]string{"location access test failed", "s3:getobject"}, AccessRead},
	{[]string{"location access test failed"}, AccessList},
	{[]string{"the bucket is in this region"}, AccessRegion},
	{[]string{"please use this region"}, AccessRegion},
	{[]string{"arn account", "must match authenticated user"}, AccessARN},
	{[]string{"invalid syncoption value"}, AccessOption},
}

// accessHints are the next actions; %[1]s is the role, %[2]s the bucket.
var accessHints = map[AccessCause]string{
	AccessTrust:  "let the trust policy of %[1]s allow sts:AssumeRole to datasync.amazonaws.com, with conditions that fit the Regions of location and task; a new role takes a minute",
	AccessRole:   "see that role %[1]s exists in the task's account; a new role takes a minute",
	AccessCaller: "let whoever makes the location list bucket %[2]s, in its own policies and in the bucket's: name it in Operators; s3:GetBucketLocation and s3:ListAllMyBuckets may be missed too",
	AccessList:   "let %[1]s list bucket %[2]s, in its own policies and in the bucket's",
	AccessRead:   "let %[1]s read the objects of bucket %[2]s, and decrypt with the keys that they are encrypted under: list these in KMSKeys",
	AccessWrite:  "let the report's role write to the report's bucket",
	AccessRegion: "set the Region of that end to the one that the message names",
	AccessARN:    "give ARNs of DataSync resources of the task's account",
	AccessOption: "change the option that the message names",
}

// accessCauseOf is what the error means.
func accessCauseOf(err error) AccessCause {
	if err == nil {
		return AccessUnknown
	}
	text := strings.ToLower(err.Error())
	for _, c := range accessCauses {
		all := true
		for _, w := range c.words {
			all = all && strings.Contains(text, w)
		}
		if all {
			return c.cause
		}
	}
	return AccessUnknown
}

// AccessTestError says that DataSync would not make a location or task, mostly because it could not reach a bucket.
type AccessTestError struct {
	Transfer  string
	Side      Side // "" is not known: a task has both
	Bucket    string
	RoleARN   string
	Cause     AccessCause
	Verdict   Code   // what the plan said of this side: CodeAllowed, CodeDenied or CodeUndetermined; "" is nothing
	Statement string // the statement that this verdict rests on; "" is none
	Err       error
}

func (e *AccessTestError) Error() string {
	what := "a bucket"
	if e.Side != "" {
		what = fmt.Sprintf("the %s bucket %s as %s", e.Side, e.Bucket, e.RoleARN)
	}
	return fmt.Sprintf("transfer %s: datasync could not reach %s (on paper: %s): %v", e.Transfer, what, or(e.Verdict, "not judged"), e.Err)
}

// Unwrap is the SDK's error.
func (e *AccessTestError) Unwrap() error { return e.Err }

// Hint names where to look, given the message and the plan's verdict.
func (e *AccessTestError) Hint() string {
	hint := ""
	if h := accessHints[e.Cause]; h != "" {
		hint = h
		if strings.Contains(h, "%[") {
			hint = fmt.Sprintf(h+"%[3]s", or(e.RoleARN, "the location's role"), or(e.Bucket, "of that end"), "")
		}
	}
	paper := ""
	switch e.Verdict {
	case CodeAllowed:
		paper = "the policies that were read allow it" + by(e.Statement) + ": look at service and resource control policies, and keys, that were not"
	case CodeDenied:
		paper = "the plan found it denied" + by(e.Statement) + ": change that statement"
	case CodeUndetermined:
		paper = "settle what the plan's undetermined finding depends on" + in(e.Statement)
	}
	if e.Cause == AccessRegion || e.Cause == AccessARN || e.Cause == AccessOption {
		paper = "" // it is not about the role's access
	}
	switch {
	case hint == "":
		return or(paper, "see the message")
	case paper == "":
		return hint
	}
	return hint + "; " + paper
}
