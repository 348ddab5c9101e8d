package awshttp_test

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct/xaccttest/awshttp"
)

const (
	accountA = "111122223333"
	accountB = "444455556666"
)

// config is that of real SDK clients that reach the handler without a socket.
func config(h *awshttp.Handler, key, region string) aws.Config {
	return aws.Config{
		Region: region, BaseEndpoint: aws.String("http://localhost"), HTTPClient: &http.Client{Transport: h},
		Credentials: credentials.NewStaticCredentialsProvider(key, "any", ""),
	}
}

// sdkClients are the real clients of every service by service id.
func sdkClients(cfg aws.Config) map[string]any {
	return map[string]any{
		"CloudWatch Logs": cloudwatchlogs.NewFromConfig(cfg), "DataSync": datasync.NewFromConfig(cfg), "IAM": iam.NewFromConfig(cfg),
		"KMS": kms.NewFromConfig(cfg), "S3": s3.NewFromConfig(cfg), "STS": sts.NewFromConfig(cfg),
	}
}
