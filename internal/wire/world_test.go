package wire_test

import (
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/datasync"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/xacct/xacct"
)

var moto = flag.String("moto", "", "URL of a moto server")

// world is moto, seen by the operators of two accounts.
type world struct {
	url     string
	clients xacct.Clients
	configs map[string]aws.Config // by account
}

// newWorld makes the clients of the accounts as a program would: with temporary credentials, and nothing set but the endpoint and the
// transport. Each account's requests go through the networks given, the first one next to the client.
func newWorld(t *testing.T, accounts []string, networks ...func(account string, next http.RoundTripper) http.RoundTripper) *world {
	t.Helper()
	if *moto == "" {
		t.Skip("NOT RUN: there is no moto server. .ci/moto starts one and runs this test")
	}
	reset, err := http.Post(*moto+"/moto-api/reset", "", nil) // empties all accounts, and forgets all credentials
	if err != nil {
		t.Fatal(err)
	}
	reset.Body.Close()
	if reset.StatusCode != http.StatusOK {
		t.Fatalf("resetting moto: %s", reset.Status)
	}
	w := &world{url: *moto, clients: xacct.Clients{}, configs: map[string]aws.Config{}}
	for _, account := range accounts {
		cfg := w.assume(t, account)
		var transport http.RoundTripper = newGaps(account, http.DefaultTransport)
		for _, network := range slices.Backward(networks) {
			transport = network(account, transport)
		}
		cfg.HTTPClient = &http.Client{Transport: transport}
		w.configs[account] = cfg
		w.clients[account] = xacct.NewAccountClients(cfg)
	}
	return w
}

// assume is the configuration of an operator of the account. moto gives credentials of an account to whoever assumes a role in it.
func (w *world) assume(t *testing.T, account string) aws.Config {
	t.Helper()
	cfg := aws.Config{Region: region, BaseEndpoint: &w.url, Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", "")}
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: new(operator(account)), RoleSessionName: new("wire"),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	return cfg
}

// owned is a network that lets no request to S3 through that does not say whose bucket it means. moto takes any.
func owned(t *testing.T) func(account string, next http.RoundTripper) http.RoundTripper {
	return func(account string, next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(req *http.Request) (*http.Response, error) {
			op, err := operation(req)
			if err != nil {
				return nil, err
			}
			if got := req.Header.Get("X-Amz-Expected-Bucket-Owner"); toS3(req) && got != account {
				t.Errorf("%s %s expects the owner %q, the client is of %s", op, req.URL.Path, got, account)
			}
			return next.RoundTrip(req)
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// toS3 tells by the signature, as moto does.
func toS3(req *http.Request) bool {
	return strings.Contains(req.Header.Get("Authorization"), "/s3/aws4_request")
}

// The clients below are the test's own. They see what moto sees, so ARNs of DataSync have moto's account.

func (w *world) s3(account string) *s3.Client { return s3.NewFromConfig(w.bare(account)) }

func (w *world) bare(account string) aws.Config {
	cfg := w.configs[account]
	cfg.HTTPClient = nil
	return cfg
}

// operator is the ARN of the role whose credentials an account's clients have.
func operator(account string) string { return "arn:aws:iam::" + account + ":role/operator" }

// addOperator makes the operator of the account, with the policies that xacct asks for.
func (w *world) addOperator(t *testing.T, account string, tr xacct.Transfer) {
	t.Helper()
	api, name := iam.NewFromConfig(w.bare(account)), "operator"
	trust := `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "` + account + `"}, "Action": "sts:AssumeRole"}]}`
	if _, err := api.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}); err != nil {
		t.Fatal(err)
	}
	documents, err := xacct.OperatorPolicies(account, []xacct.Transfer{tr})
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range documents {
		text, err := d.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := api.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: new(fmt.Sprint("xacct-", i)), PolicyDocument: new(string(text))}); err != nil {
			t.Fatal(err)
		}
	}
}

// addBucket makes a bucket, with a policy unless that is "".
func (w *world) addBucket(t *testing.T, account, name, policy string) {
	t.Helper()
	api := w.s3(account)
	if _, err := api.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: region}}); err != nil {
		t.Fatal(err)
	}
	if policy == "" {
		return
	}
	if _, err := api.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &name, Policy: &policy}); err != nil {
		t.Fatal(err)
	}
}

// policy is the text of the bucket's policy.
func (w *world) policy(t *testing.T, account, name string) string {
	t.Helper()
	out, err := w.s3(account).GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Policy
}

// census is what there is in an account, its operator aside.
type census struct{ Roles, Locations, Tasks []string }

func (w *world) census(t *testing.T, account string) census {
	t.Helper()
	cfg := w.bare(account)
	var c census
	roles, err := iam.NewFromConfig(cfg).ListRoles(t.Context(), &iam.ListRolesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range roles.Roles {
		if *r.Arn != operator(account) {
			c.Roles = append(c.Roles, *r.RoleName)
		}
	}
	api := datasync.NewFromConfig(cfg)
	locations, err := api.ListLocations(t.Context(), &datasync.ListLocationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range locations.Locations {
		c.Locations = append(c.Locations, *l.LocationUri)
	}
	tasks, err := api.ListTasks(t.Context(), &datasync.ListTasksInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks.Tasks {
		c.Tasks = append(c.Tasks, *task.Name)
	}
	for _, list := range [][]string{c.Roles, c.Locations, c.Tasks} {
		slices.Sort(list)
	}
	return c
}
