package task

// message is one known message of DataSync.
type message struct {
	text   string   // the message as it was reported, or a part of it
	words  []string // what a message must contain: see hasWord
	source string
	Meaning
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
	fromTutorial = "https://docs.aws.amazon.com/datasync/latest/userguide/tutorial_s3-s3-cross-account-transfer.html"
	fromReport   = "https://docs.aws.amazon.com/datasync/latest/userguide/task-reports.html"
	fromS3       = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html"
	fromS3Codes  = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
	fromHead     = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"
	fromPassRole = "https://github.com/awsdocs/iam-user-guide/pull/228"
	fromArchive  = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"
	fromACL      = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html"
	fromLock     = "https://www.ibm.com/support/pages/node/7250867"
	fromLocked   = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"
	fromSSEC     = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html"
	fromKMS      = "https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"
	fromKMSDeny  = "https://repost.aws/knowledge-center/cross-account-access-denied-error-s3"
	fromQuotas   = "https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html"
	fromIAM      = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"
	fromSTS      = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
)

// messages is the table of the texts and codes of DataSync, S3, KMS, STS and IAM that can reach a user through DataSync, and of their meanings. The first
// row counts whose words are all in the message, in any letter case. The match is loose because most messages are known from reports only; text before
// the message, such as "Invalid request provided:", does not matter. A message may hold several texts, one behind the other: the most telling ones come
// first, so that a cause which S3 or KMS names counts for more than the access test that failed because of it. That DataSync passes the texts of S3 and
// KMS on is assumed where no page shows it.
// "DataSync bucket access test failed" is assumed to be about the caller, "DataSync location access test failed" about the role.
var messages = []message{
	// What the message is about besides the two ends. A text of S3 or KMS may follow.
	{"ManifestFileDoesNotExist", []string{"manifestfiledoesnotexist"}, fromTasks, Meaning{CauseManifest, "", "s3:GetObject"}},
	{"Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role",
		[]string{"failed to upload task report*"}, fromTasks, Meaning{CauseReport, "", "s3:PutObject"}},

	// KMS, mostly behind S3. Its usual answer to a role of another account says twice that something "does not exist", and means the permission.
	{"is not authorized to perform: kms:GenerateDataKey",
		[]string{"not authorized to perform: kms:generatedatakey"}, fromS3, Meaning{CauseKey, "destination", "kms:GenerateDataKey"}},
	{"is not authorized to perform: kms:Decrypt", []string{"not authorized to perform: kms:decrypt"}, fromS3, Meaning{CauseKey, "", "kms:Decrypt"}},
	{"is not authorized to perform: kms:",
		[]string{"not authorized to perform: kms:"}, fromS3, Meaning{CauseKey, "", ""}}, // meaningOf adds the action that the message names
	{"The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
		[]string{"the ciphertext refers to"}, fromKMSDeny, Meaning{CauseKey, "", "kms:Decrypt"}},
	{"the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
		[]string{"resource does not exist in this region"}, fromKMSDeny, Meaning{CauseKey, "", ""}},
	{"KMS.DisabledException", []string{"disabledexception"}, fromS3Codes, Meaning{CauseKeyState, "", ""}},
	{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab is disabled.",
		[]string{"kms-arn is disabled"}, fromKMS, Meaning{CauseKeyState, "", ""}},
	{"KMS.KMSInvalidStateException", []string{"*invalidstateexception"}, fromS3Codes, Meaning{CauseKeyState, "", ""}},
	{"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab is pending deletion.",
		[]string{"kms-arn is pending"}, fromKMS, Meaning{CauseKeyState, "", ""}},
	{"KMS.InvalidKeyUsageException", []string{"invalidkeyusageexception"}, fromS3Codes, Meaning{CauseKeyState, "", ""}},
	{"KMS.NotFoundException", []string{"kms.notfoundexception"}, fromS3Codes, Meaning{CauseNoKey, "", ""}},
	{"Key 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist",
		[]string{"key kms-arn does not exist"}, fromKMS, Meaning{CauseNoKey, "", ""}},
	{"Alias arn:aws:kms:eu-west-1:111122223333:alias/media is not found.", []string{"alias kms-arn is not found"}, fromKMS, Meaning{CauseNoKey, "", ""}},
	{"Invalid keyId alias/media", []string{"invalid keyid"}, fromKMS, Meaning{CauseNoKey, "", ""}},
	{"You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
		[]string{"rate at which you may call kms"}, fromQuotas, Meaning{CauseThrottled, "", ""}},
	{"The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
		[]string{"stored using a form of server side encryption"}, fromSSEC, Meaning{CauseCustomerKey, "", ""}},

	// S3: what is wrong with the bucket or the object.
	{"S3 Exception: op=HeadBucket, code=404, type=15", []string{"op=headbucket", "code=404"}, fromHead, Meaning{CauseNoBucket, "", ""}},
	{"S3 Exception: op=HeadObject a, code=404, type=15", []string{"op=headobject", "code=404"}, fromHead, Meaning{CauseNoObject, "", ""}},
	{"S3 Exception: op=HeadBucket, code=301, type=15", []string{"op=headbucket", "code=301"}, fromHead, Meaning{CauseRegion, "", ""}},
	{"An error occurred (301) when calling the HeadBucket operation: Moved Permanently",
		[]string{"301", "calling the headbucket operation"}, fromHead, Meaning{CauseRegion, "", ""}},
	{"NoSuchBucket", []string{"nosuchbucket"}, fromS3Codes, Meaning{CauseNoBucket, "", ""}},
	{"DataSync bucket access test failed: could not perform s3:HeadBucket on bucket media. The bucket does not exist.",
		[]string{"bucket does not exist", "!of bucket does not exist", "!of the bucket does not exist"}, fromReports, Meaning{CauseNoBucket, "", ""}},
	{"InvalidBucketName", []string{"invalidbucketname"}, fromS3Codes, Meaning{CauseNoBucket, "", ""}},
	{"The specified bucket is not valid.", []string{"specified bucket is not valid"}, fromS3Codes, Meaning{CauseNoBucket, "", ""}},
	{"NoSuchKey", []string{"nosuchkey"}, fromS3Codes, Meaning{CauseNoObject, "", ""}},
	{"The specified key does not exist.", []string{"specified key does not exist"}, fromS3Codes, Meaning{CauseNoObject, "", ""}},
	{"NoSuchVersion", []string{"nosuchversion"}, fromS3Codes, Meaning{CauseNoObject, "", ""}},
	{"The specified version does not exist.", []string{"specified version does not exist"}, fromS3Codes, Meaning{CauseNoObject, "", ""}},
	{"NoSuchUpload", []string{"nosuchupload"}, fromS3Codes, Meaning{CauseNoObject, "destination", ""}},
	{"The specified multipart upload does not exist.", []string{"upload does not exist"}, fromS3Codes, Meaning{CauseNoObject, "destination", ""}},
	{"InvalidObjectState", []string{"invalidobjectstate"}, fromArchive, Meaning{CauseArchived, "", ""}},
	{"The operation is not valid for the object's storage class",
		[]string{"operation is not valid for the objects"}, fromArchive, Meaning{CauseArchived, "", ""}},
	{"AccessControlListNotSupported", []string{"accesscontrollistnotsupported"}, fromACL, Meaning{CauseACL, "destination", ""}},
	{"The bucket does not allow ACLs", []string{"bucket does not allow acls"}, fromACL, Meaning{CauseACL, "destination", ""}},
	{"Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
		[]string{"header is required", "object lock"}, fromLock, Meaning{CauseChecksum, "destination", ""}},
	{"Access Denied because object protected by object lock.",
		[]string{"protected by object lock"}, fromLocked, Meaning{CauseLocked, "destination", ""}}, // assumed
	{"SlowDown", []string{"slowdown"}, fromS3Codes, Meaning{CauseThrottled, "", ""}},
	{"Slow Down", []string{"slow down"}, fromS3Codes, Meaning{CauseThrottled, "", ""}},
	{"Please reduce your request rate.", []string{"reduce your request rate"}, fromS3Codes, Meaning{CauseThrottled, "", ""}},
	{"The bucket is in this region: eu-west-1.", []string{"the bucket is in this region"}, fromObserved, Meaning{CauseRegion, "", ""}},
	{"Please use this region to retry the request", []string{"please use this region"}, fromRegion, Meaning{CauseRegion, "", ""}},
	{"PermanentRedirect", []string{"permanentredirect"}, fromS3Codes, Meaning{CauseRegion, "", ""}},
	{"The bucket you are attempting to access must be addressed using the specified endpoint.",
		[]string{"must be addressed using the specified endpoint"}, fromS3Codes, Meaning{CauseRegion, "", ""}},
	{"AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
		[]string{"authorizationheadermalformed", "region"}, fromS3Codes, Meaning{CauseRegion, "", ""}},

	// STS and IAM.
	{"is not authorized to perform: sts:AssumeRole",
		[]string{"not authorized to perform: sts:assumerole"}, fromSTS, Meaning{CauseTrust, "", "sts:AssumeRole"}},
	{"Invalid IAM role", []string{"invalid iam role"}, fromObserved, Meaning{CauseRole, "", ""}},
	{"NoSuchEntity", []string{"nosuchentity*"}, fromIAM, Meaning{CauseRole, "", ""}},
	{"Cross-account pass role is not allowed.", []string{"cross-account pass role"}, fromPassRole, Meaning{CauseRole, "", ""}},
	{"The role with name sync cannot be found.", []string{"the role with name", "cannot be found"}, fromIAM, Meaning{CauseRole, "", ""}},
	{"RegionDisabledException", []string{"regiondisabled*"}, fromSTS, Meaning{CauseOptIn, "", ""}},
	{"STS is not activated in this region for account:111122223333.",
		[]string{"sts is not activated in this region"}, fromSTS, Meaning{CauseOptIn, "", ""}},

	// What keeps any call from succeeding.
	{"ThrottlingException", []string{"throttling*"}, fromCommon, Meaning{CauseThrottled, "", ""}},
	{"TooManyRequestsException", []string{"toomanyrequests*"}, fromCommon, Meaning{CauseThrottled, "", ""}},
	{"Rate exceeded", []string{"rate exceeded"}, fromCommon, Meaning{CauseThrottled, "", ""}},
	{"OptInRequired", []string{"optinrequired*"}, fromCommon, Meaning{CauseOptIn, "", ""}},
	{"ExpiredTokenException", []string{"expiredtoken*"}, fromCommon, Meaning{CauseCredentials, "", ""}},
	{"RequestExpired", []string{"requestexpired"}, fromCommon, Meaning{CauseCredentials, "", ""}},
	{"UnrecognizedClientException", []string{"unrecognizedclient*"}, fromCommon, Meaning{CauseCredentials, "", ""}},
	{"InvalidClientTokenId", []string{"invalidclienttokenid"}, fromCommon, Meaning{CauseCredentials, "", ""}},
	{"The security token included in the request is invalid.",
		[]string{"security token included in the request is"}, fromCommon, Meaning{CauseCredentials, "", ""}},
	{"InvalidToken", []string{"invalidtoken"}, fromS3Codes, Meaning{CauseCredentials, "", ""}},
	{"The provided token is malformed or otherwise not valid.", []string{"provided token is malformed"}, fromS3Codes, Meaning{CauseCredentials, "", ""}},
	{"InvalidAccessKeyId", []string{"invalidaccesskeyid"}, fromS3Codes, Meaning{CauseCredentials, "", ""}},
	{"The provided token has expired.", []string{"provided token has expired"}, fromS3Codes, Meaning{CauseCredentials, "", ""}},
	{"InternalException", []string{"internalexception"}, fromCommon, Meaning{CauseService, "", ""}},
	{"InternalFailure", []string{"internalfailure"}, fromCommon, Meaning{CauseService, "", ""}},
	{"ServiceUnavailable", []string{"serviceunavailable*"}, fromCommon, Meaning{CauseService, "", ""}},
	{"KMSInternalException", []string{"kmsinternalexception"}, fromKMS, Meaning{CauseService, "", ""}},
	{"KeyUnavailableException", []string{"*keyunavailableexception"}, fromKMS, Meaning{CauseService, "", ""}},
	{"DependencyTimeoutException", []string{"*dependencytimeoutexception"}, fromKMS, Meaning{CauseService, "", ""}},
	{"InternalError", []string{"internalerror"}, fromS3Codes, Meaning{CauseService, "", ""}},
	{"We encountered an internal error. Please try again.", []string{"encountered an internal error"}, fromS3Codes, Meaning{CauseService, "", ""}},

	// Error codes of runs. A message of S3 may follow them.
	{"FsS3UnableToConnectToEndpoint", []string{"fss3unabletoconnecttoendpoint"}, fromStorage, Meaning{CauseEndpoint, "", ""}},
	{"network connection error", []string{"network connection error"}, fromTutorial, Meaning{CauseEndpoint, "", ""}},
	{"FsS3HeadBucketFailed", []string{"fss3headbucketfailed"}, fromStorage, Meaning{CauseBucket, "", "s3:ListBucket"}},
	{"SrcLocHitAccess", []string{"srclochitaccess"}, fromTasks, Meaning{CauseSource, "source", ""}},
	{"EniNotFound", []string{"eninotfound"}, fromTasks, Meaning{CauseNetwork, "", ""}},
	{"NoMem", []string{"nomem"}, fromTasks, Meaning{CauseMemory, "", ""}},
	{"Cannot allocate memory", []string{"cannot allocate memory"}, fromTasks, Meaning{CauseMemory, "", ""}},
	{"Transfer and verification completed. Verification detected mismatches.",
		[]string{"detected mismatches"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"MetadataDiffers", []string{"metadatadiffers"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"Verification failed due to a difference in metadata", []string{"difference in metadata"}, fromTasks, Meaning{CauseMismatch, "", ""}},
	{"FileNotAtSource", []string{"filenotatsource"}, fromLogs, Meaning{CauseMismatch, "destination", ""}}, // another writer changes the destination
	{"Selected files transferred except for files skipped due to errors.",
		[]string{"skipped due to errors"}, fromTasks, Meaning{CauseFilesErrors, "", ""}},

	// Tests of the roles. A text of STS or IAM may follow.
	{"Unable to assume role. Reason: Access denied when calling sts:AssumeRole",
		[]string{"unable to assume role"}, fromTest, Meaning{CauseTrust, "", "sts:AssumeRole"}},

	// Access tests of the caller and of the report's role, when a location or task is created or a run starts.
	{"DataSync bucket access test failed: could not perform s3:PutObject in bucket",
		[]string{"bucket access test failed", "s3:putobject*"}, fromObserved,
		Meaning{CauseReport, "", "s3:PutObject"}},
	{"DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied.",
		[]string{"bucket access test failed", "!awssync-arn"}, fromCaller,
		Meaning{CauseCaller, "", "s3:ListBucket"}},

	// Refusals by S3. The message names the action, or the operation of S3 that needs it.
	{"is not authorized to perform: s3:ListBucket",
		[]string{"not authorized to perform: s3:listbucket"}, fromS3, Meaning{CauseList, "", "s3:ListBucket"}},
	{"is not authorized to perform: s3:GetObject", []string{"not authorized to perform: s3:getobject"}, fromS3, Meaning{CauseRead, "", "s3:GetObject"}},
	{"is not authorized to perform: s3:PutObject",
		[]string{"not authorized to perform: s3:putobject"}, fromS3, Meaning{CauseWrite, "destination", "s3:PutObject"}},
	{"is not authorized to perform: s3:",
		[]string{"not authorized to perform: s3:"}, fromS3, Meaning{CauseAccess, "", ""}}, // meaningOf adds the action that the message names
	{"S3 Exception: op=ListObjectsV2, code=403, type=15, exception=AccessDenied",
		[]string{"op=listobjects*", "accessdenied"}, fromStorage, Meaning{CauseList, "", "s3:ListBucket"}},
	{"S3 Exception: op=HeadBucket, code=403, type=15, exception=AccessDenied",
		[]string{"op=headbucket", "accessdenied"}, fromStorage, Meaning{CauseList, "", "s3:ListBucket"}},
	{"S3 Exception: op=GetObject a, code=403, type=15, exception=AccessDenied",
		[]string{"op=getobject", "accessdenied"}, fromStorage, Meaning{CauseRead, "", "s3:GetObject"}},
	{"S3 Exception: op=HeadObject a, code=403, type=15, exception=AccessDenied",
		[]string{"op=headobject", "accessdenied"}, fromStorage, Meaning{CauseRead, "", "s3:GetObject"}},
	{"S3 Exception: op=PutObject a, code=403, type=15, exception=AccessDenied",
		[]string{"op=putobject", "accessdenied"}, fromStorage, Meaning{CauseWrite, "destination", "s3:PutObject"}},

	// Refusals of HEAD requests, which have a status and no body, and so neither a code nor a text of S3.
	{"An error occurred (403) when calling the HeadBucket operation: Forbidden",
		[]string{"403", "calling the headbucket operation"}, fromHead, Meaning{CauseList, "", "s3:ListBucket"}},
	{"An error occurred (403) when calling the HeadObject operation: Forbidden",
		[]string{"403", "calling the headobject operation"}, fromHead, Meaning{CauseRead, "", "s3:GetObject"}},
	{"An error occurred (404) when calling the HeadBucket operation: Not Found",
		[]string{"404", "calling the headbucket operation"}, fromHead, Meaning{CauseNoBucket, "", ""}},
	{"An error occurred (404) when calling the HeadObject operation: Not Found",
		[]string{"404", "calling the headobject operation"}, fromHead, Meaning{CauseNoObject, "", ""}},

	// Access tests of the location's role.
	{"DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.",
		[]string{"location access test failed", "s3:list*"}, fromTest,
		Meaning{CauseList, "", "s3:ListBucket"}},
	{"DataSync location access test failed: could not perform s3:HeadBucket on bucket.",
		[]string{"location access test failed", "s3:headbucket"}, fromReports,
		Meaning{CauseList, "", "s3:ListBucket"}},
	{"DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied.",
		[]string{"location access test failed", "s3:getobject"}, fromReports,
		Meaning{CauseRead, "", "s3:GetObject"}},
	{"DataSync location access test failed: could not perform s3:PutObject in bucket media.",
		[]string{"location access test failed", "s3:putobject"}, fromReports,
		Meaning{CauseWrite, "destination", "s3:PutObject"}}, // assumed
	{"DataSync location access test failed",
		[]string{"location access test failed"}, fromTest, Meaning{CauseAccess, "", ""}}, // meaningOf adds the action that the message names
	{"DataSync bucket access test failed for arn:aws:sts::111122223333:assumed-role/sync/AwsSync-loc-0123456789abcdef0",
		[]string{"bucket access test failed"}, fromCaller, Meaning{CauseAccess, "", ""}},

	// Problems of a request.
	{"Invalid parameter: ARN account () must match authenticated user.",
		[]string{"arn account", "must match authenticated user"}, fromARN, Meaning{CauseARN, "", ""}},
	{"Invalid SyncOption value. Option: Uid", []string{"invalid syncoption value"}, fromReports, Meaning{CauseOption, "", ""}},
	{"1 validation error detected: Value '…' at '…' failed to satisfy constraint",
		[]string{"validation error*", "detected"}, fromCommon, Meaning{CauseInput, "", ""}},
	{"Location loc-0123456789abcdef0 is not found.", []string{"is not found"}, fromTest, Meaning{CauseGone, "", ""}},

	// What says least.
	{"is not authorized to perform: datasync:CreateTask", []string{"not authorized to perform"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"AccessDeniedException", []string{"accessdeniedexception"}, fromCommon, Meaning{CauseDenied, "", ""}},
	{"SyncTaskErrorLocationNotAdded", []string{"synctaskerrorlocationnotadded"}, fromTasks, Meaning{CauseLocation, "", ""}},
	{"S3 location creation failed with (InvalidRequestException) when calling the CreateLocationS3 operation",
		[]string{"s3 location creation failed"}, fromStorage,
		Meaning{CauseAccess, "", ""}},
	{"Access Denied (Service: Amazon S3; Status Code: 403)", []string{"access denied"}, fromS3, Meaning{CauseAccess, "", ""}},
	{"AccessDenied", []string{"*accessdenied"}, fromS3, Meaning{CauseAccess, "", ""}},
	{"Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden)", []string{"403 forbidden"}, fromHead, Meaning{CauseAccess, "", ""}},
	{"S3 Exception: op=HeadObject a, code=403, type=15, exception=", []string{"op=*", "code=403"}, fromStorage, Meaning{CauseAccess, "", ""}},
	{"Moved Permanently (Service: Amazon S3; Status Code: 301; Error Code: 301 Moved Permanently)",
		[]string{"301 moved permanently"}, fromHead, Meaning{CauseRegion, "", ""}},
	{"S3 Get Object Failed", []string{"s3 get object failed"}, fromReport, Meaning{CauseRead, "", "s3:GetObject"}},
	{"S3 Get Object Tagging Failed", []string{"s3 get object tagging failed"}, fromStorage, Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
	{"Task failed to access location loc-0123456789abcdef0: x40016", []string{"failed to access location"}, fromStorage, Meaning{CauseLocation, "", ""}},
}
