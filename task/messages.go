package task

import (
	"regexp"
	"strings"
)

// message is one known message of DataSync.
type message struct {
	text   string   // the message as it was reported, or a part of it
	words  []string // words in lower case that a message must all contain
	source string
	Meaning
}

func (m message) in(text string) bool {
	for _, w := range m.words {
		if !hasWord(text, w) {
			return false
		}
	}
	return true
}

// hasWord reports whether text contains the word. A word that ends with an action must not be followed by a further letter or digit; a word that ends
// with * may.
func hasWord(text, word string) bool {
	if word, open := strings.CutSuffix(word, "*"); open || !actionWord.MatchString(word) {
		return strings.Contains(text, word)
	}
	for {
		_, rest, found := strings.Cut(text, word)
		if !found || rest == "" || !isAlphanumeric(rest[0]) {
			return found
		}
		text = rest
	}
}

func isAlphanumeric(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// actionWord matches a word that ends with an action. deniedAction matches the action that a message names as not allowed.
var (
	actionWord   = regexp.MustCompile(`(s3|kms):[a-z0-9]+$`)
	deniedAction = regexp.MustCompile(`(?i)\bperform:? ((?:s3|kms):[a-z0-9]+)`)
)

// actionOf gives the action that an operation of S3 requires, where their names differ. Lower case.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var actionOf = map[string]string{
	"s3:headbucket": "s3:ListBucket", "s3:listobjects": "s3:ListBucket", "s3:listobjectsv2": "s3:ListBucket", "s3:headobject": "s3:GetObject",
}

// URLs of the pages and reports that show the messages.
const (
	fromReports  = "https://github.com/christoferson/aws-cloudformation/blob/main/datasync/README.md"
	fromTest     = "https://github.com/hashicorp/terraform-provider-aws/pull/10984"
	fromCaller   = "https://github.com/hashicorp/terraform-provider-aws/issues/21974"
	fromRegion   = "https://github.com/hashicorp/terraform-provider-aws/issues/23611"
	fromARN      = "https://github.com/hashicorp/terraform-provider-aws/issues/20922"
	fromObserved = "https://github.com/alchemy-run/distilled"
	fromStorage  = "https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-storage-issues.html"
	fromTasks    = "https://docs.aws.amazon.com/datasync/latest/userguide/troubleshooting-tasks.html"
	fromLogs     = "https://docs.aws.amazon.com/datasync/latest/userguide/configure-logging.html"
	fromCommon   = "https://docs.aws.amazon.com/datasync/latest/userguide/CommonErrors.html"
	fromS3       = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html"
)

