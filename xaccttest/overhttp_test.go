package xaccttest_test

import (
	"flag"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/xacct/xacct"
	"github.com/xacct/xacct/internal/testlimit"
	"github.com/xacct/xacct/xaccttest"
	"github.com/xacct/xacct/xaccttest/awshttp"
)

var overHTTP = flag.Bool("http", false, "call the cloud by the SDK's own clients over HTTP, as TestOverHTTP does")

// clientsAs are the clients of a principal: the cloud's own, or the SDK's over HTTP.
func clientsAs(cloud *xaccttest.Cloud, principalARN string) xacct.AccountClients {
	if !*overHTTP {
		return cloud.ClientsAs(principalARN)
	}
	const key = "AKIATEST"
	h := awshttp.New(cloud)
	h.Key(key, principalARN)
	return xacct.NewAccountClients(aws.Config{
		Region: srcRegion, BaseEndpoint: aws.String("http://localhost"), HTTPClient: &http.Client{Transport: h},
		Credentials: credentials.NewStaticCredentialsProvider(key, "any", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} }, // a test sees every answer
	})
}

// clientsOf are the clients of the operators of every account.
func clientsOf(cloud *xaccttest.Cloud) xacct.Clients {
	out := cloud.Clients()
	for account := range out {
		out[account] = clientsAs(cloud, cloud.OperatorARN(account))
	}
	return out
}

// Every test of this package holds over HTTP, too: the test binary runs itself once more, with the SDK's own clients. Under the race detector it
// repeats the tests whose calls are made at the same time.
func TestOverHTTP(t *testing.T) {
	if *overHTTP {
		t.Skip("this is that run")
	}
	args := []string{"-http", "-test.timeout=2m"}
	if testlimit.UnderRace > 1 {
		args = append(args, "-test.run=^(TestConcurrency|TestConcurrentConfiguration|TestLatencyAndContext)$")
	}
	if out, err := exec.CommandContext(t.Context(), os.Args[0], args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
