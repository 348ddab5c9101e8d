package awserr

// The tables below list the known errors of the calls that this module makes.

// Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html and its siblings,
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html,
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html.
var notFound = []kind{
	{"NoSuchEntity", ""},
	{"NoSuchBucket", ""},
	{"NotFound", ""}, // HeadBucket: its responses have no body, and the SDK makes the code from the status
	{"NoSuchBucketPolicy", ""},
	{"OwnershipControlsNotFoundError", ""},
	{"NotFoundException", ""},
	{"ResourceNotFoundException", ""},
	// DataSync models no such error. Observed: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/datasync/location_s3.go
	{"InvalidRequestException", "not found"},
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
var denied = []kind{
	{"AccessDenied", ""},
	{"AccessDeniedException", ""},
	{"Forbidden", ""},        // HeadBucket
	{"MethodNotAllowed", ""}, // S3: the caller has the permission but does not belong to the account that owns the bucket
	{"UnauthorizedAccess", ""},
	{"NotAuthorized", ""},
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the default list of the SDK's retryer, aws/retry in aws-sdk-go-v2.
var throttled = []kind{
	{"Throttling", ""},
	{"ThrottlingException", ""},
	{"ThrottledException", ""},
	{"RequestThrottled", ""},
	{"RequestThrottledException", ""},
	{"TooManyRequestsException", ""},
	{"RequestLimitExceeded", ""},
	{"BandwidthLimitExceeded", ""},
	{"SlowDown", ""},
}

// server lists the codes of failures on the service's side, for errors that have neither a fault nor a status.
// Source: https://docs.aws.amazon.com/datasync/latest/userguide/CommonErrors.html and the pages named above.
var server = []kind{
	{"InternalException", ""}, // DataSync
	{"InternalError", ""},     // S3
	{"InternalFailure", ""},
	{"InternalServerError", ""},
	{"ServiceFailure", ""}, // IAM
	{"ServiceUnavailable", ""},
	{"ServiceUnavailableException", ""},
	{"KMSInternalException", ""},
	{"RequestTimeout", ""},
	{"RequestTimeoutException", ""},
	{"DependencyTimeoutException", ""},
}

// Observed: https://github.com/hashicorp/terraform-provider-aws/issues/10984 (the first two),
// https://github.com/alchemy-run/distilled (the third), https://github.com/hashicorp/terraform-provider-aws/issues/4315 (S3).
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html (KMS).
var propagation = []kind{
	{"InvalidRequestException", "unable to assume role"},
	{"InvalidRequestException", "access test failed"},
	{"InvalidRequestException", "invalid iam role"},
	{"MalformedPolicy", "invalid principal"},
	{"MalformedPolicyDocument", "invalid principal"},
	{"MalformedPolicyDocumentException", "invalid principal"},
}