// messages is the table of known messages and their meanings. The first row counts whose words are all in the message, in any letter case. The match is
// loose because most messages are known from reports only; text before the message, such as "Invalid request provided:", does not matter.
// "DataSync bucket access test failed" is assumed to be about the caller, "DataSync location access test failed" about the role.
var messages = []message{
	// Error codes of runs. A message of S3 may follow them.
	{"FsS3UnableToConnectToEndpoint", []string{"fss3unabletoconnecttoendpoint"}, fromStorage, Meaning{CauseEndpoint, "", ""}},
	{"FsS3HeadBucketFailed", []string{"fss3headbucketfailed"}, fromStorage, Meaning{CauseBucket, "", "s3:ListBucket"}},
	{"SrcLocHitAccess", []string{"srclochitaccess"}, fromTasks, Meaning{CauseSource, "source", ""}},
	{"SyncTaskErrorLocationNotAdded", []string{"synctaskerrorlocationnotadded"}, fromTasks, Meaning{CauseLocation, "", ""}},
	{"ManifestFileDoesNotExist", []string{"manifestfiledoesnotexist"}, fromTasks, Meaning{CauseManifest, "", "s3:GetObject"}},
	{"EniNotFound", []string{"eninotfound"}, fromTasks, Meaning{CauseNetwork, "", ""}},
	{"NoMem", []string{"nomem"}, fromTasks, Meaning{CauseMemory, "", ""}},
	{"Cannot allocate memory", []string{"cannot allocate memory"}, fromTasks, Meaning{CauseMemory, "", ""}},
	{"Transfer and verification completed. Verification detected mismatches.", []string{"detected mismatches"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"MetadataDiffers", []string{"metadatadiffers"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"Verification failed due to a difference in metadata", []string{"difference in metadata"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"FileNotAtSource", []string{"filenotatsource"}, fromLogs, Meaning{CauseMismatch, "destination", ""}}, // another writer changes the destination
	{"Selected files transferred except for files skipped due to errors.", []string{"skipped due to errors"}, fromTasks, Meaning{CauseFilesErrors, "", ""}},

	// Access tests when a location or task is created or a run starts.
	{"Unable to assume role. Reason: Access denied when calling sts:AssumeRole", []string{"unable to assume role"}, fromTest, Meaning{CauseTrust, "", "sts:AssumeRole"}},
	{"Invalid IAM role", []string{"invalid iam role"}, fromObserved, Meaning{CauseRole, "", ""}},
	{"DataSync bucket access test failed: could not perform s3:PutObject in bucket", []string{"bucket access test failed", "s3:putobject*"}, fromObserved,
		Meaning{CauseReport, "", "s3:PutObject"}},
	{"DataSync bucket access test failed: could not perform s3:HeadBucket on bucket media. The bucket does not exist.",
		[]string{"access test failed", "does not exist"}, fromReports, Meaning{CauseNoBucket, "", ""}}, // assumed
	{"DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied.", []string{"bucket access test failed"}, fromCaller,
		Meaning{CauseCaller, "", "s3:ListBucket"}},
	{"DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.", []string{"location access test failed", "s3:list*"}, fromTest,
		Meaning{CauseList, "", "s3:ListBucket"}},
	{"DataSync location access test failed: could not perform s3:HeadBucket on bucket.", []string{"location access test failed", "s3:headbucket"}, fromReports,
		Meaning{CauseList, "", "s3:ListBucket"}},
	{"DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied.", []string{"location access test failed", "s3:getobject"}, fromReports,
		Meaning{CauseRead, "", "s3:GetObject"}},
	{"DataSync location access test failed: could not perform s3:PutObject in bucket media.", []string{"location access test failed", "s3:putobject"}, fromReports,
		Meaning{CauseWrite, "destination", "s3:PutObject"}}, // assumed
	{"DataSync location access test failed", []string{"location access test failed"}, fromTest, Meaning{CauseAccess, "", ""}}, // meaningOf adds the action that the message names

	// Problems of a request.
	{"The bucket is in this region: eu-west-1.", []string{"the bucket is in this region"}, fromObserved, Meaning{CauseRegion, "", ""}},
	{"Please use this region to retry the request", []string{"please use this region"}, fromRegion, Meaning{CauseRegion, "", ""}},
	{"Invalid parameter: ARN account () must match authenticated user.", []string{"arn account", "must match authenticated user"}, fromARN, Meaning{CauseARN, "", ""}},
	{"Invalid SyncOption value. Option: Uid", []string{"invalid syncoption value"}, fromReports, Meaning{CauseOption, "", ""}},
	{"1 validation error detected: Value '…' at '…' failed to satisfy constraint", []string{"validation error detected"}, fromCommon, Meaning{CauseInput, "", ""}},
	{"Location loc-0123456789abcdef0 is not found.", []string{"is not found"}, fromTest, Meaning{CauseGone, "", ""}},
	{"ThrottlingException", []string{"throttling"}, fromCommon, Meaning{CauseThrottled, "", ""}},
	{"OptInRequired", []string{"optinrequired"}, fromCommon, Meaning{CauseOptIn, "", ""}},
	{"ExpiredTokenException", []string{"expiredtoken"}, fromCommon, Meaning{CauseCredentials, "", ""}},

	// Refusals by S3, KMS or IAM. If the message names an action of S3 or KMS, the role was refused, else the caller.
	{"is not authorized to perform: s3:ListBucket", []string{"not authorized to perform: s3:listbucket"}, fromS3, Meaning{CauseList, "", "s3:ListBucket"}},
	{"is not authorized to perform: s3:GetObject", []string{"not authorized to perform: s3:getobject"}, fromS3, Meaning{CauseRead, "", "s3:GetObject"}},
	{"is not authorized to perform: s3:PutObject", []string{"not authorized to perform: s3:putobject"}, fromS3, Meaning{CauseWrite, "destination", "s3:PutObject"}},
	{"is not authorized to perform: kms:GenerateDataKey", []string{"not authorized to perform: kms:generatedatakey"}, fromS3, Meaning{CauseKey, "destination", "kms:GenerateDataKey"}},
	{"is not authorized to perform: kms:Decrypt", []string{"not authorized to perform: kms:decrypt"}, fromS3, Meaning{CauseKey, "", "kms:Decrypt"}},
	{"is not authorized to perform: s3:", []string{"not authorized to perform: s3:"}, fromS3, Meaning{CauseAccess, "", ""}}, // meaningOf adds the action that the message names
	{"is not authorized to perform: kms:", []string{"not authorized to perform: kms:"}, fromS3, Meaning{CauseKey, "", ""}},  // as above
	{"is not authorized to perform: datasync:CreateTask", []string{"not authorized to perform"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"AccessDeniedException", []string{"accessdeniedexception"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"S3 location creation failed with (InvalidRequestException) when calling the CreateLocationS3 operation", []string{"s3 location creation failed"}, fromStorage,
		Meaning{CauseAccess, "", ""}},
	{"Access Denied (Service: Amazon S3; Status Code: 403)", []string{"access denied"}, fromS3, Meaning{CauseAccess, "", ""}},
	{"AccessDenied", []string{"accessdenied"}, fromS3, Meaning{CauseAccess, "", ""}},
}
