package task

import "strings"

// Cause is what an error code of DataSync means.
type Cause string

// The causes. Sources: https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html and
// https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-storage-issues.html
const (
	CauseUnknown     Cause = ""              // a code that is not known here
	CauseSource      Cause = "source"        // the source could not be read
	CauseBucket      Cause = "bucket"        // a bucket could not be reached with the location's role
	CauseEndpoint    Cause = "endpoint"      // the task is in a Region from which the bucket cannot be reached
	CauseLocation    Cause = "location"      // a location could not be used at all
	CauseManifest    Cause = "manifest"      // the manifest is not there
	CauseMemory      Cause = "memory"        // too many objects for a BASIC run
	CauseNetwork     Cause = "network"       // a network interface is gone
	CauseMismatch    Cause = "mismatch"      // the copies differ from the originals
	CauseFilesErrors Cause = "object-errors" // single objects were left out because of errors
)

// ExecutionError is the error that DataSync gives with a run. See IncompleteError, which wraps it.
type ExecutionError struct {
	Code, Detail string // DataSync's; either may be ""
	Cause        Cause
}

// Error is one line: the code and the detail.
func (e *ExecutionError) Error() string {
	return strings.Join(strings.Fields(e.Code+" "+e.Detail), " ")
}

// Hint names the next action.
func (e *ExecutionError) Hint() string { return hints[e.Cause] }

// causes tell what codes and details mean: the first row of which a text is in the code or the detail, in whatever case.
var causes = []struct {
	text  string
	cause Cause
}{
	{"FsS3UnableToConnectToEndpoint", CauseEndpoint},
	{"FsS3HeadBucketFailed", CauseBucket},
	{"SrcLocHitAccess", CauseSource},
	{"SyncTaskErrorLocationNotAdded", CauseLocation},
	{"ManifestFileDoesNotExist", CauseManifest},
	{"NoMem", CauseMemory},
	{"cannot allocate memory", CauseMemory},
	{"EniNotFound", CauseNetwork},
	{"detected mismatches", CauseMismatch},
	{"MetadataDiffers", CauseMismatch},
	{"difference in metadata", CauseMismatch},
	{"skipped due to errors", CauseFilesErrors},
}

func causeOf(code, detail string) Cause {
	text := strings.ToLower(code + " " + detail)
	for _, c := range causes {
		if strings.Contains(text, strings.ToLower(c.text)) {
			return c.cause
		}
	}
	return CauseUnknown
}

// hints are the next actions.
var hints = map[Cause]string{
	CauseUnknown:     "see the error code at https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-datasync-locations-tasks.html",
	CauseSource:      "let the source location's role, the bucket's policy and the KMS key's policy allow reading",
	CauseBucket:      "let the location's role, the bucket's policy and, if the bucket is encrypted with a KMS key, the key's policy allow what DataSync needs",
	CauseEndpoint:    "make the task in the destination's Region, or as an ENHANCED task",
	CauseLocation:    "check both locations: their buckets, Regions and roles",
	CauseManifest:    "put the manifest where the task looks for it, and let its role read it",
	CauseMemory:      "use an ENHANCED task, or split the transfer by include filters",
	CauseNetwork:     "start the task again; if it comes back, ask AWS Support",
	CauseMismatch:    "start the task again when nobody writes to the source or the destination; objects without a content type may differ forever",
	CauseFilesErrors: "see the task's report or log group for the objects, let the roles read and write them, and start the task again",
}
