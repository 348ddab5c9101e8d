package xacct

import ()

// The codes of what is found about buckets and about what was made by somebody else.
const (
	CodeLimited       Code = "limited"        // actions are denied that the transfer needs seldom or not at all
	CodeTutorial      Code = "tutorial"       // a statement with the constant id of AWS's tutorial
	CodePublicPolicy  Code = "public-policy"  // S3 calls the bucket's policy public, and may refuse to store it
	CodePublicAccess  Code = "public-access"  // S3 calls the bucket's policy public, and keeps every other account out
	CodeRequesterPays Code = "requester-pays" // requests of other accounts are refused
	CodeObjectLock    Code = "object-lock"    // new objects are locked
	CodeVersioning    Code = "versioning"     // what versions mean for this transfer
	CodeOverwrites    Code = "overwrites"     // there are objects at the destination that the first run may overwrite
	CodeAssumed       Code = "assumed"        // the plan rests on something that AWS does not document
)
