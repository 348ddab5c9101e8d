package task

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/xacct/xacct/internal/testlimit"
)

const (
	session = "arn:aws:sts::111122223333:assumed-role/sync/AwsSync-loc-0123456789abcdef0"
	keyARN  = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// answers are the texts of S3, KMS and STS that say more than that something was refused. Written by hand from
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html.
var answers = []struct {
	name, text string
	want       Meaning
}{
	{"no bucket, by its code", "NoSuchBucket", Meaning{CauseNoBucket, "", ""}},
	{"no bucket, by its text", "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; Request ID: 79104EXAMPLEB723)", Meaning{CauseNoBucket, "", ""}},
	{"no bucket, by its name", "Bucket media does not exist", Meaning{CauseNoBucket, "", ""}},
	{"no bucket, in a HEAD answer", "S3 Exception: op=HeadBucket, code=404, type=15", Meaning{CauseNoBucket, "", ""}},
	{"no bucket of that kind", "The specified bucket is not valid.", Meaning{CauseNoBucket, "", ""}},
	{"no bucket of that kind, by its code", "InvalidBucketName", Meaning{CauseNoBucket, "", ""}},
	{"no object", "NoSuchKey: The specified key does not exist.", Meaning{CauseNoObject, "", ""}},
	{"no object, without the code", "The specified key does not exist.", Meaning{CauseNoObject, "", ""}},
	{"no object, in a HEAD answer", "S3 Exception: op=HeadObject photos/a b, code=404, type=15, exception=NotFound", Meaning{CauseNoObject, "", ""}},
	{"no version", "NoSuchVersion: The version ID specified in the request does not match an existing version.", Meaning{CauseNoObject, "", ""}},
	{"no version, without the code", "The specified version does not exist.", Meaning{CauseNoObject, "", ""}},
	{"no upload", "NoSuchUpload", Meaning{CauseNoObject, "destination", ""}},
	{"no upload, without the code", "The specified multipart upload does not exist. The upload ID might be not valid.", Meaning{CauseNoObject, "destination", ""}},
	{"archived", "InvalidObjectState", Meaning{CauseArchived, "", ""}},
	{"archived, without the code", "The operation is not valid for the object's storage class", Meaning{CauseArchived, "", ""}},
	{"archived, in a tier", "The operation is not valid for the object's access tier", Meaning{CauseArchived, "", ""}},
	{"an ACL", "AccessControlListNotSupported", Meaning{CauseACL, "destination", ""}},
	{"an ACL, without the code", "The bucket does not allow ACLs", Meaning{CauseACL, "destination", ""}},
	{"throttled", "SlowDown", Meaning{CauseThrottled, "", ""}},
	{"throttled, as a status", "503 Slow Down", Meaning{CauseThrottled, "", ""}},
	{"throttled, without the code", "Please reduce your request rate.", Meaning{CauseThrottled, "", ""}},
	{"a checksum of an object", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters", Meaning{CauseChecksum, "destination", ""}},
	{"a checksum of a part", "InvalidRequest: Content-MD5 OR x-amz-checksum- HTTP header is required for Put Part requests with Object Lock parameters", Meaning{CauseChecksum, "destination", ""}},
	{"locked", "AccessDenied: Access Denied because object protected by object lock.", Meaning{CauseLocked, "destination", ""}},
	{"another Region", "PermanentRedirect", Meaning{CauseRegion, "", ""}},
	{"another Region, without the code", "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.", Meaning{CauseRegion, "", ""}},
	{"another Region, signed", "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'", Meaning{CauseRegion, "", ""}},
	{"another Region, in a HEAD answer", "S3 Exception: op=HeadBucket, code=301, type=15", Meaning{CauseRegion, "", ""}},
	{"another Region, in a HEAD answer of an SDK", "An error occurred (301) when calling the HeadBucket operation: Moved Permanently", Meaning{CauseRegion, "", ""}},
	{"a key of the customer", "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.", Meaning{CauseCustomerKey, "", ""}},
	{"S3 failed", "We encountered an internal error. Please try again.", Meaning{CauseService, "", ""}},
	{"S3 failed, by its code", "InternalError", Meaning{CauseService, "", ""}},

	{"KMS, of old", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", Meaning{CauseKey, "", "kms:Decrypt"}},
	{"KMS, of late", "User: " + session + " is not authorized to perform: kms:Decrypt on resource: " + keyARN + " because the resource does not exist in this Region, " +
		"no resource-based policies allow access, or a resource-based policy explicitly denies access", Meaning{CauseKey, "", "kms:Decrypt"}},
	{"KMS, in part", "because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access", Meaning{CauseKey, "", ""}},
	{"KMS, both", "User: " + session + " is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, " +
		"no resource-based policies allow access, or a resource-based policy explicitly denies access; The ciphertext refers to a customer master key that does not exist", Meaning{CauseKey, "", "kms:Decrypt"}},
	{"KMS, writing", "User: " + session + " is not authorized to perform: kms:GenerateDataKey on resource: " + keyARN + " because no identity-based policy allows the kms:GenerateDataKey action",
		Meaning{CauseKey, "destination", "kms:GenerateDataKey"}},
	{"KMS, another action", "User: " + session + " is not authorized to perform: kms:DescribeKey on resource: " + keyARN, Meaning{CauseKey, "", "kms:DescribeKey"}},
	{"disabled", keyARN + " is disabled.", Meaning{CauseKeyState, "", ""}},
	{"disabled, by its code", "KMS.DisabledException", Meaning{CauseKeyState, "", ""}},
	{"to be deleted", keyARN + " is pending deletion.", Meaning{CauseKeyState, "", ""}},
	{"to be deleted, by its code", "KMS.KMSInvalidStateException", Meaning{CauseKeyState, "", ""}},
	{"of another kind", "KMS.InvalidKeyUsageException", Meaning{CauseKeyState, "", ""}},
	{"no key", "Key '" + keyARN + "' does not exist", Meaning{CauseNoKey, "", ""}},
	{"no key, by its code", "KMS.NotFoundException", Meaning{CauseNoKey, "", ""}},
	{"no alias", "Alias arn:aws:kms:eu-west-1:444455556666:alias/media is not found.", Meaning{CauseNoKey, "", ""}},
	{"no key id", "Invalid keyId 'alias/media'", Meaning{CauseNoKey, "", ""}},
	{"no key for now", "KMS.KeyUnavailableException", Meaning{CauseService, "", ""}},
	{"KMS waits in vain", "DependencyTimeoutException: The system timed out while trying to fulfill the request.", Meaning{CauseService, "", ""}},
	{"KMS throttled", "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls. (Service: AWSKMS; Status Code: 400)", Meaning{CauseThrottled, "", ""}},

	{"STS is off in the Region", "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
		Meaning{CauseOptIn, "", ""}},
	{"STS is off in the Region, by its code", "RegionDisabledException", Meaning{CauseOptIn, "", ""}},
	{"no role", "NoSuchEntity: The role with name sync cannot be found.", Meaning{CauseRole, "", ""}},
	{"STS throttled", "ThrottlingException: Rate exceeded", Meaning{CauseThrottled, "", ""}},
	{"a session that is over", "The provided token has expired.", Meaning{CauseCredentials, "", ""}},
}

// tests are the texts of access tests, and other texts of DataSync that say less than what S3 or KMS answered.
var tests = []string{
	"DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. Ensure bucket access role has s3:ListBucket permission.",
	"DataSync location access test failed: could not perform s3:HeadBucket on bucket media. Access denied.",
	"DataSync location access test failed: could not perform s3:GetObject in bucket media. Access denied. Ensure bucket access role has s3:GetObject permission.",
	"DataSync location access test failed: could not perform s3:PutObject in bucket media. Access denied.",
	"DataSync location access test failed: could not perform s3:DeleteObject in bucket media.",
	"DataSync location access test failed",
	"Invalid request provided: DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied. Ensure bucket access role has s3:ListBucket permission.",
	"DataSync bucket access test failed: could not perform s3:PutObject in bucket reports. Access denied.",
	"S3 location creation failed with (InvalidRequestException) when calling the CreateLocationS3 operation",
	"Task failed to access location loc-0123456789abcdef0: x40016",
	"FsS3HeadBucketFailed",
	"Unable to assume role. Reason: Access denied when calling sts:AssumeRole",
	"SyncTaskErrorLocationNotAdded",
	"Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: x)",
}

// TestAnswersBehindAccessTests has what S3 and KMS answered behind each text that DataSync puts before it: the cause is theirs, in any letter case, on one
// line or more.
func TestAnswersBehindAccessTests(t *testing.T) {
	if testlimit.UnderRace > 1 {
		t.Skip("long, and nothing is concurrent here")
	}
	for _, a := range answers {
		t.Run(a.name, func(t *testing.T) {
			if diff := cmp.Diff(a.want, meaningOf(a.text)); diff != "" {
				t.Errorf("alone (-want +got):\n%s", diff)
			}
			for _, test := range tests {
				for _, between := range []string{" ", ": ", "\n", " Reason: ", " (", "; nested exception is "} {
					text := test + between + a.text
					for _, text := range []string{text, strings.ToUpper(text), strings.ToLower(text)} {
						if diff := cmp.Diff(a.want, MeaningOf(errors.New(text))); diff != "" {
							t.Errorf("%s (-want +got):\n%s", text, diff)
						}
					}
				}
			}
			if (Meaning{Cause: a.want.Cause}).Hint() == hints[CauseUnknown] {
				t.Errorf("no hint for %s", a.want.Cause)
			}
		})
	}
}

// TestMessagesOfNames has names of users that read like codes: they change no meaning.
func TestMessagesOfNames(t *testing.T) {
	const listing = "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket"
	list := Meaning{CauseList, "", "s3:ListBucket"}
	for _, tt := range []struct {
		name, text string
		want       Meaning
	}{
		{"a bucket", listing + " slowdown. Access denied.", list},
		{"a bucket, quoted", listing + " 'nosuchkey'. Access denied.", list},
		{"a bucket with hyphens", listing + ". Bucket access role of my-nosuchbucket-test has no permission.", list},
		{"a role", "Unable to assume role. Reason: Access denied when calling sts:AssumeRole; roleName=NoSuchBucket, roleArn=arn:aws:iam::111122223333:role/x/NoSuchKey",
			Meaning{CauseTrust, "", "sts:AssumeRole"}},
		{"a session", "User: arn:aws:sts::111122223333:assumed-role/NoMem/SlowDown is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::media/NoSuchKey a.txt\"",
			Meaning{CauseRead, "", "s3:GetObject"}},
		{"an object", "S3 Exception: op=GetObject photos/NoSuchKey, InvalidObjectState.png, code=403, type=15, exception=AccessDenied", Meaning{CauseRead, "", "s3:GetObject"}},
		{"an object in a warning", "Failed to read metadata for file /NoSuchBucket SlowDown (versionId: NoMem): S3 Get Object Tagging Failed", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"a request id", listing + ". Request ID: NOMEM; host id: aB+SlowDown/NoSuchKey=", list},
		{"ids of S3", listing + ". x-amz-id-2=IOWQ4f/NoSuchKey/+NoMem=, x-amz-request-id=NOSUCHKEY", list},
		{"an URI", listing + " s3://nosuchkey/nomem. Access denied.", list},
		{"part of a word", "NoMemory of NoSuchBuckets", Meaning{}},
		{"a key of a bucket is no bucket", listing + ". The KMS key of bucket media does not exist.", list},
		{"a key of the bucket is no bucket", listing + ". The KMS key of the bucket does not exist.", list},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, meaningOf(tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestMessagesOfWhoWasRefused: a session of DataSync that S3 names is the role of a location, whatever test it failed; what S3 refused counts for more than
// what was tested.
func TestMessagesOfWhoWasRefused(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       Meaning
	}{
		{"the caller", "DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. User: arn:aws:sts::111122223333:assumed-role/ops/me " +
			"is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::media\"", Meaning{CauseCaller, "", "s3:ListBucket"}},
		{"the role, in the caller's test", "DataSync bucket access test failed: could not perform s3:HeadBucket on bucket. User: " + session +
			" is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::media\"", Meaning{CauseList, "", "s3:ListBucket"}},
		{"another action than the tested one", "DataSync location access test failed: could not perform s3:ListObjectsV2 on bucket. User: " + session +
			" is not authorized to perform: s3:GetObject on resource: x", Meaning{CauseRead, "", "s3:GetObject"}},
		{"another action, of which no row knows", "DataSync location access test failed: could not perform s3:GetObject in bucket media. User: " + session +
			" is not authorized to perform: s3:GetObjectVersionTagging on resource: x", Meaning{CauseAccess, "", "s3:GetObjectVersionTagging"}},
		{"an action in capitals", "USER: X IS NOT AUTHORIZED TO PERFORM: S3:GETOBJECTTAGGING", Meaning{CauseAccess, "", "s3:GetObjectTagging"}},
		{"two refusals", "User: x is not authorized to perform: s3:GetObject; User: x is not authorized to perform: kms:Decrypt", Meaning{CauseKey, "", "kms:Decrypt"}},
		{"a key and a tested action", "DataSync location access test failed: could not perform s3:PutObject in bucket media. User: x is not authorized to perform: kms:ReEncryptTo",
			Meaning{CauseKey, "", "kms:ReEncryptTo"}},
		{"an operation that is no action of DataSync", "An error occurred (AccessDenied) when calling the CreateLocationS3 operation: Access Denied", Meaning{CauseAccess, "", ""}},
		{"the source, by the code", "SrcLocHitAccess: User: x is not authorized to perform: kms:Decrypt", Meaning{CauseKey, "source", "kms:Decrypt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, meaningOf(tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

// TestMessagesOfOthers: what no row knows is unknown, and the text stays whole.
func TestMessagesOfOthers(t *testing.T) {
	for _, text := range []string{
		"FsNfsIdMappingEnabled", "mount.nfs: Connection timed out", "kinit: Cannot contact any KDC for realm 'MYDOMAIN.ORG'", "FsAzureBlobVolRootListBlobsFailed",
		"Unable to list Azure Blobs on the volume root", "EntityTooLarge: Your proposed upload exceeds the maximum allowed size", "QuotaExceeded",
		"File path exceeds the maximum length of 4,096 characters. Cannot write to Task Report", "The subnet ID does not exist", "key does not exist",
	} {
		err := &IncompleteError{Outcome{ExecutionARN: "exec", Verdict: Failed, ErrorCode: "FsUnheard", ErrorDetail: text}}
		if got := MeaningOf(err); got != (Meaning{}) {
			t.Errorf("%s: %+v", text, got)
		}
		if !strings.Contains(err.Error(), "FsUnheard: "+text) || !strings.Contains(err.Outcome.String(), text) || err.Outcome.Exceptions()[0].Reason != "FsUnheard "+text {
			t.Errorf("%v, %v or %v lacks a part of the text", err, &err.Outcome, err.Outcome.Exceptions())
		}
	}
}

// TestHintOfStart: what S3 or KMS answered behind an access test decides the hint, not that something was "not found" or "denied".
func TestHintOfStart(t *testing.T) {
	const test = "DataSync location access test failed: could not perform s3:GetObject in bucket media. "
	for _, tt := range []struct{ name, code, text, hint string }{
		{"an alias that is not found", "InvalidRequestException", test + "Alias arn:aws:kms:eu-west-1:444455556666:alias/media is not found.", "name the key by its full ARN"},
		{"a key", "AccessDeniedException", test + "User: x is not authorized to perform: kms:Decrypt on resource: x", "let the location's role use the key"},
		{"the caller", "AccessDeniedException", "User: x is not authorized to perform: datasync:StartTaskExecution on resource: x", "allow the caller datasync:StartTaskExecution"},
		{"a task that is gone", "InvalidRequestException", "Sync task task-0123456789abcdef0 is not found.", "check that the client is one for the account and Region"},
		{"nothing known", "InvalidRequestException", "something new", "see the message, and start again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := &StartError{TaskARN: taskARN, Err: &smithy.GenericAPIError{Code: tt.code, Message: tt.text}}
			if !strings.HasPrefix(err.Hint(), tt.hint) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%v: hint %q, want %q", err, err.Hint(), tt.hint)
			}
		})
	}
}
