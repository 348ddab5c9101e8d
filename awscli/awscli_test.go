package awscli_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	dstypes "github.com/aws/aws-sdk-go-v2/service/datasync/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/awscli"
	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/location"
	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/task"
)

const taskARN = "arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"

// must is for inputs that the packages of resources make.
func must[T any](in T, err error) T {
	if err != nil {
		panic(err)
	}
	return in
}

func TestCommand(t *testing.T) {
	var (
		role   = iamrole.Spec{Name: "media", Path: "/datasync/", Trust: iamrole.TutorialTrust(), Tags: map[string]string{"team": "media"}}
		theirs = bucket.Spec{Name: "media-archive", Account: "444455556666", Region: "us-east-2", DisableACLs: true}
		end    = location.Spec{Account: "111122223333", Region: "us-east-2", Bucket: "media-archive", RoleARN: "arn:aws:iam::111122223333:role/media"}
		key    = kmskey.Spec{ARN: "arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
		copies = task.Spec{Name: "media", Account: "111122223333", Region: "us-east-2",
			SourceLocationARN:      "arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890",
			DestinationLocationARN: "arn:aws:datasync:us-east-2:111122223333:location/loc-abcdef01234567890",
			Includes:               []string{"/it's here*"}}
		root = policy.Allow("kms:*").By(policy.AWS("arn:aws:iam::444455556666:root")).On("*")
	)
	for _, tt := range []struct {
		name, region string
		in           any
		words, sent  string
	}{
		{"a role", "", must(role.CreateInput()),
			"iam create-role",
			`{"AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",` +
				`\"Principal\":{\"Service\":\"datasync.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","Path":"/datasync/",` +
				`"RoleName":"media","Tags":[{"Key":"team","Value":"media"}]}`},
		{"a role is deleted", "", must(role.DeleteInput()),
			"iam delete-role",
			`{"RoleName":"media"}`},
		{"a bucket policy is deleted", "us-east-2", must(theirs.DeletePolicyInput()),
			"s3api delete-bucket-policy --region us-east-2",
			`{"Bucket":"media-archive","ExpectedBucketOwner":"444455556666"}`},
		{"ownership", "us-east-2", must(theirs.PutOwnershipInput()),
			"s3api put-bucket-ownership-controls --region us-east-2",
			`{"Bucket":"media-archive","ExpectedBucketOwner":"444455556666",` +
				`"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}`},
		{"a key policy", "us-east-2", must(key.ReplacePolicyInput(policy.New(root))),
			"kms put-key-policy --region us-east-2",
			`{"KeyId":"arn:aws:kms:us-east-2:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab","Policy":"{\"Version\":\"2012-10-17\",` +
				`\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::444455556666:root\"},\"Action\":\"kms:*\",` +
				`\"Resource\":\"*\"}]}","PolicyName":"default"}`},
		{"a location", "us-east-2", must(end.CreateInput()),
			"datasync create-location-s3 --region us-east-2",
			`{"S3BucketArn":"arn:aws:s3:::media-archive","S3Config":{"BucketAccessRoleArn":"arn:aws:iam::111122223333:role/media"}}`},
		{"a task", "us-east-2", must(copies.CreateInput()),
			"datasync create-task --region us-east-2",
			`{"DestinationLocationArn":"arn:aws:datasync:us-east-2:111122223333:location/loc-abcdef01234567890",` +
				`"Includes":[{"FilterType":"SIMPLE_PATTERN","Value":"/it'\''s here*"}],"Name":"media","Options":{"LogLevel":"BASIC",` +
				`"PreserveDeletedFiles":"PRESERVE"},` +
				`"SourceLocationArn":"arn:aws:datasync:eu-west-1:111122223333:location/loc-0a1b2c3d4e5f67890","TaskMode":"ENHANCED"}`},
		{"a run", "us-east-2", must(task.StartOptions{Token: "night 1"}.Input(taskARN)),
			"datasync start-task-execution --region us-east-2",
			`{"Tags":[{"Key":"xacct:run","Value":"night 1"}],"TaskArn":"arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"}`},
		{"a log policy", "us-east-2", &cloudwatchlogs.PutResourcePolicyInput{PolicyName: new("DataSync"), PolicyDocument: new("{}")},
			"logs put-resource-policy --region us-east-2",
			`{"policyDocument":"{}","policyName":"DataSync"}`},
		{"by value", "us-east-2", datasync.DeleteTaskInput{TaskArn: new(taskARN)},
			"datasync delete-task --region us-east-2",
			`{"TaskArn":"arn:aws:datasync:us-east-2:111122223333:task/task-0a1b2c3d4e5f67890"}`},
		{"a capital in the middle", "us-east-2", &s3.ListObjectsV2Input{Bucket: new("media-archive"), MaxKeys: new(int32(0))},
			"s3api list-objects-v2 --region us-east-2",
			`{"Bucket":"media-archive","MaxKeys":0}`},
		{"truth values", "us-east-2", &kms.PutKeyPolicyInput{KeyId: new("k"), BypassPolicyLockoutSafetyCheck: true},
			"kms put-key-policy --region us-east-2",
			`{"BypassPolicyLockoutSafetyCheck":true,"KeyId":"k"}`},
		{"bytes, empty lists and times", "us-east-2", &kms.EncryptInput{KeyId: new("k"), Plaintext: []byte("a"), GrantTokens: []string{},
			EncryptionContext: map[string]string{"<b>": "&"}},
			"kms encrypt --region us-east-2",
			`{"EncryptionContext":{"<b>":"&"},"GrantTokens":[],"KeyId":"k","Plaintext":"YQ=="}`},
		{"a time", "us-east-2", &s3.PutObjectInput{Bucket: new("b"), Key: new("k"), Expires: new(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))},
			"s3api put-object --region us-east-2",
			`{"Bucket":"b","Expires":"2026-03-01T00:00:00Z","Key":"k"}`},
		{"what does not print", "us-east-2", &datasync.DeleteTaskInput{TaskArn: new("a\x1b[2J\x7f\u009b\u202e\u2028\U000e0041é\n")},
			"datasync delete-task --region us-east-2",
			`{"TaskArn":"a\u001b[2J\u007f\u009b\u202e\u2028\udb40\udc41é\n"}`},
	} {
		got, err := awscli.Command(tt.region, tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff("aws "+tt.words+" --cli-input-json '"+tt.sent+"'", got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		name, region string
		in           any
		want         string
	}{
		{"nil", "", nil, "awscli: <nil> is not an input of the SDK, or is nil"},
		{"a nil input", "", (*datasync.DeleteTaskInput)(nil), "awscli: *datasync.DeleteTaskInput is not an input of the SDK, or is nil"},
		{"a string", "", "aws", "awscli: string is not an input of the SDK, or is nil"},
		{"an output", "", &datasync.DeleteTaskOutput{}, "awscli: *datasync.DeleteTaskOutput is not an input of the SDK"},
		{"a part of an input", "", &dstypes.Options{}, "awscli: *types.Options is not an input of the SDK"},
		{"a type of ours", "", task.Spec{}, "awscli: task.Spec is not an input of the SDK"},
		{"another service", "", &sts.GetCallerIdentityInput{}, "awscli: *sts.GetCallerIdentityInput is of a service that this package does not know"},
		{"a Region that is none", "us-east-2; rm", &iam.ListRolesInput{}, `awscli: Region "us-east-2; rm" must be a name such as us-east-2, or empty`},
		{"an option as Region", "--debug", &iam.ListRolesInput{}, `awscli: Region "--debug" must be a name such as us-east-2, or empty`},
		{"a body", "", &s3.PutObjectInput{Body: strings.NewReader("x")}, "awscli: PutObject.Body has no form in JSON"},
		{"a file", "", &s3.GetObjectInput{}, "awscli: the CLI's GetObject writes its answer into a file, which GetObjectInput does not name"},
		{"not UTF-8", "", &datasync.UntagResourceInput{Keys: []string{"a", "b\xff"}}, `awscli: UntagResource.Keys[1] is not UTF-8: "b\xff"`},
		{"not UTF-8, as a map's key", "", &kms.EncryptInput{EncryptionContext: map[string]string{"\xff": ""}},
			`awscli: Encrypt.EncryptionContext has a key that is not UTF-8: "\xff"`},
	} {
		_, err := awscli.Command(tt.region, tt.in)
		if err == nil {
			t.Errorf("%s: no error", tt.name)
		} else if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", tt.name, diff)
		}
	}
}

// A shell hands the CLI the very text of Input's JSON, whatever is in it.
func FuzzCommand(f *testing.F) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		f.Skip("there is no bash to ask")
	}
	for _, seed := range []string{"plain", "it's", "''", `\'"`, "$(id) `id` $HOME !! ~ * ?", "a\nb\tc\r\x00", "-x #", "é\u2028\U000e0041\x7f", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := &datasync.DeleteTaskInput{TaskArn: &text}
		line, err := awscli.Command("us-east-2", in)
		if !utf8.ValidString(text) {
			if err == nil {
				t.Fatalf("%q is not UTF-8, and became %s", text, line)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(bash, "-c", `aws() { printf '%s\0' "$@"; }`+"\n"+line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		sent := words[len(words)-1]
		if diff := cmp.Diff([]string{"datasync", "delete-task", "--region", "us-east-2", "--cli-input-json", sent}, words); diff != "" {
			t.Errorf("%s: -want +got:\n%s", line, diff)
		}
		for _, r := range sent {
			if !unicode.IsPrint(r) {
				t.Errorf("%U is not escaped: %q", r, sent)
			}
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(sent), &got); err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		if diff := cmp.Diff(map[string]string{"TaskArn": text}, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", line, diff)
		}
	})
}
