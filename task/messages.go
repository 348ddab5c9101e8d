package task

import (
	"regexp"
	"strings"
)

// message is one message of DataSync.
type message struct {
	text   string   // as it was reported, in part
	words  []string // which all are in the message, in lower case
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

// hasWord reports whether the word is in the text: an action of a service only if it ends there, unless it ends with *.
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

// actionWord is a word that ends with an action; deniedAction is what a message names as not allowed.
var (
	actionWord   = regexp.MustCompile(`(s3|kms):[a-z0-9]+$`)
	deniedAction = regexp.MustCompile(`(?i)\bperform:? ((?:s3|kms):[a-z0-9]+)`)
)

// actionOf is the action that an operation of S3 needs, where it has another name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var actionOf = map[string]string{
	"s3:headbucket": "s3:ListBucket", "s3:listobjects": "s3:ListBucket", "s3:listobjectsv2": "s3:ListBucket", "s3:headobject": "s3:GetObject",
}

// Where the messages are known from.
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

// messages is the table of what DataSync's messages mean: the first row of which all words are in the message, in whatever case. They are matched
// loosely, because most are known from reports only. "DataSync bucket access test failed" is about whoever calls, "DataSync location access test
// failed" about the role (assumed). What comes before the message, such as "Invalid request provided:", does not matter.
var messages = []message{
	// The codes of runs, which may bring the message of S3 with them.
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
	{"FileNotAtSource", []string{"filenotatsource"}, fromLogs, Meaning{CauseMismatch, "destination", ""}}, // somebody else writes there
	{"Selected files transferred except for files skipped due to errors.", []string{"skipped due to errors"}, fromTasks, Meaning{CauseFilesErrors, "", ""}},

	// The access tests when a location or task is made or a run starts.
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
	{"DataSync location access test failed", []string{"location access test failed"}, fromTest, Meaning{CauseAccess, "", ""}}, // with the action that it names

	// What is wrong with a request.
	{"The bucket is in this region: eu-west-1.", []string{"the bucket is in this region"}, fromObserved, Meaning{CauseRegion, "", ""}},
	{"Please use this region to retry the request", []string{"please use this region"}, fromRegion, Meaning{CauseRegion, "", ""}},
	{"Invalid parameter: ARN account () must match authenticated user.", []string{"arn account", "must match authenticated user"}, fromARN, Meaning{CauseARN, "", ""}},
	{"Invalid SyncOption value. Option: Uid", []string{"invalid syncoption value"}, fromReports, Meaning{CauseOption, "", ""}},
	{"1 validation error detected: Value '…' at '…' failed to satisfy constraint", []string{"validation error detected"}, fromCommon, Meaning{CauseInput, "", ""}},
	{"Location loc-0123456789abcdef0 is not found.", []string{"is not found"}, fromTest, Meaning{CauseGone, "", ""}},
	{"ThrottlingException", []string{"throttling"}, fromCommon, Meaning{CauseThrottled, "", ""}},
	{"OptInRequired", []string{"optinrequired"}, fromCommon, Meaning{CauseOptIn, "", ""}},
	{"ExpiredTokenException", []string{"expiredtoken"}, fromCommon, Meaning{CauseCredentials, "", ""}},

	// What S3, KMS or IAM say of a refusal: of an action of theirs, in the role's name, and else of the caller's.
	{"is not authorized to perform: s3:ListBucket", []string{"not authorized to perform: s3:listbucket"}, fromS3, Meaning{CauseList, "", "s3:ListBucket"}},
	{"is not authorized to perform: s3:GetObject", []string{"not authorized to perform: s3:getobject"}, fromS3, Meaning{CauseRead, "", "s3:GetObject"}},
	{"is not authorized to perform: s3:PutObject", []string{"not authorized to perform: s3:putobject"}, fromS3, Meaning{CauseWrite, "destination", "s3:PutObject"}},
	{"is not authorized to perform: kms:GenerateDataKey", []string{"not authorized to perform: kms:generatedatakey"}, fromS3, Meaning{CauseKey, "destination", "kms:GenerateDataKey"}},
	{"is not authorized to perform: kms:Decrypt", []string{"not authorized to perform: kms:decrypt"}, fromS3, Meaning{CauseKey, "", "kms:Decrypt"}},
	{"is not authorized to perform: s3:", []string{"not authorized to perform: s3:"}, fromS3, Meaning{CauseAccess, "", ""}}, // with the action that it names
	{"is not authorized to perform: kms:", []string{"not authorized to perform: kms:"}, fromS3, Meaning{CauseKey, "", ""}},  // likewise
	{"is not authorized to perform: datasync:CreateTask", []string{"not authorized to perform"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"AccessDeniedException", []string{"accessdeniedexception"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"S3 location creation failed with (InvalidRequestException) when calling the CreateLocationS3 operation", []string{"s3 location creation failed"}, fromStorage,
		Meaning{CauseAccess, "", ""}},
	{"Access Denied (Service: Amazon S3; Status Code: 403)", []string{"access denied"}, fromS3, Meaning{CauseAccess, "", ""}},
	{"AccessDenied", []string{"accessdenied"}, fromS3, Meaning{CauseAccess, "", ""}},
}
