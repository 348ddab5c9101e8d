package task

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/xacct/xacct/internal/testlimit"
)

// TestMessages has every message as it was reported, in full, and its meaning. Every row of the table has a case, here or among the answers of S3 and KMS,
// and a hint.
func TestMessages(t *testing.T) {
	if testlimit.UnderRace > 1 {
		t.Skip("long, and nothing is concurrent here")
	}
	const role = "assumed-role/sync/AwsSync-loc-0123456789abcdef0"
	met := map[string]bool{}
	for _, tt := range []struct {
		code, text string
		want       Meaning
	}{
		{"", "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=sync, roleArn=arn:aws:iam::111122223333:role/sync", Meaning{CauseTrust, "", "sts:AssumeRole"}},
		{"", "Invalid request provided: Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=sync", Meaning{CauseTrust, "", "sts:AssumeRole"}},
		{"", "Invalid IAM role", Meaning{CauseRole, "", ""}},
		{"", "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission.", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "Invalid request provided: DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket.", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "DataSync location access test failed: could not perform s3:HeadBucket on bucket. Access denied.", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "DataSync location access test failed: could not perform s3:HeadBucket on bucket media. The bucket does not exist.", Meaning{CauseNoBucket, "", ""}},
		{"", "DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied. Ensure bucket access role has s3:GetObject permission.", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "DataSync location access test failed: could not perform s3:PutObject in bucket media. Access denied.", Meaning{CauseWrite, "destination", "s3:PutObject"}},
		{"", "DataSync location access test failed", Meaning{CauseAccess, "", ""}},
		{"", "DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied. Ensure bucket access role has s3:ListBucket permission.", Meaning{CauseCaller, "", "s3:ListBucket"}},
		{"", "DataSync bucket access test failed: could not perform s3:HeadBucket on bucket media. The bucket does not exist.", Meaning{CauseNoBucket, "", ""}},
		{"", "DataSync bucket access test failed: could not perform s3:PutObject in bucket reports", Meaning{CauseReport, "", "s3:PutObject"}},
		{"", "The bucket is in this region: eu-west-1. Please use this region to retry the request", Meaning{CauseRegion, "", ""}},
		{"", "Please use this region to retry the request", Meaning{CauseRegion, "", ""}},
		{"", "Location loc-0123456789abcdef0 is not found.", Meaning{CauseGone, "", ""}},
		{"", "Sync task task-0123456789abcdef0 is not found.", Meaning{CauseGone, "", ""}},
		{"", "Invalid parameter: ARN account () must match authenticated user.", Meaning{CauseARN, "", ""}},
		{"", "Invalid SyncOption value. Option: Uid", Meaning{CauseOption, "", ""}},
		{"", "S3 location creation failed with (InvalidRequestException) when calling the CreateLocationS3 operation", Meaning{CauseAccess, "", ""}},
		{"ValidationException", "1 validation error detected: Value 'x' at 'subdirectory' failed to satisfy constraint: Member must satisfy regular expression pattern", Meaning{CauseInput, "", ""}},
		{"ThrottlingException", "Rate exceeded", Meaning{CauseThrottled, "", ""}},
		{"AccessDeniedException", "", Meaning{CauseDenied, "", ""}},
		{"AccessDeniedException", "User: arn:aws:sts::111122223333:assumed-role/ops/x is not authorized to perform: datasync:CreateTask on resource: *", Meaning{CauseDenied, "", ""}},
		{"OptInRequired", "The AWS Access Key Id needs a subscription for the service.", Meaning{CauseOptIn, "", ""}},
		{"ExpiredTokenException", "The security token included in the request is expired", Meaning{CauseCredentials, "", ""}},
		{"FsS3UnableToConnectToEndpoint", "", Meaning{CauseEndpoint, "", ""}},
		{"FsS3HeadBucketFailed", "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied)", Meaning{CauseBucket, "", "s3:ListBucket"}},
		{"FsS3HeadBucketFailed", "could not perform s3:HeadBucket on the destination bucket.", Meaning{CauseBucket, "destination", "s3:ListBucket"}},
		{"SyncTaskErrorLocationNotAdded", "The source location could not be mounted.", Meaning{CauseLocation, "source", ""}},
		{"FsS3HeadBucketFailed", "source bucket, destination bucket", Meaning{CauseBucket, "", "s3:ListBucket"}},
		{"SrcLocHitAccess", "", Meaning{CauseSource, "source", ""}},
		{"SyncTaskErrorLocationNotAdded", "", Meaning{CauseLocation, "", ""}},
		{"ManifestFileDoesNotExist", "", Meaning{CauseManifest, "", "s3:GetObject"}},
		{"EniNotFound", "", Meaning{CauseNetwork, "", ""}},
		{"NoMem", "", Meaning{CauseMemory, "", ""}},
		{"", "Cannot allocate memory", Meaning{CauseMemory, "", ""}},
		{"", "Transfer and verification completed. Verification detected mismatches. Files with mismatches are listed in Cloud Watch Logs", Meaning{CauseMismatch, "", ""}},
		{"MetadataDiffers", "", Meaning{CauseMismatch, "", ""}},
		{"", "Verification failed due to a difference in metadata", Meaning{CauseMismatch, "", ""}},
		{"FileNotAtSource", "", Meaning{CauseMismatch, "destination", ""}},
		{"", "Transfer and verification completed. Selected files transferred except for files skipped due to errors. Files skipped are listed in Cloud Watch Logs", Meaning{CauseFilesErrors, "", ""}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::media\"", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::media/1\"", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::media/1\"", Meaning{CauseWrite, "destination", "s3:PutObject"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: kms:GenerateDataKey on resource: x", Meaning{CauseKey, "destination", "kms:GenerateDataKey"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: kms:Decrypt on resource: x", Meaning{CauseKey, "", "kms:Decrypt"}},
		{"", "DataSync location access test failed: could not perform s3:HeadObject in bucket media. Access denied.", Meaning{CauseAccess, "", "s3:GetObject"}},
		{"", "DataSync location access test failed: could not perform s3:DeleteObject in bucket media. Access denied.", Meaning{CauseAccess, "destination", "s3:DeleteObject"}},
		{"", "DataSync location access test failed: could not perform s3:GetObjectTagging in bucket media. Access denied.", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"", "DataSync location access test failed: could not perform s3:PutObjectTagging on the destination bucket.", Meaning{CauseAccess, "destination", "s3:PutObjectTagging"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: s3:GetObjectTagging on resource: \"arn:aws:s3:::media/1\"", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: s3:ListBucketMultipartUploads on resource: \"arn:aws:s3:::media\"", Meaning{CauseAccess, "", "s3:ListBucketMultipartUploads"}},
		{"", "User: arn:aws:sts::111122223333:" + role + " is not authorized to perform: kms:GenerateDataKeyWithoutPlaintext on resource: x", Meaning{CauseKey, "", "kms:GenerateDataKeyWithoutPlaintext"}},
		{"", "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: x)", Meaning{CauseAccess, "", ""}},
		{"AccessDenied", "", Meaning{CauseAccess, "", ""}},
		{"", "Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role", Meaning{CauseReport, "", "s3:PutObject"}},
		{"", "Task failed to access location loc-0123456789abcdef0: x40016: Connection refused", Meaning{CauseLocation, "", ""}},
		{"", "When transferring between S3 buckets in different AWS accounts and Regions, you might get a network connection error when starting your DataSync task.", Meaning{CauseEndpoint, "", ""}},
		{"", "[WARN] Failed to read metadata for file /picture1.png (versionId: 111111): S3 Get Object Tagging Failed [ERROR] S3 Exception: op=GetObjectTagging photos/picture1.png, " +
			"code=403, type=15, exception=AccessDenied, msg=Access Denied req-hdrs: content-type=application/xml, x-amz-request-id=79104EXAMPLEB723", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"", "[WARN] Failed to read metadata for file /a/b: S3 Get Object Tagging Failed: proceeding without tagging", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"40974", "S3 Get Object Failed", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "S3 Exception: op=HeadObject a b, code=403, type=15, exception=AccessDenied", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "S3 Exception: op=GetObject a, code=403, type=15, exception=AccessDenied", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "S3 Exception: op=PutObject a, code=403, type=15, exception=AccessDenied", Meaning{CauseWrite, "destination", "s3:PutObject"}},
		{"", "S3 Exception: op=ListObjectsV2, code=403, type=15, exception=AccessDenied", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "S3 Exception: op=HeadBucket, code=403, type=15, exception=AccessDenied", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "S3 Exception: op=DeleteObjects, code=403, type=15, exception=AccessDenied", Meaning{CauseAccess, "destination", "s3:DeleteObject"}},
		{"", "S3 Exception: op=ListObjectVersions, code=403, type=15, exception=AccessDenied", Meaning{CauseAccess, "", "s3:ListBucketVersions"}},
		{"", "An error occurred (AccessDenied) when calling the DeleteObjects operation: Access Denied", Meaning{CauseAccess, "destination", "s3:DeleteObject"}},
		{"", "An error occurred (AccessDenied) when calling the UploadPart operation: Access Denied", Meaning{CauseAccess, "", "s3:PutObject"}},
		{"", "DataSync bucket access test failed: could not perform s3:HeadBucket on bucket media. User: arn:aws:sts::111122223333:" + role + " is refused", Meaning{CauseAccess, "", "s3:ListBucket"}},
		{"AccessDenied", "User: arn:aws:sts::111122223333:assumed-role/ops/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/sync",
			Meaning{CauseTrust, "", "sts:AssumeRole"}},
		{"", "User: arn:aws:sts::111122223333:assumed-role/ops/me is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/sync", Meaning{CauseDenied, "", ""}},
		{"NoSuchEntity", "The role with name sync cannot be found.", Meaning{CauseRole, "", ""}},
		{"", "The role with name sync cannot be found.", Meaning{CauseRole, "", ""}},
		{"AccessDeniedException", "Cross-account pass role is not allowed.", Meaning{CauseRole, "", ""}},
		{"", "Cross-account pass role is not allowed.", Meaning{CauseRole, "", ""}},
		{"RegionDisabledException", "", Meaning{CauseOptIn, "", ""}},
		{"", "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.", Meaning{CauseOptIn, "", ""}},
		{"InvalidToken", "The provided token is malformed or otherwise invalid.", Meaning{CauseCredentials, "", ""}},
		{"", "The provided token is malformed or otherwise invalid.", Meaning{CauseCredentials, "", ""}},
		{"InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", Meaning{CauseCredentials, "", ""}},
		{"TooManyRequestsException", "", Meaning{CauseThrottled, "", ""}},
		{"", "Rate exceeded (Service: AWSKMS; Status Code: 400)", Meaning{CauseThrottled, "", ""}},
		{"RequestExpired", "", Meaning{CauseCredentials, "", ""}},
		{"UnrecognizedClientException", "The security token included in the request is invalid.", Meaning{CauseCredentials, "", ""}},
		{"InvalidClientTokenId", "The security token included in the request is invalid.", Meaning{CauseCredentials, "", ""}},
		{"", "The security token included in the request is invalid.", Meaning{CauseCredentials, "", ""}},
		{"InternalException", "An internal error has occurred", Meaning{CauseService, "", ""}},
		{"InternalFailure", "", Meaning{CauseService, "", ""}},
		{"ServiceUnavailable", "", Meaning{CauseService, "", ""}},
		{"ServiceUnavailableException", "", Meaning{CauseService, "", ""}},
		{"KMSInternalException", "", Meaning{CauseService, "", ""}},
		{"", "S3 Exception: op=PutObjectTagging a, code=403, type=15, exception=AccessDenied", Meaning{CauseAccess, "destination", "s3:PutObjectTagging"}},
		{"", "S3 Exception: op=HeadObject a b, code=403, type=15, exception=, msg=", Meaning{CauseAccess, "", "s3:GetObject"}},
		{"", "An error occurred (403) when calling the HeadBucket operation: Forbidden", Meaning{CauseList, "", "s3:ListBucket"}},
		{"", "An error occurred (403) when calling the HeadObject operation: Forbidden", Meaning{CauseRead, "", "s3:GetObject"}},
		{"", "An error occurred (404) when calling the HeadBucket operation: Not Found", Meaning{CauseNoBucket, "", ""}},
		{"", "An error occurred (404) when calling the HeadObject operation: Not Found", Meaning{CauseNoObject, "", ""}},
		{"", "Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: x)", Meaning{CauseAccess, "", ""}},
		{"", "Moved Permanently (Service: Amazon S3; Status Code: 301; Error Code: 301 Moved Permanently; Request ID: x)", Meaning{CauseRegion, "", ""}},
	} {
		// The same message as the error of a call, and at the end of a run.
		answer := error(&smithy.GenericAPIError{Code: tt.code, Message: tt.text})
		if tt.code == "" {
			answer = &dstypes.InvalidRequestException{Message: &tt.text}
		}
		failed := &IncompleteError{Outcome{Verdict: Failed, ErrorCode: tt.code, ErrorDetail: tt.text}}
		for _, err := range []error{answer, &StartError{TaskARN: taskARN, Err: answer}, fmt.Errorf("x: %w", answer), failed, failed.Unwrap(), fmt.Errorf("y: %w", failed), errors.New(tt.code + " " + tt.text)} {
			if diff := cmp.Diff(tt.want, MeaningOf(err)); diff != "" {
				t.Errorf("%s %s, as %T (-want +got):\n%s", tt.code, tt.text, err, diff)
			}
		}
		for _, m := range messages {
			if m.in(plain(tt.code + " " + tt.text)) {
				met[m.text] = true
				break
			}
		}
	}
	for _, a := range answers {
		for _, m := range messages {
			if m.in(plain(a.text)) {
				met[m.text] = true
				break
			}
		}
	}
	for i, m := range messages {
		if !met[m.text] {
			t.Errorf("row %d, %s, is never met", i, m.text)
		}
		if got := meaningOf(m.text); m.Action == "" && got.Action != "" && m.Access() { // the action that the message names is added
			m.Action = got.Action
		}
		if got := meaningOf(m.text); got != m.Meaning {
			t.Errorf("row %d, %s, means %+v: an earlier row hides it", i, m.text, got)
		}
		if !strings.HasPrefix(m.source, "https://") || strings.Contains(m.Hint(), "%!") || strings.Contains(m.Hint(), "\n") || m.Hint() == "" || m.Hint() == hints[CauseUnknown] {
			t.Errorf("row %d, %s: source %q, hint %q", i, m.text, m.source, m.Hint())
		}
	}
	for cause := range hints {
		if cause != CauseUnknown && !means(cause) {
			t.Errorf("no message means %s", cause)
		}
	}
}

func means(c Cause) bool {
	for _, m := range messages {
		if m.Cause == c {
			return true
		}
	}
	return false
}

func TestMeaningOfNothing(t *testing.T) {
	for name, err := range map[string]error{
		"nil":          nil,
		"unheard of":   errors.New("something else"),
		"cancelled":    &IncompleteError{Outcome{Verdict: Cancelled, ErrorCode: "Cancelled", ErrorDetail: "access denied"}},
		"just skipped": &IncompleteError{Outcome{Verdict: WithExceptions, Counters: Counters{Skipped: 1}}},
	} {
		if got := MeaningOf(err); got != (Meaning{}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	failed := &IncompleteError{Outcome{Verdict: WithExceptions, Counters: Counters{FailedTransfer: 1}}}
	if got := MeaningOf(failed); got.Cause != CauseFilesErrors || !got.Access() {
		t.Errorf("objects that failed: %+v", got)
	}
}

// TestMeaningOfCredentials: who may not assume the role of the credentials is not the role of a location.
func TestMeaningOfCredentials(t *testing.T) {
	sts := &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: &smithy.GenericAPIError{Code: "AccessDenied",
		Message: "User: arn:aws:iam::111122223333:user/me is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/ops"}}
	err := &smithy.OperationError{ServiceID: "DataSync", OperationName: "StartTaskExecution",
		Err: fmt.Errorf("get identity: get credentials: failed to refresh cached credentials, %w", sts)}
	if got := MeaningOf(startError(taskARN, err)); got != (Meaning{Cause: CauseCredentials}) {
		t.Errorf("%+v", got)
	}
}

func TestHintFor(t *testing.T) {
	const want = "let arn:aws:iam::111122223333:role/sync list bucket media, in its own policies and in the bucket's"
	if diff := cmp.Diff(want, (Meaning{Cause: CauseList}).HintFor("arn:aws:iam::111122223333:role/sync", "media")); diff != "" {
		t.Error(diff)
	}
	const unnamed = "let the location's role list the bucket, in its own policies and in the bucket's"
	if diff := cmp.Diff(unnamed, (Meaning{Cause: CauseList}).Hint()); diff != "" {
		t.Error(diff)
	}
}
