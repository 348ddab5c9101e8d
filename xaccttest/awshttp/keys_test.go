package awshttp_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/xacct/xacct/policy"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

// A key is a caller whose own policies are enforced, and who is refused once it is deleted.
func TestKey(t *testing.T) {
	cloud := xaccttest.NewCloud()
	h := awshttp.New(cloud)
	h.Key("AKIAREADER", cloud.AddRole(accountA, "Reader", policy.New(policy.Allow("iam:GetRole").On("*"))))
	ctx, cfg := t.Context(), config(h, "AKIAREADER", "eu-west-1")
	api := iam.NewFromConfig(cfg)
	if _, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: new("Reader")}); err != nil {
		t.Error(err)
	}
	_, err := api.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("Reader")})
	if code(err) != "AccessDenied" || !strings.Contains(err.Error(), "assumed-role/Reader/") {
		t.Errorf("it may delete itself: %v", err)
	}
	operator := iam.NewFromConfig(config(h, accountA, "eu-west-1"))
	if _, err := operator.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: new("Reader"), PolicyName: new("policy-0")}); err != nil {
		t.Error(err)
	}
	if _, err := operator.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: new("Reader")}); err != nil {
		t.Error(err)
	}
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil); code(err) != "InvalidClientTokenId" {
		t.Errorf("a deleted caller: %v", err)
	}
	if _, err := s3.NewFromConfig(cfg).HeadBucket(ctx, &s3.HeadBucketInput{Bucket: new("a")}); err == nil {
		t.Error("a deleted caller reads a bucket")
	}
}

func code(err error) string {
	if api := smithy.APIError(nil); errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Errors arrive in the SDK's types, with their members.
func TestErrorsKeepTheirTypes(t *testing.T) {
	cloud := xaccttest.NewCloud()
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	h := awshttp.New(cloud)
	inside, over := cloud.ClientsAs(cloud.OperatorARN(accountA)), sdkClients(config(h, accountA, "eu-west-1"))
	api := over["S3"].(*s3.Client)
	for name, call := range map[string][2]func() error{
		"no such role": {
			func() error {
				_, err := inside.IAM.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("none")})
				return err
			},
			func() error {
				_, err := over["IAM"].(*iam.Client).GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("none")})
				return err
			},
		},
		"no such bucket": {
			func() error {
				_, err := inside.S3("eu-west-1").GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: new("none")})
				return err
			},
			func() error {
				_, err := api.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: new("none")})
				return err
			},
		},
		"no policy": {
			func() error {
				_, err := inside.S3("eu-west-1").GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: new("media-raw")})
				return err
			},
			func() error {
				_, err := api.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: new("media-raw")})
				return err
			},
		},
		"no bucket to head": {
			func() error {
				_, err := inside.S3("eu-west-1").HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: new("none")})
				return err
			},
			func() error {
				_, err := api.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: new("none")})
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			type told struct{ code, message, kind string }
			tell := func(err error) told {
				var api smithy.APIError
				if !errors.As(err, &api) {
					t.Fatalf("no error of a service: %v", err)
				}
				return told{api.ErrorCode(), api.ErrorMessage(), fmt.Sprintf("%T", api)}
			}
			if want, got := tell(call[0]()), tell(call[1]()); want != got {
				t.Errorf("in Go %+v, over HTTP %+v", want, got)
			}
		})
	}
}

// The credentials of AssumeRole are a key, too.
func TestAssumedKey(t *testing.T) {
	cloud := xaccttest.NewCloud()
	h := awshttp.New(cloud)
	role := cloud.AddRole(accountA, "Mover")
	out, err := sts.NewFromConfig(config(h, accountA, "eu-west-1")).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("night")})
	if err != nil {
		t.Fatal(err)
	}
	who, err := sts.NewFromConfig(inSession(h, out)).GetCallerIdentity(t.Context(), nil)
	if err != nil || !strings.HasSuffix(*who.Arn, ":assumed-role/Mover/night") {
		t.Errorf("%v, %v", who, err)
	}
}

// inSession is the configuration of a client with the credentials of AssumeRole.
func inSession(h *awshttp.Handler, out *sts.AssumeRoleOutput) aws.Config {
	cfg := config(h, accountA, "eu-west-1")
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return cfg
}

// Who leaves out the token of a session is unknown, in the words of each protocol.
func TestKeyWithoutToken(t *testing.T) {
	cloud := xaccttest.NewCloud()
	h := awshttp.New(cloud)
	role := cloud.AddRole(accountA, "Mover")
	out, err := sts.NewFromConfig(config(h, accountA, "eu-west-1")).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("night")})
	if err != nil {
		t.Fatal(err)
	}
	without := sdkClients(config(h, *out.Credentials.AccessKeyId, "eu-west-1"))
	_, errSTS := without["STS"].(*sts.Client).GetCallerIdentity(t.Context(), nil)
	_, errSync := without["DataSync"].(*datasync.Client).ListTasks(t.Context(), nil)
	_, errS3 := without["S3"].(*s3.Client).ListBuckets(t.Context(), nil)
	if got := code(errSTS) + " " + code(errSync) + " " + code(errS3); got != "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId" {
		t.Errorf("got %s", got)
	}
	cloud.AddBucket(accountA, "eu-west-1", "media-raw")
	signed, err := s3.NewPresignClient(s3.NewFromConfig(inSession(h, out), func(o *s3.Options) { o.UsePathStyle = true })).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: new("media-raw"), Key: new("k")})
	if err != nil {
		t.Fatal(err)
	}
	r := request("GET", signed.URL, "s3", "")
	r.Header.Del("Authorization")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); !strings.Contains(w.Body.String(), "<Code>AccessDenied</Code>") {
		t.Errorf("a URL with the token: %d %s, want the refusal of the role's policies", w.Code, w.Body)
	}
}

// A session that has ended has the code of each protocol.
func TestEndedSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := xaccttest.NewCloud()
		h := awshttp.New(cloud)
		role := cloud.AddRole(accountA, "Mover")
		out, err := sts.NewFromConfig(config(h, accountA, "eu-west-1")).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("night")})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		over := sdkClients(inSession(h, out))
		_, errIAM := over["IAM"].(*iam.Client).GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("Mover")})
		_, errSync := over["DataSync"].(*datasync.Client).ListTasks(t.Context(), nil)
		_, errS3 := over["S3"].(*s3.Client).ListBuckets(t.Context(), nil)
		if got := code(errIAM) + " " + code(errSync) + " " + code(errS3); got != "ExpiredToken ExpiredTokenException ExpiredToken" {
			t.Errorf("got %s", got)
		}
	})
}
