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

// flaws lists the codes by which a service says that the credentials of the call are of no use.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, https://docs.aws.amazon.com/datasync/latest/userguide/CommonErrors.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and, for the last two of the first row,
// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html and
// https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html.
var flaws = []struct {
	flaw  Flaw
	codes []string
}{
	{Expired, []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "UnauthorizedException", "InvalidGrantException"}},
	{NoCredentials, []string{"MissingAuthenticationToken", "MissingAuthenticationTokenException", "MissingSecurityHeader"}},
	{RefusedCredentials, unknownToken},
	{RefusedCredentials, []string{
		"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException", "InvalidSecurity",
		"RequestTimeTooSkewed", "RequestInTheFuture", // the clock of this machine is wrong
	}},
}

// unknownToken lists the codes by which a service says that it does not know the access key or the session token.
var unknownToken = []string{
	"InvalidClientTokenId",        // IAM, STS
	"UnrecognizedClientException", // DataSync, KMS, CloudWatch Logs
	"InvalidToken",                // S3
	"InvalidAccessKeyId",
	"AuthFailure",
}

// local lists how the texts of errors begin that the SDK makes by itself, before it sends a call. network is true where a failed network says it too.
// Source: aws/credentials, service/*/endpoints.go and aws/credential_cache.go in https://github.com/aws/aws-sdk-go-v2.
var local = []struct {
	text    string
	flaw    Flaw
	network bool
}{
	{"endpoint rule error, Invalid Configuration: Missing Region", NoRegion, false},
	{"endpoint rule error, A region must be set when sending requests to S3", NoRegion, false},
	{"endpoint rule error, Invalid region: region was not a valid DNS name", NoRegion, false},
	{"sigv4 signing region is required", NoRegion, false},
	{"invalid input region ", NoRegion, false},
	{"the SSO session has expired or is invalid", Expired, false},
	{"cached SSO token is expired", Expired, false},
	{"no EC2 IMDS role found", NoCredentials, true}, // outside of EC2 nothing listens at the address of the instance metadata
	{"static credentials are empty", NoCredentials, false},
}

// beforeCall lists how the texts of errors begin that say that the SDK had no credentials for a call.
// Source: service/*/auth.go, internal/auth/smithy/credentials_adapter.go, aws/credential_cache.go and aws/signer/v4/middleware.go in
// https://github.com/aws/aws-sdk-go-v2.
var beforeCall = []string{"get identity: ", "get credentials: ", "failed to refresh cached credentials", "failed to retrieve credentials: "}
