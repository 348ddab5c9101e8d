package client

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/xacct/xacct/bucket"
	"github.com/xacct/xacct/iamrole"
	"github.com/xacct/xacct/kmskey"
	"github.com/xacct/xacct/plan"
	"github.com/xacct/xacct/task"
)

const (
	account = "111122223333"
	ireland = "eu-west-1"
	keyARN  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

func TestMissingClients(t *testing.T) {
	noClients := Account{
		S3:       func(string) bucket.API { return nil },
		DataSync: func(string) DataSyncAPI { return nil },
		KMS:      func(string) kmskey.API { return nil },
		Logs:     func(string) task.LogsAPI { return nil },
	}
	for _, tt := range []struct {
		name string
		set  Set
	}{
		{"no map", nil},
		{"no account", Set{"444455556666": {}}},
		{"no functions", Set{account: {}}},
		{"functions without clients", Set{account: noClients}},
		{"the same, limited", Set{account: noClients}.Limit(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // the second time they are remembered
				for _, got := range []answer{
					with("STS", "")(tt.set.STS(account)),
					with("IAM", "")(tt.set.IAM(account)),
					with("S3", ireland)(tt.set.S3(account, ireland)),
					with("DataSync", ireland)(tt.set.DataSync(account, ireland)),
					with("CloudWatch Logs", ireland)(tt.set.Logs(account, ireland)),
					with("KMS", ireland)(tt.set.KMS(keyARN)),
				} {
					var e *plan.ClientError
					if !errors.As(got.err, &e) || got.client != nil {
						t.Fatalf("%s: client %v, error %v, want none and a ClientError", got.service, got.client, got.err)
					}
					if diff := cmp.Diff(plan.ClientError{Account: account, Region: got.region, Service: got.service}, *e); diff != "" {
						t.Errorf("%s (-want +got):\n%s", got.service, diff)
					}
				}
			}
		})
	}
}

// answer is what an accessor returned, and for what.
type answer struct {
	service, region string
	client          any
	err             error
}

func with(service, region string) func(client any, err error) answer {
	return func(client any, err error) answer { return answer{service, region, client, err} }
}

// The accessors hand out what was given, and Limit makes one client a Region.
func TestTheSameClient(t *testing.T) {
	type iamClient struct{ iamrole.API }
	type s3Client struct{ bucket.API }
	role, made := &iamClient{}, 0
	set := Set{account: {IAM: role, S3: func(string) bucket.API { made++; return &s3Client{} }}}
	if got, err := set.IAM(account); got != role || err != nil {
		t.Errorf("IAM: %v, %v, want the client that was given", got, err)
	}
	limited := set.Limit(1)
	one, _ := limited.S3(account, ireland)
	two, _ := limited.S3(account, ireland)
	other, _ := limited.S3(account, "us-east-2")
	if one == nil || one != two || one == other || made != 2 {
		t.Errorf("S3: %v, %v and %v of %d clients, want one a Region", one, two, other, made)
	}
}
